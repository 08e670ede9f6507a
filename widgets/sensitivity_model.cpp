#include "widgets/sensitivity_model.h"

#include <limits>
#include <utility>

#include "widgets/number_text.h"
#include "widgets/value_text.h"

namespace salient {

namespace {

QString bitsText(double bits) { return QString::number(static_cast<int>(bits)); }
QString natsText(double nats) { return numberText(nats, 3); }

}  // namespace

SensitivityModel::SensitivityModel(QObject* parent)
    : LayerTableModel(
          {{"bits", tr("Bits"), {}, bitsText},
           {"relative_output_error", tr("Output error"),
            tr("Energy of this layer's output error over energy of its output, on the calibration text"), percentText},
           {"mean_kl", tr("KL, nats"), tr("Mean KL divergence from the original, in nats, when this layer alone is quantized"), natsText},
           {"share", tr("Share"), tr("Of the sum over all measured layers"), percentText},
           {"added_nll", tr("Added loss"),
            tr("Mean loss minus the original's, in nats, when this layer alone is quantized; a negative one is chance"), natsText},
           {"same_top", tr("Same top"), tr("Share of the predictions whose likeliest token stays the same"), percentText}},
          parent) {}

void SensitivityModel::setLayers(std::vector<LayerReport> layers, const std::vector<LayerSensitivity>& measured) {
    beginResetModel();
    layers_ = std::move(layers);
    QStringList names;
    for (const LayerReport& one : layers_) names << QString::fromStdString(one.name);
    setRows(std::move(names));
    measured_.assign(layers_.size(), {});
    kl_sum_ = 0.0;
    for (const LayerSensitivity& sensitivity : measured) {
        const int row = rowOf(QString::fromStdString(sensitivity.layer));
        if (row < 0) continue;
        measured_[static_cast<std::size_t>(row)] = sensitivity;
        kl_sum_ += sensitivity.mean_kl;
    }
    endResetModel();
}

double SensitivityModel::number(int row, int column) const {
    const auto at = static_cast<std::size_t>(row);
    const LayerReport& layer = layers_[at];
    const LayerSensitivity& measured = measured_[at];
    if (column == Bits) return layer.bits;
    if (column == OutputError) return layer.error.relative_output_error;
    if (measured.layer.empty()) return std::numeric_limits<double>::quiet_NaN();
    switch (column) {
        case MeanKl:
            return measured.mean_kl;
        case Share:
            return kl_sum_ > 0.0 ? measured.mean_kl / kl_sum_ : 0.0;
        case AddedNll:
            return measured.added_nll;
        default:
            return measured.same_top;
    }
}

}  // namespace salient
