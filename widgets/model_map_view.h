#pragma once

#include <QStringList>
#include <QWidget>
#include <memory>
#include <vector>

#include "widgets/model_map_model.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QSortFilterProxyModel;
class QSpinBox;
class QTableView;

namespace salient {

class GradientBar;
class OverridePanel;

/// The whole model at a glance: every linear layer as a cell coloured by the metric of choice, with a filter, the worst layers, and
/// settings of their own for some. Blocks stand in their order, or sorted by the values of one module. Several layers can be chosen at a
/// time, to give them settings; the current one is what other views look at.
class ModelMapView : public QWidget {
    Q_OBJECT
public:
    explicit ModelMapView(QWidget* parent = nullptr);

    void setModel(const std::shared_ptr<const Model>& model);
    /// What can be shown; keeps what the user chose when it is still there, else shows the first.
    void setMetrics(std::vector<LayerMetric> metrics);
    void setSelectedLayer(const QString& layer);
    /// The map with its legend and the largest values, for a picture of it.
    [[nodiscard]] QWidget* picture() const noexcept { return picture_; }
    /// Other settings for the layers that the filter matches, or for the chosen ones.
    [[nodiscard]] OverridePanel& overrides() noexcept { return *overrides_; }
    [[nodiscard]] const ModelMapModel& model() const noexcept { return *model_; }

signals:
    void layerChosen(int block, const QString& layer);
    /// Chosen with Return or a double click: go and look at it.
    void layerActivated(int block, const QString& layer);
    /// The metric that is being looked at has no values yet (LayerMetric::is_awaited), or was chosen again after that was cancelled.
    void valuesWanted();
    /// The user wants the picture, or its data, as a file.
    void figureWanted();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void askForValues();
    void buildTable();
    void fitRows();
    void addTableActions();
    void showMetric();
    void showWorst();
    [[nodiscard]] QModelIndex cellOf(const QString& layer) const;
    /// Those chosen, or the current one where that is all, in the order of computation.
    [[nodiscard]] QStringList chosenLayers() const;
    void tellOverrides();

    ModelMapModel* model_;
    QSortFilterProxyModel* sorted_;
    QComboBox* metric_;
    QLineEdit* filter_;
    QLabel* matches_;
    QTableView* table_;
    GradientBar* legend_;
    QSpinBox* n_worst_;
    QListWidget* worst_;
    OverridePanel* overrides_;
    QWidget* picture_ = nullptr;
    std::vector<LayerMetric> metrics_;
    QString chosen_metric_;    ///< by the user; until then the first is shown
    QStringList told_layers_;  ///< to the overrides
    bool is_setting_ = false;
};

}  // namespace salient
