#!/usr/bin/env python3
"""Files of layer inputs that other tools write, and what they hold: NumPy archives and llama.cpp's importance matrices (both forms).

Writes beside itself arrays.npz (deflated), stored.npz, old.imatrix, new.imatrix and expected.json; the seeds of the fuzz targets are
copies. NumPy writes the archives; the importance matrices follow llama.cpp's tools/imatrix. Nothing of Salient is used.
"""

import json
import pathlib
import struct
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "gguf"))
import gguf_file as gf  # noqa: E402

random = np.random.default_rng(20261129)
expected = {"arrays": {}, "mean_squares": {}}


def eighths(*shape):
    """Numbers that every float type holds exactly."""
    return random.integers(-64, 64, shape) / 8


arrays = {
    "half": eighths(5, 3).astype("<f2"),
    "single": eighths(4, 6).astype("<f4"),
    "double": eighths(2, 3, 4).astype("<f8"),
    "fortran": np.asfortranarray(eighths(5, 4).astype("<f4")),
    "fortran3": np.asfortranarray(eighths(2, 3, 4).astype("<f4")),
    "none": np.zeros((0, 4), "<f4"),
}
for name, array in arrays.items():
    expected["arrays"][name] = array.astype(np.float64).reshape(-1, array.shape[-1]).tolist()
np.savez_compressed(HERE / "arrays.npz", **arrays)
np.savez(HERE / "stored.npz", **arrays)

# An importance matrix of inputs x: sums of squares over the tokens, here 24 in chunks of 8.
chunk, n_chunks = 8, 3
inputs = {"blk.0.attn_q.weight": eighths(chunk * n_chunks, 6), "blk.0.ffn_down.weight": eighths(chunk * n_chunks, 4)}
experts = [eighths(16, 4), eighths(8, 4), np.zeros((0, 4))]  # of one layer, the last never chosen
expected["mean_squares"] = {name: (x**2).mean(axis=0).tolist() for name, x in inputs.items()}
expected["mean_squares"]["blk.0.ffn_up_exps.weight"] = [(x**2).mean(axis=0).tolist() if len(x) else [0.0] * 4 for x in experts]

tensors = []
for name, x in inputs.items():
    tensors.append((name + ".in_sum2", (1, x.shape[1]), "F32", (x**2).sum(axis=0).astype("<f4").tobytes()))
    tensors.append((name + ".counts", (1, 1), "F32", np.array([len(x)], "<f4").tobytes()))
    tensors.append((name + ".in_sum", (1, x.shape[1]), "F32", x.sum(axis=0).astype("<f4").tobytes()))
tensors.append(("blk.0.ffn_up_exps.weight.in_sum2", (3, 4), "F32", np.array([(x**2).sum(axis=0) for x in experts], "<f4").tobytes()))
tensors.append(("blk.0.ffn_up_exps.weight.counts", (3, 1), "F32", np.array([len(x) for x in experts], "<f4").tobytes()))
keys = [
    ("general.type", gf.TEXT, "imatrix"),
    ("imatrix.datasets", gf.ARRAY, (gf.TEXT, ["calib.txt"])),
    ("imatrix.chunk_count", gf.U32, n_chunks),
    ("imatrix.chunk_size", gf.U32, chunk),
]
(HERE / "new.imatrix").write_bytes(gf.gguf(keys, tensors))

old = struct.pack("<i", len(inputs))
for name, x in inputs.items():
    values = ((x**2).mean(axis=0) * n_chunks).astype("<f4")
    old += struct.pack("<i", len(name)) + name.encode() + struct.pack("<ii", n_chunks, len(values)) + values.tobytes()
old += struct.pack("<ii", n_chunks, len("calib.txt")) + b"calib.txt"
(HERE / "old.imatrix").write_bytes(old)

(HERE / "expected.json").write_text(json.dumps(expected) + "\n")
