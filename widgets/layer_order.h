#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/recipe/run.h"

namespace salient {

/// The names of all layers that any of the runs quantized, in the order of computation: runs that keep other layers in 16 bits count theirs
/// differently, and are compared by these. Where no run holds its model any more, the order of layers that no run has together is free.
[[nodiscard]] std::vector<std::string> layerOrder(const std::vector<std::shared_ptr<const RunResult>>& runs);

}  // namespace salient
