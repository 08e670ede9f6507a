// Gemma, which descends from LLaMA, too.

#include "core/model/family_rows.h"

namespace salient::rows {

/// LLaMA's shape with gains stored as gain − 1, embeddings scaled by √width, and tanh-GELU whatever "hidden_act" of the first files
/// says: the key that counts is "hidden_activation". Gemma, arXiv:2403.08295.
Family gemma() {
    Family f = llama();
    f.model_type = "gemma";
    f.architectures = {"GemmaForCausalLM", "GemmaModel"};
    f.norm.gain_offset = 1.0;
    f.embedding_scaled_by_width = true;
    withoutMlpBias(f);
    f.keys.activation = "hidden_activation";
    f.defaults = {.activation = Activation::GeluTanh, .tie_word_embeddings = true};
    return f;
}

/// Gemma with norms after attention and MLP, too, soft caps, and a sliding window in every second block. Gemma 2, arXiv:2408.00118.
Family gemma2() {
    Family f = gemma();
    f.model_type = "gemma2";
    f.architectures = {"Gemma2ForCausalLM", "Gemma2Model"};
    f.attention_post_norm = "post_attention_layernorm";
    f.mlp_norm = "pre_feedforward_layernorm";
    f.mlp_post_norm = "post_feedforward_layernorm";
    f.sliding_blocks = SlidingBlocks::EverySecond;
    f.keys.sliding_window = "sliding_window";
    f.keys.query_scalar = "query_pre_attn_scalar";
    f.keys.attention_soft_cap = "attn_logit_softcapping";
    f.keys.logit_soft_cap = "final_logit_softcapping";
    f.defaults.attention_soft_cap = 50.0;
    f.defaults.logit_soft_cap = 30.0;
    return f;
}

/// Gemma 2 with norms of q and k in place of the caps; five of six blocks slide, with a rotary base of their own. The text model alone:
/// that of 1B. Gemma 3, arXiv:2503.19786; the sizes are those of transformers' Gemma3TextConfig.
Family gemma3() {
    Family f = gemma2();
    f.model_type = "gemma3_text";
    f.architectures = {"Gemma3ForCausalLM", "Gemma3TextModel"};
    f.query_norm = "self_attn.q_norm";
    f.key_norm = "self_attn.k_norm";
    f.rotary.default_theta = 1e6;
    f.rotary.local_theta_key = "rope_local_base_freq";
    f.sliding_blocks = SlidingBlocks::AllButEveryNth;
    f.defaults.attention_soft_cap = 0.0;
    f.defaults.logit_soft_cap = 0.0;
    f.defaults.sizes = {{"vocab_size", 262208},      {"hidden_size", 2304},
                        {"intermediate_size", 9216}, {"num_hidden_layers", 26},
                        {"num_attention_heads", 8},  {"num_key_value_heads", 4},
                        {"head_dim", 256},           {"query_pre_attn_scalar", 256},
                        {"sliding_window", 4096},    {"max_position_embeddings", 131072}};
    return f;
}

/// Gemma 3 of 4B and more, beside its image encoder. A text without images is all that is computed: those would see one another in both
/// directions.
Family gemma3WithVision() {
    Family f = gemma3();
    f.model_type = "gemma3";
    f.architectures = {"Gemma3ForConditionalGeneration", "Gemma3Model"};
    nestBesideVision(f, "gemma3_text");
    return f;
}

}  // namespace salient::rows
