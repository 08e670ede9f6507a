#include <algorithm>
#include <memory>
#include <ostream>

#include "app/cli/memory_use.h"
#include "app/cli/options.h"
#include "app/cli/report_text.h"
#include "app/cli/text_format.h"
#include "core/calib/naming_text.h"
#include "core/calib/samples.h"
#include "core/eval/divergence.h"

namespace salient::cli {

namespace {

struct Options {
    std::string model;
    MethodFlags method;
    CalibrationFlags calibration;
    EvaluationFlags evaluation;
    std::int64_t max_memory_bytes = 0;
};

/// Which texts are run, and how.
struct Texts {
    SampleSpec samples;
    PerplexitySpec perplexity;
};

std::vector<LayerSensitivity> measure(const Options& options, const std::shared_ptr<const Model>& model, const Texts& texts,
                                      const MethodSpec& method, EvaluationReference& reference, JobContext& job) {
    const std::string text = readCorpus(options.evaluation.text);
    const ForwardOptions forward{.compute = computeFromName(options.calibration.compute)};
    reference = namingText(options.evaluation.text, [&] { return evaluationReference(model, text, texts.perplexity, forward, job); });
    const Samples samples = namingText(options.calibration.text, [&] {
        return drawSamples(model->requireTokenizer(), readCorpus(options.calibration.text), texts.samples);
    });
    const QuantizedModel quantized = quantizeModel(model, samples, method, QuantizeOptions{.forward = forward}, job);
    std::vector<LayerSensitivity> layers;
    layerSensitivity(
        quantized, reference, forward, [&](LayerSensitivity layer) { layers.push_back(std::move(layer)); }, job);
    return layers;
}

JobWork workOf(const Options& options, const Model& model, const Texts& texts, const MethodSpec& method) {
    const Compute compute = computeFromName(options.calibration.compute);
    const double n_samples = static_cast<double>(texts.samples.n_samples) * static_cast<double>(texts.samples.seq_len);
    const Index seq_len = texts.perplexity.seq_len > 0 ? texts.perplexity.seq_len : usualWindow(model);
    const auto n_tokens = static_cast<double>(evaluatedTokens(options.evaluation.text, texts.perplexity, seq_len));
    return calibrationWork(model, n_samples, texts.samples.seq_len, compute) + quantizationWork(model, method) +
           evaluationWork(model, n_tokens, seq_len, 0, compute) + sensitivityWork(model, method, n_tokens, seq_len, compute);
}

int run(const Options& options, Context& context) {
    const MethodSpec method = understood([&] { return methodFromFlags(options.method); });
    const auto model = Model::open(options.model);
    checkMethod(*model, method);
    const Texts texts{resolved(sampleSpec(options.calibration, context.common), *model),
                      perplexitySpec(options.evaluation, options.calibration.seq_len)};
    MemoryUse memory(forecastSensitivity(*model, options.calibration.text, texts.samples, options.evaluation.text, texts.perplexity),
                     options.max_memory_bytes, "fewer or shorter samples and windows", context.job);
    printTimeForecast(workOf(options, *model, texts, method), context);
    EvaluationReference reference;
    std::vector<LayerSensitivity> layers = measure(options, model, texts, method, reference, memory.job());
    double sum = 0.0;
    for (const LayerSensitivity& layer : layers) sum += layer.mean_kl;
    const auto share = [&](const LayerSensitivity& layer) { return sum > 0.0 ? layer.mean_kl / sum : 0.0; };
    if (context.common.json) {
        Json json = {{"model", options.model},
                     {"method", methodName(method)},
                     {"original_perplexity", reference.perplexity.perplexity},
                     {"n_tokens", reference.perplexity.n_tokens},
                     {"protocol", name(reference.perplexity.protocol)},
                     {"compute", options.calibration.compute},
                     {"layers", Json::array()}};
        for (const LayerSensitivity& layer : layers) {
            json["layers"].push_back({{"layer", layer.layer},
                                      {"mean_kl", layer.mean_kl},
                                      {"share", share(layer)},
                                      {"added_nll", layer.added_nll},
                                      {"same_top", layer.same_top}});
        }
        memory.addTo(json);
        context.print(json);
        return kDone;
    }
    std::ranges::stable_sort(layers, std::ranges::greater(), &LayerSensitivity::mean_kl);
    TextTable table({{"layer quantized alone", TextTable::Align::Left}, {"KL"}, {"share"}, {"added NLL"}, {"same top"}});
    for (const LayerSensitivity& layer : layers) {
        table.addRow({layer.layer, significant(layer.mean_kl, 3), percentage(share(layer)), significant(layer.added_nll, 3),
                      percentage(layer.same_top)});
    }
    context.out << table.text() << "\nKL: mean KL(original || one layer quantized) in nats, " << reference.perplexity.n_tokens
                << " predictions in " << reference.perplexity.n_windows << " windows of " << reference.perplexity.seq_len << ", "
                << options.calibration.compute << "\n"
                << memory.text() << "\n";
    return kDone;
}

}  // namespace

void addSensitivity(CLI::App& program, Action& action) {
    CLI::App* command = program.add_subcommand(
        "sensitivity", "What each layer does to the model when it alone is quantized: KL divergence from the original on a text");
    auto options = std::make_shared<Options>();
    command->add_option("model", options->model, "Model directory")->required();
    addMethodOptions(*command, options->method, true);
    addWalkOptions(*command, options->method);
    addCalibrationOptions(*command, options->calibration, false);
    addEvaluationOptions(*command, options->evaluation, true, true);
    addMemoryOption(*command, options->max_memory_bytes);
    command->callback([options, &action] { action = [options](Context& context) { return run(*options, context); }; });
}

}  // namespace salient::cli
