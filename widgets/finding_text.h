#pragma once

#include <QString>

#include "core/eval/diagnosis.h"
#include "core/eval/number_trouble.h"

namespace salient {

/// "Outlier channels", "Dead channels".
[[nodiscard]] QString causeTitle(ErrorCause cause);
/// What was found, in one sentence or two with their numbers.
[[nodiscard]] QString evidenceText(const ErrorFinding& finding);
/// Where a model's own numbers are none, and that no setting helps. seq_len: of the windows.
[[nodiscard]] QString numberTroubleText(const NumberTrouble& trouble, Index seq_len);
/// The change that should help: "groups of 32"; empty without one.
[[nodiscard]] QString remedyText(const ErrorFinding& finding);

}  // namespace salient
