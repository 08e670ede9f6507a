#pragma once

#include "core/model/config_reader.h"
#include "core/model/model_config.h"

namespace salient {

/// The rotary embedding that a config.json asks for: the family's base and "rope_scaling", or the newer "rope_parameters" that holds
/// both (for each kind of block, "full_attention" and "sliding_attention", where they differ); the kind under "rope_type" or, as older
/// files spell it, "type". How many of the head_dim dimensions turn is the family's fact and config.json's number.
/// Throws Error{Unsupported} naming an unknown kind and those known, Error{Format}.
[[nodiscard]] RopeConfig readRopeConfig(const ConfigReader& config, const RotaryFact& fact, Index head_dim, Index max_positions);

/// That of blocks with a sliding window, where the family gives them a base of their own: its frequencies are not rescaled.
[[nodiscard]] RopeConfig readLocalRopeConfig(const ConfigReader& config, const RotaryFact& fact, Index dim);

}  // namespace salient
