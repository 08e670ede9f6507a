#pragma once

#include <QWidget>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "widgets/error_maps_panel.h"
#include "widgets/metrics_model.h"

class QComboBox;
class QLabel;
class QListWidget;
class QPushButton;
class QSortFilterProxyModel;
class QTabWidget;
class QTableView;

namespace salient {

class Chart;
class DiagnosisPanel;

/// Methods side by side: the table of metrics, with their distance from a baseline if one is chosen, and with what the chosen run did
/// otherwise than plainly; the error of every layer before and after, the chosen layer marked; and up to four error maps of that layer that
/// share colours, zoom and cursor.
class ComparePanel : public QWidget {
    Q_OBJECT
public:
    explicit ComparePanel(QWidget* parent = nullptr);

    /// Chooses a run in the table; nothing for a name that is not there.
    void chooseRun(const QString& name);
    /// The run chosen in the table; empty: none, or the original.
    [[nodiscard]] QString currentRun() const;
    void setResults(const std::vector<std::shared_ptr<const RunResult>>& runs, const std::optional<PerplexityResult>& full_precision,
                    std::int64_t original_bytes, double original_bits);
    /// Marks that layer in the chart of all layers.
    void setSelectedLayer(const QString& layer);
    /// Error maps of one layer, in the order of comparedRuns(). That layer is marked, too.
    void setErrors(const QString& layer, const std::vector<ComparedError>& errors);
    void setSelectedCell(Index row, Index channel);
    /// Whether perplexity may be measured now; it also needs a result without a figure.
    void setEvaluateEnabled(bool enabled);
    /// Names of the runs whose maps are shown: those ticked, at most kMaxMaps.
    [[nodiscard]] std::vector<std::string> comparedRuns() const;
    [[nodiscard]] const std::vector<std::string>& hiddenRuns() const;
    void setHiddenRuns(std::vector<std::string> runs);
    [[nodiscard]] const MetricsModel& metrics() const noexcept { return *metrics_; }

    /// The tab that explains the chosen layer's error.
    [[nodiscard]] DiagnosisPanel& diagnosis() noexcept { return *diagnosis_; }
    [[nodiscard]] bool showsDiagnosis() const;
    void showMethods();
    void showDiagnosis();

signals:
    /// The user turned to the diagnosis.
    void diagnosisShown();
    /// The maps of other runs are wanted.
    void comparedRunsChanged();
    /// Another run in the table, or none.
    void currentRunChanged();
    void layerChosen(const QString& layer);
    void cellChosen(salient::Index row, salient::Index channel);
    void evaluateRequested();
    void exportRequested(const QString& run);

private:
    [[nodiscard]] QWidget* makeTable();
    [[nodiscard]] std::shared_ptr<const RunResult> chosenRun() const;
    void updateButtons();
    void showNotes();
    void showLayerChart();
    void markLayer();
    void describeLayer(Index place);
    void rebuildBaseline();
    void useBaseline(const QString& run);
    /// By its place in the chart; empty: none.
    [[nodiscard]] QString layerAt(Index place) const;

    MetricsModel* metrics_;
    QSortFilterProxyModel* sorted_;
    QTableView* table_;
    QListWidget* notes_;
    QPushButton* evaluate_;
    QPushButton* export_;
    QComboBox* baseline_;
    Chart* layer_chart_;
    QLabel* protocol_;
    QLabel* table_hint_;
    ErrorMapsPanel* maps_;
    DiagnosisPanel* diagnosis_;
    QTabWidget* tabs_;

    std::vector<std::shared_ptr<const RunResult>> runs_;
    std::vector<std::string> layers_;  ///< x axis of the chart: what any run quantized, in the order of computation
    QString selected_layer_;
    bool has_full_precision_ = false;
    bool is_evaluate_allowed_ = false;
};

}  // namespace salient
