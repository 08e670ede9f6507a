#!/usr/bin/env python3
"""Writes one random matrix in every packed form that exists, and its elements, for tests of the reader.

    make_layers.py [--out DIRECTORY] [--seeds DIRECTORY]

layers.safetensors holds for each case CASE the tensors CASE/x.… of a layer x, and CASE/expected, its elements in float32; layers.json the
quantization config of each case. --seeds writes some of the cases as tests/fuzz/fuzz_packed.cpp takes them. Forms are those of packing.py.
NumPy is all it needs; the same seed gives the same files.
"""
import argparse
import json
import pathlib

import numpy as np

from packing import Matrix, awq, compressed_config, compressed_weights, gptq, int_quantized, pack_quantized, stored, stream, whole, write_safetensors

N_OUT, N_IN = 32, 64
GROUPINGS = ((-1, False), (16, False), (16, True))  # group size, whether inputs join groups in another order

SEEDS = ("gptq v1 4 sym g16 order", "gptq v2 3 asym row", "awq asym g16", "pack-quantized 4 stream asym g16 order", "pack-quantized 3 whole asym g16",
         "int-quantized 8 sym tensor", "naive-quantized 4 asym g16")


def letters(symmetric, group, order, per_tensor=False):
    rows = "tensor" if per_tensor else "row" if group == -1 else f"g{group}"
    return f"{'sym' if symmetric else 'asym'} {rows}{' order' if order else ''}"


def gptq_cases(rng):
    for version in (1, 2):
        for bits in (2, 3, 4, 8):
            for symmetric in (True, False):
                for group, order in GROUPINGS:
                    matrix = Matrix(rng, N_OUT, N_IN, bits, symmetric, group, order, smallest_zero=1 if version == 1 else 0,
                                    scale_type="BF16" if bits == 8 else "F16")
                    config = {"quant_method": "gptq", "bits": bits, "group_size": group, "desc_act": order, "sym": symmetric,
                              "checkpoint_format": "gptq" if version == 1 else "gptq_v2"}
                    yield f"gptq v{version} {bits} {letters(symmetric, group, order)}", config, gptq(matrix, version), matrix


def awq_cases(rng):
    for group in (-1, 16, 32):
        for symmetric in (False, True):
            matrix = Matrix(rng, N_OUT, N_IN, 4, symmetric, group)
            config = {"quant_method": "awq", "bits": 4, "group_size": group, "zero_point": not symmetric, "version": "gemm"}
            yield f"awq {letters(symmetric, group, False)}", config, awq(matrix), matrix


def pack_cases(rng):
    for bits in range(2, 9):
        for pack in (stream,) if 32 % bits == 0 else (stream, whole):
            for symmetric in (True, False):
                for group, order in GROUPINGS:
                    matrix = Matrix(rng, N_OUT, N_IN, bits, symmetric, group, order, scale_type="BF16" if bits % 2 == 0 else "F16")
                    config = compressed_config("pack-quantized", compressed_weights(bits, symmetric, group, order))
                    yield f"pack-quantized {bits} {pack.__name__} {letters(symmetric, group, order)}", config, pack_quantized(matrix, pack), matrix
    for symmetric in (True, False):
        matrix = Matrix(rng, N_OUT, N_IN, 4, symmetric, per_tensor=True)
        config = compressed_config("pack-quantized", compressed_weights(4, symmetric, per_tensor=True))
        yield f"pack-quantized 4 {letters(symmetric, -1, False, True)}", config, pack_quantized(matrix), matrix


def int_cases(rng):
    for form, widths in (("int-quantized", (8,)), ("naive-quantized", (4, 8))):
        for bits in widths:
            for symmetric in (True, False):
                for group, order in (*GROUPINGS, (None, False)):
                    per_tensor = group is None
                    size = -1 if per_tensor else group
                    matrix = Matrix(rng, N_OUT, N_IN, bits, symmetric, size, order, scale_type="F32" if per_tensor else "F16",
                                    per_tensor=per_tensor)
                    config = compressed_config(form, compressed_weights(bits, symmetric, size, order, per_tensor))
                    yield f"{form} {bits} {letters(symmetric, size, order, per_tensor)}", config, int_quantized(matrix), matrix


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    parser.add_argument("--seeds", type=pathlib.Path)
    arguments = parser.parse_args()
    out, seeds = arguments.out, arguments.seeds
    rng = np.random.default_rng(20250301)
    tensors, configs = {}, {}
    for cases in (gptq_cases, awq_cases, pack_cases, int_cases):
        for name, config, parts, matrix in cases(rng):
            assert name not in configs
            configs[name] = config
            for part, data in parts.items():
                tensors[f"{name}/x.{part}"] = data
            tensors[f"{name}/expected"] = stored(matrix.weight(), "F32")
            if seeds and name in SEEDS:
                path = seeds / name.replace(" ", "_")
                write_safetensors(path, {f"x.{part}": data for part, data in parts.items()})
                path.write_bytes(json.dumps(config).encode() + b"\n" + path.read_bytes())
    write_safetensors(out / "layers.safetensors", tensors)
    (out / "layers.json").write_text("{\n" + ",\n".join(f"{json.dumps(n)}: {json.dumps(c)}" for n, c in configs.items()) + "\n}\n")


if __name__ == "__main__":
    main()
