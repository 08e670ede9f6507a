#include "core/quant/quantize_model.h"

#include <chrono>
#include <map>
#include <optional>

#include "core/calib/input_source.h"
#include "core/model/raised_tokens.h"
#include "core/quant/quantize_block.h"

namespace salient {

namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

std::int64_t layersBefore(const Model& model, int block) {
    if (block >= model.config.n_blocks) return static_cast<std::int64_t>(model.linears.size());
    return model.linearsOf(block).data() - model.linears.data();
}

/// Progress of the parts of a walk that work on a whole block.
JobContext blockProgress(JobContext& job, const Model& model, int block) {
    return layerProgress(job, layersBefore(model, block), static_cast<std::int64_t>(model.linears.size()),
                         "block " + std::to_string(block));
}

/// Walks hidden states through the original model and hands out each block's statistics, for Hessians that were not kept; or reads them
/// again where they came from a file.
class StatisticsWalk {
public:
    explicit StatisticsWalk(const Calibration& calibration) : calibration_(calibration) {}

    /// Blocks must be asked for in increasing order.
    std::vector<InputStatistics> gather(int block, const BlockWeights& weights, JobContext& job) {
        const Model& model = *calibration_.model;
        if (calibration_.source) return gatherBlock(model, block, *calibration_.source, true, job);
        CalibrationOptions options;
        options.forward.compute = calibration_.compute;
        if (!hidden_) hidden_ = embed(model, calibration_.samples.windows);
        for (; next_ < block; ++next_) forwardBlock(model, loadBlock(model, next_), next_, *hidden_, options.forward, {}, job);
        ++next_;
        return gatherBlock(model, weights, block, *hidden_, options, job);
    }

private:
    const Calibration& calibration_;
    std::optional<HiddenStates> hidden_;
    int next_ = 0;
};

/// The options that the choice of scales obeys: each layer has its own clip.
AwqOptions withoutClip(AwqOptions options) {
    const AwqOptions defaults;
    options.search_clip = defaults.search_clip;
    options.fixed_clip = defaults.fixed_clip;
    options.n_clip_levels = defaults.n_clip_levels;
    options.clip_layers = defaults.clip_layers;
    return options;
}

/// Layers that read one input share its scales, which are chosen for one grid.
void checkSharedScale(const std::string& name, const MethodSpec& own, const std::string& first_name, const MethodSpec& first) {
    if (own.scaling == Scaling::None && first.scaling == Scaling::None) return;
    const bool is_alike = own.scaling == first.scaling && own.grid == first.grid;
    if (is_alike && withoutClip(own.awq) == withoutClip(first.awq) && own.smoothquant == first.smoothquant) return;
    const auto text = [](const MethodSpec& method) {
        std::string said = std::string(methodName(method)) + " " + std::to_string(method.grid.bits) + "-bit, group size " +
                           std::to_string(method.grid.group_size);
        if (method.scaling == Scaling::SmoothQuant && !method.smoothquant.search_alpha)
            said += ", alpha " + std::to_string(method.smoothquant.alpha);
        if (method.scaling == Scaling::Awq && method.awq.fixed_ratio >= 0.0) said += ", ratio " + std::to_string(method.awq.fixed_ratio);
        return said;
    };
    throw Error(ErrorCode::InvalidOption, "quantize: " + name + ": expected what " + first_name +
                                              ", which shares its input and scales, has (" + text(first) + "), found " + text(own) +
                                              ": one override must name all layers of that input");
}

/// Of an importance matrix, which knows mean squares alone, only some methods can make use.
void requireInputs(const Calibration& calibration, const MethodSpec& method) {
    if (!calibration.source || !calibration.source->isDiagonal()) return;
    for (const LinearInfo* linear : quantizedLayers(*calibration.model, method)) {
        const MethodSpec own = methodFor(method, linear->name);
        std::string reason;
        if (own.rounding == Rounding::Gptq)
            reason = "GPTQ spreads errors by the whole Hessian, and by its diagonal alone rounds as RTN does";
        if (own.scaling == Scaling::SmoothQuant || own.activations != ActivationScale::None)
            reason = "SmoothQuant and W8A8 need the largest input of each channel";
        if (reason.empty()) continue;
        throw Error(ErrorCode::InvalidOption, "quantize: " + linear->name + ": " + std::string(methodName(own)) +
                                                  ": expected inputs, or a text to run, found an " + calibration.source->description() +
                                                  ", which holds mean squares: " + reason + "; rtn and awq can use it");
    }
}

void requireStart(const Model& model, const QuantizeOptions& options) {
    const int first = options.first_block;
    if (first < 0 || first > model.config.n_blocks || (first > 0 && !options.hidden_before)) {
        throw Error(ErrorCode::InvalidOption, "quantize: first block: expected 0 to " + std::to_string(model.config.n_blocks) +
                                                  ", with the hidden states that enter it, found " + std::to_string(first));
    }
}

bool hessiansKept(const Calibration& calibration, int block) {
    const int n_groups = static_cast<int>(calibration.model->groups.size());
    for (int group = 0; group < n_groups; ++group) {
        if (!calibration.model->hasGroup(block, group)) continue;
        if (calibration.of(block, group).hessian.size() == 0) return false;
    }
    return true;
}

/// Hidden states of an earlier start come from a file that anyone may have changed.
void requireFitting(const HiddenStates& hidden, const Model& model, const TokenWindows& windows, int block) {
    const auto n_tokens = static_cast<Index>(windows.ids.size());
    if (hidden.seq_len == windows.seq_len && hidden.values.rows() == n_tokens && hidden.values.cols() == model.config.hidden_size) return;
    const auto inWords = [](Index rows, Index cols, Index seq_len) {
        return "[" + std::to_string(rows) + ", " + std::to_string(cols) + "] in windows of " + std::to_string(seq_len);
    };
    throw Error(ErrorCode::Format, "quantize: block " + std::to_string(block) + ": expected hidden states " +
                                       inWords(n_tokens, model.config.hidden_size, windows.seq_len) + ", found " +
                                       inWords(hidden.values.rows(), hidden.values.cols(), hidden.seq_len));
}

}  // namespace

bool needsOwnWalk(const MethodSpec& method) { return method.feed == MethodSpec::Feed::Quantized || method.true_sequential; }

HiddenStates hiddenAfter(const Model& model, const Samples& samples, const MethodSpec& method, std::span<const QuantizedBlock> done,
                         const ForwardOptions& forward, JobContext& job) {
    HiddenStates hidden = embed(model, samples.windows);
    for (const QuantizedBlock& block : done) {
        JobContext part = blockProgress(job, model, block.block);
        part.checkpoint({});
        BlockWeights weights = loadBlock(model, block.block);
        if (method.feed == MethodSpec::Feed::Quantized) weights = overlay(std::move(weights), model, block);
        forwardBlock(model, weights, block.block, hidden, forward, {}, part);
    }
    return hidden;
}

void checkMethod(const Model& model, const MethodSpec& method) {
    method.validate();
    bool any = false;
    for (int block = 0; block < model.config.n_blocks; ++block) {
        const BlockLayers layers = blockLayers(model, block, method);
        std::map<int, std::pair<std::string, MethodSpec>> first_of_group;
        for (std::size_t i = 0; i < layers.all.size(); ++i) {
            if (layers.is_kept[i]) continue;
            any = true;
            const LinearInfo& linear = *layers.all[i];
            const MethodSpec own = methodFor(method, linear.name);
            const auto [first, is_new] = first_of_group.try_emplace(scaleGroup(model, linear.group), linear.name, own);
            if (!is_new) checkSharedScale(linear.name, own, first->second.first, first->second.second);
        }
    }
    if (!any) throw Error(ErrorCode::InvalidOption, "quantize: keep: expected at least one layer left to quantize, found none");
}

void quantizeModel(const std::shared_ptr<const Model>& model, const Samples& samples, const MethodSpec& method,
                   const QuantizeOptions& options, const BlockSink& sink, JobContext& job) {
    checkMethod(*model, method);
    CalibrationOptions gather;
    gather.forward = options.forward;
    requireStart(*model, options);
    HiddenStates hidden = options.first_block > 0 ? options.hidden_before() : embed(*model, samples.windows);
    requireFitting(hidden, *model, samples.windows, options.first_block);
    const auto done = [&](int block) {
        if (options.after_block) options.after_block(block + 1, hidden);
    };
    for (int block = options.first_block; block < model->config.n_blocks; ++block) {
        JobContext part = blockProgress(job, *model, block);
        part.checkpoint({});
        BlockWeights weights = loadBlock(*model, block);
        if (!needsOwnWalk(method)) {
            const std::vector<InputStatistics> statistics = gatherBlock(*model, weights, block, hidden, gather, part);
            sink(quantizeBlock(*model, block, weights, statistics, method, {}, job));
            done(block);
            continue;
        }
        // The block is passed again below, quantized or as it is.
        CalibrationOptions look = gather;
        look.leave_hidden = true;
        const std::vector<InputStatistics> statistics = gatherBlock(*model, weights, block, hidden, look, part);
        GroupObserver observe;
        if (method.true_sequential) {
            observe = [&](int group, const BlockWeights& so_far) {
                return gatherBlock(*model, so_far, block, hidden, gather, part, group);
            };
        }
        QuantizedBlock quantized = quantizeBlock(*model, block, weights, statistics, method, observe, job);
        if (method.feed == MethodSpec::Feed::Quantized) weights = overlay(std::move(weights), *model, quantized);
        RaisedTokens raised;
        raised.count(weights, *model, block);
        forwardBlock(*model, weights, block, hidden, options.forward, {}, part);
        const std::map<std::string, std::int64_t> raised_tokens = raised.layers();
        const std::map<std::string, std::int64_t> saturated_inputs = raised.saturatedInputs();
        for (QuantizedLinear& linear : quantized.linears) {
            if (const auto found = raised_tokens.find(linear.name); found != raised_tokens.end())
                linear.report.n_raised_tokens = found->second;
            if (const auto found = saturated_inputs.find(linear.name); found != saturated_inputs.end())
                linear.report.n_saturated_inputs = found->second;
        }
        sink(std::move(quantized));
        done(block);
    }
    const auto n_layers = static_cast<std::int64_t>(model->linears.size());
    job.checkpoint({"quantizing", n_layers, n_layers});
}

QuantizedModel quantizeModel(std::shared_ptr<const Model> model, const Samples& samples, const MethodSpec& method,
                             const QuantizeOptions& options, JobContext& job) {
    const Clock::time_point start = Clock::now();
    QuantizedModel result;
    result.original = std::move(model);
    result.method = method;
    quantizeModel(
        result.original, samples, method, options, [&](QuantizedBlock&& block) { result.blocks.push_back(std::move(block)); }, job);
    result.seconds = secondsSince(start);
    return result;
}

std::vector<double> quantizeModels(const Calibration& calibration, std::span<const MethodSpec> methods, const MethodSink& sink,
                                   JobContext& job, int first_block) {
    const Model& model = *calibration.model;
    for (const MethodSpec& method : methods) {
        checkMethod(model, method);
        if (needsOwnWalk(method)) {
            throw Error(ErrorCode::InvalidOption,
                        "quantize: " + std::string(methodName(method)) +
                            ": expected a method fed by the original model for shared statistics, found true_sequential or feed quantized");
        }
        requireInputs(calibration, method);
    }
    std::vector<double> seconds(methods.size(), 0.0);
    const auto n_methods = static_cast<std::int64_t>(methods.size());
    const auto total = static_cast<std::int64_t>(model.linears.size()) * n_methods;
    StatisticsWalk walk(calibration);
    for (int block = first_block; block < model.config.n_blocks; ++block) {
        const std::int64_t done = layersBefore(model, block) * n_methods;
        const std::int64_t per_method = layersBefore(model, block + 1) - layersBefore(model, block);
        JobContext part = layerProgress(job, done, total, "block " + std::to_string(block));
        part.checkpoint({});
        const BlockWeights weights = loadBlock(model, block);
        std::vector<InputStatistics> again;
        std::span<const InputStatistics> statistics;
        if (hessiansKept(calibration, block)) {
            const std::size_t n_groups = model.groups.size();
            statistics = std::span(calibration.inputs).subspan(static_cast<std::size_t>(block) * n_groups, n_groups);
        } else {
            again = walk.gather(block, weights, part);
            statistics = again;
        }
        for (std::size_t m = 0; m < methods.size(); ++m) {
            const Clock::time_point start = Clock::now();
            // quantizeBlock() counts layers of one method; here they are counted over all.
            const std::int64_t before = done + static_cast<std::int64_t>(m) * per_method;
            JobContext counted(job.stopToken(), [&](const Progress& now) {
                job.checkpoint({"quantizing", before + (now.done - layersBefore(model, block)), total, now.detail});
            });
            QuantizedBlock quantized = quantizeBlock(model, block, weights, statistics, methods[m], {}, counted);
            seconds[m] += secondsSince(start);
            sink(m, std::move(quantized));
        }
    }
    job.checkpoint({"quantizing", total, total});
    return seconds;
}

QuantizedModel quantizeModel(const Calibration& calibration, const MethodSpec& method, JobContext& job) {
    QuantizedModel result;
    result.original = calibration.model;
    result.method = method;
    result.seconds = quantizeModels(
                         calibration, std::span(&method, 1),
                         [&](std::size_t, QuantizedBlock&& block) { result.blocks.push_back(std::move(block)); }, job)
                         .front();
    return result;
}

}  // namespace salient
