// GPT-2 and what descends from it: LayerNorm, an MLP without a gate.

#include "core/model/family_rows.h"

namespace salient::rows {

/// Radford et al., Language Models are Unsupervised Multitask Learners, 2019. Linear weights are stored [in, out], and one layer
/// computes queries, keys and values.
Family gpt2() {
    Family f;
    f.model_type = "gpt2";
    f.architectures = {"GPT2LMHeadModel", "GPT2Model"};
    f.norm = kLayerNorm;
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
    f.keys.hidden_size = "n_embd";
    f.keys.intermediate_size = "n_inner";
    f.keys.n_blocks = "n_layer";
    f.keys.n_heads = "n_head";
    f.keys.n_kv_heads.clear();
    f.keys.head_dim.clear();
    f.keys.max_positions = "n_positions";
    f.keys.norm_epsilon = "layer_norm_epsilon";
    f.keys.activation = "activation_function";
    f.defaults = {
        .norm_epsilon = 1e-5, .activation = Activation::GeluTanh, .tie_word_embeddings = true, .intermediate_is_four_times_hidden = true};
    return f;
}

/// GPT-2's shape with separate projections stored [out, in], scores that are not scaled, and a sliding window in some blocks.
/// Black et al., GPT-Neo, 2021.
Family gptNeo() {
    Family f;
    f.model_type = "gpt_neo";
    f.architectures = {"GPTNeoForCausalLM", "GPTNeoModel"};
    f.norm = kLayerNorm;
    f.position = PositionKind::Learned;
    f.scores_scaled = false;
    f.sliding_blocks = SlidingBlocks::AttentionLayers;
    f.prefixes = {"transformer.", ""};
    f.block_prefix = "h.{}.";
    f.embedding = "wte";
    f.position_embedding = "wpe";
    f.final_norm = "ln_f";
    f.head = "lm_head";
    f.attention_norm = "ln_1";
    f.mlp_norm = "ln_2";
    f.linears = {{Role::Query, "attn.attention.q_proj"},   {Role::Key, "attn.attention.k_proj"},
                 {Role::Value, "attn.attention.v_proj"},   {Role::AttentionOutput, "attn.attention.out_proj", BiasRule::Always},
                 {Role::Up, "mlp.c_fc", BiasRule::Always}, {Role::Down, "mlp.c_proj", BiasRule::Always}};
    f.keys.n_blocks = "num_layers";
    f.keys.n_heads = "num_heads";
    f.keys.n_kv_heads.clear();
    f.keys.head_dim.clear();
    f.keys.norm_epsilon = "layer_norm_epsilon";
    f.keys.activation = "activation_function";
    f.keys.sliding_window = "window_size";
    f.defaults = {
        .norm_epsilon = 1e-5, .activation = Activation::GeluTanh, .tie_word_embeddings = true, .intermediate_is_four_times_hidden = true};
    return f;
}

/// Zhang et al., OPT, arXiv:2205.01068. Learned positions start at row 2 of their table; the 350M model normalizes after the
/// residual sum and has an embedding of its own width.
Family opt() {
    Family f;
    f.model_type = "opt";
    f.architectures = {"OPTForCausalLM", "OPTModel"};
    f.norm = kLayerNorm;
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
    f.keys.intermediate_size = "ffn_dim";
    f.keys.n_kv_heads.clear();
    f.keys.head_dim.clear();
    f.keys.norm_epsilon.clear();
    f.keys.activation = "activation_function";
    f.keys.attention_bias = "enable_bias";
    f.keys.mlp_bias = "enable_bias";
    f.keys.norm_before = "do_layer_norm_before";
    f.defaults = {.norm_epsilon = 1e-5, .activation = Activation::Relu, .tie_word_embeddings = true, .bias = true};
    return f;
}

/// Attention and MLP side by side behind one norm; neighbouring dimensions turn together. Wang & Komatsuzaki, GPT-J-6B, 2021.
Family gptJ() {
    Family f;
    f.model_type = "gptj";
    f.architectures = {"GPTJForCausalLM", "GPTJModel"};
    f.norm = kLayerNorm;
    f.rotary.pairs = RotaryPairs::Neighbours;
    f.rotary.theta_key.clear();
    f.rotary.dim_key = "rotary_dim";
    f.parallel_residual = true;
    f.parallel_shares_norm = true;
    f.head_has_bias = true;
    f.prefixes = {"transformer.", ""};
    f.block_prefix = "h.{}.";
    f.embedding = "wte";
    f.final_norm = "ln_f";
    f.head = "lm_head";
    f.attention_norm = "ln_1";
    f.linears = {{Role::Query, "attn.q_proj"},
                 {Role::Key, "attn.k_proj"},
                 {Role::Value, "attn.v_proj"},
                 {Role::AttentionOutput, "attn.out_proj"},
                 {Role::Up, "mlp.fc_in", BiasRule::Always},
                 {Role::Down, "mlp.fc_out", BiasRule::Always}};
    f.keys.hidden_size = "n_embd";
    f.keys.intermediate_size = "n_inner";
    f.keys.n_blocks = "n_layer";
    f.keys.n_heads = "n_head";
    f.keys.n_kv_heads.clear();
    f.keys.head_dim.clear();
    f.keys.max_positions = "n_positions";
    f.keys.norm_epsilon = "layer_norm_epsilon";
    f.keys.activation = "activation_function";
    f.defaults = {.norm_epsilon = 1e-5, .activation = Activation::GeluTanh, .intermediate_is_four_times_hidden = true};
    return f;
}

/// Attention and MLP side by side, each behind a norm of its own; the rows of q, k, v interleaved head by head; a quarter of each head
/// turns. Black et al., GPT-NeoX-20B, arXiv:2204.06745; Pythia: Biderman et al., arXiv:2304.01373.
Family gptNeoX() {
    Family f;
    f.model_type = "gpt_neox";
    f.architectures = {"GPTNeoXForCausalLM", "GPTNeoXModel"};
    f.norm = kLayerNorm;
    f.rotary.theta_key = "rotary_emb_base";
    f.rotary.fraction_key = "rotary_pct";
    f.rotary.default_fraction = 0.25;
    f.fused_rows = FusedRows::PerKeyHead;
    f.parallel_residual = true;
    f.prefixes = {"gpt_neox.", ""};
    f.block_prefix = "layers.{}.";
    f.embedding = "embed_in";
    f.final_norm = "final_layer_norm";
    f.head = "embed_out";
    f.attention_norm = "input_layernorm";
    f.mlp_norm = "post_attention_layernorm";
    f.linears = {{Role::QueryKeyValue, "attention.query_key_value", BiasRule::AttentionSwitch},
                 {Role::AttentionOutput, "attention.dense", BiasRule::AttentionSwitch},
                 {Role::Up, "mlp.dense_h_to_4h", BiasRule::Always},
                 {Role::Down, "mlp.dense_4h_to_h", BiasRule::Always}};
    f.keys.n_kv_heads.clear();
    f.keys.head_dim.clear();
    f.keys.norm_epsilon = "layer_norm_eps";
    f.keys.attention_bias = "attention_bias";
    f.keys.parallel_residual = "use_parallel_residual";
    f.defaults = {.norm_epsilon = 1e-5, .activation = Activation::Gelu, .bias = true};
    return f;
}

/// Attention and MLP side by side behind one norm, biases everywhere, the head's too. Phi-1.5: Li et al., arXiv:2309.05463.
Family phi() {
    Family f;
    f.model_type = "phi";
    f.architectures = {"PhiForCausalLM", "PhiModel"};
    f.norm = kLayerNorm;
    f.rotary.fraction_key = "partial_rotary_factor";
    f.rotary.default_fraction = 0.5;
    f.parallel_residual = true;
    f.parallel_shares_norm = true;
    f.head_has_bias = true;
    f.prefixes = {"model.", ""};
    f.block_prefix = "layers.{}.";
    f.embedding = "embed_tokens";
    f.final_norm = "final_layernorm";
    f.head = "lm_head";
    f.attention_norm = "input_layernorm";
    f.linears = {{Role::Query, "self_attn.q_proj", BiasRule::Always},
                 {Role::Key, "self_attn.k_proj", BiasRule::Always},
                 {Role::Value, "self_attn.v_proj", BiasRule::Always},
                 {Role::AttentionOutput, "self_attn.dense", BiasRule::Always},
                 {Role::Up, "mlp.fc1", BiasRule::Always},
                 {Role::Down, "mlp.fc2", BiasRule::Always}};
    f.keys.norm_epsilon = "layer_norm_eps";
    f.defaults = {.norm_epsilon = 1e-5, .activation = Activation::GeluTanh};
    return f;
}

/// Positions by slopes on the scores (ALiBi), a norm behind the embedding, rows of q, k, v interleaved head by head.
/// Scao et al., BLOOM, arXiv:2211.05100.
Family bloom() {
    Family f;
    f.model_type = "bloom";
    f.architectures = {"BloomForCausalLM", "BloomModel"};
    f.norm = kLayerNorm;
    f.position = PositionKind::Alibi;
    f.fused_rows = FusedRows::PerKeyHead;
    f.prefixes = {"transformer.", ""};
    f.block_prefix = "h.{}.";
    f.embedding = "word_embeddings";
    f.embedding_norm = "word_embeddings_layernorm";
    f.final_norm = "ln_f";
    f.head = "lm_head";
    f.attention_norm = "input_layernorm";
    f.mlp_norm = "post_attention_layernorm";
    f.linears = {{Role::QueryKeyValue, "self_attention.query_key_value", BiasRule::Always},
                 {Role::AttentionOutput, "self_attention.dense", BiasRule::Always},
                 {Role::Up, "mlp.dense_h_to_4h", BiasRule::Always},
                 {Role::Down, "mlp.dense_4h_to_h", BiasRule::Always}};
    f.keys.hidden_size = "hidden_size|n_embed";
    f.keys.intermediate_size.clear();
    f.keys.n_blocks = "n_layer|num_hidden_layers";
    f.keys.n_heads = "n_head|num_attention_heads";
    f.keys.n_kv_heads.clear();
    f.keys.head_dim.clear();
    f.keys.max_positions = "seq_length";
    f.keys.norm_epsilon = "layer_norm_epsilon";
    f.keys.activation.clear();
    f.defaults = {
        .norm_epsilon = 1e-5, .activation = Activation::GeluTanh, .tie_word_embeddings = true, .intermediate_is_four_times_hidden = true};
    f.defaults.max_positions = 2048;  // the trained length; slopes carry on beyond it
    return f;
}

/// Attention and MLP side by side, rows of q, k, v interleaved key head by key head. 7B: one key head, one norm; 40B: some key heads, a
/// norm each; 11B: some key heads, one norm; RW: in turn, as many key heads as queries, slopes on the scores. Almazrouei et al., The Falcon
/// Series, arXiv:2311.16867; Penedo et al., RefinedWeb, arXiv:2306.01116.
Family falcon() {
    Family f;
    f.model_type = "falcon";
    f.architectures = {"FalconForCausalLM", "FalconModel"};
    f.norm = kLayerNorm;
    f.alibi_form = AlibiForm::ScaledBFloat16;
    f.fused_rows = FusedRows::PerKeyHead;
    f.parallel_residual = true;
    f.parallel_shares_norm = true;
    f.prefixes = {"transformer.", ""};
    f.block_prefix = "h.{}.";
    f.embedding = "word_embeddings";
    f.final_norm = "ln_f";
    f.head = "lm_head";
    f.attention_norm = "input_layernorm";
    f.mlp_norm = "post_attention_layernorm";
    f.newer_attention_norm = "ln_attn";
    f.newer_mlp_norm = "ln_mlp";
    f.linears = {{Role::QueryKeyValue, "self_attention.query_key_value", BiasRule::AttentionSwitch},
                 {Role::AttentionOutput, "self_attention.dense", BiasRule::AttentionSwitch},
                 {Role::Up, "mlp.dense_h_to_4h", BiasRule::MlpSwitch},
                 {Role::Down, "mlp.dense_4h_to_h", BiasRule::MlpSwitch}};
    f.keys.hidden_size = "hidden_size|n_embed";
    f.keys.intermediate_size = "ffn_hidden_size";
    f.keys.n_blocks = "num_hidden_layers|n_layer";
    f.keys.n_heads = "num_attention_heads|n_head";
    f.keys.n_kv_heads = "num_kv_heads|n_head_kv";
    f.keys.head_dim.clear();
    f.keys.norm_epsilon = "layer_norm_epsilon";
    f.keys.activation = "activation";
    f.keys.attention_bias = "bias";
    f.keys.mlp_bias = "bias";
    f.keys.parallel_residual = "parallel_attn";
    f.keys.newer_blocks = "new_decoder_architecture";
    f.keys.n_parallel_norms = "num_ln_in_parallel_attn";
    f.keys.multi_query = "multi_query";
    f.keys.alibi = "alibi";
    f.defaults = {
        .norm_epsilon = 1e-5, .activation = Activation::Gelu, .tie_word_embeddings = true, .intermediate_is_four_times_hidden = true};
    f.defaults.multi_query = true;
    f.defaults.max_positions = 2048;
    return f;
}

}  // namespace salient::rows
