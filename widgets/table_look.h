#pragma once

class QTableView;

namespace salient {

/// How every list of things looks and behaves: one whole row is chosen at a time, rows alternate instead of standing in a grid, texts
/// start at the left and the last column takes what room is left. `padding`: pixels between the texts of two rows.
void showAsRows(QTableView& table, int padding);

}  // namespace salient
