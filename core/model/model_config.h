#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/io/json_file.h"
#include "core/model/family.h"
#include "core/tensor/matrix.h"

namespace salient {

/// Rotary embedding: base and the rescaling of its frequencies.
struct RopeConfig {
    enum class Scaling { None, Linear, Dynamic, Llama3, Yarn, LongRope };
    Index dim = 0;  ///< dimensions of a head that turn, its first ones; even, head_dim for most families
    double theta = 10000.0;
    Scaling scaling = Scaling::None;
    double factor = 1.0;
    double low_frequency_factor = 1.0;       ///< Llama3
    double high_frequency_factor = 4.0;      ///< Llama3
    double beta_fast = 32.0;                 ///< Yarn
    double beta_slow = 1.0;                  ///< Yarn
    bool truncate = true;                    ///< Yarn: borders of the ramp are rounded outwards to whole pairs
    std::optional<double> attention_factor;  ///< Yarn: overrides 0.1·ln(factor) + 1; LongRope: √(1 + ln(factor) / ln(trained length))
    Index original_max_positions = 0;        ///< Llama3, Yarn, Dynamic, LongRope
    std::vector<double> short_factors;       ///< LongRope, [dim / 2]: divide the frequencies of windows within the trained length
    std::vector<double> long_factors;        ///< LongRope, [dim / 2]: those of longer ones
};

/// A model's mixtures of experts; count 0: it has none.
struct ExpertsConfig {
    Index count = 0;
    Index per_token = 0;         ///< experts that a token is sent to
    Index size = 0;              ///< width of an expert's hidden values
    Index shared_size = 0;       ///< the same of the expert that sees every token; 0: there is none
    bool is_normalized = true;   ///< the weights of a token's experts sum to 1; false: they stay shares of all
    std::vector<bool> in_block;  ///< [n_blocks]: whether a block has experts instead of an MLP
};

/// config.json, or the object in it that describes a nested model, read and checked: sizes are positive, heads divide the hidden size,
/// and so on.
struct ModelConfig {
    std::shared_ptr<const Family> family;
    Index hidden_size = 0;
    Index intermediate_size = 0;
    int n_blocks = 0;
    Index n_heads = 0;
    Index n_kv_heads = 0;
    Index head_dim = 0;
    Index vocabulary_size = 0;
    Index max_positions = 0;
    Index sliding_window = 0;        ///< positions that attention reaches back over, its own included; 0: all
    std::vector<bool> block_slides;  ///< [n_blocks], where sliding_window applies to some blocks only; empty: to all
    bool attention_bias = false;     ///< decides for layers with BiasRule::AttentionSwitch
    bool mlp_bias = false;           ///< decides for layers with BiasRule::MlpSwitch
    PositionKind position = PositionKind::Rotary;
    std::string attention_norm;  ///< module names after the block's prefix, as the family has them for this configuration
    std::string mlp_norm;        ///< not read where shares_norm holds
    std::string query_norm;      ///< with {} for the head's number where each has one; empty: this model has none
    std::string key_norm;
    ExpertsConfig experts;
    double norm_epsilon = 1e-5;
    Activation activation = Activation::Silu;
    RopeConfig rope;
    std::optional<RopeConfig> local_rope;  ///< of blocks whose attention slides, where it differs
    double attention_scale = 1.0;          ///< of the scores before the softmax, usually 1 / √head_dim
    double attention_soft_cap = 0.0;       ///< scores become cap · tanh(score / cap); 0: they stay
    double logit_soft_cap = 0.0;           ///< the same for logits
    double clip_qkv = 0.0;                 ///< queries, keys and values are clamped to ± this; 0: not
    double embedding_scale = 1.0;
    bool parallel_residual = false;  ///< attention and MLP both read the block's input
    bool shares_norm = false;        ///< … through one norm, attention_norm
    bool norm_before = true;         ///< false: OPT-350m's order, norm after the residual sum
    bool final_norm = true;          ///< a norm stands between the last block and the head
    Index embedding_size = 0;        ///< width of the token embedding; differs from hidden_size where project_in/out exist (OPT-350m)
    bool tie_word_embeddings = true;
    std::string stored_dtype;  ///< "float16", "bfloat16", "float32", as config.json names it
    Json raw;                  ///< the file as it was, for exporters; of a nested model that of the whole

    /// Throws Error{Unsupported} naming an unknown architecture and those known, Error{Format} naming key, expected, found.
    /// A quantity that we could not honour (an unknown rope type, attention scaled per block) is Error{Unsupported}, never ignored.
    /// described: the family, where the user describes one; else it is looked up by model_type or architecture.
    [[nodiscard]] static ModelConfig parse(const Json& config, std::string_view origin, std::shared_ptr<const Family> described = {});

    /// How far back the attention of that block reaches; 0: to the start.
    [[nodiscard]] Index slidingWindow(int block) const;
    /// The rotary embedding of that block.
    [[nodiscard]] const RopeConfig& ropeOf(int block) const;
    /// Whether that block has a mixture of experts in place of the MLP.
    [[nodiscard]] bool hasExperts(int block) const;
    /// Whether a linear layer of the family's table has a bias in this model.
    [[nodiscard]] bool hasBias(const LinearFact& linear) const;
    /// [out_features, in_features] of that layer.
    [[nodiscard]] std::pair<Index, Index> linearShape(const LinearKey& key) const;
};

/// One linear layer of a block, as the family's table and the configuration have it.
struct BlockLinear {
    LinearKey key;
    std::string name;  ///< module name with prefix and numbers filled in, "model.layers.0.mlp.experts.3.up_proj"
    Index out_features = 0;
    Index in_features = 0;
    bool has_bias = false;
};

/// The linear layers of that block in the order of computation; of a mixture: router, expert after expert, the shared expert, its router.
[[nodiscard]] std::vector<BlockLinear> linearsOf(const ModelConfig& config, std::string_view name_prefix, int block);

/// Which earlier operation can take the inverse of scales put on the columns of some linear layers, so that the model computes
/// the same function: a norm's gain (and bias), the rows of an earlier linear layer, or none.
struct Absorber {
    enum class Kind { None, Norm, Linear };
    Kind kind = Kind::None;
    std::string name;         ///< module name with {} for the block number, "model.layers.{}.input_layernorm"
    Role role = Role::Value;  ///< Kind::Linear only; a layer of the group's own expert
};

/// Linear layers of one block that read the same input, so share one Hessian, one set of channel statistics and one vector of scales.
struct InputGroup {
    /// "attention input", "attention output", "MLP input", "MLP hidden"; "block input" where both read one norm; "expert 3 input", …
    std::string title;
    std::vector<LinearKey> members;
    Index in_features = 0;
    Absorber absorber;
    int expert = kNoExpert;  ///< whose tokens it sees: all, or those sent to one expert
    int stage = 0;           ///< groups of one stage do not depend on each other's layers: the inputs of all experts, say
    int scaled_with = 0;  ///< the group that chooses its scales, usually itself; experts' inputs come from one norm, so follow "MLP input"
    /// Where a model has blocks of both kinds: the ones that have this group.
    enum class Blocks { All, WithMlp, WithExperts } blocks = Blocks::All;
};

/// Where the groups that not every model has stand in inputGroups(); -1: nowhere.
struct GroupPlaces {
    int mlp_input = -1;      ///< also read by the routers and the shared expert
    int expert_inputs = -1;  ///< of expert 0; those of the others follow
    int mlp_hidden = -1;
    int shared_hidden = -1;
    int expert_hidden = -1;  ///< of expert 0; those of the others follow
};
[[nodiscard]] GroupPlaces groupPlaces(const ModelConfig& config);

/// The groups of every block, in the order of computation: q,k,v → o → gate,up → down; where attention and MLP read one norm,
/// q,k,v,gate,up → o → down; with experts, the inputs of all of them after the MLP's, and their hidden values after its. The value layer
/// absorbs for the attention output only where it is a layer of its own, its output is not clamped, and shapes agree (no grouped queries);
/// the up layer absorbs for the down layer where it is a layer of its own and the activation acts on another factor (gated) or is
/// positively homogeneous (ReLU). A norm absorbs if it has gains. Where it follows the residual sum its output is the residual stream too,
/// so nothing absorbs. name_prefix is the checkpoint's (Model::name_prefix).
[[nodiscard]] std::vector<InputGroup> inputGroups(const ModelConfig& config, std::string_view name_prefix = {});

}  // namespace salient
