#include "core/eval/calibration_ab.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>

#include "core/kernels/parallel.h"
#include "core/quant/quantize_block.h"
#include "core/quant/scaling.h"

namespace salient {

namespace {

constexpr std::size_t kTexts = 2;

/// ⟨a, b⟩ / √(⟨a, a⟩ ⟨b, b⟩), which is 1 exactly for equal matrices, and the same whichever comes first.
double cosineOf(MatrixView a, MatrixView b) {
    struct Sums {
        double ab = 0.0, aa = 0.0, bb = 0.0;
    };
    std::vector<Sums> rows(static_cast<std::size_t>(a.rows()));
    parallelFor(a.rows(), 16, [&](Index first, Index last) {
        for (Index row = first; row < last; ++row) {
            const Eigen::RowVectorXd of_a = a.row(row).cast<double>();
            const Eigen::RowVectorXd of_b = b.row(row).cast<double>();
            rows[static_cast<std::size_t>(row)] = {of_a.dot(of_b), of_a.dot(of_a), of_b.dot(of_b)};
        }
    });
    Sums sum;
    for (const Sums& row : rows) {
        sum.ab += row.ab;
        sum.aa += row.aa;
        sum.bb += row.bb;
    }
    if (sum.aa == 0.0 && sum.bb == 0.0) return 1.0;
    const double norms = std::sqrt(sum.aa * sum.bb);
    return norms > 0.0 ? std::min(1.0, sum.ab / norms) : 0.0;
}

bool isSame(const QuantizedLinear& a, const QuantizedLinear& b) {
    return a.tensor.codes == b.tensor.codes && a.tensor.scale == b.tensor.scale && a.tensor.zero == b.tensor.zero &&
           a.tensor.group_index == b.tensor.group_index && a.channel_scale == b.channel_scale && a.row_scale == b.row_scale;
}

/// Error of a solution on statistics that it was not made with, as quantizeBlock() measures it on its own.
LayerError errorOn(const QuantizedLinear& linear, MatrixView weight, const InputStatistics& input) {
    Matrix rounded = linear.tensor.dequantize();
    if (!linear.row_scale.empty()) rounded = scaledRows(rounded, linear.row_scale);
    return measuredError(weight, rounded, linear.channel_scale, input, linear.activations);
}

/// Sums over layers as relativeOutputError() takes them, and of logarithms.
class Totals {
public:
    void add(const LayerAb& layer, const AbTable& output_error, const std::array<double, kTexts>& energy,
             const std::array<double, kTexts>& token_share) {
        bool has_mean = true;
        for (std::size_t from = 0; from < kTexts; ++from) {
            for (std::size_t on = 0; on < kTexts; ++on) {
                error_[from][on] += token_share[on] * output_error[from][on];
                has_mean = has_mean && layer.error[from][on] > 0.0;
            }
        }
        for (std::size_t on = 0; on < kTexts; ++on) energy_[on] += token_share[on] * energy[on];
        if (!has_mean) return;
        ++n_in_mean_;
        for (std::size_t from = 0; from < kTexts; ++from) {
            for (std::size_t on = 0; on < kTexts; ++on) log_sum_[from][on] += std::log(layer.error[from][on]);
        }
    }

    void writeTo(CalibrationAb& result) const {
        result.n_in_mean = n_in_mean_;
        for (std::size_t from = 0; from < kTexts; ++from) {
            for (std::size_t on = 0; on < kTexts; ++on) {
                if (energy_[on] > 0.0) result.model_error[from][on] = error_[from][on] / energy_[on];
                if (n_in_mean_ > 0) result.mean_error[from][on] = std::exp(log_sum_[from][on] / static_cast<double>(n_in_mean_));
            }
        }
    }

private:
    AbTable error_{};
    std::array<double, kTexts> energy_{};
    AbTable log_sum_{};
    Index n_in_mean_ = 0;
};

/// A block with what both texts showed of it and made of it.
struct BlockAb {
    BlockWeights weights;
    std::array<std::vector<InputStatistics>, kTexts> statistics;
    std::array<QuantizedBlock, kTexts> solved;
};

void measure(const Model& model, const BlockAb& block, CalibrationAb& result, Totals& totals, JobContext& job) {
    std::vector<std::optional<double>> cosine_of_group(model.groups.size());
    for (std::size_t i = 0; i < block.solved[0].linears.size(); ++i) {
        job.checkpoint({});
        const LinearInfo& info = model.linear(block.solved[0].linears[i].name);
        const auto group = static_cast<std::size_t>(info.group);
        const Matrix& weight = block.weights.linears.at(info.key()).weight;
        LayerAb layer;
        layer.layer = info.name;
        layer.is_same_solution = isSame(block.solved[0].linears[i], block.solved[1].linears[i]);
        AbTable output_error{};
        std::array<double, kTexts> energy{};
        std::array<double, kTexts> token_share{};
        for (std::size_t text = 0; text < kTexts; ++text) {
            const InputStatistics& input = block.statistics[text][group];
            const QuantizedLinear& own = block.solved[text].linears[i];
            const QuantizedLinear& foreign = block.solved[1 - text].linears[i];
            const LayerError from_foreign = errorOn(foreign, weight, input);
            layer.error[text][text] = own.report.error.relative_output_error;
            layer.error[1 - text][text] = from_foreign.relative_output_error;
            output_error[text][text] = own.report.error.output_error;
            output_error[1 - text][text] = from_foreign.output_error;
            energy[text] = outputError(weight, input.hessian);
            token_share[text] = tokenShare(own.report);
            layer.reached_tokens[text] = own.report.reached_tokens;
            layer.has_stand_in[text] = own.report.has_stand_in;
        }
        std::optional<double>& cosine = cosine_of_group[group];
        if (!cosine) cosine = cosineOf(block.statistics[0][group].hessian, block.statistics[1][group].hessian);
        layer.hessian_cosine = *cosine;
        totals.add(layer, output_error, energy, token_share);
        result.layers.push_back(std::move(layer));
    }
}

}  // namespace

double foreignFactor(const AbTable& error, std::size_t measured) noexcept {
    const double own = error[measured][measured];
    const double foreign = error[1 - measured][measured];
    if (own > 0.0) return foreign / own;
    return foreign > 0.0 ? std::numeric_limits<double>::infinity() : 1.0;
}

bool CalibrationAb::isSameSolution() const noexcept { return std::ranges::all_of(layers, &LayerAb::is_same_solution); }

void checkCalibrationAb(const Model& model, const MethodSpec& method) {
    checkMethod(model, method);
    if (needsOwnWalk(method)) {
        throw Error(ErrorCode::InvalidOption,
                    "calibration: " + std::string(methodName(method)) +
                        ": expected a method fed by the original model, so that both texts meet the same one, found true_sequential or "
                        "feed quantized");
    }
    for (const LinearInfo* linear : quantizedLayers(model, method)) {
        if (methodFor(method, linear->name).activations != ActivationScale::PerTensor) continue;
        throw Error(ErrorCode::InvalidOption, "calibration: " + linear->name +
                                                  ": expected int8 inputs with a scale per token, found one per tensor: what such a scale "
                                                  "cuts off of another text does not show in that text's statistics");
    }
}

CalibrationAb calibrationAb(const Model& model, const Samples& a, const Samples& b, const MethodSpec& method, const ForwardOptions& forward,
                            JobContext& job) {
    const auto start = std::chrono::steady_clock::now();
    checkCalibrationAb(model, method);
    std::array<HiddenStates, kTexts> hidden = {embed(model, a.windows), embed(model, b.windows)};
    CalibrationOptions gather;
    gather.forward = forward;
    CalibrationAb result;
    Totals totals;
    const auto total = static_cast<std::int64_t>(kTexts * model.linears.size());
    for (int number = 0; number < model.config.n_blocks; ++number) {
        const auto in_block = static_cast<std::int64_t>(model.linearsOf(number).size());
        const std::int64_t before = model.linearsOf(number).data() - model.linears.data();
        const std::string detail = "block " + std::to_string(number);
        JobContext part = layerProgress(job, static_cast<std::int64_t>(kTexts) * before, total, detail);
        part.checkpoint({});
        BlockAb block;
        block.weights = loadBlock(model, number);
        for (std::size_t text = 0; text < kTexts; ++text)
            block.statistics[text] = gatherBlock(model, block.weights, number, hidden[text], gather, part);
        for (std::size_t text = 0; text < kTexts; ++text) {
            // quantizeBlock() counts the layers of one text; here they are counted over both.
            const std::int64_t done = static_cast<std::int64_t>(kTexts) * before + static_cast<std::int64_t>(text) * in_block;
            JobContext counted(job.stopToken(), [&](const Progress& now) {
                job.checkpoint({"quantizing", done + (now.done - before), total, now.detail});
            });
            block.solved[text] = quantizeBlock(model, number, block.weights, block.statistics[text], method, {}, counted);
        }
        JobContext measuring = layerProgress(job, static_cast<std::int64_t>(kTexts) * (before + in_block), total, detail);
        measure(model, block, result, totals, measuring);
    }
    totals.writeTo(result);
    job.checkpoint({"quantizing", total, total});
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return result;
}

}  // namespace salient
