#pragma once

class QTableView;

namespace salient {

/// How every table of layers looks (layer_table_model.h), however many numbers follow the names: rows (table_look.h) whose numbers are in
/// sight and whose names take the room that is left. A name that is wider than that keeps block and module (layer_name.h); its tip says
/// all. `padding`: as in showAsRows(); `characters`: what names are left, at least, by large type.
void showAsLayers(QTableView& table, int padding, int characters);

}  // namespace salient
