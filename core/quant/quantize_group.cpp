#include "core/quant/quantize_group.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "core/error.h"
#include "core/quant/check.h"
#include "core/quant/error_measure.h"
#include "core/quant/scaling.h"

namespace salient {
namespace {

using Clock = std::chrono::steady_clock;

constexpr float kLeastInput = 1e-5F;  // what a static int8 scale is made of at least

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

void requireStatistics(std::span<const MatrixView> weights, std::span<const std::string> names, const InputStatistics& input) {
    if (weights.size() != names.size()) {
        throw Error(ErrorCode::ShapeMismatch,
                    "quantizeGroup: names: expected " + std::to_string(weights.size()) + ", found " + std::to_string(names.size()));
    }
    for (std::size_t k = 0; k < weights.size(); ++k) {
        const Index n = weights[k].cols();
        if (input.hessian.rows() != n || input.hessian.cols() != n || input.channels.channelCount() != n) {
            throw Error(ErrorCode::ShapeMismatch, "quantizeGroup: " + names[k] + ": statistics: expected " + std::to_string(n) +
                                                      " channels with their Hessian, found " +
                                                      std::to_string(input.channels.channelCount()) + " channels and a Hessian of [" +
                                                      std::to_string(input.hessian.rows()) + ", " + std::to_string(input.hessian.cols()) +
                                                      "]");
        }
    }
}

void requireRowScales(std::span<const MatrixView> weights, std::span<const std::span<const float>> row_scales) {
    if (row_scales.size() != weights.size()) {
        throw Error(ErrorCode::ShapeMismatch, "quantizeGroup: row_scales: expected " + std::to_string(weights.size()) + ", found " +
                                                  std::to_string(row_scales.size()));
    }
    for (std::size_t k = 0; k < weights.size(); ++k) {
        if (row_scales[k].empty() || std::ssize(row_scales[k]) == weights[k].rows()) continue;
        throw Error(ErrorCode::ShapeMismatch, "quantizeGroup: row_scales[" + std::to_string(k) + "]: expected " +
                                                  std::to_string(weights[k].rows()) + ", found " + std::to_string(row_scales[k].size()));
    }
}

class GroupQuantizer {
public:
    GroupQuantizer(const InputStatistics& input, const SharedScale& shared) : input_(input), shared_(shared) {
        if (shared.scales.empty()) return;
        scaled_hessian_ = scaledHessian(input.hessian, shared.scales);
        if (input.clip_hessian.size() > 0) scaled_clip_hessian_ = scaledHessian(input.clip_hessian, shared.scales);
    }

    QuantizedLinear quantize(MatrixView weight, const std::string& name, std::span<const float> row_scale, const MethodSpec& method,
                             JobContext& job) {
        const Clock::time_point start = Clock::now();
        QuantizedLinear linear;
        linear.name = name;
        linear.channel_scale = shared_.scales;
        linear.row_scale.assign(row_scale.begin(), row_scale.end());
        linear.input_power = inputPower();
        linear.activations = method.activations;
        const float largest_input = largestInput();
        const bool is_static = method.activations == ActivationScale::PerTensor;
        linear.input_scale = is_static ? std::max(largest_input, kLeastInput) / 127.0F : 0.0F;

        LayerReport& report = linear.report;
        report.name = name;
        report.method = methodName(method);
        report.bits = method.grid.bits;
        report.group_size = method.grid.group_size;
        report.out_features = weight.rows();
        report.in_features = weight.cols();
        report.scale_parameter = shared_.parameter;
        report.passed_tokens = input_.passed_tokens;
        report.reached_tokens = input_.reached_tokens;
        report.has_stand_in = input_.is_stand_in;
        Matrix target = row_scale.empty() ? Matrix(weight) : unscaledRows(weight, row_scale);
        if (!shared_.scales.empty()) target = scaledColumns(target, shared_.scales);
        if (method.scaling == Scaling::Awq && clipsLayer(name, method.awq)) target = clipped(target, method, report, job);
        linear.tensor = round(target, method, report, job);

        ErrorMeasure measure(weight, input_, method.activations);
        Matrix rounded = linear.tensor.dequantize();
        if (!row_scale.empty()) rounded = scaledRows(rounded, row_scale);
        report.error = measure.of(rounded, shared_.scales);
        const bool is_plain = method.rounding == Rounding::Nearest && method.scaling == Scaling::None && row_scale.empty();
        report.nearest = is_plain ? report.error : measure.of(quantizeNearest(weight, method.grid).dequantize(), {});
        report.grids = linear.tensor.counts;
        report.n_bounded_scales = shared_.n_bounded + (is_static && largest_input < kLeastInput ? 1 : 0);
        report.saturated_fraction = linear.tensor.saturatedFraction();
        report.bytes = linear.tensor.packedBytes();
        report.seconds = secondsSince(start);
        return linear;
    }

private:
    [[nodiscard]] const Matrix& hessian() const { return shared_.scales.empty() ? input_.hessian : scaled_hessian_; }

    [[nodiscard]] const Matrix& clipHessian() const {
        if (input_.clip_hessian.size() == 0) return hessian();
        return shared_.scales.empty() ? input_.clip_hessian : scaled_clip_hessian_;
    }

    [[nodiscard]] std::vector<float> inputPower() const {
        const Matrix& h = hessian();  // twice the mean of x·xᵀ
        std::vector<float> power(static_cast<std::size_t>(h.rows()));
        Eigen::Map<Eigen::VectorXf>(power.data(), h.rows()) = 0.5F * h.diagonal();
        return power;
    }

    /// Of the magnitudes that the rounded layer is given.
    [[nodiscard]] float largestInput() const {
        float highest = 0.0F;
        for (std::size_t j = 0; j < input_.channels.max_abs.size(); ++j) {
            const float s = shared_.scales.empty() ? 1.0F : shared_.scales[j];
            highest = std::max(highest, input_.channels.max_abs[j] / s);
        }
        return highest;
    }

    Matrix clipped(const Matrix& target, const MethodSpec& method, LayerReport& report, JobContext& job) const {
        const bool is_fixed = method.awq.fixed_clip >= 0.0;
        const Matrix clip =
            is_fixed ? fixedClip(target, method.grid, method.awq.fixed_clip) : awqClip(target, clipHessian(), method.grid, method.awq, job);
        Matrix result = applyClip(target, clip, method.grid.group_size);
        const Index n_clipped = (result.array() != target.array()).count();
        report.clipped_fraction = target.size() > 0 ? static_cast<double>(n_clipped) / static_cast<double>(target.size()) : 0.0;
        return result;
    }

    QuantizedTensor round(const Matrix& target, const MethodSpec& method, LayerReport& report, JobContext& job) {
        if (method.rounding == Rounding::Nearest) {
            report.n_dead_columns = (input_.hessian.diagonal().array() == 0.0F).count();
            return quantizeNearest(target, method.grid);
        }
        if (!factor_) {
            job.checkpoint({"factorizing", 0, 0});
            factor_ = factorizeGptq(hessian(), method.gptq);
        }
        GptqResult result = quantizeGptq(target, *factor_, method.grid, method.gptq, job);
        report.damping_tries = std::move(result.damping_tries);
        report.n_dead_columns = static_cast<Index>(result.dead_columns.size());
        return std::move(result.tensor);
    }

    const InputStatistics& input_;
    const SharedScale& shared_;
    Matrix scaled_hessian_;
    Matrix scaled_clip_hessian_;
    std::optional<GptqFactor> factor_;  // made for the first layer that needs it: overrides leave GPTQ's options alone
};

}  // namespace

LayerError measuredError(MatrixView weight, MatrixView rounded, std::span<const float> scales, const InputStatistics& input,
                         ActivationScale activations) {
    return ErrorMeasure(weight, input, activations).of(rounded, scales);
}

Matrix QuantizedLinear::effectiveWeight() const {
    Matrix effective = channel_scale.empty() ? tensor.dequantize() : unscaledColumns(tensor.dequantize(), channel_scale);
    return row_scale.empty() ? effective : scaledRows(effective, row_scale);
}

std::vector<QuantizedLinear> quantizeGroup(std::span<const MatrixView> weights, std::span<const std::string> names,
                                           std::span<const std::span<const float>> row_scales, const InputStatistics& input,
                                           const SharedScale& scale, const MethodSpec& method, JobContext& job) {
    method.validate();
    requireStatistics(weights, names, input);
    requireRowScales(weights, row_scales);
    GroupQuantizer quantizer(input, scale);
    std::vector<QuantizedLinear> linears;
    for (std::size_t k = 0; k < weights.size(); ++k) {
        try {
            linears.push_back(quantizer.quantize(weights[k], names[k], row_scales[k], methodFor(method, names[k]), job));
            linears.back().report.seconds += scale.seconds / static_cast<double>(weights.size());
        } catch (const Error& error) {
            throw Error(error.code(), names[k] + ": " + error.what(), names[k]);
        }
    }
    return linears;
}

std::vector<QuantizedLinear> quantizeGroup(std::span<const MatrixView> weights, std::span<const std::string> names,
                                           const InputStatistics& input, bool can_scale, const MethodSpec& method, JobContext& job) {
    method.validate();
    requireStatistics(weights, names, input);
    const bool scales = can_scale && !names.empty();
    const SharedScale scale = scales ? chooseSharedScale(weights, names, input, methodFor(method, names.front()), job) : SharedScale{};
    const std::vector<std::span<const float>> row_scales(weights.size());
    return quantizeGroup(weights, names, row_scales, input, scale, method, job);
}

}  // namespace salient
