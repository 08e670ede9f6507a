#!/usr/bin/env python3
"""Writes small quantized models as other tools leave them, each beside the same model in floating point.

    make_models.py [--out DIRECTORY]

models/NAME holds config.json and model.safetensors with packed layers (and quantize_config.json or quant_config.json where the tool wrote
no more), models/NAME/expected the ordinary model: the same config without quantization, every weight as what it was packed from.
models/descriptions.json says of each how it is quantized. Weights are random, with few digits, so that float16 holds them exactly. Forms
are those of packing.py. NumPy is all it needs; the same seed gives the same files.
"""
import argparse
import json
import pathlib

import numpy as np

from packing import Matrix, awq, compressed_config, compressed_weights, gptq, int_quantized, pack_quantized, stored, write_safetensors

VOCABULARY, HIDDEN, INTERMEDIATE = 64, 32, 64
ATTENTION, MLP = ("q_proj", "k_proj", "v_proj", "o_proj"), ("gate_proj", "up_proj", "down_proj")
LLAMA = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": VOCABULARY, "hidden_size": HIDDEN,
         "intermediate_size": INTERMEDIATE, "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 2,
         "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "hidden_act": "silu", "rope_theta": 10000.0, "tie_word_embeddings": True,
         "torch_dtype": "float16"}
GPT2 = {"architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "vocab_size": VOCABULARY, "n_embd": HIDDEN, "n_layer": 1, "n_head": 2,
        "n_positions": 64, "n_inner": INTERMEDIATE, "layer_norm_epsilon": 1e-5, "activation_function": "gelu_new", "torch_dtype": "float16"}


MIXTRAL = {**LLAMA, "architectures": ["MixtralForCausalLM"], "model_type": "mixtral", "num_local_experts": 3, "num_experts_per_tok": 2}


def llama_layers():
    """name -> (outputs, inputs)."""
    layers = {f"model.layers.0.self_attn.{name}": (HIDDEN, HIDDEN) for name in ATTENTION}
    layers |= {f"model.layers.0.mlp.{name}": (INTERMEDIATE, HIDDEN) for name in MLP[:2]}
    return layers | {"model.layers.0.mlp.down_proj": (HIDDEN, INTERMEDIATE)}


def gpt2_layers():
    return {"transformer.h.0.attn.c_attn": (3 * HIDDEN, HIDDEN), "transformer.h.0.attn.c_proj": (HIDDEN, HIDDEN),
            "transformer.h.0.mlp.c_fc": (INTERMEDIATE, HIDDEN), "transformer.h.0.mlp.c_proj": (HIDDEN, INTERMEDIATE)}


def mixtral_layers():
    layers = {name: shape for name, shape in llama_layers().items() if "self_attn" in name}
    for expert in range(MIXTRAL["num_local_experts"]):
        name = f"model.layers.0.block_sparse_moe.experts.{expert}"
        layers |= {f"{name}.w1": (INTERMEDIATE, HIDDEN), f"{name}.w2": (HIDDEN, INTERMEDIATE), f"{name}.w3": (INTERMEDIATE, HIDDEN)}
    return layers | {"model.layers.0.block_sparse_moe.gate": (MIXTRAL["num_local_experts"], HIDDEN)}


def half(rng, *shape, around=0.0):
    return stored((around + rng.normal(0, 0.1, shape)).astype(np.float16), "F16")


def outside(rng, config):
    """Everything that is no linear layer of a block."""
    if config["model_type"] == "gpt2":
        tensors = {"transformer.wte.weight": half(rng, VOCABULARY, HIDDEN), "transformer.wpe.weight": half(rng, 64, HIDDEN)}
        for norm in ("h.0.ln_1", "h.0.ln_2", "ln_f"):
            tensors[f"transformer.{norm}.weight"] = half(rng, HIDDEN, around=1.0)
            tensors[f"transformer.{norm}.bias"] = half(rng, HIDDEN)
        return tensors | {f"{name}.bias": half(rng, n_out) for name, (n_out, _) in gpt2_layers().items()}
    return {"model.embed_tokens.weight": half(rng, VOCABULARY, HIDDEN), "model.norm.weight": half(rng, HIDDEN, around=1.0),
            "model.layers.0.input_layernorm.weight": half(rng, HIDDEN, around=1.0),
            "model.layers.0.post_attention_layernorm.weight": half(rng, HIDDEN, around=1.0)}


class Case:
    """A model whose layers are packed as `form(name)` says: (a function that packs, settings of the matrix), or None for floats."""

    def __init__(self, description, quantization, form, base=LLAMA, file="config.json", key="quantization_config", layers=None,
                 extra=lambda layers: {}, **changes):
        self.description, self.quantization, self.form, self.file, self.key, self.extra = description, quantization, form, file, key, extra
        self.config = {**base, **changes}
        self.layers = layers or (gpt2_layers() if base is GPT2 else llama_layers())

    def write(self, directory, rng):
        common = outside(rng, self.config)
        packed, floats = {**common, **self.extra(self.layers)}, dict(common)
        for name, (n_out, n_in) in self.layers.items():
            form = self.form(name)
            if form is None:
                packed[f"{name}.weight"] = floats[f"{name}.weight"] = half(rng, n_out, n_in)
                continue
            pack, settings = form
            matrix = Matrix(rng, n_out, n_in, few_digits=True, **settings)
            weight = matrix.weight()
            assert (weight.astype(np.float16) == weight).all()
            floats[f"{name}.weight"] = stored(weight.T if self.config["model_type"] == "gpt2" else weight, "F16")
            packed |= {f"{name}.{part}": data for part, data in pack(matrix).items()}
        (directory / "expected").mkdir(parents=True, exist_ok=True)
        write_safetensors(directory / "model.safetensors", packed)
        write_safetensors(directory / "expected" / "model.safetensors", floats)
        quantized = {**self.config, self.key: self.quantization} if self.file == "config.json" else self.config
        (directory / "config.json").write_text(json.dumps(quantized, indent=1) + "\n")
        (directory / "expected" / "config.json").write_text(json.dumps(self.config, indent=1) + "\n")
        if self.file != "config.json":
            (directory / self.file).write_text(json.dumps(self.quantization, indent=1) + "\n")


def gptq_config(bits, group, desc_act, sym, **more):
    return {"quant_method": "gptq", "bits": bits, "group_size": group, "desc_act": desc_act, "sym": sym, **more}


def one(pack, **settings):
    return lambda name: (pack, settings)


def version(number):
    return lambda matrix: gptq(matrix, number)


def by_kind(attention, mlp):
    return lambda name: attention if "self_attn" in name else mlp


CASES = {
    "gptq": Case("gptq v1, 4 bits, groups of 16, symmetric, activation order",
                 gptq_config(4, 16, True, True, checkpoint_format="gptq", true_sequential=True, damp_percent=0.01),
                 one(version(1), bits=4, group=16, order=True),
                 # Old releases gave every layer a bias.
                 extra=lambda layers: {f"{name}.bias": stored(np.zeros(shape[0]), "F16") for name, shape in layers.items()}),
    "gptq-v2": Case("gptq v2, 3 bits, one scale per row, asymmetric",
                    {key: value for key, value in gptq_config(3, -1, False, False, checkpoint_format="gptq_v2").items() if key != "quant_method"},
                    one(version(2), bits=3, symmetric=False), file="quantize_config.json"),
    "gptq-mixed": Case("gptq v1, 4 bits, groups of 16, symmetric; 2 layers of 8 bits, groups of 32, symmetric; 1 layer in floating point",
                       gptq_config(4, 16, False, True, lm_head=True,
                                   dynamic={r"-:.*v_proj": {}, r"+:.*down_proj": {"bits": 8, "group_size": 32},
                                            r"lm_head": {"bits": 8, "group_size": 32}}),
                       lambda name: None if "v_proj" in name else (
                           version(1), {"bits": 8, "group": 32} if "down_proj" in name or name == "lm_head" else {"bits": 4, "group": 16}),
                       layers={**llama_layers(), "lm_head": (VOCABULARY, HIDDEN)}, tie_word_embeddings=False),
    "gptq-gpt2": Case("gptq v1, 4 bits, groups of 32, symmetric", gptq_config(4, 32, False, True), one(version(1), bits=4, group=32), base=GPT2),
    "awq": Case("awq gemm, 4 bits, groups of 32, asymmetric; 1 layer in floating point",
                {"quant_method": "awq", "bits": 4, "group_size": 32, "zero_point": True, "version": "GEMM",
                 "modules_to_not_convert": ["down_proj"]},
                lambda name: None if "down_proj" in name else (awq, {"bits": 4, "group": 32, "symmetric": False})),
    # The router stays in floating point, as AutoAWQ leaves it.
    "awq-experts": Case("awq gemm, 4 bits, groups of 32, asymmetric",
                        {"quant_method": "awq", "bits": 4, "group_size": 32, "zero_point": True, "version": "gemm",
                         "modules_to_not_convert": ["gate"]},
                        lambda name: None if name.endswith("gate") else (awq, {"bits": 4, "group": 32, "symmetric": False}),
                        base=MIXTRAL, layers=mixtral_layers()),
    "awq-old": Case("awq gemm, 4 bits, groups of 16, asymmetric", {"zero_point": True, "q_group_size": 16, "w_bit": 4, "version": "GEMM"},
                    one(awq, bits=4, group=16, symmetric=False), file="quant_config.json"),
    "packed": Case("compressed-tensors pack-quantized, 4 bits, groups of 16, asymmetric, activation order",
                   compressed_config("pack-quantized", compressed_weights(4, False, 16, True)),
                   one(pack_quantized, bits=4, group=16, symmetric=False, order=True, scale_type="BF16")),
    "packed-old": Case("compressed-tensors pack-quantized, 8 bits, one scale per row, symmetric",
                       compressed_config("pack-quantized", compressed_weights(8)), one(pack_quantized, bits=8), key="compression_config"),
    "int8": Case("compressed-tensors int-quantized, 8 bits, one scale per row, symmetric, int8 activations per token",
                 compressed_config("int-quantized", compressed_weights(8),
                                   {"num_bits": 8, "type": "int", "symmetric": True, "strategy": "token", "dynamic": True}),
                 one(int_quantized, bits=8)),
    "naive": Case("compressed-tensors naive-quantized, 4 bits, groups of 16, asymmetric",
                  compressed_config("naive-quantized", compressed_weights(4, False, 16)), one(int_quantized, bits=4, group=16, symmetric=False)),
    "two-forms": Case("compressed-tensors mixed-precision, 4 bits, groups of 16, symmetric; 3 layers of 8 bits, one scale per row, symmetric",
                      {"quant_method": "compressed-tensors", "format": "mixed-precision", "ignore": ["lm_head"], "config_groups": {
                          "group_0": {"targets": ["re:.*self_attn.*"], "weights": compressed_weights(4, True, 16), "format": "pack-quantized"},
                          "group_1": {"targets": ["re:.*mlp.*"], "weights": compressed_weights(8), "format": "naive-quantized"}}},
                      by_kind((pack_quantized, {"bits": 4, "group": 16}), (int_quantized, {"bits": 8}))),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent / "models")
    out = parser.parse_args().out
    for name, case in CASES.items():
        case.write(out / name, np.random.default_rng(list(name.encode())))
    descriptions = {name: case.description for name, case in CASES.items()}
    (out / "descriptions.json").write_text(json.dumps(descriptions, indent=1) + "\n")


if __name__ == "__main__":
    main()
