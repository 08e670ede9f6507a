#include "core/eval/worked_example.h"

#include <algorithm>

#include "core/error.h"
#include "core/quant/scaling.h"
#include "core/quant/smoothquant.h"

namespace salient {
namespace {

Matrix asRow(const auto& values) {
    Matrix row(1, static_cast<Index>(values.size()));
    for (std::size_t j = 0; j < values.size(); ++j) row(0, static_cast<Index>(j)) = static_cast<float>(values[j]);
    return row;
}

void requireColumns(MatrixView weight, MatrixView input) {
    if (input.rows() > 0 && weight.rows() > 0 && weight.cols() == input.cols()) return;
    throw Error(ErrorCode::ShapeMismatch, "worked example: weight: expected rows of " + std::to_string(input.cols()) +
                                              " numbers, one per input channel, found " + std::to_string(weight.rows()) + " of " +
                                              std::to_string(weight.cols()));
}

void requireFinite(MatrixView matrix, const char* subject) {
    if (!matrix.allFinite()) throw Error(ErrorCode::NonFinite, std::string("worked example: ") + subject + ": expected finite numbers");
}

std::vector<float> largestOf(MatrixView columns) {
    const Eigen::RowVectorXf largest = columns.cwiseAbs().colwise().maxCoeff();
    return {largest.data(), largest.data() + largest.size()};
}

std::vector<double> channelErrors(std::span<const float> mean_abs, const Matrix& difference) {
    std::vector<double> errors;
    for (std::size_t j = 0; j < mean_abs.size(); ++j) {
        const double mean_difference = difference.col(static_cast<Index>(j)).cast<double>().cwiseAbs().mean();
        errors.push_back(static_cast<double>(mean_abs[j]) * mean_difference);
    }
    return errors;
}

}  // namespace

Matrix exampleHessian(MatrixView input) {
    if (input.rows() == 0) throw Error(ErrorCode::ShapeMismatch, "worked example: input: expected at least one token, found 0");
    const Eigen::MatrixXd x = input.cast<double>();
    return (x.transpose() * x * (2.0 / static_cast<double>(x.rows()))).cast<float>();
}

GptqExample workGptq(const Matrix& weight, const Matrix& hessian, const GridSpec& grid, double damping) {
    requireColumns(weight, hessian);
    GptqOptions options;
    options.damping = damping;
    JobContext job;
    GptqStepper stepper(weight, hessian, grid, options, job);
    GptqExample example;
    example.weight = weight;
    example.hessian = hessian;
    example.inverse_factor = stepper.inverseFactor();
    for (Index position = 0; position <= stepper.columnCount(); ++position) {
        stepper.goTo(position);
        example.states.push_back(stepper.state());
    }
    example.rounded = stepper.result().effectiveWeight();
    example.nearest = quantizeNearest(weight, grid).dequantize();
    example.error = layerError(weight, example.rounded, hessian);
    example.nearest_error = layerError(weight, example.nearest, hessian);
    Matrix damped = hessian;
    damped.diagonal().array() += static_cast<float>(stepper.result().damping_tries.back()) * hessian.diagonal().mean();
    example.nearest_loss = 0.5 * outputError(weight - example.nearest, damped);
    return example;
}

ExampleValues valuesOf(const GptqExample& example) {
    ExampleValues values;
    values.matrices = {{"weight", example.weight},
                       {"hessian", example.hessian},
                       {"u", example.inverse_factor},
                       {"rounded", example.rounded},
                       {"nearest", example.nearest},
                       {"error", example.weight - example.rounded},
                       {"nearest_error", example.weight - example.nearest}};
    values.numbers = {{"loss", example.states.back().loss},
                      {"nearest_loss", example.nearest_loss},
                      {"relative_error", example.error.relative_output_error},
                      {"nearest_relative_error", example.nearest_error.relative_output_error}};
    for (const GptqStepper::State& state : example.states) {
        const std::string step = "step" + std::to_string(state.position) + ".";
        values.matrices[step + "updated"] = state.updated;
        values.matrices[step + "pending"] = state.pending;
        values.matrices[step + "u"] = asRow(state.inverse_row);
        if (!state.error.empty()) values.matrices[step + "error"] = asRow(state.error);
        values.numbers[step + "loss"] = state.loss;
    }
    return values;
}

AwqExample workAwq(const Matrix& input, const Matrix& weight, const GridSpec& grid, std::optional<double> ratio) {
    requireColumns(weight, input);
    requireFinite(input, "input");
    requireFinite(weight, "weight");
    AwqExample example;
    example.input = input;
    example.weight = weight;
    example.max_abs = largestOf(input);
    const Eigen::RowVectorXf mean = input.cwiseAbs().colwise().mean();
    example.mean_abs.assign(mean.data(), mean.data() + mean.size());
    const Matrix hessian = exampleHessian(input);
    if (ratio) {
        example.ratio = *ratio;
        example.scales = awqScales(example.mean_abs, *ratio);
    } else {
        const MatrixView view(weight);
        JobContext job;
        example.curve = awqSearch({&view, 1}, hessian, example.mean_abs, grid, {}, job);
        example.ratio = example.curve.ratios[static_cast<std::size_t>(example.curve.best)];
        example.scales = example.curve.best_scales;
    }
    example.nearest = quantizeNearest(weight, grid).dequantize();
    example.rounded = unscaledColumns(quantizeNearest(scaledColumns(weight, example.scales), grid).dequantize(), example.scales);
    example.error_before = channelErrors(example.mean_abs, weight - example.nearest);
    example.error_after = channelErrors(example.mean_abs, weight - example.rounded);
    example.nearest_error = layerError(weight, example.nearest, hessian);
    example.error = layerError(weight, example.rounded, hessian);
    return example;
}

ExampleValues valuesOf(const AwqExample& example) {
    ExampleValues values;
    values.matrices = {{"input", example.input},
                       {"weight", example.weight},
                       {"mean", asRow(example.mean_abs)},
                       {"max", asRow(example.max_abs)},
                       {"scale", asRow(example.scales)},
                       {"nearest", example.nearest},
                       {"rounded", example.rounded},
                       {"error_before", asRow(example.error_before)},
                       {"error_after", asRow(example.error_after)}};
    values.numbers = {
        {"ratio", example.ratio},
        {"salient", static_cast<double>(std::ranges::max_element(example.mean_abs) - example.mean_abs.begin())},
        {"relative_error", example.error.relative_output_error},
        {"nearest_relative_error", example.nearest_error.relative_output_error},
    };
    return values;
}

SmoothExample workSmooth(const Matrix& input, const Matrix& weight, std::optional<double> alpha, ActivationScale activations,
                         bool per_row) {
    requireColumns(weight, input);
    requireFinite(input, "input");
    requireFinite(weight, "weight");
    SmoothExample example;
    example.alpha = alpha.value_or(-1.0);
    const MatrixView view(weight);
    example.scales =
        alpha ? smoothScales(largestOf(input), {&view, 1}, *alpha) : std::vector<float>(static_cast<std::size_t>(input.cols()), 1.0F);
    const Matrix scaled_input = unscaledColumns(input, example.scales);
    const Matrix scaled_weight = scaledColumns(weight, example.scales);
    example.input_max = largestOf(scaled_input);
    example.weight_max = largestOf(scaled_weight);

    GridSpec grid{
        .bits = 8, .is_symmetric = true, .group_size = -1, .per_tensor = activations != ActivationScale::PerToken, .rule = GridRule::Int8};
    const QuantizedTensor rounded_input = quantizeNearest(scaled_input, grid);
    example.codes = rounded_input.codes.cast<float>().array() - 128.0F;
    example.heard = scaledColumns(rounded_input.dequantize(), example.scales);
    const Eigen::RowVectorXd missed = (input - example.heard).cast<double>().cwiseAbs().colwise().sum();
    const Eigen::RowVectorXd said = input.cast<double>().cwiseAbs().colwise().sum();
    for (Index j = 0; j < input.cols(); ++j) example.input_error.push_back(said[j] > 0.0 ? missed[j] / said[j] : 0.0);

    grid.per_tensor = !per_row;
    const float step = *std::ranges::max_element(example.input_max) / 127.0F;
    const QuantizedTensor rounded_weight = quantizeNearest(scaled_weight, grid);
    const Matrix output = int8Linear(scaled_input, toInt8Weight(rounded_weight, activations, step));
    const Eigen::MatrixXd exact = input.cast<double>() * weight.cast<double>().transpose();
    const double energy = exact.squaredNorm();
    example.output_error = energy > 0.0 ? (exact - output.cast<double>()).squaredNorm() / energy : 0.0;
    return example;
}

ExampleValues valuesOf(const SmoothExample& example) {
    ExampleValues values;
    values.matrices = {{"scale", asRow(example.scales)},
                       {"codes", example.codes},
                       {"heard", example.heard},
                       {"input_max", asRow(example.input_max)},
                       {"weight_max", asRow(example.weight_max)},
                       {"channel_error", asRow(example.input_error)}};
    std::vector<double> quiet = example.input_error;
    double quiet_sum = 0.0;
    const auto loudest = [&] {  // in the original units
        std::size_t at = 0;
        for (std::size_t j = 1; j < quiet.size(); ++j) {
            if (example.input_max[j] * example.scales[j] > example.input_max[at] * example.scales[at]) at = j;
        }
        return at;
    }();
    for (std::size_t j = 0; j < quiet.size(); ++j) quiet_sum += j == loudest ? 0.0 : quiet[j];
    values.numbers = {{"alpha", example.alpha},
                      {"output_error", example.output_error},
                      {"quiet_error", quiet.size() > 1 ? quiet_sum / static_cast<double>(quiet.size() - 1) : 0.0}};
    return values;
}

}  // namespace salient
