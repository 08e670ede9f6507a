#include "core/model/gguf/config.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace salient::gguf {
namespace {

constexpr std::int64_t kLargestHead = std::int64_t{1} << 24;

/// The first of the spellings that a key of config.json may have.
std::string spelling(const std::string& key) { return key.substr(0, key.find('|')); }

class ConfigMaker {
public:
    ConfigMaker(const GgufFile& file, const Architecture& architecture)
        : file_(file), architecture_(architecture), prefix_(std::string(architecture.name) + "."), family_(familyOf(architecture)) {}

    Json make() {
        refuseWhatHasNoPlace();
        json_["architectures"] = {family_.architectures.front()};
        json_["model_type"] = family_.model_type;
        addSizes();
        if (family_.hasExperts()) addExperts();
        addHeads();
        if (!family_.keys.newer_blocks.empty()) addKindOfBlocks();
        addPositions();
        addSlidingWindow();
        addNumbers();
        addWhatTensorsShow();
        addTokens();
        return std::move(json_);
    }

private:
    [[nodiscard]] const TensorView* tensor(const std::string& name) const {
        const auto found = file_.tensors().find(name);
        return found == file_.tensors().end() ? nullptr : &found->second;
    }

    /// An integer that may be given once for every block, all alike.
    [[nodiscard]] std::optional<std::int64_t> size(const std::string& key) const {
        const auto found = file_.metadata().find(prefix_ + key);
        if (found == file_.metadata().end()) return std::nullopt;
        const auto* const each = std::get_if<std::vector<std::int64_t>>(&found->second);
        if (each == nullptr) return file_.integer(prefix_ + key);
        if (each->empty() || std::any_of(each->begin(), each->end(), [&](std::int64_t value) { return value != each->front(); }))
            file_.failUnsupported("key '" + prefix_ + key + "': expected the same number for every block, found several");
        return each->front();
    }

    [[nodiscard]] std::int64_t requiredSize(const std::string& key) const {
        const auto value = size(key);
        if (!value) file_.fail("expected a key '" + prefix_ + key + "', found none");
        return *value;
    }

    void refuseWhatHasNoPlace() const {
        const std::int64_t n_experts = size("expert_count").value_or(0);
        if (n_experts > 0 && !family_.hasExperts())
            file_.failUnsupported("expected a model without experts, found " + std::to_string(n_experts));
        if (!file_.boolean(prefix_ + "attention.causal").value_or(true)) file_.failUnsupported("expected causal attention, found another");
        for (const char* key : {"embedding_scale", "residual_scale", "logit_scale"}) {
            const double scale = file_.number(prefix_ + key).value_or(1.0);
            if (scale != 1.0 && scale != 0.0)
                file_.failUnsupported("key '" + prefix_ + key + "': expected 1, found " + std::to_string(scale));
        }
        // Queries that grow with their position (Ministral 3).
        const std::string temperature = prefix_ + "attention.temperature_scale";
        if (const double scale = file_.number(temperature).value_or(0.0); scale != 0.0)
            file_.failUnsupported("key '" + temperature + "': expected none, found " + std::to_string(scale));
    }

    /// Whether the width of an expert has a key of its own, and is not the model's "feed_forward_length".
    [[nodiscard]] bool expertsHaveTheirWidth() const {
        return family_.hasExperts() && family_.experts.size_key != spelling(family_.keys.intermediate_size);
    }

    /// A mixture's file may leave out the width of the MLP, which none of its blocks has.
    [[nodiscard]] std::int64_t feedForwardLength() const {
        const bool is_left_out = expertsHaveTheirWidth() && !size("feed_forward_length");
        return requiredSize(is_left_out ? "expert_feed_forward_length" : "feed_forward_length");
    }

    void addSizes() {
        const ConfigKeys& keys = family_.keys;
        hidden_ = requiredSize("embedding_length");
        json_[spelling(keys.hidden_size)] = hidden_;
        const std::int64_t intermediate = feedForwardLength();
        if (!keys.intermediate_size.empty()) {
            json_[spelling(keys.intermediate_size)] = intermediate;
        } else if (intermediate / 4 != hidden_ || intermediate % 4 != 0) {
            file_.failUnsupported("key '" + prefix_ + "feed_forward_length': expected four times the embedding length, found " +
                                  std::to_string(intermediate));
        }
        json_[spelling(keys.n_blocks)] = requiredSize("block_count");
        json_[spelling(keys.max_positions)] = requiredSize("context_length");
        const TensorView* const embedding = tensor("token_embd.weight");
        if (embedding == nullptr || embedding->shape.size() != 2)
            file_.fail("expected a tensor 'token_embd.weight' of two extents, found none");
        json_["vocab_size"] = embedding->shape[0];
    }

    /// llama.cpp has experts in every block of a mixture. Where the file says no widths, they are shares of the MLP's.
    void addExperts() {
        const ExpertsFact& fact = family_.experts;
        json_[fact.count_key] = requiredSize("expert_count");
        const std::int64_t per_token = requiredSize("expert_used_count");
        if (per_token < 1) file_.fail("key '" + prefix_ + "expert_used_count': expected at least 1, found " + std::to_string(per_token));
        json_[fact.per_token_key] = per_token;
        // Older files say 0 for a width that is not known.
        const auto widthOf = [&](const std::string& key, std::int64_t otherwise) {
            const std::int64_t width = size(key).value_or(0);
            return width > 0 ? width : otherwise;
        };
        if (expertsHaveTheirWidth()) json_[fact.size_key] = widthOf("expert_feed_forward_length", feedForwardLength() / per_token);
        if (!fact.shared_size_key.empty()) json_[fact.shared_size_key] = widthOf("expert_shared_feed_forward_length", feedForwardLength());
        if (!fact.normalized_key.empty()) json_[fact.normalized_key] = architecture_.normalizes_experts;
        if (!fact.step_key.empty()) json_[fact.step_key] = 1;
        if (!fact.dense_blocks_key.empty()) json_[fact.dense_blocks_key] = Json::array();
        refuseOtherRouting();
    }

    /// Keys by which files of other architectures change how tokens are sent to experts.
    void refuseOtherRouting() const {
        constexpr std::int64_t kSoftmax = 1;
        const std::int64_t gating = size("expert_gating_func").value_or(0);
        if (gating != 0 && gating != kSoftmax)
            file_.failUnsupported("key '" + prefix_ + "expert_gating_func': expected 1, a softmax, found " + std::to_string(gating));
        const double scale = file_.number(prefix_ + "expert_weights_scale").value_or(1.0);
        if (scale != 1.0 && scale != 0.0)
            file_.failUnsupported("key '" + prefix_ + "expert_weights_scale': expected 1, found " + std::to_string(scale));
        const bool is_normalized = architecture_.normalizes_experts;
        if (file_.boolean(prefix_ + "expert_weights_norm").value_or(is_normalized) != is_normalized)
            file_.failUnsupported("key '" + prefix_ + "expert_weights_norm': expected " + (is_normalized ? "true" : "false") +
                                  ", as llama.cpp computes this architecture, found the other");
        constexpr std::pair<const char*, std::int64_t> kMost[] = {{"leading_dense_block_count", 0}, {"expert_group_count", 1}};
        for (const auto& [key, most] : kMost) {
            const std::int64_t count = size(key).value_or(0);
            if (count <= most) continue;
            file_.failUnsupported("key '" + prefix_ + key + "': expected at most " + std::to_string(most) + ", found " +
                                  std::to_string(count));
        }
    }

    /// Falcon's files do not say which of its blocks they hold: the norms do, and the key heads, of which the first ones have one.
    void addKindOfBlocks() {
        const ConfigKeys& keys = family_.keys;
        const bool has_two_norms = tensor("blk.0.attn_norm_2.weight") != nullptr;
        const bool is_newer = has_two_norms || size("attention.head_count_kv").value_or(0) != 1;
        json_[keys.newer_blocks] = is_newer;
        json_[keys.multi_query] = !is_newer;
        if (is_newer) json_[keys.n_parallel_norms] = has_two_norms ? 2 : 1;
    }

    void addHeads() {
        const ConfigKeys& keys = family_.keys;
        const std::int64_t heads = requiredSize("attention.head_count");
        if (heads < 1) file_.fail("key '" + prefix_ + "attention.head_count': expected at least 1, found " + std::to_string(heads));
        json_[spelling(keys.n_heads)] = heads;
        const std::int64_t shared = size("attention.head_count_kv").value_or(heads);
        if (!keys.n_kv_heads.empty()) {
            json_[spelling(keys.n_kv_heads)] = shared;
        } else if (shared != heads) {
            file_.failUnsupported("key '" + prefix_ + "attention.head_count_kv': expected " + std::to_string(heads) + ", found " +
                                  std::to_string(shared));
        }
        head_dim_ = size("attention.key_length").value_or(hidden_ / heads);
        if (head_dim_ < 1 || head_dim_ > kLargestHead)
            file_.fail("expected heads of 1 to " + std::to_string(kLargestHead) + " dimensions, found " + std::to_string(head_dim_));
        if (size("attention.value_length").value_or(head_dim_) != head_dim_)
            file_.failUnsupported("expected keys and values of one length, found two");
        if (!keys.head_dim.empty()) {
            json_[spelling(keys.head_dim)] = head_dim_;
        } else if (head_dim_ != hidden_ / heads) {
            file_.failUnsupported("key '" + prefix_ + "attention.key_length': expected " + std::to_string(hidden_ / heads) + ", found " +
                                  std::to_string(head_dim_));
        }
        addQueryScale(heads);
    }

    /// llama.cpp divides scores by the square root of the head size, and in the largest Gemmas, which it knows by their blocks, by that of
    /// the hidden size's share of a head.
    void addQueryScale(std::int64_t heads) {
        const std::optional<double> scale = file_.number(prefix_ + "attention.scale");
        if (family_.keys.query_scalar.empty()) {
            if (scale && *scale != 0.0 && std::abs(*scale * std::sqrt(static_cast<double>(head_dim_)) - 1.0) > 1e-5)
                file_.failUnsupported("key '" + prefix_ + "attention.scale': expected one over the root of the head size, found " +
                                      std::to_string(*scale));
            return;
        }
        const std::int64_t blocks = requiredSize("block_count");
        const bool is_largest = (architecture_.name == "gemma2" && blocks == 46) || (architecture_.name == "gemma3" && blocks == 62);
        json_[family_.keys.query_scalar] = is_largest ? hidden_ / heads : head_dim_;
        if (scale && *scale > 0.0) json_[family_.keys.query_scalar] = tidied(1.0 / (*scale * *scale));
    }

    void addPositions() {
        if (family_.position != PositionKind::Rotary) return;
        const RotaryFact& rotary = family_.rotary;
        constexpr double kDefaultTheta = 10000.0;
        const double theta = tidied(file_.number(prefix_ + "rope.freq_base").value_or(kDefaultTheta));
        json_[rotary.theta_key] = theta;
        const std::int64_t dim = size("rope.dimension_count").value_or(head_dim_);
        if (dim < 1 || dim > head_dim_) {
            file_.fail("key '" + prefix_ + "rope.dimension_count': expected 1 to " + std::to_string(head_dim_) + ", found " +
                       std::to_string(dim));
        }
        if (!rotary.fraction_key.empty()) {
            double fraction = static_cast<double>(dim) / static_cast<double>(head_dim_);
            // The share is multiplied out and cut off again: it must not come out one lower.
            if (static_cast<std::int64_t>(fraction * static_cast<double>(head_dim_)) != dim) fraction = std::nextafter(fraction, 2.0);
            json_[rotary.fraction_key] = fraction;
        } else if (dim != head_dim_) {
            file_.failUnsupported("key '" + prefix_ + "rope.dimension_count': expected " + std::to_string(head_dim_) + ", found " +
                                  std::to_string(dim));
        }
        if (!rotary.local_theta_key.empty()) {
            const std::string key = prefix_ + "rope.freq_base_swa";
            json_[rotary.local_theta_key] = tidied(file_.number(key).value_or(rotary.default_local_theta));
        }
        json_["rope_scaling"] = ropeScalingOf(file_, std::string(architecture_.name), dim, theta);
        if (const auto trained = size("rope.scaling.original_context_length");
            trained && json_["rope_scaling"].is_object() && json_["rope_scaling"]["rope_type"] == "longrope") {
            json_["original_max_position_embeddings"] = *trained;
        }
    }

    void addSlidingWindow() {
        const std::int64_t window = size("attention.sliding_window").value_or(0);
        if (window == 0) {
            if (!family_.keys.sliding_window.empty()) json_[family_.keys.sliding_window] = nullptr;
            return;
        }
        if (family_.keys.sliding_window.empty() || !family_.keys.sliding_window_switch.empty()) {
            file_.failUnsupported("key '" + prefix_ + "attention.sliding_window': expected none for this architecture, found " +
                                  std::to_string(window));
        }
        json_[family_.keys.sliding_window] = window;
        if (family_.sliding_blocks == SlidingBlocks::AllButEveryNth) {
            constexpr std::int64_t kPublished = 6;
            json_["sliding_window_pattern"] = size("attention.sliding_window_pattern").value_or(kPublished);
        }
    }

    void addNumbers() {
        const ConfigKeys& keys = family_.keys;
        const std::string epsilon_key =
            prefix_ + (family_.norm.kind == NormKind::RmsNorm ? "attention.layer_norm_rms_epsilon" : "attention.layer_norm_epsilon");
        const std::optional<double> epsilon = file_.number(epsilon_key);
        if (!epsilon) file_.fail("expected a key '" + epsilon_key + "', found none");
        if (!keys.norm_epsilon.empty()) {
            json_[keys.norm_epsilon] = tidied(*epsilon);
        } else if (tidied(*epsilon) != family_.defaults.norm_epsilon) {
            file_.failUnsupported("key '" + epsilon_key + "': expected " + Json(family_.defaults.norm_epsilon).dump() + ", found " +
                                  Json(tidied(*epsilon)).dump());
        }
        const auto addIfGiven = [&](const std::string& key, const char* given) {
            if (key.empty()) return;
            const std::optional<double> value = file_.number(prefix_ + given);
            if (value && *value > 0.0) {
                json_[key] = tidied(*value);
            } else {
                json_[key] = nullptr;
            }
        };
        addIfGiven(keys.attention_soft_cap, "attn_logit_softcapping");
        addIfGiven(keys.logit_soft_cap, "final_logit_softcapping");
        addIfGiven(keys.clip_qkv, "attention.clamp_kqv");
    }

    void addWhatTensorsShow() {
        const ConfigKeys& keys = family_.keys;
        const bool is_fused = family_.find(Role::QueryKeyValue) != nullptr;
        if (!keys.attention_bias.empty())
            json_[keys.attention_bias] = tensor(is_fused ? "blk.0.attn_qkv.bias" : "blk.0.attn_q.bias") != nullptr;
        if (!keys.mlp_bias.empty()) json_[keys.mlp_bias] = tensor("blk.0.ffn_up.bias") != nullptr;
        if (!keys.parallel_residual.empty()) {
            // StableLM's files leave out the second norm where one feeds both; NeoX's, which always have two, say it with a key.
            json_[keys.parallel_residual] = family_.parallel_shares_norm ? tensor("blk.0.ffn_norm.weight") == nullptr
                                                                         : file_.boolean(prefix_ + "use_parallel_residual").value_or(true);
        }
        if (!keys.head_norms.empty()) addHeadNorms();
        json_["tie_word_embeddings"] = tensor("output.weight") == nullptr;
        const TensorView* weight = nullptr;
        for (const char* name : {"blk.0.ffn_down.weight", "blk.0.ffn_down_exps.weight", "blk.0.ffn_down.0.weight"}) {
            if (weight == nullptr) weight = tensor(name);
        }
        const DType type = weight == nullptr || weight->form ? DType::F16 : weight->dtype;
        json_["torch_dtype"] = type == DType::BF16 ? "bfloat16" : type == DType::F32 ? "float32" : "float16";
    }

    /// Norms with a row for each head, which are listed one by one: their number must be the file's, and one that a model could have.
    void addHeadNorms() {
        constexpr std::int64_t kMost = std::int64_t{1} << 16;
        const std::string name = "blk.0.attn_q_norm.weight";
        const TensorView* const norm = tensor(name);
        json_[family_.keys.head_norms] = norm != nullptr;
        if (norm == nullptr) return;
        const std::int64_t heads = requiredSize("attention.head_count");
        if (norm->shape.size() != 2 || norm->shape.front() != heads ||
            heads > kMost / std::max<std::int64_t>(1, requiredSize("block_count")))
            file_.fail("tensor '" + name + "': expected a row for each of " + std::to_string(heads) + " heads, at most " +
                       std::to_string(kMost) + " in all blocks");
    }

    void addTokens() {
        const std::pair<const char*, const char*> keys[] = {{"bos_token_id", "bos"}, {"eos_token_id", "eos"}, {"pad_token_id", "padding"}};
        for (const auto& [key, token] : keys) {
            if (const auto id = file_.integer(std::string("tokenizer.ggml.") + token + "_token_id")) json_[key] = *id;
        }
    }

    const GgufFile& file_;
    const Architecture& architecture_;
    std::string prefix_;
    const Family& family_;
    Json json_ = Json::object();
    std::int64_t hidden_ = 0;
    std::int64_t head_dim_ = 0;
};

}  // namespace

double tidied(double float32) {
    char text[64];
    const auto [end, error] = std::to_chars(std::begin(text), std::end(text), static_cast<float>(float32));
    double result = float32;
    if (error == std::errc{}) std::from_chars(text, end, result);
    return result;
}

const Architecture* architectureOf(const GgufFile& file) {
    const std::string name = file.text("general.architecture").value_or("");
    const Architecture* const without_experts = findArchitecture(name, false);
    if (without_experts == nullptr || file.integer(name + ".expert_count").value_or(0) < 1) return without_experts;
    return findArchitecture(name, true);
}

Json configOf(const GgufFile& file, const Architecture& architecture) { return ConfigMaker(file, architecture).make(); }

}  // namespace salient::gguf
