#pragma once

#include <QString>

#include "widgets/tune_model.h"

namespace salient {

// What the Tune view says about a choice and the recipe, in words.

/// What takes the inverse of the scales; empty where that is not known.
[[nodiscard]] QString foldText(const TuneModel& model, TuneMethod method);
/// Whether something takes it: else no recipe can hold the choice.
[[nodiscard]] bool canFold(const TuneModel& model, TuneMethod method) noexcept;
/// What of a choice a recipe does not hold; empty: it holds all.
[[nodiscard]] QString leftOutText(const TuneChoice& choice);

}  // namespace salient
