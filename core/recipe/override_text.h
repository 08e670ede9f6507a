#pragma once

#include <string>

#include "core/quant/layer_override.h"

namespace salient {

/// An override as one word of a command line: `EXPRESSION:bits=8,group_size=32,method=awq,ratio=0.4,clip=0.9` or `alpha=0.6`, any of
/// them. The last colon ends the expression.
/// Throws Error{InvalidOption} "--override: expected …, found …".
[[nodiscard]] LayerOverride overrideFromText(const std::string& text);
[[nodiscard]] std::string toText(const LayerOverride& change);

}  // namespace salient
