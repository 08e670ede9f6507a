#include "core/model/family.h"

#include <algorithm>
#include <array>

namespace salient {

namespace {

/// LLaMA and what descends from it: RMSNorm, rotary positions, gated SiLU.
/// Touvron et al., arXiv:2302.13971; grouped queries: Llama 2, arXiv:2307.09288.
Family llama() {
    Family f;
    f.model_type = "llama";
    f.architectures = {"LlamaForCausalLM", "LlamaModel"};
    f.prefixes = {"model.", ""};
    f.block_prefix = "layers.{}.";
    f.embedding = "embed_tokens";
    f.final_norm = "norm";
    f.head = "lm_head";
    f.attention_norm = "input_layernorm";
    f.mlp_norm = "post_attention_layernorm";
    f.linears = {{Role::Query, "self_attn.q_proj", BiasRule::AttentionSwitch},
                 {Role::Key, "self_attn.k_proj", BiasRule::AttentionSwitch},
                 {Role::Value, "self_attn.v_proj", BiasRule::AttentionSwitch},
                 {Role::AttentionOutput, "self_attn.o_proj", BiasRule::AttentionSwitch},
                 {Role::Gate, "mlp.gate_proj", BiasRule::MlpSwitch},
                 {Role::Up, "mlp.up_proj", BiasRule::MlpSwitch},
                 {Role::Down, "mlp.down_proj", BiasRule::MlpSwitch}};
    f.keys.attention_bias = "attention_bias";
    f.keys.mlp_bias = "mlp_bias";
    return f;
}

/// LLaMA's shape with a sliding window. Jiang et al., Mistral 7B, arXiv:2310.06825.
Family mistral() {
    Family f = llama();
    f.model_type = "mistral";
    f.architectures = {"MistralForCausalLM", "MistralModel"};
    for (LinearFact& linear : f.linears) linear.bias = BiasRule::Never;
    f.keys.attention_bias.clear();
    f.keys.mlp_bias.clear();
    f.keys.sliding_window = "sliding_window";
    return f;
}

/// LLaMA's shape with biases on q, k and v alone. Yang et al., Qwen2, arXiv:2407.10671.
Family qwen2() {
    Family f = mistral();
    f.model_type = "qwen2";
    f.architectures = {"Qwen2ForCausalLM", "Qwen2Model"};
    for (LinearFact& linear : f.linears) {
        if (linear.role == Role::Query || linear.role == Role::Key || linear.role == Role::Value) linear.bias = BiasRule::Always;
    }
    f.keys.sliding_window_switch = "use_sliding_window";
    return f;
}

/// Zhang et al., OPT, arXiv:2205.01068. Learned positions start at row 2 of their table; the 350M model normalizes after the
/// residual sum and has an embedding of its own width.
Family opt() {
    Family f;
    f.model_type = "opt";
    f.architectures = {"OPTForCausalLM", "OPTModel"};
    f.norm = NormKind::LayerNorm;
    f.position = PositionKind::Learned;
    f.position_offset = 2;
    f.prefixes = {"model.decoder.", "decoder."};
    f.block_prefix = "layers.{}.";
    f.embedding = "embed_tokens";
    f.position_embedding = "embed_positions";
    f.project_in = "project_in";
    f.project_out = "project_out";
    f.final_norm = "final_layer_norm";
    f.head = "lm_head";
    f.attention_norm = "self_attn_layer_norm";
    f.mlp_norm = "final_layer_norm";
    f.linears = {{Role::Query, "self_attn.q_proj", BiasRule::AttentionSwitch},
                 {Role::Key, "self_attn.k_proj", BiasRule::AttentionSwitch},
                 {Role::Value, "self_attn.v_proj", BiasRule::AttentionSwitch},
                 {Role::AttentionOutput, "self_attn.out_proj", BiasRule::AttentionSwitch},
                 {Role::Up, "fc1", BiasRule::MlpSwitch},
                 {Role::Down, "fc2", BiasRule::MlpSwitch}};
    f.keys = {.intermediate_size = "ffn_dim",
              .n_kv_heads = "",
              .head_dim = "",
              .norm_epsilon = "",
              .activation = "activation_function",
              .sliding_window = "",
              .sliding_window_switch = "",
              .attention_bias = "enable_bias",
              .mlp_bias = "enable_bias",
              .norm_before = "do_layer_norm_before"};
    f.defaults = {.norm_epsilon = 1e-5, .activation = Activation::Relu, .tie_word_embeddings = true, .bias = true};
    return f;
}

/// Radford et al., Language Models are Unsupervised Multitask Learners, 2019. Linear weights are stored [in, out], and one layer
/// computes queries, keys and values.
Family gpt2() {
    Family f;
    f.model_type = "gpt2";
    f.architectures = {"GPT2LMHeadModel", "GPT2Model"};
    f.norm = NormKind::LayerNorm;
    f.position = PositionKind::Learned;
    f.weights_transposed = true;
    f.prefixes = {"transformer.", ""};
    f.block_prefix = "h.{}.";
    f.embedding = "wte";
    f.position_embedding = "wpe";
    f.final_norm = "ln_f";
    f.head = "lm_head";
    f.attention_norm = "ln_1";
    f.mlp_norm = "ln_2";
    f.linears = {{Role::QueryKeyValue, "attn.c_attn", BiasRule::Always},
                 {Role::AttentionOutput, "attn.c_proj", BiasRule::Always},
                 {Role::Up, "mlp.c_fc", BiasRule::Always},
                 {Role::Down, "mlp.c_proj", BiasRule::Always}};
    f.keys = {.hidden_size = "n_embd",
              .intermediate_size = "n_inner",
              .n_blocks = "n_layer",
              .n_heads = "n_head",
              .n_kv_heads = "",
              .head_dim = "",
              .max_positions = "n_positions",
              .norm_epsilon = "layer_norm_epsilon",
              .activation = "activation_function",
              .sliding_window = "",
              .sliding_window_switch = "",
              .attention_bias = "",
              .mlp_bias = "",
              .norm_before = ""};
    f.defaults = {
        .norm_epsilon = 1e-5, .activation = Activation::GeluTanh, .tie_word_embeddings = true, .intermediate_is_four_times_hidden = true};
    return f;
}

}  // namespace

std::string_view name(Role role) noexcept {
    switch (role) {
        case Role::Query:
            return "query";
        case Role::Key:
            return "key";
        case Role::Value:
            return "value";
        case Role::QueryKeyValue:
            return "query-key-value";
        case Role::AttentionOutput:
            return "attention-output";
        case Role::Gate:
            return "gate";
        case Role::Up:
            return "up";
        case Role::Down:
            return "down";
    }
    return "unknown";
}

bool Family::isGated() const {
    return std::any_of(linears.begin(), linears.end(), [](const LinearFact& linear) { return linear.role == Role::Gate; });
}

std::span<const Family> families() {
    static const std::array<Family, 5> kFamilies = {llama(), mistral(), qwen2(), opt(), gpt2()};
    return kFamilies;
}

}  // namespace salient
