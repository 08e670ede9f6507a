#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

#include "core/model/gguf/config.h"

namespace salient::gguf {
namespace {

/// What Llama 3.1 divides each frequency by, for its published borders of one and four turns within the trained length.
std::vector<double> llama3Factors(double theta, Index dim, double factor, double trained) {
    std::vector<double> factors;
    for (Index i = 0; i < dim / 2; ++i) {
        const double frequency = std::pow(theta, -2.0 * static_cast<double>(i) / static_cast<double>(dim));
        const double turns = trained * frequency / (2.0 * std::numbers::pi);
        const double kept = std::clamp((turns - 1.0) / 3.0, 0.0, 1.0);
        factors.push_back(1.0 / ((1.0 - kept) / factor + kept));
    }
    return factors;
}

bool areAlike(const std::vector<double>& a, const std::vector<float>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](double x, float y) { return std::abs(x - static_cast<double>(y)) <= 1e-4 * x; });
}

std::vector<float> factorsIn(const GgufFile& file, const char* tensor, Index rotary_dim) {
    const TensorView& view = file.tensors().at(tensor);
    if (view.shape != std::vector<std::int64_t>{rotary_dim / 2} || view.dtype != DType::F32 || view.form)
        file.fail(std::string("tensor '") + tensor + "': expected one F32 number for each of the " + std::to_string(rotary_dim / 2) +
                  " pairs of dimensions that turn");
    std::vector<float> factors(view.bytes.size() / sizeof(float));
    std::memcpy(factors.data(), view.bytes.data(), view.bytes.size());
    view.finishReading();
    return factors;
}

Json list(const std::vector<float>& values) {
    Json result = Json::array();
    for (const float value : values) result.push_back(tidied(static_cast<double>(value)));
    return result;
}

/// One tensor of factors for all lengths is how Llama 3.1's rule is stored; any other is a table that does not depend on the length.
Json fromFrequencies(const std::vector<float>& factors, Index rotary_dim, double theta) {
    const double factor = static_cast<double>(*std::max_element(factors.begin(), factors.end()));
    for (double trained = 16.0; factor > 1.0 && trained <= 1U << 20U; trained *= 2.0) {
        if (!areAlike(llama3Factors(theta, rotary_dim, factor, trained), factors)) continue;
        return {{"rope_type", "llama3"},
                {"factor", tidied(factor)},
                {"low_freq_factor", 1.0},
                {"high_freq_factor", 4.0},
                {"original_max_position_embeddings", static_cast<std::int64_t>(trained)}};
    }
    return {{"rope_type", "longrope"}, {"short_factor", list(factors)}, {"long_factor", list(factors)}, {"attention_factor", 1.0}};
}

}  // namespace

Json ropeScalingOf(const GgufFile& file, const std::string& architecture, Index rotary_dim, double theta) {
    const std::string prefix = architecture + ".rope.scaling.";
    const auto has = [&](const char* tensor) { return file.tensors().contains(tensor); };
    if (has("rope_freqs.weight")) return fromFrequencies(factorsIn(file, "rope_freqs.weight", rotary_dim), rotary_dim, theta);
    if (has("rope_factors_long.weight") && has("rope_factors_short.weight")) {
        Json scaling = {{"rope_type", "longrope"},
                        {"short_factor", list(factorsIn(file, "rope_factors_short.weight", rotary_dim))},
                        {"long_factor", list(factorsIn(file, "rope_factors_long.weight", rotary_dim))}};
        if (const auto factor = file.number(prefix + "attn_factor")) scaling["attention_factor"] = tidied(*factor);
        return scaling;
    }
    const std::string kind = file.text(prefix + "type").value_or(file.has(architecture + ".rope.scale_linear") ? "linear" : "none");
    if (kind == "none") return nullptr;
    if (kind != "linear" && kind != "yarn")
        file.failUnsupported(prefix + "type: expected none, linear, yarn, or longrope with its tensors of factors, found '" + kind + "'");
    const double factor = file.number(prefix + "factor").value_or(file.number(architecture + ".rope.scale_linear").value_or(1.0));
    Json scaling = {{"rope_type", kind}, {"factor", tidied(factor)}};
    if (kind == "linear") return factor == 1.0 ? Json(nullptr) : scaling;
    if (const auto trained = file.integer(prefix + "original_context_length")) scaling["original_max_position_embeddings"] = *trained;
    if (const auto beta = file.number(prefix + "yarn_beta_fast")) scaling["beta_fast"] = tidied(*beta);
    if (const auto beta = file.number(prefix + "yarn_beta_slow")) scaling["beta_slow"] = tidied(*beta);
    if (file.has(prefix + "yarn_log_multiplier") || file.has(prefix + "yarn_ext_factor"))
        file.failUnsupported(prefix + "type: expected YaRN as published, found one with a factor of its own");
    return scaling;
}

}  // namespace salient::gguf
