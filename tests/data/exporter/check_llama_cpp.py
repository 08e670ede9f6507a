#!/usr/bin/env python3
"""Loads what Salient writes in a llama.cpp that you built, and what that llama.cpp quantizes in Salient, and prints one table.

    check_llama_cpp.py LLAMA_BIN_DIR SALIENT_CLI [--model DIR --text FILE] [--work DIR]

LLAMA_BIN_DIR holds llama-perplexity, llama-tokenize and llama-quantize. Without --model, the demo model in every type, a model of every
architecture and every kind of tokenizer that both know, and the demo model as llama-quantize writes it. Needs NumPy.

A row says: perplexity by llama-perplexity (windows of N tokens, the second half of each scored), the same after llama-quantize has turned
the file's blocks into F32, and by `salient-cli perplexity --protocol second-half` on the same file and windows. The last two must agree:
they are the same weights in float arithmetic. The first may differ where the file has block types, for llama.cpp then rounds activations
to eight bits as well. Token ids are those of llama-tokenize against data/tokenizer/cases.json, which an independent program computed.
Exit status 1 when a file is refused, or perplexities of the same floats differ by more than a thousandth.
"""

import argparse
import json
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[3]
DEMO, MODELS, TOKENIZERS = ROOT / "resources/demo", ROOT / "tests/data/models", ROOT / "tests/data/tokenizer"
LARGEST_DIFFERENCE = 1e-3  # KV caches are asked for in F32, but llama.cpp's products of F16 weights round activations to F16

TYPES = {  # name → options
    "f16": ["--gguf-type", "f16", "--method", "rtn", "--bits", "8", "--group-size", "-1"],
    "bf16": ["--gguf-type", "bf16", "--method", "rtn", "--bits", "8", "--group-size", "-1"],
    "q8_0": ["--gguf-type", "q8_0", "--method", "rtn", "--bits", "8", "--group-size", "32"],
    "q4_0 rtn": ["--gguf-type", "lossless", "--method", "rtn", "--group-size", "32"],
    "q4_0 gptq": ["--gguf-type", "lossless", "--method", "gptq", "--group-size", "64"],
    "q4_1 rtn": ["--gguf-type", "lossless", "--method", "rtn", "--group-size", "32", "--asymmetric"],
    "q4_1 awq": ["--gguf-type", "lossless", "--method", "awq", "--group-size", "32"],
    "q4_k rtn": ["--gguf-type", "q4_k", "--method", "rtn"],
    "q4_k awq": ["--gguf-type", "q4_k", "--method", "awq"],
    "q4_k_m": ["--gguf-type", "q4_k_m", "--method", "rtn"],
    "q6_k": ["--gguf-type", "q6_k", "--method", "rtn"],
}
FAMILIES = {  # seeded model → its tokenizer
    "mistral": "mistral", "llama-llama3": "llama3", "llama-yarn": "llama2", "llama-linear": "deepseek", "qwen2": "qwen2", "qwen3": "qwen2",
    "gemma": "gemma", "gemma2": "gemma", "gemma3_text": "gemma", "phi": "qwen2", "phi3": "llama2", "gpt2": "qwen2", "gpt_neox": "llama3",
    "bloom": "qwen2", "stablelm": "qwen2", "stablelm-parallel": "qwen2", "stablelm-normed": "qwen2", "olmo": "llama3",
    "olmo-clipped": "qwen2", "mixtral": "llama2", "qwen2_moe": "qwen2", "qwen3_moe": "qwen2", "falcon": "qwen2", "falcon-grouped": "qwen2",
    "falcon-grouped-one-norm": "qwen2", "gemma3": "gemma", "mistral3": "mistral",
}
LLAMA_TYPES = ["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K_M", "Q5_K_M", "Q6_K"]
VOCABULARY = 1024
ELEMENTS = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2")}


def read_safetensors(path):
    raw = path.read_bytes()
    (length,) = struct.unpack_from("<Q", raw)
    tensors = {}
    for name, entry in json.loads(raw[8 : 8 + length]).items():
        if name == "__metadata__":
            continue
        data = raw[8 + length + entry["data_offsets"][0] : 8 + length + entry["data_offsets"][1]]
        if entry["dtype"] == "BF16":
            values = (np.frombuffer(data, "<u2").astype(np.uint32) << 16).view(np.float32)
        else:
            values = np.frombuffer(data, ELEMENTS[entry["dtype"]]).astype(np.float32)
        tensors[name] = values.reshape(entry["shape"])
    return tensors


def write_safetensors(path, tensors):
    entries, at = {"__metadata__": {"format": "pt"}}, 0
    for name, values in tensors.items():
        entries[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [at, at + values.size * 4]}
        at += values.size * 4
    header = json.dumps(entries).encode()
    header += b" " * (-len(header) % 8)
    path.write_bytes(struct.pack("<Q", len(header)) + header + b"".join(values.astype("<f4").tobytes() for values in tensors.values()))


def with_tokenizer(model, tokenizer, target):
    """A seeded model with as many tokens as the tokenizer: rows of embedding, head and its bias are drawn, large enough to prefer tokens."""
    config = json.loads((MODELS / model / "config.json").read_text())
    text = config.get("text_config", config)  # of a model inside a larger one
    target.mkdir()
    random, tensors = np.random.default_rng(3), read_safetensors(MODELS / model / "model.safetensors")
    for name, values in tensors.items():
        if values.shape[0] == text["vocab_size"] and re.search("embed|wte|head", name) and "norm" not in name:
            tensors[name] = random.normal(0, 0.4, (VOCABULARY, *values.shape[1:])).astype(np.float16).astype(np.float32)
    if model in ("gpt2", "bloom"):  # with a head of its own, which llama.cpp wants there before March 2025
        tensors["lm_head.weight"] = tensors["wte.weight" if "wte.weight" in tensors else "word_embeddings.weight"]
        config["tie_word_embeddings"] = False
    if model.startswith(("gemma2", "gemma3")):  # as llama.cpp takes them for granted
        text.update(query_pre_attn_scalar=text["head_dim"], sliding_window_pattern=6)
    if model == "phi3":  # whose window llama.cpp ignores since May 2025
        config["sliding_window"] = None
    if model == "gemma2":  # older versions of llama.cpp know its scale by the number of blocks alone
        first = {name: values for name, values in tensors.items() if ".layers." in name}
        for block in range(config["num_hidden_layers"], 26):
            for name, values in first.items():
                if f".layers.{block % config['num_hidden_layers']}." in name:
                    tensors[re.sub(r"[.]layers[.][0-9]+[.]", f".layers.{block}.", name)] = values
        config["num_hidden_layers"] = 26
    text.update(vocab_size=VOCABULARY)
    config.update(torch_dtype="float32")
    (target / "config.json").write_text(json.dumps(config))
    write_safetensors(target / "model.safetensors", tensors)
    shutil.copy(TOKENIZERS / tokenizer / "tokenizer.json", target)
    return target


class Check:
    def __init__(self, arguments, work):
        self.llama, self.salient, self.work = arguments.llama, arguments.salient, work
        self.is_chosen = arguments.model is not None
        # Flash attention rounds to F16 on the way, which sends some tokens to other experts. Versions that choose it by themselves can be
        # told not to.
        _, help_text, _ = self.run([self.llama / "llama-perplexity", "--help"])
        self.exact = ["-fa", "off"] if re.search(r"--flash-attn.*auto", help_text) else []
        self.failed = False
        print(f"{'file':28} {'ids':>9}   {'llama.cpp':>10} {'as F32':>10} {'salient':>10}")

    def run(self, command):
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, errors="replace")
        return done.returncode, done.stdout, done.stderr

    def export(self, model, text, seq_len, options):
        out = self.work / "out"
        shutil.rmtree(out, ignore_errors=True)
        code, _, errors = self.run([self.salient, "quantize", model, "--out", out, "--format", "gguf", "--text", text, "--n-samples", 8,
                                    "--seq-len", seq_len, *options])
        if code != 0:
            return None, errors.strip().splitlines()[-1]
        return out / "model.gguf", ""

    def perplexity_there(self, file, text, seq_len, windows):
        for _ in range(3):  # newer versions may end before their last line is out
            _, out, errors = self.run([self.llama / "llama-perplexity", "-m", file, "-f", text, "-c", seq_len, "-b", seq_len, "--chunks",
                                       windows, "-ctk", "f32", "-ctv", "f32", *self.exact])
            if found := re.search(r"PPL = ([0-9.]+)", out + errors):
                return float(found[1])
        return (out + errors).strip().splitlines()[-1]

    def perplexity_here(self, file, text, seq_len, windows):
        code, out, errors = self.run([self.salient, "--json", "-q", "perplexity", file, "--text", text, "--protocol", "second-half",
                                      "--seq-len", seq_len, "--n-windows", windows])
        return json.loads(out)["perplexity"] if code == 0 else errors.strip()

    def ids(self, file, tokenizer):
        """How many of the cases get the ids that they should have; texts that are not UTF-8 or hold special tokens are left out."""
        cases = json.loads((TOKENIZERS / "cases.json").read_text())
        right = count = 0
        different = []
        for text, case in zip(cases["texts"], cases["tokenizers"][tokenizer]):
            raw = bytes.fromhex(text)
            if not raw or b"<" in raw or raw.decode(errors="replace").encode() != raw:
                continue
            (self.work / "text").write_bytes(raw)
            _, out, _ = self.run([self.llama / "llama-tokenize", "-m", file, "-f", self.work / "text", "--ids", "--log-disable"])
            same = out.strip() == str(case["ids"])
            right, count = right + same, count + 1
            if not same:
                different.append(raw.decode())
        return f"{right}/{count}", different

    def row(self, title, file, text, seq_len, windows, tokenizer=None):
        ids, different = self.ids(file, tokenizer) if tokenizer else ("", [])
        floats = self.work / "floats.gguf"
        self.run([self.llama / "llama-quantize", "--allow-requantize", file, floats, "F32"])
        found = [self.perplexity_there(file, text, seq_len, windows), self.perplexity_there(floats, text, seq_len, windows),
                 self.perplexity_here(file, text, seq_len, windows)]
        floats.unlink(missing_ok=True)
        wrong = [value for value in found if isinstance(value, str)]
        good = not wrong and abs(found[1] / found[2] - 1.0) < LARGEST_DIFFERENCE
        self.failed |= not good
        print(f"{title:28} {ids:>9}   " + " ".join(f"{value:10.4f}" if not isinstance(value, str) else f"{'-':>10}" for value in found)
              + ("" if good else "   DIFFERENT") + "".join("\n    " + line[:200] for line in wrong), flush=True)
        if different:
            print(f"    other ids, first of them: {different[0][:60]!r}")

    def refused(self, title, reason):
        """By Salient, for what llama.cpp could not hold: no failure of a model that the caller chose."""
        self.failed |= not self.is_chosen
        print(f"{title:28} not written: {reason}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("llama", type=pathlib.Path)
    parser.add_argument("salient", type=pathlib.Path)
    parser.add_argument("--model", type=pathlib.Path)
    parser.add_argument("--text", type=pathlib.Path)
    parser.add_argument("--work", type=pathlib.Path, help="where files are written and removed [a temporary folder]")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.work) as folder:
        work = pathlib.Path(folder)
        check = Check(arguments, work)
        text = arguments.text or DEMO / "eval.txt"
        for name, options in TYPES.items():
            model = arguments.model or DEMO / "model"
            file, reason = check.export(model, text if arguments.text else DEMO / "calib.txt", 256, options)
            check.row(f"{model.name} {name}", file, text, 256, 20) if file else check.refused(f"{model.name} {name}", reason)
        if not arguments.model:
            file, _ = check.export(DEMO / "model", DEMO / "calib.txt", 256, TYPES["f16"])
            source = work / "source.gguf"
            file.rename(source)
            for name in LLAMA_TYPES:
                check.run([check.llama / "llama-quantize", source, work / "there.gguf", name])
                check.row(f"llama-quantize {name}", work / "there.gguf", text, 256, 20)
            for number, (family, tokenizer) in enumerate(FAMILIES.items()):
                # Not by the family's name: llama.cpp looks for tokens of Phi-3 where a model is called that.
                model = with_tokenizer(family, tokenizer, work / f"seeded{number}")
                file, reason = check.export(model, DEMO / "calib.txt", 32, TYPES["f16"])
                title = f"{family}, ids of {tokenizer}"
                check.row(title, file, text, 32, 20, tokenizer) if file else check.refused(title, reason)
    sys.exit(1 if check.failed else 0)


if __name__ == "__main__":
    main()
