#include <algorithm>
#include <cmath>
#include <set>

#include "core/exporter/verify/checks.h"

namespace salient {
namespace {

std::string decimal(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g", value);
    return text;
}

void checkScales(const StoredLayer& layer, const std::string& name, Findings& findings) {
    for (Index n = 0; n < layer.scale.rows(); ++n) {
        for (Index g = 0; g < layer.scale.cols(); ++g) {
            const float scale = layer.scale(n, g);
            if (std::isfinite(scale) && scale > 0.0F) continue;
            const std::string where = "scale of output " + std::to_string(n) + ", group " + std::to_string(g) + ": ";
            const bool is_half = layer.scale_type == DType::F16;
            if (std::isinf(scale)) {
                findings.push_back({Severity::Failure, name,
                                    where + "expected a finite number, found infinity" +
                                        (is_half ? ": F16 holds nothing beyond 65504, BF16 and F32 do" : "")});
            } else if (std::isnan(scale)) {
                findings.push_back({Severity::Failure, name, where + "expected a finite number, found NaN"});
            } else {
                findings.push_back({Severity::Warning, name,
                                    where + "expected a positive number, found " + decimal(scale) +
                                        (is_half && scale == 0.0F ? ": what is smaller than 6e-8 is nothing in F16" : "")});
            }
            return;
        }
    }
}

void checkZeros(const StoredLayer& layer, const StoredScheme& scheme, const LayerScheme& config, const std::string& name,
                Findings& findings) {
    if (!layer.has_stored_zeros) return;
    const float middle = static_cast<float>(1 << (layer.bits - 1));
    const float smallest = layer.zero.minCoeff();
    const float largest = layer.zero.maxCoeff();
    if (config.is_symmetric && scheme.isGptq() && (smallest != middle || largest != middle)) {
        const bool is_v2 = scheme.kind == StoredScheme::Kind::GptqV2;
        std::string message = "zero points: expected " + decimal(middle) + " everywhere (sym is true; stored as " +
                              decimal(is_v2 ? middle : middle - 1) + " in " + (is_v2 ? "gptq_v2" : "gptq v1") + "), found " +
                              decimal(smallest) + (smallest == largest ? "" : " … " + decimal(largest));
        if (smallest == largest && std::abs(smallest - middle) == 1.0F)
            message +=
                std::string(": off by one, as if the file were ") + (is_v2 ? "v1" : "gptq_v2") + " under the wrong checkpoint_format";
        findings.push_back({Severity::Failure, name, message});
        return;
    }
    if (layer.n_wrapped_zeros > 0) {
        findings.push_back({Severity::Failure, name,
                            std::to_string(layer.n_wrapped_zeros) + " zero points of 0, which gptq v1 cannot hold (stored as " +
                                std::to_string((1 << layer.bits) - 1) + "): AutoGPTQ reads 0, ExLlamaV2 " +
                                std::to_string(1 << layer.bits) + ": write gptq_v2"});
    }
    // Above four bits a step is so small that the mean of honest weights may be as far off.
    if (layer.bits > 4) return;
    // Weights scatter around zero: codes that stand a whole step beside their zero points on average speak of another convention.
    double sum = 0.0;
    for (Index k = 0; k < layer.codes.cols(); ++k) {
        const Index g = layer.group[static_cast<std::size_t>(k)];
        for (Index n = 0; n < layer.codes.rows(); ++n)
            sum += static_cast<double>(layer.codes(n, k)) - static_cast<double>(layer.zero(n, g));
    }
    const double mean = sum / static_cast<double>(std::max<Index>(layer.codes.size(), 1));
    if (std::abs(mean) > 0.7) {
        findings.push_back({Severity::Warning, name,
                            "codes lie " + decimal(mean) +
                                " steps beside their zero points on average, expected about 0: zero points may be off by " +
                                decimal(std::round(mean))});
    }
}

void checkGroups(const StoredLayer& layer, const StoredScheme& scheme, const LayerScheme& config, const std::string& name,
                 Findings& findings) {
    const Index n_in = layer.codes.cols();
    const Index n_groups = layer.scale.cols();
    const Index group_size = config.group_size < 0 ? n_in : config.group_size;
    if (scheme.isGptq() && !layer.has_stored_groups)
        findings.push_back({Severity::Warning, name, "g_idx: missing: AutoGPTQ, ExLlama and llama.cpp's converter expect it"});
    if (!layer.has_stored_groups || n_groups == 1) return;
    Index first_displaced = -1;
    std::vector<Index> members(static_cast<std::size_t>(n_groups), 0);
    for (Index k = 0; k < n_in; ++k) {
        const Index group = layer.group[static_cast<std::size_t>(k)];
        ++members[static_cast<std::size_t>(group)];
        if (group != k / group_size && first_displaced < 0) first_displaced = k;
    }
    if (members[0] == n_in) {
        findings.push_back({Severity::Failure, name,
                            "g_idx: all zero with " + std::to_string(n_groups) +
                                " groups: some loaders take it for none, others use the first group's scales for all"});
    } else if (!config.is_ordered && first_displaced >= 0) {
        findings.push_back({Severity::Failure, name,
                            "g_idx of input " + std::to_string(first_displaced) + ": expected " +
                                std::to_string(first_displaced / group_size) +
                                " (desc_act is false, and fast kernels then ignore g_idx), found " +
                                std::to_string(layer.group[static_cast<std::size_t>(first_displaced)])});
    } else if (const auto uneven = std::find_if(members.begin(), members.end() - 1, [&](Index count) { return count != group_size; });
               uneven != members.end() - 1) {
        findings.push_back({Severity::Failure, name,
                            "g_idx: expected " + std::to_string(group_size) + " inputs in each group, found " + std::to_string(*uneven) +
                                " in group " + std::to_string(uneven - members.begin())});
    }
}

}  // namespace

Findings checkStoredLayer(const StoredLayer& layer, const StoredScheme& scheme, const std::string& name) {
    Findings findings;
    const LayerScheme config = layerScheme(scheme, name);
    checkScales(layer, name, findings);
    checkZeros(layer, scheme, config, name, findings);
    checkGroups(layer, scheme, config, name, findings);
    if (layer.activations == ActivationScale::PerTensor && (!std::isfinite(layer.input_scale) || layer.input_scale <= 0.0F))
        findings.push_back({Severity::Failure, name, "input_scale: expected a positive number, found " + decimal(layer.input_scale)});
    return findings;
}

Findings checkSharedInputs(const Model& model, const StoredScheme& scheme) {
    Findings findings;
    if (scheme.kind == StoredScheme::Kind::Float) return findings;
    std::map<std::pair<int, int>, const LinearInfo*> firsts;
    for (const LinearInfo& linear : model.linears) {
        if (isRouter(linear.role)) continue;
        const auto [entry, is_first] = firsts.try_emplace({linear.block, linear.group}, &linear);
        if (is_first) continue;
        const LinearInfo& first = *entry->second;
        const LayerScheme a = layerScheme(scheme, first.name);
        const LayerScheme b = layerScheme(scheme, linear.name);
        if (a.is_declared_float != b.is_declared_float) {
            findings.push_back({Severity::Warning, linear.name,
                                "one of this layer and " + first.name + " is quantized and one is not: vLLM fuses the two and may refuse"});
            continue;
        }
        if (a.is_declared_float) continue;
        if (a.bits != b.bits || a.group_size != b.group_size || a.is_symmetric != b.is_symmetric)
            findings.push_back({Severity::Warning, linear.name, "another scheme than " + first.name + ", with which vLLM fuses it"});
        for (const char* suffix : {".g_idx", ".weight_g_idx"}) {
            const Checkpoint& checkpoint = *model.checkpoint;
            if (!checkpoint.contains(first.name + suffix) || !checkpoint.contains(linear.name + suffix)) continue;
            const TensorView& x = checkpoint.tensor(first.name + suffix);
            const TensorView& y = checkpoint.tensor(linear.name + suffix);
            const bool is_same = std::equal(x.bytes.begin(), x.bytes.end(), y.bytes.begin(), y.bytes.end());
            x.finishReading();
            y.finishReading();
            if (!is_same)
                findings.push_back(
                    {Severity::Failure, linear.name,
                     "g_idx: expected that of " + first.name + ", which reads the same input and is fused with it, found another"});
        }
    }
    return findings;
}

}  // namespace salient
