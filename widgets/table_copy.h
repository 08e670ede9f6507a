#pragma once

#include <QString>

class QAbstractItemModel;
class QTableView;

namespace salient {

/// Ctrl+C and the context menu put what is selected on the clipboard, as selectedText() words it.
void offerCopy(QTableView& table);

/// What is selected, as it is shown and in the order it is shown: one line per row, tab-separated, under the columns' titles; before each
/// row its own title where the table shows those. A cell between selected ones that is not selected is empty. Nothing where nothing is
/// selected.
[[nodiscard]] QString selectedText(const QTableView& table);

/// All rows of a model, as they are shown, as comma-separated lines under the columns' titles.
[[nodiscard]] QString shownCsv(const QAbstractItemModel& model);

}  // namespace salient
