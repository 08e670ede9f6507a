#include <optional>

#include "core/exporter/checksum.h"
#include "core/exporter/export_checkpoint.h"
#include "core/exporter/files_to_copy.h"
#include "core/exporter/gguf/export.h"
#include "core/exporter/quantization_config.h"
#include "core/exporter/salient_record.h"
#include "core/exporter/stored_floats.h"
#include "core/exporter/write_progress.h"
#include "core/io/contained_path.h"
#include "core/io/output_directory.h"
#include "core/kernels/convert.h"

namespace salient {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(ErrorCode code, const std::string& subject, const std::string& reason) {
    throw Error(code, "export: " + subject + ": " + reason);
}

void refuseObstacles(const Model& model, const MethodSpec& method, const ExportOptions& options) {
    std::string all;
    for (const std::string& obstacle : exportObstacles(model, method, options.format, options.gguf_weights))
        all += (all.empty() ? "" : " ") + obstacle;
    if (!all.empty()) throw Error(ErrorCode::InvalidOption, "export: " + std::string(name(options.format)) + ": " + all);
}

}  // namespace

bool isWeightsFile(std::string_view name) noexcept { return name == kGgufFileName || isShardFile(name); }

struct CheckpointWriter::State {
    State(std::shared_ptr<const Model> original, const MethodSpec& spec, ExportOptions given)
        : model(std::move(original)),
          method(spec),
          options(std::move(given)),
          form(formOf(options.format, method)),
          scale_type(storedScaleType(options.format, model->config)) {
        if (options.shard_bytes < 1) refuse(ErrorCode::InvalidOption, "shard size", "expected at least one byte");
        refuseObstacles(*model, method, options);
        layout = checkpointLayout(*model, method, options.format, options.shard_bytes);
        requireRanges();
        n_missing.assign(layout.shard_files.size(), 0);
        for (const CheckpointTensor& tensor : layout.tensors) ++n_missing[tensor.shard];
        progress.record.format = options.format;
        progress.record.method = std::string(methodName(method));
        progress.record.provenance = options.provenance;
    }

    void beginIn(const fs::path& target) {
        hidden.emplace(target);
        for (std::size_t i = 0; i < layout.shard_files.size(); ++i)
            shards.emplace_back(SafetensorsWriter(hidden->path() / layout.shard_files[i], layout.shard(i)));
    }

    void goOnIn(ResumableDirectory& directory, const Json& done) {
        resumable = &directory;
        directory.removeAllBut(done.is_null() ? std::vector<std::string>() : layout.shard_files);
        if (!done.is_null()) {
            progress = writeProgressFromJson(done, directory.place().string());
            for (const std::string& tensor : progress.written) --n_missing[planned(tensor).shard];
        }
        for (std::size_t i = 0; i < layout.shard_files.size(); ++i) {
            shards.emplace_back(SafetensorsWriter::inPlace(directory.path() / layout.shard_files[i], layout.shard(i), progress.written));
            if (n_missing[i] == 0) closeShard(i);
        }
    }

    [[nodiscard]] const fs::path& path() const { return resumable != nullptr ? resumable->path() : hidden->path(); }

    void closeShard(std::size_t shard) {
        shards[shard]->finish();
        shards[shard].reset();
    }

    Json flush() {
        for (std::optional<SafetensorsWriter>& shard : shards) {
            if (shard) shard->sync();
        }
        return toJson(progress);
    }

    /// Overflow in a copied tensor is found now, not after hours of quantization.
    void requireRanges() const {
        for (const CheckpointTensor& tensor : layout.tensors) {
            if (tensor.source.empty()) continue;
            const TensorView& view = model->checkpoint->tensor(tensor.source);
            if (view.dtype != tensor.layout.dtype) checkRange(view, tensor.layout.dtype);
        }
    }

    const CheckpointTensor& planned(const std::string& tensor) const {
        const auto found = layout.by_name.find(tensor);
        if (found == layout.by_name.end())
            refuse(ErrorCode::InvalidOption, tensor, "expected a tensor of the checkpoint, found none of that name");
        return layout.tensors[found->second];
    }

    void put(const CheckpointTensor& tensor, std::span<const std::byte> bytes) {
        shards[tensor.shard]->write(tensor.layout.name, bytes);
        progress.tensorDone(tensor.layout.name);
        if (--n_missing[tensor.shard] == 0) closeShard(tensor.shard);
    }

    /// A tensor that stands for itself: its bytes are what verification compares.
    void putRecorded(const CheckpointTensor& tensor, std::span<const std::byte> bytes) {
        progress.record.tensors[tensor.layout.name] = checksumText(checksum(bytes));
        put(tensor, bytes);
    }

    void putFloats(const CheckpointTensor& tensor, std::span<const float> values) {
        std::int64_t count = 1;
        for (const std::int64_t extent : tensor.layout.shape) count *= extent;
        if (count != static_cast<std::int64_t>(values.size())) {
            refuse(ErrorCode::ShapeMismatch, tensor.layout.name,
                   "expected " + std::to_string(count) + " values, found " + std::to_string(values.size()));
        }
        const StoredFloats stored = storeFloats(tensor.layout.name, values, tensor.layout.dtype);
        progress.record.addStored(tensor.layout.name, stored);
        putRecorded(tensor, stored.bytes);
    }

    /// weight [out, in]; the family may store it the other way round.
    void putWeight(const CheckpointTensor& tensor, const Matrix& weight) {
        const Matrix stored = model->config.family->weights_transposed ? Matrix(weight.transpose()) : weight;
        putFloats(tensor, {stored.data(), static_cast<std::size_t>(stored.size())});
    }

    void copy(const CheckpointTensor& tensor) {
        const TensorView& view = model->checkpoint->tensor(tensor.source);
        if (view.dtype == tensor.layout.dtype && !view.form) {
            putRecorded(tensor, view.bytes);
            view.finishReading();
        } else {
            putFloats(tensor, toFloats(view));
        }
    }

    void addLinear(const QuantizedLinear& linear) {
        const auto info = layout.quantized.find(linear.name);
        if (info == layout.quantized.end()) refuse(ErrorCode::InvalidOption, linear.name, "expected a layer that the method quantizes");
        const MethodSpec own = methodFor(method, linear.name);
        checkLayer(form, linear, *info->second, own, scale_type);
        Matrix meant = linear.tensor.dequantize();
        if (form == LayerForm::Float) {
            const CheckpointTensor& tensor = planned(linear.name + ".weight");
            putWeight(tensor, meant);
            const DType type = tensor.layout.dtype;
            meant = meant.unaryExpr([type](float value) { return roundToStored(value, type); });
        } else {
            for (const PackedTensor& packed : packLayer(form, linear, own, scale_type)) {
                const CheckpointTensor& tensor = planned(packed.layout.name);
                if (packed.layout.name.ends_with(".input_scale")) {
                    putRecorded(tensor, packed.bytes);
                } else {
                    put(tensor, packed.bytes);
                }
            }
        }
        progress.record.addLayer(linear.name, checksum(meant), linear.channel_scale);
        addBias(linear);
    }

    void addBias(const QuantizedLinear& linear) {
        const std::string tensor = linear.name + ".bias";
        if (!model->checkpoint->contains(tensor)) {
            if (!linear.bias.empty()) refuse(ErrorCode::ShapeMismatch, tensor, "expected no bias as in the original, found one");
            return;
        }
        // An unchanged bias is left for the byte-for-byte copy below.
        if (linear.bias.empty() || linear.bias == toFloats(model->checkpoint->tensor(tensor))) return;
        putFloats(planned(tensor), linear.bias);
    }

    void addBlock(const QuantizedBlock& block) {
        progress.beginBlock(block.block, model->config.n_blocks);
        for (const QuantizedLinear& linear : block.linears) addLinear(linear);
        for (const auto& [tensor, values] : block.replaced) {
            if (!progress.written.contains(tensor)) putFloats(planned(tensor), values);
        }
        for (const auto& [layer, weight] : block.kept) putWeight(planned(layer + ".weight"), weight);
        for (const CheckpointTensor& tensor : layout.tensors) {
            if (tensor.block != block.block || progress.written.contains(tensor.layout.name)) continue;
            if (tensor.source.empty())
                refuse(ErrorCode::InvalidOption, tensor.layout.name, "expected its layer in the block, found it missing");
            copy(tensor);
        }
    }

    void writeIndex() const {
        if (layout.shard_files.size() == 1) return;
        std::map<std::string, std::string> weight_map;
        for (const CheckpointTensor& tensor : layout.tensors) weight_map[tensor.layout.name] = layout.shard_files[tensor.shard];
        Json index = Json::object();
        index["metadata"] = Json::object({{"total_size", layout.sizeBytes()}});
        index["weight_map"] = weight_map;
        writeJson(path() / "model.safetensors.index.json", index);
    }

    void finish(JobContext& job) {
        progress.requireAllBlocks(model->config.n_blocks);
        const auto total = static_cast<std::int64_t>(layout.tensors.size());
        for (const CheckpointTensor& tensor : layout.tensors) {
            if (progress.written.contains(tensor.layout.name)) continue;
            job.checkpoint({"writing", static_cast<std::int64_t>(progress.written.size()), total, tensor.layout.name});
            copy(tensor);
        }
        writeIndex();
        const Json config = exportedConfig(*model, method, options.format, layout);
        writeJson(path() / "config.json", config);
        if (options.format == ExportFormat::Gptq) writeJson(path() / "quantize_config.json", config.at("quantization_config"));
        for (const std::string& file : filesToCopy(*model)) writeNewFile(path() / file, readText(containedPath(model->directory, file)));
        for (const auto& [name, content] : model->companion_files) writeNewFile(path() / name, content);
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
    LayerForm form;
    DType scale_type;
    CheckpointLayout layout;
    std::optional<OutputDirectory> hidden;    // before the files in it, so that they are closed first
    ResumableDirectory* resumable = nullptr;  // or this, the caller's
    std::vector<std::optional<SafetensorsWriter>> shards;
    std::vector<std::int64_t> n_missing;  // tensors, per shard
    WriteProgress progress;
};

CheckpointWriter::CheckpointWriter(std::shared_ptr<const Model> model, const MethodSpec& method, const fs::path& target,
                                   ExportOptions options) {
    if (options.format == ExportFormat::Gguf) {
        refuseObstacles(*model, method, options);
        gguf_ = std::make_unique<GgufExport>(std::move(model), method, target, std::move(options));
        return;
    }
    state_ = std::make_unique<State>(std::move(model), method, std::move(options));
    state_->beginIn(target);
}

CheckpointWriter::CheckpointWriter(std::shared_ptr<const Model> model, const MethodSpec& method, ResumableDirectory& directory,
                                   ExportOptions options, const Json& done) {
    if (options.format == ExportFormat::Gguf) {
        refuseObstacles(*model, method, options);
        gguf_ = std::make_unique<GgufExport>(std::move(model), method, directory, std::move(options), done);
        return;
    }
    state_ = std::make_unique<State>(std::move(model), method, std::move(options));
    state_->goOnIn(directory, done);
}

CheckpointWriter::~CheckpointWriter() = default;

void CheckpointWriter::add(const QuantizedBlock& block) {
    if (gguf_) return gguf_->add(block);
    state_->addBlock(block);
}

Json CheckpointWriter::flush() { return gguf_ ? gguf_->flush() : state_->flush(); }

void CheckpointWriter::finish(JobContext& job) {
    if (gguf_) return gguf_->finish(job);
    state_->finish(job);
}

WriteCounts CheckpointWriter::counts() const { return gguf_ ? gguf_->counts() : state_->progress.record.counts(); }

WriteCounts exportCheckpoint(const QuantizedModel& model, const fs::path& target, const ExportOptions& options, JobContext& job) {
    CheckpointWriter writer(model.original, model.method, target, options);
    for (const QuantizedBlock& block : model.blocks) {
        job.checkpoint({"writing", block.block, static_cast<std::int64_t>(model.blocks.size()), "block " + std::to_string(block.block)});
        writer.add(block);
    }
    writer.finish(job);
    return writer.counts();
}

}  // namespace salient
