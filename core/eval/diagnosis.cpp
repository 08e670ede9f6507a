#include "core/eval/diagnosis.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.h"
#include "core/io/name_pattern.h"
#include "core/quant/check.h"
#include "core/quant/quantize_block.h"

namespace salient {

namespace {

// What counts as standing out. Chosen so that layers of a model without planted trouble stay silent; see tst_diagnosis.
constexpr double kOutlierShare = 0.5;     // of the error, in …
constexpr double kOutlierChannels = 0.1;  // … at most that part of the channels
constexpr double kOutlierRatio = 8.0;     // largest |x| of such a channel over the median channel's
constexpr double kLonePeak = 6.0;         // largest |w| of a group over its root mean square
constexpr double kLoneShare = 0.25;
constexpr double kInputShare = 0.5;

/// Changes of a run's method for one of its layers.
class Trials {
public:
    Trials(const Model& model, const MethodSpec& method, const LinearInfo& layer)
        : model_(model), method_(method), own_(methodFor(method, layer.name)), info_(layer) {}

    /// The method as it is for this layer.
    [[nodiscard]] const MethodSpec& own() const noexcept { return own_; }

    void tryOverride(ErrorFinding& finding, LayerOverride change, ErrorRemedy remedy, double value = 0.0) const {
        const bool scales = own_.scaling != Scaling::None || change.method.has_value();
        change.layers = layersOfItsKind(scales);
        MethodSpec trial = method_;
        trial.overrides.insert(trial.overrides.begin(), std::move(change));
        tryMethod(finding, std::move(trial), remedy, value);
    }

    /// Only what the model and the method can do is offered.
    void tryMethod(ErrorFinding& finding, MethodSpec trial, ErrorRemedy remedy, double value = 0.0) const {
        try {
            checkMethod(model_, trial);
        } catch (const Error&) {
            return;
        }
        finding.trial = std::move(trial);
        finding.remedy = remedy;
        finding.remedy_value = value;
    }

    void trySmallerGroups(ErrorFinding& finding) const {
        for (const Index size : {64, 32, 16}) {
            const bool is_smaller = own_.grid.group_size < 0 || size < own_.grid.group_size;
            if (!is_smaller || info_.in_features % size != 0 || own_.activations != ActivationScale::None) continue;
            tryOverride(finding, {{}, {}, {}, size}, ErrorRemedy::SmallerGroups, static_cast<double>(size));
            if (finding.trial) return;
        }
        tryMoreBits(finding);
    }

    void tryMoreBits(ErrorFinding& finding) const {
        if (own_.activations != ActivationScale::None || own_.grid.bits >= 8) return;
        const int bits = own_.grid.bits < 4 ? 4 : 8;
        tryOverride(finding, {{}, {}, bits, {}}, ErrorRemedy::MoreBits, bits);
    }

    void tryScaling(ErrorFinding& finding) const {
        const Absorber& absorber = model_.groups.at(static_cast<std::size_t>(info_.group)).absorber;
        const bool can_scale =
            absorber.kind == Absorber::Kind::Norm || (absorber.kind == Absorber::Kind::Linear && method_.fold_into_linears);
        if (own_.scaling == Scaling::None && can_scale) {
            if (own_.activations != ActivationScale::None) {
                tryOverride(finding, {{}, "smoothquant", {}, {}}, ErrorRemedy::SmoothQuant);
            } else {
                tryOverride(finding, {{}, own_.rounding == Rounding::Gptq ? "awq+gptq" : "awq", {}, {}}, ErrorRemedy::AwqScales);
            }
        }
        if (!finding.trial) trySmallerGroups(finding);
    }

    /// The layer stays in 16 bits, with those that share its scales; whole_input: with all that read its input.
    void tryKeeping(ErrorFinding& finding, bool whole_input) const {
        MethodSpec trial = method_;
        trial.keep.push_back(own_.scaling == Scaling::None && whole_input ? readersOfItsInput()
                                                                          : layersOfItsKind(own_.scaling != Scaling::None));
        const std::size_t n_before = quantizedLayers(model_, method_).size();
        const std::size_t n_after = quantizedLayers(model_, trial).size();
        tryMethod(finding, std::move(trial), ErrorRemedy::KeepIn16Bits, static_cast<double>(n_before - n_after));
    }

private:
    /// An expression for that layer of every expert of its block.
    [[nodiscard]] static std::string ofEveryExpert(const LinearInfo& linear) {
        const std::string number = "." + std::to_string(linear.expert) + ".";
        const std::size_t place = linear.name.rfind(number);
        return NamePattern::escaped(linear.name.substr(0, place)) + "\\.[0-9]+\\." +
               NamePattern::escaped(linear.name.substr(place + number.size()));
    }

    /// An expression for the layers that must have equal settings with this one.
    [[nodiscard]] std::string layersOfItsKind(bool scales) const {
        std::string names;
        const int scale_group = scaleGroup(model_, info_.group);
        for (const LinearInfo& other : model_.linearsOf(info_.block)) {
            const bool shares_scales = scaleGroup(model_, other.group) == scale_group && !isRouter(other.role);
            if (other.name != info_.name && !(scales && shares_scales)) continue;
            // The experts of a block, of which there may be hundreds, differ by their numbers alone.
            if (scales && other.expert > 0 && other.group != scale_group) continue;
            names += (names.empty() ? "" : "|") +
                     (scales && other.group != scale_group ? ofEveryExpert(other) : NamePattern::escaped(other.name));
        }
        return "^(" + names + ")$";
    }

    [[nodiscard]] std::string readersOfItsInput() const {
        std::string names;
        for (const LinearInfo& other : model_.linearsOf(info_.block)) {
            if (other.group == info_.group && !isRouter(other.role)) names += (names.empty() ? "" : "|") + NamePattern::escaped(other.name);
        }
        return "^(" + names + ")$";
    }

    const Model& model_;
    const MethodSpec& method_;
    MethodSpec own_;
    const LinearInfo& info_;
};

/// What of a layer is beyond its type.
class Overflow {
public:
    Overflow(const Trials& trials, const LinearInfo& info, MatrixView weight, const InputStatistics& input)
        : trials_(trials), info_(info), weight_(weight), input_(input) {}

    std::vector<ErrorFinding> run() {
        findHessian();
        findScales();
        return std::move(found_);
    }

    /// Where neither says it: the largest numbers that went in. n_values of the layer's weights have no error, the first at row, channel.
    [[nodiscard]] ErrorFinding result(Index n_values, Index row, Index channel) const {
        ErrorFinding finding = begun(ErrorCause::ResultOverflow);
        finding.n_values = n_values;
        finding.row = row;
        finding.channel = channel;
        if (channel < 0) {
            const auto highest = std::ranges::max_element(input_.channels.max_abs);
            finding.channel = highest - input_.channels.max_abs.begin();
        }
        const auto at = static_cast<std::size_t>(finding.channel);
        finding.peak = static_cast<double>(input_.channels.max_abs[at]);
        finding.token = input_.channels.max_abs_token[at];
        trials_.tryKeeping(finding, true);
        return finding;
    }

private:
    [[nodiscard]] ErrorFinding begun(ErrorCause cause) const {
        ErrorFinding finding;
        finding.cause = cause;
        finding.in_features = info_.in_features;
        return finding;
    }

    /// Squares are summed in float32. Where the sums were not kept, what they are is known in double.
    [[nodiscard]] bool isBeyond(Index channel) const {
        if (input_.hessian.size() > 0) return !std::isfinite(input_.hessian(channel, channel));
        const auto at = static_cast<std::size_t>(channel);
        constexpr auto kLargest = static_cast<double>(std::numeric_limits<float>::max());
        const auto peak = static_cast<double>(input_.channels.max_abs[at]);
        const double mean_square = input_.channels.sum_squares[at] / static_cast<double>(std::max<Index>(1, input_.channels.n_tokens));
        return peak * peak > kLargest || 2.0 * mean_square > kLargest;
    }

    void findHessian() {
        ErrorFinding finding = begun(ErrorCause::HessianOverflow);
        for (Index channel = 0; channel < info_.in_features; ++channel) {
            if (!isBeyond(channel)) continue;
            const auto peak = static_cast<double>(input_.channels.max_abs[static_cast<std::size_t>(channel)]);
            if (finding.n_channels++ > 0 && peak <= finding.peak) continue;
            finding.channel = channel;
            finding.peak = peak;
        }
        if (finding.n_channels == 0) return;
        finding.share = static_cast<double>(finding.n_channels) / static_cast<double>(info_.in_features);
        finding.token = input_.channels.max_abs_token[static_cast<std::size_t>(finding.channel)];
        trials_.tryKeeping(finding, true);
        found_.push_back(std::move(finding));
    }

    void findScales() {
        const GridSpec& grid = trials_.own().grid;
        const Index width = grid.groupSizeFor(weight_.cols());
        ErrorFinding finding = begun(ErrorCause::ScaleOverflow);
        finding.group_size = width;
        Index n_groups = 0;
        for (Index row = 0; row < weight_.rows(); ++row) {
            for (Index first = 0; first < weight_.cols(); first += width, ++n_groups) {
                const Index n = std::min(width, weight_.cols() - first);
                const auto group = weight_.row(row).segment(first, n);
                GridSpec plain = grid;  // the search would only shrink it
                plain.mse_search = false;
                if (std::isfinite(gridOf(group.data(), n, plain).scale)) continue;
                Index at = 0;
                const auto highest = static_cast<double>(group.cwiseAbs().maxCoeff(&at));
                if (finding.n_values++ > 0 && highest <= finding.peak) continue;
                finding.peak = highest;
                finding.row = row;
                finding.channel = first + at;
            }
        }
        if (finding.n_values == 0) return;
        finding.share = static_cast<double>(finding.n_values) / static_cast<double>(n_groups);
        trials_.tryKeeping(finding, false);
        found_.push_back(std::move(finding));
    }

    const Trials& trials_;
    const LinearInfo& info_;
    MatrixView weight_;
    const InputStatistics& input_;
    std::vector<ErrorFinding> found_;
};

class Diagnosis {
public:
    Diagnosis(const Model& model, const MethodSpec& method, const QuantizedLinear& linear, MatrixView weight, const ErrorMap& map,
              const InputStatistics& input)
        : trials_(model, method, model.linear(linear.name)),
          own_(trials_.own()),
          method_(method),
          linear_(linear),
          info_(model.linear(linear.name)),
          weight_(weight),
          map_(map),
          input_(input) {}

    std::vector<ErrorFinding> run() {
        if (!isFinite()) return overflows();  // shares of an error that is no number say nothing
        findOutlierChannels();
        findLoneWeights();
        findInputRounding();
        findSaturation();
        findFewTokens();
        findDeadChannels();
        std::ranges::stable_sort(found_, std::ranges::greater(), &ErrorFinding::share);
        return std::move(found_);
    }

private:
    [[nodiscard]] bool isFinite() const {
        const auto is_number = [](double value) { return std::isfinite(value); };
        return std::isfinite(linear_.report.error.output_error) && std::ranges::all_of(map_.by_channel, is_number);
    }

    [[nodiscard]] std::vector<ErrorFinding> overflows() const {
        Overflow overflow(trials_, info_, weight_, input_);
        std::vector<ErrorFinding> found = overflow.run();
        if (!found.empty()) return found;
        Index n_values = 0;
        MatrixPlace first{-1, -1};
        for (Index row = 0; row < map_.output_error.rows(); ++row) {
            for (Index channel = 0; channel < map_.output_error.cols(); ++channel) {
                if (!std::isfinite(map_.output_error(row, channel)) && n_values++ == 0) first = {row, channel};
            }
        }
        found.push_back(overflow.result(n_values, first.row, first.column));
        return found;
    }

    void findOutlierChannels() {
        const std::vector<double>& by_channel = map_.by_channel;
        const double total = std::accumulate(by_channel.begin(), by_channel.end(), 0.0);
        if (total <= 0.0) return;
        std::vector<Index> order(by_channel.size());
        std::iota(order.begin(), order.end(), Index{0});
        const auto error_of = [&](Index channel) { return by_channel[static_cast<std::size_t>(channel)]; };
        std::ranges::sort(order, std::ranges::greater(), error_of);
        double share = 0.0;
        std::size_t n_top = 0;
        while (n_top < order.size() && share < kOutlierShare) share += error_of(order[n_top++]) / total;
        const Index worst = order.front();
        const double ratio = static_cast<double>(input_.channels.max_abs[static_cast<std::size_t>(worst)]) / medianMaximum();
        if (static_cast<double>(n_top) > std::max(1.0, kOutlierChannels * static_cast<double>(order.size())) || !(ratio > kOutlierRatio))
            return;
        ErrorFinding finding;
        finding.in_features = info_.in_features;
        finding.cause = ErrorCause::OutlierChannels;
        finding.share = share;
        finding.channel = worst;
        finding.token = input_.channels.max_abs_token[static_cast<std::size_t>(worst)];
        finding.n_channels = static_cast<Index>(n_top);
        finding.peak = static_cast<double>(input_.channels.max_abs[static_cast<std::size_t>(worst)]);
        finding.median_peak = medianMaximum();
        trials_.tryScaling(finding);
        found_.push_back(std::move(finding));
    }

    [[nodiscard]] double medianMaximum() const {
        std::vector<float> maxima = input_.channels.max_abs;
        const auto middle = maxima.begin() + static_cast<std::ptrdiff_t>(maxima.size() / 2);
        std::nth_element(maxima.begin(), middle, maxima.end());
        return std::max(static_cast<double>(*middle), 1e-30);
    }

    void findLoneWeights() {
        if (own_.grid.per_tensor) return;
        const Index width = own_.grid.groupSizeFor(weight_.cols());
        constexpr Index kFewestWeights = 8;  // a few weights have no typical size
        if (width < kFewestWeights) return;
        double all = 0.0;
        double lone = 0.0;
        double worst = 0.0;
        ErrorFinding finding;
        finding.in_features = info_.in_features;
        for (Index row = 0; row < weight_.rows(); ++row) {
            for (Index first = 0; first < weight_.cols(); first += width) {
                const Index n = std::min(width, weight_.cols() - first);
                const auto group = weight_.row(row).segment(first, n);
                const double error = map_.output_error.row(row).segment(first, n).cast<double>().sum();
                all += error;
                Index at = 0;
                const double highest = static_cast<double>(group.cwiseAbs().maxCoeff(&at));
                const double rms = std::sqrt(group.cast<double>().squaredNorm() / static_cast<double>(n));
                if (!(highest > kLonePeak * rms)) continue;
                lone += error;
                if (error <= worst) continue;
                worst = error;
                finding.peak_over_rms = highest / rms;
                finding.row = row;
                finding.channel = first + at;
            }
        }
        if (all <= 0.0 || lone < kLoneShare * all) return;
        finding.cause = ErrorCause::LoneWeights;
        finding.share = lone / all;
        finding.group_size = width;
        trials_.trySmallerGroups(finding);
        found_.push_back(std::move(finding));
    }

    void findInputRounding() {
        if (own_.activations == ActivationScale::None || linear_.report.error.output_error <= 0.0) return;
        const double share = 1.0 - map_.total.output_error / linear_.report.error.output_error;
        if (share < kInputShare) return;
        ErrorFinding finding;
        finding.in_features = info_.in_features;
        finding.cause = ErrorCause::InputRounding;
        finding.share = share;
        const auto highest = std::ranges::max_element(input_.channels.max_abs);
        finding.channel = highest - input_.channels.max_abs.begin();
        finding.token = input_.channels.max_abs_token[static_cast<std::size_t>(finding.channel)];
        finding.peak = static_cast<double>(*highest);
        finding.median_peak = medianMaximum();
        if (own_.activations == ActivationScale::PerTensor) {
            MethodSpec trial = method_;
            trial.activations = ActivationScale::PerToken;
            trials_.tryMethod(finding, std::move(trial), ErrorRemedy::TokenScales);
        }
        if (!finding.trial) trials_.tryScaling(finding);
        found_.push_back(std::move(finding));
    }

    void findSaturation() {
        const double share = linear_.report.saturated_fraction;
        if (own_.grid.bits <= 2 || share < saturationLimit(own_.grid.bits)) return;
        ErrorFinding finding;
        finding.in_features = info_.in_features;
        finding.cause = ErrorCause::Saturation;
        finding.share = share;
        trials_.tryMoreBits(finding);
        found_.push_back(std::move(finding));
    }

    void findFewTokens() {
        if (own_.rounding != Rounding::Gptq) return;
        const Index n_tokens = input_.channels.n_tokens;
        const std::vector<double>& tries = linear_.report.damping_tries;
        const bool has_retried = tries.size() > 1;
        if (n_tokens >= info_.in_features && !has_retried) return;
        ErrorFinding finding;
        finding.in_features = info_.in_features;
        finding.cause = ErrorCause::FewTokens;
        finding.share = n_tokens < info_.in_features ? 1.0 - static_cast<double>(n_tokens) / static_cast<double>(info_.in_features) : 0.0;
        finding.n_tokens = n_tokens;
        if (!tries.empty()) finding.damping_asked = tries.front();
        if (has_retried) finding.damping_needed = tries.back();
        constexpr double kMostDamping = 0.1;
        if (method_.gptq.damping < kMostDamping) {
            const double damping = std::min(kMostDamping, 10.0 * std::max(method_.gptq.damping, 0.001));
            MethodSpec trial = method_;
            trial.gptq.damping = damping;
            trials_.tryMethod(finding, std::move(trial), ErrorRemedy::MoreDamping, damping);
        }
        found_.push_back(std::move(finding));
    }

    void findDeadChannels() {
        const auto n_dead = std::ranges::count(input_.channels.max_abs, 0.0F);
        if (n_dead == 0) return;
        ErrorFinding finding;
        finding.in_features = info_.in_features;
        finding.cause = ErrorCause::DeadChannels;
        finding.share = static_cast<double>(n_dead) / static_cast<double>(info_.in_features);
        finding.channel = std::ranges::find(input_.channels.max_abs, 0.0F) - input_.channels.max_abs.begin();
        finding.n_channels = n_dead;
        found_.push_back(std::move(finding));
    }

    Trials trials_;
    const MethodSpec& own_;
    const MethodSpec& method_;
    const QuantizedLinear& linear_;
    const LinearInfo& info_;
    MatrixView weight_;
    const ErrorMap& map_;
    const InputStatistics& input_;
    std::vector<ErrorFinding> found_;
};

}  // namespace

double saturationLimit(int bits) { return std::max(0.5, 4.0 / static_cast<double>(1 << bits)); }

namespace {

void require(bool holds, const std::string& layer, const std::string& what, const std::string& found) {
    if (!holds) throw Error(ErrorCode::ShapeMismatch, "diagnoseLayer: " + layer + ": expected " + what + ", found " + found);
}

std::string shapeText(Index rows, Index cols) { return "[" + std::to_string(rows) + ", " + std::to_string(cols) + "]"; }

void requireShapes(const LinearInfo& info, MatrixView weight, const InputStatistics& input) {
    require(weight.rows() == info.out_features && weight.cols() == info.in_features, info.name,
            "a weight of " + shapeText(info.out_features, info.in_features), shapeText(weight.rows(), weight.cols()));
    require(input.channels.channelCount() == info.in_features, info.name, std::to_string(info.in_features) + " channels",
            std::to_string(input.channels.channelCount()));
}

}  // namespace

std::vector<ErrorFinding> diagnoseLayer(const Model& model, const MethodSpec& method, const QuantizedLinear& linear, MatrixView weight,
                                        const ErrorMap& map, const InputStatistics& input) {
    const LinearInfo& info = model.linear(linear.name);
    requireShapes(info, weight, input);
    require(map.output_error.rows() == info.out_features && map.output_error.cols() == info.in_features, info.name,
            "an error map of the same shape", shapeText(map.output_error.rows(), map.output_error.cols()));
    return Diagnosis(model, method, linear, weight, map, input).run();
}

std::vector<ErrorFinding> diagnoseOverflow(const Model& model, const MethodSpec& method, const std::string& layer, MatrixView weight,
                                           const InputStatistics& input) {
    const LinearInfo& info = model.linear(layer);
    requireShapes(info, weight, input);
    const Trials trials(model, method, info);
    Overflow overflow(trials, info, weight, input);
    std::vector<ErrorFinding> found = overflow.run();
    if (found.empty()) found.push_back(overflow.result(0, -1, -1));
    return found;
}

}  // namespace salient
