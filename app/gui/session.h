#pragma once

#include <QObject>
#include <QUndoStack>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/calib/calibrate.h"
#include "core/eval/divergence.h"
#include "core/exporter/export_checkpoint.h"
#include "core/exporter/verify.h"
#include "core/recipe/recipe.h"
#include "core/recipe/run.h"
#include "core/recipe/session_folder.h"
#include "widgets/selection.h"

namespace salient {

/// Whether an edit of the recipe is an act of its own, or one moment of a movement: of a slider, of a spin box that counts.
enum class EditKind { Act, Movement };

/// A run that ended in a number that is none, in that layer.
struct FailedRun {
    QString title;  ///< of its job
    QString message;
    QString run;
    MethodSpec method;
    QString layer;
};

/// Everything one sitting has found out, as shared values that never change: a new result replaces an old one and no view loses the data
/// it is drawing. What follows from something that was replaced is let go with it: another model takes the calibration along, another
/// calibration the runs. The recipe is the user's plan; its edits can be undone, results cannot.
class Session : public QObject {
    Q_OBJECT
public:
    explicit Session(QObject* parent = nullptr);

    [[nodiscard]] const std::shared_ptr<const Model>& model() const noexcept { return model_; }
    [[nodiscard]] const std::shared_ptr<const Samples>& samples() const noexcept {
        return samples_;
    }  ///< the preview of the recipe's choice
    [[nodiscard]] const std::shared_ptr<const Calibration>& calibration() const noexcept { return calibration_; }
    [[nodiscard]] const std::vector<std::shared_ptr<const RunResult>>& runs() const noexcept { return runs_; }
    /// Perplexity of the original by the recipe's protocol.
    [[nodiscard]] const std::optional<PerplexityResult>& fullPrecision() const noexcept { return full_precision_; }
    /// What runs are compared with, prediction by prediction; null until the original has been measured in this sitting.
    [[nodiscard]] const std::shared_ptr<const EvaluationReference>& reference() const noexcept { return reference_; }
    /// What the layers of each run cost one at a time, as far as measured.
    [[nodiscard]] const std::map<std::string, std::vector<LayerSensitivity>>& sensitivities() const noexcept { return sensitivities_; }
    /// The latest comparison of the calibration text with another one; null: none. CalibrationAbWorkflow lets it go with what it is of.
    [[nodiscard]] const std::shared_ptr<const CalibrationComparison>& comparison() const noexcept { return comparison_; }
    /// Those whose latest end was none, by name, as long as the recipe has a run of that name.
    [[nodiscard]] const std::map<std::string, std::shared_ptr<const FailedRun>>& failedRuns() const noexcept { return failed_runs_; }
    [[nodiscard]] const Recipe& recipe() const noexcept { return recipe_; }
    [[nodiscard]] SelectionModel& selection() noexcept { return selection_; }
    [[nodiscard]] const SelectionModel& selection() const noexcept { return selection_; }
    [[nodiscard]] QUndoStack& undoStack() noexcept { return undo_; }

    [[nodiscard]] std::shared_ptr<const RunResult> runNamed(const std::string& name) const;
    /// Null where that run did not fail.
    [[nodiscard]] std::shared_ptr<const FailedRun> failedRunNamed(const std::string& name) const;
    /// The chosen layer, or null.
    [[nodiscard]] const LinearInfo* selectedLayer() const;
    /// Whether the calibration still is what the recipe asks for.
    [[nodiscard]] bool isCalibrationCurrent() const;
    /// The results so far, as `salient-cli run` would report them.
    [[nodiscard]] Report report() const;

    /// Starts anew with that model and recipe; selects the first layer.
    void setModel(std::shared_ptr<const Model> model, Recipe recipe);
    /// Starts anew with what an earlier sitting left. The evaluation of the original is made again when something is compared with it.
    void restore(SessionContents contents);
    /// What of it outlives the sitting, but for what the window adds.
    [[nodiscard]] SessionContents contents() const;
    void setSamples(std::shared_ptr<const Samples> samples);
    void setCalibration(std::shared_ptr<const Calibration> calibration);
    /// Adds a result, or replaces the one of that name.
    void addRun(RunResult run);
    void removeRun(const std::string& name);
    /// What is known of the end of a run of the recipe, until it ends otherwise. An earlier result of that name stays.
    void addFailedRun(FailedRun run);
    void setRunPerplexity(const std::string& name, const PerplexityResult& result);
    /// What the latest export of that run counted.
    void setRunWritten(const std::string& name, const WriteCounts& written);
    /// Where that export went and what reading it back found, as the report tells it.
    void setRunVerified(const std::string& name, const std::filesystem::path& out, const VerifyReport& found);
    void setReference(std::shared_ptr<const EvaluationReference> reference);
    /// Replaces what is known of that run's layers.
    void setSensitivities(const std::string& name, std::vector<LayerSensitivity> layers);
    void setComparison(std::shared_ptr<const CalibrationComparison> comparison);
    /// Replaces the recipe as one undoable step. Perplexities measured by another protocol or on another text are let go. Movements of one
    /// number in a row, with the same text, become one step, and none when they end where they began; acts stay apart. An equal recipe
    /// is no edit.
    void editRecipe(const Recipe& next, const QString& what, EditKind kind = EditKind::Act);

    /// The edits that can be undone and redone, the latest fifty, for a session's folder.
    [[nodiscard]] Json editHistory() const;
    /// Takes up the history of an earlier sitting, if it is one of the present recipe; from a stranger's file.
    void restoreEditHistory(const Json& history);

signals:
    void modelChanged();
    void samplesChanged();
    void calibrationChanged();
    void runsChanged();
    void sensitivitiesChanged();
    void comparisonChanged();
    void recipeChanged();

private:
    friend class RecipeEdit;
    void beginWith(std::shared_ptr<const Model> model, Recipe recipe);
    void changeRun(const std::string& name, const std::function<void(RunResult&)>& change);
    void emitAll();
    void applyRecipe(const Recipe& recipe);
    void dropPerplexities();
    void dropFailedRuns();
    void dropSensitivities(const std::string& name);

    std::shared_ptr<const Model> model_;
    std::shared_ptr<const Samples> samples_;
    std::shared_ptr<const Calibration> calibration_;
    std::vector<std::shared_ptr<const RunResult>> runs_;
    std::optional<PerplexityResult> full_precision_;
    std::shared_ptr<const EvaluationReference> reference_;
    std::map<std::string, std::vector<LayerSensitivity>> sensitivities_;
    std::shared_ptr<const CalibrationComparison> comparison_;
    std::map<std::string, std::shared_ptr<const FailedRun>> failed_runs_;
    Recipe recipe_;
    SelectionModel selection_;
    QUndoStack undo_;
    mutable std::optional<Json> history_;  ///< of undo_, until it changes
    bool is_restoring_ = false;            ///< edits go onto the stack without being made
};

/// Whether figures of the two may stand in one table: the same text, protocol and precision.
[[nodiscard]] bool hasSameEvaluation(const Recipe& a, const Recipe& b);

/// What the window proposes for a model: the bundled text where it is the bundled model, window length within the model's positions, and
/// the four published methods at 4 bits.
[[nodiscard]] Recipe proposedRecipe(const Model& model);

}  // namespace salient
