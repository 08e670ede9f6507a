#pragma once

#include <string>

#include "core/io/checkpoint.h"

namespace salient {

// AutoAWQ scales the inputs of the last layer of an MLP, too. Where no layer in front can be divided by the scales (families with GELU),
// the activation is, whenever the model runs: PARENT.ACTIVATION.scales [n] beside PARENT.LAYER, whose columns were multiplied by them.

/// Whether a tensor of that name is scales of a module that holds no packed codes.
[[nodiscard]] bool isActivationScales(const Checkpoint& stored, const std::string& name);

/// The layer whose columns were multiplied: the only packed one beside the activation that takes as many inputs. Empty: none, or several.
[[nodiscard]] std::string layerBehind(const Checkpoint& stored, const TensorView& activation_scales);

/// What the inputs of a packed layer are divided by, or null.
[[nodiscard]] const TensorView* findActivationScales(const Checkpoint& stored, const std::string& layer);

/// Throws Error{Unsupported} naming scales of which it cannot be told what they divide. Those that are all 1 divide nothing: AutoAWQ
/// writes them where it scaled nothing.
void refuseUnplacedScales(const Checkpoint& stored);

}  // namespace salient
