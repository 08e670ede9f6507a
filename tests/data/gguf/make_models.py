#!/usr/bin/env python3
"""Makes models/*.gguf: small random models of tests/data/models as llama.cpp's files hold them; former/ as they did before April 2024.

Names, keys and the order of rows are written from the facts of llama.cpp's conversion; weights are read from the safetensors files and
stored in float32, so that opening either must give the same numbers bit for bit. None of Salient's code is involved.
Run: tests/data/gguf/make_models.py (needs NumPy)."""

import json
import pathlib
import re
import struct

import numpy as np

import gguf_file as g

HERE = pathlib.Path(__file__).parent
MODELS = HERE.parent / "models"


def safetensors(path):
    raw = path.read_bytes()
    (n,) = struct.unpack("<Q", raw[:8])
    header, data = json.loads(raw[8 : 8 + n]), raw[8 + n :]
    result = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        part = data[begin:end]
        if entry["dtype"] == "BF16":
            values = (np.frombuffer(part, "<u2").astype(np.uint32) << 16).view(np.float32)
        else:
            values = np.frombuffer(part, {"F32": "<f4", "F16": "<f2"}[entry["dtype"]]).astype(np.float32)
        result[name] = values.reshape(entry["shape"])
    return result


def pairs_of_neighbours(x, heads):
    """Rows of heads of two halves, (half, pair), as (pair, half): llama.cpp turns neighbours."""
    return x.reshape(heads, 2, -1, *x.shape[1:]).swapaxes(1, 2).reshape(x.shape)


def all_queries_first(x, heads, shared):
    """Rows of key heads, each the queries that share it, its key and its value: queries of all, then keys, then values."""
    parts = x.reshape(shared, heads // shared + 2, -1, *x.shape[1:])
    size = parts.shape[2]
    return np.concatenate([parts[:, :-2].reshape(heads * size, *x.shape[1:]), parts[:, -2].reshape(shared * size, *x.shape[1:]),
                           parts[:, -1].reshape(shared * size, *x.shape[1:])])


LLAMA_BLOCK = {
    "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down", "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm", "self_attn.qkv_proj": "attn_qkv",
    "mlp.gate_up_proj": "ffn_up", "self_attn.dense": "attn_output", "mlp.fc1": "ffn_up", "mlp.fc2": "ffn_down",
}
GEMMA2_BLOCK = LLAMA_BLOCK | {"post_attention_layernorm": "post_attention_norm", "pre_feedforward_layernorm": "ffn_norm",
                              "post_feedforward_layernorm": "post_ffw_norm"}
MOE_BLOCK = LLAMA_BLOCK | {
    "block_sparse_moe.gate": "ffn_gate_inp", "mlp.gate": "ffn_gate_inp", "mlp.shared_expert_gate": "ffn_gate_inp_shexp",
    "mlp.shared_expert.gate_proj": "ffn_gate_shexp", "mlp.shared_expert.up_proj": "ffn_up_shexp",
    "mlp.shared_expert.down_proj": "ffn_down_shexp",
}
# One of many: an expert's layer, or the norm of one head. They become one tensor, in the order of their numbers.
ONE_OF_MANY = re.compile(r"model\.layers\.(\d+)\.(?:block_sparse_moe|mlp|self_attn)\.(?:experts\.(\d+)\.(\w+)|(\w)_layernorm\.norms\.(\d+))"
                         r"\.weight")
EXPERT_PARTS = {"w1": "ffn_gate", "w3": "ffn_up", "w2": "ffn_down", "gate_proj": "ffn_gate", "up_proj": "ffn_up", "down_proj": "ffn_down"}
GPT_BLOCK = {
    "ln_1": "attn_norm", "ln_2": "ffn_norm", "attn.c_attn": "attn_qkv", "attn.c_proj": "attn_output", "mlp.c_fc": "ffn_up",
    "mlp.c_proj": "ffn_down", "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
    "attention.query_key_value": "attn_qkv", "self_attention.query_key_value": "attn_qkv", "attention.dense": "attn_output",
    "self_attention.dense": "attn_output", "mlp.dense_h_to_4h": "ffn_up", "mlp.dense_4h_to_h": "ffn_down",
}
OUTSIDE = {
    "embed_tokens": "token_embd", "norm": "output_norm", "final_layernorm": "output_norm", "lm_head": "output", "wte": "token_embd",
    "wpe": "position_embd", "ln_f": "output_norm", "embed_in": "token_embd", "final_layer_norm": "output_norm", "embed_out": "output",
    "word_embeddings": "token_embd", "word_embeddings_layernorm": "token_embd_norm",
}
# Falcon's blocks with two norms: the one of the attention is the second.
FALCON_BLOCK = GPT_BLOCK | {"ln_mlp": "attn_norm", "ln_attn": "attn_norm_2"}


def gguf_name(name, block_names):
    module, kind = name.rsplit(".", 1)
    for prefix in ("language_model.", "model.", "transformer.", "gpt_neox."):
        module = module.removeprefix(prefix)
    for prefix in ("layers.", "h."):
        if module.startswith(prefix):
            number, part = module.removeprefix(prefix).split(".", 1)
            return f"blk.{number}.{block_names[part]}.{kind}"
    return f"{OUTSIDE[module]}.{kind}"


def joined(tensors, apart):
    """Tensors of which there is one for each expert or head, stacked under llama.cpp's names, and the others as they are. apart: every expert
    keeps its own, as in files from before April 2024."""
    stacks, others = {}, {}
    for name, values in tensors.items():
        found = ONE_OF_MANY.fullmatch(name)
        if not found:
            others[name] = values
            continue
        block, expert, part, head_part, head = found.groups()
        if head_part:
            stacks.setdefault(f"blk.{block}.attn_{head_part}_norm.weight", {})[int(head)] = values
        elif apart:
            others[f"blk.{block}.{EXPERT_PARTS[part]}.{expert}.weight"] = values
        else:
            stacks.setdefault(f"blk.{block}.{EXPERT_PARTS[part]}_exps.weight", {})[int(expert)] = values
    return others | {name: np.stack([parts[i] for i in range(len(parts))]) for name, parts in stacks.items()}


def llama3_factors(config):
    scaling, dim = config["rope_scaling"], config["hidden_size"] // config["num_attention_heads"]
    frequencies = config["rope_theta"] ** (-np.arange(0, dim, 2) / dim)
    wavelengths = 2 * np.pi / frequencies
    trained = scaling["original_max_position_embeddings"]
    low, high = trained / scaling["low_freq_factor"], trained / scaling["high_freq_factor"]
    smooth = (trained / wavelengths - scaling["low_freq_factor"]) / (scaling["high_freq_factor"] - scaling["low_freq_factor"])
    between = 1 / ((1 - smooth) / scaling["factor"] + smooth)
    factors = np.where(wavelengths < high, 1.0, np.where(wavelengths > low, scaling["factor"], between))
    return factors.astype(np.float32)


def make(name, arch, *, folder="models", blocks=LLAMA_BLOCK, neighbours=False, norms_plus_one=False, transposes=False, rows_by_head=False,
         rms=True, extra=(), tables=(), drop=(), window=None, key_heads=None, experts_apart=False):
    config = json.loads((MODELS / name / "config.json").read_text())
    config = config.get("text_config", config)
    heads = config.get("num_attention_heads", config.get("n_head"))
    shared = key_heads or config.get("num_key_value_heads") or heads
    hidden = config.get("hidden_size", config.get("n_embd", config.get("n_embed")))
    head_dim = config.get("head_dim", hidden // heads)
    n_blocks = config.get("num_hidden_layers", config.get("n_layer"))
    inner = config.get("intermediate_size") or config.get("n_inner") or config.get("ffn_hidden_size") or 4 * hidden
    positions = config.get("max_position_embeddings", config.get("n_positions", 2048))
    epsilon = config.get("rms_norm_eps") or config.get("layer_norm_eps") or config.get("layer_norm_epsilon") or 1e-5
    keys = [
        ("general.architecture", g.TEXT, arch),
        ("general.name", g.TEXT, name),
        ("general.file_type", g.U32, 0),
        (f"{arch}.block_count", g.U32, n_blocks),
        (f"{arch}.context_length", g.U32, positions),
        (f"{arch}.embedding_length", g.U32, hidden),
        (f"{arch}.feed_forward_length", g.U32, inner),
        (f"{arch}.attention.head_count", g.U32, heads),
        (f"{arch}.attention.head_count_kv", g.U32, shared),
        (f"{arch}.attention.layer_norm{'_rms' if rms else ''}_epsilon", g.F32, epsilon),
    ]
    if "head_dim" in config:
        keys += [(f"{arch}.attention.key_length", g.U32, head_dim), (f"{arch}.attention.value_length", g.U32, head_dim)]
    if window:
        keys += [(f"{arch}.attention.sliding_window", g.U32, window)]
    keys += [(f"{arch}.{key}", kind, value) for key, kind, value in extra]
    tensors = []
    for hf, values in joined(safetensors(MODELS / name / "model.safetensors"), experts_apart).items():
        if hf in drop or hf.startswith(("vision_tower.", "multi_modal_projector.")):
            continue
        stored = hf if hf.startswith("blk.") else gguf_name(hf, blocks)
        part = stored.rsplit(".", 1)[0].split(".")[-1]
        if neighbours and part in ("attn_q", "attn_k"):
            values = pairs_of_neighbours(values, heads if part == "attn_q" else shared)
        if rows_by_head and part == "attn_qkv":
            values = all_queries_first(values, heads, shared)
        if part == "ffn_gate_inp_shexp":
            values = values.reshape(-1)
        if transposes and part in ("attn_qkv", "attn_output", "ffn_up", "ffn_down") and values.ndim == 2:
            values = values.T
        if norms_plus_one and part.endswith("norm"):
            values = values + np.float32(1)
        tensors.append((stored, list(values.shape), "F32", np.ascontiguousarray(values, "<f4").tobytes()))
    tensors += [(n, list(v.shape), "F32", v.astype("<f4").tobytes()) for n, v in tables]
    (HERE / folder).mkdir(exist_ok=True)
    (HERE / folder / f"{name}.gguf").write_bytes(g.gguf(keys, tensors))


def config_of(name):
    return json.loads((MODELS / name / "config.json").read_text())


def experts(n, used, width=None, shared=None):
    keys = [("expert_count", g.U32, n), ("expert_used_count", g.U32, used)]
    if width:
        keys += [("expert_feed_forward_length", g.U32, width)]
    if shared:
        keys += [("expert_shared_feed_forward_length", g.U32, shared)]
    return keys


def rope(dim, theta=10000.0):
    return [("rope.dimension_count", g.U32, dim), ("rope.freq_base", g.F32, theta)]


make("llama-linear", "llama", neighbours=True,
     extra=rope(12, 500000.0) + [("rope.scaling.type", g.TEXT, "linear"), ("rope.scaling.factor", g.F32, 2.5)])
make("llama-llama3", "llama", neighbours=True, extra=rope(8), tables=[("rope_freqs.weight", llama3_factors(config_of("llama-llama3")))])
make("llama-yarn", "llama", neighbours=True,
     extra=rope(8) + [("rope.scaling.type", g.TEXT, "yarn"), ("rope.scaling.factor", g.F32, 4.0),
                      ("rope.scaling.original_context_length", g.U32, 64), ("rope.scaling.yarn_beta_fast", g.F32, 8.0)])
make("mistral3", "mistral3", neighbours=True, extra=rope(10, 1000000.0))
make("qwen2", "qwen2", extra=[("rope.freq_base", g.F32, 10000.0)])
make("qwen3", "qwen3", extra=[("rope.freq_base", g.F32, 10000.0)])
make("phi", "phi2", rms=False, extra=rope(4))
make("phi3", "phi3", extra=rope(8), window=7)
longrope = config_of("phi3-long")
make("phi3-long", "phi3", extra=rope(6) + [("rope.scaling.original_context_length", g.U32, 16),
                                           ("rope.scaling.attn_factor", g.F32, float(np.sqrt(1 + np.log(128 / 16) / np.log(16))))],
     tables=[(f"rope_factors_{length}.weight", np.array(longrope["rope_scaling"][f"{length}_factor"], np.float32))
             for length in ("long", "short")])
make("gemma", "gemma", norms_plus_one=True, extra=[("rope.freq_base", g.F32, 10000.0)])
make("gemma2", "gemma2", blocks=GEMMA2_BLOCK, norms_plus_one=True, window=5,
     extra=[("rope.freq_base", g.F32, 10000.0), ("attn_logit_softcapping", g.F32, 2.0), ("final_logit_softcapping", g.F32, 3.0)])
make("gemma3_text", "gemma3", blocks=GEMMA2_BLOCK, norms_plus_one=True, window=5,
     extra=[("rope.freq_base", g.F32, 1000000.0), ("rope.scaling.type", g.TEXT, "linear"), ("rope.scaling.factor", g.F32, 8.0)])
make("gpt2", "gpt2", blocks=GPT_BLOCK, transposes=True, rms=False)
make("gpt_neox", "gptneox", blocks=GPT_BLOCK, rows_by_head=True, rms=False,
     extra=[("rope.dimension_count", g.U32, 4), ("use_parallel_residual", g.BOOL, True)])
make("bloom", "bloom", blocks=GPT_BLOCK, rows_by_head=True, rms=False)
make("stablelm", "stablelm", rms=False, extra=rope(6))
make("stablelm-parallel", "stablelm", rms=False, extra=rope(4) + [("use_parallel_residual", g.BOOL, True)])
make("olmo-clipped", "olmo", neighbours=True, rms=False, extra=rope(8) + [("attention.clamp_kqv", g.F32, 1.5)])
make("stablelm-normed", "stablelm", rms=False, extra=rope(2) + [("use_parallel_residual", g.BOOL, True)])
make("mixtral", "llama", blocks=MOE_BLOCK, neighbours=True, extra=rope(8) + experts(4, 2))
make("mixtral", "llama", folder="former", blocks=MOE_BLOCK, neighbours=True, extra=rope(8) + experts(4, 2), experts_apart=True)
make("qwen2_moe", "qwen2moe", blocks=MOE_BLOCK, extra=[("rope.freq_base", g.F32, 10000.0)] + experts(5, 2, 24, 40))
make("qwen3_moe", "qwen3moe", blocks=MOE_BLOCK, extra=[("rope.freq_base", g.F32, 10000.0)] + experts(8, 3, 32))
layout = [("tensor_data_layout", g.TEXT, "jploski")]
make("falcon", "falcon", blocks=FALCON_BLOCK, rows_by_head=True, rms=False, key_heads=1, extra=layout)
make("falcon-grouped", "falcon", blocks=FALCON_BLOCK, rows_by_head=True, rms=False, key_heads=2,
     extra=layout + [("rope.freq_base", g.F32, 500000.0)])
make("falcon-grouped-one-norm", "falcon", blocks=FALCON_BLOCK, rows_by_head=True, rms=False, key_heads=2, extra=layout)
