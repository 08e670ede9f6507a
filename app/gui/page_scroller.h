#pragma once

#include <QScrollArea>

namespace salient {

/// Gives a page the room there is, and scroll bars only where that is less than its least size: in large type, or beside the help.
/// Unlike a resizable QScrollArea it does not insist on the height that wrapped texts would like to have.
class PageScroller : public QScrollArea {
    Q_OBJECT
public:
    explicit PageScroller(QWidget* page, QWidget* parent = nullptr);

    /// Pixels that the page must have if nothing is to be scrolled sideways, a vertical scroll bar included.
    [[nodiscard]] int leastWidth() const;

signals:
    void leastWidthChanged();

protected:
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void fitPage();

    int least_width_ = 0;  ///< when it was last told
};

}  // namespace salient
