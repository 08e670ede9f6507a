#pragma once

class QTableView;

namespace salient {

/// How every list of things looks and behaves: whole rows are selected, and the current one is what other views follow; Ctrl+C copies them
/// (table_copy.h); rows alternate instead of standing in a grid, texts start at the left and the last column takes what room is left.
/// `padding`: pixels between the texts of two rows, in every size of type.
void showAsRows(QTableView& table, int padding);

/// A column as wide as so many average characters, and never narrower than its title; measured anew when the type grows or shrinks.
void keepColumnWidth(QTableView& table, int column, int characters);

/// For a table whose columns are as wide as their contents, but for one, `stretching`, that takes the rest and needs `characters`: where
/// large type (a projector's) would push columns out of sight, it takes smaller type, down to that in which it was made.
void keepColumnsInSight(QTableView& table, int stretching, int characters);

/// For a table whose columns are all of one width: the same for the type of their titles.
void keepTitlesInSight(QTableView& table);

}  // namespace salient
