#pragma once

#include <QString>

#include "core/eval/diagnosis.h"

namespace salient {

/// "Outlier channels", "Dead channels".
[[nodiscard]] QString causeTitle(ErrorCause cause);
/// What was found, in one sentence or two with their numbers.
[[nodiscard]] QString evidenceText(const ErrorFinding& finding);
/// The change that should help: "groups of 32"; empty without one.
[[nodiscard]] QString remedyText(const ErrorFinding& finding);

}  // namespace salient
