#include "core/model/model_config.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/model/config_reader.h"
#include "core/model/rope_config.h"
#include "core/model/sliding_config.h"

namespace salient {

namespace {

// Far above any model, far below where products of two sizes overflow.
constexpr Index kLargestSize = Index{1} << 24;
constexpr Index kMostPositions = Index{1} << 30;
constexpr Index kMostTokens = Index{1} << 28;
constexpr Index kMostBlocks = 4096;

std::string knownFamilies() {
    std::string names;
    for (const auto& family : families()) names += (names.empty() ? "" : ", ") + family->model_type;
    return names;
}

std::shared_ptr<const Family> findFamily(const ConfigReader& config) {
    if (const auto model_type = config.string("model_type")) {
        for (const auto& family : families()) {
            if (family->model_type == *model_type) return family;
        }
        config.failUnsupported("model_type", "one of " + knownFamilies() + " (or a salient-family.json that describes it)");
    }
    const Json& architectures = config.value("architectures");
    if (!architectures.is_array() || architectures.empty() || !architectures.front().is_string()) {
        config.fail("model_type", "one of " + knownFamilies());
    }
    const auto wanted = architectures.front().get<std::string>();
    for (const auto& family : families()) {
        const auto& known = family->architectures;
        if (std::find(known.begin(), known.end(), wanted) != known.end()) return family;
    }
    config.failUnsupported("architectures", "a model of type " + knownFamilies());
}

Activation readActivation(const ConfigReader& config, const std::string& key, Activation fallback) {
    const auto found = config.string(key);
    if (!found) return fallback;
    if (*found == "silu" || *found == "swish") return Activation::Silu;
    if (*found == "relu") return Activation::Relu;
    if (*found == "gelu") return Activation::Gelu;
    if (*found == "gelu_new" || *found == "gelu_fast" || *found == "gelu_pytorch_tanh") return Activation::GeluTanh;
    config.failUnsupported(key, "silu, gelu, gelu_new, gelu_pytorch_tanh or relu");
}

void readHeads(const ConfigReader& config, ModelConfig& c) {
    const ConfigKeys& keys = c.family->keys;
    c.n_heads = config.integer(keys.n_heads, 1, kLargestSize);
    c.head_dim = config.has(keys.head_dim) ? config.integer(keys.head_dim, 1, kLargestSize) : 0;
    if (c.head_dim == 0) {
        if (c.hidden_size % c.n_heads != 0) {
            config.fail(keys.n_heads, "a positive integer that divides " + keys.hidden_size + " (" + std::to_string(c.hidden_size) + ")");
        }
        c.head_dim = c.hidden_size / c.n_heads;
    }
    c.n_kv_heads = config.has(keys.n_kv_heads) ? config.integer(keys.n_kv_heads, 1, kLargestSize) : c.n_heads;
    if (c.n_heads % c.n_kv_heads != 0) {
        config.fail(keys.n_kv_heads, "a positive integer that divides " + keys.n_heads + " (" + std::to_string(c.n_heads) + ")");
    }
    if (c.n_heads * c.head_dim > kLargestSize) config.fail(keys.head_dim, "heads of a size that fits a model");
    const RotaryFact& rotary = c.family->rotary;
    const bool turns_whole = c.family->position == PositionKind::Rotary && rotary.fraction_key.empty() && rotary.dim_key.empty();
    if (turns_whole && c.head_dim % 2 != 0) {
        config.fail(config.has(keys.head_dim) ? keys.head_dim : keys.n_heads, "an even size of heads, for rotary positions");
    }
}

/// What changes the function that a model computes, and we do not compute: key, and the one value we do.
void refuseWhatWeDoNotCompute(const ConfigReader& config) {
    constexpr std::pair<const char*, bool> kOnly[] = {
        {"scale_attn_weights", true},
        {"scale_attn_by_inverse_layer_idx", false},
        {"add_cross_attention", false},
        {"layer_norm_elementwise_affine", true},
        {"qk_layernorm", false},
        {"apply_residual_connection_post_layernorm", false},
        {"use_bidirectional_attention", false},
    };
    for (const auto& [key, value] : kOnly) {
        if (config.boolean(key, value) != value) config.failUnsupported(key, value ? "true" : "false");
    }
}

void readWidths(const ConfigReader& config, ModelConfig& c) {
    const ConfigKeys& keys = c.family->keys;
    c.hidden_size = config.integer(keys.hidden_size, 1, kLargestSize);
    c.intermediate_size = c.family->defaults.intermediate_is_four_times_hidden
                              ? config.integer(keys.intermediate_size, 1, kLargestSize, 4 * c.hidden_size)
                              : config.integer(keys.intermediate_size, 1, kLargestSize);
    c.embedding_size = c.hidden_size;
    if (!c.family->project_in.empty()) c.embedding_size = config.integer("word_embed_proj_dim", 1, kLargestSize, c.hidden_size);
    c.vocabulary_size = config.integer("vocab_size", 1, kMostTokens);
    c.n_blocks = static_cast<int>(config.integer(keys.n_blocks, 1, kMostBlocks));
    const int default_positions = c.family->defaults.max_positions;
    c.max_positions = default_positions > 0 ? config.integer(keys.max_positions, 1, kMostPositions, default_positions)
                                            : config.integer(keys.max_positions, 1, kMostPositions);
}

/// A cap that a file may leave to the family's default, or switch off with null.
double readSoftCap(const ConfigReader& config, const std::string& key, double fallback) {
    if (key.empty()) return 0.0;
    if (!config.mentions(key)) return fallback;
    return config.number(key, 0.0, 0.0);
}

void readAttention(const ConfigReader& config, ModelConfig& c) {
    const Family& family = *c.family;
    const double scalar = family.keys.query_scalar.empty() ? static_cast<double>(c.head_dim) : config.number(family.keys.query_scalar, 0.0);
    c.attention_scale = family.scores_scaled ? 1.0 / std::sqrt(scalar) : 1.0;
    c.attention_soft_cap = readSoftCap(config, family.keys.attention_soft_cap, family.defaults.attention_soft_cap);
    c.clip_qkv = family.keys.clip_qkv.empty() ? 0.0 : config.number(family.keys.clip_qkv, 0.0, 0.0);
    if (family.position != PositionKind::Rotary) return;
    c.rope = readRopeConfig(config, family.rotary, c.head_dim, c.max_positions);
    if (!family.rotary.local_theta_key.empty()) c.local_rope = readLocalRopeConfig(config, family.rotary, c.rope.dim);
}

void readResidual(const ConfigReader& config, ModelConfig& c) {
    const Family& family = *c.family;
    const ConfigKeys& keys = family.keys;
    c.parallel_residual =
        keys.parallel_residual.empty() ? family.parallel_residual : config.boolean(keys.parallel_residual, family.parallel_residual);
    c.shares_norm = c.parallel_residual && family.parallel_shares_norm;
    if (!keys.norm_before.empty()) {
        c.norm_before = config.boolean(keys.norm_before, true);
        c.final_norm = c.norm_before && !config.boolean("_remove_final_layer_norm", false);
    }
}

}  // namespace

ModelConfig ModelConfig::parse(const Json& json, std::string_view origin, std::shared_ptr<const Family> described) {
    const ConfigReader config(json, origin);
    ModelConfig c;
    c.family = described ? std::move(described) : findFamily(config);
    const ConfigKeys& keys = c.family->keys;
    const ConfigDefaults& defaults = c.family->defaults;
    refuseWhatWeDoNotCompute(config);
    readWidths(config, c);
    readHeads(config, c);
    readSlidingWindow(config, c);
    c.norm_epsilon = config.number(keys.norm_epsilon, 0.0, defaults.norm_epsilon);
    c.activation = readActivation(config, keys.activation, defaults.activation);
    if (!keys.attention_bias.empty()) c.attention_bias = config.boolean(keys.attention_bias, defaults.bias);
    if (!keys.mlp_bias.empty()) c.mlp_bias = config.boolean(keys.mlp_bias, defaults.bias);
    readAttention(config, c);
    readResidual(config, c);
    c.logit_soft_cap = readSoftCap(config, keys.logit_soft_cap, defaults.logit_soft_cap);
    if (c.family->embedding_scaled_by_width) c.embedding_scale = std::sqrt(static_cast<double>(c.hidden_size));
    c.tie_word_embeddings = config.boolean("tie_word_embeddings", defaults.tie_word_embeddings);
    c.stored_dtype = config.string(config.has("torch_dtype") ? "torch_dtype" : "dtype").value_or("");
    c.raw = json;
    return c;
}

Index ModelConfig::slidingWindow(int block) const {
    if (block_slides.empty()) return sliding_window;
    return block_slides[static_cast<std::size_t>(block)] ? sliding_window : 0;
}

const RopeConfig& ModelConfig::ropeOf(int block) const { return local_rope && slidingWindow(block) > 0 ? *local_rope : rope; }

bool ModelConfig::hasBias(const LinearFact& linear) const {
    switch (linear.bias) {
        case BiasRule::Never:
            return false;
        case BiasRule::Always:
            return true;
        case BiasRule::AttentionSwitch:
            return attention_bias;
        case BiasRule::MlpSwitch:
            return mlp_bias;
    }
    return false;
}

std::pair<Index, Index> ModelConfig::linearShape(Role role) const {
    const Index queries = n_heads * head_dim;
    const Index keys = n_kv_heads * head_dim;
    switch (role) {
        case Role::Query:
            return {queries, hidden_size};
        case Role::Key:
        case Role::Value:
            return {keys, hidden_size};
        case Role::QueryKeyValue:
            return {queries + 2 * keys, hidden_size};
        case Role::AttentionOutput:
            return {hidden_size, queries};
        case Role::Gate:
        case Role::Up:
            return {intermediate_size, hidden_size};
        case Role::GateUp:
            return {2 * intermediate_size, hidden_size};
        case Role::Down:
            return {hidden_size, intermediate_size};
    }
    return {0, 0};
}

}  // namespace salient
