#include "core/eval/hessian_convergence.h"

#include <algorithm>
#include <cmath>

#include "core/calib/observe_windows.h"
#include "core/kernels/gram.h"
#include "core/kernels/layout.h"
#include "core/quant/layer_error.h"

namespace salient {

namespace {

/// One input of the block while windows go by.
struct GatheredInput {
    int group = 0;
    Index seen_tokens = 0;
    Matrix sum;                    ///< lower triangle, over the tokens so far, times 2 / all tokens
    std::vector<Matrix> of_parts;  ///< H of each part, both triangles
};

/// The inputs of a block that are measured, and the first layer that reads each.
std::vector<GatheredInput> inputsOf(const Model& model, const LinearInfo& layer, std::vector<std::string>& readers) {
    std::vector<GatheredInput> inputs;
    for (int group = 0; group < static_cast<int>(model.groups.size()); ++group) {
        const InputGroup& info = model.groups[static_cast<std::size_t>(group)];
        const bool is_wanted = group == layer.group || info.expert == kNoExpert || info.expert == kSharedExpert;
        if (!is_wanted || !model.hasGroup(layer.block, group)) continue;
        const auto linears = model.linearsOf(layer.block);
        const auto reader = std::ranges::find(linears, group, &LinearInfo::group);
        if (reader == linears.end()) continue;
        GatheredInput input;
        input.group = group;
        input.sum = Matrix::Zero(info.in_features, info.in_features);
        inputs.push_back(std::move(input));
        readers.push_back(reader->name);
    }
    return inputs;
}

/// Where a quarter, a half and all of n windows end.
std::vector<Index> partEnds(Index n_windows) {
    std::vector<Index> ends{(n_windows + 3) / 4, (n_windows + 1) / 2, n_windows};
    ends.erase(std::unique(ends.begin(), ends.end()), ends.end());
    return ends;
}

/// Sums become means over the tokens that were seen so far.
Matrix meanOf(const GatheredInput& input, Index all_tokens) {
    Matrix hessian = input.sum;
    mirrorLower(hessian);
    if (input.seen_tokens > 0) hessian *= static_cast<float>(static_cast<double>(all_tokens) / static_cast<double>(input.seen_tokens));
    return hessian;
}

double relativeChange(const Matrix& part, const Matrix& whole) {
    double change = 0.0;
    double size = 0.0;
    for (Index row = 0; row < whole.rows(); ++row) {
        change += (part.row(row) - whole.row(row)).cast<double>().squaredNorm();
        size += whole.row(row).cast<double>().squaredNorm();
    }
    return size > 0.0 ? std::sqrt(change / size) : 0.0;
}

}  // namespace

HessianConvergence hessianConvergence(const Calibration& calibration, const LinearInfo& layer, const GridSpec& grid,
                                      const GptqOptions& options, JobContext& job) {
    const Model& model = *calibration.model;
    const TokenWindows& windows = calibration.samples.windows;
    HessianConvergence result;
    result.layer = layer.name;
    std::vector<GatheredInput> inputs = inputsOf(model, layer, result.readers);
    const Index all_tokens = windows.count() * windows.seq_len;
    const auto factor = static_cast<float>(2.0 / static_cast<double>(std::max<Index>(1, all_tokens)));
    const InputObserver observer = [&](const InputObservation& seen) {
        const auto input = std::ranges::find(inputs, seen.group, &GatheredInput::group);
        if (input == inputs.end()) return;
        input->seen_tokens += seen.x.rows();
        accumulateGram(seen.x, factor, input->sum, calibration.compute);
    };
    Index first = 0;
    for (const Index end : partEnds(windows.count())) {
        const std::int64_t per_token = layer.block + 1;
        JobContext part({}, [&job, before = first * windows.seq_len * per_token, all = all_tokens * per_token](const Progress& now) {
            job.checkpoint({now.stage, before + now.done, all, now.detail});
        });
        observeWindows(calibration, layer.block, {first, end}, observer, part);
        for (GatheredInput& input : inputs) input.of_parts.push_back(meanOf(input, all_tokens));
        result.parts.push_back({end, end * windows.seq_len, {}, 0.0});
        first = end;
    }
    const Matrix weight = loadLinear(model, layer);
    for (std::size_t i = 0; i < result.parts.size(); ++i) {
        for (const GatheredInput& input : inputs) {
            const Matrix& whole = input.of_parts.back();
            result.parts[i].hessian_change.push_back(relativeChange(input.of_parts[i], whole));
            if (input.group != layer.group) continue;
            const GptqResult solved = quantizeGptq(weight, input.of_parts[i], grid, options, job);
            result.parts[i].relative_output_error = layerError(weight, solved.effectiveWeight(), whole).relative_output_error;
        }
    }
    return result;
}

}  // namespace salient
