#include "widgets/stepper_maps.h"

#include <algorithm>

#include "widgets/heatmap_view.h"
#include "widgets/kept_settings.h"
#include "widgets/stepper_panel.h"

namespace salient {

namespace {

Index groupAt(const StepperLayer& layer, Index position) { return layer.group_of[static_cast<std::size_t>(position)]; }

}  // namespace

Index nextGroupStart(const StepperLayer& layer, Index from) {
    for (Index p = std::max<Index>(from, 0) + 1; p < layer.columnCount(); ++p) {
        if (groupAt(layer, p) != groupAt(layer, p - 1)) return p;
    }
    return layer.columnCount();
}

Index previousGroupStart(const StepperLayer& layer, Index from) {
    for (Index p = std::min(from, layer.columnCount()) - 1; p > 0; --p) {
        if (groupAt(layer, p) != groupAt(layer, p - 1)) return p;
    }
    return 0;
}

StepperMaps::StepperMaps(QWidget* parent)
    : QSplitter(Qt::Horizontal, parent), weights_(new HeatmapView), error_(new HeatmapView), pending_(new HeatmapView) {
    setChildrenCollapsible(false);
    keepSetting(this, "stepper.maps");
    keepSetting(weights_, "stepper.zoom");  // the others follow
    weights_->setTitle(StepperPanel::tr("W, updated so far"));
    error_->setTitle(StepperPanel::tr("Error W − Ŵ left behind"));
    pending_->setTitle(StepperPanel::tr("Update about to be subtracted"));
    weights_->setObjectName(QStringLiteral("weights"));
    error_->setObjectName(QStringLiteral("error"));
    pending_->setObjectName(QStringLiteral("pending"));
    const QString columns =
        StepperPanel::tr("Left of q, in the columns that are done: Ŵ, rounded for good. From q on: W with all updates so far.");
    weights_->setToolTip(columns + QLatin1Char('\n') + weights_->toolTip());
    for (HeatmapView* map : maps()) {
        map->setAxisNames(StepperPanel::tr("row"), StepperPanel::tr("channel"));
        map->setUnit(StepperPanel::tr("weight"));
        map->setEmptyText(StepperPanel::tr("Choose a layer to step through."));
        addWidget(map);
        connect(map, &HeatmapView::cellChosen, this, &StepperMaps::cellChosen);
        for (HeatmapView* other : maps()) {
            if (other == map) continue;
            connect(map, &HeatmapView::viewportChanged, other, &HeatmapView::setViewport);
            connect(map, &HeatmapView::crosshairMoved, other, [other](Index row, Index column) { other->setCrosshair(row, column); });
        }
    }
    connect(error_, &HeatmapView::cellChosen, this, &StepperMaps::errorPointedAt);
}

void StepperMaps::setLayer(const StepperLayer* layer) {
    if (layer == nullptr) {
        for (HeatmapView* map : maps()) map->setMatrix(nullptr);
        return;
    }
    weights_->setColourScale(divergingScale(layer->weight_limit));
    error_->setColourScale(divergingScale(layer->error_limit));
    for (HeatmapView* map : maps()) map->setColumnNumbers(layer->order);
}

void StepperMaps::setPictures(const StepperPictures& pictures) {
    weights_->setPyramid(pictures.weights);
    error_->setPyramid(pictures.error);
    pending_->setPyramid(pictures.pending);
    // The column's own error would drown what reaches the others: the colours are made for those.
    pending_->setColourScale(divergingScale(pictures.reach > 0.0F ? pictures.reach : pictures.layer->error_limit));
    for (HeatmapView* map : {error_, pending_}) map->setViewport(weights_->viewport());  // of a layer that is shown anew
    markColumns(*pictures.layer, pictures.state->position);
}

void StepperMaps::markColumns(const StepperLayer& layer, Index q) {
    std::vector<ColumnMark> marks;
    const Index n_columns = layer.columnCount();
    if (q < n_columns) {
        const Index block = q / layer.block_size * layer.block_size;
        const Index block_end = std::min(n_columns, block + layer.block_size);
        const Index group = groupAt(layer, q) == groupAt(layer, std::max<Index>(q - 1, 0)) ? previousGroupStart(layer, q) : q;
        const Index group_end = nextGroupStart(layer, q);
        const bool has_group = group_end - group < n_columns && group_end - group > 1;
        const bool is_block_too = has_group && group == block && group_end == block_end;
        if (block_end - block < n_columns && !is_block_too) marks.push_back({block, block_end, StepperPanel::tr("block"), 0});
        if (has_group) marks.push_back({group, group_end, StepperPanel::tr("group %1").arg(groupAt(layer, q)), 2});
        marks.push_back({q, q + 1, StepperPanel::tr("q = %1").arg(q), 1});
    }
    for (HeatmapView* map : maps()) map->setColumnMarks(marks);
}

void StepperMaps::setSelectedCell(Index row, Index position) {
    for (HeatmapView* map : maps()) map->setSelectedCell(row, position);
}

}  // namespace salient
