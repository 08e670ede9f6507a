#include <memory>
#include <ostream>

#include "app/cli/memory_use.h"
#include "app/cli/opened_model.h"
#include "app/cli/options.h"
#include "app/cli/report_text.h"
#include "app/cli/text_format.h"
#include "core/calib/naming_text.h"
#include "core/recipe/run.h"

namespace salient::cli {

namespace {

struct Options {
    std::string model;
    EvaluationFlags evaluation;
    std::string compute = "float32";
    std::int64_t max_memory_bytes = 0;
};

int run(const Options& options, Context& context) {
    const OpenedModel opened = openAny(options.model);
    const PerplexitySpec spec = perplexitySpec(options.evaluation);
    MemoryUse memory(forecastPerplexity(*opened.model, options.evaluation.text, spec), options.max_memory_bytes, "fewer or shorter windows",
                     context.job);
    const std::string text = readCorpus(options.evaluation.text);
    const ForwardOptions forward{.compute = computeFromName(options.compute)};
    const Index seq_len = spec.seq_len > 0 ? spec.seq_len : usualWindow(*opened.model);
    const auto n_tokens = static_cast<double>(evaluatedTokens(options.evaluation.text, spec, seq_len));
    printTimeForecast(evaluationWork(*opened.model, n_tokens, seq_len, 0, forward.compute), context);
    const PerplexityResult result =
        namingText(options.evaluation.text, [&] { return perplexity(*opened.model, opened.blocks, text, spec, forward, memory.job()); });
    if (context.common.json) {
        Json json = toJson(result);
        memory.addTo(json);
        context.print(json);
        return kDone;
    }
    context.out << "perplexity  " << significant(result.perplexity, 6) << "\nmean NLL    " << significant(result.mean_nll, 6)
                << " nats\ntokens      " << result.n_tokens << " scored in " << result.n_windows << " windows of " << result.seq_len
                << "\nprotocol    " << name(result.protocol) << ", " << options.compute << "\n";
    RunCounts counts;
    addCounts(counts, result);
    if (counts.n_raised_tokens + counts.n_saturated_inputs > 0) context.out << "counted     " << inWords(counts) << "\n";
    context.out << memory.text() << "\n";
    return kDone;
}

}  // namespace

void addPerplexity(CLI::App& program, Action& action) {
    CLI::App* command = program.add_subcommand("perplexity", "Measure perplexity of a model, original or exported");
    auto options = std::make_shared<Options>();
    command->add_option("model", options->model, "Model directory or GGUF file")->required();
    addEvaluationOptions(*command, options->evaluation, false, true);
    addComputeOption(*command, options->compute);
    addMemoryOption(*command, options->max_memory_bytes);
    command->callback([options, &action] { action = [options](Context& context) { return run(*options, context); }; });
}

}  // namespace salient::cli
