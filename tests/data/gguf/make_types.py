#!/usr/bin/env python3
"""Makes types.gguf, one tensor of random blocks of every element type, and types.json, the floats that they stand for.

The floats are computed in double precision from the definition of each type (ggml's comments on its block structures) and rounded once
to float32; none of Salient's code is involved. Run: tests/data/gguf/make_types.py (needs NumPy)."""

import json
import pathlib

import numpy as np

import gguf_file as g

HERE = pathlib.Path(__file__).parent
rng = np.random.default_rng(20260501)


def half(count):
    """Random finite binary16 numbers of usual size as bytes [count, 2], some of them subnormal or negative."""
    values = rng.normal(0, 0.05, count).astype(np.float16)
    values[::7] = np.float16(3e-6)
    return values.view(np.uint8).reshape(count, 2)


def as_half(blocks, at):
    return blocks[:, at : at + 2].copy().view(np.float16).astype(np.float64)


def nibbles(qs):
    """Codes of 32 elements out of 16 bytes: low halves first, high halves after them."""
    return np.concatenate([qs & 15, qs >> 4], axis=1).astype(np.int64)


def fifth_bits(blocks, at):
    words = blocks[:, at : at + 4].copy().view(np.uint32).astype(np.int64)
    return (words >> np.arange(32)) & 1


def q4_0(b):
    return as_half(b, 0) * (nibbles(b[:, 2:18]) - 8)


def q4_1(b):
    return as_half(b, 0) * nibbles(b[:, 4:20]) + as_half(b, 2)


def q5_0(b):
    return as_half(b, 0) * (nibbles(b[:, 6:22]) + 16 * fifth_bits(b, 2) - 16)


def q5_1(b):
    return as_half(b, 0) * (nibbles(b[:, 8:24]) + 16 * fifth_bits(b, 4)) + as_half(b, 2)


def q8_0(b):
    return as_half(b, 0) * b[:, 2:34].copy().view(np.int8)


def six_bit_pairs(s):
    """Scales and offsets of eight runs out of twelve bytes."""
    s = s.astype(np.int64)
    scale = np.empty((len(s), 8), np.int64)
    offset = np.empty((len(s), 8), np.int64)
    for run in range(8):
        if run < 4:
            scale[:, run] = s[:, run] % 64
            offset[:, run] = s[:, run + 4] % 64
        else:
            scale[:, run] = s[:, run + 4] % 16 + 16 * (s[:, run - 4] // 64)
            offset[:, run] = s[:, run + 4] // 16 + 16 * (s[:, run] // 64)
    return scale, offset


def q4_5_k(b, has_fifth):
    d, dmin = as_half(b, 0), as_half(b, 2)
    scale, offset = six_bit_pairs(b[:, 4:16])
    qs = b[:, 48:176] if has_fifth else b[:, 16:144]
    result = []
    for run in range(8):
        some = qs[:, 32 * (run // 2) : 32 * (run // 2) + 32].astype(np.int64)
        q = some // 16 if run % 2 else some % 16
        if has_fifth:
            q = q + 16 * (b[:, 16:48].astype(np.int64) // 2**run % 2)
        result.append(d * scale[:, run : run + 1] * q - dmin * offset[:, run : run + 1])
    return np.concatenate(result, axis=1)


def q6_k(b):
    d, scales = as_half(b, 208), b[:, 192:208].copy().view(np.int8).astype(np.int64)
    result = np.empty((len(b), 256))
    for h in range(2):
        for l in range(32):
            first, second = b[:, 64 * h + l].astype(np.int64), b[:, 64 * h + 32 + l].astype(np.int64)
            top = b[:, 128 + 32 * h + l].astype(np.int64)
            for i, low in enumerate([first % 16, second % 16, first // 16, second // 16]):
                element = 128 * h + 32 * i + l
                result[:, element] = d[:, 0] * scales[:, element // 16] * (low + 16 * (top // 4**i % 4) - 32)
    return result


# type: elements and bytes of a block, where halves stand in it, how it decodes
BLOCKS = {
    "Q8_0": (32, 34, [0], q8_0),
    "Q4_0": (32, 18, [0], q4_0),
    "Q4_1": (32, 20, [0, 2], q4_1),
    "Q5_0": (32, 22, [0], q5_0),
    "Q5_1": (32, 24, [0, 2], q5_1),
    "Q4_K": (256, 144, [0, 2], lambda b: q4_5_k(b, False)),
    "Q5_K": (256, 176, [0, 2], lambda b: q4_5_k(b, True)),
    "Q6_K": (256, 210, [208], q6_k),
}


def floats(shape):
    return rng.normal(0, 1, shape).astype(np.float32)


def hexadecimal(values):
    return np.ascontiguousarray(values, "<f4").tobytes().hex()


tensors, expected = [], {}
plain = floats((3, 5))
tensors.append(("plain.F32", [3, 5], "F32", plain.tobytes()))
expected["plain.F32"] = hexadecimal(plain)
halves = floats((2, 7)).astype(np.float16)
tensors.append(("plain.F16", [2, 7], "F16", halves.tobytes()))
expected["plain.F16"] = hexadecimal(halves.astype(np.float32))
words = (floats((9,)).view(np.uint32) >> 16).astype(np.uint16)
tensors.append(("plain.BF16", [9], "BF16", words.tobytes()))
expected["plain.BF16"] = hexadecimal((words.astype(np.uint32) << 16).view(np.float32))
for name, (n_elements, n_bytes, halves_at, decode) in BLOCKS.items():
    rows, per_row = (3, 2) if n_elements == 32 else (2, 1)
    blocks = rng.integers(0, 256, (rows * per_row, n_bytes), dtype=np.uint8)
    for at in halves_at:
        blocks[:, at : at + 2] = half(len(blocks))
    tensors.append((f"blocks.{name}", [rows, per_row * n_elements], name, blocks.tobytes()))
    expected[f"blocks.{name}"] = hexadecimal(decode(blocks).astype(np.float32))

keys = [
    ("general.architecture", g.TEXT, "none"),
    ("a.u8", g.U8, 255),
    ("a.i8", g.I8, -128),
    ("a.u16", g.U16, 65535),
    ("a.i16", g.I16, -32768),
    ("a.u32", g.U32, 2**32 - 1),
    ("a.i32", g.I32, -(2**31)),
    ("a.f32", g.F32, 0.15625),
    ("a.bool", g.BOOL, True),
    ("a.text", g.TEXT, "Größe"),
    ("a.u64", g.U64, 2**40),
    ("a.i64", g.I64, -(2**40)),
    ("a.f64", g.F64, 1e-300),
    ("a.integers", g.ARRAY, (g.I32, [1, -2, 3])),
    ("a.flags", g.ARRAY, (g.BOOL, [True, False])),
    ("a.numbers", g.ARRAY, (g.F32, [0.5, -1.25])),
    ("a.texts", g.ARRAY, (g.TEXT, ["a", "", "▁b"])),
    ("a.nothing", g.ARRAY, (g.U64, [])),
]
(HERE / "types.gguf").write_bytes(g.gguf(keys, tensors))
(HERE / "types.json").write_text(json.dumps(expected, indent=0) + "\n")
