#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/eval/divergence.h"
#include "core/io/file_descriptor.h"
#include "core/recipe/run.h"
#include "core/recipe/work_count.h"

namespace salient {

/// What a job of several runs that did not end left, as a front end offers it.
struct UnfinishedRunsSummary {
    std::filesystem::path place;
    int n_runs_done = 0;
    int n_runs = 0;
    int n_runs_made = 0;        ///< of the others: all blocks made, the export not yet read back
    int n_blocks = 0;           ///< finished of the other runs, and of the statistics that runs share
    bool has_original = false;  ///< the original model's evaluation
};
/// Nothing when nothing is finished there. Throws Error{Format} for a record that is none.
[[nodiscard]] std::optional<UnfinishedRunsSummary> findUnfinishedRuns(const std::filesystem::path& place);
/// "PLACE, 1 of 3 runs done, and 2 blocks more, and the original's perplexity: go on with it (--resume), or remove that directory to begin
/// anew".
[[nodiscard]] std::string inWords(const UnfinishedRunsSummary& unfinished);
/// Throws Error{InvalidOption} where something is finished, naming it, or where a process is at work: its own lock is held meanwhile.
void refuseUnfinishedRuns(const std::filesystem::path& place);

/// What an earlier start of a recipe's job has done, by the files that lie at its place, empty where it has none, and beside its targets.
/// For a forecast: whether they are that job's is found out when they are taken up. Throws Error{Format} for a record that is none.
[[nodiscard]] DoneWork doneWork(const Recipe& recipe, const std::filesystem::path& place);

/// Whether a recipe is a single run that is written while it is made, without evaluation and report: it keeps its blocks beside its target
/// (unfinished_job.h), and nothing else.
[[nodiscard]] bool isStreamedAlone(const Recipe& recipe);
/// Where any other recipe keeps what it finished: `asked`, or hidden beside the first directory that it writes, ".NAME.unfinished-job".
/// Empty where it writes nothing and nothing is asked for, or is streamed alone.
[[nodiscard]] std::filesystem::path placeOfRuns(const Recipe& recipe, const std::filesystem::path& asked);

/// The original's evaluation as an earlier start kept it.
struct KeptEvaluation {
    std::optional<EvaluationReference> reference;
    std::string failure;  ///< why one that was made is not there, or not read; empty: it is, or none was made
};

/// The state of a job of several runs, from which a later start goes on with the same bits:
///   job.json                the job (recipeIdentity()), and which targets keep blocks of their own beside them (unfinished_job.h)
///   .salient-lock           held by the process that works here (lock_place.h)
///   original.safetensors    what the original model makes of the evaluation text (saved_evaluation.h)
///   calibration/            blocks of the statistics that runs share (kept_blocks.h)
///   run-N/                  blocks of run N that is made in memory (kept_blocks.h)
///   run-N.made.safetensors  numbers of run N (saved_run.h), from before its export got its name
///   run-N.safetensors       and those of a run that is done: measured, and read back where it is exported
class UnfinishedRuns {
public:
    /// Begins, or with `resume` goes on with what is there. streamed: targets that keep their blocks beside them. Throws
    /// Error{InvalidOption} when something is finished there and resume is not set, when another job began it, saying what differs, when
    /// another process works on it, or when the folder holds files of others; Error{Io} when it cannot be written.
    UnfinishedRuns(std::filesystem::path place, Json identity, const std::vector<std::filesystem::path>& streamed, std::size_t n_runs,
                   bool resume);
    /// Removes the place unless something is finished there.
    ~UnfinishedRuns();
    UnfinishedRuns(const UnfinishedRuns&) = delete;
    UnfinishedRuns& operator=(const UnfinishedRuns&) = delete;

    /// Whether something was finished there when the lock was taken.
    [[nodiscard]] bool goesOn() const noexcept { return goes_on_; }
    [[nodiscard]] std::optional<UnfinishedRunsSummary> summary() const noexcept;
    [[nodiscard]] std::filesystem::path calibrationFolder() const;
    [[nodiscard]] std::filesystem::path blocksFolder(std::size_t run) const;

    // Numbers of a run; RunResult::model is null. Reading throws Error{Format} when they are not those of a run of that model, with the
    // advice to begin anew; keeping throws Error{Io}.
    [[nodiscard]] std::optional<RunResult> readDone(std::size_t run, const std::shared_ptr<const Model>& model) const;
    [[nodiscard]] std::optional<RunResult> readMade(std::size_t run, const std::shared_ptr<const Model>& model) const;
    void keepMade(std::size_t run, const RunResult& result, const Model& model) const;
    /// Its blocks are not needed any more.
    void keepDone(std::size_t run, const RunResult& result, const Model& model) const;
    /// The original's evaluation, of the windows that the text has now. A file that cannot be read is removed: it is made again, as one
    /// that is gone. Throws Cancelled, and what the job's own checkpoint throws.
    [[nodiscard]] KeptEvaluation readOriginal(const std::shared_ptr<const Model>& model, TextWindows text, JobContext& job) const;
    /// Throws Cancelled and Error{Io}.
    void keepOriginal(const EvaluationReference& reference, JobContext& job) const;
    /// Of a run whose export is gone: it is made again.
    void forget(std::size_t run) const;

    /// The job is done: nothing of it stays.
    void finish() noexcept;

private:
    void begin(Json identity, const std::vector<std::filesystem::path>& streamed, std::size_t n_runs) const;
    [[nodiscard]] std::optional<RunResult> read(const std::filesystem::path& file, const std::shared_ptr<const Model>& model) const;
    void keep(const std::filesystem::path& file, const RunResult& result, const Model& model) const;
    void removeAll() noexcept;

    std::filesystem::path place_;
    FileDescriptor lock_;
    bool goes_on_ = false;
    bool is_finished_ = false;
};

}  // namespace salient
