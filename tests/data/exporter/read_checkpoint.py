#!/usr/bin/env python3
"""Loads a quantized directory (gptq v1 and v2, awq gemm, compressed-tensors pack- and int-quantized, dequantized) and recomputes every
weight of its linear layers, as an independent reader: NumPy only, written from the formats' descriptions.

    read_checkpoint.py DIR [--original MODEL]

Prints one JSON document: layers read, layers whose checksum equals the one in salient.json, and with --original the largest
‖Ŵ − W‖ / ‖W‖ (channel scales recorded in salient.json undone). These are the figures of `salient-cli verify DIR --original MODEL --json`.
"""

import argparse
import json
import pathlib
import re
import struct

import numpy as np

TYPES = {"F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I8": "i1", "U8": "u1", "BF16": "<u2"}


def read_safetensors(path, tensors):
    raw = np.memmap(path, dtype=np.uint8, mode="r")
    (length,) = struct.unpack("<Q", bytes(raw[:8]))
    header = json.loads(bytes(raw[8:8 + length]))
    assert header.pop("__metadata__")["format"] == "pt"
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        values = np.frombuffer(bytes(raw[begin:end]), dtype=TYPES[entry["dtype"]]).reshape(entry["shape"])
        if entry["dtype"] == "BF16":
            values = (values.astype(np.uint32) << 16).view(np.float32)
        tensors[name] = values


def load(directory):
    tensors = {}
    if (directory / "model.safetensors").exists():
        read_safetensors(directory / "model.safetensors", tensors)
    else:
        index = json.loads((directory / "model.safetensors.index.json").read_text())["weight_map"]
        for shard in sorted(set(index.values())):
            read_safetensors(directory / shard, tensors)
        assert set(tensors) == set(index), "index and shards disagree"
    return tensors


def unpack(words, count, bits):
    """words [rows, n_words] of little-endian bit streams -> values [rows, count]."""
    stream = np.unpackbits(np.ascontiguousarray(words).view(np.uint8), axis=1, bitorder="little")
    fields = stream[:, :count * bits].reshape(len(words), count, bits)
    return (fields.astype(np.int64) << np.arange(bits)).sum(axis=2)


def read_gptq(tensors, layer, config):
    bits = config["bits"]
    n_out = tensors[layer + ".qweight"].shape[1]
    group = tensors[layer + ".g_idx"]
    codes = unpack(tensors[layer + ".qweight"].T, len(group), bits)
    zeros = unpack(tensors[layer + ".qzeros"], n_out, bits).T
    if config["checkpoint_format"] == "gptq":
        zeros = zeros + 1
    scales = tensors[layer + ".scales"].astype(np.float32).T
    return scales[:, group] * (codes - zeros[:, group]).astype(np.float32)


def read_awq(tensors, layer, config):
    slot = [0, 4, 1, 5, 2, 6, 3, 7]  # of output c in a run of eight

    def nibbles(words):
        spread = (words.view(np.uint32)[:, :, None] >> (4 * np.array(slot, dtype=np.uint32))) & 15
        return spread.reshape(len(words), -1).astype(np.int64).T

    codes, zeros = nibbles(tensors[layer + ".qweight"]), nibbles(tensors[layer + ".qzeros"])
    scales = tensors[layer + ".scales"].astype(np.float32).T
    repeat = codes.shape[1] // scales.shape[1]
    return np.repeat(scales, repeat, axis=1) * (codes - np.repeat(zeros, repeat, axis=1)).astype(np.float32)


def read_compressed(tensors, layer, config):
    weights = config["config_groups"]["group_0"]["weights"]
    bits = weights["num_bits"]
    scales = tensors[layer + ".weight_scale"].astype(np.float32)
    if config["format"] == "int-quantized":
        return scales * tensors[layer + ".weight"].astype(np.float32)
    n_out, n_in = tensors[layer + ".weight_shape"]
    codes = unpack(tensors[layer + ".weight_packed"], n_in, bits) - (1 << (bits - 1))
    zeros = np.zeros(scales.shape, dtype=np.int64)
    if not weights["symmetric"]:
        zeros = unpack(tensors[layer + ".weight_zero_point"].T, n_out, bits).T - (1 << (bits - 1))
    group = tensors.get(layer + ".weight_g_idx", np.arange(n_in) // (n_in // scales.shape[1]))
    return scales[:, group] * (codes - zeros[:, group]).astype(np.float32)


def checksum(values):
    """Of salient.json: FNV-1a on 32-bit words in chunks of 4096, then on the chunks' values and the byte count."""
    basis, prime = np.uint64(14695981039346656037), np.uint64(1099511628211)
    words = np.ascontiguousarray(values).reshape(-1).view(np.uint32).astype(np.uint64)

    def chain(table):
        h = np.full(len(table), basis)
        for column in table.T:
            h = (h ^ column) * prime
        return h

    whole = len(words) // 4096
    chunks = list(chain(words[:whole * 4096].reshape(whole, 4096)))
    if whole * 4096 < len(words):
        chunks += list(chain(words[None, whole * 4096:]))
    return "%016x" % int(chain(np.array([chunks + [np.uint64(4 * len(words))]], dtype=np.uint64))[0])


def recorded_scales(record, layer):
    key = record["layers"][layer].get("scales")
    return None if key is None else np.frombuffer(bytes.fromhex(record["channel_scales"][key]), dtype=">f4").astype(np.float64)


def absorbed_by(layer):
    """The layer whose column scales this one's rows were divided by, if it takes any."""
    for absorber, consumer in (("v_proj", "o_proj"), ("v_proj", "out_proj"), ("up_proj", "down_proj"), ("fc1", "fc2")):
        if layer.endswith(absorber):
            yield layer[:-len(absorber)] + consumer


def relative_error(weight, layer, original, record, transposed):
    wanted = original[layer + ".weight"].astype(np.float64)
    if transposed:
        wanted = wanted.T
    found = weight.astype(np.float64)
    if (scales := recorded_scales(record, layer)) is not None:
        found = found / scales
    for consumer in absorbed_by(layer):
        if consumer in record["layers"] and (scales := recorded_scales(record, consumer)) is not None:
            found = found * scales[:, None]
    return float(np.linalg.norm(found - wanted) / np.linalg.norm(wanted))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--original", type=pathlib.Path)
    arguments = parser.parse_args()

    config = json.loads((arguments.directory / "config.json").read_text())
    quantization = config.get("quantization_config")
    record = json.loads((arguments.directory / "salient.json").read_text())
    tensors = load(arguments.directory)
    original = load(arguments.original) if arguments.original else None
    transposed = config["model_type"] == "gpt2"
    if quantization is not None and quantization["quant_method"] == "gptq":
        assert quantization == json.loads((arguments.directory / "quantize_config.json").read_text())
        for pattern in quantization.get("dynamic", {}):
            assert not any(re.match(pattern[2:], layer) for layer in record["layers"])
    readers = {"gptq": read_gptq, "awq": read_awq, "compressed-tensors": read_compressed}

    n_identical, worst = 0, -1.0
    for layer, entry in record["layers"].items():
        if quantization is None:
            weight = tensors[layer + ".weight"].astype(np.float32)
            weight = weight.T if transposed else weight
        else:
            weight = readers[quantization["quant_method"]](tensors, layer, quantization)
        n_identical += checksum(weight.astype(np.float32)) == entry["weight"]
        if original is not None:
            worst = max(worst, relative_error(weight, layer, original, record, transposed))
    print(json.dumps({"format": record["format"], "n_layers": len(record["layers"]), "n_layers_identical": n_identical,
                      "worst_relative_weight_error": worst}))


if __name__ == "__main__":
    np.seterr(over="ignore")
    main()
