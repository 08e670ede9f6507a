#include "core/recipe/saved_evaluation.h"

#include <algorithm>
#include <cmath>

#include "core/exporter/checksum.h"
#include "core/recipe/model_identity.h"
#include "core/recipe/saved_numbers.h"
#include "core/recipe/saved_tensors.h"

namespace salient {

namespace {

const std::string kFormat = "salient-evaluation 1";

std::string windowName(Index window) { return "window-" + std::to_string(window); }

std::string tokensOf(const TextWindows& text) {
    const std::uint64_t read = checksum(std::as_bytes(std::span(text.windows.ids)));
    return checksumText(read) + " " + checksumText(checksum(std::as_bytes(std::span(text.targets))));
}

bool isOf(const TextWindows& text, const PerplexityResult& measured) {
    const auto n_tokens = std::ranges::count_if(text.targets, [](TokenId target) { return target >= 0; });
    return measured.n_tokens == n_tokens && measured.n_windows == text.windows.count() && measured.seq_len == text.windows.seq_len &&
           measured.perplexity == std::exp(measured.mean_nll) && !measured.divergence;
}

}  // namespace

void saveEvaluation(const EvaluationReference& reference, const std::filesystem::path& file, JobContext& job) {
    const Index seq_len = reference.text.windows.seq_len;
    const Index width = reference.hidden.cols();
    TensorsToSave tensors;
    for (Index window = 0; window < reference.text.windows.count(); ++window) {
        tensors.addValues(windowName(window), DType::F32, {seq_len, width}, reference.hidden.data() + window * seq_len * width,
                          static_cast<std::size_t>(seq_len * width));
    }
    tensors.write(file, kFormat,
                  {{"weights", identityOf(*reference.model).weights},
                   {"tokens", tokensOf(reference.text)},
                   {"perplexity", savedPerplexity(reference.perplexity)}},
                  job);
}

EvaluationReference loadEvaluation(const std::filesystem::path& path, std::shared_ptr<const Model> model, TextWindows text,
                                   JobContext& job) {
    SavedTensors file(path, kFormat);
    JsonObject object(file.document(), "", file.origin());
    std::string weights;
    std::string tokens;
    object.read("weights", weights);
    object.read("tokens", tokens);
    if (weights != identityOf(*model).weights) file.fail("weights: expected an evaluation of this model, found one of another");
    if (tokens != tokensOf(text)) file.fail("tokens: expected an evaluation of this text, found one of another");
    const Json* perplexity = object.find("perplexity");
    if (perplexity == nullptr) file.fail("perplexity: expected what was measured, found nothing");
    EvaluationReference reference;
    reference.perplexity = readPerplexity(*perplexity, "perplexity", file.origin());
    object.finish();
    if (!isOf(text, reference.perplexity)) file.fail("perplexity: expected that of the text's windows, found other numbers");
    const Index n_windows = text.windows.count();
    const Index seq_len = text.windows.seq_len;
    reference.hidden.resize(n_windows * seq_len, model->config.hidden_size);
    for (Index window = 0; window < n_windows; ++window) {
        job.checkpoint({"opening finished blocks", window, n_windows});
        reference.hidden.middleRows(window * seq_len, seq_len) = file.takeMatrix(windowName(window), seq_len, model->config.hidden_size);
    }
    file.finish();
    reference.text = std::move(text);
    reference.model = std::move(model);
    return reference;
}

}  // namespace salient
