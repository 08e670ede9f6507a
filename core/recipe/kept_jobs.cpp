#include "core/recipe/kept_jobs.h"

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "core/recipe/job_identity.h"
#include "core/recipe/kept_blocks.h"
#include "core/recipe/saved_block.h"
#include "core/recipe/saved_calibration.h"

namespace salient {

namespace fs = std::filesystem;

KeptCalibration calibrateKept(std::shared_ptr<const Model> model, Samples samples, CalibrationOptions options, const std::string& title,
                              const fs::path& folder, std::int64_t hessian_budget_bytes, JobContext& job) {
    const std::shared_ptr<const Model> original = model;
    const int n_blocks = model->config.n_blocks;
    const auto n_tokens = static_cast<Index>(samples.windows.ids.size());
    KeptBlocks kept(folder, {title, calibrationIdentity(*model, samples, options.forward.compute), n_blocks});
    KeptCalibration result;
    std::vector<std::vector<InputStatistics>> known;
    std::int64_t hessian_bytes = 0;
    const auto count_hessians = [&](std::span<const InputStatistics> inputs) {
        for (const InputStatistics& input : inputs) {
            hessian_bytes += (input.hessian.size() + input.clip_hessian.size()) * std::int64_t{sizeof(float)};
        }
    };
    result.n_blocks_resumed = kept.readAll(
        [&](const fs::path& file) {
            known.push_back(loadBlockStatistics(file, *original, static_cast<int>(known.size()), n_tokens));
            count_hessians(known.back());
        },
        job);
    options.known_block = [&](int block) -> std::optional<std::vector<InputStatistics>> {
        if (block >= result.n_blocks_resumed) return std::nullopt;
        return std::move(known[static_cast<std::size_t>(block)]);
    };
    options.after_block = [&](int block, std::span<const InputStatistics> inputs) {
        count_hessians(inputs);
        const bool with_hessians = hessian_bytes <= hessian_budget_bytes;
        kept.add(
            [&](const fs::path& file, JobContext& silent) { saveBlockStatistics(inputs, *original, block, with_hessians, file, silent); },
            job);
    };
    result.calibration = calibrate(std::move(model), std::move(samples), options, job);
    result.failure = kept.failure();
    return result;
}

KeptQuantization quantizeKept(const Calibration& calibration, const MethodSpec& method, Compute compute, const std::string& title,
                              const fs::path& folder, JobContext& job) {
    const auto start = std::chrono::steady_clock::now();
    const Model& model = *calibration.model;
    checkMethod(model, method);
    const bool walks_alone = needsOwnWalk(method);
    const Compute used = walks_alone ? compute : calibration.compute;
    KeptBlocks kept(folder, {title, quantizationIdentity(model, calibration.samples, method, used), model.config.n_blocks});
    KeptQuantization result;
    result.model.original = calibration.model;
    result.model.method = method;
    std::vector<QuantizedBlock>& blocks = result.model.blocks;
    const auto read = [&](const fs::path& file) {
        blocks.push_back(loadQuantizedBlock(file, model, method, static_cast<int>(blocks.size()), job));
    };
    result.n_blocks_resumed = kept.readAll(read, job);
    double earlier_seconds = 0.0;
    for (const LayerReport& layer : result.model.reports()) earlier_seconds += layer.seconds;
    const auto take = [&](QuantizedBlock&& block) {
        kept.add([&](const fs::path& file, JobContext& silent) { saveQuantizedBlock(block, method, file, silent); }, job);
        blocks.push_back(std::move(block));
    };
    const auto seconds_so_far = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
    double seconds = 0.0;
    if (result.n_blocks_resumed < model.config.n_blocks && walks_alone) {
        QuantizeOptions options;
        options.forward.compute = compute;
        options.first_block = result.n_blocks_resumed;
        options.hidden_before = [&] { return hiddenAfter(model, calibration.samples, method, blocks, options.forward, job); };
        quantizeModel(calibration.model, calibration.samples, method, options, take, job);
        seconds = seconds_so_far();
    } else if (result.n_blocks_resumed < model.config.n_blocks) {
        const auto sink = [&](std::size_t, QuantizedBlock&& block) { take(std::move(block)); };
        seconds = quantizeModels(calibration, std::span(&method, 1), sink, job, result.n_blocks_resumed).front();
    }
    result.model.seconds = seconds + earlier_seconds;
    result.failure = kept.failure();
    return result;
}

}  // namespace salient
