#include "core/model/rope_config.h"

#include <cmath>
#include <string>

namespace salient {

namespace {

constexpr Index kMostPositions = Index{1} << 40;

RopeConfig::Scaling scalingKind(const ConfigReader& scaling) {
    const std::string key = scaling.has("rope_type") ? "rope_type" : "type";
    const std::string kind = scaling.string(key).value_or("default");
    if (kind == "default") return RopeConfig::Scaling::None;
    if (kind == "linear") return RopeConfig::Scaling::Linear;
    if (kind == "dynamic") return RopeConfig::Scaling::Dynamic;
    if (kind == "llama3") return RopeConfig::Scaling::Llama3;
    if (kind == "yarn") return RopeConfig::Scaling::Yarn;
    scaling.failUnsupported(key, "default, linear, dynamic, llama3 or yarn");
}

/// DeepSeek's spelling of YaRN's attention factor: a ratio of two temperatures.
double temperature(double factor, double mscale) { return factor <= 1.0 ? 1.0 : 0.1 * mscale * std::log(factor) + 1.0; }

void readYarn(const ConfigReader& scaling, RopeConfig& rope) {
    rope.beta_fast = scaling.number("beta_fast", 0.0, rope.beta_fast);
    rope.beta_slow = scaling.number("beta_slow", 0.0, rope.beta_slow);
    if (rope.beta_fast < rope.beta_slow) scaling.fail("beta_fast", "a number not below beta_slow");
    rope.truncate = scaling.boolean("truncate", true);
    if (scaling.has("attention_factor")) {
        rope.attention_factor = scaling.number("attention_factor", 0.0);
    } else if (scaling.has("mscale") && scaling.has("mscale_all_dim")) {
        rope.attention_factor =
            temperature(rope.factor, scaling.number("mscale", 0.0)) / temperature(rope.factor, scaling.number("mscale_all_dim", 0.0));
    }
}

void readScaling(const ConfigReader& scaling, Index max_positions, RopeConfig& rope) {
    rope.theta = scaling.number("rope_theta", 0.0, rope.theta);
    if (scaling.number("partial_rotary_factor", 0.0, 1.0) != 1.0) scaling.failUnsupported("partial_rotary_factor", "1");
    rope.scaling = scalingKind(scaling);
    if (rope.scaling == RopeConfig::Scaling::None) return;

    rope.factor = scaling.number("factor", 0.0);
    if (rope.factor < 1.0) scaling.fail("factor", "a number of at least 1");
    rope.original_max_positions = max_positions;
    switch (rope.scaling) {
        case RopeConfig::Scaling::Llama3:
            rope.original_max_positions = scaling.integer("original_max_position_embeddings", 1, kMostPositions);
            rope.low_frequency_factor = scaling.number("low_freq_factor", 0.0);
            rope.high_frequency_factor = scaling.number("high_freq_factor", 0.0);
            if (rope.high_frequency_factor <= rope.low_frequency_factor) scaling.fail("high_freq_factor", "a number above low_freq_factor");
            break;
        case RopeConfig::Scaling::Yarn:
            rope.original_max_positions = scaling.integer("original_max_position_embeddings", 1, kMostPositions, max_positions);
            readYarn(scaling, rope);
            break;
        case RopeConfig::Scaling::None:
        case RopeConfig::Scaling::Linear:
        case RopeConfig::Scaling::Dynamic:
            break;
    }
}

}  // namespace

RopeConfig readRopeConfig(const ConfigReader& config, Index max_positions) {
    RopeConfig rope;
    rope.theta = config.number("rope_theta", 0.0, rope.theta);
    if (config.number("partial_rotary_factor", 0.0, 1.0) != 1.0) config.failUnsupported("partial_rotary_factor", "1");
    if (config.has("rope_parameters")) {
        readScaling(config.object("rope_parameters"), max_positions, rope);
    } else if (config.has("rope_scaling")) {
        readScaling(config.object("rope_scaling"), max_positions, rope);
    }
    if (rope.theta <= 1.0) config.fail("rope_theta", "a number above 1");
    return rope;
}

}  // namespace salient
