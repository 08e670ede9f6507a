#include "tests/soak/soak_job.h"

#include <algorithm>
#include <fstream>
#include <new>
#include <stdexcept>
#include <vector>

#include "core/exporter/checksum.h"
#include "core/recipe/unfinished_runs.h"

namespace salient::soak {

namespace {

namespace fs = std::filesystem;

struct Kind {
    const char* method;
    ExportFormat format;
};

constexpr Kind kKinds[] = {{"rtn", ExportFormat::Gptq},
                           {"rtn", ExportFormat::Dequantized},
                           {"gptq", ExportFormat::Gptq},
                           {"gptq", ExportFormat::CompressedTensors},
                           {"awq", ExportFormat::Awq},
                           {"awq+gptq", ExportFormat::CompressedTensors},
                           {"smoothquant", ExportFormat::CompressedTensors},
                           {"smoothquant+gptq", ExportFormat::CompressedTensors},
                           {"w8a8", ExportFormat::CompressedTensors},
                           {"gptq", ExportFormat::Gguf}};
/// Runs of one recipe, which share a calibration.
constexpr Kind kTogether[] = {{"rtn", ExportFormat::Dequantized}, {"gptq", ExportFormat::Gptq}};

RecipeRun runOf(const Kind& kind, const fs::path& out) {
    RecipeRun run;
    MethodSpec base;
    base.grid.is_symmetric = kind.format != ExportFormat::Awq;
    run.method = methodFromName(kind.method, base);
    run.name = kind.method;
    run.format = kind.format;
    run.out = out;
    return run;
}

std::string settingsOf(const Recipe& recipe) {
    Json settings = toJson(recipe);
    settings.erase("threads");
    return settings.dump();
}

std::uint64_t checksumOf(const fs::path& directory) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(directory)) {
        if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    std::string all;
    for (const fs::path& file : files) {
        std::ifstream stream(file, std::ios::binary);
        all += file.filename().string() + '\n' + std::string(std::istreambuf_iterator<char>(stream), {});
    }
    return checksum(std::as_bytes(std::span(all)));
}

}  // namespace

Recipe Jobs::randomRecipe() {
    const fs::path demo = fs::path(SALIENT_RESOURCES) / "demo";
    Recipe recipe;
    recipe.model = demo / "model";
    recipe.calibration_text = demo / "calib.txt";
    recipe.samples = {.n_samples = 2, .seq_len = below(2) == 0 ? 32 : 64};
    recipe.threads = static_cast<int>(1 + below(4));
    if (below(10) == 0) {
        for (const Kind& kind : kTogether) recipe.runs.push_back(runOf(kind, folder_ / kind.method));
        return recipe;
    }
    RecipeRun run = runOf(kKinds[below(std::size(kKinds))], folder_ / "out");
    run.method.true_sequential = below(4) == 0;
    if (below(3) == 0) run.method.feed = MethodSpec::Feed::Quantized;
    recipe.runs.push_back(std::move(run));
    return recipe;
}

bool Jobs::runUntil(const Recipe& recipe, const RunOptions& options, Fate fate, unsigned checkpoint) {
    std::stop_source stop;
    unsigned n_seen = 0;
    bool has_ended = false;
    JobContext job(stop.get_token(), [&](const Progress&) {
        if (n_seen++ != checkpoint || fate == Fate::Completes) return;
        has_ended = true;
        if (fate == Fate::RunsOutOfMemory) throw std::bad_alloc();
        if (fate != Fate::IsCancelled && fate != Fate::IsCancelledAndResumed) throw Error(ErrorCode::Io, "soak: injected");
        stop.request_stop();
    });
    try {
        const Report report = salient::run(recipe, options, job);
        for (const RunResult& result : report.runs) {
            if (!result.is_verified) throw std::runtime_error("an export does not read back: " + result.verification);
        }
        if (report.runs.front().n_blocks_resumed > 0) ++tally_.n_resumed;
        n_checkpoints_[settingsOf(recipe)] = n_seen;
    } catch (const Cancelled&) {
        ++tally_.n_cancelled;
    } catch (const Error& error) {
        if (!has_ended) throw std::runtime_error(std::string("a job failed that was not made to: ") + error.what());
        ++tally_.n_failed;
    }
    return has_ended;
}

void Jobs::compare(const Recipe& recipe) {
    for (const RecipeRun& run : recipe.runs) {
        if (!fs::exists(run.out)) continue;
        const std::string what = run.out.string() + " of " + settingsOf(recipe);
        const std::uint64_t found = checksumOf(run.out);
        const auto [before, is_new] = seen_.try_emplace(what, found);
        if (!is_new) ++tally_.n_compared;
        if (before->second != found) throw std::runtime_error("other bits than before in " + what);
        fs::remove_all(run.out);
    }
}

void Jobs::requireEmptyFolder(const std::string& after) const {
    for (const auto& entry : fs::directory_iterator(folder_))
        throw std::runtime_error("left behind after " + after + ": " + entry.path().string());
}

void Jobs::runOne() {
    ++tally_.n_jobs;
    const Recipe recipe = randomRecipe();
    const std::string settings = settingsOf(recipe);
    const auto usual = n_checkpoints_.find(settings);
    // The first job of its kind completes: how many checkpoints there are is known then.
    const Fate fate = usual == n_checkpoints_.end() ? Fate::Completes : static_cast<Fate>(below(6));
    const unsigned checkpoint = usual == n_checkpoints_.end() ? 0 : below(usual->second);
    const bool has_ended = runUntil(recipe, {}, fate, checkpoint);
    const fs::path& out = recipe.runs.front().out;
    const fs::path place = isStreamedAlone(recipe) ? ResumableDirectory::placeFor(out) : placeOfRuns(recipe, {});
    const auto can_go_on = [&] { return isStreamedAlone(recipe) ? !fs::exists(out) : fs::exists(place); };
    const bool is_resumed = fate == Fate::IsCancelledAndResumed || fate == Fate::FailsAndIsResumed;
    if (is_resumed && can_go_on()) {
        (void)runUntil(recipe, {.resume = true}, fate, below(usual->second));
        if (can_go_on()) (void)runUntil(recipe, {.resume = true}, Fate::Completes, 0);
    } else if (has_ended) {
        fs::remove_all(place);  // what is finished
    }
    compare(recipe);
    requireEmptyFolder(settings);
}

}  // namespace salient::soak
