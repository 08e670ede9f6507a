#pragma once

#include <QWidget>
#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "core/eval/layer_metrics.h"
#include "widgets/metrics_model.h"

class QComboBox;
class QGridLayout;
class QLabel;
class QMenu;
class QPushButton;
class QSortFilterProxyModel;
class QTableView;
class QToolButton;

namespace salient {

class Chart;
class ColourBar;
class HeatmapView;

/// One layer's error under one method.
struct ComparedError {
    QString title;  ///< the run's name
    std::shared_ptr<const ErrorMap> map;
    std::optional<double> with_activations = {};  ///< relative output error with rounded activations counted, where they are (W8A8)
};

/// Methods side by side: the table of metrics, the error of every layer before and after, and up to four error maps of the chosen layer
/// that share colours, zoom and cursor.
class ComparePanel : public QWidget {
    Q_OBJECT
public:
    static constexpr int kMaxMaps = 4;

    explicit ComparePanel(QWidget* parent = nullptr);

    void setResults(const std::vector<std::shared_ptr<const RunResult>>& runs, const std::optional<PerplexityResult>& full_precision,
                    std::int64_t original_bytes, double original_bits);
    /// Error maps of one layer, in the order of comparedRuns().
    void setErrors(const QString& layer, const std::vector<ComparedError>& errors);
    void setSelectedCell(Index row, Index channel);
    /// Whether perplexity may be measured now; it also needs a result without a figure.
    void setEvaluateEnabled(bool enabled);
    /// Names of the runs whose maps are shown: those ticked, at most kMaxMaps.
    [[nodiscard]] std::vector<std::string> comparedRuns() const;
    [[nodiscard]] const MetricsModel& metrics() const noexcept { return *metrics_; }

signals:
    /// The maps of other runs are wanted.
    void comparedRunsChanged();
    void layerChosen(const QString& layer);
    void cellChosen(salient::Index row, salient::Index channel);
    void evaluateRequested();
    void exportRequested(const QString& run);

private:
    [[nodiscard]] QWidget* makeTable();
    [[nodiscard]] QWidget* makeMaps();
    void linkMaps();
    [[nodiscard]] std::shared_ptr<const RunResult> chosenRun() const;
    void updateButtons();
    void showLayerChart();
    void showErrors();
    void showProfile();
    void rebuildChoice();

    MetricsModel* metrics_;
    QSortFilterProxyModel* sorted_;
    QTableView* table_;
    QPushButton* evaluate_;
    QPushButton* export_;
    Chart* layer_chart_;
    QComboBox* what_;
    QToolButton* choice_;
    QMenu* choice_menu_;
    QLabel* protocol_;
    QLabel* table_hint_;
    QLabel* layer_label_;
    QGridLayout* grid_;
    ColourBar* legend_;
    QComboBox* profile_axis_;
    Chart* profile_;
    std::array<HeatmapView*, kMaxMaps> views_{};

    std::vector<std::shared_ptr<const RunResult>> runs_;
    bool has_full_precision_ = false;
    bool is_evaluate_allowed_ = false;
    std::vector<std::string> unticked_;  ///< remembered by name, so that new runs show by themselves
    QString layer_;
    std::vector<ComparedError> errors_;
};

}  // namespace salient
