"""Walks of one window through each family's model, written from the published descriptions.

  LLaMA    Touvron et al., arXiv:2302.13971 and arXiv:2307.09288: RMSNorm, rotary positions (half-split pairs), gated SiLU, grouped queries
  Mistral  Jiang et al., arXiv:2310.06825: position i sees j when 0 <= i - j < window
  Qwen2    Yang et al., arXiv:2407.10671: biases on q, k, v; blocks from max_window_layers on slide, if use_sliding_window
  Qwen3    Yang et al., arXiv:2505.09388: no biases, RMSNorm of each head of q and k before the rotation
  Phi-3    Abdin et al., arXiv:2404.14219: q, k, v in one layer and gate, up in another; LongRoPE: Ding et al., arXiv:2402.13753
  Phi-2    Li et al., arXiv:2309.05463: attention and MLP side by side behind one norm, biases, the head's too
  NeoX     Black et al., arXiv:2204.06745: side by side behind two norms, q, k, v interleaved head by head, part of each head turns
  StableLM Bellagente et al., arXiv:2402.17834: LLaMA with LayerNorm, part of each head turns; or side by side behind one norm; the 12B
           has a LayerNorm of its own, without bias, on each head of q and k before the rotation
  OLMo     Groeneveld et al., arXiv:2402.00838: LayerNorm without gain and bias, q, k, v clamped
  Gemma    arXiv:2403.08295: gains stored as gain - 1, embeddings times sqrt(width); 2: arXiv:2408.00118: norms after the parts, too, soft
           caps, every second block slides; 3: arXiv:2503.19786: norms of q and k, a base of their own for the blocks that slide
  GPT-J    Wang and Komatsuzaki, 2021: side by side behind one norm, neighbouring dimensions turn together
  GPT-Neo  Black et al., 2021: scores are not scaled, some blocks slide
  BLOOM    Scao et al., arXiv:2211.05100: a norm behind the embedding, slopes on the scores (Press et al., arXiv:2108.12409)
  Falcon   Almazrouei et al., arXiv:2311.16867; Penedo et al., arXiv:2306.01116: one, some or as many key heads as queries; side by side
           behind one norm or two, or in turn; slopes that the published code rounds to bfloat16 and scales as the products are
  Mixtral  Jiang et al., arXiv:2401.04088: Mistral with two of some experts for each token, their weights summing to one
  Qwen-MoE Yang et al., arXiv:2407.10671 and arXiv:2505.09388: experts whose weights are shares of all, some blocks with an MLP; Qwen2's with
           one more expert that sees every token, weighted by a sigmoid
  OPT      Zhang et al., arXiv:2205.01068: ReLU, learned positions that start at row 2, norm before or after the residual sum
  GPT-2    Radford et al., 2019: fused q, k, v, weights stored [in, out], tanh form of GELU (Hendrycks & Gimpel, arXiv:1606.08415)
  rope     Su et al., arXiv:2104.09864; linear: Chen et al., arXiv:2306.15595; YaRN: Peng et al., arXiv:2309.00071; Llama 3.1's by its
           wavelengths; dynamic: the base grows with the length beyond the trained one
"""
import numpy as np

from pieces import (ACTIVATIONS, HEADS, HIDDEN, INTERMEDIATE, N_BLOCKS, VOCABULARY, attention, gelu_tanh, layer_norm, partly_rotated,
                    per_head, rms_norm, rope_turns, rotated, round_to)


class Llama:
    """LLaMA, Mistral, Qwen2 and Qwen3."""

    def __init__(self, config, weights, seen):
        self.c, self.w, self.seen = config, weights, seen
        self.kv = config["num_key_value_heads"]
        self.size = config.get("head_dim") or HIDDEN // HEADS
        self.qkv_bias = config.get("attention_bias", False) or config["model_type"] in ("qwen2", "qwen2_moe")

    def linear(self, block, name, x, n_out, has_bias):
        name = f"model.layers.{block}.{name}"
        y = x @ self.w.matrix(name, n_out, x.shape[1]).T
        return y + self.w.bias(name, n_out) if has_bias else y

    def window(self, block):
        c = self.c
        if c["model_type"] in ("mistral", "mixtral"):
            return c["sliding_window"]
        if c["model_type"] == "qwen3_moe" and c["use_sliding_window"]:
            return c["sliding_window"]
        if c["model_type"] in ("qwen2", "qwen3") and c["use_sliding_window"] and block >= c["max_window_layers"]:
            return c["sliding_window"]
        return None

    def norm(self, name, x):
        return rms_norm(x, self.w.gain(name), self.c["rms_norm_eps"])

    def mlp(self, block, x):
        has_bias = self.c.get("mlp_bias", False)
        gate, up = (self.linear(block, f"mlp.{part}_proj", x, INTERMEDIATE, has_bias) for part in ("gate", "up"))
        inner = self.seen(block, 3, ACTIVATIONS["silu"](gate) * up)
        return self.linear(block, "mlp.down_proj", inner, HIDDEN, has_bias)

    def states(self, ids):
        c = self.c
        turns, factor = rope_turns(c, self.size, len(ids))
        h = self.w.get("model.embed_tokens.weight", (VOCABULARY, HIDDEN))[ids]
        for block in range(N_BLOCKS):
            x = self.seen(block, 0, self.norm(f"model.layers.{block}.input_layernorm", h))
            q = self.linear(block, "self_attn.q_proj", x, HEADS * self.size, self.qkv_bias)
            k = self.linear(block, "self_attn.k_proj", x, self.kv * self.size, self.qkv_bias)
            v = self.linear(block, "self_attn.v_proj", x, self.kv * self.size, self.qkv_bias)
            if c["model_type"] in ("qwen3", "qwen3_moe"):
                q, k = (per_head(lambda part: rms_norm(part, self.w.gain(f"model.layers.{block}.self_attn.{name}_norm", self.size),
                                                       c["rms_norm_eps"]), x, n)
                        for name, x, n in (("q", q, HEADS), ("k", k, self.kv)))
            q, k = rotated(q, HEADS, turns, factor), rotated(k, self.kv, turns, factor)
            mixed = self.seen(block, 1, attention(q, k, v, HEADS, self.kv, self.window(block)))
            h = h + self.linear(block, "self_attn.o_proj", mixed, HIDDEN, c.get("attention_bias", False))
            h = h + self.mlp(block, self.seen(block, 2, self.norm(f"model.layers.{block}.post_attention_layernorm", h)))
        h = self.norm("model.norm", h)
        if c.get("tie_word_embeddings", False):
            return h, self.w.values["model.embed_tokens.weight"]
        return h, self.w.matrix("lm_head", VOCABULARY, HIDDEN)


class WithExperts(Llama):
    """Mixtral, Qwen2-MoE and Qwen3-MoE, one token and one expert at a time. The inputs that an expert sees come after the MLP's; then the
    hidden values of the MLP where some block has one, of the shared expert, of the experts."""

    def __init__(self, config, weights, seen):
        super().__init__(config, weights, seen)
        c = config
        self.is_mixtral = c["model_type"] == "mixtral"
        self.n_experts = c["num_local_experts"] if self.is_mixtral else c["num_experts"]
        self.width = c["intermediate_size"] if self.is_mixtral else c["moe_intermediate_size"]
        self.sum_to_one = True if self.is_mixtral else c.get("norm_topk_prob", False)
        self.has_shared = c["model_type"] == "qwen2_moe"

    def is_mixture(self, block):
        step, dense = self.c.get("decoder_sparse_step", 1), self.c.get("mlp_only_layers") or []
        return block not in dense and (block + 1) % step == 0

    def gated(self, block, names, x, width, group):
        gate, up = (self.linear(block, name, x, width, False) for name in names[:2])
        inner = self.seen(block, group, ACTIVATIONS["silu"](gate) * up)
        return self.linear(block, names[2], inner, HIDDEN, False)

    def mlp(self, block, x):
        first_hidden = 3 + self.n_experts
        some_are_dense = not all(self.is_mixture(other) for other in range(N_BLOCKS))
        if not self.is_mixture(block):
            return self.gated(block, [f"mlp.{part}_proj" for part in ("gate", "up", "down")], x, INTERMEDIATE, first_hidden)
        first_hidden += some_are_dense
        root = "block_sparse_moe" if self.is_mixtral else "mlp"
        parts = ("w1", "w3", "w2") if self.is_mixtral else ("gate_proj", "up_proj", "down_proj")
        scores = self.linear(block, f"{root}.gate", x, self.n_experts, False)
        for expert in range(self.n_experts):  # all are made, whichever tokens come
            for part in parts[:2]:
                self.w.matrix(f"model.layers.{block}.{root}.experts.{expert}.{part}", self.width, HIDDEN)
            self.w.matrix(f"model.layers.{block}.{root}.experts.{expert}.{parts[2]}", HIDDEN, self.width)
        out = np.zeros_like(x)
        for t in range(len(x)):
            shares = np.exp(scores[t] - scores[t].max())
            shares = shares / shares.sum()
            best = np.argsort(-shares, kind="stable")[:self.c["num_experts_per_tok"]]
            for expert in best:
                token = self.seen(block, 3 + expert, x[t:t + 1])
                y = self.gated(block, [f"{root}.experts.{expert}.{part}" for part in parts], token, self.width,
                               first_hidden + self.has_shared + expert)
                out[t] += shares[expert] / (shares[best].sum() if self.sum_to_one else 1.0) * y[0]
        if self.has_shared:
            y = self.gated(block, [f"mlp.shared_expert.{part}" for part in parts], x, self.c["shared_expert_intermediate_size"], first_hidden)
            out += y / (1 + np.exp(-self.linear(block, "mlp.shared_expert_gate", x, 1, False)))
        return out


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


class Phi3(Llama):
    """LLaMA's blocks from two fused layers: the rows of q, k and v, and those of gate and up, one after the other."""

    def states(self, ids):
        c = self.c
        turning = int(self.size * c.get("partial_rotary_factor", 1.0))
        turns, factor = rope_turns(c, turning, len(ids))
        h = self.w.get("model.embed_tokens.weight", (VOCABULARY, HIDDEN))[ids]
        for block in range(N_BLOCKS):
            x = self.seen(block, 0, self.norm(f"model.layers.{block}.input_layernorm", h))
            n_q, n_kv = HEADS * self.size, self.kv * self.size
            q, k, v = np.split(self.linear(block, "self_attn.qkv_proj", x, n_q + 2 * n_kv, False), [n_q, n_q + n_kv], axis=1)
            q, k = partly_rotated(q, HEADS, turning, turns, factor), partly_rotated(k, self.kv, turning, turns, factor)
            mixed = self.seen(block, 1, attention(q, k, v, HEADS, self.kv, c.get("sliding_window")))
            h = h + self.linear(block, "self_attn.o_proj", mixed, HIDDEN, False)
            x = self.seen(block, 2, self.norm(f"model.layers.{block}.post_attention_layernorm", h))
            gate, up = np.split(self.linear(block, "mlp.gate_up_proj", x, 2 * INTERMEDIATE, False), 2, axis=1)
            inner = self.seen(block, 3, ACTIVATIONS["silu"](gate) * up)
            h = h + self.linear(block, "mlp.down_proj", inner, HIDDEN, False)
        return self.norm("model.norm", h), self.w.matrix("lm_head", VOCABULARY, HIDDEN)


class WithLayerNorm:
    """What the families below share: linear layers and norms by their full names."""

    epsilon_key = "layer_norm_eps"

    def __init__(self, config, weights, seen):
        self.c, self.w, self.seen = config, weights, seen
        self.size = HIDDEN // HEADS

    def linear(self, name, x, n_out, has_bias=True):
        y = x @ self.w.matrix(name, n_out, x.shape[1]).T
        return y + self.w.bias(name, n_out) if has_bias else y

    def norm(self, name, x):
        return layer_norm(x, self.w.gain(name), self.w.bias(name, HIDDEN), self.c[self.epsilon_key])

    def split_by_head(self, fused):
        """[time, head by head: its q, its k, its v] -> q, k, v."""
        parts = np.split(fused, 3 * HEADS, axis=1)
        return (np.concatenate(parts[i::3], axis=1) for i in range(3))


class GptNeoX(WithLayerNorm):
    def states(self, ids):
        c, root = self.c, "gpt_neox."
        turning = int(self.size * c["rotary_pct"])
        turns = 1.0 / c["rotary_emb_base"] ** (2 * np.arange(turning // 2) / turning)
        h = self.w.get(root + "embed_in.weight", (VOCABULARY, HIDDEN))[ids]
        has_bias = c.get("attention_bias", True)
        for block in range(N_BLOCKS):
            name = f"{root}layers.{block}."
            x = self.seen(block, 0, self.norm(name + "input_layernorm", h))
            q, k, v = self.split_by_head(self.linear(name + "attention.query_key_value", x, 3 * HIDDEN, has_bias))
            q, k = (partly_rotated(part, HEADS, turning, turns, 1.0) for part in (q, k))
            mixed = self.seen(block, 1, attention(q, k, v, HEADS, HEADS, None))
            attended = self.linear(name + "attention.dense", mixed, HIDDEN, has_bias)
            read = h if c["use_parallel_residual"] else h + attended
            x = self.seen(block, 2, self.norm(name + "post_attention_layernorm", read))
            inner = self.seen(block, 3, ACTIVATIONS[c["hidden_act"]](self.linear(name + "mlp.dense_h_to_4h", x, INTERMEDIATE)))
            h = h + attended + self.linear(name + "mlp.dense_4h_to_h", inner, HIDDEN)
        return self.norm(root + "final_layer_norm", h), self.w.matrix("embed_out", VOCABULARY, HIDDEN)


class Phi(WithLayerNorm):
    def states(self, ids):
        c = self.c
        kv = c.get("num_key_value_heads") or HEADS
        turning = int(self.size * c["partial_rotary_factor"])
        turns, factor = rope_turns(c, turning, len(ids))
        h = self.w.get("model.embed_tokens.weight", (VOCABULARY, HIDDEN))[ids]
        for block in range(N_BLOCKS):
            name = f"model.layers.{block}."
            x = self.seen(block, 0, self.norm(name + "input_layernorm", h))
            q = partly_rotated(self.linear(name + "self_attn.q_proj", x, HIDDEN), HEADS, turning, turns, factor)
            k = partly_rotated(self.linear(name + "self_attn.k_proj", x, kv * self.size), kv, turning, turns, factor)
            v = self.linear(name + "self_attn.v_proj", x, kv * self.size)
            mixed = self.seen(block, 1, attention(q, k, v, HEADS, kv, None))
            inner = self.seen(block, 2, ACTIVATIONS[c["hidden_act"]](self.linear(name + "mlp.fc1", x, INTERMEDIATE)))
            h = h + self.linear(name + "self_attn.dense", mixed, HIDDEN) + self.linear(name + "mlp.fc2", inner, HIDDEN)
        head = self.w.matrix("lm_head", VOCABULARY, HIDDEN)
        return self.norm("model.final_layernorm", h), head, {"bias": self.w.bias("lm_head", VOCABULARY)}


class StableLm(WithLayerNorm):
    def normed_heads(self, name, x, n_heads):
        parts = enumerate(np.split(x, n_heads, axis=1))
        return np.concatenate([layer_norm(part, self.w.gain(f"{name}.norms.{i}", self.size), 0.0, self.c["layer_norm_eps"])
                               for i, part in parts], axis=1)

    def states(self, ids):
        c = self.c
        kv = c["num_key_value_heads"]
        turning = int(self.size * c["partial_rotary_factor"])
        turns, factor = rope_turns(c, turning, len(ids))
        is_parallel = c["use_parallel_residual"]
        h = self.w.get("model.embed_tokens.weight", (VOCABULARY, HIDDEN))[ids]
        for block in range(N_BLOCKS):
            name = f"model.layers.{block}."
            x = self.seen(block, 0, self.norm(name + "input_layernorm", h))
            q, k, v = (self.linear(f"{name}self_attn.{part}_proj", x, n * self.size, c["use_qkv_bias"])
                       for part, n in (("q", HEADS), ("k", kv), ("v", kv)))
            if c.get("qk_layernorm", False):
                q, k = self.normed_heads(name + "self_attn.q_layernorm", q, HEADS), self.normed_heads(name + "self_attn.k_layernorm", k, kv)
            q, k = partly_rotated(q, HEADS, turning, turns, factor), partly_rotated(k, kv, turning, turns, factor)
            mixed = self.seen(block, 1, attention(q, k, v, HEADS, kv, None))
            attended = self.linear(name + "self_attn.o_proj", mixed, HIDDEN, False)
            if not is_parallel:
                x = self.seen(block, 2, self.norm(name + "post_attention_layernorm", h + attended))
            gate, up = (self.linear(f"{name}mlp.{part}_proj", x, INTERMEDIATE, False) for part in ("gate", "up"))
            inner = self.seen(block, 2 if is_parallel else 3, ACTIVATIONS["silu"](gate) * up)
            h = h + attended + self.linear(name + "mlp.down_proj", inner, HIDDEN, False)
        return self.norm("model.norm", h), self.w.matrix("lm_head", VOCABULARY, HIDDEN)


class Olmo(WithLayerNorm):
    def states(self, ids):
        c = self.c
        kv = c["num_key_value_heads"]
        turns, factor = rope_turns(c, self.size, len(ids))
        limit = np.inf if c["clip_qkv"] is None else c["clip_qkv"]
        h = self.w.get("model.embed_tokens.weight", (VOCABULARY, HIDDEN))[ids]
        for block in range(N_BLOCKS):
            name = f"model.layers.{block}."
            x = self.seen(block, 0, layer_norm(h, 1.0, 0.0, 1e-5))
            q, k, v = (np.clip(self.linear(f"{name}self_attn.{part}_proj", x, n * self.size, False), -limit, limit)
                       for part, n in (("q", HEADS), ("k", kv), ("v", kv)))
            q, k = rotated(q, HEADS, turns, factor), rotated(k, kv, turns, factor)
            mixed = self.seen(block, 1, attention(q, k, v, HEADS, kv, None))
            h = h + self.linear(name + "self_attn.o_proj", mixed, HIDDEN, False)
            x = self.seen(block, 2, layer_norm(h, 1.0, 0.0, 1e-5))
            gate, up = (self.linear(f"{name}mlp.{part}_proj", x, INTERMEDIATE, False) for part in ("gate", "up"))
            inner = self.seen(block, 3, ACTIVATIONS["silu"](gate) * up)
            h = h + self.linear(name + "mlp.down_proj", inner, HIDDEN, False)
        return layer_norm(h, 1.0, 0.0, 1e-5), self.w.values["model.embed_tokens.weight"]


class Gemma:
    """Gemma 1, 2 and 3: what the later ones add is switched on by their model types."""

    def __init__(self, config, weights, seen):
        self.c, self.w, self.seen = config, weights, seen
        self.kv, self.size = config["num_key_value_heads"], config["head_dim"]
        self.kind = config["model_type"]

    def linear(self, name, x, n_out):
        return x @ self.w.matrix(name, n_out, x.shape[1]).T

    def norm(self, name, x):
        return rms_norm(x, 1.0 + self.w.gain(name, x.shape[1], centre=0.0), self.c["rms_norm_eps"])

    def slides(self, block):
        if self.kind == "gemma":
            return False
        if "layer_types" in self.c:
            return self.c["layer_types"][block] == "sliding_attention"
        return block % 2 == 0 if self.kind == "gemma2" else (block + 1) % self.c["sliding_window_pattern"] != 0

    def rope(self, block, time):
        by_kind = self.c.get("rope_parameters") or {}
        if "full_attention" in by_kind:
            return rope_turns({"rope_parameters": by_kind["sliding_attention" if self.slides(block) else "full_attention"]}, self.size, time)
        if self.kind == "gemma3_text" and self.slides(block):
            return 1.0 / self.c["rope_local_base_freq"] ** (2 * np.arange(self.size // 2) / self.size), 1.0
        return rope_turns(self.c, self.size, time)

    def states(self, ids):
        c, has_post_norms = self.c, self.kind != "gemma"
        scale = c["query_pre_attn_scalar"] ** -0.5 if has_post_norms else None
        h = self.w.get("model.embed_tokens.weight", (VOCABULARY, HIDDEN), spread=0.2)[ids] * HIDDEN ** 0.5
        for block in range(N_BLOCKS):
            name = f"model.layers.{block}."
            x = self.seen(block, 0, self.norm(name + "input_layernorm", h))
            q, k, v = (self.linear(f"{name}self_attn.{part}_proj", x, n * self.size) for part, n in (("q", HEADS), ("k", self.kv), ("v", self.kv)))
            if self.kind == "gemma3_text":
                q = per_head(lambda part: self.norm(name + "self_attn.q_norm", part), q, HEADS)
                k = per_head(lambda part: self.norm(name + "self_attn.k_norm", part), k, self.kv)
            turns, factor = self.rope(block, len(ids))
            q, k = rotated(q, HEADS, turns, factor), rotated(k, self.kv, turns, factor)
            window = c["sliding_window"] if self.slides(block) else None
            mixed = self.seen(block, 1, attention(q, k, v, HEADS, self.kv, window, scale, c.get("attn_logit_softcapping")))
            attended = self.linear(name + "self_attn.o_proj", mixed, HIDDEN)
            if has_post_norms:
                attended = self.norm(name + "post_attention_layernorm", attended)
            h = h + attended
            x = self.seen(block, 2, self.norm(name + ("pre_feedforward_layernorm" if has_post_norms else "post_attention_layernorm"), h))
            gate, up = (self.linear(f"{name}mlp.{part}_proj", x, INTERMEDIATE) for part in ("gate", "up"))
            inner = self.seen(block, 3, ACTIVATIONS[c.get("hidden_activation", "gelu_pytorch_tanh")](gate) * up)
            out = self.linear(name + "mlp.down_proj", inner, HIDDEN)
            h = h + (self.norm(name + "post_feedforward_layernorm", out) if has_post_norms else out)
        return self.norm("model.norm", h), self.w.values["model.embed_tokens.weight"], {"cap": c.get("final_logit_softcapping")}


class GptJ(WithLayerNorm):
    epsilon_key = "layer_norm_epsilon"

    def turned(self, x, turning):
        """Each pair of neighbours among the first dimensions of a head is one complex number."""
        spin = np.exp(1j * np.arange(len(x))[:, None] * 10000.0 ** (-2 * np.arange(turning // 2) / turning))

        def turn(part):
            pairs = (part[:, 0:turning:2] + 1j * part[:, 1:turning:2]) * spin
            return np.concatenate([np.stack([pairs.real, pairs.imag], axis=2).reshape(len(x), turning), part[:, turning:]], axis=1)
        return per_head(turn, x, HEADS)

    def states(self, ids):
        c, root = self.c, "transformer."
        turning = c["rotary_dim"] or self.size
        h = self.w.get(root + "wte.weight", (VOCABULARY, HIDDEN))[ids]
        for block in range(N_BLOCKS):
            name = f"{root}h.{block}."
            x = self.seen(block, 0, self.norm(name + "ln_1", h))
            q, k, v = (self.linear(f"{name}attn.{part}_proj", x, HIDDEN, False) for part in "qkv")
            mixed = self.seen(block, 1, attention(self.turned(q, turning), self.turned(k, turning), v, HEADS, HEADS, None))
            inner = self.seen(block, 2, ACTIVATIONS[c["activation_function"]](self.linear(name + "mlp.fc_in", x, 4 * HIDDEN)))
            h = h + self.linear(name + "attn.out_proj", mixed, HIDDEN, False) + self.linear(name + "mlp.fc_out", inner, HIDDEN)
        head = self.w.matrix("lm_head", VOCABULARY, HIDDEN)
        return self.norm(root + "ln_f", h), head, {"bias": self.w.bias("lm_head", VOCABULARY)}


class GptNeo(WithLayerNorm):
    epsilon_key = "layer_norm_epsilon"

    def states(self, ids):
        c, root = self.c, "transformer."
        h = self.w.get(root + "wte.weight", (VOCABULARY, HIDDEN))[ids]
        h = h + self.w.get(root + "wpe.weight", (c["max_position_embeddings"], HIDDEN), spread=0.5)[:len(ids)]
        kinds = [kind for words, times in c["attention_types"] for kind in words * times]
        for block in range(N_BLOCKS):
            name = f"{root}h.{block}."
            x = self.seen(block, 0, self.norm(name + "ln_1", h))
            q, k, v = (self.linear(f"{name}attn.attention.{part}_proj", x, HIDDEN, False) for part in "qkv")
            window = c["window_size"] if kinds[block] == "local" else None
            mixed = self.seen(block, 1, attention(q, k, v, HEADS, HEADS, window, scale=1.0))
            h = h + self.linear(name + "attn.attention.out_proj", mixed, HIDDEN)
            x = self.seen(block, 2, self.norm(name + "ln_2", h))
            inner = self.seen(block, 3, ACTIVATIONS[c["activation_function"]](self.linear(name + "mlp.c_fc", x, c["intermediate_size"])))
            h = h + self.linear(name + "mlp.c_proj", inner, HIDDEN)
        return self.norm(root + "ln_f", h), self.w.values[root + "wte.weight"]


class Bloom(WithLayerNorm):
    epsilon_key = "layer_norm_epsilon"

    def states(self, ids):
        root = self.c["test_prefix"]
        h = self.norm(root + "word_embeddings_layernorm", self.w.get(root + "word_embeddings.weight", (VOCABULARY, HIDDEN))[ids])
        slopes = [2.0 ** (-8 * (head + 1) / HEADS) for head in range(HEADS)]
        for block in range(N_BLOCKS):
            name = f"{root}h.{block}."
            x = self.seen(block, 0, self.norm(name + "input_layernorm", h))
            q, k, v = self.split_by_head(self.linear(name + "self_attention.query_key_value", x, 3 * HIDDEN))
            mixed = self.seen(block, 1, attention(q, k, v, HEADS, HEADS, None, slopes=slopes))
            h = h + self.linear(name + "self_attention.dense", mixed, HIDDEN)
            x = self.seen(block, 2, self.norm(name + "post_attention_layernorm", h))
            inner = self.seen(block, 3, gelu_tanh(self.linear(name + "mlp.dense_h_to_4h", x, 4 * HIDDEN)))
            h = h + self.linear(name + "mlp.dense_4h_to_h", inner, HIDDEN)
        return self.norm(root + "ln_f", h), self.w.values[root + "word_embeddings.weight"]


class Falcon(WithLayerNorm):
    epsilon_key = "layer_norm_epsilon"

    def split(self, fused, kv):
        """[time, for every key head: its queries, its key, its value] -> q, k, v."""
        heads = np.split(fused, HEADS + 2 * kv, axis=1)
        each = HEADS // kv + 2
        at = range(len(heads))
        return (np.concatenate([heads[i] for i in at if keep(i % each)], axis=1)
                for keep in (lambda p: p < each - 2, lambda p: p == each - 2, lambda p: p == each - 1))

    def biases(self, time):
        """[heads][time]: what is added to the scores by the key's position alone, before they are scaled."""
        slopes = round_to(np.array([2.0 ** (-8 * (head + 1) / HEADS) for head in range(HEADS)]), "BF16")[1]
        return [round_to(slope * np.arange(time), "BF16")[1] for slope in slopes]

    def attended(self, q, k, v, kv, has_alibi):
        if not has_alibi:
            turns, factor = rope_turns(self.c, self.size, len(q))
            return attention(rotated(q, HEADS, turns, factor), rotated(k, kv, turns, factor), v, HEADS, kv, None)
        result = np.zeros_like(q)
        biases = self.biases(len(q))
        for head in range(HEADS):
            own, shared = (slice(i * self.size, (i + 1) * self.size) for i in (head, head * kv // HEADS))
            for i in range(len(q)):
                scores = (k[:i + 1, shared] @ q[i, own] + biases[head][:i + 1]) / np.sqrt(self.size)
                weights = np.exp(scores - scores.max())
                result[i, own] = weights / weights.sum() @ v[:i + 1, shared]
        return result

    def states(self, ids):
        c, root, has_bias = self.c, "transformer.", self.c["bias"]
        is_newer = c["new_decoder_architecture"]
        kv = c["num_kv_heads"] if is_newer else 1 if c["multi_query"] else HEADS
        is_parallel = is_newer or c["parallel_attn"]
        has_two_norms = is_newer and c.get("num_ln_in_parallel_attn", 2) == 2
        width = c.get("ffn_hidden_size") or 4 * HIDDEN
        h = self.w.get(root + "word_embeddings.weight", (VOCABULARY, HIDDEN))[ids]
        for block in range(N_BLOCKS):
            name = f"{root}h.{block}."
            x = self.seen(block, 0, self.norm(name + ("ln_attn" if has_two_norms else "input_layernorm"), h))
            fused = self.linear(name + "self_attention.query_key_value", x, (HEADS + 2 * kv) * self.size, has_bias)
            mixed = self.seen(block, 1, self.attended(*self.split(fused, kv), kv, c["alibi"]))
            attended = self.linear(name + "self_attention.dense", mixed, HIDDEN, has_bias)
            if has_two_norms:
                x = self.seen(block, 2, self.norm(name + "ln_mlp", h))
            elif not is_parallel:
                x = self.seen(block, 2, self.norm(name + "post_attention_layernorm", h + attended))
            shares_norm = is_parallel and not has_two_norms
            inner = ACTIVATIONS[c.get("activation", "gelu")](self.linear(name + "mlp.dense_h_to_4h", x, width, has_bias))
            h = h + attended + self.linear(name + "mlp.dense_4h_to_h", self.seen(block, 2 if shares_norm else 3, inner), HIDDEN, has_bias)
        return self.norm(root + "ln_f", h), self.w.values[root + "word_embeddings.weight"]
