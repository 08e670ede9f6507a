#pragma once

#include <filesystem>
#include <memory>

#include "core/recipe/run.h"

namespace salient {

// A result of a session as one file, "salient-run 2": the document holds what was measured and the method, the tensors are those of
// its quantized blocks (saved_block.h).

/// Writes a result of that model. Larger than limit_bytes, or without its quantized model, its numbers alone. Returns whether the
/// quantized model is in the file. Checkpoints per tensor. Throws Error{Io}.
bool saveRun(const RunResult& run, const Model& model, const std::filesystem::path& file, std::int64_t limit_bytes, JobContext& job);

/// Reads it back, bit for bit. Every size is that of `model`, or Error{Format}. RunResult::model is null where it was left out.
[[nodiscard]] RunResult loadRun(const std::filesystem::path& file, const std::shared_ptr<const Model>& model, JobContext& job);

}  // namespace salient
