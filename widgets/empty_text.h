#pragma once

class QAbstractItemView;
class QString;

namespace salient {

/// Says in a list or table that has no rows what to do to get some. After the view was given its model.
void sayWhenEmpty(QAbstractItemView& view, const QString& text);

}  // namespace salient
