#include "widgets/calibration_ab_model.h"

#include <QLocale>
#include <algorithm>
#include <utility>

#include "widgets/layer_name.h"
#include "widgets/number_text.h"
#include "widgets/plain_text.h"
#include "widgets/value_text.h"

namespace salient {

CalibrationAbModel::CalibrationAbModel(QObject* parent) : QAbstractTableModel(parent) {}

void CalibrationAbModel::setComparison(std::shared_ptr<const CalibrationAb> comparison) {
    beginResetModel();
    comparison_ = std::move(comparison);
    endResetModel();
}

QString CalibrationAbModel::layer(int row) const {
    return row >= 0 && row < rowCount() ? QString::fromStdString(comparison_->layers[static_cast<std::size_t>(row)].layer) : QString();
}

int CalibrationAbModel::rowOf(const QString& layer) const {
    if (!comparison_) return -1;
    const auto at = std::ranges::find(comparison_->layers, layer.toStdString(), &LayerAb::layer);
    return at == comparison_->layers.end() ? -1 : static_cast<int>(at - comparison_->layers.begin());
}

int CalibrationAbModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() || !comparison_ ? 0 : static_cast<int>(comparison_->layers.size());
}

int CalibrationAbModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

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
        case FactorOnB:
            return foreignFactor(layer.error, 1);
        default:
            return row;
    }
}

QVariant CalibrationAbModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
    const int column = index.column();
    const double value = number(index.row(), column);
    if (role == kSortRole) return value;
    if (role == Qt::TextAlignmentRole) return QVariant((column == Layer ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole) return column == Layer ? QVariant(plainTip(layer(index.row()))) : QVariant(numberText(value, 10));
    if (role != Qt::DisplayRole) return {};
    switch (column) {
        case Layer:
            return shortLayerName(layer(index.row()));
        case Cosine:
            return fixedText(value, 4);
        case FactorOnA:
        case FactorOnB:
            return numberText(value, 3);
        default:
            return percentText(value);
    }
}

QVariant CalibrationAbModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole) return QVariant((section == Layer ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole) {
        switch (section) {
            case Cosine:
                return tr(
                    "How alike the Hessians of both texts are: their cosine as vectors of numbers, 1 for equal ones. The loudest "
                    "channels decide it");
            case OnAFromA:
                return tr("Relative output error on text A of the weights that text A calibrated");
            case OnAFromB:
                return tr("Relative output error on text A of the weights that text B calibrated");
            case OnBFromB:
                return tr("Relative output error on text B of the weights that text B calibrated");
            case OnBFromA:
                return tr("Relative output error on text B of the weights that text A calibrated");
            case FactorOnA:
            case FactorOnB:
                return tr("How many times as large the error is when the other text calibrated");
            default:
                return {};
        }
    }
    if (role != Qt::DisplayRole) return {};
    switch (section) {
        case Layer:
            return tr("Layer");
        case Cosine:
            return tr("H alike");
        case OnAFromA:
            return tr("A from A");
        case OnAFromB:
            return tr("A from B");
        case OnBFromB:
            return tr("B from B");
        case OnBFromA:
            return tr("B from A");
        case FactorOnA:
            return tr("Factor, A");
        case FactorOnB:
            return tr("Factor, B");
        default:
            return {};
    }
}

QString CalibrationAbModel::toCsv() const {
    QString csv = QStringLiteral("layer,hessian_cosine,on_a_from_a,on_a_from_b,factor_on_a,on_b_from_b,on_b_from_a,factor_on_b\n");
    for (int row = 0; row < rowCount(); ++row) {
        csv += layer(row);
        for (int column = Cosine; column < ColumnCount; ++column)
            csv += QLatin1Char(',') + QLocale::c().toString(number(row, column), 'g', 17);
        csv += QLatin1Char('\n');
    }
    return csv;
}

}  // namespace salient
