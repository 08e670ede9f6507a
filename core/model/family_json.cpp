// Families as JSON. One function lists the facts for both directions, so that what is written can always be read.

#include "core/model/family_json.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/io/contained_path.h"
#include "core/io/json_object.h"

namespace salient {

namespace {

/// The words for the values of an enumeration, in its order.
using Words = std::vector<std::string>;
const Words kNormKinds = {"rms", "layer"};
const Words kPositions = {"rotary", "learned", "alibi"};
const Words kAlibiForms = {"exact", "scaled-bfloat16"};
const Words kPairs = {"halves", "neighbours"};
const Words kFusedRows = {"concatenated", "per-key-head"};
const Words kSlidingBlocks = {"all", "from-max-window-layers", "every-second", "all-but-every-nth", "attention-layers"};
const Words kActivations = {"silu", "gelu", "gelu-tanh", "relu"};
const Words kBiasRules = {"never", "always", "attention-switch", "mlp-switch"};

Words roleWords() {
    Words words;
    for (int role = 0; role <= static_cast<int>(Role::Down); ++role) words.emplace_back(name(static_cast<Role>(role)));
    return words;
}

class FactWriter {
public:
    template <typename T>
    void value(const char* key, const T& fact) {
        json[key] = fact;
    }
    void sizes(const char* key, const std::map<std::string, std::int64_t>& facts) { json[key] = facts; }
    template <typename Enum>
    void word(const char* key, const Enum& fact, const Words& words) {
        json[key] = words[static_cast<std::size_t>(fact)];
    }
    template <typename Part, typename Each>
    void part(const char* key, const Part& facts, Each each) {
        FactWriter writer;
        each(facts, writer);
        json[key] = std::move(writer.json);
    }
    template <typename Part, typename Each>
    void list(const char* key, const std::vector<Part>& parts, Each each) {
        Json& array = json[key] = Json::array();
        for (const Part& facts : parts) {
            FactWriter writer;
            each(facts, writer);
            array.push_back(std::move(writer.json));
        }
    }

    Json json = Json::object();
};

class FactReader {
public:
    explicit FactReader(JsonObject& object) : object_(object) {}

    template <typename T>
    void value(const char* key, T& fact) {
        object_.read(key, fact);
    }
    void sizes(const char* key, std::map<std::string, std::int64_t>& facts) {
        const Json* found = object_.find(key);
        if (found == nullptr) return;
        constexpr const char* kExpected = "an object of whole numbers under the keys of config.json";
        if (!found->is_object()) object_.refuse(key, kExpected, *found);
        facts.clear();
        for (const auto& [name, size] : found->items()) {
            const bool is_whole = size.is_number_integer();
            if (!is_whole || (size.is_number_unsigned() && !std::in_range<std::int64_t>(size.get<std::uint64_t>())))
                object_.refuse(key, kExpected, size);
            facts[name] = size.get<std::int64_t>();
        }
    }
    template <typename Enum>
    void word(const char* key, Enum& fact, const Words& words) {
        auto position = static_cast<std::size_t>(fact);
        object_.readName(key, words, position);
        fact = static_cast<Enum>(position);
    }
    template <typename Part, typename Each>
    void part(const char* key, Part& facts, Each each) {
        if (const Json* found = object_.find(key)) readOne(*found, object_.pathOf(key), facts, each);
    }
    template <typename Part, typename Each>
    void list(const char* key, std::vector<Part>& parts, Each each) {
        const Json* found = object_.find(key);
        if (found == nullptr) return;
        if (!found->is_array()) object_.refuse(key, "an array of objects", *found);
        parts.clear();
        for (const Json& item : *found) {
            const std::string path = object_.pathOf(key) + "[" + std::to_string(parts.size()) + "]";
            readOne(item, path, parts.emplace_back(), each);
        }
    }

private:
    template <typename Part, typename Each>
    void readOne(const Json& json, const std::string& path, Part& facts, Each each) {
        JsonObject object(json, path, object_.origin());
        FactReader reader(object);
        each(facts, reader);
        object.finish();
    }

    JsonObject& object_;
};

// Each of the following lists the facts of one part; const or not, and the direction, are the caller's.

constexpr auto kNormFacts = [](auto& norm, auto& facts) {
    facts.word("kind", norm.kind, kNormKinds);
    facts.value("has_gain", norm.has_gain);
    facts.value("has_bias", norm.has_bias);
    facts.value("gain_offset", norm.gain_offset);
};

constexpr auto kRotaryFacts = [](auto& rotary, auto& facts) {
    facts.word("pairs", rotary.pairs, kPairs);
    facts.value("theta_key", rotary.theta_key);
    facts.value("fraction_key", rotary.fraction_key);
    facts.value("default_fraction", rotary.default_fraction);
    facts.value("dim_key", rotary.dim_key);
    facts.value("local_theta_key", rotary.local_theta_key);
    facts.value("default_theta", rotary.default_theta);
    facts.value("default_local_theta", rotary.default_local_theta);
};

constexpr auto kLinearFacts = [](auto& linear, auto& facts) {
    facts.word("role", linear.role, roleWords());
    facts.value("name", linear.name);
    facts.word("bias", linear.bias, kBiasRules);
};

constexpr auto kExpertFacts = [](auto& experts, auto& facts) {
    facts.value("router", experts.router);
    facts.list("linears", experts.linears, kLinearFacts);
    facts.value("shared_router", experts.shared_router);
    facts.list("shared_linears", experts.shared_linears, kLinearFacts);
    facts.value("count_key", experts.count_key);
    facts.value("per_token_key", experts.per_token_key);
    facts.value("default_per_token", experts.default_per_token);
    facts.value("size_key", experts.size_key);
    facts.value("shared_size_key", experts.shared_size_key);
    facts.value("normalized_key", experts.normalized_key);
    facts.value("default_normalized", experts.default_normalized);
    facts.value("step_key", experts.step_key);
    facts.value("dense_blocks_key", experts.dense_blocks_key);
};

constexpr auto kNestedFacts = [](auto& nested, auto& facts) {
    facts.value("config_key", nested.config_key);
    facts.value("model_type", nested.model_type);
    facts.value("other_parts", nested.other_parts);
};

constexpr auto kKeyFacts = [](auto& keys, auto& facts) {
    facts.value("hidden_size", keys.hidden_size);
    facts.value("intermediate_size", keys.intermediate_size);
    facts.value("n_blocks", keys.n_blocks);
    facts.value("n_heads", keys.n_heads);
    facts.value("n_kv_heads", keys.n_kv_heads);
    facts.value("head_dim", keys.head_dim);
    facts.value("max_positions", keys.max_positions);
    facts.value("norm_epsilon", keys.norm_epsilon);
    facts.value("activation", keys.activation);
    facts.value("sliding_window", keys.sliding_window);
    facts.value("sliding_window_switch", keys.sliding_window_switch);
    facts.value("attention_bias", keys.attention_bias);
    facts.value("mlp_bias", keys.mlp_bias);
    facts.value("norm_before", keys.norm_before);
    facts.value("parallel_residual", keys.parallel_residual);
    facts.value("newer_blocks", keys.newer_blocks);
    facts.value("n_parallel_norms", keys.n_parallel_norms);
    facts.value("multi_query", keys.multi_query);
    facts.value("alibi", keys.alibi);
    facts.value("head_norms", keys.head_norms);
    facts.value("query_scalar", keys.query_scalar);
    facts.value("attention_soft_cap", keys.attention_soft_cap);
    facts.value("logit_soft_cap", keys.logit_soft_cap);
    facts.value("clip_qkv", keys.clip_qkv);
};

constexpr auto kDefaultFacts = [](auto& defaults, auto& facts) {
    facts.value("norm_epsilon", defaults.norm_epsilon);
    facts.word("activation", defaults.activation, kActivations);
    facts.value("tie_word_embeddings", defaults.tie_word_embeddings);
    facts.value("bias", defaults.bias);
    facts.value("intermediate_is_four_times_hidden", defaults.intermediate_is_four_times_hidden);
    facts.value("multi_query", defaults.multi_query);
    facts.value("max_positions", defaults.max_positions);
    facts.value("attention_soft_cap", defaults.attention_soft_cap);
    facts.value("logit_soft_cap", defaults.logit_soft_cap);
    facts.sizes("sizes", defaults.sizes);
};

constexpr auto kFamilyFacts = [](auto& family, auto& facts) {
    facts.value("model_type", family.model_type);
    facts.value("architectures", family.architectures);
    facts.part("norm", family.norm, kNormFacts);
    facts.word("position", family.position, kPositions);
    facts.word("alibi_form", family.alibi_form, kAlibiForms);
    facts.part("rotary", family.rotary, kRotaryFacts);
    facts.value("position_offset", family.position_offset);
    facts.value("weights_transposed", family.weights_transposed);
    facts.word("fused_rows", family.fused_rows, kFusedRows);
    facts.value("parallel_residual", family.parallel_residual);
    facts.value("parallel_shares_norm", family.parallel_shares_norm);
    facts.value("embedding_scaled_by_width", family.embedding_scaled_by_width);
    facts.value("scores_scaled", family.scores_scaled);
    facts.value("head_has_bias", family.head_has_bias);
    facts.word("sliding_blocks", family.sliding_blocks, kSlidingBlocks);
    facts.value("prefixes", family.prefixes);
    facts.value("block_prefix", family.block_prefix);
    facts.value("embedding", family.embedding);
    facts.value("embedding_norm", family.embedding_norm);
    facts.value("position_embedding", family.position_embedding);
    facts.value("project_in", family.project_in);
    facts.value("project_out", family.project_out);
    facts.value("final_norm", family.final_norm);
    facts.value("head", family.head);
    facts.value("other_heads", family.other_heads);
    facts.value("attention_norm", family.attention_norm);
    facts.value("mlp_norm", family.mlp_norm);
    facts.value("newer_attention_norm", family.newer_attention_norm);
    facts.value("newer_mlp_norm", family.newer_mlp_norm);
    facts.value("attention_post_norm", family.attention_post_norm);
    facts.value("mlp_post_norm", family.mlp_post_norm);
    facts.value("query_norm", family.query_norm);
    facts.value("key_norm", family.key_norm);
    facts.word("head_norm", family.head_norm, kNormKinds);
    facts.list("linears", family.linears, kLinearFacts);
    facts.part("experts", family.experts, kExpertFacts);
    facts.part("nested", family.nested, kNestedFacts);
    facts.part("keys", family.keys, kKeyFacts);
    facts.part("defaults", family.defaults, kDefaultFacts);
};

/// The known family that a description starts from.
Family startingPoint(const JsonObject& object, const Json& like) {
    std::string known;
    for (const auto& family : families()) {
        if (like == family->model_type) return *family;
        known += (known.empty() ? "" : ", ") + family->model_type;
    }
    object.refuse("like", "one of " + known, like);
}

/// Facts that each make sense and together do not make a model.
class FamilyCheck {
public:
    FamilyCheck(const JsonObject& object, const Family& family) : object_(object), family_(family) {}

    void run() const {
        requireText("model_type", family_.model_type);
        requireText("embedding", family_.embedding);
        requireText("final_norm", family_.final_norm);
        requireText("head", family_.head);
        requireText("attention_norm", family_.attention_norm);
        requireText("keys.hidden_size", family_.keys.hidden_size);
        requireText("keys.n_blocks", family_.keys.n_blocks);
        requireText("keys.n_heads", family_.keys.n_heads);
        require(!family_.prefixes.empty(), "prefixes", "at least one, if only \"\"", family_.prefixes);
        require(family_.other_heads.size() < family_.prefixes.size(), "other_heads", "at most one for each prefix but the first",
                family_.other_heads);
        requireNested();
        require(family_.block_prefix.find("{}.") != std::string::npos, "block_prefix", "{} for the block's number and a dot at the end",
                family_.block_prefix);
        requireNorms();
        requirePositions();
        requireLinears();
        if (family_.hasExperts()) requireExperts();
    }

private:
    void require(bool holds, std::string_view key, std::string_view expected, const Json& found) const {
        if (!holds) object_.refuse(key, expected, found);
    }
    void requireText(std::string_view key, const std::string& text) const { require(!text.empty(), key, "a name", text); }

    void requireNested() const {
        const NestedFact& nested = family_.nested;
        for (const std::string& head : family_.other_heads) requireText("other_heads", head);
        for (const std::string& part : nested.other_parts) requireText("nested.other_parts", part);
        const bool holds_text = std::any_of(family_.prefixes.begin(), family_.prefixes.end(), [&](const std::string& prefix) {
            return family_.isOtherPart(prefix + family_.embedding) || family_.isOtherPart(family_.headName(prefix));
        });
        require(!holds_text, "nested.other_parts", "modules beside the text model and its head", nested.other_parts);
        require(!nested.config_key.empty() || nested.model_type.empty(), "nested.model_type", "none without config_key", nested.model_type);
        // Exporters write to that object, so that it has one spelling.
        require(nested.config_key.find('|') == std::string::npos, "nested.config_key", "one name", nested.config_key);
    }

    void requireNorms() const {
        const bool may_lack = family_.parallel_residual && family_.parallel_shares_norm && family_.keys.parallel_residual.empty();
        if (!may_lack) requireText("mlp_norm", family_.mlp_norm);
        require(family_.norm.has_gain || (!family_.norm.has_bias && family_.norm.gain_offset == 0.0), "norm.has_gain",
                "true where the norm has a bias or an offset", family_.norm.has_gain);
        require(family_.norm.kind == NormKind::LayerNorm || !family_.norm.has_bias, "norm.has_bias", "false for an RMSNorm",
                family_.norm.has_bias);
        if (!family_.keys.newer_blocks.empty()) {
            requireText("newer_attention_norm", family_.newer_attention_norm);
            requireText("newer_mlp_norm", family_.newer_mlp_norm);
            requireText("keys.n_parallel_norms", family_.keys.n_parallel_norms);
        }
        const bool can_follow = family_.keys.norm_before.empty() || !family_.parallel_residual;
        require(can_follow, "keys.norm_before", "none where attention and MLP are parallel", family_.keys.norm_before);
    }

    void requirePositions() const {
        if (family_.position == PositionKind::Learned) requireText("position_embedding", family_.position_embedding);
        constexpr int kMostRows = 1 << 20;
        require(family_.position_offset >= 0 && family_.position_offset <= kMostRows, "position_offset", "a number of rows",
                family_.position_offset);
        const RotaryFact& rotary = family_.rotary;
        require(rotary.default_fraction > 0.0 && rotary.default_fraction <= 1.0, "rotary.default_fraction", "a number above 0, at most 1",
                rotary.default_fraction);
        require(rotary.default_theta > 1.0, "rotary.default_theta", "a number above 1", rotary.default_theta);
        require(rotary.default_local_theta > 1.0, "rotary.default_local_theta", "a number above 1", rotary.default_local_theta);
    }

    void requireLinears() const {
        const auto has = [this](Role role) { return family_.find(role) != nullptr; };
        Json roles = Json::array();
        for (const LinearFact& linear : family_.linears) {
            requireText("linears", linear.name);
            require(std::find(roles.begin(), roles.end(), name(linear.role)) == roles.end(), "linears", "each role once",
                    name(linear.role));
            roles.push_back(name(linear.role));
        }
        const bool apart = has(Role::Query) && has(Role::Key) && has(Role::Value);
        const bool some_apart = has(Role::Query) || has(Role::Key) || has(Role::Value);
        require(apart ? !has(Role::QueryKeyValue) : !some_apart && has(Role::QueryKeyValue), "linears",
                "query, key and value, or query-key-value", roles);
        const bool has_mlp = has(Role::Gate) || has(Role::Up) || has(Role::GateUp) || has(Role::Down);
        const ExpertsFact& experts = family_.experts;
        if (!has_mlp && family_.hasExperts() && experts.step_key.empty() && experts.dense_blocks_key.empty()) {
            require(has(Role::AttentionOutput), "linears", "attention-output", roles);
            return;
        }
        require(has(Role::GateUp) ? !has(Role::Gate) && !has(Role::Up) : has(Role::Up), "linears", "up, gate and up, or gate-up", roles);
        require(has(Role::AttentionOutput) && has(Role::Down), "linears", "attention-output and down", roles);
    }

    /// The layers of one MLP: up and down, or gate, up and down.
    void requireMlp(std::string_view key, const std::vector<LinearFact>& linears) const {
        std::vector<Role> roles;
        for (const LinearFact& linear : linears) {
            requireText(key, linear.name);
            roles.push_back(linear.role);
        }
        std::sort(roles.begin(), roles.end());
        const bool is_known = roles == std::vector{Role::Up, Role::Down} || roles == std::vector{Role::Gate, Role::Up, Role::Down} ||
                              roles == std::vector{Role::GateUp, Role::Down};
        require(is_known, key, "up and down, with or without gate, or gate-up and down", static_cast<int>(linears.size()));
    }

    void requireExperts() const {
        const ExpertsFact& experts = family_.experts;
        requireText("experts.count_key", experts.count_key);
        requireText("experts.per_token_key", experts.per_token_key);
        requireText("experts.size_key", experts.size_key);
        require(experts.default_per_token > 0, "experts.default_per_token", "a positive number", experts.default_per_token);
        requireMlp("experts.linears", experts.linears);
        for (const LinearFact& linear : experts.linears)
            require(linear.name.find("{}") != std::string::npos, "experts.linears", "names with {} for the expert's number", linear.name);
        require(!family_.parallel_shares_norm, "experts.router", "none where attention and MLP share a norm", experts.router);
        require(!family_.weights_transposed, "experts.router", "none where weights are transposed", experts.router);
        if (experts.shared_router.empty()) return;
        requireText("experts.shared_size_key", experts.shared_size_key);
        requireMlp("experts.shared_linears", experts.shared_linears);
    }

    const JsonObject& object_;
    const Family& family_;
};

}  // namespace

Json familyToJson(const Family& family) {
    FactWriter writer;
    kFamilyFacts(family, writer);
    return std::move(writer.json);
}

Family familyFromJson(const Json& json, std::string_view origin) {
    JsonObject object(json, "", std::string(origin));
    Family family;
    if (const Json* like = object.find("like")) family = startingPoint(object, *like);
    FactReader reader(object);
    kFamilyFacts(family, reader);
    object.finish();
    FamilyCheck(object, family).run();
    return family;
}

std::shared_ptr<const Family> describedFamily(const std::filesystem::path& directory) {
    if (!holdsFile(directory, kFamilyFile)) return nullptr;
    const std::filesystem::path file = containedPath(directory, kFamilyFile);
    return std::make_shared<const Family>(familyFromJson(readJson(file), file.string()));
}

}  // namespace salient
