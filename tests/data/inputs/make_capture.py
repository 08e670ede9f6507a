#!/usr/bin/env python3
"""Captured inputs of a LLaMA-like model of two blocks (64 wide, 128 inside the MLP), and their statistics in double precision.

Writes beside itself capture.npz, capture.safetensors (the same arrays in float16, with three axes), capture.imatrix (llama.cpp's old form)
and capture.json. Of the layers that read one input a single one has an array. Nothing of Salient is used.
"""

import json
import pathlib
import struct

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
random = np.random.default_rng(20261130)
WIDTHS = {"self_attn.k_proj": 64, "self_attn.o_proj": 64, "mlp.up_proj": 64, "mlp.down_proj": 128}
# Who reads the same input, as llama.cpp calls them: its matrix has an entry for each.
GGUF = {
    "self_attn.k_proj": ["attn_q", "attn_k", "attn_v"],
    "self_attn.o_proj": ["attn_output"],
    "mlp.up_proj": ["ffn_gate", "ffn_up"],
    "mlp.down_proj": ["ffn_down"],
}

arrays, expected, entries = {}, {}, {}
for block in range(2):
    for layer, width in WIDTHS.items():
        size = np.where(np.arange(width) % 16 == 3, 8.0, 1.0) * random.uniform(0.5, 1.5, width)
        x = (random.standard_normal((40, width)) * size).astype("<f2")
        name = f"model.layers.{block}.{layer}"
        arrays[name + (".input" if layer.endswith("o_proj") else "")] = x
        exact = x.astype(np.float64)
        probe = (np.arange(width) * 7 % 13 - 6) / 6.0
        expected[name] = {
            "mean_squares": (exact**2).mean(axis=0).tolist(),
            "mean_abs": np.abs(exact).mean(axis=0).tolist(),
            "max_abs": np.abs(exact).max(axis=0).tolist(),
            "max_abs_token": np.abs(exact).argmax(axis=0).tolist(),
            "hessian_times_probe": (2.0 * exact.T @ (exact @ probe) / len(exact)).tolist(),
        }
        for gguf in GGUF[layer]:
            entries[f"blk.{block}.{gguf}.weight"] = (exact**2).mean(axis=0)

np.savez_compressed(HERE / "capture.npz", **arrays)

header, data = {}, b""
for name, x in arrays.items():
    raw = x.tobytes()
    header[name] = {"dtype": "F16", "shape": [5, 8, x.shape[1]], "data_offsets": [len(data), len(data) + len(raw)]}
    data += raw
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
(HERE / "capture.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)

chunks = 2
matrix = struct.pack("<i", len(entries))
for name, mean_squares in entries.items():
    matrix += struct.pack("<i", len(name)) + name.encode() + struct.pack("<ii", chunks, len(mean_squares))
    matrix += (mean_squares * chunks).astype("<f4").tobytes()
matrix += struct.pack("<i", chunks) + struct.pack("<i", 9) + b"calib.txt"
(HERE / "capture.imatrix").write_bytes(matrix)
(HERE / "capture.json").write_text(json.dumps(expected) + "\n")
