#pragma once

#include <QAbstractTableModel>
#include <memory>

#include "core/eval/calibration_ab.h"

namespace salient {

/// The layers of a comparison of two calibration texts: how alike their Hessians are, and the errors of both solutions on both texts.
class CalibrationAbModel : public QAbstractTableModel {
    Q_OBJECT
public:
    /// OnAFromB: measured on A, calibrated on B. FactorOnA: how many times as large that is as OnAFromA.
    enum Column { Layer, Cosine, OnAFromA, OnAFromB, FactorOnA, OnBFromB, OnBFromA, FactorOnB, ColumnCount };
    static constexpr int kSortRole = Qt::UserRole;  ///< a number, or the position of the layer

    explicit CalibrationAbModel(QObject* parent = nullptr);
    /// Null: no layers.
    void setComparison(std::shared_ptr<const CalibrationAb> comparison);
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

    std::shared_ptr<const CalibrationAb> comparison_;
};

}  // namespace salient
