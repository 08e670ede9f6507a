#include "widgets/sensitivity_model.h"

#include <QLocale>
#include <algorithm>
#include <cmath>
#include <limits>

#include "widgets/layer_name.h"
#include "widgets/number_text.h"
#include "widgets/plain_text.h"
#include "widgets/value_text.h"

namespace salient {

namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

}  // namespace

SensitivityModel::SensitivityModel(QObject* parent) : QAbstractTableModel(parent) {}

void SensitivityModel::setLayers(std::vector<LayerReport> layers, const std::vector<LayerSensitivity>& measured) {
    beginResetModel();
    layers_ = std::move(layers);
    measured_.assign(layers_.size(), {});
    kl_sum_ = 0.0;
    for (const LayerSensitivity& sensitivity : measured) {
        const auto at = std::ranges::find(layers_, sensitivity.layer, &LayerReport::name);
        if (at == layers_.end()) continue;
        measured_[static_cast<std::size_t>(at - layers_.begin())] = sensitivity;
        kl_sum_ += sensitivity.mean_kl;
    }
    endResetModel();
}

QString SensitivityModel::layer(int row) const {
    return row >= 0 && row < rowCount() ? QString::fromStdString(layers_[static_cast<std::size_t>(row)].name) : QString();
}

int SensitivityModel::rowOf(const QString& layer) const {
    const auto at = std::ranges::find(layers_, layer.toStdString(), &LayerReport::name);
    return at == layers_.end() ? -1 : static_cast<int>(at - layers_.begin());
}

int SensitivityModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : static_cast<int>(layers_.size()); }

int SensitivityModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

double SensitivityModel::number(int row, int column) const {
    const auto at = static_cast<std::size_t>(row);
    const LayerReport& layer = layers_[at];
    const LayerSensitivity& measured = measured_[at];
    if (column == Layer) return row;
    if (column == Bits) return layer.bits;
    if (column == OutputError) return layer.error.relative_output_error;
    if (measured.layer.empty()) return kUnknown;
    switch (column) {
        case MeanKl:
            return measured.mean_kl;
        case Share:
            return kl_sum_ > 0.0 ? measured.mean_kl / kl_sum_ : 0.0;
        case AddedNll:
            return measured.added_nll;
        case SameTop:
            return measured.same_top;
        default:
            return kUnknown;
    }
}

QVariant SensitivityModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
    const int column = index.column();
    const double value = number(index.row(), column);
    if (role == kSortRole) return value;
    if (role == Qt::TextAlignmentRole) return QVariant((column == Layer ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole) return column == Layer ? QVariant(plainTip(layer(index.row()))) : QVariant(numberText(value, 10));
    if (role != Qt::DisplayRole) return {};
    if (column == Layer) return shortLayerName(layer(index.row()));
    if (std::isnan(value)) return QStringLiteral("–");
    switch (column) {
        case Bits:
            return QString::number(static_cast<int>(value));
        case MeanKl:
        case AddedNll:
            return numberText(value, 3);
        default:
            return percentText(value);
    }
}

QVariant SensitivityModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole) return QVariant((section == Layer ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole) {
        switch (section) {
            case OutputError:
                return tr("Energy of this layer's output error over energy of its output, on the calibration text");
            case MeanKl:
                return tr("Mean KL divergence from the original, in nats, when this layer alone is quantized");
            case Share:
                return tr("Of the sum over all measured layers");
            case AddedNll:
                return tr("Mean loss minus the original's, in nats, when this layer alone is quantized; a negative one is chance");
            case SameTop:
                return tr("Share of the predictions whose likeliest token stays the same");
            default:
                return {};
        }
    }
    if (role != Qt::DisplayRole) return {};
    switch (section) {
        case Layer:
            return tr("Layer");
        case Bits:
            return tr("Bits");
        case OutputError:
            return tr("Output error");
        case MeanKl:
            return tr("KL, nats");
        case Share:
            return tr("Share");
        case AddedNll:
            return tr("Added loss");
        case SameTop:
            return tr("Same top");
        default:
            return {};
    }
}

QString SensitivityModel::toCsv() const {
    QString csv = QStringLiteral("layer,bits,relative_output_error,mean_kl,share,added_nll,same_top\n");
    for (int row = 0; row < rowCount(); ++row) {
        csv += layer(row);
        for (int column = Bits; column < ColumnCount; ++column) {
            const double value = number(row, column);
            csv += QLatin1Char(',') + (std::isnan(value) ? QString() : QLocale::c().toString(value, 'g', 17));
        }
        csv += QLatin1Char('\n');
    }
    return csv;
}

}  // namespace salient
