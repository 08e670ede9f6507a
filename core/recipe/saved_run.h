#pragma once

#include <filesystem>
#include <memory>

#include "core/recipe/run.h"

namespace salient {

// A result of a session as one file, "salient-run 1". The document holds what was measured and the method; of every quantized layer L
// there are the tensors
//   L.codes          U8  [out, bytes of a row]  codes of the layer's width one after another, the lowest bits of a byte first
//   L.scale, L.zero  F32 [out, groups]
//   L.group_index    I32 [in]
//   L.channel_scale  F32 [in], L.input_power F32 [in], L.row_scale F32 [out], L.bias F32 [out]: where the layer has them
// and of everything else that scales were folded into: replaced/NAME F32 [n], kept/LAYER F32 [out, in].
// A layer's grid and its kind of activations are the method's for that layer, so they stand in the method alone.

/// Writes a result of that model. Larger than limit_bytes, or without its quantized model, its numbers alone. Returns whether the
/// quantized model is in the file. Checkpoints per tensor. Throws Error{Io}.
bool saveRun(const RunResult& run, const Model& model, const std::filesystem::path& file, std::int64_t limit_bytes, JobContext& job);

/// Reads it back, bit for bit. Every size is that of `model`, or Error{Format}. RunResult::model is null where it was left out.
[[nodiscard]] RunResult loadRun(const std::filesystem::path& file, const std::shared_ptr<const Model>& model, JobContext& job);

}  // namespace salient
