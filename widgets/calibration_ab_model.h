#pragma once

#include <memory>

#include "core/eval/calibration_ab.h"
#include "widgets/layer_table_model.h"

namespace salient {

/// The layers of a comparison of two calibration texts: how alike their Hessians are, and the errors of both solutions on both texts.
class CalibrationAbModel : public LayerTableModel {
    Q_OBJECT
public:
    /// OnAFromB: measured on A, calibrated on B. FactorOnA: how many times as large that is as OnAFromA.
    enum Column { Layer, Cosine, OnAFromA, OnAFromB, FactorOnA, OnBFromB, OnBFromA, FactorOnB, ColumnCount };

    explicit CalibrationAbModel(QObject* parent = nullptr);
    /// Null: no layers.
    void setComparison(std::shared_ptr<const CalibrationAb> comparison);

private:
    [[nodiscard]] double number(int row, int column) const override;

    std::shared_ptr<const CalibrationAb> comparison_;
};

}  // namespace salient
