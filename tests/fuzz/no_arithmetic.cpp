// The worked examples of lessons for the reader of lessons under a fuzzer: every value that a text can quote, in its shape, without the
// quantizers, which need oneDNN and see no file. Their own test is core/eval/tst_worked_example.
#include <string>

#include "core/error.h"
#include "core/eval/worked_example.h"

namespace salient {
namespace {

void requireColumns(const Matrix& weight, const Matrix& input) {
    if (input.rows() > 0 && weight.rows() > 0 && weight.cols() == input.cols()) return;
    throw Error(ErrorCode::ShapeMismatch, "worked example: weight: expected rows of " + std::to_string(input.cols()) + " numbers");
}

Matrix half(Index rows, Index cols) { return Matrix::Constant(rows, cols, 0.5F); }

/// Mean |x| of each channel, as a row.
Matrix loudness(const Matrix& input) { return input.cwiseAbs().colwise().mean(); }

}  // namespace

Matrix exampleHessian(MatrixView input) { return half(input.cols(), input.cols()); }

GptqExample workGptq(const Matrix& weight, const Matrix& hessian, const GridSpec&, double) {
    requireColumns(weight, hessian);
    requireColumns(hessian, hessian.transpose());
    GptqExample example;
    example.weight = weight;
    example.hessian = hessian;
    example.states.resize(static_cast<std::size_t>(weight.cols()) + 1);
    example.nearest_error.relative_output_error = 0.5;
    example.error.relative_output_error = hessian.isDiagonal() ? 0.5 : 0.25;  // columns that know nothing of each other gain nothing
    return example;
}

ExampleValues valuesOf(const GptqExample& example) {
    const Matrix& weight = example.weight;
    ExampleValues values;
    values.matrices = {{"weight", weight}, {"hessian", example.hessian}, {"u", example.hessian}, {"rounded", weight}, {"nearest", weight},
                       {"error", weight},  {"nearest_error", weight}};
    values.numbers = {{"loss", 0.25},
                      {"nearest_loss", 0.5},
                      {"relative_error", example.error.relative_output_error},
                      {"nearest_relative_error", example.nearest_error.relative_output_error}};
    for (std::size_t q = 0; q < example.states.size(); ++q) {
        const std::string step = "step" + std::to_string(q) + ".";
        values.matrices[step + "updated"] = weight;
        values.matrices[step + "pending"] = weight;
        values.matrices[step + "u"] = half(1, weight.cols());
        if (q + 1 < example.states.size()) values.matrices[step + "error"] = half(1, weight.rows());
        values.numbers[step + "loss"] = 0.5;
    }
    return values;
}

AwqExample workAwq(const Matrix& input, const Matrix& weight, const GridSpec&, std::optional<double> ratio) {
    requireColumns(weight, input);
    AwqExample example;
    example.input = input;
    example.weight = weight;
    example.ratio = ratio.value_or(0.5);
    return example;
}

ExampleValues valuesOf(const AwqExample& example) {
    const Matrix mean = loudness(example.input);
    ExampleValues values;
    values.matrices = {
        {"input", example.input},    {"weight", example.weight},  {"mean", mean},         {"max", mean},        {"scale", mean},
        {"nearest", example.weight}, {"rounded", example.weight}, {"error_before", mean}, {"error_after", mean}};
    values.numbers = {{"ratio", example.ratio}, {"salient", 0.0}, {"relative_error", 0.25}, {"nearest_relative_error", 0.5}};
    return values;
}

SmoothExample workSmooth(const Matrix& input, const Matrix& weight, std::optional<double> alpha, ActivationScale, bool) {
    requireColumns(weight, input);
    SmoothExample example;
    example.alpha = alpha.value_or(-1.0);
    example.codes = input;
    example.output_error = 0.25;
    return example;
}

ExampleValues valuesOf(const SmoothExample& example) {
    const Matrix mean = loudness(example.codes);
    ExampleValues values;
    values.matrices = {{"scale", mean},     {"codes", example.codes}, {"heard", example.codes},
                       {"input_max", mean}, {"weight_max", mean},     {"channel_error", mean}};
    values.numbers = {{"alpha", example.alpha}, {"output_error", example.output_error}, {"quiet_error", 0.125}};
    return values;
}

}  // namespace salient
