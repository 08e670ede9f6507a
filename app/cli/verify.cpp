#include "core/exporter/verify.h"

#include <memory>
#include <ostream>

#include "app/cli/memory_use.h"
#include "app/cli/options.h"
#include "app/cli/text_format.h"
#include "core/error.h"

namespace salient::cli {

namespace {

struct Options {
    std::string directory;
    std::string original;
    std::int64_t max_memory_bytes = 0;
};

const char* nameOf(Severity severity) {
    switch (severity) {
        case Severity::Note:
            return "note";
        case Severity::Warning:
            return "warning";
        case Severity::Failure:
            return "failure";
    }
    return "";
}

Json toJson(const VerifyReport& report) {
    Json json = {{"passed", report.passed()},
                 {"format", report.format},
                 {"n_layers", report.n_layers},
                 {"n_layers_identical", report.n_layers_identical}};
    if (report.worst_relative_weight_error >= 0.0) json["worst_relative_weight_error"] = report.worst_relative_weight_error;
    json["findings"] = Json::array();
    for (const Finding& finding : report.findings) {
        json["findings"].push_back({{"severity", nameOf(finding.severity)}, {"subject", finding.subject}, {"message", finding.message}});
    }
    return json;
}

int run(const Options& options, Context& context) {
    const std::shared_ptr<const Model> original = options.original.empty() ? nullptr : Model::open(options.original);
    MemoryUse memory(forecastVerify(options.directory, original.get()), options.max_memory_bytes, "models with smaller layers",
                     context.job);
    const VerifyReport report = verifyCheckpoint(options.directory, original, memory.job());
    if (context.common.json) {
        Json json = toJson(report);
        memory.addTo(json);
        context.print(json);
        return report.passed() ? kDone : kFailed;
    }
    context.out << "format     " << onOneLine(report.format) << "\nlayers     " << report.n_layers << " read back, "
                << report.n_layers_identical << " bit for bit as they were meant\n";
    if (report.worst_relative_weight_error >= 0.0) {
        context.out << "original   largest relative weight error " << significant(report.worst_relative_weight_error) << '\n';
    }
    for (const Finding& finding : report.findings) {
        context.out << nameOf(finding.severity) << "  " << onOneLine(finding.subject) << ": " << onOneLine(finding.message) << '\n';
    }
    context.out << (report.passed() ? "passed\n" : "FAILED\n") << memory.text() << '\n';
    return report.passed() ? kDone : kFailed;
}

}  // namespace

void addVerify(CLI::App& program, Action& action) {
    CLI::App* command = program.add_subcommand("verify",
                                               "Read a quantized directory, of Salient or of another tool, or a GGUF file: recompute every "
                                               "weight, compare it, and say what loaders "
                                               "would refuse or compute wrongly; exit status 1 when they would");
    auto options = std::make_shared<Options>();
    command->add_option("directory", options->directory, "Quantized directory, or GGUF file")->required();
    command->add_option("--original", options->original, "The model it was made from: also compare with its weights");
    addMemoryOption(*command, options->max_memory_bytes);
    command->callback([options, &action] { action = [options](Context& context) { return run(*options, context); }; });
}

}  // namespace salient::cli
