#!/usr/bin/env python3
"""Importance matrices of the small mixtures of ../models, as llama-imatrix writes them, and what they say of each expert.

Writes beside itself experts.imatrix (GGUF: a number of tokens for each expert), experts_old.imatrix (the old form: one number of chunks for
all, and 1 in every channel of an expert that no token came to), experts_former.imatrix (the old form before April 2024: an entry for each
expert that saw any), experts_converted.imatrix (GGUF made from the old form), experts_shared.imatrix (Qwen2-MoE, with the expert that sees
every token) and experts.json. Means are taken in double precision. Nothing of Salient is used.
"""

import json
import pathlib
import struct
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "gguf"))
import gguf_file as gf  # noqa: E402

random = np.random.default_rng(20261201)
TOKENS, CHUNK = 200, 100
# Tokens of each expert, block by block: two of four for each of 200. An expert's input has 32 channels, its hidden values 48: from so many
# tokens on it goes by its own statistics.
SENT = [[180, 150, 70, 0], [160, 120, 80, 40]]
MIXTRAL = {"hidden": 32, "width": 48, "experts": 4}


def inputs(n_tokens, n_channels):
    """Numbers that float32 holds exactly, some channels larger than others."""
    size = np.where(np.arange(n_channels) % 16 == 3, 8, 1)
    return random.integers(-16, 17, (n_tokens, n_channels)) / 8 * size


def mean_squares(x):
    return (x**2).mean(axis=0) if len(x) else np.zeros(x.shape[1])


def entry(name, parts):
    """parts: the inputs that each matrix of a weight saw."""
    return {"name": name, "squares": np.array([(x**2).sum(axis=0) for x in parts]), "counts": [len(x) for x in parts]}


def new_form(entries, chunk=CHUNK):
    tensors = []
    for e in entries:
        n = len(e["counts"])
        tensors.append((e["name"] + ".in_sum2", e["squares"].shape, "F32", e["squares"].astype("<f4").tobytes()))
        tensors.append((e["name"] + ".counts", (n, 1), "F32", np.array(e["counts"], "<f4").tobytes()))
    keys = [
        ("general.type", gf.TEXT, "imatrix"),
        ("imatrix.datasets", gf.ARRAY, (gf.TEXT, ["calib.txt"])),
        ("imatrix.chunk_count", gf.U32, TOKENS // chunk),
        ("imatrix.chunk_size", gf.U32, chunk),
    ]
    return gf.gguf(keys, tensors)


def means_or_ones(e):
    """[matrices · in]: the mean squares, and 1 where nothing was seen."""
    return np.concatenate([squares / count if count else np.ones_like(squares) for squares, count in zip(e["squares"], e["counts"])])


def old_form(entries):
    chunks = TOKENS // CHUNK
    raw = struct.pack("<i", len(entries))
    for e in entries:
        values = (means_or_ones(e) * chunks).astype("<f4")
        raw += struct.pack("<i", len(e["name"])) + e["name"].encode() + struct.pack("<ii", chunks, len(values)) + values.tobytes()
    return raw + struct.pack("<ii", chunks, len("calib.txt")) + b"calib.txt"


def converted(entries):
    """What llama-imatrix makes of the old form: one row and one number of tokens for all experts."""
    return new_form([{"name": e["name"], "squares": (means_or_ones(e) * TOKENS)[None], "counts": [TOKENS]} for e in entries])


def former(entries):
    """An entry for each expert, but for those without tokens."""
    apart = []
    for e in entries:
        kind = e["name"].removesuffix("_exps.weight")
        if kind == e["name"]:
            apart.append(e)
        else:
            apart += [{"name": f"{kind}.{i}.weight", "squares": e["squares"][i : i + 1], "counts": [count]}
                      for i, count in enumerate(e["counts"]) if count]
    return old_form(apart)


def attention(block, hidden, expected):
    entries = []
    for parts, layers in ((["attn_q", "attn_k", "attn_v"], "attention input"), (["attn_output"], "attention output")):
        x = inputs(TOKENS, hidden)
        expected[layers] = mean_squares(x).tolist()
        entries += [entry(f"blk.{block}.{part}.weight", [x]) for part in parts]
    return entries


def experts(block, sent, hidden, width, expected):
    x = inputs(TOKENS, hidden)
    expected["MLP input"] = mean_squares(x).tolist()
    entries = [entry(f"blk.{block}.ffn_gate_inp.weight", [x])]
    seen = [inputs(n, hidden) for n in sent]
    middle = [inputs(n, width) for n in sent]
    for number, (own, inner) in enumerate(zip(seen, middle)):
        expected[f"expert {number} input"] = mean_squares(own).tolist()
        expected[f"expert {number} hidden"] = mean_squares(inner).tolist()
    expected["tokens"] = sent
    expected["all hidden"] = mean_squares(np.concatenate(middle)).tolist()
    entries += [entry(f"blk.{block}.{part}.weight", seen) for part in ("ffn_gate_exps", "ffn_up_exps")]
    return entries + [entry(f"blk.{block}.ffn_down_exps.weight", middle)]


expected = {"mixtral": [{}, {}], "qwen2_moe": [{}, {}]}
mixtral = []
for block in range(2):
    mixtral += attention(block, MIXTRAL["hidden"], expected["mixtral"][block])
    mixtral += experts(block, SENT[block], MIXTRAL["hidden"], MIXTRAL["width"], expected["mixtral"][block])
(HERE / "experts.imatrix").write_bytes(new_form(mixtral))
(HERE / "experts_old.imatrix").write_bytes(old_form(mixtral))
(HERE / "experts_former.imatrix").write_bytes(former(mixtral))
(HERE / "experts_converted.imatrix").write_bytes(converted(mixtral))

shared = []
for block in range(2):
    of_block = expected["qwen2_moe"][block]
    shared += attention(block, 32, of_block)
    shared += experts(block, [90, 80, 80, 80, 70], 32, 24, of_block)
    x = inputs(TOKENS, 40)
    of_block["shared expert hidden"] = mean_squares(x).tolist()
    shared.append(entry(f"blk.{block}.ffn_down_shexp.weight", [x]))
(HERE / "experts_shared.imatrix").write_bytes(new_form(shared))
(HERE / "experts.json").write_text(json.dumps(expected) + "\n")
