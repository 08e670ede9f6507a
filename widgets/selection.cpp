#include "widgets/selection.h"

#include <utility>

namespace salient {

SelectionModel::SelectionModel(QObject* parent) : QObject(parent) {}

void SelectionModel::select(const Selection& selection) {
    if (selection == current_) return;
    const Selection before = std::exchange(current_, selection);
    emit changed(current_, before);
}

void SelectionModel::selectLayer(int block, const QString& layer) {
    if (block == current_.block && layer == current_.layer) return;
    select({block, layer, -1, -1});
}

void SelectionModel::selectChannel(Index channel) {
    Selection next = current_;
    next.channel = channel;
    select(next);
}

void SelectionModel::selectRow(Index row) {
    Selection next = current_;
    next.row = row;
    select(next);
}

void SelectionModel::selectCell(Index row, Index channel) {
    Selection next = current_;
    next.row = row;
    next.channel = channel;
    select(next);
}

}  // namespace salient
