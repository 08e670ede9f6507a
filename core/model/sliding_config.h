#pragma once

#include "core/model/config_reader.h"
#include "core/model/model_config.h"

namespace salient {

/// Sets the sliding window of `c` and the blocks that it applies to, as config.json and the family say. "layer_types" goes before the
/// family's rule. Throws Error{Format}, Error{Unsupported} naming a kind of attention that is neither sliding nor full.
void readSlidingWindow(const ConfigReader& config, ModelConfig& c);

}  // namespace salient
