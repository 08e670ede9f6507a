"""An independent interpreter of tokenizer.json files: short and slow, to check a fast one with.

It follows the published behaviour of the format step by step: added tokens are cut out, what lies between them is normalized,
cut into words, and each word becomes tokens: BPE by looking for the best pair again and again, Unigram by trying every piece that may end
at every character, WordPiece by trying ever shorter beginnings; WordLevel knows a word or does not.

Needs the Python module `regex` (Debian: python3-regex) for Unicode properties.
"""
import base64
import struct
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
    if kind == "BertNormalizer":
        return bert(step, text)
    if kind == "Nmt":
        return "".join(" " if ord(c) in NMT_SPACES else c for c in text if ord(c) not in NMT_DROPPED)
    if kind == "ByteLevel":
        return "".join(BYTES[b] for b in text.encode())
    if kind == "Precompiled":
        return replace_characters(charsmap(base64.b64decode(step["precompiled_charsmap"])), text)
    raise ValueError(kind)


NMT_DROPPED = {*range(0x01, 0x09), 0x0B, *range(0x0E, 0x20), 0x7F, 0x8F, 0x9F}
NMT_SPACES = {0x09, 0x0A, 0x0C, 0x0D, 0x1680, *range(0x200B, 0x2010), 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD}


def loses_start(step, text):
    """Whether the first character is dropped: what follows does not stand at the start of the input then."""
    if step is None or not text:
        return False
    if step["type"] == "Sequence":
        for inner in step["normalizers"]:
            if loses_start(inner, text):
                return True
            text = normalize(inner, text)
        return False
    if step["type"] == "Strip":
        return step["strip_left"] and is_space(text[0])
    return step["type"] in ("StripAccents", "BertNormalizer", "Nmt") and normalize(step, text[0]) == ""


IDEOGRAPHS = [(0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F), (0x2B920, 0x2CEAF), (0xF900, 0xFAFF),
              (0x2F800, 0x2FA1F)]


def bert(step, text):
    if step["clean_text"]:
        keeps = [c for c in text if c in "\t\n\r" or not (c in "\0\ufffd" or unicodedata.category(c) in ("Cc", "Cf", "Co"))]
        text = "".join(" " if is_space(c) else c for c in keeps)
    if step["handle_chinese_chars"]:
        text = "".join(f" {c} " if any(low <= ord(c) <= high for low, high in IDEOGRAPHS) else c for c in text)
    strips = step["lowercase"] if step["strip_accents"] is None else step["strip_accents"]
    if strips:
        text = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
    return "".join(c.lower() for c in text) if step["lowercase"] else text


def charsmap(data):
    """The replacements by what they replace: every path through the double array that ends in a value."""
    n_bytes, = struct.unpack_from("<I", data)
    units = struct.unpack_from(f"<{n_bytes // 4}I", data, 4)
    texts = data[4 + n_bytes:]
    found, open_nodes = {}, [(0, b"")]
    while open_nodes:
        at, path = open_nodes.pop()
        children = at ^ (units[at] >> 10 << (8 if units[at] & 1 << 9 else 0))
        if units[at] & 1 << 8:
            begin = units[children] & 0x7FFFFFFF
            found[path] = texts[begin:texts.index(0, begin)].decode()
        open_nodes += [(children ^ b, path + bytes([b])) for b in range(1, 256) if units[children ^ b] & 0x800000FF == b]
    return found


def replace_characters(replacements, text):
    """What people see as one character, as a whole if it is short, else code point by code point. The shortest key that stands at its
    beginning decides, and all of it goes."""
    def replacement(part):
        data = part.encode()
        return next((replacements[data[:n]] for n in range(1, len(data) + 1) if data[:n] in replacements), None)

    result = ""
    for cluster in regex.findall(r"\X", text):
        whole = replacement(cluster) if len(cluster.encode()) < 6 else None
        if whole is not None:
            result += whole
            continue
        for c in cluster:
            single = replacement(c)
            result += c if single is None else single
    return result


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
        elif kind == "CharDelimiterSplit":
            words = split(text, spans_of({"String": step["delimiter"]}, text), "Removed")
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
        elif kind == "BertPreTokenizer":
            words = split(text, characters(text, is_space), "Removed")
            words = [piece for word in words for piece in split(word, characters(word, is_punctuation), "Isolated")]
        else:
            raise ValueError(kind)
        # Behind something that was taken away, the first word does not stand at the start.
        at_start = at_start and (kind in ("ByteLevel", "Metaspace") or (bool(words) and text.startswith(words[0])))
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
        if model["type"] == "Unigram":
            self.vocabulary = {piece: i for i, (piece, _) in enumerate(model["vocab"])}
        else:
            self.vocabulary = model["vocab"]
        self.ranks = {tuple(m.split(" ")) if isinstance(m, str) else tuple(m): rank for rank, m in enumerate(model.get("merges", []))}
        self.word = {"BPE": self.merged, "Unigram": self.likeliest, "WordPiece": self.longest_first, "WordLevel": self.whole}[model["type"]]
        self.added = []
        for token in document["added_tokens"]:
            match = normalize(document["normalizer"], token["content"]) if token["normalized"] else token["content"]
            self.added.append({**token, "match": match})
        self.text_of = {i: t for t, i in self.vocabulary.items()} | {t["id"]: t["content"] for t in document["added_tokens"]}

    def merged(self, word):
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

    def likeliest(self, word):
        """The best cut of every beginning, from the best cuts of all shorter ones; of equals, the one whose last piece is longest. A
        character that is no piece may be an unknown one, ten below the least score. Neighbouring unknown ones become one token."""
        model = self.document["model"]
        unk_score = min(score for _, score in model["vocab"]) - 10
        best = [(0.0, None, None)]  # score, begin of the last piece, its id
        for end in range(1, len(word) + 1):
            found = None
            for begin in range(end):
                id = self.vocabulary.get(word[begin:end])
                if id is None and begin + 1 < end:
                    continue
                score = best[begin][0] + (unk_score if id is None else model["vocab"][id][1])
                if found is None or score > found[0]:
                    found = (score, begin, model["unk_id"] if id is None else id)
            best.append(found)
        pieces, end = [], len(word)
        while end > 0:
            _, begin, id = best[end]
            if id == model["unk_id"] and pieces and pieces[0][1] == id:
                pieces[0] = (word[begin:end] + pieces[0][0], id)
            else:
                pieces.insert(0, (word[begin:end], id))
            end = begin
        ids = []
        for piece, id in pieces:
            byte_tokens = [f"<0x{b:02X}>" for b in piece.encode()]
            if piece in self.vocabulary:
                ids.append(self.vocabulary[piece])
            elif model["byte_fallback"] and all(t in self.vocabulary for t in byte_tokens):
                ids += [self.vocabulary[t] for t in byte_tokens]
            else:
                ids.append(id)
        return ids

    def whole(self, word):
        return [self.vocabulary.get(word, self.vocabulary[self.document["model"]["unk_token"]])]

    def longest_first(self, word):
        model = self.document["model"]
        unknown = [self.vocabulary[model["unk_token"]]]
        if len(word) > model["max_input_chars_per_word"]:
            return unknown
        ids, begin = [], 0
        while begin < len(word):
            prefix = model["continuing_subword_prefix"] if begin else ""
            ends = [end for end in range(len(word), begin, -1) if prefix + word[begin:end] in self.vocabulary]
            if not ends:
                return unknown
            ids.append(self.vocabulary[prefix + word[begin:ends[0]]])
            begin = ends[0]
        return ids

    def encode(self, text):
        ids = []
        raw = [t for t in self.added if not t["normalized"]]
        normalized = [t for t in self.added if t["normalized"]]
        for n_section, (section, token) in enumerate(added_pieces(text, raw)):
            if token:
                ids.append(token["id"])
                continue
            is_whole = not loses_start(self.document["normalizer"], section)
            section = normalize(self.document["normalizer"], section)
            for n_piece, (piece, inner) in enumerate(added_pieces(section, normalized)):
                if inner:
                    ids.append(inner["id"])
                    continue
                at_start = n_section == 0 and n_piece == 0 and is_whole
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
        if step["type"] == "BertProcessing":
            return [step["cls"][1], *ids, step["sep"][1]]
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


CLEANUP = [(" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"),
           (" 've", "'ve"), (" 're", "'re")]


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
    if kind == "WordPiece":
        result = []
        for i, token in enumerate(tokens):
            if i:
                token = token.removeprefix(step["prefix"]) if token.startswith(step["prefix"]) else " " + token
            for dirty, clean in CLEANUP if step["cleanup"] else []:
                token = token.replace(dirty, clean)
            result.append(token)
        return result
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
