#include "core/recipe/kept_jobs.h"

#include <algorithm>
#include <chrono>
#include <deque>
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

namespace {

using Clock = std::chrono::steady_clock;

/// The blocks of one quantized model, with what is kept of them.
class KeptModel {
public:
    KeptModel(const Calibration& calibration, const KeptMethod& wanted, Compute compute, JobContext& job)
        : job_(job),
          kept_(wanted.folder, {wanted.title, quantizationIdentity(*calibration.model, calibration.samples, wanted.method, compute),
                                calibration.model->config.n_blocks}) {
        result_.model.original = calibration.model;
        result_.model.method = wanted.method;
        // What stops the job as a whole, a limit of memory, must not pass for a damaged file: it is looked at between the files.
        JobContext silent(job.stopToken());
        const auto read = [&](const fs::path& file) {
            const int block = static_cast<int>(blocks().size());
            blocks().push_back(loadQuantizedBlock(file, *calibration.model, wanted.method, block, silent));
        };
        result_.n_blocks_resumed = kept_.readAll(read, job);
        for (const LayerReport& layer : result_.model.reports()) result_.model.seconds += layer.seconds;
    }

    [[nodiscard]] std::vector<QuantizedBlock>& blocks() noexcept { return result_.model.blocks; }
    [[nodiscard]] const MethodSpec& method() const noexcept { return result_.model.method; }
    [[nodiscard]] int blocksResumed() const noexcept { return result_.n_blocks_resumed; }

    void take(QuantizedBlock&& block) {
        if (block.block < static_cast<int>(blocks().size())) return;  // it is there, and has these bits
        kept_.add([&](const fs::path& file, JobContext& silent) { saveQuantizedBlock(block, method(), file, silent); }, job_);
        blocks().push_back(std::move(block));
    }
    void addSeconds(double seconds) noexcept { result_.model.seconds += seconds; }
    [[nodiscard]] KeptQuantization finish() {
        result_.failure = kept_.failure();
        return std::move(result_);
    }

private:
    JobContext& job_;
    KeptBlocks kept_;
    KeptQuantization result_;
};

}  // namespace

KeptQuantization quantizeKept(const Calibration& calibration, const MethodSpec& method, Compute compute, const std::string& title,
                              const fs::path& folder, JobContext& job) {
    const KeptMethod wanted{method, title, folder};
    if (!needsOwnWalk(method) && !calibration.inputs.empty()) {
        return std::move(quantizeAllKept(calibration, std::span(&wanted, 1), job).front());
    }
    const Clock::time_point start = Clock::now();
    const Model& model = *calibration.model;
    checkMethod(model, method);
    KeptModel made(calibration, wanted, compute, job);
    if (made.blocksResumed() < model.config.n_blocks) {
        QuantizeOptions options;
        options.forward.compute = compute;
        options.first_block = made.blocksResumed();
        options.hidden_before = [&] { return hiddenAfter(model, calibration.samples, method, made.blocks(), options.forward, job); };
        const auto take = [&](QuantizedBlock&& block) { made.take(std::move(block)); };
        quantizeModel(calibration.model, calibration.samples, method, options, take, job);
        made.addSeconds(std::chrono::duration<double>(Clock::now() - start).count());
    }
    return made.finish();
}

std::vector<KeptQuantization> quantizeAllKept(const Calibration& calibration, std::span<const KeptMethod> methods, JobContext& job) {
    const int n_blocks = calibration.model->config.n_blocks;
    std::deque<KeptModel> all;  // which stay where they are
    for (const KeptMethod& wanted : methods) {
        checkMethod(*calibration.model, wanted.method);
        all.emplace_back(calibration, wanted, calibration.compute, job);
    }
    std::vector<KeptModel*> unfinished;
    std::vector<MethodSpec> specs;
    int first = n_blocks;
    for (KeptModel& made : all) {
        if (made.blocksResumed() == n_blocks) continue;
        unfinished.push_back(&made);
        specs.push_back(made.method());
        first = std::min(first, made.blocksResumed());
    }
    if (!unfinished.empty()) {
        const auto take = [&](std::size_t m, QuantizedBlock&& block) { unfinished[m]->take(std::move(block)); };
        const std::vector<double> seconds = quantizeModels(calibration, specs, take, job, first);
        for (std::size_t m = 0; m < seconds.size(); ++m) unfinished[m]->addSeconds(seconds[m]);
    }
    std::vector<KeptQuantization> results;
    results.reserve(all.size());
    for (KeptModel& made : all) results.push_back(made.finish());
    return results;
}

}  // namespace salient
