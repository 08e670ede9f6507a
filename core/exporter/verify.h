#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/job.h"
#include "core/model/model.h"

namespace salient {

/// A quantized directory as its loaders compute: originalBlocks(), but layers with int8 activations run on int8 products. Its layers are
/// read by code that shares nothing with the writers. Throws Error{Format} naming tensor and reason.
[[nodiscard]] BlockLoader storedBlocks(std::shared_ptr<const Model> model);

enum class Severity { Note, Warning, Failure };  ///< Failure: a loader would fail or give wrong numbers
struct Finding {
    Severity severity = Severity::Note;
    std::string subject;  ///< layer, tensor or file
    std::string message;  ///< what, expected, found
};

struct VerifyReport {
    std::string format;
    Index n_layers = 0;                         ///< quantized layers read and recomputed
    Index n_layers_identical = 0;               ///< whose weights equal, bit for bit, what the writer meant (checksums in salient.json)
    double worst_relative_weight_error = -1.0;  ///< against the original, scales undone; −1: no original given
    std::vector<Finding> findings;
    [[nodiscard]] bool passed() const;
};

/// Reads a directory (or a GGUF file) back, recomputes every weight and compares: with the checksums written beside it, with config and
/// headers, and with the original model where given.
[[nodiscard]] VerifyReport verifyCheckpoint(const std::filesystem::path& directory, std::shared_ptr<const Model> original, JobContext& job);

}  // namespace salient
