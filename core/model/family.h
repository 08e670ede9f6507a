#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace salient {

enum class NormKind { RmsNorm, LayerNorm };
enum class PositionKind { Rotary, Learned };
enum class Activation { Silu, Gelu, GeluTanh, Relu };

/// What a linear layer does inside its block. A fused projection is one layer with one role.
enum class Role { Query, Key, Value, QueryKeyValue, AttentionOutput, Gate, Up, Down };
[[nodiscard]] std::string_view name(Role role) noexcept;

/// When a linear layer has a bias: always, never, or as the config's switch for its half of the block says.
enum class BiasRule { Never, Always, AttentionSwitch, MlpSwitch };

/// Where one linear layer of a block stands in the checkpoint: "self_attn.q_proj" after the block's prefix, without ".weight".
struct LinearFact {
    Role role;
    std::string name;
    BiasRule bias = BiasRule::Never;
};

/// What a family calls its sizes in config.json. An empty name means that the family has no such key.
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
    std::string norm_before;  ///< boolean: false puts the norms after the residual sums; empty: they always stand before
};

/// What a family takes for granted where config.json is silent, as the published implementation does.
struct ConfigDefaults {
    double norm_epsilon = 1e-6;
    Activation activation = Activation::Silu;
    bool tie_word_embeddings = false;
    bool bias = false;  ///< attention_bias, mlp_bias
    bool intermediate_is_four_times_hidden = false;
};

/// An architecture as a table of facts: everything the forward pass and the exporters need to know beyond config.json.
/// Adding a family means adding a row to the table in family.cpp, no code.
struct Family {
    std::string model_type;                  ///< config.json's "model_type"
    std::vector<std::string> architectures;  ///< config.json's "architectures"
    NormKind norm = NormKind::RmsNorm;
    PositionKind position = PositionKind::Rotary;
    int position_offset = 0;          ///< rows of the position table in front of position 0 (OPT: 2)
    bool weights_transposed = false;  ///< linear weights are stored [in, out] (GPT-2's Conv1D)
    /// What checkpoints put before every name below, but the head's ("model.", or nothing when the bare model was saved); the
    /// first with which the embedding is found is the checkpoint's.
    std::vector<std::string> prefixes;
    std::string block_prefix;        ///< "layers.{}." with {} for the block number
    std::string embedding;           ///< module names from here on, without ".weight"
    std::string position_embedding;  ///< empty when positions are rotary
    std::string project_in;          ///< between embedding and hidden width, where they differ; empty: the family has none
    std::string project_out;
    std::string final_norm;
    std::string head;            ///< full name; absent from the checkpoint when tied to the embedding
    std::string attention_norm;  ///< after the block's prefix
    std::string mlp_norm;
    std::vector<LinearFact> linears;  ///< in the order of computation
    ConfigKeys keys;
    ConfigDefaults defaults;

    /// The MLP multiplies an activated gate with another projection.
    [[nodiscard]] bool isGated() const;
};

/// The families that can be opened.
[[nodiscard]] std::span<const Family> families();

}  // namespace salient
