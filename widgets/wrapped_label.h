#pragma once

#include <QLabel>

namespace salient {

/// A label that, where its text wraps, asks for the height of all its lines at the width it has. QLabel's least height is one line: a page
/// would take what the others need from its pictures, instead of scrolling.
class WrappedLabel : public QLabel {
public:
    using QLabel::QLabel;

    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;
};

}  // namespace salient
