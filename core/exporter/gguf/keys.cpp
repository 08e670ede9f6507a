#include "core/exporter/gguf/keys.h"

#include "core/model/gguf/architecture.h"
#include "core/model/rotary.h"

namespace salient {
namespace {

std::uint32_t fileType(GgufWeights weights) {
    switch (weights) {
        case GgufWeights::Q4_0:
            return 2;
        case GgufWeights::Q4_1:
            return 3;
        case GgufWeights::Q8_0:
            return 7;
        case GgufWeights::Q4_K:
            return 14;  // "Q4_K - Small", of ggml's names the nearest
        case GgufWeights::Q4_K_M:
            return 15;
        case GgufWeights::Q6_K:
            return 18;
        case GgufWeights::BF16:
            return 32;
        case GgufWeights::F16:
        case GgufWeights::Lossless:
            break;
    }
    return 1;
}

std::uint32_t u32(Index value) { return static_cast<std::uint32_t>(value); }

void addRopeKeys(GgufKeys& keys, const std::string& prefix, const ModelConfig& config) {
    const RopeConfig& rope = config.rope;
    keys.addU32(prefix + "rope.dimension_count", u32(rope.dim));
    keys.addF32(prefix + "rope.freq_base", static_cast<float>(rope.theta));
    if (config.local_rope) keys.addF32(prefix + "rope.freq_base_swa", static_cast<float>(config.local_rope->theta));
    const auto factor = static_cast<float>(rope.factor);
    switch (rope.scaling) {
        case RopeConfig::Scaling::Linear:
            keys.addText(prefix + "rope.scaling.type", "linear");
            keys.addF32(prefix + "rope.scaling.factor", factor);
            break;
        case RopeConfig::Scaling::Yarn: {
            const RopeConfig published;
            keys.addText(prefix + "rope.scaling.type", "yarn");
            keys.addF32(prefix + "rope.scaling.factor", factor);
            keys.addU32(prefix + "rope.scaling.original_context_length", u32(rope.original_max_positions));
            if (rope.beta_fast != published.beta_fast)
                keys.addF32(prefix + "rope.scaling.yarn_beta_fast", static_cast<float>(rope.beta_fast));
            if (rope.beta_slow != published.beta_slow)
                keys.addF32(prefix + "rope.scaling.yarn_beta_slow", static_cast<float>(rope.beta_slow));
            break;
        }
        case RopeConfig::Scaling::LongRope:
            keys.addText(prefix + "rope.scaling.type", "longrope");
            keys.addF32(prefix + "rope.scaling.attn_factor", static_cast<float>(rotaryMagnitude(rope)));
            keys.addU32(prefix + "rope.scaling.original_context_length", u32(rope.original_max_positions));
            break;
        case RopeConfig::Scaling::None:
        case RopeConfig::Scaling::Dynamic:
        case RopeConfig::Scaling::Llama3:
            break;
    }
}

void addAttentionKeys(GgufKeys& keys, const std::string& prefix, const ModelConfig& config) {
    const Family& family = *config.family;
    keys.addU32(prefix + "attention.head_count", u32(config.n_heads));
    keys.addU32(prefix + "attention.head_count_kv", u32(config.n_kv_heads));
    if (config.n_heads * config.head_dim != config.hidden_size) {
        keys.addU32(prefix + "attention.key_length", u32(config.head_dim));
        keys.addU32(prefix + "attention.value_length", u32(config.head_dim));
    }
    const bool is_rms = family.norm.kind == NormKind::RmsNorm;
    keys.addF32(prefix + (is_rms ? "attention.layer_norm_rms_epsilon" : "attention.layer_norm_epsilon"),
                static_cast<float>(config.norm_epsilon));
    const bool knows_window = !family.keys.sliding_window.empty() && family.keys.sliding_window_switch.empty() && prefix != "llama.";
    // 0 is none, and is said of Phi-3: llama.cpp of 2024 else takes the window of its first models for granted, or refuses the file.
    if (knows_window && (config.sliding_window > 0 || prefix == "phi3."))
        keys.addU32(prefix + "attention.sliding_window", u32(config.sliding_window));
    if (config.clip_qkv > 0.0) keys.addF32(prefix + "attention.clamp_kqv", static_cast<float>(config.clip_qkv));
    if (config.attention_soft_cap > 0.0) keys.addF32(prefix + "attn_logit_softcapping", static_cast<float>(config.attention_soft_cap));
    if (config.logit_soft_cap > 0.0) keys.addF32(prefix + "final_logit_softcapping", static_cast<float>(config.logit_soft_cap));
}

void addExpertKeys(GgufKeys& keys, const std::string& prefix, const ModelConfig& config) {
    const ExpertsConfig& experts = config.experts;
    if (experts.count == 0) return;
    keys.addU32(prefix + "expert_count", u32(experts.count));
    keys.addU32(prefix + "expert_used_count", u32(experts.per_token));
    // Mixtral's experts are as wide as "feed_forward_length" says.
    if (prefix == "llama.") return;
    keys.addU32(prefix + "expert_feed_forward_length", u32(experts.size));
    if (experts.shared_size > 0) keys.addU32(prefix + "expert_shared_feed_forward_length", u32(experts.shared_size));
}

}  // namespace

void addModelKeys(GgufKeys& keys, const Model& model, GgufWeights weights) {
    const ModelConfig& config = model.config;
    const Family& family = *config.family;
    const std::string architecture(gguf::architectureOf(family)->name);
    const std::string prefix = architecture + ".";
    keys.addText("general.architecture", architecture);
    keys.addText("general.type", "model");
    std::filesystem::path directory = std::filesystem::absolute(model.directory).lexically_normal();
    if (!directory.has_filename()) directory = directory.parent_path();
    keys.addText("general.name", directory.stem().string());
    keys.addU32("general.file_type", fileType(weights));
    if (weights != GgufWeights::F16 && weights != GgufWeights::BF16 && weights != GgufWeights::Lossless)
        keys.addU32("general.quantization_version", 2);
    keys.addU32(prefix + "vocab_size", u32(config.vocabulary_size));
    keys.addU32(prefix + "context_length", u32(config.max_positions));
    keys.addU32(prefix + "embedding_length", u32(config.hidden_size));
    keys.addU32(prefix + "block_count", static_cast<std::uint32_t>(config.n_blocks));
    keys.addU32(prefix + "feed_forward_length", u32(config.intermediate_size));
    addExpertKeys(keys, prefix, config);
    addAttentionKeys(keys, prefix, config);
    // Falcon's blocks are always parallel there; the rows of its fused layers stand part by part, which has a name.
    const bool is_falcon = !family.keys.newer_blocks.empty();
    if (is_falcon) keys.addText(prefix + "tensor_data_layout", "jploski");
    if (!is_falcon && !family.keys.parallel_residual.empty()) keys.addBool(prefix + "use_parallel_residual", config.parallel_residual);
    if (family.position == PositionKind::Rotary) addRopeKeys(keys, prefix, config);
}

std::map<std::string, std::vector<float>> ropeTables(const ModelConfig& config) {
    std::map<std::string, std::vector<float>> tables;
    if (config.family->position != PositionKind::Rotary) return tables;
    const RopeConfig& rope = config.rope;
    if (rope.scaling == RopeConfig::Scaling::Llama3) {
        RopeConfig plain = rope;
        plain.scaling = RopeConfig::Scaling::None;
        const std::vector<double> scaled = rotaryFrequencies(rope, rope.dim, 1);
        const std::vector<double> original = rotaryFrequencies(plain, rope.dim, 1);
        std::vector<float>& factors = tables["rope_freqs.weight"];
        for (std::size_t i = 0; i < scaled.size(); ++i) factors.push_back(static_cast<float>(original[i] / scaled[i]));
    }
    if (rope.scaling == RopeConfig::Scaling::LongRope) {
        tables["rope_factors_long.weight"].assign(rope.long_factors.begin(), rope.long_factors.end());
        tables["rope_factors_short.weight"].assign(rope.short_factors.begin(), rope.short_factors.end());
    }
    return tables;
}

}  // namespace salient
