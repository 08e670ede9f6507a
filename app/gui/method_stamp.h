#pragma once

#include <QString>
#include <string>

#include "core/recipe/run.h"

namespace salient {

// Settings in one line, for what leaves the window: whoever meets the picture elsewhere can make it again.

/// A method with all settings that have a part in it, defaults included, under the names that recipes give them: "GPTQ, 4 bits, groups of
/// 128, symmetric (grid.bits 4, …, gptq.damping 0.01, …)". Overrides are not among them: they are layerStamp()'s.
[[nodiscard]] QString methodStamp(const MethodSpec& method);

/// What a run did otherwise to that layer than to the rest, and the ratio or α it ended with; empty: nothing.
/// Throws Error{InvalidOption} for an expression that is none.
[[nodiscard]] QString layerStamp(const RunResult& run, const std::string& layer);

}  // namespace salient
