#pragma once

#include <optional>
#include <stop_token>
#include <utility>

#include "app/gui/session.h"
#include "app/gui/workflow.h"
#include "core/recipe/run.h"
#include "core/recipe/unfinished_job.h"

namespace salient::demo {

/// Exports a result's settings to a folder as the command line does, and ends after the first block: what is left of it there, if anything.
inline std::optional<UnfinishedSummary> interruptExport(const Session& session, const RunResult& result, const QString& folder) {
    RecipeRun written;
    written.name = result.name;
    written.method = result.method;
    written.format = ExportFormat::Gptq;
    written.out = toPath(folder);
    Recipe recipe = session.recipe();
    recipe.runs = {std::move(written)};
    recipe.evaluation_text.clear();
    std::stop_source stop;
    JobContext job(stop.get_token(), [&](const Progress&) {
        if (findUnfinished(toPath(folder))) stop.request_stop();
    });
    try {
        static_cast<void>(run(recipe, job));
        return std::nullopt;  // it was too fast
    } catch (const Cancelled&) {
        return findUnfinished(toPath(folder));
    }
}

}  // namespace salient::demo
