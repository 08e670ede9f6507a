#include <algorithm>
#include <cmath>
#include <memory>
#include <ostream>

#include "app/cli/layer_file.h"
#include "app/cli/memory_use.h"
#include "app/cli/options.h"
#include "app/cli/text_format.h"
#include "core/kernels/convert.h"
#include "core/kernels/gram.h"
#include "core/kernels/layout.h"
#include "core/quant/quantize_group.h"
#include "core/quant/scaling.h"
#include "core/recipe/run.h"

namespace salient::cli {

namespace {

struct Options {
    std::string weight;
    std::string activations;
    std::string out;
    bool curve = false;
    MethodFlags method;
    std::int64_t max_memory_bytes = 0;
};

/// Tokens that the published AWQ code judges clipping by.
constexpr Index kClipTokens = 512;

InputStatistics statisticsOf(MatrixView x, JobContext& job) {
    InputStatistics input;
    job.checkpoint({"gathering statistics", 0, 0, {}});
    input.channels.add(x, 0);
    const auto gram = [](MatrixView tokens) {
        Matrix hessian = Matrix::Zero(tokens.cols(), tokens.cols());
        accumulateGram(tokens, static_cast<float>(2.0 / static_cast<double>(tokens.rows())), hessian);
        mirrorLower(hessian);
        return hessian;
    };
    input.hessian = gram(x);
    if (const Index step = x.rows() / kClipTokens; step > 1) {
        Matrix subset((x.rows() + step - 1) / step, x.cols());
        for (Index i = 0; i < subset.rows(); ++i) subset.row(i) = x.row(i * step);
        input.clip_hessian = gram(subset);
    }
    return input;
}

/// For int8 activations, by real int8 products.
struct MeasuredInt8 {
    double relative_error = 0.0;  ///< tr of the squared difference between what the layer gives and what it should give, of the latter's
    std::int64_t n_raised_tokens = 0;  ///< on the least scale
};

MeasuredInt8 measuredInt8(MatrixView weight, MatrixView x, const QuantizedLinear& linear) {
    const Matrix expected = salient::linear(x, weight);
    const Matrix input = linear.channel_scale.empty() ? Matrix(x) : unscaledColumns(x, linear.channel_scale);
    Int8Weight int8 = toInt8Weight(linear.tensor, linear.activations, linear.input_scale);
    int8.n_raised_tokens = std::make_shared<std::atomic<std::int64_t>>(0);
    const Matrix found = int8Linear(input, int8);
    const double output = expected.cast<double>().squaredNorm();
    return {output > 0.0 ? (expected - found).cast<double>().squaredNorm() / output : 0.0, int8.n_raised_tokens->load()};
}

Json curveOf(MatrixView weight, const InputStatistics& input, const MethodSpec& method, JobContext& job) {
    const std::vector<MatrixView> weights(1, weight);
    if (method.scaling == Scaling::Awq) {
        const AwqCurve curve = awqSearch(weights, input.hessian, input.channels.meanAbs(), method.grid, method.awq, job);
        return {{"ratios", curve.ratios}, {"losses", curve.losses}, {"best", curve.best}};
    }
    const SmoothCurve curve =
        smoothSearch(weights, input.hessian, input.channels.max_abs, method.grid, method.activations, method.smoothquant, job);
    return {{"alphas", curve.alphas}, {"losses", curve.losses}, {"best", curve.best}};
}

MemoryForecast forecastOf(const Options& options, const MethodSpec& method) {
    const LayerTensorShape weight = layerTensorShape(options.weight);
    const LayerTensorShape x = layerTensorShape(options.activations);
    return forecastLayer(weight.rows, weight.cols, x.rows, method.activations != ActivationScale::None);
}

int run(const Options& options, const MethodSpec& method, Context& context) {
    MemoryUse memory(forecastOf(options, method), options.max_memory_bytes, "fewer tokens, or a smaller layer,", context.job);
    JobContext& job = memory.job();
    const Matrix weight = readLayerTensor(options.weight);
    const Matrix x = readLayerTensor(options.activations);
    if (x.cols() != weight.cols()) {
        throw Error(ErrorCode::ShapeMismatch, "layer: " + options.activations + ": expected activations with the weight's " +
                                                  std::to_string(weight.cols()) + " inputs, found " + std::to_string(x.cols()));
    }
    const InputStatistics input = statisticsOf(x, job);
    const std::vector<MatrixView> weights(1, weight);
    const std::vector<std::string> names(1, options.weight);
    QuantizedLinear linear = std::move(quantizeGroup(weights, names, input, true, method, job).front());
    if (!options.out.empty()) writeLayerFile(options.out, linear, method);

    LayerReport& report = linear.report;
    const bool is_int8 = linear.activations != ActivationScale::None;
    Json json = {{"method", methodName(method)},
                 {"weight", options.weight},
                 {"out_features", weight.rows()},
                 {"in_features", weight.cols()},
                 {"n_tokens", x.rows()},
                 {"weight_bits", method.grid.bits},
                 {"activation_bits", is_int8 ? 8 : 16},
                 {"group_size", method.grid.group_size},
                 {"symmetric", method.grid.is_symmetric}};
    json["relative_output_error"] = report.error.relative_output_error;
    if (is_int8) {
        const MeasuredInt8 measured = measuredInt8(weight, x, linear);
        json["relative_output_error"] = measured.relative_error;
        report.n_raised_tokens = measured.n_raised_tokens;
        json["expected_relative_output_error"] = report.error.relative_output_error;
    }
    json["output_error"] = report.error.output_error;
    json["output_mse"] = report.error.output_error / 2.0 / static_cast<double>(weight.rows());
    json["loss"] = report.error.output_error / 2.0;
    json["weight_mse"] = report.error.weight_mse;
    json["weight_sqnr_db"] = report.error.weight_sqnr_db;
    json["max_abs_error"] = report.error.max_abs_error;
    json["nearest"] = toJson(report.nearest);
    if (report.scale_parameter >= 0.0) json[method.scaling == Scaling::Awq ? "ratio" : "alpha"] = report.scale_parameter;
    if (!report.damping_tries.empty()) json["damping_tries"] = report.damping_tries;
    json["n_dead_columns"] = report.n_dead_columns;
    forEachGridCount(report.grids, [&json](const char* count, Index value) { json["n_" + std::string(count)] = value; });
    json["n_bounded_scales"] = report.n_bounded_scales;
    json["n_raised_tokens"] = report.n_raised_tokens;
    json["clipped_fraction"] = report.clipped_fraction;
    json["saturated_fraction"] = report.saturated_fraction;
    json["bytes"] = report.bytes;
    json["bits_per_weight"] = 8.0 * static_cast<double>(report.bytes) / static_cast<double>(weight.size());
    json["seconds"] = report.seconds;
    if (options.curve) json["curve"] = curveOf(weight, input, method, job);
    if (!options.out.empty()) json["out"] = options.out;
    memory.addTo(json);
    if (context.common.json) {
        context.print(json);
        return kDone;
    }
    TextTable table({{"", TextTable::Align::Left}, {std::string(methodName(method))}, {"plain rounding"}});
    table.addRow({"relative output error", percentage(json["relative_output_error"].get<double>()),
                  percentage(report.nearest.relative_output_error)});
    table.addRow({"weight MSE", significant(report.error.weight_mse), significant(report.nearest.weight_mse)});
    table.addRow({"weight SQNR, dB", significant(report.error.weight_sqnr_db), significant(report.nearest.weight_sqnr_db)});
    table.addRow({"largest weight error", significant(report.error.max_abs_error), significant(report.nearest.max_abs_error)});
    context.out << "weight [" << weight.rows() << ", " << weight.cols() << "], " << x.rows() << " tokens, "
                << significant(json["bits_per_weight"].get<double>(), 3) << " bits per weight\n\n"
                << table.text();
    if (report.scale_parameter >= 0.0) {
        context.out << '\n' << (method.scaling == Scaling::Awq ? "ratio " : "alpha ") << significant(report.scale_parameter, 3) << '\n';
    }
    if (!options.out.empty()) context.out << "\nwritten: " << options.out << '\n';
    context.out << '\n' << memory.text() << '\n';
    if (report.n_dead_columns > 0) context.warn(std::to_string(report.n_dead_columns) + " input channels are never active");
    if (const std::string scales = scalesInWords(report); !scales.empty()) context.warn(scales);
    if (report.damping_tries.size() > 1) context.warn("the Hessian needed damping " + significant(report.damping_tries.back(), 3));
    return kDone;
}

}  // namespace

void addLayer(CLI::App& program, Action& action) {
    CLI::App* command = program.add_subcommand("layer",
                                               "Quantize one weight against captured activations. FILE:NAME is a tensor in a safetensors "
                                               "file or an array in an .npz file: the weight [out, in], the "
                                               "activations [tokens, in] (or [sequences, tokens, in])");
    auto options = std::make_shared<Options>();
    command->add_option("--weight", options->weight, "FILE:NAME of the weight [out, in]")->required();
    command->add_option("--activations", options->activations, "FILE:NAME of the layer's input")->required();
    command->add_option(
        "--out", options->out,
        "Safetensors file to write: codes U8 [out, in] in original column order; scale and zero F32 [out, groups]; g_idx I32 "
        "[in]; dequantized F32 [out, in] = scale * (codes - zero). Methods that scale channels also write channel_scale F32 "
        "[in]: codes and dequantized then belong to weight * channel_scale, so dequantized / channel_scale stands for the "
        "weight. Int8 weights are stored as code + 128 with zero 128");
    command->add_flag("--curve", options->curve, "With --json: the whole loss curve over AWQ's ratio or SmoothQuant's alpha");
    addMethodOptions(*command, options->method, true);
    addMemoryOption(*command, options->max_memory_bytes);
    command->callback([options, &action] {
        action = [options](Context& context) {
            const MethodSpec method = understood([&] {
                MethodSpec understood_method = methodFromFlags(options->method);
                if (options->curve && understood_method.scaling == Scaling::None) {
                    throw Error(ErrorCode::InvalidOption,
                                "--curve: expected an awq or smoothquant method, found '" + options->method.method + "'");
                }
                return understood_method;
            });
            return run(*options, method, context);
        };
    });
}

}  // namespace salient::cli
