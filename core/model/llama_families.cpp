// LLaMA and what descends from it.

#include "core/model/family_rows.h"

namespace salient::rows {

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

void withoutMlpBias(Family& family) {
    for (LinearFact& linear : family.linears) {
        if (linear.bias == BiasRule::MlpSwitch) linear.bias = BiasRule::Never;
    }
    family.keys.mlp_bias.clear();
}

void nestBesideVision(Family& family, const std::string& model_type) {
    family.prefixes = {"language_model.model.", "language_model.", "model.language_model."};  // the second: of the model without a head
    family.head = "language_model.lm_head";
    family.other_heads = {"lm_head", "lm_head"};
    family.nested.config_key = "text_config";
    family.nested.model_type = model_type;
    family.nested.other_parts = {"vision_tower", "model.vision_tower", "multi_modal_projector", "model.multi_modal_projector"};
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

/// Mistral beside an image encoder: Mistral Small 3.1 and later, whose published form is transformers' Mistral3ForConditionalGeneration.
/// The sizes are those of MistralConfig, which reads what the nested object leaves out.
Family mistral3() {
    Family f = mistral();
    f.model_type = "mistral3";
    f.architectures = {"Mistral3ForConditionalGeneration", "Mistral3Model"};
    nestBesideVision(f, "mistral");
    f.defaults.sizes = {
        {"vocab_size", 32000},       {"hidden_size", 4096},      {"intermediate_size", 14336}, {"num_hidden_layers", 32},
        {"num_attention_heads", 32}, {"num_key_value_heads", 8}, {"sliding_window", 4096},     {"max_position_embeddings", 131072}};
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
    f.sliding_blocks = SlidingBlocks::FromMaxWindowLayers;
    return f;
}

/// Qwen2's shape with an RMSNorm on each head of q and k, and biases only where the config says so. Yang et al., Qwen3, arXiv:2505.09388.
Family qwen3() {
    Family f = llama();
    f.model_type = "qwen3";
    f.architectures = {"Qwen3ForCausalLM", "Qwen3Model"};
    withoutMlpBias(f);
    f.query_norm = "self_attn.q_norm";
    f.key_norm = "self_attn.k_norm";
    f.keys.sliding_window = "sliding_window";
    f.keys.sliding_window_switch = "use_sliding_window";
    f.sliding_blocks = SlidingBlocks::FromMaxWindowLayers;
    return f;
}

/// LLaMA's shape with q, k, v in one layer and gate, up in another. Abdin et al., Phi-3, arXiv:2404.14219.
Family phi3() {
    Family f = mistral();
    f.model_type = "phi3";
    f.architectures = {"Phi3ForCausalLM", "Phi3Model"};
    f.rotary.fraction_key = "partial_rotary_factor";
    f.linears = {{Role::QueryKeyValue, "self_attn.qkv_proj"},
                 {Role::AttentionOutput, "self_attn.o_proj"},
                 {Role::GateUp, "mlp.gate_up_proj"},
                 {Role::Down, "mlp.down_proj"}};
    f.defaults.norm_epsilon = 1e-5;
    return f;
}

/// LLaMA's shape with LayerNorm; a quarter of each head turns; the larger models put attention and MLP side by side behind one norm, and
/// a LayerNorm of its own on each head of q and k. Bellagente et al., Stable LM 2, arXiv:2402.17834; the names of those norms are those of
/// the published 12B.
Family stableLm() {
    Family f = llama();
    f.model_type = "stablelm";
    f.architectures = {"StableLmForCausalLM", "StableLmModel"};
    f.norm = kLayerNorm;
    f.rotary.fraction_key = "partial_rotary_factor";
    f.rotary.default_fraction = 0.25;
    f.parallel_shares_norm = true;
    for (LinearFact& linear : f.linears) {
        const bool is_projection = linear.role == Role::Query || linear.role == Role::Key || linear.role == Role::Value;
        linear.bias = is_projection ? BiasRule::AttentionSwitch : BiasRule::Never;
    }
    f.keys.norm_epsilon = "layer_norm_eps";
    f.keys.attention_bias = "use_qkv_bias";
    f.keys.mlp_bias.clear();
    f.keys.parallel_residual = "use_parallel_residual";
    f.query_norm = "self_attn.q_layernorm.norms.{}";
    f.key_norm = "self_attn.k_layernorm.norms.{}";
    f.head_norm = NormKind::LayerNorm;
    f.keys.head_norms = "qk_layernorm";
    f.defaults.norm_epsilon = 1e-5;
    return f;
}

/// LLaMA's shape with a LayerNorm that has neither gain nor bias; q, k, v may be clamped. Groeneveld et al., OLMo, arXiv:2402.00838.
Family olmo() {
    Family f = llama();
    f.model_type = "olmo";
    f.architectures = {"OlmoForCausalLM", "OlmoModel"};
    f.norm = {NormKind::LayerNorm, false, false};
    withoutMlpBias(f);
    f.keys.norm_epsilon.clear();
    f.keys.clip_qkv = "clip_qkv";
    f.defaults.norm_epsilon = 1e-5;
    return f;
}

}  // namespace salient::rows
