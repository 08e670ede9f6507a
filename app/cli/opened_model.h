#pragma once

#include <memory>
#include <string>

#include "core/model/model.h"

namespace salient::cli {

/// A model directory of any kind, ready to run: original, or exported with quantized layers.
struct OpenedModel {
    std::shared_ptr<const Model> model;
    BlockLoader blocks;
    bool is_quantized = false;
};
[[nodiscard]] OpenedModel openAny(const std::string& directory);

}  // namespace salient::cli
