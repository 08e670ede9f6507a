#pragma once

#include <optional>
#include <string>

#include "core/recipe/recipe.h"

namespace salient {

// How a recipe's runs treat one layer, with what its overrides change: what the views of a layer show.

/// Whether one of the method's expressions keeps the layer in 16 bits.
[[nodiscard]] bool keepsLayer(const MethodSpec& method, const std::string& layer);

/// The GPTQ options and grid that the stepper shows for a layer: those of the first run that rounds it by GPTQ without scaling it first,
/// else of the first that rounds it by GPTQ, else GPTQ's defaults on the grid of the first run that rounds its weights alone.
/// Throws Error{InvalidOption} for an expression that is none.
[[nodiscard]] MethodSpec stepperMethod(const Recipe& recipe, const std::string& layer);

/// The first run's method that scales the layer by AWQ and rounds its weights alone. Same errors.
[[nodiscard]] std::optional<MethodSpec> awqMethod(const Recipe& recipe, const std::string& layer);
/// The grid on which AWQ's ratio is tuned: that method's, else AWQ's form of the stepper's.
[[nodiscard]] GridSpec tunedGrid(const Recipe& recipe, const std::string& layer);
/// The first run's method that rounds the layer's input to int8, by preference one that scales it by SmoothQuant.
[[nodiscard]] std::optional<MethodSpec> int8Method(const Recipe& recipe, const std::string& layer);

}  // namespace salient
