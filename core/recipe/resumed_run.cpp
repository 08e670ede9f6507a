#include "core/recipe/resumed_run.h"

#include <utility>

#include "core/recipe/job_identity.h"

namespace salient {

namespace {

namespace fs = std::filesystem;

bool hasFiles(const fs::path& directory) {
    std::error_code ignored;
    return fs::exists(directory, ignored) && !fs::is_empty(directory, ignored);
}

[[noreturn]] void refuseFilled(const RecipeRun& run) {
    throw Error(ErrorCode::InvalidOption, "export: " + run.out.string() + ": expected a new or empty directory, found one with files");
}

/// Whether what lies in a run's target was written for it.
bool isExportOf(const RecipeRun& run, const Json& provenance) {
    try {
        SalientRecord record = recordOfExport(run);
        if (run.format == ExportFormat::Gguf) record.provenance.erase("gguf_weights");  // which its writer adds
        return record.format == run.format && difference(record.provenance, provenance).empty();
    } catch (const Error&) {
        return false;
    } catch (const Json::exception&) {
        return false;
    }
}

}  // namespace

ResumedRun resumedRun(const UnfinishedRuns& kept, std::size_t index, const RecipeRun& run, const Json& provenance,
                      const std::shared_ptr<const Model>& model) {
    const bool is_ours = run.format && isExportOf(run, provenance);
    ResumedRun resumed{ResumedRun::Stage::IsDone, kept.readDone(index, model)};
    if (resumed.result && (is_ours || !run.format)) return resumed;
    if (!run.format || !hasFiles(run.out)) {
        kept.forget(index);
        return {};
    }
    resumed = {ResumedRun::Stage::IsWritten, kept.readMade(index, model)};
    if (!resumed.result || !is_ours) refuseFilled(run);
    return resumed;
}

void refuseFilledTarget(const RecipeRun& run) {
    if (hasFiles(run.out)) refuseFilled(run);
}

SalientRecord recordOfExport(const RecipeRun& run) {
    const fs::path file = run.out / kSalientRecordFile;
    return recordFromJson(readJson(file, kMostListBytes), file.string());
}

}  // namespace salient
