#!/usr/bin/env python3
"""Loads what Salient reads and writes in Hugging Face transformers, an independent forward pass, and prints one table.

    check_transformers.py SALIENT_CLI [--families NAME ...] [--work DIR]

Runs where PyTorch and transformers can be imported; what else is installed (compressed-tensors, optimum with GPTQModel or AutoGPTQ)
decides which quantized directories transformers can load. Without --families, every seeded model of data/models.

Each model gets a tokenizer whose tokens are letters, so that both programs see the same ids. A row says, for the original and for exports
of it: the mean negative log-likelihood by `salient-cli perplexity --protocol second-half`, how far that of transformers is from it (on the
same weights in double precision), and of quantized directories how many layers have, once decompressed, the very weights whose checksum
salient.json holds. Kernels that compute in 16 bits have none of those. Exit status 1 when a directory of floats differs by more than 1e-5.
"""

import argparse
import importlib.util
import json
import pathlib
import random
import shutil
import string
import subprocess
import sys
import tempfile

import numpy as np
import torch
import transformers

HERE = pathlib.Path(__file__).resolve().parent
MODELS = HERE.parent / "models"
LETTERS = string.ascii_letters + string.digits + "+-"
WINDOW, N_WINDOWS = 32, 20
LARGEST_DIFFERENCE = 1e-5
EXPORTS = {  # title → format and options
    "original": None,
    "gptq": ("dequantized", ["--method", "gptq", "--group-size", "16"]),
    "awq": ("dequantized", ["--method", "awq", "--group-size", "16"]),
    "smoothquant": ("dequantized", ["--method", "smoothquant"]),
    "packed": ("compressed-tensors", ["--method", "rtn", "--group-size", "16", "--symmetric"]),
    "packed asym": ("compressed-tensors", ["--method", "rtn", "--group-size", "16", "--asymmetric"]),
    "packed order": ("compressed-tensors", ["--method", "gptq", "--group-size", "16", "--act-order"]),
    "gptq v1": ("gptq", ["--method", "rtn", "--group-size", "16", "--symmetric"]),
    "gptq v2": ("gptq", ["--method", "rtn", "--group-size", "16", "--asymmetric"]),
}


def checkpoint_reader():
    spec = importlib.util.spec_from_file_location("read_checkpoint", HERE / "read_checkpoint.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def with_letters(name, target):
    target.mkdir()
    for file in ("config.json", "model.safetensors"):
        shutil.copy(MODELS / name / file, target)
    config = json.loads((target / "config.json").read_text())
    # What the classes would take otherwise: a token outside this vocabulary, heads of 128, and in version 5 another GELU than Gemma's.
    if config["model_type"] == "phi3":
        config["pad_token_id"] = 0
    if config["model_type"] == "qwen3":
        config.setdefault("head_dim", config["hidden_size"] // config["num_attention_heads"])
    if config["model_type"] == "gemma":
        config["hidden_act"] = "gelu_pytorch_tanh"
    if "vision_config" in config:  # not computed, but built
        config["vision_config"].update(num_attention_heads=2, intermediate_size=8, image_size=28, patch_size=14, rope_theta=10000.0)
        config["mm_tokens_per_image"] = 4
    (target / "config.json").write_text(json.dumps(config))
    bytes_as_letters = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
    (target / "tokenizer.json").write_text(json.dumps({
        "version": "1.0", "added_tokens": [], "normalizer": None, "pre_tokenizer": bytes_as_letters, "post_processor": None,
        "decoder": bytes_as_letters,
        "model": {"type": "BPE", "vocab": {letter: i for i, letter in enumerate(LETTERS)}, "merges": []}}))
    return target


def load(directory):
    config = json.loads((directory / "config.json").read_text())
    # Of Falcon's two forms with ALiBi, "eager" adds the biases twice. The parts beside a text model are no real ones.
    options = {"attn_implementation": "sdpa" if config["model_type"] == "falcon" else "eager",
               "ignore_mismatched_sizes": "vision_config" in config}
    if config.get("quantization_config", {}).get("quant_method") == "compressed-tensors":
        options["quantization_config"] = transformers.CompressedTensorsConfig(run_compressed=False)
    for group in (transformers.AutoModelForCausalLM, transformers.AutoModelForImageTextToText):
        try:
            return group.from_pretrained(directory, torch_dtype=torch.float32, **options).eval()
        except ValueError as error:
            if "configuration class" not in str(error):
                raise
    raise ValueError("no class for it")


@torch.no_grad()
def mean_nll(model, ids):
    is_float = all(parameter.is_floating_point() for parameter in model.parameters()) and not hasattr(model, "hf_quantizer")
    if is_float and model.config.model_type != "opt":  # whose mask holds a float's lowest number
        model = model.double()
    windows = torch.tensor(ids).reshape(N_WINDOWS, WINDOW)
    log_p = torch.log_softmax(model(input_ids=windows).logits.double(), -1)
    nll = -log_p[:, :-1].gather(-1, windows[:, 1:, None])[..., 0]
    return nll[:, WINDOW // 2:].mean().item()


def identical_layers(model, directory, reader):
    modules, count = dict(model.named_modules()), 0
    layers = json.loads((directory / "salient.json").read_text())["layers"]
    for name, entry in layers.items():
        found = [modules[end] for end in modules if end == name or end.endswith("." + name)]
        weight = getattr(found[0], "weight", None) if found else None
        if isinstance(weight, torch.nn.Parameter):
            count += reader.checksum(weight.detach().float().numpy()) == entry["weight"]
    return f"{count}/{len(layers)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("salient", type=pathlib.Path)
    parser.add_argument("--families", nargs="*", default=sorted(path.parent.name for path in MODELS.glob("*/config.json")))
    parser.add_argument("--work", type=pathlib.Path, help="where files are written and removed [a temporary folder]")
    arguments = parser.parse_args()
    transformers.logging.set_verbosity_error()
    np.seterr(over="ignore")
    reader, source, failed = checkpoint_reader(), random.Random(5), False
    ids = [source.randrange(len(LETTERS)) for _ in range(WINDOW * N_WINDOWS)]

    def salient(*words):
        done = subprocess.run([arguments.salient, "--json", "-q", *map(str, words)], capture_output=True, text=True)
        return json.loads(done.stdout) if done.returncode == 0 else done.stderr.strip().splitlines()[-1]

    with tempfile.TemporaryDirectory(dir=arguments.work) as folder:
        work = pathlib.Path(folder)
        text = work / "letters.txt"
        text.write_text("".join(LETTERS[i] for i in ids))
        print(f"transformers {transformers.__version__}, torch {torch.__version__}")
        for family in arguments.families:
            model = with_letters(family, work / family)
            for title, export in EXPORTS.items():
                directory = model
                if export:
                    directory = work / "out"
                    shutil.rmtree(directory, ignore_errors=True)
                    written = salient("quantize", model, "--out", directory, "--format", export[0], "--text", text, "--n-samples", 8,
                                      "--seq-len", WINDOW, *export[1])
                    if isinstance(written, str):
                        print(f"{family:24} {title:14} not written: {written[-70:]}", flush=True)
                        continue
                here = salient("perplexity", directory, "--text", text, "--protocol", "second-half", "--seq-len", WINDOW)["mean_nll"]
                is_float = export is None or export[0] == "dequantized"
                try:
                    loaded = load(directory)
                    layers = "" if is_float else identical_layers(loaded, directory, reader)
                    difference = abs(mean_nll(loaded, ids) - here)
                    print(f"{family:24} {title:14} {here:10.5f} {difference:9.1e} {layers}", flush=True)
                    failed |= is_float and not difference <= LARGEST_DIFFERENCE
                except Exception as error:  # whatever it has against the directory
                    print(f"{family:24} {title:14} {here:10.5f}   refused: {str(error).strip().splitlines()[-1][:110]}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
