#pragma once

#include <array>
#include <string>

#include "core/eval/calibration_ab.h"
#include "core/io/json_object.h"
#include "core/recipe/recipe.h"

namespace salient {

/// One of two texts that were compared, and what was taken of it.
struct ComparedText {
    Recipe recipe;  ///< that calibrates on it: text, windows, precision and one run, whose method is tried; nothing else of it counts
    Index n_windows = 0;
    Index seq_len = 0;
};

/// A comparison of two calibration texts, with what it is of.
struct CalibrationComparison {
    std::array<ComparedText, 2> texts;  ///< A and B
    CalibrationAb result;
};

[[nodiscard]] Json savedComparison(const CalibrationComparison& comparison);
/// Throws Error{Format} as JsonObject does, and what draftRecipeFromJson() throws.
[[nodiscard]] CalibrationComparison readComparison(const Json& value, const std::string& path, const std::string& origin);

}  // namespace salient
