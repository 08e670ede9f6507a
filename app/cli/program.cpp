#include <array>
#include <memory>
#include <new>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/cli/command.h"
#include "app/cli/harmless_output.h"
#include "app/cli/options.h"
#include "app/cli/progress_line.h"
#include "core/error.h"
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

/// A document with the control characters that JSON does not require to be escaped, escaped: DEL, and U+0080 to U+009F, which are C2 and
/// a byte from 80 to 9F. They can stand in strings alone.
std::string withEscapes(const std::string& document) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    text.reserve(document.size());
    for (std::size_t i = 0; i < document.size(); ++i) {
        auto byte = static_cast<unsigned char>(document[i]);
        const bool is_wide = byte == 0xC2 && i + 1 < document.size() && (static_cast<unsigned char>(document[i + 1]) & 0xE0U) == 0x80U;
        if (is_wide) byte = static_cast<unsigned char>(document[++i]);
        if (is_wide || byte == 0x7F) {
            text += "\\u00";
            text += {kDigits[byte >> 4U], kDigits[byte & 15U]};
        } else {
            text += static_cast<char>(byte);
        }
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

void Context::print(const Json& document) const {
    out << withEscapes(document.dump(2, ' ', false, Json::error_handler_t::replace)) << '\n';
}

void Context::warn(const std::string& message) const {
    if (!common.quiet) err << "salient-cli: warning: " << onOneLine(message) << '\n';
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
            err << "salient-cli: '" << onOneLine(unknown) << "': expected a command: " << commandNames(program) << '\n';
            return kUsage;
        }
        const int status = program.exit(error, out, err);
        return status == 0 ? kDone : kUsage;
    }

    ProgressLine progress(
        err, common.quiet ? ProgressLine::Style::None : (err_is_terminal ? ProgressLine::Style::Bar : ProgressLine::Style::SparseLines));
    JobContext job(std::move(stop), [&](const Progress& now) { progress.show(now); });
    HarmlessOutput harmless(*out.rdbuf());
    std::ostream text(&harmless);
    Context context{common, common.json ? out : text, err, job};
    const auto fail = [&](const std::string& message) {
        progress.clear();
        err << "salient-cli: " << onOneLine(message) << '\n';
    };
    try {
        setThreadCount(common.threads);
        const int status = action(context);
        progress.clear();
        context.out.flush();
        if (!context.out) {
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
