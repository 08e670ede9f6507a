"""An independent interpreter of tokenizer.json files with a BPE model: short and slow, to check a fast one with.

It follows the published behaviour of the format step by step: added tokens are cut out, what lies between them is normalized,
cut into words, and each word merged by looking for the best pair again and again.

Needs the Python module `regex` (Debian: python3-regex) for Unicode properties.
"""
import unicodedata

import regex

WORD = r"\p{L}\p{M}\p{Nd}\p{Pc}"
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def compiled(pattern):
    """The classes of Oniguruma, spelled out: they differ a little between engines. In version 1 a set inside a set is a union, as there."""
    for short, long in ((r"\s", r"\p{White_Space}"), (r"\S", r"\P{White_Space}"), (r"\d", r"\p{Nd}"), (r"\w", f"[{WORD}]")):
        pattern = pattern.replace(short, long)
    return regex.compile(pattern, regex.MULTILINE | regex.VERSION1)


def is_space(c):
    return regex.fullmatch(r"\p{White_Space}", c) is not None


def is_word(c):
    return regex.fullmatch(r"[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]", c) is not None


def is_punctuation(c):
    return (ord(c) < 128 and 32 < ord(c) < 127 and not c.isalnum()) or unicodedata.category(c).startswith("P")


def byte_alphabet():
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {**{b: chr(b) for b in printable}, **{b: chr(0x100 + i) for i, b in enumerate(others)}}


BYTES = byte_alphabet()
BYTE_OF = {c: b for b, c in BYTES.items()}


def spans_of(pattern, text):
    """[begin, end) of each match of a {"String": …} or {"Regex": …}."""
    if "String" in pattern:
        return [m.span() for m in regex.finditer(regex.escape(pattern["String"]), text)] if pattern["String"] else []
    return [m.span() for m in compiled(pattern["Regex"]).finditer(text)]


def normalize(step, text):
    if step is None:
        return text
    kind = step["type"]
    if kind == "Sequence":
        for inner in step["normalizers"]:
            text = normalize(inner, text)
        return text
    if kind in ("NFC", "NFD", "NFKC", "NFKD"):
        return unicodedata.normalize(kind, text)
    if kind == "Prepend":
        return step["prepend"] + text if text else text
    if kind == "Replace":
        if "String" in step["pattern"]:
            return text.replace(step["pattern"]["String"], step["content"])
        return compiled(step["pattern"]["Regex"]).sub(lambda _: step["content"], text)
    if kind == "Lowercase":
        return "".join(c.lower() for c in text)
    if kind == "Strip":
        begin, end = 0, len(text)
        while step["strip_left"] and begin < end and is_space(text[begin]):
            begin += 1
        while step["strip_right"] and begin < end and is_space(text[end - 1]):
            end -= 1
        return text[begin:end]
    if kind == "StripAccents":
        return "".join(c for c in text if not unicodedata.category(c).startswith("M"))
    raise ValueError(kind)


def split(text, spans, behavior, invert=False):
    tiles, at = [], 0
    for begin, end in spans:
        if at < begin:
            tiles.append((text[at:begin], invert))
        tiles.append((text[begin:end], not invert))
        at = end
    if at < len(text):
        tiles.append((text[at:], invert))
    if behavior == "Isolated":
        pieces = [piece for piece, _ in tiles]
    elif behavior == "Removed":
        pieces = [piece for piece, is_delimiter in tiles if not is_delimiter]
    elif behavior == "Contiguous":
        pieces, previous = [], None
        for piece, is_delimiter in tiles:
            if is_delimiter == previous:
                pieces[-1] += piece
            else:
                pieces.append(piece)
            previous = is_delimiter
    elif behavior == "MergedWithPrevious":
        pieces, previous = [], True
        for piece, is_delimiter in tiles:
            if is_delimiter and not previous:
                pieces[-1] += piece
            else:
                pieces.append(piece)
            previous = is_delimiter
    elif behavior == "MergedWithNext":
        pieces, previous = [], True
        for piece, is_delimiter in reversed(tiles):
            if is_delimiter and not previous:
                pieces[-1] = piece + pieces[-1]
            else:
                pieces.append(piece)
            previous = is_delimiter
        pieces.reverse()
    else:
        raise ValueError(behavior)
    return [piece for piece in pieces if piece]


def characters(text, accept):
    return [(i, i + 1) for i, c in enumerate(text) if accept(c)]


def pre_tokenize(step, pieces):
    """pieces: (text, stands at the start of the input)."""
    if step is None:
        return pieces
    kind = step["type"]
    if kind == "Sequence":
        for inner in step["pretokenizers"]:
            pieces = pre_tokenize(inner, pieces)
        return pieces
    result = []
    for text, at_start in pieces:
        if kind == "ByteLevel":
            if step["add_prefix_space"] and not text.startswith(" "):
                text = " " + text
            words = split(text, spans_of({"Regex": GPT2}, text), "Isolated") if step.get("use_regex", True) else [text]
            words = ["".join(BYTES[b] for b in word.encode()) for word in words]
        elif kind == "Split":
            words = split(text, spans_of(step["pattern"], text), step["behavior"], step["invert"])
        elif kind == "Metaspace":
            mark = step["replacement"]
            text = text.replace(" ", mark)
            scheme = step["prepend_scheme"]
            if not text.startswith(mark) and (scheme == "always" or (scheme == "first" and at_start)):
                text = mark + text
            words = split(text, [m.span() for m in regex.finditer(mark, text)], "MergedWithNext") if step["split"] else [text]
        elif kind == "Whitespace":
            words = compiled(r"[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+|[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}\s]+").findall(text)
        elif kind == "WhitespaceSplit":
            words = split(text, characters(text, is_space), "Removed")
        elif kind == "Digits":
            digits = characters(text, lambda c: unicodedata.category(c).startswith("N"))
            words = split(text, digits, "Isolated" if step["individual_digits"] else "Contiguous")
        elif kind == "Punctuation":
            words = split(text, characters(text, is_punctuation), step["behavior"])
        else:
            raise ValueError(kind)
        result += [(word, at_start and i == 0) for i, word in enumerate(words)]
    return result


def added_pieces(text, tokens):
    """(text, None) and (content, token) in order: leftmost, then longest."""
    pieces, at, i = [], 0, 0
    while i < len(text):
        matches = [t for t in tokens if text.startswith(t["match"], i)]
        if not matches:
            i += 1
            continue
        token = max(matches, key=lambda t: len(t["match"]))
        begin, end = i, i + len(token["match"])
        i = end
        if token["single_word"] and ((begin > 0 and is_word(text[begin - 1])) or (end < len(text) and is_word(text[end]))):
            continue
        while token["lstrip"] and begin > at and is_space(text[begin - 1]):
            begin -= 1
        while token["rstrip"] and end < len(text) and is_space(text[end]):
            end += 1
        if at < begin:
            pieces.append((text[at:begin], None))
        pieces.append((text[begin:end], token))
        at = end  # but not i: a token may begin in white space that was taken along
    if at < len(text):
        pieces.append((text[at:], None))
    return pieces


class Tokenizer:
    def __init__(self, document):
        self.document = document
        model = document["model"]
        self.vocabulary = model["vocab"]
        self.ranks = {tuple(m.split(" ")) if isinstance(m, str) else tuple(m): rank for rank, m in enumerate(model["merges"])}
        self.added = []
        for token in document["added_tokens"]:
            match = normalize(document["normalizer"], token["content"]) if token["normalized"] else token["content"]
            self.added.append({**token, "match": match})
        self.text_of = {i: t for t, i in self.vocabulary.items()} | {t["id"]: t["content"] for t in document["added_tokens"]}

    def word(self, word):
        """Symbols are token texts, so that merging is joining strings; a byte token or an unknown one is such a text, too."""
        model = self.document["model"]
        if model["ignore_merges"] and word in self.vocabulary:
            return [self.vocabulary[word]]
        symbols = []
        for c in word:
            byte_tokens = [f"<0x{b:02X}>" for b in c.encode()]
            if c in self.vocabulary:
                symbols.append(c)
            elif model["byte_fallback"] and all(t in self.vocabulary for t in byte_tokens):
                symbols += byte_tokens
            elif model["unk_token"] is not None and not (model["fuse_unk"] and symbols and symbols[-1] == model["unk_token"]):
                symbols.append(model["unk_token"])
        while len(symbols) > 1:
            best = min(range(len(symbols) - 1), key=lambda i: self.ranks.get((symbols[i], symbols[i + 1]), float("inf")))
            if (symbols[best], symbols[best + 1]) not in self.ranks:
                break
            symbols[best:best + 2] = [symbols[best] + symbols[best + 1]]
        return [self.vocabulary[symbol] for symbol in symbols]

    def encode(self, text):
        ids = []
        raw = [t for t in self.added if not t["normalized"]]
        normalized = [t for t in self.added if t["normalized"]]
        for n_section, (section, token) in enumerate(added_pieces(text, raw)):
            if token:
                ids.append(token["id"])
                continue
            section = normalize(self.document["normalizer"], section)
            for n_piece, (piece, inner) in enumerate(added_pieces(section, normalized)):
                if inner:
                    ids.append(inner["id"])
                    continue
                at_start = n_section == 0 and n_piece == 0
                for word, _ in pre_tokenize(self.document["pre_tokenizer"], [(piece, at_start)]):
                    ids += self.word(word)
        return self.around(self.document["post_processor"], ids)

    def around(self, step, ids):
        if step is None or step["type"] == "ByteLevel":
            return ids
        if step["type"] == "Sequence":
            for inner in step["processors"]:
                ids = self.around(inner, ids)
            return ids
        result = []
        for item in step["single"]:
            result += ids if "Sequence" in item else step["special_tokens"][item["SpecialToken"]["id"]]["ids"]
        return result

    def decode(self, ids, skip_special):
        special = {t["id"] for t in self.document["added_tokens"] if t["special"]}
        tokens = [self.text_of[i] for i in ids if i in self.text_of and not (skip_special and i in special)]
        if self.document["decoder"] is None:
            return " ".join(tokens)
        return "".join(decode(self.document["decoder"], tokens))


def decode(step, tokens):
    kind = step["type"]
    if kind == "Sequence":
        for inner in step["decoders"]:
            tokens = decode(inner, tokens)
        return tokens
    if kind == "ByteLevel":
        data = b""
        for token in tokens:
            data += bytes(BYTE_OF[c] for c in token) if all(c in BYTE_OF for c in token) else token.encode()
        return [data.decode("utf-8", "replace")]
    if kind == "Fuse":
        return ["".join(tokens)]
    if kind == "Replace":
        return [normalize(step, token) for token in tokens]
    if kind == "Strip":
        result = []
        for token in tokens:
            for _ in range(step["start"]):
                token = token.removeprefix(step["content"])
            for _ in range(step["stop"]):
                token = token.removesuffix(step["content"])
            result.append(token)
        return result
    if kind == "Metaspace":
        first = "" if step["prepend_scheme"] != "never" else " "
        return [token.replace(step["replacement"], " " if i else first) for i, token in enumerate(tokens)]
    if kind == "ByteFallback":
        result, run = [], b""
        for token in [*tokens, None]:
            if token is not None and regex.fullmatch("<0x[0-9A-Fa-f]{2}>", token):
                run += bytes([int(token[3:5], 16)])
                continue
            if run:
                try:
                    result.append(run.decode())
                except UnicodeDecodeError:
                    result += ["\ufffd"] * len(run)
            run = b""
            if token is not None:
                result.append(token)
        return result
    raise ValueError(kind)
