#pragma once

#include <optional>

#include "core/exporter/export_checkpoint.h"
#include "core/recipe/run.h"

namespace salient {

// What is counted of a run when its layers are long made.

/// Replaces its evaluation, and with it what that counted.
void setPerplexity(RunResult& run, std::optional<PerplexityResult> evaluation);
/// It was written: what that counted, of the run and of its layers, in the place of what an earlier writing counted.
void noteWritten(RunResult& run, const WriteCounts& written);
/// What noteWritten() noted.
[[nodiscard]] WriteCounts writtenCounts(const RunResult& run);

}  // namespace salient
