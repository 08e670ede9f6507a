#include <array>
#include <memory>
#include <new>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "app/cli/command.h"
#include "app/cli/options.h"
#include "app/cli/progress_line.h"
#include "core/io/process_memory.h"
#include "core/kernels/parallel.h"

namespace salient::cli {

namespace {

constexpr std::array kCommands = {addInfo,   addChannels,    addPerplexity,  addQuantize, addCompare,  addLayer,  addLayers,
                                  addVerify, addSensitivity, addCalibration, addRun,      addFamilies, addFormats};

constexpr const char* kFooter =
    "Exit status: 0 done; 1 bad input or failed job; 2 usage; 130 cancelled.\n"
    "With --json, standard output holds one document, or nothing where an error ended the command: what it was stands on standard error.\n"
    "An interrupt (Ctrl-C, or SIGTERM) stops the job cleanly and leaves nothing that looks complete; a second one ends the program at "
    "once.\n"
    "A job that is interrupted, dies or fails keeps its finished runs and blocks beside the output: the same command with --resume goes "
    "on from there.";

/// One line, whatever a message holds.
std::string oneLine(std::string text) {
    for (char& c : text) {
        if (c == '\n' || c == '\r') c = ' ';
    }
    return text;
}

/// The word that stands where a command should; empty when that is not what went wrong.
std::string unknownCommand(const CLI::App& program, const CLI::ParseError& error) {
    if (dynamic_cast<const CLI::RequiredError*>(&error) == nullptr || !program.get_subcommands().empty()) return {};
    const std::vector<std::string> rest = program.remaining();
    return rest.empty() ? std::string() : rest.front();
}

std::string commandNames(const CLI::App& program) {
    std::string names;
    for (const CLI::App* command : program.get_subcommands({})) names += (names.empty() ? "" : ", ") + command->get_name();
    return names;
}

}  // namespace

void Context::print(const Json& document) const { out << document.dump(2, ' ', false, Json::error_handler_t::replace) << '\n'; }

void Context::warn(const std::string& message) const {
    if (!common.quiet) err << "salient-cli: warning: " << oneLine(message) << '\n';
}

int runProgram(int argc, const char* const* argv, std::ostream& out, std::ostream& err, bool err_is_terminal, std::stop_token stop) {
    CLI::App program{"Post-training quantization of language models: open, calibrate, inspect, quantize, compare, export.", "salient-cli"};
    program.set_version_flag("--version", "salient-cli " SALIENT_VERSION);
    program.require_subcommand(1);
    program.fallthrough();
    program.footer(kFooter);
    CommonOptions common;
    const char* group = "Common options (before or after the command)";
    program.add_flag("--json", common.json, "Print one JSON document on standard output and nothing else there")->group(group);
    program.add_option("--threads", common.threads, "Threads to use; 0: all cores. Results do not depend on it")
        ->check(atLeast(0))
        ->group(group);
    program.add_option("--seed", common.seed, "Seed of the choice of calibration windows [0, or the recipe's]")->group(group);
    program.add_flag("-q,--quiet", common.quiet, "No progress and no warnings on standard error")->group(group);
    Action action;
    for (const auto add : kCommands) add(program, action);
    for (CLI::App* command : program.get_subcommands({})) {
        command->fallthrough();
        command->footer("Also: --json, --threads N, --seed N, --quiet. See salient-cli --help.");
    }

    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (const std::string unknown = unknownCommand(program, error); !unknown.empty()) {
            err << "salient-cli: '" << unknown << "': expected a command: " << commandNames(program) << '\n';
            return kUsage;
        }
        const int status = program.exit(error, out, err);
        return status == 0 ? kDone : kUsage;
    }

    ProgressLine progress(
        err, common.quiet ? ProgressLine::Style::None : (err_is_terminal ? ProgressLine::Style::Bar : ProgressLine::Style::SparseLines));
    JobContext job(std::move(stop), [&](const Progress& now) { progress.show(now); });
    Context context{common, out, err, job};
    const auto fail = [&](const std::string& message) {
        progress.clear();
        err << "salient-cli: " << oneLine(message) << '\n';
    };
    try {
        setThreadCount(common.threads);
        const int status = action(context);
        progress.clear();
        out.flush();
        if (!out) {
            fail("standard output: cannot be written");
            return kFailed;
        }
        return status;
    } catch (const Cancelled& cancelled) {
        fail(cancelled.what());
        return kCancelled;
    } catch (const UsageError& error) {
        fail(error.what());
        return kUsage;
    } catch (const Error& error) {
        fail(error.what());
    } catch (const std::bad_alloc&) {
        fail(outOfMemory(job.last()).what());
    } catch (const std::exception& error) {
        fail(error.what());
    }
    return kFailed;
}

}  // namespace salient::cli
