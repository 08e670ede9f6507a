#pragma once

#include <string>

#include "core/quant/layer_override.h"

namespace salient {

/// An override as one word of a command line: `EXPRESSION:bits=8,group_size=32,method=rtn,alpha=0.6,ratio=0.4`, any of them. The last
/// colon ends the expression.
/// Throws Error{InvalidOption} "--override: expected …, found …".
[[nodiscard]] LayerOverride overrideFromText(const std::string& text);
[[nodiscard]] std::string toText(const LayerOverride& change);

}  // namespace salient
