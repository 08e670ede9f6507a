#pragma once

#include <QString>

class QLabel;
class QWidget;

namespace salient {

// Names, paths and sentences out of files are a stranger's, and Qt takes for markup what looks like it: markup can load files. What shows
// such a text is made here.

/// A label that shows its text character by character, whatever it is given later; where that wraps, a WrappedLabel. The text can be
/// selected and copied.
[[nodiscard]] QLabel* plainLabel(QWidget* parent, const QString& text = {});
/// A tooltip that says exactly that; long ones wrap.
[[nodiscard]] QString plainTip(const QString& text);

}  // namespace salient
