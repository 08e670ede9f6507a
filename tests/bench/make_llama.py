#!/usr/bin/env python3
"""Writes a LLaMA of random weights (bfloat16, seeded) for whole-model timings. Never committed.

usage: make_llama.py OUT [--shape 1.1b|7b] [--blocks N]

Weights are normal with standard deviation 0.02 and residual outputs scaled by 1/sqrt(2 n_blocks), so activations stay in range; the tokenizer is
the demo model's, whose ids are all below 2,048, so any text runs.
"""
import argparse
import json
import shutil
import struct
from pathlib import Path

import numpy as np

SHAPES = {
    "1.1b": dict(hidden_size=2048, intermediate_size=5632, num_hidden_layers=22, num_attention_heads=32, num_key_value_heads=4),
    "7b": dict(hidden_size=4096, intermediate_size=11008, num_hidden_layers=32, num_attention_heads=32, num_key_value_heads=32),
}


def bfloat16(values):
    """float32 → bfloat16 bits, nearest even."""
    bits = values.astype(np.float32).view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype("<u2")


def layout(config):
    h, m = config["hidden_size"], config["intermediate_size"]
    kv = h // config["num_attention_heads"] * config["num_key_value_heads"]
    blocks = config["num_hidden_layers"]
    small = 0.02 / np.sqrt(2 * blocks)
    yield 0, [("model.embed_tokens.weight", (config["vocab_size"], h), 0.02)]
    for i in range(blocks):
        p = f"model.layers.{i}."
        yield i + 1, [
            (p + "input_layernorm.weight", (h,), None),
            (p + "self_attn.q_proj.weight", (h, h), 0.02),
            (p + "self_attn.k_proj.weight", (kv, h), 0.02),
            (p + "self_attn.v_proj.weight", (kv, h), 0.02),
            (p + "self_attn.o_proj.weight", (h, h), small),
            (p + "post_attention_layernorm.weight", (h,), None),
            (p + "mlp.gate_proj.weight", (m, h), 0.02),
            (p + "mlp.up_proj.weight", (m, h), 0.02),
            (p + "mlp.down_proj.weight", (h, m), small),
        ]
    yield blocks + 1, [("model.norm.weight", (h,), None), ("lm_head.weight", (config["vocab_size"], h), 0.02)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--shape", choices=SHAPES, default="1.1b")
    parser.add_argument("--blocks", type=int, help="fewer blocks of the same shape, for a shorter run")
    args = parser.parse_args()
    demo = Path(__file__).resolve().parents[2] / "resources" / "demo" / "model"
    config = dict(
        architectures=["LlamaForCausalLM"], model_type="llama", vocab_size=32000, max_position_embeddings=2048, rms_norm_eps=1e-5,
        rope_theta=10000.0, hidden_act="silu", tie_word_embeddings=False, bos_token_id=0, eos_token_id=1, torch_dtype="bfloat16",
        **SHAPES[args.shape])
    config["num_hidden_layers"] = args.blocks or config["num_hidden_layers"]
    args.out.mkdir(parents=True)
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"):
        shutil.copy(demo / name, args.out / name)
    (args.out / "config.json").write_text(json.dumps(config, indent=2))

    rng = np.random.default_rng(1)
    shards = list(layout(config))
    index, total = {}, 0
    for number, tensors in shards:
        file = f"model-{number + 1:05d}-of-{len(shards):05d}.safetensors"
        header, at = {"__metadata__": {"format": "pt"}}, 0
        for name, shape, _ in tensors:
            size = 2 * int(np.prod(shape))
            header[name] = {"dtype": "BF16", "shape": list(shape), "data_offsets": [at, at + size]}
            at += size
            index[name] = file
        total += at
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        with open(args.out / file, "wb") as out:
            out.write(struct.pack("<Q", len(text)) + text)
            for _, shape, deviation in tensors:
                values = np.ones(shape, np.float32) if deviation is None else rng.standard_normal(shape, np.float32) * np.float32(deviation)
                out.write(bfloat16(values).tobytes())
    (args.out / "model.safetensors.index.json").write_text(json.dumps({"metadata": {"total_size": total}, "weight_map": index}))


if __name__ == "__main__":
    main()
