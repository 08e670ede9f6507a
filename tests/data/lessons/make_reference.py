"""Computes the numbers of the bundled lessons in double precision, from the lessons' own text and without any of our code.

usage: make_reference.py [LESSONS_FOLDER]      writes expected.json beside this file; by default from resources/lessons
Everything is written as the papers and docs of the methods define it: GPTQ with an explicit inverse and Cholesky factor
(Frantar et al., arXiv:2210.17323, Algorithm 1), AWQ's scales over 20 ratios (Lin et al., arXiv:2306.00978), SmoothQuant's
migration (Xiao et al., arXiv:2211.10438), int8 layers as products of whole numbers.
"""
import json
import pathlib
import re
import sys

import numpy as np


def blocks_of(text):
    """The fenced experiments of a lesson: (method, name, {key: text or matrix})."""
    for method, name, body in re.findall(r"^```(gptq|awq|smoothquant) (\w+)\n(.*?)^```$", text, re.M | re.S):
        fields, key = {}, None
        for line in body.splitlines():
            start = re.match(r"([a-z]+):\s*(.*)$", line)
            if start:
                key, value = start.groups()
                fields[key] = value if value else []
            elif line.strip():
                fields[key].append([float(x.replace("\u2212", "-")) for x in re.split(r"[\s,]+", line.strip())])
        yield method, name, {k: np.array(v) if isinstance(v, list) else v for k, v in fields.items()}


def grid_of(low, high, bits, symmetric, rule):
    """Scale and zero point of one group."""
    top = 2**bits - 1
    if rule == "awq" and not symmetric:
        low, high = min(low, 0.0), max(high, 0.0)
        scale = max(high - low, 1e-5) / top
        return scale, np.clip(np.round(-low / scale), 0, top)
    low, high = min(low, 0.0), max(high, 0.0)
    if symmetric:
        high = max(-low, high)
        low = -high
    if low == high:
        low, high = -1.0, 1.0
    scale = (high - low) / top
    return scale, float(2 ** (bits - 1)) if symmetric else np.round(-low / scale)


def round_columns(columns, scale, zero, bits):
    return scale * (np.clip(np.round(columns / scale) + zero, 0, 2**bits - 1) - zero)


def nearest(weight, bits, group, symmetric, rule):
    rounded = np.empty_like(weight)
    for row in range(weight.shape[0]):
        for first in range(0, weight.shape[1], group):
            part = weight[row, first:first + group]
            scale, zero = grid_of(part.min(), part.max(), bits, symmetric, rule)
            rounded[row, first:first + group] = round_columns(part, scale, zero, bits)
    return rounded


def grid_options(fields, n_in, symmetric):
    group = int(fields.get("group", n_in))
    return int(fields.get("bits", 4)), n_in if group < 0 else group, fields.get("symmetric", "yes" if symmetric else "no") == "yes"


def gptq(fields):
    weight = fields["weight"]
    n_out, n_in = weight.shape
    hessian = fields["hessian"] if "hessian" in fields else 2.0 / len(fields["input"]) * fields["input"].T @ fields["input"]
    bits, group, symmetric = grid_options(fields, n_in, True)
    damped = hessian + float(fields.get("damping", 0.01)) * np.mean(np.diag(hessian)) * np.eye(n_in)
    upper = np.linalg.cholesky(np.linalg.inv(damped)).T  # H^-1 = U'U
    updated, rounded, loss, steps = weight.copy(), np.zeros_like(weight), 0.0, []
    for q in range(n_in):
        if q % group == 0:
            grids = [grid_of(w.min(), w.max(), bits, symmetric, "gptq") for w in updated[:, q:q + group]]
            scale, zero = (np.array(x) for x in zip(*grids))
        rounded[:, q] = round_columns(updated[:, q], scale, zero, bits)
        error = (updated[:, q] - rounded[:, q]) / upper[q, q]
        pending = np.zeros_like(weight)
        pending[:, q:] = np.outer(error, upper[q, q:])
        steps.append({"updated": updated.tolist(), "error": [error.tolist()], "pending": pending.tolist(), "loss": loss})
        loss += 0.5 * np.sum(error**2)
        updated = updated - pending
    steps.append({"updated": rounded.tolist(), "loss": loss})
    plain = nearest(weight, bits, group, symmetric, "gptq")
    energy = np.trace(weight @ hessian @ weight.T)
    share = lambda w: np.trace((weight - w) @ hessian @ (weight - w).T) / energy
    result = {"hessian": hessian.tolist(), "u": upper.tolist(), "rounded": rounded.tolist(), "nearest": plain.tolist(), "loss": loss,
              "nearest_loss": 0.5 * np.trace((weight - plain) @ damped @ (weight - plain).T),
              "relative_error": share(rounded), "nearest_relative_error": share(plain)}
    for i, step in enumerate(steps):
        result.update({f"step{i}.{key}": value for key, value in step.items()})
    return result


def awq(fields):
    x, weight = fields["input"], fields["weight"]
    hessian = 2.0 / len(x) * x.T @ x
    bits, group, symmetric = grid_options(fields, x.shape[1], False)
    rule = "gptq" if symmetric else "awq"
    mean = np.abs(x).mean(0)
    form = lambda d: np.trace(d @ hessian @ d.T)

    def scales(ratio):
        s = np.maximum(mean**ratio, 1e-4)
        return s / np.sqrt(s.max() * s.min())

    def rounded_with(s):
        return nearest(weight * s, bits, group, symmetric, rule) / s

    losses = [form(weight - rounded_with(scales(i / 20))) for i in range(20)]
    best = int(np.argmin(losses))
    s, plain = scales(best / 20), nearest(weight, bits, group, symmetric, rule)
    rounded = rounded_with(s)
    error = lambda w: (mean * np.abs(weight - w).mean(0)).tolist()
    return {"mean": [mean.tolist()], "max": [np.abs(x).max(0).tolist()], "scale": [s.tolist()], "ratio": best / 20, "salient": int(mean.argmax()),
            "nearest": plain.tolist(), "rounded": rounded.tolist(), "error_before": [error(plain)], "error_after": [error(rounded)],
            "nearest_relative_error": form(weight - plain) / form(weight), "relative_error": form(weight - rounded) / form(weight)}


def smoothquant(fields):
    x, weight = fields["input"], fields["weight"]
    x_max, w_max = np.abs(x).max(0), np.maximum(np.abs(weight).max(0), 1e-5)
    per_token, per_row = fields.get("activations", "tensor") == "token", fields.get("weights", "row") == "row"
    exact = x @ weight.T

    def layer(s):
        xs, ws = x / s, weight * s
        x_step = (np.abs(xs).max(1, keepdims=True) if per_token else np.abs(xs).max()) / 127
        w_step = (np.abs(ws).max(1, keepdims=True) if per_row else np.abs(ws).max()) / 127
        codes, w_codes = np.clip(np.round(xs / x_step), -127, 127), np.clip(np.round(ws / w_step), -127, 127)
        output = (codes @ w_codes.T) * x_step * np.broadcast_to(w_step, (len(weight), 1)).T
        heard = codes * x_step * s
        return {"scale": [s.tolist()], "codes": codes.tolist(), "heard": heard.tolist(),
                "input_max": [np.abs(xs).max(0).tolist()], "weight_max": [np.abs(ws).max(0).tolist()],
                "channel_error": [(np.abs(x - heard).sum(0) / np.abs(x).sum(0)).tolist()],
                "output_error": np.sum((output - exact) ** 2) / np.sum(exact**2)}

    with_alpha = lambda a: layer(x_max**a / w_max ** (1 - a))
    result = {f"plain.{key}": value for key, value in layer(np.ones(x.shape[1])).items()}
    result.update({f"smooth.{key}": value for key, value in with_alpha(float(fields.get("alpha", 0.5))).items()})
    sweep = [with_alpha(i / 20)["output_error"] for i in range(21)]
    result.update({"best_alpha": int(np.argmin(sweep)) / 20, "best_output_error": min(sweep)})
    return result


def main():
    here = pathlib.Path(__file__).resolve().parent
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here.parents[2] / "resources" / "lessons"
    methods = {"gptq": gptq, "awq": awq, "smoothquant": smoothquant}
    expected = {}
    for path in sorted(folder.glob("*.md")):
        if path.name == "README.md":
            continue
        found = {name: methods[method](fields) for method, name, fields in blocks_of(path.read_text(encoding="utf-8"))}
        if found:
            expected[path.name] = found
    (here / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main()
