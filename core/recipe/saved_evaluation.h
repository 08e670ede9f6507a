#pragma once

#include <filesystem>
#include <memory>

#include "core/eval/divergence.h"

namespace salient {

// What the original model makes of an evaluation text as one file, "salient-evaluation 1": the document holds its perplexity and a checksum
// of the windows' tokens, the tensors "window-N" its last hidden states [seq_len, hidden_size], which other models are compared with.

/// Checkpoints per window. Throws Error{Io}.
void saveEvaluation(const EvaluationReference& reference, const std::filesystem::path& file, JobContext& job);

/// Reads it back, bit for bit. Error{Format} unless it is that model's, of the windows that the text has now. Checkpoints per window.
[[nodiscard]] EvaluationReference loadEvaluation(const std::filesystem::path& file, std::shared_ptr<const Model> model, TextWindows text,
                                                 JobContext& job);

}  // namespace salient
