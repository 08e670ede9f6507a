#!/usr/bin/env python3
"""Makes tokenizers/*.gguf: the tokenizers of tests/data/tokenizer and of the demo model as a GGUF file's keys, without any tensor.

Written from llama.cpp's keys (tokenizer.ggml.*) with the standard library alone. Run: tests/data/gguf/make_tokenizers.py"""

import json
import pathlib
import struct

import gguf_file as g

HERE = pathlib.Path(__file__).parent
SOURCE = HERE.parent / "tokenizer"
NORMAL, UNKNOWN, CONTROL, USER, UNUSED, BYTE = 1, 2, 3, 4, 5, 6


def save(name, model, tokens, types, *more):
    keys = [("general.architecture", g.TEXT, "llama"), ("tokenizer.ggml.model", g.TEXT, model),
            ("tokenizer.ggml.tokens", g.ARRAY, (g.TEXT, tokens)), ("tokenizer.ggml.token_type", g.ARRAY, (g.I32, types)), *more]
    (HERE / "tokenizers").mkdir(exist_ok=True)
    (HERE / "tokenizers" / f"{name}.gguf").write_bytes(g.gguf(keys, []))


def byte_level(name, path, pre, bos=None):
    document = json.loads(path.read_text())
    ids = dict(document["model"]["vocab"])
    added = {token["content"]: token for token in document["added_tokens"]}
    ids.update({content: token["id"] for content, token in added.items()})
    by_id = {i: token for token, i in ids.items()}
    n = max(by_id) + 1
    tokens = [by_id.get(i, f"[PAD{i}]") for i in range(n)]
    types = [UNUSED if i not in by_id else NORMAL if by_id[i] not in added else CONTROL if added[by_id[i]]["special"] else USER
             for i in range(n)]
    merges = [m if isinstance(m, str) else " ".join(m) for m in document["model"]["merges"]]
    more = [("tokenizer.ggml.pre", g.TEXT, pre), ("tokenizer.ggml.merges", g.ARRAY, (g.TEXT, merges))]
    if bos is not None:
        more += [("tokenizer.ggml.bos_token_id", g.U32, bos), ("tokenizer.ggml.add_bos_token", g.BOOL, True)]
    save(name, "gpt2", tokens, types, *more)


def fields(data):
    """Fields of a protobuf message: (number, value)."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        tag = varint()
        kind = tag & 7
        if kind == 0:
            yield tag >> 3, varint()
        else:
            length = varint() if kind == 2 else 4 if kind == 5 else 8
            yield tag >> 3, data[at : at + length]
            at += length


def sentence_piece(name, path):
    tokens, scores, types, trainer, normalizer = [], [], [], {}, {}
    for number, value in fields(path.read_bytes()):
        if number == 1:
            piece = dict(fields(value))
            tokens.append(piece[1])
            scores.append(struct.unpack("<f", piece.get(2, bytes(4)))[0])
            types.append(piece.get(3, NORMAL))
        elif number == 2:
            trainer = dict(fields(value))
        elif number == 3:
            normalizer = dict(fields(value))
    save(name, "llama", tokens, types, ("tokenizer.ggml.scores", g.ARRAY, (g.F32, scores)),
         ("tokenizer.ggml.bos_token_id", g.U32, trainer.get(41, 1)), ("tokenizer.ggml.eos_token_id", g.U32, trainer.get(42, 2)),
         ("tokenizer.ggml.add_space_prefix", g.BOOL, bool(normalizer.get(3, 1))),
         ("tokenizer.ggml.remove_extra_whitespaces", g.BOOL, bool(normalizer.get(4, 1))))


def scored(name, path):
    """A tokenizer.json in SentencePiece's style: a merge learnt first has the highest score."""
    document = json.loads(path.read_text())
    ids = dict(document["model"]["vocab"])
    added = {token["content"]: token["id"] for token in document["added_tokens"]}
    ids.update(added)
    by_id = {i: token for token, i in ids.items()}
    tokens = [by_id[i] for i in range(max(by_id) + 1)]
    scores = [-10000.0] * len(tokens)
    for rank, merge in reversed(list(enumerate(document["model"]["merges"]))):
        merged = merge.replace(" ", "") if isinstance(merge, str) else "".join(merge)
        scores[ids[merged]] = -float(rank)
    types = [UNKNOWN if t == "<unk>" else CONTROL if t in added else BYTE if len(t) == 6 and t.startswith("<0x") else NORMAL for t in tokens]
    save(name, "llama", tokens, types, ("tokenizer.ggml.scores", g.ARRAY, (g.F32, scores)),
         ("tokenizer.ggml.bos_token_id", g.U32, ids["<s>"]))


byte_level("llama3", SOURCE / "llama3" / "tokenizer.json", "llama-bpe", 520)
byte_level("qwen2", SOURCE / "qwen2" / "tokenizer.json", "qwen2")
byte_level("deepseek", SOURCE / "deepseek" / "tokenizer.json", "deepseek-v3")
byte_level("demo", HERE.parents[2] / "resources" / "demo" / "model" / "tokenizer.json", "gpt-2", 0)
sentence_piece("sentencepiece", SOURCE / "sentencepiece" / "tokenizer.model")
scored("llama2", SOURCE / "llama2" / "tokenizer.json")
