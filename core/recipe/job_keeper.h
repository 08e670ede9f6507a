#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/recipe/resumed_run.h"
#include "core/recipe/run.h"
#include "core/recipe/unfinished_job.h"
#include "core/recipe/unfinished_runs.h"

namespace salient {

/// A job as what is kept of it is known by. References must outlive the call that takes it.
struct JobToKeep {
    std::shared_ptr<const Model> model;
    const Samples& samples;
    const Recipe& recipe;  ///< whose runs have their names and the types of their scales
    std::string_view evaluation_text;
    std::vector<std::size_t> streamed;  ///< runs that are written while they are made
    std::function<ExportOptions(const RecipeRun&)> export_options;
};

/// All of a recipe's job that outlives its process, so that a later start goes on with the same bits:
///   the place of a job of several runs: its lock, the record of what is done, the original's evaluation, blocks (unfinished_runs.h)
///   blocks of runs that are written while they are made, beside their targets (unfinished_job.h)
///   blocks of the only run in a folder of a caller who has the models kept in memory (kept_blocks.h)
/// Of a job that keeps nothing the folders below are empty, and keeping does nothing.
class JobKeeper {
public:
    /// Throws Error{InvalidOption} where the options ask for what the recipe cannot keep. Nothing is on the disk before open().
    JobKeeper(const Recipe& recipe, const RunOptions& options);

    /// Nothing is kept but the blocks of the only run, in that folder; empty: nothing at all. open() is not called then.
    void keepOnlyBlocksIn(const std::filesystem::path& folder);

    /// Throws Error{InvalidOption} for a job that is to begin where an unfinished one lies, or is at work.
    void refuseUnfinishedPlace() const;
    /// Whether files in the targets may be an earlier start's of this job: open() tells.
    [[nodiscard]] bool mayHaveWritten() const noexcept { return resume_ && !place_.empty(); }
    /// What an earlier start has done, for a forecast.
    [[nodiscard]] DoneWork done(const Recipe& recipe) const;

    /// Takes the locks, and begins or goes on; index of the result: run. What UnfinishedRuns, UnfinishedJob and resumedRun() throw; but a
    /// place beside a report that cannot be written goes to failure().
    [[nodiscard]] std::vector<ResumedRun> open(const JobToKeep& job);
    /// Whether an earlier start had finished something of several runs.
    [[nodiscard]] bool goesOn() const noexcept { return kept_ && kept_->goesOn(); }

    /// Of a job that goes on. Where it is kept: never for more than 1 GiB of hidden states, which one pass makes again.
    [[nodiscard]] KeptEvaluation readOriginal(const std::shared_ptr<const Model>& model, TextWindows text, JobContext& job) const;
    /// Throws Cancelled; errors go to failure().
    void keepOriginal(const EvaluationReference& reference, JobContext& job);

    /// For the statistics that runs share.
    [[nodiscard]] std::filesystem::path calibrationFolder() const;
    /// For the blocks of a run that is made in memory.
    [[nodiscard]] std::filesystem::path blocksFolder(std::size_t run) const;
    [[nodiscard]] bool keepsBlocks() const noexcept { return kept_ || keepsOnlyBlocks(); }
    [[nodiscard]] bool keepsOnlyBlocks() const noexcept { return !only_folder_.empty(); }

    /// Of a run that is written while it is made; null where it keeps nothing.
    [[nodiscard]] UnfinishedJob* streamed(std::size_t run) noexcept;
    /// It is written: nothing stays beside its target.
    void streamedDone(std::size_t run) { unfinished_.erase(run); }
    /// The same of a run whose process died between renaming its export and clearing up: the record of its blocks goes.
    static void clearBeside(const RecipeRun& run);

    // A run whose blocks are all made, whose export may get its name now; and one that is done. They give why it could not be kept; empty:
    // nothing. Keeping must never cost the job.
    [[nodiscard]] std::string keepMade(std::size_t run, const RunResult& result, const Model& model) const;
    [[nodiscard]] std::string keepDone(std::size_t run, const RunResult& result, const Model& model) const;

    /// Why the original's evaluation, the statistics that runs share, or anything at all could not be kept; empty: nothing.
    [[nodiscard]] const std::string& failure() const noexcept { return failure_; }
    /// The first one stays.
    void noteFailure(const std::string& failure);

    /// "; what is finished is kept in PLACE, …", behind a message that ends the job; empty: nothing is.
    [[nodiscard]] std::string whatIsKept() const;
    /// The job is done: nothing of it stays at its place.
    void finish() noexcept;

private:
    void openRuns(const JobToKeep& job);
    template <typename Keep>
    [[nodiscard]] std::string keeping(const Keep& keep) const;

    bool resume_ = false;
    bool is_place_asked_for_ = false;
    std::filesystem::path place_;        // of what several runs finished; empty: they keep nothing
    std::filesystem::path only_folder_;  // of a caller
    std::optional<UnfinishedRuns> kept_;
    std::map<std::size_t, UnfinishedJob> unfinished_;  // of runs that are written while they are made
    std::string failure_;
};

}  // namespace salient
