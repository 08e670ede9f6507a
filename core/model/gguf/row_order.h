#pragma once

#include <optional>
#include <vector>

#include "core/model/gguf/architecture.h"

namespace salient::gguf {

/// Where rows of a layer (of its weight and its bias) stand in a GGUF file, where their order is another one: row r of the family's
/// tensor is row result[r] of the file's. Nothing where the order is the same.
[[nodiscard]] std::optional<std::vector<Index>> storedRows(const ModelConfig& config, const Architecture& architecture, Role role);

}  // namespace salient::gguf
