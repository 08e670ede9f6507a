#pragma once

#include <QAbstractTableModel>
#include <vector>

#include "core/eval/divergence.h"
#include "core/quant/quantize_group.h"

namespace salient {

/// The layers of one run: what each costs the model when it alone is quantized, and its share of the output error.
class SensitivityModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Layer, Bits, OutputError, MeanKl, Share, AddedNll, SameTop, ColumnCount };
    static constexpr int kSortRole = Qt::UserRole;  ///< a number, or the position of the layer; NaN where nothing is known

    explicit SensitivityModel(QObject* parent = nullptr);
    /// Sensitivities may be fewer than the layers: those measured so far.
    void setLayers(std::vector<LayerReport> layers, const std::vector<LayerSensitivity>& measured);
    [[nodiscard]] QString layer(int row) const;
    [[nodiscard]] int rowOf(const QString& layer) const;
    /// The whole table as comma-separated lines, with every digit.
    [[nodiscard]] QString toCsv() const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    [[nodiscard]] double number(int row, int column) const;

    std::vector<LayerReport> layers_;
    std::vector<LayerSensitivity> measured_;  ///< parallel to layers_ where known: an empty name is not known yet
    double kl_sum_ = 0.0;
};

}  // namespace salient
