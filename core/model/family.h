#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace salient {

enum class NormKind { RmsNorm, LayerNorm };
enum class PositionKind { Rotary, Learned, Alibi };
enum class Activation { Silu, Gelu, GeluTanh, Relu };

/// What a linear layer does inside its block. A fused projection is one layer with one role.
/// The routers of a mixture of experts are linear layers too, but always stay in 16 bits.
enum class Role { Query, Key, Value, QueryKeyValue, AttentionOutput, Gate, Up, GateUp, Down, Router, SharedRouter };
[[nodiscard]] std::string_view name(Role role) noexcept;
[[nodiscard]] constexpr bool isRouter(Role role) noexcept { return role == Role::Router || role == Role::SharedRouter; }

/// Whose layer: that of the block itself, of the expert that sees every token, or of expert 0, 1, … of a mixture.
inline constexpr int kNoExpert = -1;
inline constexpr int kSharedExpert = -2;

/// Which linear layer of a block. Converts from a role: the layer is then the block's own.
struct LinearKey {
    Role role = Role::Query;
    int expert = kNoExpert;
    LinearKey() = default;
    LinearKey(Role r, int e = kNoExpert) : role(r), expert(e) {}  // NOLINT(google-explicit-constructor)
    auto operator<=>(const LinearKey&) const = default;           // NOLINT(modernize-use-nullptr)
};

/// "up", "shared expert's up", "expert 3's up".
[[nodiscard]] std::string name(const LinearKey& key);

/// When a linear layer has a bias: always, never, or as the config's switch for its half of the block says.
enum class BiasRule { Never, Always, AttentionSwitch, MlpSwitch };

/// Where one linear layer of a block stands in the checkpoint: "self_attn.q_proj" after the block's prefix, without ".weight".
struct LinearFact {
    Role role = Role::Query;
    std::string name;
    BiasRule bias = BiasRule::Never;
    bool operator==(const LinearFact&) const = default;
};

/// Order of the rows of a fused query-key-value layer: all queries, all keys, all values; or, for every key head, the queries that
/// share it, its key and its value.
enum class FusedRows { Concatenated, PerKeyHead };

/// A mixture of experts in place of the MLP: a router chooses some experts for each token, whose outputs are added with the softmax of
/// the router's scores as weights; an expert that sees every token may be added, weighted by a sigmoid of its own. An empty key:
/// config.json has no such entry.
struct ExpertsFact {
    std::string router;               ///< module name after the block's prefix; empty: the family has no experts
    std::vector<LinearFact> linears;  ///< of one expert (gate, up, down), {} for its number: "mlp.experts.{}.gate_proj"
    std::string shared_router;        ///< of the expert that sees every token; empty: none
    std::vector<LinearFact> shared_linears;
    std::string count_key;
    std::string per_token_key;
    int default_per_token = 2;
    std::string size_key;         ///< width of an expert's hidden values
    std::string shared_size_key;  ///< the same of the shared expert
    std::string normalized_key;   ///< boolean: the chosen experts' weights are divided by their sum
    bool default_normalized = true;
    std::string step_key;          ///< n: blocks n − 1, 2n − 1, … have experts, the others an MLP
    std::string dense_blocks_key;  ///< a list of blocks that have an MLP all the same
    bool operator==(const ExpertsFact&) const = default;
};

/// What ALiBi adds to the scores: slope · distance; or what the published code of Falcon adds, slope · position rounded to bfloat16 (so is
/// the slope), scaled as the products of queries and keys are.
enum class AlibiForm { Exact, ScaledBFloat16 };

/// How the family's norms compute. Those of the residual stream, before and after the parts of a block, are all alike.
struct NormFact {
    NormKind kind = NormKind::RmsNorm;
    bool has_gain = true;
    bool has_bias = false;
    double gain_offset = 0.0;  ///< added to the stored gain (Gemma stores gain − 1)
    bool operator==(const NormFact&) const = default;
};

/// Which two dimensions of a head turn together: i and i + half of those that turn, or neighbours 2i and 2i + 1.
enum class RotaryPairs { Halves, Neighbours };

/// Rotary positions. An empty key: config.json has no such entry.
struct RotaryFact {
    RotaryPairs pairs = RotaryPairs::Halves;
    std::string theta_key = "rope_theta";
    std::string fraction_key;     ///< share of a head's dimensions, the first ones, that turn
    double default_fraction = 1;  ///< where the file has no such entry
    std::string dim_key;          ///< the same as a number of dimensions; null in the file: all
    std::string local_theta_key;  ///< base in blocks with a sliding window, whose frequencies are never rescaled; empty: as everywhere
    double default_theta = 10000;
    double default_local_theta = 10000;
    bool operator==(const RotaryFact&) const = default;
};

/// Which blocks attend within the sliding window, where config.json has no "layer_types".
enum class SlidingBlocks {
    All,
    FromMaxWindowLayers,  ///< those from "max_window_layers" on (Qwen2)
    EverySecond,          ///< 0, 2, 4, … (Gemma 2)
    AllButEveryNth,       ///< all but the last of every "sliding_window_pattern" (Gemma 3)
    AttentionLayers,      ///< "attention_layers", a list of "global" and "local", or "attention_types" (GPT-Neo)
};

/// What a family calls its sizes in config.json. An empty name means that the family has no such key; of several spellings, separated
/// by "|", the first that the file has counts.
struct ConfigKeys {
    std::string hidden_size = "hidden_size";
    std::string intermediate_size = "intermediate_size";  ///< absent or null in a file: four times the hidden size, where allowed
    std::string n_blocks = "num_hidden_layers";
    std::string n_heads = "num_attention_heads";
    std::string n_kv_heads = "num_key_value_heads";
    std::string head_dim = "head_dim";
    std::string max_positions = "max_position_embeddings";
    std::string norm_epsilon = "rms_norm_eps";
    std::string activation = "hidden_act";
    std::string sliding_window;
    std::string sliding_window_switch;  ///< boolean that must be true for the window to count; empty: it counts when present
    std::string attention_bias;
    std::string mlp_bias;
    std::string norm_before;        ///< boolean: false puts the norms after the residual sums; empty: they always stand before
    std::string parallel_residual;  ///< boolean, see Family::parallel_residual
    std::string newer_blocks;  ///< boolean: key heads are grouped, the residual is parallel, each half has a norm of its own (Falcon-40B)
    std::string n_parallel_norms;  ///< 1: both halves of newer_blocks share one norm all the same
    std::string multi_query;       ///< boolean: all queries share one key head, whatever n_kv_heads says; not for newer_blocks
    std::string alibi;             ///< boolean: slopes on the scores take the place of rotary positions
    std::string head_norms;        ///< boolean: query_norm and key_norm are there; empty: always, where the family names them
    std::string query_scalar;      ///< scores are divided by its square root instead of the head size's
    std::string attention_soft_cap;
    std::string logit_soft_cap;
    std::string clip_qkv;
    bool operator==(const ConfigKeys&) const = default;
};

/// What a family takes for granted where config.json is silent, as the published implementation does.
struct ConfigDefaults {
    double norm_epsilon = 1e-6;
    Activation activation = Activation::Silu;
    bool tie_word_embeddings = false;
    bool bias = false;  ///< attention_bias, mlp_bias
    bool intermediate_is_four_times_hidden = false;
    bool multi_query = false;
    int max_positions = 0;            ///< 0: the file must say
    double attention_soft_cap = 0.0;  ///< null in the file: none
    double logit_soft_cap = 0.0;
    /// Whole numbers under their keys in config.json, for files that leave out what the published class has by itself ("head_dim": 256).
    /// null in the file is an answer, too: that there is none.
    std::map<std::string, std::int64_t> sizes = {};
    bool operator==(const ConfigDefaults&) const = default;
};

/// A text model inside a larger one, which sees images, say. All empty: the model stands alone.
struct NestedFact {
    std::string config_key;  ///< config.json's object that holds the text model's configuration: "text_config"; empty: the file itself
    std::string model_type;  ///< that object's "model_type", where it has one
    /// Modules beside the text model, under every name that they have in checkpoints and loaders ("vision_tower", "model.vision_tower").
    /// They are not computed, and an export holds their tensors as they were.
    std::vector<std::string> other_parts;
    bool operator==(const NestedFact&) const = default;
};

/// An architecture as a table of facts: everything the forward pass and the exporters need to know beyond config.json.
/// Adding a family means adding a row to the table in family.cpp, no code.
struct Family {
    std::string model_type;                  ///< config.json's "model_type"
    std::vector<std::string> architectures;  ///< config.json's "architectures"
    NormFact norm;
    PositionKind position = PositionKind::Rotary;
    AlibiForm alibi_form = AlibiForm::Exact;
    RotaryFact rotary;
    int position_offset = 0;          ///< rows of the position table in front of position 0 (OPT: 2)
    bool weights_transposed = false;  ///< linear weights are stored [in, out] (GPT-2's Conv1D)
    FusedRows fused_rows = FusedRows::Concatenated;
    /// Attention and MLP both read the block's input, and both are added to it; keys.parallel_residual may say otherwise.
    bool parallel_residual = false;
    bool parallel_shares_norm = false;       ///< then attention_norm feeds both, and there is no mlp_norm
    bool embedding_scaled_by_width = false;  ///< embeddings are multiplied by √hidden_size (Gemma)
    bool scores_scaled = true;               ///< scores are divided by √head_dim (GPT-Neo: they are not)
    bool head_has_bias = false;
    SlidingBlocks sliding_blocks = SlidingBlocks::All;
    /// What checkpoints put before every name below, but the head's ("model.", or nothing when the bare model was saved); the
    /// first with which the embedding is found is the checkpoint's. Of a nested model the last one is that of the modules in today's
    /// transformers.
    std::vector<std::string> prefixes;
    std::string block_prefix;        ///< "layers.{}." with {} for the block number
    std::string embedding;           ///< module names from here on, without ".weight"
    std::string embedding_norm;      ///< empty: none
    std::string position_embedding;  ///< empty when positions are not learned
    std::string project_in;          ///< between embedding and hidden width, where they differ; empty: the family has none
    std::string project_out;
    std::string final_norm;
    std::string head;                      ///< full name; absent from the checkpoint when tied to the embedding
    std::vector<std::string> other_heads;  ///< the same in checkpoints with the second prefix, the third, …; where the list ends: head
    std::string attention_norm;            ///< after the block's prefix
    std::string mlp_norm;                  ///< empty when parallel_shares_norm always holds
    std::string newer_attention_norm;      ///< the two norms of keys.newer_blocks
    std::string newer_mlp_norm;
    std::string attention_post_norm;  ///< of what attention adds to the residual stream; empty: none
    std::string mlp_post_norm;
    /// Norm of each head of the queries, before positions; with {} for the head's number where each has a gain of its own. Empty: none.
    std::string query_norm;
    std::string key_norm;
    NormKind head_norm = NormKind::RmsNorm;  ///< of queries and keys; it has no bias
    std::vector<LinearFact> linears;         ///< in the order of computation; where every block has experts, without an MLP
    ExpertsFact experts;
    NestedFact nested;
    ConfigKeys keys;
    ConfigDefaults defaults;

    bool operator==(const Family&) const = default;

    /// The MLP multiplies an activated gate with another projection.
    [[nodiscard]] bool isGated() const;
    [[nodiscard]] bool hasExperts() const { return !experts.router.empty(); }
    /// Other modules stand beside this model in its checkpoints.
    [[nodiscard]] bool hasOtherParts() const { return !nested.other_parts.empty(); }
    /// Whether a module or tensor of that full name belongs to one of nested.other_parts.
    [[nodiscard]] bool isOtherPart(std::string_view module) const;
    /// The head's full name in a checkpoint with that prefix.
    [[nodiscard]] const std::string& headName(std::string_view prefix) const;
    /// The linear layer with that role, or null.
    [[nodiscard]] const LinearFact* find(Role role) const;
};

/// The families that can be opened.
[[nodiscard]] std::span<const std::shared_ptr<const Family>> families();

}  // namespace salient
