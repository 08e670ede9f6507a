#include "core/model/rope_config.h"

#include <cmath>
#include <optional>
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
    if (kind == "longrope" || kind == "su") return RopeConfig::Scaling::LongRope;
    scaling.failUnsupported(key, "default, linear, dynamic, llama3, yarn or longrope");
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

std::vector<double> readFactors(const ConfigReader& scaling, const std::string& key, Index n_pairs) {
    const Json& found = scaling.value(key);
    const std::string expected = std::to_string(n_pairs) + " positive numbers, one for each pair of dimensions that turn";
    if (!found.is_array() || static_cast<Index>(found.size()) != n_pairs) scaling.fail(key, expected);
    std::vector<double> factors;
    for (const Json& factor : found) {
        if (!factor.is_number() || !(factor.get<double>() > 0.0)) scaling.fail(key, expected);
        factors.push_back(factor.get<double>());
    }
    return factors;
}

/// The trained length stands beside the other sizes (Phi-3) or with the factors; the factor on it is the ratio of the two lengths.
void readLongRope(const ConfigReader& config, const ConfigReader& scaling, Index max_positions, RopeConfig& rope) {
    const std::string key = "original_max_position_embeddings";
    const ConfigReader& holder = config.has(key) ? config : scaling;
    rope.short_factors = readFactors(scaling, "short_factor", rope.dim / 2);
    rope.long_factors = readFactors(scaling, "long_factor", rope.dim / 2);
    rope.original_max_positions = holder.integer(key, 2, kMostPositions, max_positions);
    rope.factor = holder.has(key) ? static_cast<double>(max_positions) / static_cast<double>(rope.original_max_positions)
                                  : scaling.number("factor", 0.0, 1.0);
    if (scaling.has("attention_factor")) rope.attention_factor = scaling.number("attention_factor", 0.0);
}

/// How many dimensions turn, from the share that config.json or its rope_parameters (scaling) name.
Index readDim(const ConfigReader& config, const ConfigReader* scaling, const RotaryFact& fact, Index head_dim) {
    if (config.has(fact.dim_key)) {
        const Index dim = config.integer(fact.dim_key, 2, head_dim);
        if (dim % 2 != 0) config.fail(fact.dim_key, "an even number of dimensions");
        return dim;
    }
    const std::string common_key = "partial_rotary_factor";
    const bool is_partial = !fact.fraction_key.empty();
    if (fact.fraction_key != common_key && config.number(common_key, 0.0, 1.0) != 1.0) config.failUnsupported(common_key, "1");
    double fraction = is_partial ? config.number(fact.fraction_key, 0.0, fact.default_fraction) : 1.0;
    const ConfigReader* holder = &config;
    std::string key = fact.fraction_key;
    if (scaling != nullptr && scaling->has(common_key)) {
        fraction = scaling->number(common_key, 0.0);
        holder = scaling;
        key = common_key;
        if (!is_partial && fraction != 1.0) scaling->failUnsupported(common_key, "1");
    }
    const auto dim = static_cast<Index>(fraction * static_cast<double>(head_dim));
    if (fraction > 1.0 || dim < 2 || dim % 2 != 0) {
        holder->fail(key, "a share of the " + std::to_string(head_dim) + " dimensions of a head that is an even number of them");
    }
    return dim;
}

void readScaling(const ConfigReader& config, const ConfigReader& scaling, Index max_positions, RopeConfig& rope) {
    rope.theta = scaling.number("rope_theta", 0.0, rope.theta);
    rope.scaling = scalingKind(scaling);
    if (rope.scaling == RopeConfig::Scaling::None) return;
    if (rope.scaling == RopeConfig::Scaling::LongRope) {
        readLongRope(config, scaling, max_positions, rope);
        return;
    }
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
        case RopeConfig::Scaling::LongRope:
            break;
    }
}

constexpr const char* kFull = "full_attention";
constexpr const char* kSliding = "sliding_attention";

/// The object that describes the rotary embedding of blocks of that kind, if there is one.
std::optional<ConfigReader> scalingOf(const ConfigReader& config, const char* kind) {
    for (const char* key : {"rope_parameters", "rope_scaling"}) {
        if (!config.has(key)) continue;
        const ConfigReader object = config.object(key);
        return object.has(kind) ? object.object(kind) : object;
    }
    return std::nullopt;
}

}  // namespace

RopeConfig readRopeConfig(const ConfigReader& config, const RotaryFact& fact, Index head_dim, Index max_positions) {
    const std::optional<ConfigReader> scaling = scalingOf(config, kFull);
    RopeConfig rope;
    rope.dim = readDim(config, scaling ? &*scaling : nullptr, fact, head_dim);
    rope.theta = fact.theta_key.empty() ? fact.default_theta : config.number(fact.theta_key, 0.0, fact.default_theta);
    if (scaling) readScaling(config, *scaling, max_positions, rope);
    if (rope.theta <= 1.0) config.fail(fact.theta_key, "a number above 1");
    return rope;
}

RopeConfig readLocalRopeConfig(const ConfigReader& config, const RotaryFact& fact, Index dim) {
    RopeConfig rope;
    rope.dim = dim;
    rope.theta = config.number(fact.local_theta_key, 1.0, fact.default_local_theta);
    if (!config.has("rope_parameters") || !config.object("rope_parameters").has(kSliding)) return rope;
    const ConfigReader scaling = config.object("rope_parameters").object(kSliding);
    rope.theta = scaling.number("rope_theta", 1.0, rope.theta);
    if (scalingKind(scaling) != RopeConfig::Scaling::None) scaling.failUnsupported("rope_type", "default");
    return rope;
}

}  // namespace salient
