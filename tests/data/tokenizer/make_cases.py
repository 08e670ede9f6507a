#!/usr/bin/env python3
"""Writes small tokenizers in the styles of well-known models, and what an independent naive program makes of some texts.

    make_cases.py            (writes NAME/tokenizer.json and cases.json beside itself)

The merges are learnt from a part of the demo corpus mixed with seeded random words of many scripts. Python 3.11 (Unicode 14)
and the module `regex`.
"""
import collections
import json
import pathlib
import random
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
}


def random_word(rng, n):
    low, high = rng.choice(SCRIPTS)
    return "".join(chr(rng.randint(low, high)) for _ in range(n))


def corpus(rng):
    lines = CORPUS.read_text()[:12000].split("\n")
    return [line + " " + " ".join(random_word(rng, rng.randint(1, 6)) for _ in range(4)) for line in lines]


def learn(document, lines, n_merges):
    """Plain BPE training: the most frequent pair, the smaller of equals."""
    counts = collections.Counter()
    for line in lines:
        for word, _ in pre_tokenize(document["pre_tokenizer"], [(normalize(document["normalizer"], line), True)]):
            parts = word.replace(MARK, " " + MARK).split(" ") if document.get("cut") else [word]
            counts.update(part for part in parts if part)
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


def build(name, style, lines):
    document = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": style["added_tokens"],
                "normalizer": style.get("normalizer"), "pre_tokenizer": style.get("pre_tokenizer"),
                "post_processor": style.get("post_processor"), "decoder": style.get("decoder"), "cut": name in ("llama2", "mistral", "gemma")}
    merges, characters = learn(document, lines if name != "across_words" else [line[:200] for line in lines], 260)
    del document["cut"]
    is_byte_level = "ByteLevel" in json.dumps(document["pre_tokenizer"])
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


def main():
    rng = random.Random(20240607)
    lines = corpus(rng)
    inputs = texts(rng)
    cases = {"texts": [text.hex() for text in inputs], "tokenizers": {}}
    for name, style in STYLES.items():
        document = build(name, style, lines)
        folder = HERE / name
        folder.mkdir(exist_ok=True)
        (folder / "tokenizer.json").write_text(json.dumps(document, ensure_ascii=False, indent=0) + "\n")
        tokenizer = Tokenizer(document)
        rows = []
        for text in inputs:
            ids = tokenizer.encode(text.decode("utf-8", "replace"))
            rows.append({"ids": ids, "text": tokenizer.decode(ids, True), "text_with_special": tokenizer.decode(ids, False)})
        cases["tokenizers"][name] = rows
        print(name, len(document["model"]["vocab"]), sum(len(row["ids"]) for row in rows))
    (HERE / "cases.json").write_text(json.dumps(cases, ensure_ascii=True, separators=(",", ":")).replace('},{"ids"', '},\n{"ids"') + "\n")


if __name__ == "__main__":
    main()
