"""Packed forms of a quantized matrix, written from the formats' descriptions: value by value, NumPy alone. It shares nothing with Salient.

A matrix has codes [out, in], and for each group of inputs a scale and a zero point [out, groups]; its elements are
scale * (code - zero), here in float32, where products of a 16-bit scale and a small whole number are exact.
"""
import json

import numpy as np


def stream(values, bits):
    """Whole numbers as one little-endian bit stream in 32-bit words."""
    flags = (np.asarray(values)[:, None] >> np.arange(bits)) & 1
    flags = np.append(flags.ravel(), np.zeros(-flags.size % 32, dtype=np.int64)).reshape(-1, 32)
    return (flags << np.arange(32)).sum(axis=1).astype(np.uint32).view(np.int32)


def whole(values, bits):
    """As many numbers in each 32-bit word as fit, the highest bits unused."""
    per_word = 32 // bits
    padded = np.append(values, np.zeros(-len(values) % per_word, dtype=np.int64)).reshape(-1, per_word)
    return (padded << (bits * np.arange(per_word))).sum(axis=1).astype(np.uint32).view(np.int32)


def bfloat16(values):
    """float32 values cut to bfloat16, and still float32."""
    return (np.asarray(values, dtype=np.float32).view(np.uint32) & 0xFFFF0000).view(np.float32)


def stored(values, dtype):
    """(dtype, shape, bytes) as a safetensors file holds them."""
    values = np.ascontiguousarray(values)
    if dtype == "BF16":
        data = (values.astype(np.float32).view(np.uint32) >> 16).astype("<u2")
    else:
        data = values.astype({"F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I8": "i1"}[dtype])
    return dtype, values.shape, data.tobytes()


class Matrix:
    """A random quantized matrix. order: inputs join groups in random order instead of one after the other."""

    def __init__(self, rng, n_out, n_in, bits, symmetric=True, group=-1, order=False, scale_type="F16", per_tensor=False, smallest_zero=0,
                 few_digits=False):
        self.n_out, self.n_in, self.bits, self.symmetric, self.scale_type, self.per_tensor = n_out, n_in, bits, symmetric, scale_type, per_tensor
        size = n_in if group == -1 else group
        self.n_groups = -(-n_in // size)
        self.group = np.arange(n_in) // size
        self.is_ordered = order
        if order:
            self.group[rng.permutation(n_in)] = np.arange(n_in) // size
        self.codes = rng.integers(0, 1 << bits, (n_out, n_in))
        rows = (1, 1) if per_tensor else (n_out, self.n_groups)
        self.zeros = np.full(rows, 1 << (bits - 1)) if symmetric else rng.integers(smallest_zero, 1 << bits, rows)
        scales = rng.uniform(0.5, 2.0, rows) / (1 << bits) / 4
        if few_digits:  # so that every element fits into float16
            scales = np.exp2(np.floor(np.log2(scales)))
        self.scales = bfloat16(scales) if scale_type == "BF16" else scales.astype({"F16": np.float16, "F32": np.float32}[scale_type])

    def weight(self):
        shape = (self.n_out, self.n_groups)
        scales, zeros = np.broadcast_to(self.scales, shape), np.broadcast_to(self.zeros, shape)
        return scales[:, self.group].astype(np.float32) * (self.codes - zeros[:, self.group]).astype(np.float32)


def gptq(matrix, version):
    """AutoGPTQ: qweight packed down the inputs, qzeros along the outputs; zeros less one in version 1."""
    zeros = matrix.zeros - 1 if version == 1 else matrix.zeros
    return {"qweight": stored(np.stack([stream(row, matrix.bits) for row in matrix.codes], axis=1), "I32"),
            "qzeros": stored(np.stack([stream(column, matrix.bits) for column in zeros.T]), "I32"),
            "scales": stored(matrix.scales.T, matrix.scale_type),
            "g_idx": stored(matrix.group, "I32")}


def awq(matrix):
    """AutoAWQ's GEMM: eight outputs in a word, those numbered 0, 2, 4, 6, 1, 3, 5, 7 from the lowest four bits up."""
    order = [0, 2, 4, 6, 1, 3, 5, 7]

    def packed(rows):  # [count, out] -> [count, out / 8]
        runs = rows.reshape(len(rows), -1, 8)[:, :, order]
        return (runs << (4 * np.arange(8))).sum(axis=2).astype(np.uint32).view(np.int32)

    return {"qweight": stored(packed(matrix.codes.T), "I32"), "qzeros": stored(packed(matrix.zeros.T), "I32"),
            "scales": stored(matrix.scales.T, matrix.scale_type)}


def scale_tensors(matrix):
    scales = matrix.scales.reshape(1) if matrix.per_tensor else matrix.scales
    tensors = {"weight_scale": stored(scales, matrix.scale_type)}
    if matrix.is_ordered:
        tensors["weight_g_idx"] = stored(matrix.group, "I32")
    return tensors


def pack_quantized(matrix, pack=stream):
    """compressed-tensors: rows of codes with their offset, zero points packed down the outputs, but a single one left as it is."""
    tensors = {"weight_packed": stored(np.stack([pack(row, matrix.bits) for row in matrix.codes]), "I32"),
               "weight_shape": stored([matrix.n_out, matrix.n_in], "I64"), **scale_tensors(matrix)}
    if not matrix.symmetric:
        if matrix.per_tensor:
            tensors["weight_zero_point"] = stored(matrix.zeros.reshape(1) - (1 << (matrix.bits - 1)), "I8")
        else:
            tensors["weight_zero_point"] = stored(np.stack([pack(column, matrix.bits) for column in matrix.zeros.T], axis=1), "I32")
    return tensors


def int_quantized(matrix):
    """compressed-tensors: one signed byte for each code and zero point, whatever its width."""
    middle = 1 << (matrix.bits - 1)
    tensors = {"weight": stored(matrix.codes - middle, "I8"), **scale_tensors(matrix)}
    if not matrix.symmetric:
        zeros = matrix.zeros.reshape(1) if matrix.per_tensor else matrix.zeros
        tensors["weight_zero_point"] = stored(zeros - middle, "I8")
    return tensors


def compressed_weights(bits, symmetric=True, group=-1, order=False, per_tensor=False):
    """The "weights" of a config group."""
    strategy = "tensor" if per_tensor else "channel" if group == -1 else "group"
    return {"num_bits": bits, "type": "int", "symmetric": symmetric, "strategy": strategy, "group_size": None if group == -1 else group,
            "actorder": "group" if order else None, "dynamic": False}


def compressed_config(form, weights, activations=None, ignore=("lm_head",)):
    return {"quant_method": "compressed-tensors", "format": form, "quantization_status": "compressed", "ignore": list(ignore),
            "config_groups": {"group_0": {"targets": ["Linear"], "weights": weights, "input_activations": activations,
                                          "output_activations": None}}}


def write_safetensors(path, tensors):
    """tensors: name -> stored()."""
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, (dtype, shape, data) in tensors.items():
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(data for _, _, data in tensors.values()))
