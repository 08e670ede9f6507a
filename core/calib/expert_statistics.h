#pragma once

#include <vector>

#include "core/calib/calibrate.h"

namespace salient {

/// Puts something in the place of the statistics of experts that saw too few tokens (expertTokensNeeded()), in the statistics of a block
/// with a mixture (index: group). An expert's input is the output of a norm that all tokens share, so their channels and Hessian are the
/// best guess at tokens which will come; they are copied. Hidden values of two experts have nothing to do with each other, channel by
/// channel, so the channels of all experts together give ranges, and the Hessian becomes their mean power times the identity: GPTQ then
/// rounds each weight by itself, as RTN does. Groups that were not gathered are left alone.
void standInForExperts(const Model& model, std::vector<InputStatistics>& gathered, bool with_hessians);

}  // namespace salient
