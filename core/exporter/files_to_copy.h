#pragma once

#include <string>
#include <vector>

#include "core/model/model.h"

namespace salient {

/// Files of the model's directory that loaders need beside weights and config, of those that are there: tokenizer, chat template,
/// processors, the Python files of auto_map, the family's description. An export copies them byte for byte: re-saving a tokenizer changes
/// names that older loaders look for.
[[nodiscard]] std::vector<std::string> filesToCopy(const Model& model);

}  // namespace salient
