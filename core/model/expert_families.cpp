// Families whose blocks hold a mixture of experts.

#include <algorithm>

#include "core/model/family_rows.h"

namespace salient::rows {

namespace {

/// LLaMA's gated MLP under another prefix.
std::vector<LinearFact> gatedMlp(const std::string& prefix) {
    return {{Role::Gate, prefix + "gate_proj"}, {Role::Up, prefix + "up_proj"}, {Role::Down, prefix + "down_proj"}};
}

void addQwenExperts(Family& family) {
    ExpertsFact& experts = family.experts;
    experts.router = "mlp.gate";
    experts.linears = gatedMlp("mlp.experts.{}.");
    experts.count_key = "num_experts";
    experts.per_token_key = "num_experts_per_tok";
    experts.size_key = "moe_intermediate_size";
    experts.normalized_key = "norm_topk_prob";
    experts.default_normalized = false;
    experts.step_key = "decoder_sparse_step";
    experts.dense_blocks_key = "mlp_only_layers";
}

}  // namespace

/// Mistral's attention; every block has experts, two for a token, their weights summing to one. Jiang et al., arXiv:2401.04088.
Family mixtral() {
    Family f = mistral();
    f.model_type = "mixtral";
    f.architectures = {"MixtralForCausalLM", "MixtralModel"};
    std::erase_if(f.linears, [](const LinearFact& linear) {
        return linear.role == Role::Gate || linear.role == Role::Up || linear.role == Role::Down;
    });
    ExpertsFact& experts = f.experts;
    experts.router = "block_sparse_moe.gate";
    experts.linears = {{Role::Gate, "block_sparse_moe.experts.{}.w1"},
                       {Role::Up, "block_sparse_moe.experts.{}.w3"},
                       {Role::Down, "block_sparse_moe.experts.{}.w2"}};
    experts.count_key = "num_local_experts";
    experts.per_token_key = "num_experts_per_tok";
    experts.size_key = "intermediate_size";
    f.defaults.norm_epsilon = 1e-5;
    return f;
}

/// Qwen2's attention; some blocks may keep an MLP; one more expert sees every token. Yang et al., arXiv:2407.10671.
Family qwen2Moe() {
    Family f = qwen2();
    f.model_type = "qwen2_moe";
    f.architectures = {"Qwen2MoeForCausalLM", "Qwen2MoeModel"};
    for (LinearFact& linear : f.linears) {
        if (linear.bias == BiasRule::Always) linear.bias = BiasRule::AttentionSwitch;
    }
    f.keys.attention_bias = "qkv_bias";
    f.defaults.bias = true;
    addQwenExperts(f);
    f.experts.default_per_token = 4;
    f.experts.shared_router = "mlp.shared_expert_gate";
    f.experts.shared_linears = gatedMlp("mlp.shared_expert.");
    f.experts.shared_size_key = "shared_expert_intermediate_size";
    return f;
}

/// Qwen3's attention, with norms of q and k; some blocks may keep an MLP. Yang et al., arXiv:2505.09388.
Family qwen3Moe() {
    Family f = qwen3();
    f.model_type = "qwen3_moe";
    f.architectures = {"Qwen3MoeForCausalLM", "Qwen3MoeModel"};
    f.sliding_blocks = SlidingBlocks::All;
    addQwenExperts(f);
    f.experts.default_per_token = 8;
    return f;
}

}  // namespace salient::rows
