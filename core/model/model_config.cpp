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
constexpr Index kMostInAllBlocks = Index{1} << 16;  // of experts, or of heads with norms: each has names of its own

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

bool hasNewerBlocks(const ConfigReader& config, const ConfigKeys& keys) {
    return !keys.newer_blocks.empty() && config.boolean(keys.newer_blocks, false);
}

Index readKeyHeads(const ConfigReader& config, const ModelConfig& c) {
    const ConfigKeys& keys = c.family->keys;
    if (!keys.multi_query.empty() && !hasNewerBlocks(config, keys)) {
        // The number of key heads in the file is not what these blocks go by.
        return config.boolean(keys.multi_query, c.family->defaults.multi_query) ? 1 : c.n_heads;
    }
    return config.has(keys.n_kv_heads) ? config.integer(keys.n_kv_heads, 1, kLargestSize) : c.n_heads;
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
    c.n_kv_heads = readKeyHeads(config, c);
    if (c.n_heads % c.n_kv_heads != 0) {
        config.fail(keys.n_kv_heads, "a positive integer that divides " + keys.n_heads + " (" + std::to_string(c.n_heads) + ")");
    }
    if (c.n_heads * c.head_dim > kLargestSize) config.fail(keys.head_dim, "heads of a size that fits a model");
    const RotaryFact& rotary = c.family->rotary;
    const bool turns_whole = c.position == PositionKind::Rotary && rotary.fraction_key.empty() && rotary.dim_key.empty();
    if (turns_whole && c.head_dim % 2 != 0) {
        config.fail(config.has(keys.head_dim) ? keys.head_dim : keys.n_heads, "an even size of heads, for rotary positions");
    }
}

/// The entries that describe the model: those of the file or of the object in it that holds them, and before them what the family takes
/// for granted where they are silent.
Json entriesOf(const Json& json, const ConfigReader& whole, const Family& family) {
    Json entries = family.defaults.sizes;
    const std::string& key = family.nested.config_key;
    if (key.empty()) {
        entries.update(json);
        return entries;
    }
    if (!whole.value(key).is_object()) whole.fail(key, "an object, the configuration of the text model");
    entries.update(whole.value(key));
    return entries;
}

/// A nested object of another model's is another computation.
void checkNestedType(const ConfigReader& config, const NestedFact& nested) {
    if (nested.config_key.empty() || nested.model_type.empty()) return;
    if (config.string("model_type").value_or(nested.model_type) != nested.model_type)
        config.failUnsupported("model_type", nested.model_type);
}

/// What the text model's object says goes before what the whole's does.
bool readTied(const ConfigReader& config, const ConfigReader& whole, bool fallback) {
    const std::string key = "tie_word_embeddings";
    return config.has(key) ? config.boolean(key, fallback) : whole.boolean(key, fallback);
}

/// The whole's type goes before the text model's.
std::string readStoredType(const ConfigReader& config, const ConfigReader& whole) {
    for (const ConfigReader* reader : {&whole, &config}) {
        for (const char* key : {"torch_dtype", "dtype"}) {
            if (const auto type = reader->string(key)) return *type;
        }
    }
    return {};
}

/// What changes the function that a model computes, and we do not compute: key, and the one value we do. head_norms: the key that the
/// family has for norms of queries and keys, which it knows then.
void refuseWhatWeDoNotCompute(const ConfigReader& config, const std::string& head_norms) {
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
        if (key != head_norms && config.boolean(key, value) != value) config.failUnsupported(key, value ? "true" : "false");
    }
}

void readHeadNorms(const ConfigReader& config, ModelConfig& c) {
    const std::string& key = c.family->keys.head_norms;
    if (!key.empty() && !config.boolean(key, false)) return;
    c.query_norm = c.family->query_norm;
    c.key_norm = c.family->key_norm;
    const bool has_many = c.query_norm.find("{}") != std::string::npos || c.key_norm.find("{}") != std::string::npos;
    const Index most = kMostInAllBlocks / c.n_blocks;
    if (has_many && c.n_heads > most)
        config.fail(c.family->keys.n_heads, "at most " + std::to_string(most) + " heads where each has norms of its own");
}

/// The list of blocks that have an MLP although their turn would be a mixture's.
void takeOutDenseBlocks(const ConfigReader& config, const std::string& key, std::vector<bool>& in_block) {
    if (key.empty() || !config.has(key)) return;
    const Json& list = config.value(key);
    constexpr const char* kExpected = "a list of numbers of blocks";
    if (!list.is_array()) config.fail(key, kExpected);
    for (const Json& block : list) {
        if (!block.is_number_unsigned()) config.fail(key, kExpected);
        if (block < in_block.size()) in_block[block.get<std::size_t>()] = false;  // the published code passes over others, too
    }
}

void readExperts(const ConfigReader& config, ModelConfig& c) {
    const ExpertsFact& fact = c.family->experts;
    if (!c.family->hasExperts()) return;
    ExpertsConfig& experts = c.experts;
    constexpr Index kMostExperts = 1024;
    experts.count = config.integer(fact.count_key, 1, std::min(kMostExperts, kMostInAllBlocks / c.n_blocks));
    experts.per_token = config.integer(fact.per_token_key, 1, experts.count, std::min<Index>(fact.default_per_token, experts.count));
    experts.size = config.integer(fact.size_key, 1, kLargestSize);
    if (!fact.shared_router.empty()) experts.shared_size = config.integer(fact.shared_size_key, 1, kLargestSize);
    experts.is_normalized =
        fact.normalized_key.empty() ? fact.default_normalized : config.boolean(fact.normalized_key, fact.default_normalized);
    const Index step = fact.step_key.empty() ? 1 : config.integer(fact.step_key, 1, kMostBlocks, 1);
    for (Index block = 0; block < c.n_blocks; ++block) experts.in_block.push_back((block + 1) % step == 0);
    takeOutDenseBlocks(config, fact.dense_blocks_key, experts.in_block);
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
    if (c.position != PositionKind::Rotary) return;
    c.rope = readRopeConfig(config, family.rotary, c.head_dim, c.max_positions);
    if (!family.rotary.local_theta_key.empty()) c.local_rope = readLocalRopeConfig(config, family.rotary, c.rope.dim);
}

void readResidual(const ConfigReader& config, ModelConfig& c) {
    const Family& family = *c.family;
    const ConfigKeys& keys = family.keys;
    c.parallel_residual =
        keys.parallel_residual.empty() ? family.parallel_residual : config.boolean(keys.parallel_residual, family.parallel_residual);
    c.shares_norm = c.parallel_residual && family.parallel_shares_norm;
    c.attention_norm = family.attention_norm;
    c.mlp_norm = family.mlp_norm;
    if (hasNewerBlocks(config, keys)) {
        constexpr Index kMostNorms = 2;
        c.parallel_residual = true;
        c.shares_norm = config.integer(keys.n_parallel_norms, 1, kMostNorms, kMostNorms) == 1;
        if (!c.shares_norm) {
            c.attention_norm = family.newer_attention_norm;
            c.mlp_norm = family.newer_mlp_norm;
        }
    }
    if (!keys.norm_before.empty()) {
        c.norm_before = config.boolean(keys.norm_before, true);
        c.final_norm = c.norm_before && !config.boolean("_remove_final_layer_norm", false);
    }
}

}  // namespace

ModelConfig ModelConfig::parse(const Json& json, std::string_view origin, std::shared_ptr<const Family> described) {
    const ConfigReader whole(json, origin);
    ModelConfig c;
    c.family = described ? std::move(described) : findFamily(whole);
    const ConfigKeys& keys = c.family->keys;
    const ConfigDefaults& defaults = c.family->defaults;
    const NestedFact& nested = c.family->nested;
    const Json entries = entriesOf(json, whole, *c.family);
    const ConfigReader config(entries, origin, nested.config_key.empty() ? "" : nested.config_key + ".");
    checkNestedType(config, nested);
    refuseWhatWeDoNotCompute(config, keys.head_norms);
    readWidths(config, c);
    c.position = c.family->position;
    if (!keys.alibi.empty() && config.boolean(keys.alibi, false)) c.position = PositionKind::Alibi;
    readHeads(config, c);
    readSlidingWindow(config, c);
    c.norm_epsilon = config.number(keys.norm_epsilon, 0.0, defaults.norm_epsilon);
    c.activation = readActivation(config, keys.activation, defaults.activation);
    if (!keys.attention_bias.empty()) c.attention_bias = config.boolean(keys.attention_bias, defaults.bias);
    if (!keys.mlp_bias.empty()) c.mlp_bias = config.boolean(keys.mlp_bias, defaults.bias);
    readAttention(config, c);
    readHeadNorms(config, c);
    readResidual(config, c);
    readExperts(config, c);
    c.logit_soft_cap = readSoftCap(config, keys.logit_soft_cap, defaults.logit_soft_cap);
    if (c.family->embedding_scaled_by_width) c.embedding_scale = std::sqrt(static_cast<double>(c.hidden_size));
    c.tie_word_embeddings = readTied(config, whole, defaults.tie_word_embeddings);
    c.stored_dtype = readStoredType(config, whole);
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

bool ModelConfig::hasExperts(int block) const { return !experts.in_block.empty() && experts.in_block[static_cast<std::size_t>(block)]; }

std::pair<Index, Index> ModelConfig::linearShape(const LinearKey& key) const {
    const Index queries = n_heads * head_dim;
    const Index keys = n_kv_heads * head_dim;
    Index width = intermediate_size;
    if (key.expert != kNoExpert) width = key.expert == kSharedExpert ? experts.shared_size : experts.size;
    switch (key.role) {
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
            return {width, hidden_size};
        case Role::GateUp:
            return {2 * width, hidden_size};
        case Role::Down:
            return {hidden_size, width};
        case Role::Router:
            return {experts.count, hidden_size};
        case Role::SharedRouter:
            return {1, hidden_size};
    }
    return {0, 0};
}

}  // namespace salient
