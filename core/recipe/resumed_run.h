#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "core/exporter/salient_record.h"
#include "core/recipe/unfinished_runs.h"

namespace salient {

/// What an earlier start did of one run of a job of several.
struct ResumedRun {
    enum class Stage {
        Begins,
        IsWritten,  ///< its export has its name, and was not read back
        IsDone
    };
    Stage stage = Stage::Begins;
    std::optional<RunResult> result;  ///< its numbers, unless it begins
};

/// Finds that out, by what is kept of the run and what lies in its target. provenance: as its export would have it, null for one that is
/// not written. Of an export that was taken away what is kept goes, too: it is made again. Throws Error{InvalidOption} for a target with
/// other files, and what UnfinishedRuns does.
[[nodiscard]] ResumedRun resumedRun(const UnfinishedRuns& kept, std::size_t index, const RecipeRun& run, const Json& provenance,
                                    const std::shared_ptr<const Model>& model);

/// Throws Error{InvalidOption} for a run that would write over files that are there.
void refuseFilledTarget(const RecipeRun& run);
/// What the writer of a run's export kept beside it. Throws Error{Io}, Error{Format}.
[[nodiscard]] SalientRecord recordOfExport(const RecipeRun& run);

}  // namespace salient
