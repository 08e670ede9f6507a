#include "core/recipe/saved_run.h"

#include <algorithm>
#include <set>

#include "core/kernels/convert.h"
#include "core/quant/quantize_block.h"
#include "core/recipe/model_identity.h"
#include "core/recipe/packed_codes.h"
#include "core/recipe/saved_numbers.h"
#include "core/recipe/saved_tensors.h"

namespace salient {

namespace {

const std::string kFormat = "salient-run 1";

/// The small tensors that scales can be folded into in one block, and their lengths: norms, and biases of layers.
std::map<std::string, Index> foldable(const Model& model, int block) {
    std::map<std::string, Index> sizes;
    for (const InputGroup& group : model.groups) {
        if (group.absorber.kind != Absorber::Kind::Norm) continue;
        const std::string name = absorberName(group.absorber, block);
        sizes[name + ".weight"] = group.in_features;
        sizes[name + ".bias"] = group.in_features;
    }
    for (const LinearInfo& linear : model.linears) {
        if (linear.block == block && linear.has_bias) sizes[linear.name + ".bias"] = linear.out_features;
    }
    return sizes;
}

void addLayer(TensorsToSave& tensors, const QuantizedLinear& linear) {
    const QuantizedTensor& q = linear.tensor;
    const std::string& name = linear.name;
    const int bits = q.spec.bits;
    tensors.add(name + ".codes", DType::U8, {q.codes.rows(), packedRowBytes(q.codes.cols(), bits)},
                [&q, bits] { return packCodes(q.codes, bits); });
    tensors.addMatrix(name + ".scale", q.scale);
    tensors.addMatrix(name + ".zero", q.zero);
    tensors.addValues(name + ".group_index", DType::I32, {static_cast<std::int64_t>(q.group_index.size())}, q.group_index.data(),
                      q.group_index.size());
    if (!linear.channel_scale.empty()) tensors.addFloats(name + ".channel_scale", linear.channel_scale);
    if (!linear.input_power.empty()) tensors.addFloats(name + ".input_power", linear.input_power);
    if (!linear.row_scale.empty()) tensors.addFloats(name + ".row_scale", linear.row_scale);
    if (!linear.bias.empty()) tensors.addFloats(name + ".bias", linear.bias);
}

TensorsToSave tensorsOf(const QuantizedModel& quantized) {
    TensorsToSave tensors;
    for (const QuantizedBlock& block : quantized.blocks) {
        for (const QuantizedLinear& linear : block.linears) {
            const MethodSpec method = methodFor(quantized.method, linear.name);
            if (linear.tensor.spec != method.grid || linear.activations != method.activations) {
                throw Error(ErrorCode::InvalidOption,
                            "saveRun: layer '" + linear.name + "': expected the grid that its method names, found another");
            }
            addLayer(tensors, linear);
        }
        for (const auto& [name, values] : block.replaced) tensors.addFloats("replaced/" + name, values);
        for (const auto& [name, values] : block.kept) tensors.addMatrix("kept/" + name, values);
    }
    return tensors;
}

std::string leftOutWarning(std::int64_t bytes, std::int64_t limit) {
    const auto megabytes = [](std::int64_t n) { return std::to_string(n / 1'000'000) + " MB"; };
    return "session: the numbers of this result alone were kept: its weights take " + megabytes(bytes) + ", a session keeps at most " +
           megabytes(limit) + " per result";
}

/// Rebuilds the quantized model that goes with the layer reports of a document.
class ModelReader {
public:
    ModelReader(SavedTensors& file, const std::shared_ptr<const Model>& model, const MethodSpec& method)
        : file_(file), model_(model), method_(method) {}

    QuantizedModel read(const std::vector<LayerReport>& layers, const std::vector<double>& input_scales, JobContext& job) {
        QuantizedModel quantized;
        quantized.original = model_;
        quantized.method = method_;
        std::size_t next = 0;
        for (int block = 0; block < model_->config.n_blocks; ++block) {
            std::set<std::string> expected;
            const BlockLayers all = blockLayers(*model_, block, method_);
            for (std::size_t i = 0; i < all.all.size(); ++i) {
                if (!all.is_kept[i]) expected.insert(all.all[i]->name);
            }
            QuantizedBlock& read = quantized.blocks.emplace_back();
            read.block = block;
            for (; !expected.empty(); ++next) {
                if (next == layers.size()) file_.fail("layers: expected '" + *expected.begin() + "', found the end of the list");
                const LayerReport& report = layers[next];
                if (expected.erase(report.name) == 0) {
                    file_.fail("layers[" + std::to_string(next) + "]: expected a layer of block " + std::to_string(block) +
                               " that the method rounds, found '" + report.name + "'");
                }
                job.checkpoint(
                    {"opening the session", static_cast<std::int64_t>(next), static_cast<std::int64_t>(layers.size()), report.name});
                read.linears.push_back(readLayer(model_->linear(report.name), report, input_scales[next]));
            }
            readFolded(read, all);
        }
        if (next != layers.size()) file_.fail("layers: expected " + std::to_string(next) + ", found " + std::to_string(layers.size()));
        file_.finish();
        return quantized;
    }

private:
    std::vector<float> optional(const std::string& name, Index count) {
        if (!file_.contains(name)) return {};
        std::vector<float> values = file_.takeFloats(name, count);
        requireFinite(name, values);
        return values;
    }

    void requireFinite(const std::string& name, std::span<const float> values) const {
        const Index bad = firstNonFinite(values);
        if (bad >= 0) file_.fail("tensor '" + name + "': expected finite numbers, found one that is not at " + std::to_string(bad));
    }

    Matrix finiteMatrix(const std::string& name, Index rows, Index cols) {
        Matrix values = file_.takeMatrix(name, rows, cols);
        requireFinite(name, {values.data(), static_cast<std::size_t>(values.size())});
        return values;
    }

    QuantizedLinear readLayer(const LinearInfo& info, const LayerReport& report, double input_scale) {
        const MethodSpec method = methodFor(method_, info.name);
        const Index groups = method.grid.groupCount(info.in_features);
        QuantizedLinear linear;
        linear.name = info.name;
        linear.report = report;
        linear.activations = method.activations;
        linear.input_scale = static_cast<float>(input_scale);
        QuantizedTensor& q = linear.tensor;
        q.spec = method.grid;
        const auto packed =
            file_.take<std::byte>(info.name + ".codes", DType::U8, {info.out_features, packedRowBytes(info.in_features, q.spec.bits)});
        q.codes = unpackCodes(packed, info.out_features, info.in_features, q.spec.bits);
        q.scale = finiteMatrix(info.name + ".scale", info.out_features, groups);
        q.zero = finiteMatrix(info.name + ".zero", info.out_features, groups);
        q.group_index = file_.take<std::int32_t>(info.name + ".group_index", DType::I32, {info.in_features});
        for (const std::int32_t group : q.group_index) {
            if (group < 0 || group >= groups) {
                file_.fail("tensor '" + info.name + ".group_index': expected groups 0 to " + std::to_string(groups - 1) + ", found " +
                           std::to_string(group));
            }
        }
        linear.channel_scale = optional(info.name + ".channel_scale", info.in_features);
        linear.input_power = optional(info.name + ".input_power", info.in_features);
        linear.row_scale = optional(info.name + ".row_scale", info.out_features);
        linear.bias = optional(info.name + ".bias", info.out_features);
        return linear;
    }

    void readFolded(QuantizedBlock& block, const BlockLayers& layers) {
        for (const auto& [name, size] : foldable(*model_, block.block)) {
            if (auto values = optional("replaced/" + name, size); !values.empty()) block.replaced[name] = std::move(values);
        }
        for (std::size_t i = 0; i < layers.all.size(); ++i) {
            const LinearInfo& info = *layers.all[i];
            const std::string name = "kept/" + info.name;
            if (!layers.is_kept[i] || !file_.contains(name)) continue;
            block.kept[info.name] = finiteMatrix(name, info.out_features, info.in_features);
        }
    }

    SavedTensors& file_;
    const std::shared_ptr<const Model>& model_;
    const MethodSpec& method_;
};

}  // namespace

bool saveRun(const RunResult& run, const Model& model, const std::filesystem::path& file, std::int64_t limit_bytes, JobContext& job) {
    TensorsToSave tensors;
    if (run.model) tensors = tensorsOf(*run.model);
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
                     {"warnings", warnings}};
    if (run.perplexity) document["perplexity"] = savedPerplexity(*run.perplexity);
    document["layers"] = Json::array();
    for (const LayerReport& layer : has_model ? run.model->reports() : run.layers) document["layers"].push_back(savedLayerReport(layer));
    if (has_model) {
        document["input_scales"] = Json::array();
        for (const QuantizedBlock& block : run.model->blocks) {
            for (const QuantizedLinear& linear : block.linears) document["input_scales"].push_back(linear.input_scale);
        }
        document["model_seconds"] = savedNumber(run.model->seconds);
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
    if (const Json* found = object.find("perplexity")) run.perplexity = readPerplexity(*found, "perplexity", file.origin());

    std::map<std::string, const LinearInfo*> known;
    for (const LinearInfo& linear : model->linears) known[linear.name] = &linear;
    if (const Json* layers = object.find("layers")) {
        for (const Json& item : requireList(*layers, "layers", file.origin(), model->linears.size())) {
            const std::string where = "layers[" + std::to_string(run.layers.size()) + "]";
            JsonObject part(item, where, file.origin());
            LayerReport report = readLayerReport(part);
            part.finish();
            const auto layer = known.find(report.name);
            if (layer == known.end()) file.fail(where + ": expected a layer of the model, found '" + report.name + "'");
            if (report.out_features != layer->second->out_features || report.in_features != layer->second->in_features) {
                file.fail(where + ": expected the shape of '" + report.name + "', found another");
            }
            known.erase(layer);  // each once
            run.layers.push_back(std::move(report));
        }
    }
    run.counts = countsOf(*model, run.layers);
    run.experts = expertCoverage(*model, run.layers);
    const Json* scales = object.find("input_scales");
    double model_seconds = 0.0;
    readNumber(object, "model_seconds", model_seconds);
    object.finish();
    if (scales == nullptr) {
        file.finish();
        return run;
    }
    std::vector<double> input_scales;
    for (const Json& scale : requireList(*scales, "input_scales", file.origin(), run.layers.size())) {
        if (!scale.is_number()) object.refuse("input_scales", "numbers", scale);
        input_scales.push_back(scale.get<double>());
    }
    if (input_scales.size() != run.layers.size()) {
        file.fail("input_scales: expected " + std::to_string(run.layers.size()) + ", found " + std::to_string(input_scales.size()));
    }
    checkMethod(*model, run.method);
    auto quantized = std::make_shared<QuantizedModel>(ModelReader(file, model, run.method).read(run.layers, input_scales, job));
    quantized->seconds = model_seconds;
    run.model = std::move(quantized);
    return run;
}

}  // namespace salient
