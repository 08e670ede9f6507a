#include "core/exporter/gguf/export.h"

#include <algorithm>
#include <optional>
#include <set>

#include "core/exporter/checksum.h"
#include "core/exporter/gguf/keys.h"
#include "core/exporter/gguf/pack.h"
#include "core/exporter/gguf/tensor_map.h"
#include "core/exporter/gguf/vocabulary.h"
#include "core/exporter/layer_form.h"
#include "core/exporter/salient_record.h"
#include "core/exporter/stored_floats.h"
#include "core/exporter/write_progress.h"
#include "core/io/output_directory.h"
#include "core/kernels/convert.h"

namespace salient {
namespace {

[[noreturn]] void refuse(ErrorCode code, const std::string& subject, const std::string& reason) {
    throw Error(code, "export: " + subject + ": " + reason);
}

}  // namespace

struct GgufExport::State {
    State(std::shared_ptr<const Model> original, const MethodSpec& spec, ExportOptions given)
        : model(std::move(original)), method(spec), options(std::move(given)), weights(resolved(options.gguf_weights, method)) {
        map = ggufTensorMap(*model, method, options.gguf_weights);
        for (std::size_t i = 0; i < map.size(); ++i) by_name.emplace(map[i].source, i);
        requireRanges();
        addModelKeys(keys, *model, weights);
        addVocabularyKeys(keys, ggufVocabulary(*model));
        layout.reserve(tables.size() + map.size());
        for (const auto& [name, values] : tables) {
            layout.push_back({name,
                              ggufTypeId(GgufElement::F32),
                              {static_cast<std::int64_t>(values.size())},
                              static_cast<std::int64_t>(values.size() * sizeof(float))});
        }
        for (GgufTensorLayout& tensor : ggufFileLayout(map)) layout.push_back(std::move(tensor));
        progress.record.format = ExportFormat::Gguf;
        progress.record.method = std::string(methodName(method));
        progress.record.provenance = options.provenance;
        progress.record.provenance["gguf_weights"] = std::string(salient::name(weights));
    }

    void beginIn(const std::filesystem::path& target) {
        hidden.emplace(target);
        writer.emplace(hidden->path() / kGgufFileName, keys, layout);
        writeTables();
    }

    void goOnIn(ResumableDirectory& directory, const Json& done) {
        resumable = &directory;
        directory.removeAllBut(done.is_null() ? std::vector<std::string>() : std::vector<std::string>{kGgufFileName});
        std::set<std::string> there;
        if (!done.is_null()) {
            progress = writeProgressFromJson(done, directory.place().string());
            for (const std::string& source : progress.written) there.insert(planned(source).storedName());
            for (const auto& [name, values] : tables) there.insert(name);
        }
        writer.emplace(GgufWriter::inPlace(directory.path() / kGgufFileName, keys, layout, there));
        if (done.is_null()) writeTables();
    }

    void writeTables() {
        for (const auto& [name, values] : tables) {
            const std::span<const std::byte> bytes = std::as_bytes(std::span(values));
            record(name, bytes);
            writer->write(name, bytes);
        }
    }

    Json flush() {
        writer->sync();
        return toJson(progress);
    }

    [[nodiscard]] const std::filesystem::path& path() const { return resumable != nullptr ? resumable->path() : hidden->path(); }

    /// Overflow in a copied tensor is found now, not after hours of quantization.
    void requireRanges() const {
        for (const GgufTensor& tensor : map) {
            if (tensor.is_quantized || tensor.element != GgufElement::F16) continue;
            const TensorView& view = model->checkpoint->tensor(tensor.source);
            if (view.dtype == DType::F16) continue;
            try {
                checkRange(view, DType::F16);
            } catch (const Error& error) {
                throw Error(error.code(), std::string(error.what()) + ", and so does gguf with the type bf16");
            }
        }
    }

    const GgufTensor& planned(const std::string& source) const {
        const auto found = by_name.find(source);
        if (found == by_name.end()) refuse(ErrorCode::InvalidOption, source, "expected a tensor of the model, found none of that name");
        return map[found->second];
    }

    void record(const std::string& stored_name, std::span<const std::byte> bytes) {
        progress.record.tensors[stored_name] = checksumText(checksum(bytes));
    }

    /// Into its place: an expert's is a slice.
    void put(const GgufTensor& tensor, std::span<const std::byte> bytes) {
        if (tensor.slice < 0) return writer->write(tensor.layout.name, bytes);
        writer->writePart(tensor.layout.name, tensor.slice, bytes);
    }

    void putRecorded(const GgufTensor& tensor, std::span<const std::byte> bytes) {
        record(tensor.storedName(), bytes);
        put(tensor, bytes);
    }

    void done(const GgufTensor& tensor) { progress.tensorDone(tensor.source); }

    /// values: the family's, [rows, cols] or [rows]; [out, in] for a linear layer whatever the family stores.
    void putFloats(const GgufTensor& tensor, std::span<const float> values) {
        const std::vector<float> ordered = inFileOrder(tensor, values);
        const DType type = tensor.element == GgufElement::F32 ? DType::F32 : tensor.element == GgufElement::BF16 ? DType::BF16 : DType::F16;
        const StoredFloats stored = storeFloats(tensor.source, ordered, type);
        progress.record.addStored(tensor.storedName(), stored);
        putRecorded(tensor, stored.bytes);
        done(tensor);
    }

    void copy(const GgufTensor& tensor) {
        if (tensor.is_transposed) {
            const LinearInfo& linear = model->linear(tensor.source.substr(0, tensor.source.rfind('.')));
            const Matrix weight = loadLinear(*model, linear);
            return putFloats(tensor, {weight.data(), static_cast<std::size_t>(weight.size())});
        }
        const TensorView& view = model->checkpoint->tensor(tensor.source);
        const bool is_same = (tensor.element == GgufElement::F16 && view.dtype == DType::F16) ||
                             (tensor.element == GgufElement::BF16 && view.dtype == DType::BF16);
        if (is_same && !view.form && tensor.rows.empty() && tensor.added == 0.0F) {  // no copy of a large embedding as floats
            putRecorded(tensor, view.bytes);
            view.finishReading();
            return done(tensor);
        }
        putFloats(tensor, model->floats(tensor.source));
    }

    /// The layer's weight with every scale of the method folded in, and nothing rounded.
    Matrix foldedWeight(const QuantizedLinear& linear) const {
        Matrix weight = loadLinear(*model, model->linear(linear.name));
        using Factors = Eigen::Map<const Eigen::ArrayXf>;
        const auto size = [](const std::vector<float>& values) { return static_cast<Index>(values.size()); };
        if (!linear.row_scale.empty()) weight.array().colwise() /= Factors(linear.row_scale.data(), size(linear.row_scale));
        if (!linear.channel_scale.empty())
            weight.array().rowwise() *= Factors(linear.channel_scale.data(), size(linear.channel_scale)).transpose();
        return weight;
    }

    PackedBlocks packFloats(const GgufTensor& tensor, const QuantizedLinear& linear) const {
        const Matrix weight = roundsWeights(weights) ? foldedWeight(linear) : linear.tensor.dequantize();
        try {
            return tensor.weights == GgufWeights::Q8_0 ? packQ8_0(weight, tensor.rows)
                                                       : packK(tensor.weights, weight, tensor.rows, linear.input_power);
        } catch (const Error& error) {
            throw Error(error.code(), linear.name + ": " + error.what());
        }
    }

    void addLinear(const QuantizedLinear& linear) {
        const GgufTensor& tensor = planned(linear.name + ".weight");
        if (!tensor.is_quantized) refuse(ErrorCode::InvalidOption, linear.name, "expected a layer that the method quantizes");
        const MethodSpec own = methodFor(method, linear.name);
        const bool has_codes = !roundsWeights(weights) && keepsCodes(tensor.weights, own);
        checkLayer(has_codes ? LayerForm::GgufBlocks : LayerForm::Float, linear, model->linear(linear.name), own, DType::F16);
        Matrix meant;
        if (has_codes || roundsWeights(weights) || tensor.weights == GgufWeights::Q8_0) {
            const PackedBlocks packed = has_codes ? packCodes(tensor.weights, linear.tensor, tensor.rows) : packFloats(tensor, linear);
            put(tensor, packed.bytes);
            meant = packed.meant;
            if (packed.largest_shift > 0.0) progress.record.shifted[linear.name] = packed.largest_shift;
            if (packed.n_flushed > 0) progress.record.flushed[tensor.storedName()] = packed.n_flushed;
            if (packed.n_raised > 0) progress.record.raised[linear.name] = packed.n_raised;
            if (packed.n_raised_factors > 0) progress.record.raised_factors[linear.name] = packed.n_raised_factors;
        } else {
            meant = linear.tensor.dequantize();
            const DType type = weights == GgufWeights::BF16 ? DType::BF16 : DType::F16;
            const StoredFloats stored =
                storeFloats(tensor.source, inFileOrder(tensor, {meant.data(), static_cast<std::size_t>(meant.size())}), type);
            progress.record.addStored(tensor.storedName(), stored);
            put(tensor, stored.bytes);
            meant = meant.unaryExpr([type](float value) { return roundToStored(value, type); });
        }
        done(tensor);
        progress.record.addLayer(tensor.record_name, checksum(meant), linear.channel_scale);
        if (!linear.bias.empty()) putFloats(planned(linear.name + ".bias"), linear.bias);
    }

    void addBlock(const QuantizedBlock& block) {
        progress.beginBlock(block.block, model->config.n_blocks);
        for (const QuantizedLinear& linear : block.linears) addLinear(linear);
        for (const auto& [tensor, values] : block.replaced) {
            if (!progress.written.contains(tensor)) putFloats(planned(tensor), values);
        }
        for (const auto& [layer, weight] : block.kept)
            putFloats(planned(layer + ".weight"), {weight.data(), static_cast<std::size_t>(weight.size())});
        for (const GgufTensor& tensor : map) {
            if (tensor.block != block.block || progress.written.contains(tensor.source)) continue;
            if (tensor.is_quantized) refuse(ErrorCode::InvalidOption, tensor.source, "expected its layer in the block, found it missing");
            copy(tensor);
        }
    }

    void finish(JobContext& job) {
        progress.requireAllBlocks(model->config.n_blocks);
        const auto total = static_cast<std::int64_t>(map.size());
        for (const GgufTensor& tensor : map) {
            if (progress.written.contains(tensor.source)) continue;
            job.checkpoint({"writing", static_cast<std::int64_t>(progress.written.size()), total, tensor.source});
            copy(tensor);
        }
        writer->finish();
        writer.reset();
        writeJson(path() / kSalientRecordFile, toJson(progress.record));
        job.checkpoint({"writing", total, total});
        if (resumable != nullptr) {
            resumable->commit();
        } else {
            hidden->commit();
        }
    }

    std::shared_ptr<const Model> model;
    MethodSpec method;
    ExportOptions options;
    GgufWeights weights;
    std::vector<GgufTensor> map;
    std::map<std::string, std::size_t> by_name;  // the family's tensor name → position in `map`
    GgufKeys keys;
    std::map<std::string, std::vector<float>> tables = ropeTables(model->config);
    std::vector<GgufTensorLayout> layout;
    std::optional<OutputDirectory> hidden;    // before the file in it, so that it is closed first
    ResumableDirectory* resumable = nullptr;  // or this, the caller's
    std::optional<GgufWriter> writer;
    WriteProgress progress;
};

GgufExport::GgufExport(std::shared_ptr<const Model> model, const MethodSpec& method, const std::filesystem::path& target,
                       ExportOptions options)
    : state_(std::make_unique<State>(std::move(model), method, std::move(options))) {
    state_->beginIn(target);
}
GgufExport::GgufExport(std::shared_ptr<const Model> model, const MethodSpec& method, ResumableDirectory& directory, ExportOptions options,
                       const Json& done)
    : state_(std::make_unique<State>(std::move(model), method, std::move(options))) {
    state_->goOnIn(directory, done);
}
GgufExport::~GgufExport() = default;
void GgufExport::add(const QuantizedBlock& block) { state_->addBlock(block); }
Json GgufExport::flush() { return state_->flush(); }
void GgufExport::finish(JobContext& job) { state_->finish(job); }
WriteCounts GgufExport::counts() const { return state_->progress.record.counts(); }

}  // namespace salient
