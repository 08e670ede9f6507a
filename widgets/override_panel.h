#pragma once

#include <QStringList>
#include <QWidget>
#include <memory>
#include <string>
#include <vector>

#include "core/eval/settings_forecast.h"
#include "core/recipe/recipe.h"

class QComboBox;
class QLabel;
class QListWidget;
class QPushButton;

namespace salient {

class GroupSizeBox;

/// Other settings for some layers of a run, or of all: which layers, what is different, what that would save and cost, and what has
/// been changed already. Edits the runs of a recipe; the layers come from the view it stands in.
class OverridePanel : public QWidget {
    Q_OBJECT
public:
    explicit OverridePanel(QWidget* parent = nullptr);

    void setModel(const std::shared_ptr<const Model>& model);
    void setRuns(const std::vector<RecipeRun>& runs);
    /// The layers in question: an expression that the user typed, or else the full names of some layers.
    void setPattern(const QString& expression);
    void setLayers(const QStringList& layers);
    void setLayer(const QString& layer) { setLayers(layer.isEmpty() ? QStringList() : QStringList{layer}); }
    /// Asks for the forecast once more.
    void askAgain() { refresh(); }
    /// The answer to forecastWanted(). `run`: the result of that run, if there is one, for its measured error.
    void setForecast(const SettingsForecast& forecast, const std::vector<LayerReport>& measured);
    /// The run with the change made, as it stands in the controls; equal to the run when nothing would change.
    [[nodiscard]] MethodSpec changedMethod(const MethodSpec& method) const;

signals:
    /// What would the change do to that run?
    void forecastWanted(const QString& run, const salient::MethodSpec& before, const salient::MethodSpec& after);
    /// The user made or took back a change; `what` names it, for undo.
    void runsEdited(const std::vector<salient::RecipeRun>& runs, const QString& what);

private:
    /// Which layers are meant, in as few expressions as hold their names (an expression has a greatest length); none: no layer.
    [[nodiscard]] std::vector<std::string> expressions() const;
    [[nodiscard]] QString subjectText() const;
    [[nodiscard]] QString changeText(const LayerOverride& change) const;
    [[nodiscard]] const RecipeRun* previewedRun() const;
    /// Makes the change for the layers of one expression, on top of what is changed already.
    void changeLayers(MethodSpec& changed, const MethodSpec& method, const std::string& layers) const;
    /// How what the controls say scales columns.
    [[nodiscard]] Scaling scaling() const;
    /// Why the change cannot be made to that run, as the core words it; empty: it can.
    [[nodiscard]] QString problemOf(const MethodSpec& changed) const;
    [[nodiscard]] int matchCount(const std::string& layers) const;
    void refresh();
    void showList();
    void apply();
    void removeChosen();

    std::shared_ptr<const Model> model_;
    std::vector<RecipeRun> runs_;
    QString pattern_;
    QStringList layers_;

    QLabel* subject_;
    QComboBox* run_;
    QComboBox* what_;
    QComboBox* method_;
    QComboBox* bits_;
    GroupSizeBox* group_size_;
    QComboBox* strength_;  // of a method that scales: α or ratio
    QComboBox* clip_;      // of AWQ
    QPushButton* apply_;
    QLabel* forecast_;
    QListWidget* list_;
    QPushButton* remove_;
};

}  // namespace salient
