#pragma once

#include <QString>

#include "core/recipe/time_forecast.h"

namespace salient {

/// "a few seconds", "up to 30 s", "about 10 to 20 min", in the window's language.
[[nodiscard]] QString timeText(const RoundedTime& time);
/// What calibrating and the recipe's runs are forecast to take here.
[[nodiscard]] QString recipeTimeText(const RoundedTime& calibrating, const RoundedTime& quantizing);
/// In place of either, while it is being computed.
[[nodiscard]] QString awaitedTimeText();
/// What perplexities that are not there yet, and the layers of a run one at a time, are forecast to take here.
[[nodiscard]] QString evaluationTimeText(const RoundedTime& perplexity, const RoundedTime& layers);

}  // namespace salient
