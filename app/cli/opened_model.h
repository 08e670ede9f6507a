#pragma once

#include <memory>
#include <string>

#include "core/model/model.h"

namespace salient::cli {

/// A model of any kind, ready to run as its loaders do: layers with int8 activations on int8 products.
struct OpenedModel {
    std::shared_ptr<const Model> model;
    BlockLoader blocks;
};
[[nodiscard]] OpenedModel openAny(const std::string& directory);

}  // namespace salient::cli
