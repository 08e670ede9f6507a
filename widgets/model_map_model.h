#pragma once

#include <QAbstractTableModel>
#include <QRegularExpression>
#include <memory>
#include <utility>
#include <vector>

#include "core/model/model.h"
#include "widgets/colour_map.h"

namespace salient {

/// One number per linear layer, in the order of Model::linears; NaN where it is not known.
struct LayerMetric {
    QString name;  ///< "Relative output error: GPTQ 4-bit"
    QString unit;  ///< "", "%", "bits", "weights"
    std::vector<double> values;
    bool is_logarithmic = false;  ///< colours by the logarithm
    QString tip = {};             ///< what it is, in one line
    bool is_awaited = false;      ///< the values are made when somebody looks at them: unknown until then
    bool is_cancelled = false;    ///< awaited no longer: they are made when the user chooses the metric, even if it is chosen already
};

/// The layers of a model as a grid, blocks down and modules across, each cell with the metric's value and colour. Where a block lacks a
/// module that others have (an MLP beside mixtures of experts) its cell is empty and cannot be chosen.
class ModelMapModel : public QAbstractTableModel {
    Q_OBJECT
public:
    static constexpr int kValueRole = Qt::UserRole;         ///< double, maybe NaN
    static constexpr int kLayerRole = Qt::UserRole + 1;     ///< full module name
    static constexpr int kMatchesRole = Qt::UserRole + 2;   ///< whether the filter matches
    static constexpr int kColourRole = Qt::UserRole + 3;    ///< QColor, or nothing where there is no value
    static constexpr int kRelativeRole = Qt::UserRole + 4;  ///< 0 … 1 position on the colour map
    static constexpr int kBlockRole = Qt::UserRole + 5;     ///< int

    explicit ModelMapModel(QObject* parent = nullptr);
    void setModel(std::shared_ptr<const Model> model);
    void setMetric(LayerMetric metric);
    [[nodiscard]] const LayerMetric& metric() const noexcept { return metric_; }
    /// Cells whose layer name the expression does not find are dimmed. An invalid one matches everything.
    void setFilter(const QRegularExpression& filter);
    [[nodiscard]] int matchCount() const;
    /// A value of the metric as the cells show it.
    [[nodiscard]] QString text(double value) const;
    /// Smallest and largest known value.
    [[nodiscard]] std::pair<double, double> range() const noexcept { return {low_, high_}; }
    [[nodiscard]] QModelIndex indexOf(const QString& layer) const;
    /// The n layers with the largest values among those that match, worst first.
    [[nodiscard]] std::vector<QModelIndex> worst(int n) const;

    /// Block, layer and value as comma-separated lines, in the order of computation, with every digit.
    [[nodiscard]] QString toCsv() const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    void arrange();
    /// Index into Model::linears; -1 for an empty cell.
    [[nodiscard]] int linearAt(int row, int column) const;
    [[nodiscard]] QModelIndex cellOf(int linear) const;
    [[nodiscard]] double valueOf(int linear) const;
    [[nodiscard]] double position(double value) const;
    [[nodiscard]] bool matches(int linear) const;

    std::shared_ptr<const Model> model_;
    LayerMetric metric_;
    QRegularExpression filter_;
    double low_ = 0.0;
    double high_ = 0.0;
    std::vector<QString> columns_;                ///< titles
    std::vector<int> cells_;                      ///< row by row: index into Model::linears or -1
    std::vector<std::pair<int, int>> positions_;  ///< of each layer: row, column
};

}  // namespace salient
