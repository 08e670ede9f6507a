#include "core/quant/shared_scale.h"

#include <chrono>
#include <utility>

#include "core/error.h"
#include "core/quant/check.h"

namespace salient {
namespace {

SharedScale awqSharedScale(std::span<const MatrixView> weights, const InputStatistics& input, const MethodSpec& method, JobContext& job) {
    const AwqOptions& options = method.awq;
    if (!options.search_scale) return {};
    const std::vector<float> mean_abs = input.channels.meanAbs();
    const std::vector<float> weight_mean = options.duo ? awqWeightMean(weights, method.grid.group_size) : std::vector<float>{};
    const auto at = [&](double ratio, std::vector<float> scales) {
        return SharedScale{std::move(scales), ratio, raisedAwqScales(mean_abs, ratio, options.duo, weight_mean)};
    };
    if (options.fixed_ratio >= 0.0) return at(options.fixed_ratio, awqScales(mean_abs, options.fixed_ratio, options.duo, weight_mean));
    AwqChoice choice = awqChoose(weights, input.hessian, mean_abs, method.grid, options, job);
    return at(choice.ratio, std::move(choice.scales));
}

SharedScale smoothSharedScale(std::span<const MatrixView> weights, const InputStatistics& input, const MethodSpec& method,
                              JobContext& job) {
    SmoothQuantOptions options = method.smoothquant;
    const std::vector<float>& max_abs = input.channels.max_abs;
    if (options.search_alpha) {
        const SmoothCurve curve = smoothSearch(weights, input.hessian, max_abs, method.grid, method.activations, options, job);
        options.alpha = curve.alphas[static_cast<std::size_t>(curve.best)];
    }
    BoundedScales chosen = boundedSmoothScales(max_abs, weights, options);
    return {std::move(chosen.scales), options.alpha, chosen.n_bounded};
}

SharedScale choose(std::span<const MatrixView> weights, const InputStatistics& input, const MethodSpec& method, JobContext& job) {
    switch (method.scaling) {
        case Scaling::Awq:
            return awqSharedScale(weights, input, method, job);
        case Scaling::SmoothQuant:
            return smoothSharedScale(weights, input, method, job);
        case Scaling::None:
            break;
    }
    return {};
}

}  // namespace

SharedScale chooseSharedScale(std::span<const MatrixView> weights, std::span<const std::string> names, const InputStatistics& input,
                              const MethodSpec& method, JobContext& job) {
    if (weights.empty()) return {};
    const auto start = std::chrono::steady_clock::now();
    const std::string* at = &names.front();
    try {
        // The layers are judged together: look for damage first, while it still has a name.
        for (std::size_t k = 0; k < weights.size(); ++k) {
            at = &names[k];
            requireFinite(weights[k], "scaling", "weight");
        }
        at = &names.front();
        SharedScale scale = choose(weights, input, method, job);
        scale.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        return scale;
    } catch (const Error& error) {
        throw Error(error.code(), *at + ": " + error.what(), *at);
    }
}

}  // namespace salient
