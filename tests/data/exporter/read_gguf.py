#!/usr/bin/env python3
"""Loads an exported model.gguf and recomputes every weight of its linear layers, as an independent reader: NumPy only, written from the
format's description and the facts of llama.cpp's conversion.

    read_gguf.py DIR

Prints one JSON document: layers read, and layers whose checksum equals the one in salient.json, as `salient-cli verify DIR --json` says.
Families whose layers have separate projections under LLaMA's names, mixtures of experts, GPT-2, GPT-NeoX, BLOOM and Falcon.
"""

import argparse
import json
import pathlib
import re
import struct

import numpy as np

from read_checkpoint import checksum

NUMBERS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}


class File:
    def __init__(self, path):
        self.raw, self.at = path.read_bytes(), 0
        assert self.raw[:4] == b"GGUF"
        self.at = 4
        assert self.number("<I") == 3
        n_tensors, n_keys = self.number("<Q"), self.number("<Q")
        self.keys = {self.text(): self.value(self.number("<I")) for _ in range(n_keys)}
        infos, expected = [], 0
        for _ in range(n_tensors):
            name = self.text()
            extents = [self.number("<Q") for _ in range(self.number("<I"))]
            kind, offset = self.number("<I"), self.number("<Q")
            assert offset == expected and len(name.encode()) < 64, name
            size = int(np.prod(extents)) // BLOCKS[kind][0] * BLOCKS[kind][1]
            expected += -(-size // 32) * 32
            infos.append((name, extents[::-1], kind, offset, size))
        start = -(-self.at // 32) * 32
        assert len(self.raw) == start + expected, "padding after the last tensor"
        self.tensors = {name: (shape, kind, self.raw[start + offset : start + offset + size]) for name, shape, kind, offset, size in infos}

    def number(self, layout):
        (value,) = struct.unpack_from(layout, self.raw, self.at)
        self.at += struct.calcsize(layout)
        return value

    def text(self):
        length = self.number("<Q")
        self.at += length
        return self.raw[self.at - length : self.at].decode()

    def value(self, kind):
        if kind == 8:
            return self.text()
        if kind == 9:
            element, count = self.number("<I"), self.number("<Q")
            return [self.value(element) for _ in range(count)]
        return self.number(NUMBERS[kind])

    def floats(self, name):
        shape, kind, data = self.tensors[name]
        blocks = np.frombuffer(data, np.uint8).reshape(-1, BLOCKS[kind][1])
        return BLOCKS[kind][2](blocks).astype(np.float32).reshape(shape)


def half(blocks, at):
    return blocks[:, at : at + 2].copy().view("<f2").astype(np.float32)


def nibbles(qs):
    return np.concatenate([qs & 15, qs >> 4], axis=1).astype(np.float32)


def q4_k(b):
    n, s, qs = len(b), b[:, 4:16].astype(np.int32), b[:, 16:].reshape(len(b), 4, 1, 32)
    low, high = s[:, :8] & 63, s[:, 8:]
    scale = np.concatenate([low[:, :4], (high & 15) | (s[:, 0:4] >> 6 << 4)], axis=1)
    offset = np.concatenate([low[:, 4:], (high >> 4) | (s[:, 4:8] >> 6 << 4)], axis=1)
    q = np.concatenate([qs & 15, qs >> 4], axis=2).reshape(n, 8, 32).astype(np.float32)
    return (half(b, 0) * scale.astype(np.float32))[:, :, None] * q - (half(b, 2) * offset.astype(np.float32))[:, :, None]


def q6_k(b):
    n, ql, qh = len(b), b[:, :128].reshape(len(b), 2, 2, 32), b[:, 128:192].reshape(len(b), 2, 32).astype(np.int32)
    low = np.stack([ql[:, :, 0] & 15, ql[:, :, 1] & 15, ql[:, :, 0] >> 4, ql[:, :, 1] >> 4], axis=2).astype(np.int32)
    top = np.stack([qh >> shift & 3 for shift in (0, 2, 4, 6)], axis=2)
    q = (low | top << 4).reshape(n, 16, 16) - 32
    scale = half(b, 208) * b[:, 192:208].copy().view(np.int8).astype(np.float32)
    return scale[:, :, None] * q.astype(np.float32)


# ggml's number: elements and bytes of a block, and its values
BLOCKS = {
    0: (1, 4, lambda b: b.copy().view("<f4")),
    1: (1, 2, lambda b: b.copy().view("<f2")),
    30: (1, 2, lambda b: (b.copy().view("<u2").astype(np.uint32) << 16).view(np.float32)),
    2: (32, 18, lambda b: half(b, 0) * (nibbles(b[:, 2:]) - 8)),
    3: (32, 20, lambda b: half(b, 0) * nibbles(b[:, 4:]) + half(b, 2)),
    12: (256, 144, q4_k),
    14: (256, 210, q6_k),
    8: (32, 34, lambda b: half(b, 0) * b[:, 2:].copy().view(np.int8).astype(np.float32)),
}
PARTS = {
    "q_proj": "attn_q", "k_proj": "attn_k", "v_proj": "attn_v", "o_proj": "attn_output", "gate_proj": "ffn_gate", "up_proj": "ffn_up",
    "down_proj": "ffn_down", "attn.c_attn": "attn_qkv", "attn.c_proj": "attn_output", "mlp.c_fc": "ffn_up", "mlp.c_proj": "ffn_down",
    "query_key_value": "attn_qkv", "attention.dense": "attn_output", "self_attn.dense": "attn_output", "dense_h_to_4h": "ffn_up",
    "dense_4h_to_h": "ffn_down", "fc1": "ffn_up", "fc2": "ffn_down", "qkv_proj": "attn_qkv", "gate_up_proj": "ffn_up", "w1": "ffn_gate",
    "w3": "ffn_up", "w2": "ffn_down",
}


def weight(file, layer):
    arch = file.keys["general.architecture"]
    number = next(part for part in layer.split(".") if part.isdigit())
    # The longest ending that fits: gate_up_proj is no up_proj, and self_attention.dense is an attention.dense.
    ending = max((end for end in PARTS if layer.endswith(end)), key=len)
    # An expert's layer is one slice of a tensor of all; the one that sees every token has tensors of its own.
    expert = re.search(r"[.]experts[.](\d+)[.]", layer)
    suffix = "_exps" if expert else "_shexp" if ".shared_expert." in layer else ""
    values = file.floats(f"blk.{number}.{PARTS[ending]}{suffix}.weight")
    if expert:
        values = values[int(expert[1])]
    heads = file.keys[f"{arch}.attention.head_count"]
    if arch in ("llama", "olmo") and ending in ("q_proj", "k_proj"):
        n = heads if ending == "q_proj" else file.keys[f"{arch}.attention.head_count_kv"]
        values = values.reshape(n, -1, 2, values.shape[1]).swapaxes(1, 2).reshape(values.shape)
    if arch in ("gptneox", "bloom", "falcon") and ending == "query_key_value":
        # The file has all queries, all keys, all values; the model for each key head the queries that share it, its key, its value.
        shared = file.keys[f"{arch}.attention.head_count_kv"]
        size = values.shape[0] // (heads + 2 * shared)
        q, k, v = np.split(values.reshape(-1, size, values.shape[1]), [heads, heads + shared])
        parts = [q.reshape(shared, heads // shared, size, -1), k[:, None], v[:, None]]
        values = np.concatenate(parts, axis=1).reshape(values.shape)
    return values


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=pathlib.Path)
    directory = parser.parse_args().directory
    file = File(directory / "model.gguf")
    record = json.loads((directory / "salient.json").read_text())
    identical = sum(checksum(weight(file, layer)) == entry["weight"] for layer, entry in record["layers"].items())
    print(json.dumps({"format": record["format"], "n_layers": len(record["layers"]), "n_layers_identical": identical,
                      "architecture": file.keys["general.architecture"], "tokens": len(file.keys.get("tokenizer.ggml.tokens", []))}))


if __name__ == "__main__":
    np.seterr(over="ignore")
    main()
