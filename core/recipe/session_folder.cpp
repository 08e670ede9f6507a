#include "core/recipe/session_folder.h"

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/io/file_descriptor.h"
#include "core/recipe/late_counts.h"
#include "core/recipe/saved_calibration.h"
#include "core/recipe/saved_run.h"
#include "core/recipe/saved_session.h"

namespace salient {

namespace {

namespace fs = std::filesystem;

const std::string kExtension = ".safetensors";

/// What this class makes, finished or not: nothing else is ever removed from a folder that the user chose.
bool isOurs(const std::string& name) {
    const bool is_large = (name.starts_with("result-") || name.starts_with("calibration-")) && name.ends_with(kExtension);
    const bool is_partial = (name.starts_with(".result-") || name.starts_with(".calibration-") || name.starts_with(".session.json")) &&
                            name.find(".partial-") != std::string::npos;
    return is_large || is_partial;
}

fs::path absolutePath(const fs::path& path) { return path.empty() ? path : fs::absolute(path).lexically_normal(); }

/// A session is opened from another working directory than the one it was made in.
Recipe withAbsolutePaths(Recipe recipe) {
    recipe.model = absolutePath(recipe.model);
    recipe.calibration_text = absolutePath(recipe.calibration_text);
    recipe.inputs = absolutePath(recipe.inputs);
    recipe.evaluation_text = absolutePath(recipe.evaluation_text);
    recipe.report = absolutePath(recipe.report);
    for (RecipeRun& run : recipe.runs) run.out = absolutePath(run.out);
    return recipe;
}

}  // namespace

SessionFolder::SessionFolder(fs::path folder, SessionLimits limits) : folder_(std::move(folder)), limits_(limits) {}

std::string SessionFolder::newName(const std::string& kind) {
    std::error_code ignored;
    for (int n = 1;; ++n) {
        std::string name = kind + "-" + std::to_string(n) + kExtension;
        if (!fs::exists(fs::symlink_status(folder_ / name, ignored))) return name;
    }
}

const SessionFolder::Kept* SessionFolder::find(const RunResult& run) const {
    const auto found = std::ranges::find_if(kept_, [&](const Kept& kept) {
        return kept.name == run.name && kept.has_model == (run.model != nullptr) && kept.model.lock() == run.model;
    });
    return found == kept_.end() ? nullptr : &*found;
}

std::vector<std::string> SessionFolder::save(const SessionContents& contents, JobContext& job) {
    std::error_code error;
    fs::create_directories(folder_, error);
    if (error) throwSystemError("save session", folder_, error.value());
    SavedSession session;
    session.model = absolutePath(contents.model->directory);
    session.identity = identityOf(*contents.model);
    session.recipe = withAbsolutePaths(contents.recipe);
    session.window = contents.window;
    session.full_precision = contents.full_precision;
    if (contents.comparison) {
        session.comparison = *contents.comparison;
        for (ComparedText& text : session.comparison->texts) text.recipe = withAbsolutePaths(std::move(text.recipe));
    }
    if (contents.calibration) {
        if (calibration_file_.empty() || calibration_.lock() != contents.calibration) {
            const std::string file = newName("calibration");
            saveCalibration(*contents.calibration, folder_ / file, limits_.hessian_bytes, job);
            calibration_file_ = file;
            calibration_ = contents.calibration;
        }
        session.calibration_file = calibration_file_;
    }
    std::vector<std::string> numbers_only;
    std::vector<Kept> kept;
    for (const auto& run : contents.runs) {
        const Kept* known = find(*run);
        if (known == nullptr) {
            const std::string file = newName("result");
            const bool is_whole = saveRun(*run, *contents.model, folder_ / file, limits_.result_bytes, job);
            if (!is_whole && run->model) numbers_only.push_back(run->name);
            kept_.push_back({run->name, run->model, run->model != nullptr, file});
            known = &kept_.back();
        }
        kept.push_back(*known);
        SavedResult& result = session.results.emplace_back();
        result.name = run->name;
        result.file = known->file;
        result.perplexity = run->perplexity;
        result.written = writtenCounts(*run);
        if (const auto found = contents.sensitivities.find(run->name); found != contents.sensitivities.end()) {
            result.sensitivities = found->second;
        }
    }
    job.checkpoint({"saving the session"});
    writeSession(session, folder_);
    kept_ = std::move(kept);
    removeUnnamed(session.calibration_file);
    return numbers_only;
}

void SessionFolder::removeUnnamed(const std::string& calibration) const {
    std::set<std::string> named = {calibration};
    for (const Kept& kept : kept_) named.insert(kept.file);
    std::error_code ignored;  // what cannot be removed is in nobody's way
    for (const fs::directory_entry& entry : fs::directory_iterator(folder_, ignored)) {
        const std::string name = entry.path().filename().string();
        if (!isOurs(name) || named.contains(name) || entry.is_directory(ignored)) continue;
        if (damaged_.contains(name)) {  // someone may know how to mend it
            fs::rename(entry.path(), folder_ / ("damaged-" + name), ignored);
        } else {
            fs::remove(entry.path(), ignored);
        }
    }
}

SessionFolder::Opened SessionFolder::open(JobContext& job) {
    job.checkpoint({"opening the session"});
    const SavedSession session = readSession(folder_);
    Opened opened;
    SessionContents& contents = opened.contents;
    opened.left_out = session.left_out;
    contents.model = Model::open(session.model);
    requireSameModel(session.identity, identityOf(*contents.model), "session: " + folder_.string());
    contents.recipe = session.recipe;
    contents.window = session.window;
    contents.full_precision = session.full_precision;
    if (session.comparison) contents.comparison = std::make_shared<const CalibrationComparison>(*session.comparison);
    const auto attempt = [&](const std::string& file, const auto& read) {
        try {
            read();
        } catch (const Error& error) {
            damaged_.insert(file);
            opened.left_out.emplace_back(error.what());
        }
    };
    kept_.clear();
    calibration_file_.clear();
    if (!session.calibration_file.empty()) {
        attempt(session.calibration_file, [&] {
            auto calibration =
                std::make_shared<const Calibration>(loadCalibration(folder_ / session.calibration_file, contents.model, job));
            calibration_ = calibration;
            calibration_file_ = session.calibration_file;
            contents.calibration = std::move(calibration);
        });
    }
    for (const SavedResult& saved : session.results) {
        attempt(saved.file, [&] {
            RunResult run = loadRun(folder_ / saved.file, contents.model, job);
            if (run.name != saved.name) {
                throw Error(ErrorCode::Format, "session: " + (folder_ / saved.file).string() + ": expected the result '" + saved.name +
                                                   "', found '" + run.name + "'");
            }
            setPerplexity(run, saved.perplexity);
            noteWritten(run, saved.written);
            kept_.push_back({run.name, run.model, run.model != nullptr, saved.file});
            if (!saved.sensitivities.empty()) contents.sensitivities[run.name] = saved.sensitivities;
            contents.runs.push_back(std::make_shared<const RunResult>(std::move(run)));
        });
    }
    return opened;
}

}  // namespace salient
