#pragma once

#include <QWidget>
#include <vector>

#include "core/recipe/recipe.h"

class QCheckBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;
class QTableView;
class QToolButton;

namespace salient {

class MethodForm;
class RecipeRunsModel;

/// The runs of a recipe, one line each, with all options of the chosen one beside them.
class QuantizePanel : public QWidget {
    Q_OBJECT
public:
    explicit QuantizePanel(QWidget* parent = nullptr);

    void setRuns(const std::vector<RecipeRun>& runs);
    [[nodiscard]] std::vector<RecipeRun> runs() const;
    [[nodiscard]] int currentRun() const;
    void setCurrentRun(int row);

    void setEvaluation(const QString& file, Index n_windows);
    void setMemoryLimit(std::int64_t bytes);
    [[nodiscard]] bool wantsPerplexity() const;
    /// Why nothing can start yet ("Calibrate first"); empty: it can.
    void setBlockedReason(const QString& reason);
    /// What keeps the chosen run from working on this model, as the core words it; empty: nothing.
    void setProblem(const QString& problem);
    /// What the recipe needs of memory.
    void setMemoryNote(const QString& note);

signals:
    /// The user changed a run or the list; `what` names it, for undo.
    void runsEdited(const std::vector<salient::RecipeRun>& runs, const QString& what);
    void currentRunChanged(int row);
    void evaluationTextEdited(const QString& file);
    void evaluationWindowsEdited(salient::Index n_windows);
    /// 0: no limit.
    void memoryLimitEdited(std::int64_t bytes);
    void browseEvaluationRequested();
    /// Names of the runs to execute; empty: all.
    void quantizeRequested(const std::vector<std::string>& names);
    void copyCommandRequested();

private:
    [[nodiscard]] QWidget* makeList();
    [[nodiscard]] QWidget* makeStartBox();
    void addRun(const std::string& method);
    void duplicateRun();
    void removeRun();
    void editCurrent(const QString& what);
    void showCurrent();
    void updateButtons();
    [[nodiscard]] std::vector<std::string> takenNames(int except = -1) const;

    RecipeRunsModel* model_;
    QTableView* table_;
    MethodForm* form_;
    QLineEdit* name_;
    QLabel* problem_;
    QToolButton* remove_;
    QToolButton* duplicate_;
    QLineEdit* evaluation_text_;
    QSpinBox* evaluation_windows_;
    QDoubleSpinBox* memory_limit_;
    QCheckBox* with_perplexity_;
    QPushButton* start_all_;
    QPushButton* start_one_;
    QLabel* blocked_;
    QLabel* memory_;
    QString blocked_reason_;
};

}  // namespace salient
