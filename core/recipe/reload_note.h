#pragma once

#include <string>

#include "core/exporter/export_checkpoint.h"
#include "core/exporter/verify.h"

namespace salient {

// What stands in place of the comparison of a written model with the one in memory, by perplexity (ReloadCheck), where there is none.

/// Why there is none of a run whose statistics came from a file; inputs: InputSource::description().
[[nodiscard]] std::string whyNotReloaded(const std::string& inputs);

/// A note that says why, and what was compared all the same. inputs: as above, empty where a text was run. Where neither those nor the
/// format are the reason, an earlier start made blocks that are not in memory.
[[nodiscard]] Finding notReloaded(const std::string& inputs, const ExportOptions& written);

}  // namespace salient
