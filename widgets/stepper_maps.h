#pragma once

#include <QSplitter>
#include <array>

#include "widgets/stepper_pictures.h"

namespace salient {

class HeatmapView;

/// The stepper's three pictures side by side, with one zoom and one crosshair: the weights so far, the error left behind, the update about
/// to be subtracted. Columns are those of the processing order, named by their channels.
class StepperMaps : public QSplitter {
    Q_OBJECT

public:
    explicit StepperMaps(QWidget* parent = nullptr);

    /// Colours and column numbers of a layer; null: nothing to show.
    void setLayer(const StepperLayer* layer);
    void setPictures(const StepperPictures& pictures);
    void setSelectedCell(Index row, Index position);

signals:
    void cellChosen(salient::Index row, salient::Index position);
    /// … in the picture of the error.
    void errorPointedAt();

private:
    [[nodiscard]] std::array<HeatmapView*, 3> maps() const { return {weights_, error_, pending_}; }
    void markColumns(const StepperLayer& layer, Index position);

    HeatmapView* weights_;
    HeatmapView* error_;
    HeatmapView* pending_;
};

/// First column from `from` on (exclusive) at which a group starts; the number of columns after the last.
[[nodiscard]] Index nextGroupStart(const StepperLayer& layer, Index from);
[[nodiscard]] Index previousGroupStart(const StepperLayer& layer, Index from);

}  // namespace salient
