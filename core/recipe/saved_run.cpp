#include "core/recipe/saved_run.h"

#include "core/recipe/late_counts.h"
#include "core/recipe/model_identity.h"
#include "core/recipe/saved_block.h"
#include "core/recipe/saved_numbers.h"
#include "core/recipe/saved_tensors.h"

namespace salient {

namespace {

const std::string kFormat = "salient-run 2";

std::string leftOutWarning(std::int64_t bytes, std::int64_t limit) {
    const auto megabytes = [](std::int64_t n) { return std::to_string(n / 1'000'000) + " MB"; };
    return "session: the numbers of this result alone were kept: its weights take " + megabytes(bytes) + ", a session keeps at most " +
           megabytes(limit) + " per result";
}

}  // namespace

bool saveRun(const RunResult& run, const Model& model, const std::filesystem::path& file, std::int64_t limit_bytes, JobContext& job) {
    TensorsToSave tensors;
    if (run.model) {
        for (const QuantizedBlock& block : run.model->blocks) addBlock(tensors, block, run.model->method);
    }
    const bool is_too_large = tensors.sizeBytes() > limit_bytes;
    const bool has_model = run.model && !is_too_large;
    std::vector<std::string> warnings = run.warnings;
    if (is_too_large) warnings.push_back(leftOutWarning(tensors.sizeBytes(), limit_bytes));
    Json document = {{"name", run.name},
                     {"weights", identityOf(model).weights},
                     {"method", toJson(run.method)},
                     {"relative_output_error", savedNumber(run.relative_output_error)},
                     {"seconds", savedNumber(run.seconds)},
                     {"bytes", run.bytes},
                     {"bits_per_weight", savedNumber(run.bits_per_weight)},
                     {"out", run.out},
                     {"verification", run.verification},
                     {"verified", run.is_verified},
                     {"flushed_values", run.counts.n_flushed_values},
                     {"subnormal_values", run.counts.n_subnormal_values},
                     {"warnings", warnings}};
    if (run.perplexity) document["perplexity"] = savedPerplexity(*run.perplexity);
    if (has_model) {
        describeBlocks(document, run.model->blocks);
        document["model_seconds"] = savedNumber(run.model->seconds);
    }
    // A run knows more of its layers than its model does: what was counted when it was written.
    if (!has_model || run.layers.size() == document["layers"].size()) {
        document["layers"] = Json::array();
        for (const LayerReport& layer : run.layers) document["layers"].push_back(savedLayerReport(layer));
    }
    (has_model ? tensors : TensorsToSave()).write(file, kFormat, document, job);
    return has_model;
}

RunResult loadRun(const std::filesystem::path& path, const std::shared_ptr<const Model>& model, JobContext& job) {
    SavedTensors file(path, kFormat);
    JsonObject object(file.document(), "", file.origin());
    RunResult run;
    object.read("name", run.name);
    if (run.name.empty()) file.fail("name: expected a name, found none");
    std::string weights;
    object.read("weights", weights);
    if (const std::string found = identityOf(*model).weights; weights != found) {
        file.fail("weights: expected a result of this model (" + found + "), found one of another ('" + weights + "')");
    }
    const Json* method = object.find("method");
    if (method == nullptr) file.fail("method: expected a method, found none");
    run.method = methodFromJson(*method);
    readNumber(object, "relative_output_error", run.relative_output_error);
    readNumber(object, "seconds", run.seconds);
    Index bytes = 0;
    readCount(object, "bytes", bytes);
    run.bytes = bytes;
    readNumber(object, "bits_per_weight", run.bits_per_weight);
    object.read("out", run.out);
    object.read("verification", run.verification);
    object.read("verified", run.is_verified);
    object.read("warnings", run.warnings);
    const Json* perplexity = object.find("perplexity");

    run.layers = readLayerReports(object, *model, file);
    run.counts = countsOf(*model, run.layers);
    Index n_flushed_values = 0;
    readCount(object, "flushed_values", n_flushed_values);
    run.counts.n_flushed_values = n_flushed_values;
    Index n_subnormal_values = 0;
    readCount(object, "subnormal_values", n_subnormal_values);
    run.counts.n_subnormal_values = n_subnormal_values;
    if (perplexity != nullptr) setPerplexity(run, readPerplexity(*perplexity, "perplexity", file.origin()));
    run.experts = expertCoverage(*model, run.layers);
    const std::optional<std::vector<double>> input_scales = readInputScales(object, run.layers.size(), file);
    double model_seconds = 0.0;
    readNumber(object, "model_seconds", model_seconds);
    object.finish();
    if (!input_scales) {
        file.finish();
        return run;
    }
    checkMethod(*model, run.method);
    auto quantized = std::make_shared<QuantizedModel>();
    quantized->original = model;
    quantized->method = run.method;
    SavedBlockReader reader(file, *model, run.method, run.layers, *input_scales);
    for (int block = 0; block < model->config.n_blocks; ++block) quantized->blocks.push_back(reader.read(block, job));
    reader.finish();
    quantized->seconds = model_seconds;
    run.model = std::move(quantized);
    return run;
}

}  // namespace salient
