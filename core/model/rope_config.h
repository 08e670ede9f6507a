#pragma once

#include "core/model/config_reader.h"
#include "core/model/model_config.h"

namespace salient {

/// The rotary embedding that a config.json asks for: "rope_theta" and "rope_scaling", or the newer "rope_parameters" that holds both;
/// the kind under "rope_type" or, as older files spell it, "type".
/// Throws Error{Unsupported} naming an unknown kind and those known, Error{Format}.
[[nodiscard]] RopeConfig readRopeConfig(const ConfigReader& config, Index max_positions);

}  // namespace salient
