// What a quantized checkpoint keeps in floating point against the original's: embeddings, head, biases, norms in front of no layer, and
// layers that were left alone. Codes have a tolerance of their own (compare_original.cpp); these were copied, and at most rounded.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>
#include <span>

#include "core/exporter/verify/checks.h"
#include "core/kernels/convert.h"
#include "core/model/tensor_plan.h"
#include "core/quant/quantize_block.h"
#include "core/tensor/shape_text.h"

namespace salient {
namespace {

/// Some tools convert by way of BFloat16, which moves a number by 2^-8 of itself at most, and round once more to float16.
constexpr float kRelative = 0x1.2p-8F;
/// Twice the last place of float16's smallest numbers, and that of a gain with 1 added, as GGUF keeps Gemma's.
constexpr float kAbsolute = 0x1p-23F;
/// Of an embedding that ggml rounded in blocks: by a tenth of its norm to four bits.
constexpr double kMostOfBlocks = 0.3;
constexpr Index kRows = 4096;  // at a time: an embedding may be a tenth of the model

/// Whether other tools may divide some of the layer's rows: those of the values, and of what passes beside the gate.
bool isFused(const LinearInfo& linear) { return linear.role == Role::QueryKeyValue || linear.role == Role::GateUp; }

/// Modules among those layers and in front of them that may have been divided by scales.
std::set<std::string> scaledModules(const Model& model, std::span<const LinearInfo> linears) {
    std::set<std::string> modules;
    for (const LinearInfo& linear : linears) {
        if (isFused(linear)) modules.insert(linear.name);
        const Absorber& absorber = model.groups[static_cast<std::size_t>(linear.group)].absorber;
        if (absorber.kind != Absorber::Kind::None) modules.insert(absorberName(absorber, linear.block));
    }
    return modules;
}

/// Where two tensors differ by more than rounding.
class Difference {
public:
    void add(std::span<const float> original, std::span<const float> stored) {
        for (std::size_t i = 0; i < original.size(); ++i) {
            const double difference = static_cast<double>(stored[i]) - static_cast<double>(original[i]);
            error_ += difference * difference;
            norm_ += static_cast<double>(original[i]) * static_cast<double>(original[i]);
            if (std::abs(difference) <= static_cast<double>(kRelative * std::abs(original[i]) + kAbsolute)) continue;
            if (n_far_++ > 0) continue;
            first_ = n_ + static_cast<Index>(i);
            expected_ = original[i];
            found_ = stored[i];
        }
        n_ += static_cast<Index>(original.size());
    }

    /// is_in_blocks: stored in a type that rounds elements together. Empty: no more than that.
    [[nodiscard]] std::string inWords(bool is_in_blocks) const {
        char text[160];
        if (is_in_blocks) {
            const double relative = norm_ > 0.0 ? std::sqrt(error_ / norm_) : std::sqrt(error_);
            if (relative <= kMostOfBlocks) return {};
            std::snprintf(text, sizeof text, "differs from the original's by %.3g of its norm, expected at most %.3g", relative,
                          kMostOfBlocks);
            return text;
        }
        if (n_far_ == 0) return {};
        std::snprintf(text, sizeof text, "element %td: expected %.6g as in the original, found %.6g (%td of %td elements differ)", first_,
                      static_cast<double>(expected_), static_cast<double>(found_), n_far_, n_);
        return text;
    }

private:
    Index n_ = 0;
    Index n_far_ = 0;
    Index first_ = 0;
    float expected_ = 0.0F;
    float found_ = 0.0F;
    double error_ = 0.0;
    double norm_ = 0.0;
};

/// has_tokens: rows that were added at the end, as some tools pad a vocabulary, belong to no token.
std::string difference(const TensorView& stored, const TensorView& original, bool has_tokens) {
    const std::vector<std::int64_t>& shape = original.shape;
    const bool is_comparable = !shape.empty() && stored.shape.size() == shape.size() && shape.size() <= 2 &&
                               std::equal(shape.begin() + 1, shape.end(), stored.shape.begin() + 1) &&
                               (stored.shape.front() == shape.front() || (has_tokens && stored.shape.front() > shape.front()));
    if (!is_comparable) return "expected " + shapeText(shape) + " as in the original, found " + shapeText(stored.shape);
    Difference found;
    if (shape.size() == 1) {
        const std::vector<float> there = toFloats(stored);
        found.add(toFloats(original), std::span(there).first(static_cast<std::size_t>(shape.front())));
    } else {
        for (Index first = 0; first < shape.front(); first += kRows) {
            const Index count = std::min(kRows, static_cast<Index>(shape.front()) - first);
            const Matrix meant = toMatrixRows(original, first, count);
            const Matrix there = toMatrixRows(stored, first, count);
            const auto all = [](const Matrix& rows) { return std::span(rows.data(), static_cast<std::size_t>(rows.size())); };
            found.add(all(meant), all(there));
        }
    }
    return found.inWords(stored.storedName().starts_with('Q'));
}

/// The name without what may stand before it in one checkpoint and not in the other; the head may go by a name of its own.
std::string bareName(const Model& model, const std::string& tensor) {
    const std::string head = model.headModule();
    if (tensor.starts_with(head + ".")) return "head" + tensor.substr(head.size());
    return tensor.starts_with(model.name_prefix) ? tensor.substr(model.name_prefix.size()) : tensor;
}

}  // namespace

Findings compareFloats(const Model& stored, const Model& original, JobContext& job) {
    Findings findings;
    const std::set<std::string> scaled = scaledModules(original, original.linears);
    const Family& family = *original.config.family;
    std::map<std::string, std::string> there;  // bare name → that of the stored tensor
    for (const PlannedTensor& planned : plannedTensors(stored.config, stored.name_prefix)) {
        if (stored.checkpoint->contains(planned.name)) there.emplace(bareName(stored, planned.name), planned.name);
    }
    for (const PlannedTensor& planned : plannedTensors(original.config, original.name_prefix)) {
        const std::string module = planned.name.substr(0, planned.name.rfind('.'));
        const bool is_layer = planned.name.ends_with(".weight") && original.linear_places.contains(module);
        const auto name = there.find(bareName(original, planned.name));
        if (is_layer || scaled.contains(module) || name == there.end() || !original.checkpoint->contains(planned.name)) continue;
        job.checkpoint({"verifying", 0, 0, name->second});
        try {
            const TensorView& tensor = stored.checkpoint->tensor(name->second);
            const bool has_tokens = bareName(original, module) == family.embedding || module == original.headModule();
            const std::string message = difference(tensor, original.checkpoint->tensor(planned.name), has_tokens);
            tensor.finishReading();
            if (!message.empty()) findings.push_back({Severity::Failure, name->second, message});
        } catch (const Error& error) {
            findings.push_back({Severity::Failure, name->second, error.what()});
        }
    }
    return findings;
}

Findings compareKeptLayer(const Model& stored, const LinearInfo& linear, const Model& original, const UndoneScales& scales) {
    // Scales that are inferred from a norm carry its rounding, those from the rows of a quantized layer that of its codes.
    const Absorber::Kind kind = original.groups[static_cast<std::size_t>(linear.group)].absorber.kind;
    const bool is_behind_fused = (linear.role == Role::AttentionOutput || linear.role == Role::Down) &&
                                 std::ranges::any_of(original.linearsOf(linear.block), isFused);
    const bool is_vague = kind == Absorber::Kind::Linear || is_behind_fused ||
                          scaledModules(original, original.linearsOf(linear.block)).contains(linear.name);
    const double most = is_vague ? 0.5 : 0.02;
    OriginalComparison comparison = compareWithOriginal(loadLinear(stored, linear), nullptr, linear, loadLinear(original, linear), scales);
    if (!comparison.findings.empty() || comparison.relative_error <= most) return std::move(comparison.findings);
    char text[160];
    std::snprintf(text, sizeof text,
                  "in floating point, but weights differ from the original's by %.3g of their norm, expected at most %.3g",
                  comparison.relative_error, most);
    return {{Severity::Failure, linear.name, text}};
}

}  // namespace salient
