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

/// Where one linear layer of a block stands in the checkpoint: "self_attn.q_proj" after the block's prefix, without ".weight".
struct LinearFact {
    Role role;
    std::string name;
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
    std::string block_prefix;         ///< "model.layers.{}." with {} for the block number
    std::string embedding;            ///< tensor names from here on, without ".weight"
    std::string position_embedding;   ///< empty when positions are rotary
    std::string final_norm;
    std::string head;            ///< absent from the checkpoint when tied to the embedding
    std::string attention_norm;  ///< after the block's prefix
    std::string mlp_norm;
    std::vector<LinearFact> linears;                ///< in the order of computation
    std::vector<std::string> alternative_prefixes;  ///< what some checkpoints put before, or leave out of, every name ("transformer.")
};

/// The families that can be opened.
[[nodiscard]] std::span<const Family> families();

}  // namespace salient
