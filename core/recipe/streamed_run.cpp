#include "core/recipe/streamed_run.h"

#include <chrono>

namespace salient {

namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

}  // namespace

StreamedRun runStreamed(const std::shared_ptr<const Model>& model, const Samples& samples, const RecipeRun& run,
                        const ExportOptions& written, const ForwardOptions& forward, UnfinishedJob* unfinished,
                        const std::function<void(const StreamedRun&)>& all_made, JobContext& job) {
    const Clock::time_point start = Clock::now();
    StreamedRun result;
    std::optional<CheckpointWriter> writer;
    QuantizeOptions options{.forward = forward};
    if (unfinished != nullptr) {
        result.layers = unfinished->layers();
        result.n_blocks_resumed = unfinished->blocksDone();
        result.n_layers_resumed = result.layers.size();
        writer.emplace(model, run.method, unfinished->directory(), written, unfinished->written());
        options.first_block = unfinished->blocksDone();
        options.hidden_before = [unfinished] { return unfinished->hidden(); };
        options.after_block = [&](int, const HiddenStates& hidden) {
            const Clock::time_point made = Clock::now();
            unfinished->blockDone(hidden, writer->flush(), result.layers);
            result.recording += secondsSince(made);
        };
    } else {
        writer.emplace(model, run.method, run.out, written);
    }
    // What a resumed job was carried through before is gone: then the written weights alone are compared.
    if (result.n_blocks_resumed == 0) result.reload.emplace(model, samples.windows, forward, written);
    const auto take = [&](QuantizedBlock&& block) {
        for (const QuantizedLinear& linear : block.linears) result.layers.push_back(linear.report);
        const Clock::time_point made = Clock::now();
        writer->add(block);
        if (result.reload) result.reload->add(block, job);
        result.writing += secondsSince(made);
    };
    if (options.first_block < model->config.n_blocks) quantizeModel(model, samples, run.method, options, take, job);
    result.seconds = secondsSince(start);
    all_made(result);
    const Clock::time_point last_made = Clock::now();
    writer->finish(job);
    result.writing += secondsSince(last_made);
    result.counts = writer->counts();
    return result;
}

}  // namespace salient
