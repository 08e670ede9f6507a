#include "widgets/calibration_ab_model.h"

#include <utility>

#include "widgets/number_text.h"
#include "widgets/value_text.h"

namespace salient {

namespace {

QString cosineText(double cosine) { return fixedText(cosine, 4); }
QString factorText(double factor) { return numberText(factor, 3); }

}  // namespace

CalibrationAbModel::CalibrationAbModel(QObject* parent)
    : LayerTableModel(
          {{"hessian_cosine", tr("H alike"),
            tr("How alike the Hessians of both texts are: their cosine as vectors of numbers, 1 for equal ones. The loudest "
               "channels decide it"),
            cosineText},
           {"on_a_from_a", tr("A from A"), tr("Relative output error on text A of the weights that text A calibrated"), percentText},
           {"on_a_from_b", tr("A from B"), tr("Relative output error on text A of the weights that text B calibrated"), percentText},
           {"factor_on_a", tr("Factor, A"), tr("How many times as large the error is when the other text calibrated"), factorText},
           {"on_b_from_b", tr("B from B"), tr("Relative output error on text B of the weights that text B calibrated"), percentText},
           {"on_b_from_a", tr("B from A"), tr("Relative output error on text B of the weights that text A calibrated"), percentText},
           {"factor_on_b", tr("Factor, B"), tr("How many times as large the error is when the other text calibrated"), factorText}},
          parent) {}

void CalibrationAbModel::setComparison(std::shared_ptr<const CalibrationAb> comparison) {
    beginResetModel();
    comparison_ = std::move(comparison);
    QStringList layers;
    if (comparison_) {
        for (const LayerAb& one : comparison_->layers) layers << QString::fromStdString(one.layer);
    }
    setRows(std::move(layers));
    endResetModel();
}

double CalibrationAbModel::number(int row, int column) const {
    const LayerAb& layer = comparison_->layers[static_cast<std::size_t>(row)];
    switch (column) {
        case Cosine:
            return layer.hessian_cosine;
        case OnAFromA:
            return layer.error[0][0];
        case OnAFromB:
            return layer.error[1][0];
        case FactorOnA:
            return foreignFactor(layer.error, 0);
        case OnBFromB:
            return layer.error[1][1];
        case OnBFromA:
            return layer.error[0][1];
        default:
            return foreignFactor(layer.error, 1);
    }
}

}  // namespace salient
