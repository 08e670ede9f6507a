#!/usr/bin/env python3
"""Writes small tokenizers in the styles of well-known models, and what an independent naive program makes of some texts.

    make_cases.py            (writes NAME/tokenizer.json and cases.json beside itself)

The vocabularies are learnt from a part of the demo corpus mixed with seeded random words of many scripts. Python 3.11 (Unicode 14)
and the module `regex`. The published library, tokenizers 0.22.2, gives the same for every text but those with characters younger than its
own tables.
"""
import base64
import collections
import json
import math
import pathlib
import random
import struct
import unicodedata

from naive_tokenizer import BYTES, Tokenizer, normalize, pre_tokenize

HERE = pathlib.Path(__file__).parent
CORPUS = HERE.parent.parent.parent / "resources/demo/calib.txt"
MARK = "▁"
SCRIPTS = [(0x61, 0x7A), (0xE0, 0xFF), (0x3B1, 0x3C9), (0x430, 0x44F), (0x5D0, 0x5EA), (0x627, 0x63A), (0x905, 0x939), (0x4E00, 0x4E40),
           (0x3042, 0x3093), (0xAC00, 0xAC30), (0x300, 0x310), (0x1F600, 0x1F620), (0x30, 0x39), (0x660, 0x669)]

QWEN2 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA3 = QWEN2.replace(r"\p{N}|", r"\p{N}{1,3}|", 1)
BLOOM = r" ?[^(\s|[.,!?…。，、।۔،])]+"  # a set inside a set
DEEPSEEK = r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def byte_level(**kwargs):
    return {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True, **kwargs}


def split(pattern, behavior="Isolated", invert=False, kind="Regex"):
    return {"type": "Split", "pattern": {kind: pattern}, "behavior": behavior, "invert": invert}


def metaspace(scheme, splits):
    return {"type": "Metaspace", "replacement": MARK, "prepend_scheme": scheme, "split": splits}


def sequence(key, *steps):
    return {"type": "Sequence", key: list(steps)}


def replace(pattern, content, kind="String"):
    return {"type": "Replace", "pattern": {kind: pattern}, "content": content}


def added(*tokens):
    """(content, options that are true)"""
    names = ("single_word", "lstrip", "rstrip", "normalized", "special")
    return [{"content": content, **{name: name in options.split() for name in names}} for content, options in tokens]


def bos(token):
    item = {"SpecialToken": {"id": token, "type_id": 0}}
    return {"type": "TemplateProcessing", "single": [item, {"Sequence": {"id": "A", "type_id": 0}}], "pair": [],
            "special_tokens": {token: {"id": token, "ids": [token], "tokens": [token]}}}


def around(before, after):
    """Special tokens before and behind a text."""
    item = lambda token: {"SpecialToken": {"id": token, "type_id": 0}}
    return {"type": "TemplateProcessing", "single": [*map(item, before), {"Sequence": {"id": "A", "type_id": 0}}, *map(item, after)], "pair": [],
            "special_tokens": {t: {"id": t, "ids": [t], "tokens": [t]} for t in before + after}}


REPLACEMENTS = {
    "\u00a0": " ", "\u3000": " ", "\u2003": " ", "\u200b": " ", "\t": " ", "\n": " ", "\r\n": " ", "\u0001": "", "\ufeff": "", "ﬁ": "fi", "ﬀ": "ff", "①": "1",
    "e\u0301": "é", "n\u0303": "ñ", "a\u0323\u0307": "ạ\u0307", "\u0307": "", "Å": "Å", "Ω": "Ω", "½": "1⁄2", "²": "2", "³": "3", "Ⅻ": "XII", "™": "TM",
    "ﷺ": "صلى الله عليه وسلم", "ｶ": "カ", "ﾞ": "\u3099", "ｶﾞ": "ガ", "각": "각", "👍🏽": "👍", "ſ": "s",
    **{chr(0xFF21 + i): chr(0x41 + i) for i in range(26)}, **{chr(0xFF41 + i): chr(0x61 + i) for i in range(26)}}


def charsmap(replacements):
    """As SentencePiece stores them: the length of a double array in bytes, the array, the replacements, each ended by a NUL."""
    texts, places = b"", {}
    for text in replacements.values():
        if text not in places:
            places[text] = len(texts)
            texts += text.encode() + b"\0"
    tree = {}
    for key, text in replacements.items():
        node = tree
        for byte in key.encode():
            node = node.setdefault(byte, {})
        node[0] = places[text]  # no key holds a NUL
    units, next_free = {0: 0}, 1

    def place(at, node):
        nonlocal next_free
        offset = next_free
        while any((at ^ offset ^ label) in units for label in node) or not offset:
            offset += 1
        next_free += 1
        assert offset < 1 << 21
        units[at] |= offset << 10 | (1 << 8 if 0 in node else 0)
        for label, child in node.items():
            units[at ^ offset ^ label] = 1 << 31 | child if label == 0 else label
        for label, child in node.items():
            if label:
                place(at ^ offset ^ label, child)

    place(0, tree)
    n_units = (max(units) | 0xFF) + 257
    array = struct.pack(f"<{n_units}I", *(units.get(i, 0) for i in range(n_units)))
    return base64.b64encode(struct.pack("<I", len(array)) + array + texts).decode()


def precompiled():
    return {"type": "Precompiled", "precompiled_charsmap": charsmap(REPLACEMENTS)}


def bert(**kwargs):
    return {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True, **kwargs}


METASPACE_DECODER = sequence("decoders", replace(MARK, " "), {"type": "ByteFallback"}, {"type": "Fuse"},
                             {"type": "Strip", "content": " ", "start": 1, "stop": 0})
LLAMA2_NORMALIZER = sequence("normalizers", {"type": "Prepend", "prepend": MARK}, replace(" ", MARK))
STYLES = {
    "gpt2": {"pre_tokenizer": byte_level(add_prefix_space=True), "post_processor": byte_level(), "decoder": byte_level(),
             "added_tokens": added(("<|endoftext|>", "special normalized"))},
    "qwen2": {"normalizer": {"type": "NFC"},
              "pre_tokenizer": sequence("pretokenizers", split(QWEN2), byte_level(use_regex=False)),
              "post_processor": byte_level(), "decoder": byte_level(),
              "added_tokens": added(("<|endoftext|>", "special"), ("<|im_start|>", "special"), ("<|im_end|>", "special"))},
    "llama3": {"pre_tokenizer": sequence("pretokenizers", split(LLAMA3), byte_level(use_regex=False)),
               "post_processor": sequence("processors", byte_level(), bos("<|begin_of_text|>")), "decoder": byte_level(),
               "added_tokens": added(("<|begin_of_text|>", "special"), ("<|begin|>", "special")), "ignore_merges": True},
    "llama2": {"normalizer": LLAMA2_NORMALIZER, "post_processor": bos("<s>"), "decoder": METASPACE_DECODER,
               "added_tokens": added(("<unk>", "special"), ("<s>", "special"), ("</s>", "special")), "byte_fallback": True, "fuse_unk": True,
               "unk_token": "<unk>"},
    "mistral": {"pre_tokenizer": metaspace("first", False), "post_processor": bos("<s>"),
                "decoder": sequence("decoders", replace(MARK, " "), {"type": "ByteFallback"}, metaspace("always", True)),
                "added_tokens": added(("<unk>", "special"), ("<s>", "special"), ("[INST]", "special"), ("[/INST]", "special rstrip")),
                "byte_fallback": True, "fuse_unk": True, "unk_token": "<unk>"},
    "gemma": {"normalizer": replace(" ", MARK), "pre_tokenizer": split(" ", "MergedWithPrevious", kind="String"), "post_processor": bos("<bos>"),
              "decoder": sequence("decoders", replace(MARK, " "), {"type": "ByteFallback"}, {"type": "Fuse"}),
              "added_tokens": added(("<unk>", "special"), ("<bos>", "special"), ("\n\n", ""), (MARK * 2, "")), "byte_fallback": True,
              "unk_token": "<unk>"},
    "deepseek": {"pre_tokenizer": sequence("pretokenizers", split(r"\p{N}{1,3}"), split("[一-龥぀-ゟ゠-ヿ]+"), split(DEEPSEEK),
                                           byte_level(use_regex=False)), "decoder": byte_level(),
                 "added_tokens": added(("<｜begin▁of▁sentence｜>", "special"), ("<think>", "normalized"))},
    "folding": {"normalizer": sequence("normalizers", {"type": "NFKD"}, {"type": "StripAccents"}, {"type": "Lowercase"},
                                       {"type": "Strip", "strip_left": True, "strip_right": True}, replace(r"\s+", " ", "Regex")),
                "pre_tokenizer": sequence("pretokenizers", {"type": "Whitespace"}, {"type": "Punctuation", "behavior": "Contiguous"},
                                          {"type": "Digits", "individual_digits": True}),
                "added_tokens": added(("[UNK]", "special"), ("[MASK]", "special lstrip"), ("[SEP]", "special rstrip"), ("Lantern", "normalized single_word"),
                                      ("AB", "single_word")), "unk_token": "[UNK]", "fuse_unk": True},
    "marked_words": {"pre_tokenizer": sequence("pretokenizers", {"type": "WhitespaceSplit"}, metaspace("always", True)),
                     "decoder": metaspace("always", True), "added_tokens": added(("<unk>", "special")), "unk_token": "<unk>"},
    "first_word": {"pre_tokenizer": sequence("pretokenizers", {"type": "WhitespaceSplit"}, metaspace("first", True)),
                   "added_tokens": added(("<unk>", "special"), ("Three", "normalized"), ("lan", "normalized"), ("lantern", "normalized"),
                                         (" and", "normalized rstrip"), (" two", "normalized"), ("rn", "normalized")), "unk_token": "<unk>"},
    "numbers": {"pre_tokenizer": sequence("pretokenizers", split(",", "MergedWithNext", kind="String"), split(r"\p{Nd}+", "Contiguous"),
                                          split(r"[^ ]+", "Removed", True), {"type": "Digits", "individual_digits": False}),
                "added_tokens": [], "unk_token": None},
    "across_words": {"normalizer": LLAMA2_NORMALIZER, "decoder": METASPACE_DECODER, "added_tokens": added(("<unk>", "special")),
                     "byte_fallback": True, "fuse_unk": True, "unk_token": "<unk>"},
    "bloom": {"pre_tokenizer": sequence("pretokenizers", split(BLOOM), byte_level(use_regex=False)),
              "post_processor": byte_level(add_prefix_space=True, trim_offsets=False, use_regex=False), "decoder": byte_level(),
              "added_tokens": added(("<unk>", "special"), ("<s>", "special"), ("</s>", "special"), ("<pad>", "special"))},
    "t5": {"model": "Unigram", "normalizer": precompiled(), "pre_tokenizer": sequence("pretokenizers", {"type": "WhitespaceSplit"}, metaspace("always", True)),
           "post_processor": around([], ["</s>"]), "decoder": metaspace("always", True),
           "added_tokens": added(("<pad>", "special"), ("</s>", "special"), ("<unk>", "special")), "unk_token": "<unk>"},
    "xlm_roberta": {"model": "Unigram", "normalizer": sequence("normalizers", precompiled(), replace(" {2,}", " ", "Regex")),
                    "pre_tokenizer": metaspace("always", True), "post_processor": around(["<s>"], ["</s>"]), "decoder": metaspace("always", True),
                    "added_tokens": added(("<s>", "special"), ("</s>", "special"), ("<mask>", "special lstrip")), "unk_token": "<unk>"},
    "albert": {"model": "Unigram", "normalizer": sequence("normalizers", replace("``", '"'), replace("''", '"'), {"type": "NFKD"}, {"type": "StripAccents"},
                                                          {"type": "Lowercase"}, precompiled()),
               "pre_tokenizer": sequence("pretokenizers", {"type": "WhitespaceSplit"}, metaspace("always", True)),
               "post_processor": around(["[CLS]"], ["[SEP]"]), "decoder": metaspace("always", True),
               "added_tokens": added(("[CLS]", "special"), ("[SEP]", "special"), ("[MASK]", "special lstrip")), "unk_token": "<unk>"},
    "unigram_bytes": {"model": "Unigram", "normalizer": {"type": "Strip", "strip_left": True, "strip_right": False},
                      "pre_tokenizer": metaspace("first", False), "decoder": sequence("decoders", {"type": "ByteFallback"}, metaspace("first", True)),
                      "added_tokens": added(("<s>", "special"),), "byte_fallback": True, "missing": ["<0xF0>"], "unk_token": "<unk>"},
    "bert_uncased": {"model": "WordPiece", "normalizer": bert(), "pre_tokenizer": {"type": "BertPreTokenizer"}, "post_processor": around(["[CLS]"], ["[SEP]"]),
                     "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True}, "prefix": "##", "longest": 100,
                     "added_tokens": added(("[PAD]", "special"), ("[UNK]", "special"), ("[CLS]", "special"), ("[SEP]", "special"), ("[MASK]", "special")),
                     "unk_token": "[UNK]"},
    "bert_cased": {"model": "WordPiece", "normalizer": bert(lowercase=False), "pre_tokenizer": {"type": "BertPreTokenizer"},
                   "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", "[SEP]"], "cls": ["[CLS]", "[CLS]"]},
                   "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": False}, "prefix": "##", "longest": 12,
                   "added_tokens": added(("[UNK]", "special"), ("[CLS]", "special"), ("[SEP]", "special")), "unk_token": "[UNK]"},
    "wordpiece_words": {"model": "WordPiece", "normalizer": bert(clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False),
                        "pre_tokenizer": {"type": "WhitespaceSplit"}, "decoder": {"type": "WordPiece", "prefix": "", "cleanup": True}, "prefix": "", "longest": 200,
                        "added_tokens": added(("<unk>", "special")), "unk_token": "<unk>"},
    "word_level": {"model": "WordLevel", "normalizer": sequence("normalizers", {"type": "Nmt"}, {"type": "Lowercase"}),
                   "pre_tokenizer": sequence("pretokenizers", {"type": "CharDelimiterSplit", "delimiter": " "}, {"type": "Punctuation", "behavior": "Isolated"}),
                   "post_processor": around(["<s>"], []), "added_tokens": added(("<unk>", "special"), ("<s>", "special")), "unk_token": "<unk>"},
    "byte_form": {"normalizer": {"type": "ByteLevel"}, "pre_tokenizer": split("Ġ", "MergedWithNext", kind="String"), "decoder": byte_level(),
                  "added_tokens": added(("<s>", "special"),)},
}


def random_word(rng, n):
    low, high = rng.choice(SCRIPTS)
    return "".join(chr(rng.randint(low, high)) for _ in range(n))


def corpus(rng):
    lines = CORPUS.read_text()[:12000].split("\n")
    return [line + " " + " ".join(random_word(rng, rng.randint(1, 6)) for _ in range(4)) for line in lines]


def word_counts(document, lines):
    counts = collections.Counter()
    for line in lines:
        for word, _ in pre_tokenize(document["pre_tokenizer"], [(normalize(document["normalizer"], line), True)]):
            parts = word.replace(MARK, " " + MARK).split(" ") if document.get("cut") else [word]
            counts.update(part for part in parts if part)
    return counts


def frequent(counts, n_pieces, rank):
    """Single characters and the longer pieces of words that come first in `rank`, with their counts."""
    pieces = collections.Counter()
    for word, n in counts.items():
        for begin in range(len(word)):
            for end in range(begin + 1, min(len(word), begin + 9) + 1):
                pieces[word[begin:end]] += n
    single = [(p, n) for p, n in pieces.items() if len(p) == 1]
    longer = [(p, n) for p, n in pieces.items() if len(p) > 1]
    return sorted(single, key=lambda e: (-e[1], e[0]))[:150] + sorted(longer, key=lambda e: (-rank(*e), e[0]))[:n_pieces]


def learn(document, lines, n_merges):
    """Plain BPE training: the most frequent pair, the smaller of equals."""
    counts = word_counts(document, lines)
    words = {word: list(word) for word in counts}
    merges = []
    while len(merges) < n_merges:
        pairs = collections.Counter()
        for word, symbols in words.items():
            for pair in zip(symbols, symbols[1:]):
                pairs[pair] += counts[word]
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        for symbols in words.values():
            for i in range(len(symbols) - 2, -1, -1):
                if i + 1 < len(symbols) and (symbols[i], symbols[i + 1]) == best:
                    symbols[i:i + 2] = ["".join(best)]
    characters = collections.Counter(c for word, n in counts.items() for c in word for _ in range(n))
    return merges, [c for c, n in characters.most_common(160)]


def unigram(style, pieces):
    tokens = [t["content"] for t in style["added_tokens"]]
    if style["unk_token"] not in tokens:
        tokens.append(style["unk_token"])
    if style.get("byte_fallback"):
        tokens += [t for b in range(256) if (t := f"<0x{b:02X}>") not in style["missing"]]
    total = sum(n for _, n in pieces)
    vocabulary = [[t, 0.0] for t in tokens] + [[p, round(math.log(n / total), 12)] for p, n in pieces]
    return {"type": "Unigram", "unk_id": tokens.index(style["unk_token"]), "vocab": vocabulary, "byte_fallback": style.get("byte_fallback", False)}


def wordpiece(style, pieces):
    tokens = [t["content"] for t in style["added_tokens"]] + [p for p, _ in pieces] + [style["prefix"] + p for p, _ in pieces]
    return {"type": "WordPiece", "unk_token": style["unk_token"], "continuing_subword_prefix": style["prefix"],
            "max_input_chars_per_word": style["longest"], "vocab": {t: i for i, t in enumerate(dict.fromkeys(tokens))}}


def word_level(style, counts):
    tokens = [t["content"] for t in style["added_tokens"]] + sorted(counts, key=lambda word: (-counts[word], word))[:300]
    return {"type": "WordLevel", "unk_token": style["unk_token"], "vocab": {t: i for i, t in enumerate(dict.fromkeys(tokens))}}


def build(name, style, lines):
    document = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": style["added_tokens"],
                "normalizer": style.get("normalizer"), "pre_tokenizer": style.get("pre_tokenizer"),
                "post_processor": style.get("post_processor"), "decoder": style.get("decoder"),
                "cut": name in ("llama2", "mistral", "gemma", "unigram_bytes")}
    if "model" in style:
        counts = word_counts(document, lines)
        del document["cut"]
        if style["model"] == "Unigram":
            document["model"] = unigram(style, frequent(counts, 260, lambda piece, n: n * (len(piece) - 1)))
            vocabulary = {piece: i for i, (piece, _) in enumerate(document["model"]["vocab"])}
        elif style["model"] == "WordLevel":
            document["model"] = word_level(style, counts)
            vocabulary = document["model"]["vocab"]
        else:
            document["model"] = wordpiece(style, frequent(counts, 130, lambda piece, n: n * (len(piece) - 1)))
            vocabulary = document["model"]["vocab"]
        for token in document["added_tokens"]:
            token["id"] = vocabulary[token["content"]]
        resolve_templates(document["post_processor"], vocabulary)
        return document
    merges, characters = learn(document, lines if name != "across_words" else [line[:200] for line in lines], 260)
    del document["cut"]
    is_byte_level = "ByteLevel" in json.dumps([document["normalizer"], document["pre_tokenizer"]])
    alphabet = list(BYTES.values()) if is_byte_level else characters
    if MARK in alphabet:
        merges[40:40] = [(MARK * 2, MARK * 2), (MARK, MARK)]  # the longer one first: an order that training would not give
    known, kept = set(alphabet), []
    for left, right in merges:
        if (left in known and right in known) or {left, right} <= {MARK, MARK * 2}:
            kept.append((left, right))
            known.add(left + right)
    tokens = [t["content"] for t in style["added_tokens"]]
    if style.get("byte_fallback"):
        tokens += [f"<0x{b:02X}>" for b in range(256)]
    tokens += alphabet + [left + right for left, right in kept]
    if style.get("ignore_merges"):
        tokens += ["Ġlantern", "ĠJune", "Three", "Ġthemselves"]  # words that the merges do not reach
    vocabulary = {}
    for token in tokens:
        vocabulary.setdefault(token, len(vocabulary))
    # In byte-level files the added tokens follow the vocabulary, elsewhere they are part of it.
    own = {t["content"] for t in style["added_tokens"]} if is_byte_level else set()
    order = [t for t in vocabulary if t not in own] + [t for t in vocabulary if t in own]
    vocabulary = {token: i for i, token in enumerate(order)}
    for token in document["added_tokens"]:
        token["id"] = vocabulary[token["content"]]
    as_pairs = name in ("qwen2", "gemma", "across_words")
    document["model"] = {"type": "BPE", "dropout": None, "unk_token": style.get("unk_token"), "continuing_subword_prefix": None,
                         "end_of_word_suffix": None, "fuse_unk": style.get("fuse_unk", False),
                         "byte_fallback": style.get("byte_fallback", False), "ignore_merges": style.get("ignore_merges", False),
                         "vocab": {t: i for t, i in vocabulary.items() if t not in own},
                         "merges": [list(m) if as_pairs else " ".join(m) for m in kept]}
    resolve_templates(document["post_processor"], vocabulary)
    return document


def resolve_templates(step, vocabulary):
    if step and step["type"] == "Sequence":
        for inner in step["processors"]:
            resolve_templates(inner, vocabulary)
    elif step and step["type"] == "TemplateProcessing":
        for token in step["special_tokens"].values():
            token["ids"] = [vocabulary[t] for t in token["ids"]]
    elif step and step["type"] == "BertProcessing":
        for pair in (step["sep"], step["cls"]):
            pair[1] = vocabulary[pair[1]]


def texts(rng):
    """Byte strings, for some are not UTF-8."""
    plain = [
        "", " ", "     ", "\n", "\n\n\n", " \n \n  x", "\t\t tab", "Hello", " Hello", "Three lanterns and two more make five.",
        "I'll say we've DON'T it's they'd I'M 'tis ''s 'ſ", "a  b   c    d     e        f", "1234567890 12 3,456.789 ٣٤٥ ½ Ⅻ ²³",
        "x\u00a0y\u2003z\u3000w\u180e!\u0085?\u2028", "e\u0301 é n\u0303 ñ a\u0323\u0307 \u0307a", "ﬁne ﬀ ｆｕｌｌ ① Å Ω", "İstanbul IĞDIR ΣΑΣ ẞ",
        "👩‍👩‍👧‍👦 👍🏽 🇩🇪 ☺️", "日本語のテキスト、漢字とかな。", "한국어 각 ᄀ", "مرحبا بالعالم", "नमस्ते दुनिया", "שָׁלוֹם",
        "a\0b\0\0c", "<s>[INST] Hi [/INST]  there</s>", "<s>", "<|im_start|>user\nhi<|im_end|><|endoftext|><|begin|><|begin_of_text|>", "x<unk>y<0x41> <0xE2>",
        "ALantern Lantern lantern, Lantern! LanternB (Lantern)", "AB ABC CAB AB. a AB", "one [MASK] two   [MASK]three[SEP]   four [SEP]",
        "x\n\ny\n\n\nz ▁▁ ▁▁▁▁▁ ▁", "<think>so</think> <｜begin▁of▁sentence｜>", "def f(x):\n    return x**2  # ok\n\n\n\tif (a<b)&&c: pass\r\n\r\n",
        "http://a.b/c?d=e&f=%20", "snake_case camelCase __x__ a-b--c…«d»", ",a,,b,,,1,2.5,", "....!!!???", "\u200b\u200d\ufeff", "\U0010ffff\ue000\ufffd",
        "the" * 40, "▁" * 70, " " * 100, "!" * 90, "é" * 80, "\n" * 70, "日" * 50, "9" * 75,
    ]
    result = [text.encode() for text in plain]
    result += [b"\xff", b"ab\xffcd\xfe\xfe", b"\xe2\x82", b"\xe2\x82x\xf0\x9f\x98", b"\xc0\x80\xc1\xbf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80\xf5", b"a\x80\xbfb\xc3"]
    corpus_text = CORPUS.read_text()
    for _ in range(6):
        at = rng.randrange(len(corpus_text) - 400)
        result.append(corpus_text[at:at + 300].encode())
    result.append("".join(rng.choice("thelanrsdo") for _ in range(700)).encode())
    assigned = [c for c in range(0x110000) if unicodedata.category(chr(c)) not in ("Cn", "Cs", "Co")]
    for _ in range(6):
        result.append("".join(chr(rng.choice(assigned)) for _ in range(60)).encode())
    for _ in range(8):
        result.append("".join(rng.choice([" ", "  ", "\n", ",", ".", "'", "-"]) + random_word(rng, rng.randint(1, 7)) for _ in range(25)).encode())
    return result


def more_texts():
    """What the steps around Unigram and WordPiece treat in a way of their own."""
    plain = ["ﬁ\u0301 ﬁ\u0301\u0301 e\u0301\u0302 a\u0323\u0307\u0307 o\u0308 \u0301x",
             "™\u0001g \u0001\ufeffx\r\ny\r\u0301\n ﷺ ｶﾞｶ ½\u0307",
             "ｌａｎｔｅｒｎｓ ＡＮＤ 각각 👍🏽👍 🇩🇪🇩",
             "it ' s not n't , do not stop . I 'm we 've ! ?", "``two'' lanterns''", "中文 lantern中文字㐀豈𠀀 ##s # # ##"]
    return [text.encode() for text in plain]


def main():
    rng = random.Random(20240607)
    lines = corpus(rng)
    inputs, more = texts(rng), more_texts()
    cases = {"texts": [text.hex() for text in inputs], "more_texts": [text.hex() for text in more], "tokenizers": {}}
    for name, style in STYLES.items():
        document = build(name, style, lines)
        folder = HERE / name
        folder.mkdir(exist_ok=True)
        (folder / "tokenizer.json").write_text(json.dumps(document, ensure_ascii=False, indent=0) + "\n")
        tokenizer = Tokenizer(document)
        rows = []
        for text in inputs + more if "model" in style else inputs:
            ids = tokenizer.encode(text.decode("utf-8", "replace"))
            rows.append({"ids": ids, "text": tokenizer.decode(ids, True), "text_with_special": tokenizer.decode(ids, False)})
        cases["tokenizers"][name] = rows
        print(name, len(document["model"]["vocab"]), sum(len(row["ids"]) for row in rows))
    (HERE / "cases.json").write_text(json.dumps(cases, ensure_ascii=True, separators=(",", ":")).replace('},{"ids"', '},\n{"ids"') + "\n")


if __name__ == "__main__":
    main()
