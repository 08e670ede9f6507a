#include "app/gui/session.h"

#include <QUndoCommand>
#include <algorithm>
#include <string>

#include "core/io/process_memory.h"
#include "core/recipe/draft_recipe.h"
#include "core/recipe/late_counts.h"
#include "core/recipe/memory_forecast.h"
#include "core/recipe/verification_line.h"
#include "widgets/method_text.h"

namespace salient {

namespace {

constexpr int kMovementId = 1;

/// Where the one number stands that differs; empty: more than that does. A run's name does not count: it follows the settings.
std::string movedNumber(const Recipe& before, const Recipe& after) {
    const Json then = toJson(before);
    const Json changes = Json::diff(then, toJson(after));
    std::string place;
    for (const Json& change : changes) {
        const auto path = change.at("path").get<std::string>();
        if (change.at("op").get<std::string>() != "replace") return {};
        const bool is_number = change.at("value").is_number() && then.at(Json::json_pointer(path)).is_number();
        const bool is_name = path.starts_with("/runs/") && path.ends_with("/name");
        if (is_name) continue;
        if (!is_number || !place.empty()) return {};
        place = path;
    }
    return place;
}

}  // namespace

/// One undoable change of the recipe.
class RecipeEdit : public QUndoCommand {
public:
    RecipeEdit(Session& session, Recipe before, Recipe after, const QString& what, EditKind kind)
        : QUndoCommand(what), session_(session), before_(std::move(before)), after_(std::move(after)), kind_(kind) {}
    void undo() override { session_.applyRecipe(before_); }
    void redo() override { session_.applyRecipe(after_); }
    [[nodiscard]] int id() const override { return kind_ == EditKind::Movement ? kMovementId : -1; }
    [[nodiscard]] const Recipe& before() const noexcept { return before_; }
    [[nodiscard]] const Recipe& after() const noexcept { return after_; }
    bool mergeWith(const QUndoCommand* next) override {
        const auto& later = *static_cast<const RecipeEdit*>(next);
        const std::string place = movedNumber(before_, after_);
        if (later.text() != text() || place.empty() || movedNumber(later.before_, later.after_) != place) return false;
        after_ = later.after_;
        setObsolete(toJson(after_) == toJson(before_));
        return true;
    }

private:
    Session& session_;
    Recipe before_;
    Recipe after_;
    EditKind kind_;
};

bool hasSameEvaluation(const Recipe& a, const Recipe& b) {
    const PerplexitySpec& p = a.perplexity;
    const PerplexitySpec& q = b.perplexity;
    return a.evaluation_text == b.evaluation_text && a.compute == b.compute && p.protocol == q.protocol && p.seq_len == q.seq_len &&
           p.max_chars == q.max_chars && p.n_windows == q.n_windows;
}

Session::Session(QObject* parent) : QObject(parent) {
    connect(&undo_, &QUndoStack::indexChanged, this, [this] { history_.reset(); });
}

std::shared_ptr<const RunResult> Session::runNamed(const std::string& name) const {
    const auto found = std::find_if(runs_.begin(), runs_.end(), [&](const auto& run) { return run->name == name; });
    return found == runs_.end() ? nullptr : *found;
}

std::shared_ptr<const FailedRun> Session::failedRunNamed(const std::string& name) const {
    const auto found = failed_runs_.find(name);
    return found == failed_runs_.end() ? nullptr : found->second;
}

const LinearInfo* Session::selectedLayer() const {
    if (!model_) return nullptr;
    const std::string wanted = selection_.current().layer.toStdString();
    const auto found = std::find_if(model_->linears.begin(), model_->linears.end(), [&](const LinearInfo& l) { return l.name == wanted; });
    return found == model_->linears.end() ? nullptr : &*found;
}

bool Session::isCalibrationCurrent() const {
    if (!calibration_) return false;
    const SampleSpec& used = calibration_->samples.spec;
    const SampleSpec& asked = recipe_.samples;
    return used.n_samples == asked.n_samples && used.seq_len == asked.seq_len && used.seed == asked.seed &&
           calibration_->compute == recipe_.compute && samples_ && samples_->windows.ids == calibration_->samples.windows.ids;
}

Report Session::report() const {
    Report report;
    report.recipe = recipe_;
    report.version = SALIENT_VERSION;
    if (model_) {
        report.model_name = model_->directory.filename().string();
        report.original_bytes = model_->checkpoint->sizeBytes();
        report.memory_forecast_bytes = forecastJob(*model_, recipe_, true, false).total();
    }
    report.peak_memory_bytes = peakMemoryBytes();
    if (calibration_) {
        report.calibration_tokens = static_cast<Index>(calibration_->samples.windows.ids.size());
        report.calibration_windows = calibration_->samples.windows.count();
        report.calibration_seq_len = calibration_->samples.windows.seq_len;
        report.stage_seconds.emplace_back("calibrate", calibration_->seconds);
    }
    report.full_precision = full_precision_;
    for (const auto& run : runs_) {
        report.runs.push_back(*run);
        report.stage_seconds.emplace_back("quantize " + run->name, run->seconds);
    }
    return report;
}

void Session::setModel(std::shared_ptr<const Model> model, Recipe recipe) {
    beginWith(std::move(model), std::move(recipe));
    emitAll();
}

void Session::restore(SessionContents contents) {
    beginWith(std::move(contents.model), std::move(contents.recipe));
    if (contents.calibration) samples_ = std::make_shared<const Samples>(contents.calibration->samples);
    calibration_ = std::move(contents.calibration);
    runs_ = std::move(contents.runs);
    full_precision_ = contents.full_precision;
    sensitivities_ = std::move(contents.sensitivities);
    comparison_ = std::move(contents.comparison);
    emitAll();
}

SessionContents Session::contents() const {
    SessionContents contents;
    contents.model = model_;
    contents.recipe = recipe_;
    contents.calibration = calibration_;
    contents.runs = runs_;
    contents.full_precision = full_precision_;
    contents.sensitivities = sensitivities_;
    contents.comparison = comparison_;
    return contents;
}

void Session::beginWith(std::shared_ptr<const Model> model, Recipe recipe) {
    model_ = std::move(model);
    samples_.reset();
    calibration_.reset();
    runs_.clear();
    full_precision_.reset();
    reference_.reset();
    sensitivities_.clear();
    comparison_.reset();
    failed_runs_.clear();
    recipe_ = std::move(recipe);
    undo_.clear();
    if (model_ && !model_->linears.empty()) {
        selection_.select({model_->linears.front().block, QString::fromStdString(model_->linears.front().name), -1, -1});
    } else {
        selection_.select({});
    }
}

void Session::emitAll() {
    emit modelChanged();
    emit recipeChanged();
    emit samplesChanged();
    emit calibrationChanged();
    emit runsChanged();
    emit sensitivitiesChanged();
    emit comparisonChanged();
}

void Session::setSamples(std::shared_ptr<const Samples> samples) {
    samples_ = std::move(samples);
    emit samplesChanged();
}

void Session::setCalibration(std::shared_ptr<const Calibration> calibration) {
    calibration_ = std::move(calibration);
    runs_.clear();  // measured against other statistics: not comparable
    sensitivities_.clear();
    failed_runs_.clear();
    emit calibrationChanged();
    emit runsChanged();
    emit sensitivitiesChanged();
}

void Session::addRun(RunResult run) {
    dropSensitivities(run.name);
    failed_runs_.erase(run.name);
    auto value = std::make_shared<const RunResult>(std::move(run));
    const auto known = std::find_if(runs_.begin(), runs_.end(), [&](const auto& r) { return r->name == value->name; });
    if (known == runs_.end()) {
        runs_.push_back(std::move(value));
    } else {
        *known = std::move(value);
    }
    emit runsChanged();
}

void Session::removeRun(const std::string& name) {
    dropSensitivities(name);
    if (std::erase_if(runs_, [&](const auto& run) { return run->name == name; }) > 0) emit runsChanged();
}

void Session::addFailedRun(FailedRun run) {
    const std::string name = run.run.toStdString();
    failed_runs_[name] = std::make_shared<const FailedRun>(std::move(run));
    emit runsChanged();
}

/// Of those that the recipe no longer has.
void Session::dropFailedRuns() {
    const auto is_gone = [this](const auto& failed) {
        return std::ranges::find(recipe_.runs, failed.first, &RecipeRun::name) == recipe_.runs.end();
    };
    if (std::erase_if(failed_runs_, is_gone) > 0) emit runsChanged();
}

void Session::dropSensitivities(const std::string& name) {
    if (sensitivities_.erase(name) > 0) emit sensitivitiesChanged();
}

void Session::setSensitivities(const std::string& name, std::vector<LayerSensitivity> layers) {
    sensitivities_[name] = std::move(layers);
    emit sensitivitiesChanged();
}

void Session::setComparison(std::shared_ptr<const CalibrationComparison> comparison) {
    if (comparison == comparison_) return;
    comparison_ = std::move(comparison);
    emit comparisonChanged();
}

void Session::changeRun(const std::string& name, const std::function<void(RunResult&)>& change) {
    const auto known = std::find_if(runs_.begin(), runs_.end(), [&](const auto& r) { return r->name == name; });
    if (known == runs_.end()) return;
    RunResult copy = **known;
    change(copy);
    *known = std::make_shared<const RunResult>(std::move(copy));
    emit runsChanged();
}

void Session::setRunPerplexity(const std::string& name, const PerplexityResult& result) {
    changeRun(name, [&](RunResult& run) { setPerplexity(run, result); });
}

void Session::setRunWritten(const std::string& name, const WriteCounts& written) {
    changeRun(name, [&](RunResult& run) { noteWritten(run, written); });
}

void Session::setRunVerified(const std::string& name, const std::filesystem::path& out, const VerifyReport& found) {
    changeRun(name, [&](RunResult& run) {
        run.out = out.string();
        run.verification = verificationLine(found);
        run.is_verified = found.passed();
    });
}

void Session::setReference(std::shared_ptr<const EvaluationReference> reference) {
    reference_ = std::move(reference);
    full_precision_ = reference_->perplexity;
    emit runsChanged();
}

void Session::editRecipe(const Recipe& next, const QString& what, EditKind kind) {
    if (toJson(next) == toJson(recipe_)) return;
    undo_.push(new RecipeEdit(*this, recipe_, next, what, kind));
}

Json Session::editHistory() const {
    if (history_) return *history_;
    constexpr int kMostEdits = 50;
    const int first = std::max(0, std::min(undo_.index(), undo_.count() - kMostEdits));
    const int last = std::min(undo_.count(), first + kMostEdits);
    Json recipes = Json::array();
    Json names = Json::array();
    for (int i = first; i < last; ++i) {
        const auto* edit = static_cast<const RecipeEdit*>(undo_.command(i));
        if (recipes.empty()) recipes.push_back(draftToJson(edit->before()));
        recipes.push_back(draftToJson(edit->after()));
        names.push_back(edit->text().toStdString());
    }
    history_ = {{"done", undo_.index() - first}, {"edits", std::move(names)}, {"recipes", std::move(recipes)}};
    return *history_;
}

void Session::restoreEditHistory(const Json& history) {
    std::vector<Recipe> recipes;
    std::vector<std::string> names;
    std::size_t done = 0;
    try {
        names = history.at("edits").get<std::vector<std::string>>();
        done = history.at("done").get<std::size_t>();
        for (const Json& recipe : history.at("recipes")) recipes.push_back(draftRecipeFromJson(recipe).recipe);
    } catch (const std::exception&) {  // another version's, or damaged: what can be undone begins anew
        return;
    }
    if (names.empty() || recipes.size() != names.size() + 1 || done >= recipes.size()) return;
    if (draftToJson(recipes[done]) != draftToJson(recipe_)) return;
    is_restoring_ = true;
    for (std::size_t i = 0; i < names.size(); ++i)
        undo_.push(new RecipeEdit(*this, recipes[i], recipes[i + 1], QString::fromStdString(names[i]), EditKind::Act));
    undo_.setIndex(static_cast<int>(done));
    is_restoring_ = false;
}

void Session::applyRecipe(const Recipe& recipe) {
    if (is_restoring_) return;
    const bool is_same_evaluation = hasSameEvaluation(recipe_, recipe);
    recipe_ = recipe;
    if (!is_same_evaluation) dropPerplexities();
    dropFailedRuns();
    emit recipeChanged();
}

void Session::dropPerplexities() {
    full_precision_.reset();
    reference_.reset();
    sensitivities_.clear();
    emit sensitivitiesChanged();
    for (auto& run : runs_) {
        if (!run->perplexity) continue;
        RunResult copy = *run;
        copy.perplexity.reset();
        run = std::make_shared<const RunResult>(std::move(copy));
    }
    emit runsChanged();
}

namespace {

constexpr Index kProposedEvaluationWindows = 64;  // a first answer soon; the whole text is one click away

/// 128, or the largest power of two from 64 down to 16 that divides every layer's inputs, or whole rows.
Index commonGroupSize(const Model& model) {
    for (const Index size : {128, 64, 32, 16}) {
        const auto divides = [size](const LinearInfo& linear) { return linear.in_features % size == 0; };
        if (std::all_of(model.linears.begin(), model.linears.end(), divides)) return size;
    }
    return -1;
}

}  // namespace

Recipe proposedRecipe(const Model& model) {
    Recipe recipe;
    recipe.model = model.directory;
    const Index positions = model.config.max_positions > 0 ? model.config.max_positions : 2048;
    recipe.samples.seq_len = std::min<Index>(positions, model.config.hidden_size <= 512 ? 256 : 2048);
    recipe.samples.n_samples = model.config.hidden_size <= 512 ? 32 : 128;
    recipe.perplexity.seq_len = recipe.samples.seq_len;
    recipe.perplexity.n_windows = kProposedEvaluationWindows;

    // Texts that lie beside the model's folder, as they do for the bundled one.
    const auto beside = [&](const char* name) {
        const std::filesystem::path file = model.directory.parent_path() / name;
        std::error_code ignored;
        return std::filesystem::is_regular_file(file, ignored) ? file : std::filesystem::path();
    };
    recipe.calibration_text = beside("calib.txt");
    recipe.evaluation_text = beside("eval.txt");

    MethodSpec base;
    base.grid.bits = 4;
    base.grid.is_symmetric = false;
    base.grid.group_size = commonGroupSize(model);
    for (const char* method : {"rtn", "gptq", "awq", "smoothquant"}) {
        RecipeRun run;
        run.method = methodFromName(method, base);
        run.name = suggestedRunName(run.method, {});
        recipe.runs.push_back(std::move(run));
    }
    return recipe;
}

}  // namespace salient
