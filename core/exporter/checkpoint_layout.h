#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/exporter/layer_form.h"

namespace salient {

/// A tensor of the checkpoint to be written.
struct CheckpointTensor {
    TensorLayout layout;
    std::string source;  ///< tensor of the original that it copies, unless a fold replaced it; empty: part of a packed layer
    int block = -1;      ///< −1: outside the blocks
    std::size_t shard = 0;
};

/// Everything a new checkpoint will hold, known from headers alone, before anything is quantized.
struct CheckpointLayout {
    std::vector<CheckpointTensor> tensors;
    std::map<std::string, std::size_t> by_name;          ///< tensor name → position in `tensors`
    std::vector<std::string> shard_files;                ///< "model.safetensors", or "model-00001-of-00002.safetensors" …
    std::map<std::string, const LinearInfo*> quantized;  ///< layers by name; the others stay in floating point
    std::vector<std::string> kept;                       ///< linear layers of the blocks that stay, in the order of computation

    [[nodiscard]] std::vector<TensorLayout> shard(std::size_t index) const;
    [[nodiscard]] std::int64_t sizeBytes() const;
};

/// The type in which a float tensor of the original is stored in a format. gptq and awq kernels compute in 16 bits, so F32 becomes
/// F16 where a user can still see it overflow; awq kernels and AutoAWQ know F16 alone. Everything else stays as it was.
[[nodiscard]] DType storedFloatType(ExportFormat format, DType original) noexcept;

/// Copied tensors keep their names. Left out: the head's weight when it is tied to the embedding, and buffers that old checkpoints
/// saved although loaders make them again (rotary_emb.inv_freq, causal masks): unknown names stop some loaders. Tensors of the parts beside
/// a text model (NestedFact) are all kept, each in its own type.
[[nodiscard]] CheckpointLayout checkpointLayout(const Model& model, const MethodSpec& method, ExportFormat format,
                                                std::int64_t shard_bytes);

/// Whether a shard of some checkpoint is called so.
[[nodiscard]] bool isShardFile(std::string_view name) noexcept;

/// Linear layers outside the blocks and kept ones, which formats that match by class must be told to leave alone: lm_head, OPT's
/// project_in and project_out, and every kept layer.
[[nodiscard]] std::vector<std::string> floatLinears(const Model& model, const CheckpointLayout& layout);

}  // namespace salient
