#include "core/recipe/job_keeper.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "core/io/publish_directory.h"
#include "core/recipe/job_identity.h"

namespace salient {

namespace {

namespace fs = std::filesystem;

/// Of the original's last hidden states, in numbers: 1 GiB.
constexpr Index kKeptHiddenStates = Index{1} << 28;

}  // namespace

JobKeeper::JobKeeper(const Recipe& recipe, const RunOptions& options)
    : resume_(options.resume), is_place_asked_for_(!options.unfinished.empty()), place_(placeOfRuns(recipe, options.unfinished)) {
    if (resume_ && place_.empty() && !isStreamedAlone(recipe)) {
        throw Error(ErrorCode::InvalidOption,
                    "resume: expected a recipe that writes an export or a report, or a directory for what is finished, found neither");
    }
    if (is_place_asked_for_ && place_.empty()) {
        throw Error(ErrorCode::InvalidOption, "run: " + options.unfinished.string() +
                                                  ": expected no directory for what is finished, since a single export keeps it beside "
                                                  "its target, found one");
    }
}

void JobKeeper::keepOnlyBlocksIn(const fs::path& folder) {
    only_folder_ = folder;
    place_.clear();
}

void JobKeeper::refuseUnfinishedPlace() const {
    if (!place_.empty() && !resume_) refuseUnfinishedRuns(place_);
}

DoneWork JobKeeper::done(const Recipe& recipe) const { return resume_ ? doneWork(recipe, place_) : DoneWork{}; }

std::vector<ResumedRun> JobKeeper::open(const JobToKeep& job) {
    const std::vector<RecipeRun>& runs = job.recipe.runs;
    std::vector<ResumedRun> resumed(runs.size());
    if (!place_.empty()) openRuns(job);
    for (std::size_t i = 0; kept_ && i < runs.size(); ++i) {
        resumed[i] = resumedRun(*kept_, i, runs[i], runs[i].format ? job.export_options(runs[i]).provenance : Json(), job.model);
    }
    try {
        for (const std::size_t i : job.streamed) {
            if (resumed[i].stage != ResumedRun::Stage::Begins) continue;
            const RecipeRun& run = runs[i];
            unfinished_.try_emplace(i, run.out,
                                    exportIdentity(*job.model, job.samples, run.method, job.export_options(run), job.recipe.compute),
                                    job.model->config.n_blocks, resume_);
        }
    } catch (const Error&) {
        // What lies beside a target is another job's, and not to be counted as this one's, which has only begun.
        if (kept_ && !kept_->goesOn()) {
            kept_->finish();
            kept_.reset();
        }
        throw;
    }
    return resumed;
}

void JobKeeper::openRuns(const JobToKeep& job) {
    const std::vector<RecipeRun>& runs = job.recipe.runs;
    // The report's directory is made with those above it, and its neighbour is needed earlier.
    std::error_code shows_next;
    if (!job.recipe.report.empty()) fs::create_directories(withoutTrailingSlash(job.recipe.report).parent_path(), shows_next);
    std::vector<fs::path> targets;
    for (const std::size_t i : job.streamed) {
        if (!resume_) refuseUnfinished(runs[i].out);  // another job's, before anything of this one is there
        targets.push_back(runs[i].out);
    }
    try {
        kept_.emplace(place_, recipeIdentity(*job.model, job.samples, job.recipe, job.evaluation_text), targets, runs.size(), resume_);
    } catch (const Error& error) {
        // Beside exports nothing can be written then either; beside a report, keeping must not cost the job.
        const bool is_exported = std::ranges::any_of(runs, [](const RecipeRun& run) { return run.format.has_value(); });
        if (error.code() != ErrorCode::Io || is_exported || resume_ || is_place_asked_for_) throw;
        noteFailure(error.what());
    }
}

KeptEvaluation JobKeeper::readOriginal(const std::shared_ptr<const Model>& model, TextWindows text, JobContext& job) const {
    if (!goesOn()) return {};
    const bool is_kept = static_cast<Index>(text.windows.ids.size()) * model->config.hidden_size <= kKeptHiddenStates;
    return is_kept ? kept_->readOriginal(model, std::move(text), job) : KeptEvaluation{};
}

void JobKeeper::keepOriginal(const EvaluationReference& reference, JobContext& job) {
    if (!kept_ || reference.hidden.size() > kKeptHiddenStates) return;
    JobContext silent(job.stopToken());
    try {
        kept_->keepOriginal(reference, silent);
    } catch (const Error& error) {
        noteFailure(error.what());
    }
}

fs::path JobKeeper::calibrationFolder() const { return kept_ ? kept_->calibrationFolder() : fs::path(); }

fs::path JobKeeper::blocksFolder(std::size_t run) const { return kept_ ? kept_->blocksFolder(run) : only_folder_; }

UnfinishedJob* JobKeeper::streamed(std::size_t run) noexcept {
    const auto found = unfinished_.find(run);
    return found == unfinished_.end() ? nullptr : &found->second;
}

void JobKeeper::clearBeside(const RecipeRun& run) {
    if (!findUnfinished(run.out)) removeUnfinishedRest(run.out);
}

template <typename Keep>
std::string JobKeeper::keeping(const Keep& keep) const {
    if (!kept_) return {};
    try {
        keep(*kept_);
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

std::string JobKeeper::keepMade(std::size_t run, const RunResult& result, const Model& model) const {
    return keeping([&](const UnfinishedRuns& kept) { kept.keepMade(run, result, model); });
}

std::string JobKeeper::keepDone(std::size_t run, const RunResult& result, const Model& model) const {
    return keeping([&](const UnfinishedRuns& kept) { kept.keepDone(run, result, model); });
}

void JobKeeper::noteFailure(const std::string& failure) {
    if (failure_.empty()) failure_ = failure;
}

std::string JobKeeper::whatIsKept() const {
    constexpr const char* kKept = "; what is finished is kept in ";
    if (kept_) {
        const std::optional<UnfinishedRunsSummary> there = kept_->summary();
        return there ? kKept + inWords(*there) : std::string();
    }
    if (unfinished_.empty() || unfinished_.begin()->second.blocksDone() == 0) return {};
    return kKept + inWords(unfinished_.begin()->second.summary());
}

void JobKeeper::finish() noexcept {
    if (kept_) kept_->finish();
}

}  // namespace salient
