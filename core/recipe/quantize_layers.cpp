#include "core/recipe/quantize_layers.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <set>

#include "core/exporter/stored_floats.h"
#include "core/io/contained_path.h"
#include "core/io/json_file.h"
#include "core/io/npz.h"
#include "core/io/output_directory.h"
#include "core/io/safetensors.h"
#include "core/kernels/convert.h"

namespace salient {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kWeight = ".weight";

bool isWeight(const TensorView& tensor) {
    const bool is_float = tensor.dtype == DType::F32 || tensor.dtype == DType::F16 || tensor.dtype == DType::BF16;
    return is_float && tensor.shape.size() == 2 && tensor.name.ends_with(kWeight);
}

std::string layerOf(const TensorView& tensor) { return tensor.name.substr(0, tensor.name.size() - kWeight.size()); }

/// Configuration and tokenizer of any model: text that loaders read. What could be weights of another kind or a program is left out.
bool isCopied(const std::string& file) {
    for (const char* ending : {".json", ".txt", ".model", ".jinja"}) {
        if (file.ends_with(ending)) return true;
    }
    return false;
}

/// What the arrays of a file of captured inputs are called.
std::set<std::string> arrayNames(const fs::path& inputs) {
    std::set<std::string> names;
    if (isZip(inputs)) {
        const NpzFile file = NpzFile::open(inputs);
        for (const auto& [name, header] : file.arrays()) names.insert(name);
    } else {
        const SafetensorsFile file = SafetensorsFile::open(inputs);
        for (const auto& [name, tensor] : file.tensors()) names.insert(name);
    }
    return names;
}

class LayerWalk {
public:
    LayerWalk(const Checkpoint& checkpoint, const InputSource& source, const MethodSpec& method, JobContext& job)
        : checkpoint_(checkpoint), source_(source), method_(method), job_(job) {}

    LayersResult run(const fs::path& out) {
        const auto start = std::chrono::steady_clock::now();
        for (const auto& [name, tensor] : checkpoint_.tensors()) n_weights_ += isWeight(tensor) ? 1 : 0;
        if (out.empty()) {
            for (const auto& [name, tensor] : checkpoint_.tensors()) static_cast<void>(quantized(tensor));
        } else {
            write(out);
        }
        if (result_.layers.empty()) {
            throw Error(ErrorCode::InvalidOption,
                        "layers: " + checkpoint_.directory().string() + ": expected a weight NAME.weight with inputs called NAME in " +
                            source_.description() + ", found none among " + std::to_string(n_weights_) + " weights");
        }
        result_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        return std::move(result_);
    }

private:
    /// The dequantized weight, or nothing for a tensor that stays as it is.
    std::optional<Matrix> quantized(const TensorView& tensor) {
        if (!isWeight(tensor)) return std::nullopt;
        const std::string layer = layerOf(tensor);
        job_.checkpoint({"quantizing", n_done_++, n_weights_, layer});
        const std::optional<InputStatistics> input = source_.read(layer, tensor.shape[1], true, job_);
        if (!input) {
            result_.left.push_back(layer);
            return std::nullopt;
        }
        const Matrix weight = toMatrix(tensor);
        const Index bad = firstNonFinite({weight.data(), static_cast<std::size_t>(weight.size())});
        if (bad >= 0) {
            throw Error(ErrorCode::NonFinite, "layers: " + tensor.name + ": expected finite weights, found one that is not in row " +
                                                  std::to_string(bad / weight.cols()) + ", column " + std::to_string(bad % weight.cols()));
        }
        const std::vector<MatrixView> weights(1, weight);
        const std::vector<std::string> names(1, layer);
        const QuantizedLinear linear = std::move(quantizeGroup(weights, names, *input, false, method_, job_).front());
        result_.layers.push_back(linear.report);
        return linear.tensor.dequantize();
    }

    void write(const fs::path& out) {
        OutputDirectory directory(out);
        for (const fs::path& file : checkpoint_.files()) writeShard(file, directory.path() / file.filename());
        for (const std::string& name : namesIn(checkpoint_.directory())) {
            if (!isCopied(name)) continue;
            const fs::path from = containedPath(checkpoint_.directory(), name);
            std::error_code ignored;
            if (!fs::is_regular_file(from, ignored)) continue;
            writeNewFile(directory.path() / name, readText(from));
        }
        if (!result_.layers.empty()) directory.commit();
    }

    void writeShard(const fs::path& from, const fs::path& to) {
        const SafetensorsFile shard = SafetensorsFile::open(from);
        std::vector<TensorLayout> layout;
        for (const auto& [name, tensor] : shard.tensors()) layout.push_back({name, tensor.dtype, tensor.shape});
        SafetensorsWriter writer(to, layout, shard.metadata());
        for (const auto& [name, tensor] : shard.tensors()) {
            if (const std::optional<Matrix> weight = quantized(tensor)) {
                const StoredFloats stored = storeFloats(name, {weight->data(), static_cast<std::size_t>(weight->size())}, tensor.dtype);
                result_.n_flushed_values += stored.n_flushed;
                result_.n_subnormal_values += stored.n_subnormal;
                writer.write(name, stored.bytes);
            } else {
                writer.write(name, tensor.bytes);
                tensor.finishReading();
            }
        }
        writer.finish();
    }

    const Checkpoint& checkpoint_;
    const InputSource& source_;
    const MethodSpec& method_;
    JobContext& job_;
    LayersResult result_;
    std::int64_t n_weights_ = 0;
    std::int64_t n_done_ = 0;
};

}  // namespace

double LayersResult::relativeOutputError() const { return salient::relativeOutputError(layers); }

LayersResult quantizeLayers(const Checkpoint& checkpoint, const InputSource& source, const MethodSpec& method, const fs::path& out,
                            JobContext& job) {
    method.validate();
    if (method.activations != ActivationScale::None) {
        throw Error(ErrorCode::InvalidOption, "layers: expected a method that rounds weights alone, found " +
                                                  std::string(methodName(method)) +
                                                  ", whose int8 inputs a dequantized weight does not say");
    }
    return LayerWalk(checkpoint, source, method, job).run(out);
}

MemoryForecast forecastLayers(const Checkpoint& checkpoint, const fs::path& inputs) {
    const std::set<std::string> names = arrayNames(inputs);
    MemoryForecast most = forecastLayer(0, 0);
    for (const auto& [name, tensor] : checkpoint.tensors()) {
        if (!isWeight(tensor) || (!names.contains(layerOf(tensor)) && !names.contains(layerOf(tensor) + ".input"))) continue;
        most = std::max(most, forecastLayer(tensor.shape[0], tensor.shape[1]),
                        [](const MemoryForecast& a, const MemoryForecast& b) { return a.total() < b.total(); });
    }
    return most;
}

}  // namespace salient
