#pragma once

#include <QWidget>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/recipe/run.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSortFilterProxyModel;
class QSpinBox;
class QTableView;

namespace salient {

class Chart;
class SensitivityModel;

/// How the evaluation text becomes figures.
struct EvaluationChoice {
    QString text_file;
    PerplexitySpec spec;
};

/// How good the quantized models are as models: each method's bits against its quality, and what each layer alone costs.
/// Every figure stands beside its protocol.
class EvaluatePanel : public QWidget {
    Q_OBJECT
public:
    explicit EvaluatePanel(QWidget* parent = nullptr);

    void setChoice(const EvaluationChoice& choice);
    [[nodiscard]] EvaluationChoice choice() const;
    /// Longest window the model can read.
    void setMaxSeqLen(Index max_positions);
    void setResults(const std::vector<std::shared_ptr<const RunResult>>& runs, const std::optional<PerplexityResult>& full_precision);
    /// What has been measured of a run's layers, in the order of computation; may still grow.
    void setSensitivities(const std::map<std::string, std::vector<LayerSensitivity>>& by_run);
    void setBusy(bool is_busy);
    /// What measuring takes.
    void setTimeNote(const QString& note);
    [[nodiscard]] QString currentRun() const;
    void setSelectedLayer(const QString& layer);
    /// The text and the protocol of the figures on display, in one line; empty: nothing has been measured.
    [[nodiscard]] QString stamp() const;

signals:
    /// The user changed the protocol; `what` names it, for undo.
    void choiceChanged(const QString& what);
    void browseRequested();
    /// Perplexity and KL divergence of whatever has none yet.
    void evaluateRequested();
    void sensitivityRequested(const QString& run);
    /// The user chose whose layers are shown.
    void runChosen();
    void layerChosen(const QString& layer);
    /// Layers that the user wants to give other settings.
    void overrideRequested(const QString& layer);

private:
    [[nodiscard]] QWidget* makeProtocol();
    [[nodiscard]] QWidget* makePareto();
    [[nodiscard]] QWidget* makeLayers();
    void report(const QString& what);
    void showPareto();
    void showLayers();
    void updateButtons();

    std::vector<std::shared_ptr<const RunResult>> runs_;
    std::optional<PerplexityResult> full_precision_;
    std::map<std::string, std::vector<LayerSensitivity>> sensitivities_;
    bool is_busy_ = false;
    bool is_setting_ = false;

    QLineEdit* text_;
    QComboBox* protocol_;
    QSpinBox* seq_len_;
    QSpinBox* n_windows_;
    QPushButton* evaluate_;
    QLabel* stamp_;
    QLabel* time_;
    QComboBox* quality_;
    Chart* pareto_;
    QComboBox* run_;
    QPushButton* measure_;
    QPushButton* override_;
    QLabel* layers_hint_;
    Chart* layer_chart_;
    SensitivityModel* model_;
    QSortFilterProxyModel* sorted_;
    QTableView* table_;
};

}  // namespace salient
