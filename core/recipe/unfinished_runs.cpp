#include "core/recipe/unfinished_runs.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "core/io/json_object.h"
#include "core/io/lock_place.h"
#include "core/io/publish_directory.h"
#include "core/recipe/job_identity.h"
#include "core/recipe/kept_blocks.h"
#include "core/recipe/saved_evaluation.h"
#include "core/recipe/saved_run.h"
#include "core/recipe/saved_tensors.h"
#include "core/recipe/unfinished_job.h"

namespace salient {

namespace {

namespace fs = std::filesystem;

constexpr const char* kRecord = "job.json";
constexpr const char* kOriginal = "original.safetensors";
constexpr const char* kCalibration = "calibration";
constexpr const char* kRun = "run-";
constexpr std::string_view kDone = ".safetensors";
constexpr std::string_view kMade = ".made.safetensors";
constexpr const char* kAdvice = "; remove that directory to begin anew";

std::string runName(std::size_t run) { return kRun + std::to_string(run + 1); }
fs::path doneFile(const fs::path& place, std::size_t run) { return place / runName(run).append(kDone); }
fs::path blocksOf(const fs::path& place, std::size_t run) { return place / runName(run); }
fs::path madeFile(const fs::path& place, std::size_t run) { return place / runName(run).append(kMade); }

bool isFile(const fs::path& path) {
    std::error_code ignored;
    return fs::is_regular_file(fs::symlink_status(path, ignored));
}

/// "run-12".
bool isRunName(std::string_view name) {
    const std::string_view run = kRun;
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return name.starts_with(run) && name.size() > run.size() && std::ranges::all_of(name.substr(run.size()), is_digit);
}

bool isTensorsName(std::string_view name) {
    const auto is_of_run = [&](std::string_view ending) {
        return name.ends_with(ending) && isRunName(name.substr(0, name.size() - ending.size()));
    };
    return name == kOriginal || is_of_run(kDone) || is_of_run(kMade);
}

/// ".run-1.safetensors.partial-…" of a process that died while it wrote.
bool isPartialName(std::string_view name) {
    const std::size_t end = name.find(".partial-");
    if (!name.starts_with('.') || end == std::string_view::npos || end == 0) return false;
    const std::string_view whole = name.substr(1, end - 1);
    return whole == kRecord || isTensorsName(whole);
}

/// What this file makes, finished or not: nothing else is ever removed. What has such a name may still be somebody else's.
bool isOurs(const fs::path& path) {
    const std::string name = path.filename().string();
    if (!isFile(path)) return (name == kCalibration || isRunName(name)) && isKeptFolder(path);
    if (name == kRecord || name == kLockFile || isPartialName(name)) return true;
    return isTensorsName(name) && isSavedTensors(path);
}

std::vector<fs::path> entriesOf(const fs::path& folder) {
    std::vector<fs::path> entries;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) entries.push_back(entry.path());
    return entries;
}

[[noreturn]] void refuseToBegin(const UnfinishedRunsSummary& found) {
    throw Error(ErrorCode::InvalidOption, "run: expected to begin a job, found an unfinished one in " + inWords(found));
}

int keptBlocks(const fs::path& folder) {
    const std::optional<KeptSummary> kept = findKept(folder);
    return kept ? kept->n_blocks_done : 0;
}

/// What a file of the place gives; its errors say how to go on without it.
template <typename Read>
auto withAdvice(const fs::path& place, const Read& read) {
    try {
        return std::optional(read());
    } catch (const Error& error) {
        throw Error(error.code(), "resume: " + std::string(error.what()) + "; remove " + place.string() + " to begin anew");
    }
}

}  // namespace

std::optional<UnfinishedRunsSummary> findUnfinishedRuns(const fs::path& place) {
    if (!isFile(place / kRecord)) return std::nullopt;
    const Json record = readJson(place / kRecord);
    UnfinishedRunsSummary found;
    found.place = place;
    try {
        const auto n_runs = withAdvice(place, [&] {
            return integerFrom(record.at("n_runs"), 1, static_cast<std::int64_t>(kMostRuns), (place / kRecord).string() + ": n_runs");
        });
        found.n_runs = static_cast<int>(*n_runs);
        const Json& targets = record.at("streamed");
        if (targets.size() > static_cast<std::size_t>(found.n_runs)) {
            throw Error(ErrorCode::Format, "resume: " + (place / kRecord).string() + ": streamed: expected no more targets than the " +
                                               std::to_string(found.n_runs) + " runs, found " + std::to_string(targets.size()) + kAdvice);
        }
        for (const Json& target : targets) {
            if (const auto job = findUnfinished(target.get<std::string>())) found.n_blocks += job->n_blocks_done;
        }
    } catch (const Json::exception& error) {
        throw Error(ErrorCode::Format,
                    "resume: " + (place / kRecord).string() + ": expected the record of a job, found " + error.what() + kAdvice);
    }
    found.has_original = isFile(place / kOriginal);
    found.n_blocks += keptBlocks(place / kCalibration);
    for (std::size_t run = 0; run < static_cast<std::size_t>(found.n_runs); ++run) {
        if (isFile(doneFile(place, run))) {
            ++found.n_runs_done;
        } else {
            found.n_runs_made += isFile(madeFile(place, run)) ? 1 : 0;
            found.n_blocks += keptBlocks(blocksOf(place, run));
        }
    }
    if (found.n_runs_done == 0 && found.n_runs_made == 0 && found.n_blocks == 0 && !found.has_original) return std::nullopt;
    return found;
}

std::string inWords(const UnfinishedRunsSummary& unfinished) {
    std::string text = unfinished.place.string() + ", " + std::to_string(unfinished.n_runs_done) + " of " +
                       std::to_string(unfinished.n_runs) + (unfinished.n_runs == 1 ? " run done" : " runs done");
    if (unfinished.n_runs_made > 0) text += ", " + std::to_string(unfinished.n_runs_made) + " not yet read back";
    if (unfinished.n_blocks > 0)
        text += ", and " + std::to_string(unfinished.n_blocks) + (unfinished.n_blocks == 1 ? " block more" : " blocks more");
    if (unfinished.has_original) text += ", and the original's perplexity";
    return text + ": go on with it (--resume), or remove that directory to begin anew";
}

void refuseUnfinishedRuns(const fs::path& place) {
    if (!isFile(place / kRecord)) return;
    // What a job at work has finished is neither to be gone on with nor to be removed: first the lock, then the look.
    const FileDescriptor lock = lockPlace(place, place);
    if (const std::optional<UnfinishedRunsSummary> found = findUnfinishedRuns(place)) refuseToBegin(*found);
    // That job ended just now, and took all of its own along.
    std::error_code ignored;
    fs::remove(place / kLockFile, ignored);
    fs::remove(place, ignored);
}

DoneWork doneWork(const Recipe& recipe, const fs::path& place) {
    DoneWork done;
    std::set<std::string> streamed;
    const bool has_record = !place.empty() && findUnfinishedRuns(place);
    if (has_record) {
        done.has_original = isFile(place / kOriginal);
        done.n_shared_blocks = keptBlocks(place / kCalibration);
        const Json record = readJson(place / kRecord);
        for (const Json& target : record.at("streamed")) streamed.insert(target.get<std::string>());
    }
    for (std::size_t i = 0; i < recipe.runs.size(); ++i) {
        const RecipeRun& run = recipe.runs[i];
        DoneWork::Run& known = done.runs.emplace_back();
        if (const auto job = run.format ? findUnfinished(run.out) : std::nullopt) known.n_blocks = job->n_blocks_done;
        if (!has_record) continue;
        known.n_blocks = std::max(known.n_blocks, keptBlocks(blocksOf(place, i)));
        std::error_code ignored;
        if (run.format && (!fs::exists(run.out, ignored) || fs::is_empty(run.out, ignored))) continue;  // taken away: it is made again
        const bool is_done = isFile(doneFile(place, i));
        known.is_made = is_done || isFile(madeFile(place, i));
        // What is in memory until it is written is evaluated before; what is written while it is made, afterwards.
        known.is_evaluated = is_done || (known.is_made && !streamed.contains(withoutTrailingSlash(run.out).string()));
    }
    return done;
}

bool isStreamedAlone(const Recipe& recipe) {
    return recipe.runs.size() == 1 && recipe.runs.front().format && recipe.inputs.empty() && recipe.evaluation_text.empty() &&
           recipe.report.empty();
}

fs::path placeOfRuns(const Recipe& recipe, const fs::path& asked) {
    if (isStreamedAlone(recipe)) return {};
    if (!asked.empty()) return withoutTrailingSlash(asked);
    fs::path beside;
    for (const RecipeRun& run : recipe.runs) {
        if (beside.empty() && run.format) beside = run.out;
    }
    if (beside.empty()) beside = recipe.report;
    if (beside.empty()) return {};
    const fs::path whole = withoutTrailingSlash(beside);
    return whole.parent_path() / ("." + whole.filename().string() + ".unfinished-job");
}

UnfinishedRuns::UnfinishedRuns(fs::path place, Json identity, const std::vector<fs::path>& streamed, std::size_t n_runs, bool resume)
    : place_(std::move(place)), lock_(lockPlace(place_, place_)) {
    const std::optional<UnfinishedRunsSummary> found = findUnfinishedRuns(place_);
    if (!found) {
        try {
            begin(std::move(identity), streamed, n_runs);
        } catch (...) {
            // Others' files may be there: what this made goes, and the folder if nothing else is in it.
            std::error_code ignored;
            fs::remove(place_ / kLockFile, ignored);
            fs::remove(place_, ignored);
            throw;
        }
        return;
    }
    if (!resume) refuseToBegin(*found);
    const Json record = readJson(place_ / kRecord);
    const std::string differs = record.contains("identity") ? difference(record["identity"], identity) : "identity: nothing then";
    if (!differs.empty()) {
        throw Error(ErrorCode::InvalidOption,
                    "resume: " + place_.string() + ": expected the job that was begun there, found another (" + differs + ")" + kAdvice);
    }
    goes_on_ = true;
}

void UnfinishedRuns::begin(Json identity, const std::vector<fs::path>& streamed, std::size_t n_runs) const {
    for (const fs::path& path : entriesOf(place_)) {
        if (!isOurs(path)) {
            throw Error(ErrorCode::InvalidOption, "run: " + place_.string() +
                                                      ": expected a new or empty directory for finished blocks, found '" +
                                                      path.filename().string() + "' in it");
        }
    }
    for (const fs::path& path : entriesOf(place_)) {
        std::error_code error;
        if (path.filename() != kLockFile) fs::remove_all(path, error);
        if (error) throwSystemError("remove", path, error.value());
    }
    Json targets = Json::array();
    for (const fs::path& target : streamed) targets.push_back(withoutTrailingSlash(target).string());
    writeJson(place_ / kRecord, {{"identity", std::move(identity)}, {"n_runs", n_runs}, {"streamed", std::move(targets)}});
    FileDescriptor::openForSync(place_).sync();
    FileDescriptor::openForSync(place_.parent_path()).sync();
}

UnfinishedRuns::~UnfinishedRuns() {
    if (is_finished_) return;
    try {
        if (!findUnfinishedRuns(place_)) removeAll();
    } catch (const std::exception&) {  // a record that cannot be read stays, for its user to look at
    }
}

std::optional<UnfinishedRunsSummary> UnfinishedRuns::summary() const noexcept {
    try {
        return findUnfinishedRuns(place_);
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

fs::path UnfinishedRuns::calibrationFolder() const { return place_ / kCalibration; }

fs::path UnfinishedRuns::blocksFolder(std::size_t run) const { return blocksOf(place_, run); }

std::optional<RunResult> UnfinishedRuns::read(const fs::path& file, const std::shared_ptr<const Model>& model) const {
    if (!isFile(file)) return std::nullopt;
    JobContext silent;
    return withAdvice(place_, [&] { return loadRun(file, model, silent); });
}

std::optional<RunResult> UnfinishedRuns::readDone(std::size_t run, const std::shared_ptr<const Model>& model) const {
    return read(doneFile(place_, run), model);
}

std::optional<RunResult> UnfinishedRuns::readMade(std::size_t run, const std::shared_ptr<const Model>& model) const {
    return read(madeFile(place_, run), model);
}

void UnfinishedRuns::keep(const fs::path& file, const RunResult& result, const Model& model) const {
    RunResult numbers = result;
    numbers.model.reset();
    JobContext silent;
    saveRun(numbers, model, file, 0, silent);
    FileDescriptor::openForSync(place_).sync();  // its name, too, before what comes behind it: an export, or the end of its blocks
}

void UnfinishedRuns::keepMade(std::size_t run, const RunResult& result, const Model& model) const {
    keep(madeFile(place_, run), result, model);
}

void UnfinishedRuns::keepDone(std::size_t run, const RunResult& result, const Model& model) const {
    keep(doneFile(place_, run), result, model);
    std::error_code ignored;
    fs::remove(madeFile(place_, run), ignored);
    removeKept(blocksFolder(run));
}

KeptEvaluation UnfinishedRuns::readOriginal(const std::shared_ptr<const Model>& model, TextWindows text, JobContext& job) const {
    const fs::path file = place_ / kOriginal;
    KeptEvaluation kept;
    if (!isFile(file)) {
        // It is kept before anything else is made.
        if (goes_on_) kept.failure = file.string() + ": expected it beside what is finished, found none";
        return kept;
    }
    job.checkpoint({"opening finished blocks", 0, 0});
    // What stops the job as a whole, a limit of memory, must not pass for a damaged file.
    JobContext silent(job.stopToken());
    try {
        kept.reference = loadEvaluation(file, model, std::move(text), silent);
    } catch (const Error& error) {
        kept.failure = error.what();
        std::error_code ignored;
        fs::remove(file, ignored);
    }
    return kept;
}

void UnfinishedRuns::keepOriginal(const EvaluationReference& reference, JobContext& job) const {
    saveEvaluation(reference, place_ / kOriginal, job);
    FileDescriptor::openForSync(place_).sync();
}

void UnfinishedRuns::forget(std::size_t run) const {
    for (const fs::path& file : {doneFile(place_, run), madeFile(place_, run)}) {
        std::error_code error;
        fs::remove(file, error);
        if (error) throwSystemError("remove", file, error.value());
    }
}

void UnfinishedRuns::finish() noexcept {
    is_finished_ = true;
    removeAll();
}

void UnfinishedRuns::removeAll() noexcept {
    // The record first: what has none is nobody's. The lock goes last, and is held until then.
    try {
        std::error_code ignored;
        fs::remove(place_ / kRecord, ignored);
        for (const fs::path& path : entriesOf(place_)) {
            if (isOurs(path) && path.filename() != kLockFile) fs::remove_all(path, ignored);
        }
        fs::remove(place_ / kLockFile, ignored);
        fs::remove(place_, ignored);
    } catch (const std::exception&) {  // what cannot be removed carries "unfinished" in its name
    }
}

}  // namespace salient
