#!/usr/bin/env python3
"""Writes tiny random models of every family, and what they compute, for tests of the forward pass.

    make_models.py [--out DIRECTORY]

For each case a Hugging Face directory (config.json, model.safetensors) and `expected.json`: token windows, the loss of every
prediction, the logits after the last token, and the largest magnitude of each input channel of every group of linear layers.

Everything is computed in float64 from the stored (rounded) weights, by a forward pass written from the published descriptions, one
window and one head at a time. It shares nothing with Salient's own code. NumPy is all it needs; the same seed gives the same files.

  LLaMA    Touvron et al., arXiv:2302.13971 and arXiv:2307.09288: RMSNorm, rotary positions (half-split pairs), gated SiLU, grouped queries
  Mistral  Jiang et al., arXiv:2310.06825: position i sees j when 0 <= i - j < window
  Qwen2    Yang et al., arXiv:2407.10671: biases on q, k, v; blocks from max_window_layers on slide, if use_sliding_window
  OPT      Zhang et al., arXiv:2205.01068: ReLU, learned positions that start at row 2, norm before or after the residual sum
  GPT-2    Radford et al., 2019: fused q, k, v, weights stored [in, out], tanh form of GELU (Hendrycks & Gimpel, arXiv:1606.08415)
  rope     Su et al., arXiv:2104.09864; linear: Chen et al., arXiv:2306.15595; YaRN: Peng et al., arXiv:2309.00071; Llama 3.1's by its
           wavelengths; dynamic: the base grows with the length beyond the trained one
"""
import argparse
import json
import math
import pathlib

import numpy as np

VOCABULARY, N_BLOCKS, HEADS, HIDDEN, INTERMEDIATE = 64, 2, 4, 32, 48
WINDOW, N_WINDOWS = 24, 2


# ---- storage ----

def round_to(values, dtype):
    """Values as the stored type holds them: (bytes, float64)."""
    if dtype == "F32":
        stored = values.astype("<f4")
        return stored.tobytes(), stored.astype(np.float64)
    if dtype == "F16":
        stored = values.astype("<f2")
        return stored.tobytes(), stored.astype(np.float64)
    bits = values.astype("<f4").view("<u4")
    bits = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16  # nearest, ties to even
    return bits.astype("<u2").tobytes(), (bits << 16).astype("<u4").view("<f4").astype(np.float64)


def write_safetensors(path, stored):
    """stored: name -> (dtype, shape, bytes)."""
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, (dtype, shape, data) in stored.items():
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(data for _, _, data in stored.values()))


# ---- the pieces of a transformer, in float64 ----

def rms_norm(x, gain, epsilon):
    return x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + epsilon) * gain


def layer_norm(x, gain, bias, epsilon):
    centred = x - x.mean(axis=-1, keepdims=True)
    return centred / np.sqrt(np.mean(centred * centred, axis=-1, keepdims=True) + epsilon) * gain + bias


def gelu(x):
    return x * 0.5 * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))


def gelu_tanh(x):
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))


ACTIVATIONS = {"silu": lambda x: x / (1 + np.exp(-x)), "relu": lambda x: np.maximum(x, 0), "gelu": gelu, "gelu_new": gelu_tanh}


def attention(q, k, v, n_heads, n_kv_heads, window):
    """q [time, heads * size]; k, v [time, kv heads * size]. window None: everything up to the query."""
    time = len(q)
    size = q.shape[1] // n_heads
    result = np.zeros_like(q)
    for head in range(n_heads):
        shared = head * n_kv_heads // n_heads
        keys, values = k[:, shared * size:(shared + 1) * size], v[:, shared * size:(shared + 1) * size]
        for i in range(time):
            first = 0 if window is None else max(0, i - window + 1)
            scores = keys[first:i + 1] @ q[i, head * size:(head + 1) * size] / math.sqrt(size)
            weights = np.exp(scores - scores.max())
            result[i, head * size:(head + 1) * size] = weights / weights.sum() @ values[first:i + 1]
    return result


def rope_turns(config, size, time):
    """(radians per position of each pair, factor on cosine and sine)."""
    rope = config.get("rope_parameters") or config.get("rope_scaling") or {}
    base = rope.get("rope_theta", config.get("rope_theta", 10000.0))
    kind = rope.get("rope_type", rope.get("type", "default"))
    pairs = np.arange(size // 2)
    turns = 1.0 / base ** (2 * pairs / size)
    if kind == "default":
        return turns, 1.0
    factor = rope["factor"]
    if kind == "linear":
        return turns / factor, 1.0
    if kind == "dynamic":
        trained = config["max_position_embeddings"]
        longest = max(time, trained)
        base = base * (factor * longest / trained - (factor - 1)) ** (size / (size - 2))
        return 1.0 / base ** (2 * pairs / size), 1.0
    trained = rope["original_max_position_embeddings"]
    if kind == "llama3":
        longest_kept, shortest_divided = trained / rope["high_freq_factor"], trained / rope["low_freq_factor"]
        changed = []
        for turn in turns:
            wavelength = 2 * math.pi / turn
            if wavelength < longest_kept:
                changed.append(turn)
            elif wavelength > shortest_divided:
                changed.append(turn / factor)
            else:
                smooth = (trained / wavelength - rope["low_freq_factor"]) / (rope["high_freq_factor"] - rope["low_freq_factor"])
                changed.append((1 - smooth) * turn / factor + smooth * turn)
        return np.array(changed), 1.0
    if kind == "yarn":
        def dimension(rotations):
            return size * math.log(trained / (rotations * 2 * math.pi)) / (2 * math.log(base))
        low = max(math.floor(dimension(rope.get("beta_fast", 32))), 0)
        high = min(math.ceil(dimension(rope.get("beta_slow", 1))), size - 1)
        ramp = np.clip((pairs - low) / (high - low if high > low else 0.001), 0, 1)
        return turns / factor * ramp + turns * (1 - ramp), rope.get("attention_factor", 0.1 * math.log(factor) + 1)
    raise ValueError(kind)


def rotated(x, n_heads, turns, factor):
    size = x.shape[1] // n_heads
    spin = factor * np.exp(1j * np.arange(len(x))[:, None] * turns)
    result = np.empty_like(x)
    for head in range(n_heads):
        part = x[:, head * size:(head + 1) * size]
        turned = (part[:, :size // 2] + 1j * part[:, size // 2:]) * spin
        result[:, head * size:(head + 1) * size] = np.concatenate([turned.real, turned.imag], axis=1)
    return result


# ---- families: random weights, and the walk through a block ----

class Weights:
    """Makes tensors on first use, remembers how they are stored, and hands them out in float64."""

    def __init__(self, seed, dtype):
        self.random, self.dtype, self.stored, self.values = np.random.default_rng(seed), dtype, {}, {}

    def get(self, name, shape, centre=0.0, spread=1.0):
        if name not in self.values:
            data, value = round_to(centre + spread * self.random.standard_normal(shape), self.dtype)
            self.stored[name], self.values[name] = (self.dtype, shape, data), value
        return self.values[name]

    def matrix(self, name, n_out, n_in, transposed=False):
        """[out, in] whichever way it is stored. Larger than in a trained model, so that attention is far from uniform."""
        shape = (n_in, n_out) if transposed else (n_out, n_in)
        value = self.get(name + ".weight", shape, spread=1.4 / math.sqrt(n_in))
        return value.T if transposed else value

    def bias(self, name, n):
        return self.get(name + ".bias", (n,), spread=0.3)

    def gain(self, name):
        return self.get(name + ".weight", (HIDDEN,), centre=1.0, spread=0.3)


class Llama:
    """LLaMA, Mistral and Qwen2."""

    def __init__(self, config, weights, seen):
        self.c, self.w, self.seen = config, weights, seen
        self.kv = config["num_key_value_heads"]
        self.size = config.get("head_dim") or HIDDEN // HEADS
        self.qkv_bias = config.get("attention_bias", False) or config["model_type"] == "qwen2"

    def linear(self, block, name, x, n_out, has_bias):
        name = f"model.layers.{block}.{name}"
        y = x @ self.w.matrix(name, n_out, x.shape[1]).T
        return y + self.w.bias(name, n_out) if has_bias else y

    def window(self, block):
        c = self.c
        if c["model_type"] == "mistral":
            return c["sliding_window"]
        if c["model_type"] == "qwen2" and c["use_sliding_window"] and block >= c["max_window_layers"]:
            return c["sliding_window"]
        return None

    def norm(self, name, x):
        return rms_norm(x, self.w.gain(name), self.c["rms_norm_eps"])

    def states(self, ids):
        c = self.c
        turns, factor = rope_turns(c, self.size, len(ids))
        h = self.w.get("model.embed_tokens.weight", (VOCABULARY, HIDDEN))[ids]
        for block in range(N_BLOCKS):
            x = self.seen(block, 0, self.norm(f"model.layers.{block}.input_layernorm", h))
            q = self.linear(block, "self_attn.q_proj", x, HEADS * self.size, self.qkv_bias)
            k = self.linear(block, "self_attn.k_proj", x, self.kv * self.size, self.qkv_bias)
            v = self.linear(block, "self_attn.v_proj", x, self.kv * self.size, self.qkv_bias)
            q, k = rotated(q, HEADS, turns, factor), rotated(k, self.kv, turns, factor)
            mixed = self.seen(block, 1, attention(q, k, v, HEADS, self.kv, self.window(block)))
            h = h + self.linear(block, "self_attn.o_proj", mixed, HIDDEN, c.get("attention_bias", False))
            x = self.seen(block, 2, self.norm(f"model.layers.{block}.post_attention_layernorm", h))
            gate = self.linear(block, "mlp.gate_proj", x, INTERMEDIATE, c.get("mlp_bias", False))
            up = self.linear(block, "mlp.up_proj", x, INTERMEDIATE, c.get("mlp_bias", False))
            inner = self.seen(block, 3, ACTIVATIONS["silu"](gate) * up)
            h = h + self.linear(block, "mlp.down_proj", inner, HIDDEN, c.get("mlp_bias", False))
        h = self.norm("model.norm", h)
        if c.get("tie_word_embeddings", False):
            return h, self.w.values["model.embed_tokens.weight"]
        return h, self.w.matrix("lm_head", VOCABULARY, HIDDEN)


class Opt:
    def __init__(self, config, weights, seen):
        self.c, self.w, self.seen = config, weights, seen

    def linear(self, name, x, n_out):
        return x @ self.w.matrix(name, n_out, x.shape[1]).T + self.w.bias(name, n_out)

    def norm(self, name, x):
        return layer_norm(x, self.w.gain(name), self.w.bias(name, HIDDEN), 1e-5)

    def states(self, ids):
        c, root = self.c, "model.decoder."
        width, before = c["word_embed_proj_dim"], c["do_layer_norm_before"]
        h = self.w.get(root + "embed_tokens.weight", (VOCABULARY, width))[ids]
        if width != HIDDEN:
            h = h @ self.w.matrix(root + "project_in", HIDDEN, width).T
        positions = self.w.get(root + "embed_positions.weight", (c["max_position_embeddings"] + 2, HIDDEN), spread=0.5)
        h = h + positions[2:2 + len(ids)]
        for block in range(N_BLOCKS):
            name = f"{root}layers.{block}."
            x = self.seen(block, 0, self.norm(name + "self_attn_layer_norm", h) if before else h)
            q, k, v = (self.linear(f"{name}self_attn.{part}_proj", x, HIDDEN) for part in "qkv")
            mixed = self.seen(block, 1, attention(q, k, v, HEADS, HEADS, None))
            h = h + self.linear(name + "self_attn.out_proj", mixed, HIDDEN)
            if not before:
                h = self.norm(name + "self_attn_layer_norm", h)
            x = self.seen(block, 2, self.norm(name + "final_layer_norm", h) if before else h)
            inner = self.seen(block, 3, ACTIVATIONS["relu"](self.linear(name + "fc1", x, INTERMEDIATE)))
            h = h + self.linear(name + "fc2", inner, HIDDEN)
            if not before:
                h = self.norm(name + "final_layer_norm", h)
        if before:
            h = self.norm(root + "final_layer_norm", h)
        if width != HIDDEN:
            h = h @ self.w.matrix(root + "project_out", width, HIDDEN).T
        return h, self.w.values[root + "embed_tokens.weight"]


class Gpt2:
    def __init__(self, config, weights, seen):
        self.c, self.w, self.seen = config, weights, seen

    def linear(self, name, x, n_out):
        return x @ self.w.matrix(name, n_out, x.shape[1], transposed=True).T + self.w.bias(name, n_out)

    def norm(self, name, x):
        return layer_norm(x, self.w.gain(name), self.w.bias(name, HIDDEN), self.c["layer_norm_epsilon"])

    def states(self, ids):
        c, root = self.c, self.c["test_prefix"]
        h = self.w.get(root + "wte.weight", (VOCABULARY, HIDDEN))[ids]
        h = h + self.w.get(root + "wpe.weight", (c["n_positions"], HIDDEN), spread=0.5)[:len(ids)]
        inner_size = c.get("n_inner") or 4 * HIDDEN
        for block in range(N_BLOCKS):
            name = f"{root}h.{block}."
            x = self.seen(block, 0, self.norm(name + "ln_1", h))
            q, k, v = np.split(self.linear(name + "attn.c_attn", x, 3 * HIDDEN), 3, axis=1)
            mixed = self.seen(block, 1, attention(q, k, v, HEADS, HEADS, None))
            h = h + self.linear(name + "attn.c_proj", mixed, HIDDEN)
            x = self.seen(block, 2, self.norm(name + "ln_2", h))
            inner = self.seen(block, 3, ACTIVATIONS[c["activation_function"]](self.linear(name + "mlp.c_fc", x, inner_size)))
            h = h + self.linear(name + "mlp.c_proj", inner, HIDDEN)
        return self.norm(root + "ln_f", h), self.w.values[root + "wte.weight"]


# ---- cases ----

def llama_config(model_type="llama", **changes):
    names = {"llama": "LlamaForCausalLM", "mistral": "MistralForCausalLM", "qwen2": "Qwen2ForCausalLM"}
    return {"architectures": [names[model_type]], "model_type": model_type, "vocab_size": VOCABULARY, "hidden_size": HIDDEN,
            "intermediate_size": INTERMEDIATE, "num_hidden_layers": N_BLOCKS, "num_attention_heads": HEADS, "num_key_value_heads": 2,
            "max_position_embeddings": 128, "rms_norm_eps": 1e-5, "hidden_act": "silu", "rope_theta": 10000.0, **changes}


def opt_config(**changes):
    return {"architectures": ["OPTForCausalLM"], "model_type": "opt", "vocab_size": VOCABULARY, "hidden_size": HIDDEN, "ffn_dim": INTERMEDIATE,
            "num_hidden_layers": N_BLOCKS, "num_attention_heads": HEADS, "max_position_embeddings": 40, "activation_function": "relu",
            "word_embed_proj_dim": HIDDEN, "do_layer_norm_before": True, **changes}


def gpt2_config(**changes):
    return {"architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "vocab_size": VOCABULARY, "n_embd": HIDDEN, "n_layer": N_BLOCKS,
            "n_head": HEADS, "n_positions": 40, "layer_norm_epsilon": 1e-5, "activation_function": "gelu_new", **changes}


CASES = {  # name: (family, stored type, config)
    "llama-llama3": (Llama, "BF16", llama_config(
        tie_word_embeddings=True,
        rope_scaling={"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                      "original_max_position_embeddings": 64})),
    "llama-yarn": (Llama, "F16", llama_config(
        attention_bias=True, mlp_bias=True,
        rope_scaling={"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64, "beta_fast": 8, "beta_slow": 1})),
    "llama-linear": (Llama, "F32", llama_config(
        head_dim=12, rope_parameters={"rope_type": "linear", "factor": 2.5, "rope_theta": 500000.0}, rope_theta=None)),
    "llama-dynamic": (Llama, "F16", llama_config(
        num_key_value_heads=4, tie_word_embeddings=True, max_position_embeddings=16, rope_scaling={"type": "dynamic", "factor": 2.0})),
    "mistral": (Llama, "BF16", llama_config("mistral", sliding_window=7, head_dim=10)),
    "qwen2": (Llama, "BF16", llama_config(
        "qwen2", tie_word_embeddings=True, use_sliding_window=False, sliding_window=4, max_window_layers=0, rms_norm_eps=1e-6)),
    "qwen2-sliding": (Llama, "F16", llama_config("qwen2", use_sliding_window=True, sliding_window=5, max_window_layers=1)),
    "opt": (Opt, "F16", opt_config()),
    "opt-post-norm": (Opt, "F32", opt_config(do_layer_norm_before=False, word_embed_proj_dim=20)),
    "gpt2": (Gpt2, "F32", gpt2_config(n_inner=INTERMEDIATE, test_prefix="")),
    "gpt2-prefixed": (Gpt2, "BF16", gpt2_config(activation_function="gelu", n_inner=None, test_prefix="transformer.")),
}


def make(folder, seed, family, dtype, config):
    weights, largest = Weights(seed, dtype), {}

    def seen(block, group, x):
        key = (block, group)
        largest[key] = np.maximum(largest.get(key, 0.0), np.abs(x).max(axis=0))
        return x

    model = family(config, weights, seen)
    ids = np.random.default_rng(seed + 1000).integers(0, VOCABULARY, (N_WINDOWS, WINDOW))
    losses, last_logits, scales = [], [], []
    for window in ids:
        states, head = model.states(window)
        logits = states @ head.T
        top = logits.max(axis=1)
        total = top + np.log(np.exp(logits - top[:, None]).sum(axis=1))
        losses.append((total[:-1] - logits[np.arange(WINDOW - 1), window[1:]]).tolist())
        last_logits.append(logits[-1].tolist())
        scales.append(float(np.linalg.norm(states, axis=1).max() * np.linalg.norm(head, axis=1).max()))

    folder.mkdir(parents=True, exist_ok=True)
    config = {key: value for key, value in config.items() if key != "test_prefix"}
    config["torch_dtype"] = {"F32": "float32", "F16": "float16", "BF16": "bfloat16"}[dtype]
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    write_safetensors(folder / "model.safetensors", weights.stored)
    expected = {
        "ids": ids.tolist(), "nll": losses, "last_logits": last_logits,
        "logit_scale": max(scales),  # largest |state| times largest |head row|: what bounds a logit and its rounding error
        "max_abs": [[largest[block, group].tolist() for group in range(4)] for block in range(N_BLOCKS)],
    }
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    out = parser.parse_args().out
    for seed, (name, (family, dtype, config)) in enumerate(CASES.items()):
        make(out / name, seed, family, dtype, config)


if __name__ == "__main__":
    main()
