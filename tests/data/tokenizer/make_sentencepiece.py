#!/usr/bin/env python3
"""Trains small SentencePiece models on the demo corpus and writes what SentencePiece's own Python module makes of some texts.

    make_sentencepiece.py [bpe] [unigram]    (writes tokenizer.model and cases.json into sentencepiece or sentencepiece_unigram)

Settings are those of LLaMA but for the second one's kind: BPE with byte fallback, no normalization, a space in front, white space kept.
Debian: python3-sentencepiece 0.1.97.
"""
import io
import json
import pathlib
import sys

import sentencepiece

HERE = pathlib.Path(__file__).parent
CORPUS = HERE.parent.parent.parent / "resources/demo/calib.txt"


FOLDERS = {"bpe": "sentencepiece", "unigram": "sentencepiece_unigram"}


def make(kind):
    folder = HERE / FOLDERS[kind]
    folder.mkdir(exist_ok=True)
    text = CORPUS.read_text()[:60000]
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(text.split("\n")), model_writer=model, vocab_size=480, model_type=kind, byte_fallback=True,
        normalization_rule_name="identity", add_dummy_prefix=True, remove_extra_whitespaces=False, character_coverage=1.0,
        split_digits=True, minloglevel=2)
    (folder / "tokenizer.model").write_bytes(model.getvalue())
    processor = sentencepiece.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
    texts = ["", " ", "   ", "Three lanterns and two more make five.", "\n\nx\t y  z", "日本語 👩‍👩‍👧‍👦 e\u0301", "a\0b", "<s>not special</s><unk>", "the" * 300,
             "\ufffd\u00a0▁▁", text[3000:3600]]
    cases = [{"text": t, "ids": processor.encode(t), "decoded": processor.decode(processor.encode(t))} for t in texts]
    long_text = text[:20000] * 8  # longer than one chunk of ours
    ids = processor.encode(long_text)
    cases_document = {"cases": cases, "long": {"from": 0, "to": 20000, "times": 8, "n_tokens": len(ids), "checksum": checksum(ids)}}
    (folder / "cases.json").write_text(json.dumps(cases_document, indent=0) + "\n")


def checksum(ids):
    """FNV-1a over the ids, 64 bits."""
    value = 0xCBF29CE484222325
    for i in ids:
        value = ((value ^ i) * 0x100000001B3) % 2**64
    return value


if __name__ == "__main__":
    for each in sys.argv[1:] or FOLDERS:
        make(each)
