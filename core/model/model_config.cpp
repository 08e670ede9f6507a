#include "core/model/model_config.h"

#include <algorithm>

#include "core/error.h"
#include "core/model/config_reader.h"
#include "core/model/rope_config.h"

namespace salient {

namespace {

// Far above any model, far below where products of two sizes overflow.
constexpr Index kLargestSize = Index{1} << 24;
constexpr Index kMostPositions = Index{1} << 30;
constexpr Index kMostTokens = Index{1} << 28;
constexpr Index kMostBlocks = 4096;

std::string knownFamilies() {
    std::string names;
    for (const Family& family : families()) names += (names.empty() ? "" : ", ") + family.model_type;
    return names;
}

const Family& findFamily(const ConfigReader& config) {
    if (const auto model_type = config.string("model_type")) {
        for (const Family& family : families()) {
            if (family.model_type == *model_type) return family;
        }
        config.failUnsupported("model_type", "one of " + knownFamilies());
    }
    const Json& architectures = config.value("architectures");
    if (!architectures.is_array() || architectures.empty() || !architectures.front().is_string()) {
        config.fail("model_type", "one of " + knownFamilies());
    }
    const auto wanted = architectures.front().get<std::string>();
    for (const Family& family : families()) {
        const auto& known = family.architectures;
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
    if (c.family->position == PositionKind::Rotary && c.head_dim % 2 != 0) {
        config.fail(config.has(keys.head_dim) ? keys.head_dim : keys.n_heads, "an even size of heads, for rotary positions");
    }
}

void readSlidingWindow(const ConfigReader& config, ModelConfig& c) {
    const ConfigKeys& keys = c.family->keys;
    if (!config.has(keys.sliding_window)) return;
    if (!keys.sliding_window_switch.empty() && !config.boolean(keys.sliding_window_switch, false)) return;
    c.sliding_window = config.integer(keys.sliding_window, 1, kMostPositions);

    const auto n_blocks = static_cast<std::size_t>(c.n_blocks);
    if (config.has("layer_types")) {
        const Json& types = config.value("layer_types");
        if (!types.is_array() || types.size() != n_blocks) config.fail("layer_types", "one entry per block");
        for (const Json& type : types) {
            if (type != "sliding_attention" && type != "full_attention") {
                config.failUnsupported("layer_types", "sliding_attention or full_attention");
            }
            c.block_slides.push_back(type == "sliding_attention");
        }
    } else if (!keys.sliding_window_switch.empty()) {
        // Qwen2 counts from the bottom: the blocks below max_window_layers see everything. Its published default is 28.
        constexpr Index kDefaultFullBlocks = 28;
        const Index first = config.integer("max_window_layers", 0, kMostBlocks, kDefaultFullBlocks);
        for (Index block = 0; block < c.n_blocks; ++block) c.block_slides.push_back(block >= first);
    }
}

/// What changes the function that a model computes, and we do not compute.
void refuseWhatWeDoNotCompute(const ConfigReader& config) {
    if (!config.boolean("scale_attn_weights", true)) config.failUnsupported("scale_attn_weights", "true");
    if (config.boolean("scale_attn_by_inverse_layer_idx", false)) config.failUnsupported("scale_attn_by_inverse_layer_idx", "false");
    if (config.boolean("add_cross_attention", false)) config.failUnsupported("add_cross_attention", "false");
    if (!config.boolean("layer_norm_elementwise_affine", true)) config.failUnsupported("layer_norm_elementwise_affine", "true");
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
    c.max_positions = config.integer(keys.max_positions, 1, kMostPositions);
}

}  // namespace

ModelConfig ModelConfig::parse(const Json& json, std::string_view origin) {
    const ConfigReader config(json, origin);
    ModelConfig c;
    c.family = &findFamily(config);
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
    if (c.family->position == PositionKind::Rotary) c.rope = readRopeConfig(config, c.max_positions);
    if (!keys.norm_before.empty()) {
        c.norm_before = config.boolean(keys.norm_before, true);
        c.final_norm = c.norm_before && !config.boolean("_remove_final_layer_norm", false);
    }
    c.tie_word_embeddings = config.boolean("tie_word_embeddings", defaults.tie_word_embeddings);
    c.stored_dtype = config.string(config.has("torch_dtype") ? "torch_dtype" : "dtype").value_or("");
    c.raw = json;
    return c;
}

Index ModelConfig::slidingWindow(int block) const {
    if (block_slides.empty()) return sliding_window;
    return block_slides[static_cast<std::size_t>(block)] ? sliding_window : 0;
}

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
        case Role::Down:
            return {hidden_size, intermediate_size};
    }
    return {0, 0};
}

}  // namespace salient
