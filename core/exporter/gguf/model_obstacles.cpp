// What llama.cpp takes for granted of each architecture, and so cannot be told otherwise by a file.

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/exporter/gguf/keys.h"
#include "core/model/gguf/architecture.h"
#include "core/model/rotary.h"

namespace salient {
namespace {

bool isGelu(Activation activation) { return activation == Activation::Gelu || activation == Activation::GeluTanh; }

/// Whether this is the family that the table has under that name, and not one described otherwise.
bool isKnown(const Family& family) {
    const auto all = families();
    return std::any_of(all.begin(), all.end(), [&](const auto& known) { return *known == family; });
}

/// Whether YaRN's ramp lies where the published borders put it: llama.cpp reads others ("yarn_beta_fast", "yarn_beta_slow") for
/// architectures alone that are not written here.
bool hasPublishedRamp(const RopeConfig& rope) {
    const RopeConfig defaults;
    RopeConfig published = rope;
    published.beta_fast = defaults.beta_fast;
    published.beta_slow = defaults.beta_slow;
    return rotaryFrequencies(rope, rope.dim, 1) == rotaryFrequencies(published, rope.dim, 1);
}

void checkRope(const ModelConfig& config, const std::string& architecture, std::vector<std::string>& reasons) {
    const RopeConfig& rope = config.rope;
    using Scaling = RopeConfig::Scaling;
    if (rope.scaling == Scaling::Dynamic) reasons.emplace_back("llama.cpp has no dynamic rope scaling.");
    if (rope.scaling == Scaling::Llama3 && architecture != "llama")
        reasons.push_back("llama.cpp knows Llama 3's rope scaling for llama alone, found " + architecture + ".");
    if (rope.scaling == Scaling::LongRope && architecture != "phi3")
        reasons.push_back("llama.cpp knows LongRoPE for phi3 alone, found " + architecture + ".");
    if (rope.scaling == Scaling::Yarn && (rope.attention_factor || !rope.truncate))
        reasons.emplace_back("llama.cpp's YaRN has the published attention factor and rounds the borders of its ramp.");
    if (rope.scaling == Scaling::Yarn && !hasPublishedRamp(rope))
        reasons.push_back("llama.cpp's " + architecture + " puts YaRN's ramp between 32 turns and 1 (beta_fast, beta_slow), found " +
                          Json(rope.beta_fast).dump() + " and " + Json(rope.beta_slow).dump() + ".");
}

void checkGemma(const ModelConfig& config, const std::string& architecture, std::vector<std::string>& reasons) {
    const bool is_largest = (architecture == "gemma2" && config.n_blocks == 46) || (architecture == "gemma3" && config.n_blocks == 62);
    const Index scalar = is_largest ? config.hidden_size / config.n_heads : config.head_dim;
    if (std::abs(config.attention_scale * std::sqrt(static_cast<double>(scalar)) - 1.0) > 1e-6)
        reasons.push_back("llama.cpp divides " + architecture + "'s scores by the root of " + std::to_string(scalar) +
                          ", config.json's query_pre_attn_scalar is another number.");
    if (architecture == "gemma" || architecture == "gemma2") {
        if (!config.tie_word_embeddings)
            reasons.push_back("llama.cpp ties " + architecture + "'s head to its embedding; this one has its own.");
    }
    if (architecture != "gemma3") return;
    constexpr int kPattern = 6;
    for (int block = 0; block < config.n_blocks; ++block) {
        if ((config.slidingWindow(block) > 0) == ((block + 1) % kPattern != 0)) continue;
        reasons.emplace_back("llama.cpp lets all of gemma3's blocks slide but every sixth; config.json says otherwise.");
        return;
    }
}

void checkExperts(const ModelConfig& config, const gguf::Architecture& architecture, std::vector<std::string>& reasons) {
    const std::string name(architecture.name);
    const std::vector<bool>& in_block = config.experts.in_block;
    if (std::find(in_block.begin(), in_block.end(), false) != in_block.end())
        reasons.push_back("llama.cpp's " + name + " has experts in every block; config.json leaves some blocks an MLP.");
    if (config.experts.is_normalized != architecture.normalizes_experts)
        reasons.push_back("llama.cpp's " + name +
                          (architecture.normalizes_experts ? " divides the shares of a token's experts by their sum; this model does not."
                                                           : " leaves the shares of a token's experts as they are; this model divides "
                                                             "them by their sum (norm_topk_prob)."));
    constexpr Index kMost = 512;
    if (config.experts.count > kMost)
        reasons.push_back("llama.cpp takes at most " + std::to_string(kMost) + " experts, found " + std::to_string(config.experts.count) +
                          ".");
    if (architecture.name != "qwen2moe") return;
    if (!config.attention_bias) reasons.push_back("llama.cpp's " + name + " has biases on q, k and v; this model has none.");
}

/// In the other architectures heads share the hidden size out.
bool readsHeadSize(std::string_view architecture) {
    return architecture == "llama" || architecture == "qwen3" || architecture == "qwen3moe" || architecture.starts_with("gemma");
}

void checkFalcon(const ModelConfig& config, std::vector<std::string>& reasons) {
    if (config.position != PositionKind::Rotary) reasons.emplace_back("llama.cpp's falcon turns queries and keys; this model has ALiBi.");
    if (!config.parallel_residual)
        reasons.emplace_back("llama.cpp's falcon computes attention and MLP side by side; this model one after the other.");
    if (config.attention_bias) reasons.emplace_back("llama.cpp's falcon has no biases in its linear layers; this model has.");
}

/// Whether an e with a combining acute accent is one character to it.
bool composesCharacters(const Tokenizer& tokenizer) {
    try {
        return tokenizer.encode("e\u0301", false) == tokenizer.encode("\u00E9", false);
    } catch (const Error&) {
        return false;  // it has no token for one of them, not even an unknown one
    }
}

}  // namespace

std::vector<std::string> ggufModelObstacles(const Model& model) {
    const ModelConfig& config = model.config;
    const Family& family = *config.family;
    const gguf::Architecture* const found = gguf::architectureOf(family);
    if (found == nullptr || !isKnown(family))
        return {"llama.cpp has no architecture for " + family.model_type + " models (it has " + gguf::architectureNames() + ")."};
    const std::string architecture(found->name);
    std::vector<std::string> reasons;
    const Activation usual = family.defaults.activation;
    if (config.activation != usual && !(isGelu(config.activation) && isGelu(usual)))
        reasons.push_back("llama.cpp computes " + architecture + " with another activation than this model's.");
    if (family.position == PositionKind::Rotary) checkRope(config, architecture, reasons);
    if (architecture.starts_with("gemma")) checkGemma(config, architecture, reasons);
    if (family.hasExperts()) checkExperts(config, *found, reasons);
    if (config.n_heads * config.head_dim != config.hidden_size && !readsHeadSize(architecture))
        reasons.push_back("llama.cpp's " + architecture + " has heads that fill the hidden size; config.json's head_dim is another.");
    if (architecture == "falcon") checkFalcon(config, reasons);
    if ((architecture == "qwen3" || architecture == "qwen3moe") && config.attention_bias)
        reasons.push_back("llama.cpp's " + architecture + " has no biases in attention; this model has.");
    if (architecture == "gptneox" && !config.attention_bias)
        reasons.emplace_back("llama.cpp's gptneox has biases in attention; this model has none.");
    const bool wants_head = architecture == "phi2" || architecture == "gptneox" || architecture == "stablelm" || architecture == "qwen2moe";
    if (wants_head && config.tie_word_embeddings)
        reasons.push_back("llama.cpp wants a head of its own in " + architecture + "; this model's is tied to its embedding.");
    return reasons;
}

std::vector<std::string> ggufModelRemarks(const Model& model) {
    const ModelConfig& config = model.config;
    std::vector<std::string> remarks;
    const gguf::Architecture* const architecture = gguf::architectureOf(*config.family);
    if (architecture == nullptr) return remarks;
    const std::string name(architecture->name);
    if (config.family->hasOtherParts())
        remarks.push_back("Only the text model of " + config.family->model_type +
                          " is written. What sees images has a file of its own in llama.cpp, which its converter makes of the original "
                          "directory (convert_hf_to_gguf.py --mmproj).");
    const bool keeps_window = name == "gemma2" || name == "gemma3";
    if (config.sliding_window > 0 && config.sliding_window < config.max_positions && !keeps_window)
        remarks.push_back("llama.cpp's " + name + (name == "phi3" ? " has no sliding window since May 2025" : " knows no sliding window") +
                          ": texts longer than " + std::to_string(config.sliding_window) + " tokens are attended to as a whole.");
    const RopeConfig& rope = config.rope;
    if (rope.scaling == RopeConfig::Scaling::LongRope && rope.original_max_positions < config.max_positions)
        remarks.push_back(
            "llama.cpp chooses LongRoPE's factors by the context that it is started with, not by the length of the text: "
            "with more than " +
            std::to_string(rope.original_max_positions) + " positions (-c) short texts get the long factors, too.");
    if (config.activation == Activation::Gelu)
        remarks.emplace_back("llama.cpp computes GELU by its tanh form, which differs by up to 0.0005.");
    const bool is_tied_late = name == "gpt2" || name == "bloom" || name == "phi3";
    if (config.tie_word_embeddings && is_tied_late)
        remarks.push_back("The head is the embedding and not written twice: llama.cpp before March 2025 refuses such files of " + name +
                          " (\"missing tensor output.weight\").");
    if (model.rewriting) {
        if (model.rewriting->replaces_characters)
            remarks.emplace_back(
                "The tokenizer replaces characters first (by a table in tokenizer.model). llama.cpp reads such a table for unigram models "
                "alone: texts with what it replaces, such as ligatures and full-width letters, get other token ids there.");
        if (model.rewriting->removes_extra_spaces)
            remarks.emplace_back(
                "The tokenizer makes one space of several and drops those at both ends of a text, llama.cpp does so for unigram models "
                "alone: such texts get other token ids there.");
    } else if (model.tokenizer && composesCharacters(*model.tokenizer)) {
        remarks.emplace_back(
            "The tokenizer composes characters first (NFC), llama.cpp does not: texts with combining accents or compatibility "
            "ideographs get other token ids there.");
    }
    if (!model.tokenizer)
        remarks.emplace_back("The model has no tokenizer, so neither has the file: llama.cpp can run it on token ids alone.");
    return remarks;
}

}  // namespace salient
