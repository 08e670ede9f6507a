#!/usr/bin/env python3
"""Reference results for core/quant, from the definitions alone.

Everything is written down as in the papers and in double precision: GPTQ by Algorithm 1 with Cholesky, inverse and Cholesky; AWQ's
losses and clip search from the tokens themselves, not from a Hessian. Single precision is used only where it is part of the definition:
stored weights, scales, and the quotient weight / scale that is rounded.

Run with Debian's python3-numpy; writes reference.safetensors beside this file. The same file comes out every time.
Frantar et al., GPTQ, arXiv:2210.17323; Lin et al., AWQ, arXiv:2306.00978; Xiao et al., SmoothQuant, arXiv:2211.10438.
"""

import json
import pathlib
import struct

import numpy as np

F32 = np.float32


# --- grids and rounding -------------------------------------------------------------------------------------------------------------

def grid_of(w, bits, rule):
    """Scale and zero of one run of weights."""
    w = np.asarray(w, F32)
    top = F32(2**bits - 1)
    low, high = w.min(), w.max()
    if rule == "awq":
        # Zero is in every range, also of weights that all have one sign (the published code would clamp the zero point there).
        low, high = min(low, F32(0)), max(high, F32(0))
        scale = max(high - low, F32(1e-5)) / top
        return scale, np.clip(-np.round(low / scale), F32(0), top)
    if rule == "int8":
        half = F32(2 ** (bits - 1))
        return max(np.abs(w).max(), F32(1e-5)) / (half - F32(1)), half
    low, high = min(low, F32(0)), max(high, F32(0))
    if rule == "sym":
        high = max(-low, high)
        low = -high
    if low == 0 and high == 0:
        low, high = F32(-1), F32(1)
    scale = (high - low) / top
    return scale, F32(2 ** (bits - 1)) if rule == "sym" else np.round(-low / scale)


def shrunken_grids(w, bits, rule):
    """The published shrinking search: norm 2.4, a hundredth per step, at most 0.8. All grids that it tries, and their losses."""
    w = np.asarray(w, F32)
    low, high = min(w.min(), F32(0)), max(w.max(), F32(0))
    if rule == "sym":
        high = max(-low, high)
        low = -high
    grids = [grid_of([F32(1 - i / 100) * low, F32(1 - i / 100) * high], bits, rule) for i in range(80)]
    return grids, [(np.abs(dequantize(codes_of(w, *grid, bits), *grid).astype(float) - w) ** 2.4).sum() for grid in grids]


def mse_grid_of(w, bits, rule):
    grids, losses = shrunken_grids(w, bits, rule)
    return grids[int(np.argmin(losses))]


def mse_lead(w, bits, rule):
    """By what share the best of these grids beats the next one that is another; a group of zeros has but one grid."""
    grids, losses = shrunken_grids(w, bits, rule)
    best = int(np.argmin(losses))
    others = [loss for grid, loss in zip(grids, losses) if grid != grids[best]]
    return min(others) / losses[best] - 1 if others else np.inf


def codes_of(w, scale, zero, bits):
    return np.clip(np.round(np.asarray(w, F32) / scale) + zero, 0, 2**bits - 1).astype(np.uint8)


def dequantize(codes, scale, zero):
    return (scale * (codes.astype(F32) - zero)).astype(F32)


def groups(n, size):
    size = n if size < 0 else size
    return [(first, min(n, first + size)) for first in range(0, n, size)]


def nearest(w, bits, rule, group, mse=False):
    rows, cols = w.shape
    runs = groups(cols, group)
    out = {"codes": np.zeros(w.shape, np.uint8), "scale": np.zeros((rows, len(runs)), F32), "zero": np.zeros((rows, len(runs)), F32)}
    out["dequant"] = np.zeros(w.shape, F32)
    for r in range(rows):
        for g, (a, b) in enumerate(runs):
            scale, zero = (mse_grid_of if mse else grid_of)(w[r, a:b], bits, rule)
            out["codes"][r, a:b] = codes_of(w[r, a:b], scale, zero, bits)
            out["dequant"][r, a:b] = dequantize(out["codes"][r, a:b], scale, zero)
            out["scale"][r, g], out["zero"][r, g] = scale, zero
    return out


# --- GPTQ ---------------------------------------------------------------------------------------------------------------------------

def gptq(w, h, bits, rule, group, act_order=False, static=False, fresh=False, mse=False, block=128, damping=0.01):
    """Algorithm 1, a column at a time. Returns the results and how near the nearest value came to the middle of two codes, or the best
    shrunken grid to the next."""
    rows, cols = w.shape
    find_grid = mse_grid_of if mse else grid_of
    original = w
    w, h = w.astype(float).copy(), h.astype(float).copy()
    dead = np.diag(h) == 0
    h[dead, dead] = 1
    w[:, dead] = 0
    order = np.argsort(-np.diag(h), kind="stable") if act_order else np.arange(cols)
    runs = groups(cols, group)
    size = runs[0][1]
    scale, zero = np.zeros((rows, len(runs)), F32), np.zeros((rows, len(runs)), F32)
    ahead = group < 0 or static
    if ahead:
        # The published program takes the grid of a whole row before it zeroes dead columns, static groups after.
        source = original if group < 0 and not fresh else w
        for r in range(rows):
            for g, (a, b) in enumerate(runs):
                scale[r, g], zero[r, g] = find_grid(source[r, a:b], bits, rule)
    w, h = w[:, order], h[order][:, order]
    target = w.copy()
    h[np.diag_indices(cols)] += damping * np.mean(np.diag(h))
    u = np.linalg.cholesky(np.linalg.inv(h)).T
    codes = np.zeros((rows, cols), np.uint8)
    quantized = np.zeros((rows, cols))
    group_of = np.array([(order[p] if ahead else p) // size for p in range(cols)], np.int32)
    losses = np.zeros(cols)
    margin = 0.5
    at_block = w.copy()
    for q in range(cols):
        if q % block == 0:
            at_block = w.copy()
        if not ahead and q % size == 0:
            source = w if fresh else at_block
            for r in range(rows):
                scale[r, q // size], zero[r, q // size] = find_grid(source[r, q : q + size], bits, rule)
                margin = min(margin, mse_lead(source[r, q : q + size], bits, rule)) if mse else margin
        s, z = scale[:, group_of[q]], zero[:, group_of[q]]
        steps = w[:, q].astype(F32) / s
        inside = (np.round(steps) + z > 0) & (np.round(steps) + z < 2**bits - 1)
        if inside.any() and q > 0:
            margin = min(margin, np.abs(np.abs(steps - np.floor(steps)) - 0.5)[inside].min())
        column = codes_of(w[:, q], s, z, bits)
        codes[:, order[q]] = column
        quantized[:, q] = dequantize(column, s, z)
        error = (w[:, q] - quantized[:, q]) / u[q, q]
        losses[q] = 0.5 * (error**2).sum()
        w[:, q:] -= np.outer(error, u[q, q:])
    difference = target - quantized
    assert np.isclose(losses.sum(), 0.5 * np.trace(difference @ h @ difference.T), rtol=1e-9)
    g_idx = np.zeros(cols, np.int32)
    g_idx[order] = group_of
    result = {"codes": codes, "scale": scale, "zero": zero, "g_idx": g_idx, "order": order.astype(np.int32), "column_loss": losses}
    return result, margin


# --- AWQ ----------------------------------------------------------------------------------------------------------------------------

def awq_scales(x_mean, ratio, w_mean=None):
    s = x_mean.astype(float) ** ratio
    if w_mean is not None:
        s = s / (w_mean ** (1 - ratio) + 1e-4)
    s = np.maximum(s, 1e-4)
    return (s / np.sqrt(s.max() * s.min())).astype(F32)


def awq(w, x, bits, group, duo):
    x_mean = np.abs(x.astype(float)).mean(0).astype(F32)
    w_mean = None
    if duo:
        parts = [np.abs(w[:, a:b].astype(float)) / (np.abs(w[:, a:b]).max(1, keepdims=True) + 1e-6) for a, b in groups(w.shape[1], group)]
        w_mean = np.concatenate(parts, 1).mean(0)
    losses, all_scales = [], []
    for i in range(20):
        s = awq_scales(x_mean, i / 20, w_mean)
        rounded = nearest(w * s, bits, "awq", group)["dequant"].astype(float) / s
        losses.append((((x.astype(float)) @ (w - rounded).T) ** 2).mean())
        all_scales.append(s)
    best = int(np.argmin(losses))
    s = all_scales[best]
    scaled = (w * s).astype(F32)
    x_scaled = x.astype(float) / s
    clip = np.zeros((w.shape[0], len(groups(w.shape[1], group))), F32)
    for r in range(w.shape[0]):
        for g, (a, b) in enumerate(groups(w.shape[1], group)):
            highest, least = np.abs(scaled[r, a:b]).max(), np.inf
            for level in range(10):
                limit = highest * F32(1 - level / 20)
                grid = grid_of(np.clip(scaled[r, a:b], -limit, limit), bits, "awq")
                rounded = dequantize(codes_of(np.clip(scaled[r, a:b], -limit, limit), *grid, bits), *grid)
                loss = ((x_scaled[:, a:b] @ (rounded - scaled[r, a:b].astype(float))) ** 2).mean()
                if loss < least * (1 - 1e-9):
                    least, clip[r, g] = loss, limit
    clipped = np.concatenate([np.clip(scaled[:, a:b], -clip[:, [g]], clip[:, [g]]) for g, (a, b) in enumerate(groups(w.shape[1], group))], 1)
    out = {"losses": np.array(losses), "best": np.array([best], np.int32), "scales": np.array(all_scales), "clip": clip}
    out["codes"] = nearest(clipped, bits, "awq", group)["codes"]
    if duo:
        out["w_mean"] = w_mean
    return out


# --- SmoothQuant --------------------------------------------------------------------------------------------------------------------

def smoothquant(w, x, alpha, per_tensor):
    act = np.abs(x).max(0).astype(float)
    weight = np.maximum(np.abs(w).max(0).astype(float), 1e-5)
    s = np.maximum(act**alpha / weight ** (1 - alpha), 1e-5).astype(F32)
    scaled, smoothed = (w * s).astype(F32), (x / s).astype(F32)

    def int8(m, shared):
        highest = np.abs(m).max() * np.ones((m.shape[0], 1), F32) if shared else np.abs(m).max(1, keepdims=True)
        scale = np.maximum(highest, F32(1e-5)) / F32(127)
        return np.round(m / scale).astype(np.int8), scale.astype(F32)

    w_codes, w_scale = int8(scaled, per_tensor)
    x_codes, x_scale = int8(smoothed, per_tensor)
    y = (x_codes * x_scale.astype(float)) @ (w_codes * w_scale.astype(float)).T
    return {"scales": s, "weight_codes": w_codes, "weight_scale": w_scale[:, 0], "act_scale": x_scale[:, 0], "smoothed": smoothed, "y": y}


# --- the cases ----------------------------------------------------------------------------------------------------------------------

def layer(seed, rows, cols, tokens, dead=()):
    rng = np.random.default_rng(seed)
    w = (rng.standard_normal((rows, cols)) * 0.05).astype(F32)
    x = rng.standard_normal((tokens, cols)) @ (np.eye(cols) + rng.standard_normal((cols, cols)) / np.sqrt(cols))
    x[:, rng.choice(cols, 2, replace=False)] *= 20
    x[:, list(dead)] = 0
    return w, x.astype(F32)


def hessian(x):
    return x.astype(float).T @ x.astype(float) * (2 / x.shape[0])


GPTQ_CASES = {
    "b4.asym.g16": dict(bits=4, rule="asym", group=16),
    "b4.asym.g16.fresh": dict(bits=4, rule="asym", group=16, fresh=True),
    "b4.sym.g-1": dict(bits=4, rule="sym", group=-1),
    "b3.asym.g-1.actorder": dict(bits=3, rule="asym", group=-1, act_order=True),
    "b4.asym.g16.actorder": dict(bits=4, rule="asym", group=16, act_order=True),
    "b4.asym.g16.actorder.fresh": dict(bits=4, rule="asym", group=16, act_order=True, fresh=True),
    "b4.sym.g16.static": dict(bits=4, rule="sym", group=16, static=True),
    "b2.asym.g16.actorder.static": dict(bits=2, rule="asym", group=16, act_order=True, static=True),
    "b8.sym.g-1": dict(bits=8, rule="sym", group=-1),
    "b3.asym.g24.block16": dict(bits=3, rule="asym", group=24, block=16),
    "b3.asym.g24.block16.fresh": dict(bits=3, rule="asym", group=24, block=16, fresh=True),
    "b4.sym.g-1.fresh": dict(bits=4, rule="sym", group=-1, fresh=True),
    "b3.asym.g16.mse": dict(bits=3, rule="asym", group=16, mse=True),
    "b3.asym.g16.fresh.mse": dict(bits=3, rule="asym", group=16, fresh=True, mse=True),
    "b3.sym.g16.block16.mse": dict(bits=3, rule="sym", group=16, block=16, mse=True),
}


def first_seed_without_toss_ups(rows, cols, tokens, dead=()):
    """A layer none of whose GPTQ decisions float32 could make either way."""
    for seed in range(10000):
        w, x = layer(seed, rows, cols, tokens, dead)
        if all(gptq(w, hessian(x), **case)[1] > 2e-4 for case in GPTQ_CASES.values()):
            return w, x
    raise SystemExit("no seed found")


def worked_example():
    """The 4x4 weight of the introductions, with six tokens of our own."""
    w = np.array([[0.0312, -0.0187, 0.0456, -0.0089], [-0.0234, 0.0401, -0.0156, 0.0278],
                  [0.0178, -0.0345, 0.0289, -0.0198], [-0.0401, 0.0156, -0.0367, 0.0423]], F32)
    x = np.array([[1.0, 0.5, -0.25, 0.75], [-0.5, 1.0, 0.5, 0.25], [0.25, -0.75, 1.5, 0.5],
                  [0.75, 0.25, 0.5, -1.0], [-1.0, 0.5, 0.75, 0.5], [0.5, -0.5, 0.25, 1.25]], F32)
    return w, x


def write(path, tensors):
    kinds = {"float32": "F32", "float64": "F64", "uint8": "U8", "int8": "I8", "int32": "I32"}
    header, data, at = {}, [], 0
    for name in sorted(tensors):
        a = np.ascontiguousarray(tensors[name])
        header[name] = {"dtype": kinds[a.dtype.name], "shape": list(a.shape), "data_offsets": [at, at + a.nbytes]}
        data.append(a.tobytes())
        at += a.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data))


def main():
    out = {}

    def put(prefix, values):
        out.update({f"{prefix}.{key}": value for key, value in values.items()})

    w, x = first_seed_without_toss_ups(12, 40, 160)
    put("layer", {"W": w, "X": x, "H": hessian(x).astype(F32)})
    for bits in range(2, 9):
        for rule in ("sym", "asym", "awq"):
            for group in (16, -1):
                put(f"rtn.b{bits}.{rule}.g{group}", nearest(w, bits, rule, group))
    put("rtn.b8.int8.g-1", nearest(w, 8, "int8", -1))
    for rule in ("sym", "asym"):
        put(f"rtn.b3.{rule}.g16.mse", nearest(w, 3, rule, 16, mse=True))
    for name, case in GPTQ_CASES.items():
        put(f"gptq.{name}", gptq(w, hessian(x).astype(F32), **case)[0])

    dead = (3, 7, *range(16, 32))
    w, x = first_seed_without_toss_ups(6, 40, 120, dead)
    put("dead", {"W": w, "X": x, "H": hessian(x).astype(F32)})
    for name in ("b4.asym.g16", "b4.sym.g-1", "b4.sym.g-1.fresh", "b4.asym.g16.actorder", "b2.asym.g16.actorder.static"):
        put(f"dead.gptq.{name}", gptq(w, hessian(x).astype(F32), **GPTQ_CASES[name])[0])

    w, x = worked_example()
    put("worked", {"W": w, "X": x, "H": hessian(x).astype(F32)})
    put("worked.gptq", gptq(w, hessian(x).astype(F32), bits=4, rule="sym", group=-1)[0])

    w, x = layer(11, 16, 64, 128)
    put("awq", {"W": w, "X": x})
    put("awq.b4.g32", awq(w, x, 4, 32, duo=False))
    put("awq.b3.g16.duo", awq(w, x, 3, 16, duo=True))

    w, x = layer(12, 16, 48, 24)
    put("smooth", {"W": w, "X": x})
    for alpha in (0.5, 0.8):
        put(f"smooth.a{alpha}.tensor", smoothquant(w, x, alpha, True))
        put(f"smooth.a{alpha}.row_token", smoothquant(w, x, alpha, False))

    write(pathlib.Path(__file__).with_name("reference.safetensors"), out)


if __name__ == "__main__":
    main()
