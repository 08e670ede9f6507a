#pragma once

#include <QWidget>
#include <memory>
#include <vector>

#include "widgets/model_map_model.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QTableView;

namespace salient {

class GradientBar;
class OverridePanel;

/// The whole model at a glance: every linear layer as a cell coloured by the metric of choice, with a filter, the worst layers, and
/// settings of their own for some.
class ModelMapView : public QWidget {
    Q_OBJECT
public:
    explicit ModelMapView(QWidget* parent = nullptr);

    void setModel(const std::shared_ptr<const Model>& model);
    /// What can be shown; keeps what the user chose when it is still there, else shows the first.
    void setMetrics(std::vector<LayerMetric> metrics);
    void setSelectedLayer(const QString& layer);
    /// Other settings for the layers that the filter matches, or for the chosen one.
    [[nodiscard]] OverridePanel& overrides() noexcept { return *overrides_; }
    [[nodiscard]] const ModelMapModel& model() const noexcept { return *model_; }

signals:
    void layerChosen(int block, const QString& layer);
    /// Chosen with Return or a double click: go and look at it.
    void layerActivated(int block, const QString& layer);

private:
    void showMetric();
    void showWorst();

    ModelMapModel* model_;
    QComboBox* metric_;
    QLineEdit* filter_;
    QLabel* matches_;
    QTableView* table_;
    GradientBar* legend_;
    QListWidget* worst_;
    OverridePanel* overrides_;
    std::vector<LayerMetric> metrics_;
    QString chosen_metric_;  ///< by the user; until then the first is shown
    bool is_setting_ = false;
};

}  // namespace salient
