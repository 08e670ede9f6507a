#!/usr/bin/env python3
"""Writes tiny random models of every family, and what they compute, for tests of the forward pass.

    make_models.py [--out DIRECTORY]

For each case a Hugging Face directory (config.json, model.safetensors) and `expected.json`: token windows, the loss of every
prediction, the logits after the last token, and the largest magnitude of each input channel of every group of linear layers. A text
model that stands inside a larger one has its configuration under "text_config", other names, and other parts' tensors beside it, which
take no part in what is computed.

Everything is computed in float64 from the stored (rounded) weights, by a forward pass written from the published descriptions, one
window and one head at a time. It shares nothing with Salient's own code. NumPy is all it needs; the same seed gives the same files.

`pieces.py` holds norms, attention and positions, `walks.py` one walk per family with its sources.
"""
import argparse
import json
import pathlib

import numpy as np

from pieces import HEADS, HIDDEN, INTERMEDIATE, N_BLOCKS, VOCABULARY, Weights, capped
from walks import Bloom, Falcon, Gemma, Gpt2, GptJ, GptNeo, GptNeoX, Llama, Olmo, Opt, Phi, Phi3, StableLm, WithExperts

WINDOW, N_WINDOWS = 24, 2


def write_safetensors(path, stored):
    """stored: name -> (dtype, shape, bytes)."""
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, (dtype, shape, data) in stored.items():
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(data for _, _, data in stored.values()))


# ---- cases ----

def llama_config(model_type="llama", **changes):
    names = {"llama": "LlamaForCausalLM", "mistral": "MistralForCausalLM", "qwen2": "Qwen2ForCausalLM", "qwen3": "Qwen3ForCausalLM"}
    return {"architectures": [names[model_type]], "model_type": model_type, "vocab_size": VOCABULARY, "hidden_size": HIDDEN,
            "intermediate_size": INTERMEDIATE, "num_hidden_layers": N_BLOCKS, "num_attention_heads": HEADS, "num_key_value_heads": 2,
            "max_position_embeddings": 128, "rms_norm_eps": 1e-5, "hidden_act": "silu", "rope_theta": 10000.0, **changes}


def opt_config(**changes):
    return {"architectures": ["OPTForCausalLM"], "model_type": "opt", "vocab_size": VOCABULARY, "hidden_size": HIDDEN, "ffn_dim": INTERMEDIATE,
            "num_hidden_layers": N_BLOCKS, "num_attention_heads": HEADS, "max_position_embeddings": 40, "activation_function": "relu",
            "word_embed_proj_dim": HIDDEN, "do_layer_norm_before": True, **changes}


def gpt2_config(**changes):
    return {"architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "vocab_size": VOCABULARY, "n_embd": HIDDEN, "n_layer": N_BLOCKS,
            "n_head": HEADS, "n_positions": 40, "layer_norm_epsilon": 1e-5, "activation_function": "gelu_new", **changes}


def config_of(model_type, architecture, **changes):
    """A configuration that spells its sizes as LLaMA does."""
    config = llama_config(**changes)
    if "layer_norm_eps" in config:
        del config["rms_norm_eps"]
    return {**config, "model_type": model_type, "architectures": [architecture]}


def gpt_neox_config(**changes):
    config = config_of("gpt_neox", "GPTNeoXForCausalLM", layer_norm_eps=1e-5, hidden_act="gelu", rotary_pct=0.5, rotary_emb_base=10000,
                       use_parallel_residual=True, **changes)
    return {key: value for key, value in config.items() if key not in ("num_key_value_heads", "rope_theta")}


def gemma_config(model_type, architecture, **changes):
    return config_of(model_type, architecture, head_dim=10, rms_norm_eps=1e-6, hidden_act="gelu", **changes)


def gptj_config(**changes):
    return {**gpt2_config(n_inner=None, **changes), "model_type": "gptj", "architectures": ["GPTJForCausalLM"], "tie_word_embeddings": False}


def falcon_config(**changes):
    return {"architectures": ["FalconForCausalLM"], "model_type": "falcon", "vocab_size": VOCABULARY, "hidden_size": HIDDEN,
            "num_hidden_layers": N_BLOCKS, "num_attention_heads": HEADS, "layer_norm_epsilon": 1e-5, "alibi": False, "bias": False,
            "multi_query": True, "new_decoder_architecture": False, "parallel_attn": True, **changes}


# What the classes of transformers have where a nested configuration is silent (Gemma3TextConfig, MistralConfig).
TEXT_DEFAULTS = {
    "gemma3_text": {"num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 256, "rms_norm_eps": 1e-6, "rope_theta": 1000000.0,
                    "rope_local_base_freq": 10000.0, "query_pre_attn_scalar": 256, "sliding_window": 4096, "sliding_window_pattern": 6,
                    "hidden_activation": "gelu_pytorch_tanh"},
    "mistral": {"num_attention_heads": 32, "num_key_value_heads": 8, "rms_norm_eps": 1e-6, "rope_theta": 10000.0, "sliding_window": 4096},
}


def nested_config(model_type, architecture, text, vision_type, **changes):
    """test_prefix, test_head: what stands for "model." and "lm_head" in the checkpoint."""
    text = {"model_type": text.pop("model_type"), "vocab_size": VOCABULARY, "hidden_size": HIDDEN, "intermediate_size": INTERMEDIATE,
            "num_hidden_layers": N_BLOCKS, "num_attention_heads": HEADS, **text}
    return {"architectures": [architecture], "model_type": model_type, "image_token_index": VOCABULARY - 1, "text_config": text,
            "vision_config": {"model_type": vision_type, "hidden_size": 8, "num_hidden_layers": 1}, **changes}


# How such checkpoints name their parts: as they were published, and as transformers saves them since 4.52.
EARLIER = {"test_prefix": "language_model.model.", "test_head": "language_model.lm_head", "test_parts": ""}
LATER = {"test_prefix": "model.language_model.", "test_head": "lm_head", "test_parts": "model."}
# The model without a head, saved by those versions.
BARE = {"test_prefix": "language_model.", "test_head": "lm_head", "test_parts": ""}


CASES = {  # name: (family, stored type, config)
    "llama-llama3": (Llama, "BF16", llama_config(
        tie_word_embeddings=True,
        rope_scaling={"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                      "original_max_position_embeddings": 64})),
    "llama-yarn": (Llama, "F16", llama_config(
        attention_bias=True, mlp_bias=True,
        rope_scaling={"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64, "beta_fast": 8, "beta_slow": 1})),
    "llama-linear": (Llama, "F32", llama_config(
        head_dim=12, rope_parameters={"rope_type": "linear", "factor": 2.5, "rope_theta": 500000.0}, rope_theta=None)),
    "llama-dynamic": (Llama, "F16", llama_config(
        num_key_value_heads=4, tie_word_embeddings=True, max_position_embeddings=16, rope_scaling={"type": "dynamic", "factor": 2.0})),
    "mistral": (Llama, "BF16", llama_config("mistral", sliding_window=7, head_dim=10)),
    "qwen2": (Llama, "BF16", llama_config(
        "qwen2", tie_word_embeddings=True, use_sliding_window=False, sliding_window=4, max_window_layers=0, rms_norm_eps=1e-6)),
    "qwen2-sliding": (Llama, "F16", llama_config("qwen2", use_sliding_window=True, sliding_window=5, max_window_layers=1)),
    "opt": (Opt, "F16", opt_config()),
    "opt-post-norm": (Opt, "F32", opt_config(do_layer_norm_before=False, word_embed_proj_dim=20)),
    "gpt2": (Gpt2, "F32", gpt2_config(n_inner=INTERMEDIATE, test_prefix="")),
    "gpt2-prefixed": (Gpt2, "BF16", gpt2_config(activation_function="gelu", n_inner=None, test_prefix="transformer.")),
    "qwen3": (Llama, "BF16", llama_config("qwen3", head_dim=10, tie_word_embeddings=True, use_sliding_window=False, sliding_window=None)),
    "qwen3-sliding": (Llama, "F16", llama_config(
        "qwen3", num_key_value_heads=4, attention_bias=True, use_sliding_window=True, sliding_window=5, max_window_layers=1)),
    "phi3": (Phi3, "BF16", config_of(
        "phi3", "Phi3ForCausalLM", sliding_window=7, rope_scaling=None, original_max_position_embeddings=128, tie_word_embeddings=False)),
    "phi3-long": (Phi3, "F16", config_of(
        "phi3", "Phi3ForCausalLM", partial_rotary_factor=0.75, original_max_position_embeddings=16, sliding_window=None,
        rope_scaling={"type": "longrope", "short_factor": [1.0, 1.1, 1.2], "long_factor": [1.0, 2.5, 7.0]})),
    "phi3-short": (Phi3, "F16", config_of(
        "phi3", "Phi3ForCausalLM", original_max_position_embeddings=24, num_key_value_heads=4,
        rope_scaling={"type": "su", "short_factor": [1.0, 1.3, 2.0, 4.0], "long_factor": [1.0, 2.0, 4.0, 9.0]})),
    "gpt_neox": (GptNeoX, "F16", gpt_neox_config()),
    "gpt_neox-in-turn": (GptNeoX, "BF16", {**gpt_neox_config(), "use_parallel_residual": False, "rotary_pct": 1.0, "attention_bias": False,
                                           "hidden_act": "gelu_new"}),
    "phi": (Phi, "F16", config_of("phi", "PhiForCausalLM", layer_norm_eps=1e-5, hidden_act="gelu_new", partial_rotary_factor=0.5,
                                  num_key_value_heads=None, qk_layernorm=False, tie_word_embeddings=False)),
    "phi-grouped": (Phi, "BF16", config_of("phi", "PhiForCausalLM", layer_norm_eps=1e-5, hidden_act="gelu_new", partial_rotary_factor=0.25)),
    "stablelm": (StableLm, "BF16", config_of("stablelm", "StableLmForCausalLM", layer_norm_eps=1e-5, partial_rotary_factor=0.75,
                                             use_qkv_bias=True, use_parallel_residual=False, qk_layernorm=False)),
    "stablelm-parallel": (StableLm, "F16", config_of("stablelm", "StableLmForCausalLM", layer_norm_eps=1e-5, partial_rotary_factor=0.5,
                                                     use_qkv_bias=False, use_parallel_residual=True, num_key_value_heads=4)),
    "olmo": (Olmo, "F16", config_of("olmo", "OlmoForCausalLM", layer_norm_eps=None, clip_qkv=None, num_key_value_heads=4,
                                    tie_word_embeddings=True)),
    "olmo-clipped": (Olmo, "BF16", config_of("olmo", "OlmoForCausalLM", layer_norm_eps=None, clip_qkv=1.5, tie_word_embeddings=True,
                                             num_key_value_heads=4)),
    "gemma": (Gemma, "BF16", gemma_config("gemma", "GemmaForCausalLM", num_key_value_heads=1)),
    "gemma2": (Gemma, "F16", gemma_config(
        "gemma2", "Gemma2ForCausalLM", hidden_activation="gelu_pytorch_tanh", query_pre_attn_scalar=20, sliding_window=5,
        attn_logit_softcapping=2.0, final_logit_softcapping=3.0)),
    "gemma3_text": (Gemma, "BF16", gemma_config(
        "gemma3_text", "Gemma3ForCausalLM", hidden_activation="gelu_pytorch_tanh", query_pre_attn_scalar=6, sliding_window=5,
        sliding_window_pattern=2, rope_theta=1000000.0, rope_local_base_freq=10000.0, rope_scaling={"rope_type": "linear", "factor": 8.0},
        attn_logit_softcapping=None, final_logit_softcapping=None)),
    "gptj": (GptJ, "F16", gptj_config(rotary_dim=6)),
    "gpt_neo": (GptNeo, "BF16", {
        "architectures": ["GPTNeoForCausalLM"], "model_type": "gpt_neo", "vocab_size": VOCABULARY, "hidden_size": HIDDEN,
        "intermediate_size": INTERMEDIATE, "num_layers": N_BLOCKS, "num_heads": HEADS, "max_position_embeddings": 40, "window_size": 6,
        "attention_types": [[["global", "local"], 1]], "layer_norm_epsilon": 1e-5, "activation_function": "gelu_new"}),
    "bloom": (Bloom, "BF16", {
        "architectures": ["BloomForCausalLM"], "model_type": "bloom", "vocab_size": VOCABULARY, "n_embed": HIDDEN, "n_layer": N_BLOCKS,
        "num_attention_heads": HEADS, "layer_norm_epsilon": 1e-5, "apply_residual_connection_post_layernorm": False, "test_prefix": ""}),
    "falcon": (Falcon, "BF16", falcon_config()),
    "falcon-grouped": (Falcon, "F16", falcon_config(new_decoder_architecture=True, num_kv_heads=2, multi_query=False, rope_theta=500000.0)),
    "falcon-grouped-one-norm": (Falcon, "BF16", falcon_config(
        new_decoder_architecture=True, num_kv_heads=2, num_ln_in_parallel_attn=1, ffn_hidden_size=INTERMEDIATE, activation="gelu")),
    "falcon-alibi": (Falcon, "F16", falcon_config(multi_query=False, parallel_attn=False, alibi=True, bias=True)),
    "mixtral": (WithExperts, "BF16", config_of("mixtral", "MixtralForCausalLM", num_local_experts=4, num_experts_per_tok=2, sliding_window=None)),
    "mixtral-sliding": (WithExperts, "F16", config_of(
        "mixtral", "MixtralForCausalLM", num_local_experts=6, num_experts_per_tok=1, sliding_window=7, tie_word_embeddings=False)),
    "qwen2_moe": (WithExperts, "BF16", config_of(
        "qwen2_moe", "Qwen2MoeForCausalLM", num_experts=5, num_experts_per_tok=2, moe_intermediate_size=24, shared_expert_intermediate_size=40,
        use_sliding_window=False, sliding_window=4, max_window_layers=0, decoder_sparse_step=1, mlp_only_layers=[])),
    "qwen2_moe-some": (WithExperts, "F16", config_of(
        "qwen2_moe", "Qwen2MoeForCausalLM", num_experts=4, num_experts_per_tok=3, moe_intermediate_size=16, shared_expert_intermediate_size=32,
        norm_topk_prob=True, use_sliding_window=False, decoder_sparse_step=2)),
    "qwen3_moe": (WithExperts, "BF16", config_of(
        "qwen3_moe", "Qwen3MoeForCausalLM", num_experts=8, num_experts_per_tok=3, moe_intermediate_size=32, head_dim=10, norm_topk_prob=True,
        use_sliding_window=False, sliding_window=None)),
    "qwen3_moe-some": (WithExperts, "F16", config_of(
        "qwen3_moe", "Qwen3MoeForCausalLM", num_experts=4, num_experts_per_tok=2, moe_intermediate_size=24, attention_bias=True,
        use_sliding_window=True, sliding_window=6, mlp_only_layers=[1], tie_word_embeddings=True)),
    "stablelm-normed": (StableLm, "BF16", config_of(
        "stablelm", "StableLmForCausalLM", layer_norm_eps=1e-5, partial_rotary_factor=0.25, use_qkv_bias=False, use_parallel_residual=True,
        qk_layernorm=True)),
    "gemma3": (Gemma, "BF16", nested_config(
        "gemma3", "Gemma3ForConditionalGeneration",
        {"model_type": "gemma3_text", "head_dim": 10, "sliding_window": 5, "sliding_window_pattern": 2,
         "rope_scaling": {"factor": 8.0, "rope_type": "linear"}}, "siglip_vision_model", **EARLIER)),
    "gemma3-later": (Gemma, "F16", nested_config(
        "gemma3", "Gemma3ForConditionalGeneration",
        {"model_type": "gemma3_text", "head_dim": 10, "num_key_value_heads": 2, "query_pre_attn_scalar": 6, "sliding_window": 5,
         "layer_types": ["full_attention", "sliding_attention"], "dtype": "float16",
         "rope_parameters": {"full_attention": {"factor": 4.0, "rope_theta": 500000.0, "rope_type": "linear"},
                             "sliding_attention": {"rope_theta": 20000.0, "rope_type": "default"}}},
        "siglip_vision_model", dtype="float16", tie_word_embeddings=True, **LATER)),
    "mistral3": (Llama, "BF16", nested_config(
        "mistral3", "Mistral3ForConditionalGeneration",
        {"model_type": "mistral", "head_dim": 10, "num_key_value_heads": 2, "rms_norm_eps": 1e-5, "rope_theta": 1000000.0,
         "sliding_window": None}, "pixtral", **EARLIER)),
    "mistral3-later": (Llama, "F16", nested_config(
        "mistral3", "Mistral3ForConditionalGeneration",
        {"model_type": "mistral", "num_key_value_heads": 4, "sliding_window": 7, "tie_word_embeddings": False,
         "rope_parameters": {"rope_theta": 500000.0, "rope_type": "default"}}, "pixtral", dtype="float16", **LATER)),
    "gemma3-bare": (Gemma, "BF16", nested_config(
        "gemma3", "Gemma3Model",
        {"model_type": "gemma3_text", "head_dim": 10, "sliding_window": 5, "sliding_window_pattern": 2}, "siglip_vision_model",
        tie_word_embeddings=True, **BARE)),
}


def with_other_parts(stored, seed, dtype, config):
    """The text model's tensors under their names in the checkpoint, and after them those of an image encoder and a projector."""
    prefix, head, root = config["test_prefix"], config["test_head"], config["test_parts"]

    def renamed(name):
        return prefix + name.removeprefix("model.") if name.startswith("model.") else head + name.removeprefix("lm_head")

    others = Weights(seed + 2000, dtype)
    block = f"{root}vision_tower.vision_model.encoder.layers.0."
    for part in ("q_proj", "k_proj", "v_proj", "out_proj"):  # named like layers of the text model
        others.matrix(block + "self_attn." + part, 8, 8)
        others.bias(block + "self_attn." + part, 8)
    others.get(f"{root}vision_tower.vision_model.embeddings.patch_embedding.weight", (8, 3, 2, 2))
    others.get(f"{root}vision_tower.vision_model.embeddings.position_embedding.weight", (4, 8))
    if config["model_type"] == "gemma3":
        others.get(f"{root}multi_modal_projector.mm_input_projection_weight", (8, HIDDEN))
        others.gain(f"{root}multi_modal_projector.mm_soft_emb_norm", 8, centre=0.0)
    else:
        others.matrix(f"{root}multi_modal_projector.linear_1", HIDDEN, 8)
        others.matrix(f"{root}multi_modal_projector.linear_2", HIDDEN, HIDDEN)
    return {**{renamed(name): tensor for name, tensor in stored.items()}, **others.stored}


def inputs_of(block, largest):
    """By group; null where the block has none of that number, or no token came there."""
    last = max(group for other, group in largest if other == block)
    return [largest[block, group].tolist() if (block, group) in largest else None for group in range(last + 1)]


def make(folder, seed, family, dtype, config):
    weights, largest = Weights(seed, dtype), {}

    def seen(block, group, x):
        key = (block, group)
        largest[key] = np.maximum(largest.get(key, 0.0), np.abs(x).max(axis=0))
        return x

    text = config.get("text_config")
    model = family({**TEXT_DEFAULTS[text["model_type"]], **text} if text else config, weights, seen)
    ids = np.random.default_rng(seed + 1000).integers(0, VOCABULARY, (N_WINDOWS, WINDOW))
    losses, last_logits, scales = [], [], []
    for window in ids:
        states, head, *extra = model.states(window)
        extra = extra[0] if extra else {}
        logits = capped(states @ head.T + extra.get("bias", 0.0), extra.get("cap"))
        top = logits.max(axis=1)
        total = top + np.log(np.exp(logits - top[:, None]).sum(axis=1))
        losses.append((total[:-1] - logits[np.arange(WINDOW - 1), window[1:]]).tolist())
        last_logits.append(logits[-1].tolist())
        scales.append(float(np.linalg.norm(states, axis=1).max() * np.linalg.norm(head, axis=1).max()))

    folder.mkdir(parents=True, exist_ok=True)
    stored = with_other_parts(weights.stored, seed, dtype, config) if text else weights.stored
    config = {key: value for key, value in config.items() if not key.startswith("test_")}
    config["dtype" if "dtype" in config else "torch_dtype"] = {"F32": "float32", "F16": "float16", "BF16": "bfloat16"}[dtype]
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    write_safetensors(folder / "model.safetensors", stored)
    expected = {
        "ids": ids.tolist(), "nll": losses, "last_logits": last_logits,
        "logit_scale": max(scales),  # largest |state| times largest |head row|: what bounds a logit and its rounding error
        "max_abs": [inputs_of(block, largest) for block in range(N_BLOCKS)],
    }
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    out = parser.parse_args().out
    for seed, (name, (family, dtype, config)) in enumerate(CASES.items()):
        make(out / name, seed, family, dtype, config)


if __name__ == "__main__":
    main()
