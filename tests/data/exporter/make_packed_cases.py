#!/usr/bin/env python3
"""Writes packed_cases.json: tiny layers and the words that each checkpoint format stores for them.

Written from the formats' descriptions, with Python's integers as bit streams; it shares nothing with Salient's packers, which
tst_pack.cpp holds to these words. NumPy is all it needs; the same seed gives the same file.
"""

import json
import pathlib

import numpy as np


def stream_words(values, bits):
    """Value i in bits i·bits … of one little-endian stream, 32 to a word."""
    stream = sum(int(v) << (i * bits) for i, v in enumerate(values))
    n_words = (len(values) * bits + 31) // 32
    return [(stream >> (32 * w)) & 0xFFFFFFFF for w in range(n_words)]


def three_bit_words(v):
    """32 values of 3 bits in 3 words, as the format's table spells it out: a check of stream_words()."""
    word0 = sum(v[i] << (3 * i) for i in range(10)) | (v[10] & 3) << 30
    word1 = v[10] >> 2 | sum(v[11 + i] << (3 * i + 1) for i in range(10)) | (v[21] & 1) << 31
    word2 = v[21] >> 1 | sum(v[22 + i] << (3 * i + 2) for i in range(10))
    return [word0, word1, word2]


def gptq(codes, zeros, bits, version):
    """codes [N, K], zeros [N, G] -> qweight [K·b/32, N] (down each column), qzeros [G, N·b/32] (along each row)."""
    columns = [stream_words(row, bits) for row in codes]
    qweight = [[column[w] for column in columns] for w in range(len(columns[0]))]
    stored = (zeros - 1 if version == "gptq" else zeros) & ((1 << bits) - 1)
    return {"qweight": qweight, "qzeros": [stream_words(stored[:, g], bits) for g in range(zeros.shape[1])]}


def awq(codes, zeros):
    """codes [N, K], zeros [N, G] -> qweight [K, N/8], qzeros [G, N/8]: nibble i holds output 0, 2, 4, 6, 1, 3, 5, 7 of a run."""
    order = [0, 2, 4, 6, 1, 3, 5, 7]

    def rows(matrix):
        return [[sum(int(matrix[8 * r + order[i], c]) << (4 * i) for i in range(8)) for r in range(matrix.shape[0] // 8)]
                for c in range(matrix.shape[1])]

    return {"qweight": rows(codes), "qzeros": rows(zeros)}


def pack_quantized(codes, zeros, bits, symmetric):
    """Signed q = code − 2^(b−1), stored as q + 2^(b−1): rows along K; zero points the same way down N."""
    signed = codes.astype(int) - (1 << (bits - 1))
    packed = {"weight_packed": [stream_words(row + (1 << (bits - 1)), bits) for row in signed]}
    if not symmetric:
        columns = [stream_words(zeros[:, g], bits) for g in range(zeros.shape[1])]
        packed["weight_zero_point"] = [[column[w] for column in columns] for w in range(len(columns[0]))]
    return packed


def case(random, form, bits, symmetric, shape, n_groups):
    codes = random.integers(0, 1 << bits, shape)
    zeros = np.full((shape[0], n_groups), 1 << (bits - 1)) if symmetric else random.integers(0, 1 << bits, (shape[0], n_groups))
    if form in ("gptq", "gptq_v2"):
        words = gptq(codes, zeros, bits, form)
    elif form == "awq":
        words = awq(codes, zeros)
    else:
        words = pack_quantized(codes, zeros, bits, symmetric)
    return {"form": form, "bits": bits, "symmetric": symmetric, "codes": codes.tolist(), "zeros": zeros.tolist(), "words": words}


def main():
    random = np.random.default_rng(20)
    for _ in range(20):
        values = [int(v) for v in random.integers(0, 8, 32)]
        assert stream_words(values, 3) == three_bit_words(values)
    cases = []
    for bits in (2, 3, 4, 8):
        cases.append(case(random, "gptq", bits, True, (32, 32), 1))
        cases.append(case(random, "gptq_v2", bits, False, (32, 64), 2))
    cases.append(case(random, "awq", 4, False, (16, 8), 2))
    cases.append(case(random, "awq", 4, True, (24, 6), 3))
    for bits in (4, 8):
        cases.append(case(random, "pack-quantized", bits, True, (3, 40), 1))
        cases.append(case(random, "pack-quantized", bits, False, (20, 32), 4))
    # Known by heart: the symmetric zeros that every tool prints.
    assert {w for row in cases[4]["words"]["qzeros"] for w in row} == {0x77777777}
    path = pathlib.Path(__file__).with_name("packed_cases.json")
    path.write_text("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")


if __name__ == "__main__":
    main()
