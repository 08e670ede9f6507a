#pragma once

#include <QString>

namespace salient {

/// How fast a job goes: "12346 tokens/s per block", "2.5 layers/s", "4.0 s per layer" where that is more than a second. What is counted
/// follows from the stage; steps where it is nothing that has a name. Empty while the rate is not known (not positive).
[[nodiscard]] QString rateText(const QString& stage, double per_second);

}  // namespace salient
