"""The pieces of a transformer in float64, one window and one head at a time, and the weights of a random model."""
import math

import numpy as np

VOCABULARY, N_BLOCKS, HEADS, HIDDEN, INTERMEDIATE = 64, 2, 4, 32, 48


def rms_norm(x, gain, epsilon):
    return x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + epsilon) * gain


def layer_norm(x, gain, bias, epsilon):
    centred = x - x.mean(axis=-1, keepdims=True)
    return centred / np.sqrt(np.mean(centred * centred, axis=-1, keepdims=True) + epsilon) * gain + bias


def gelu(x):
    return x * 0.5 * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))


def gelu_tanh(x):
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))


ACTIVATIONS = {"silu": lambda x: x / (1 + np.exp(-x)), "relu": lambda x: np.maximum(x, 0), "gelu": gelu, "gelu_new": gelu_tanh,
               "gelu_pytorch_tanh": gelu_tanh}


def capped(x, cap):
    return x if cap is None else cap * np.tanh(x / cap)


def per_head(function, x, n_heads):
    """The function of each head's columns alone."""
    return np.concatenate([function(part) for part in np.split(x, n_heads, axis=1)], axis=1)


def attention(q, k, v, n_heads, n_kv_heads, window, scale=None, cap=None, slopes=None):
    """q [time, heads * size]; k, v [time, kv heads * size]. window None: everything up to the query."""
    time = len(q)
    size = q.shape[1] // n_heads
    result = np.zeros_like(q)
    for head in range(n_heads):
        shared = head * n_kv_heads // n_heads
        keys, values = k[:, shared * size:(shared + 1) * size], v[:, shared * size:(shared + 1) * size]
        for i in range(time):
            first = 0 if window is None else max(0, i - window + 1)
            scores = keys[first:i + 1] @ q[i, head * size:(head + 1) * size]
            scores = capped(scores / math.sqrt(size) if scale is None else scores * scale, cap)
            if slopes is not None:
                scores = scores - slopes[head] * (i - np.arange(first, i + 1))
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
    if kind in ("longrope", "su"):
        trained = config["original_max_position_embeddings"]
        stretch = config["max_position_embeddings"] / trained
        divisors = np.array(rope["long_factor"] if time > trained else rope["short_factor"])
        return turns / divisors, math.sqrt(1 + math.log(stretch) / math.log(trained)) if stretch > 1 else 1.0
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


def partly_rotated(x, n_heads, turning, turns, factor):
    """Only the first `turning` dimensions of each head turn."""
    return per_head(lambda part: np.concatenate([rotated(part[:, :turning], 1, turns, factor), part[:, turning:]], axis=1), x, n_heads)


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

    def gain(self, name, n=HIDDEN, centre=1.0):
        return self.get(name + ".weight", (n,), centre=centre, spread=0.3)
