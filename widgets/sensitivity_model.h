#pragma once

#include <vector>

#include "core/eval/divergence.h"
#include "core/quant/quantize_group.h"
#include "widgets/layer_table_model.h"

namespace salient {

/// The layers of one run: what each costs the model when it alone is quantized, and its share of the output error.
class SensitivityModel : public LayerTableModel {
    Q_OBJECT
public:
    enum Column { Layer, Bits, OutputError, MeanKl, Share, AddedNll, SameTop, ColumnCount };

    explicit SensitivityModel(QObject* parent = nullptr);
    /// Sensitivities may be fewer than the layers: those measured so far.
    void setLayers(std::vector<LayerReport> layers, const std::vector<LayerSensitivity>& measured);

private:
    [[nodiscard]] double number(int row, int column) const override;

    std::vector<LayerReport> layers_;
    std::vector<LayerSensitivity> measured_;  ///< parallel to layers_ where known: an empty name is not known yet
    double kl_sum_ = 0.0;
};

}  // namespace salient
