#pragma once

#include <QList>
#include <QWidget>

class QAction;
class QBoxLayout;
class QVBoxLayout;

namespace salient {

class PageScroller;

/// Where a page has its place in the window. The page can be taken out into a window of its own, for a second screen; when that is closed
/// the page is back. Meanwhile its place says where it is. It can also be lent to another part of the window, to stand beside the page
/// that is shown.
class PageHost : public QWidget {
    Q_OBJECT
public:
    PageHost(PageScroller* page, const QString& title, QWidget* parent = nullptr);

    [[nodiscard]] const PageScroller& page() const noexcept { return *page_; }

    /// The page's own window; null while the page is in its place.
    [[nodiscard]] QWidget* ownWindow() const noexcept { return own_window_; }
    [[nodiscard]] bool isDetached() const noexcept { return own_window_ != nullptr; }
    [[nodiscard]] bool isLent() const noexcept { return lent_to_ != nullptr; }
    /// Opens the page's own window, where the keys of these actions work, too; of that geometry (QWidget::saveGeometry()) if it is one,
    /// but where there is a screen, else as large as the page is here.
    void detach(const QList<QAction*>& actions, const QByteArray& geometry = {});
    /// Puts the page at the end of that layout, which must outlive it there. A window of its own closes.
    void lend(QBoxLayout& layout);
    /// Takes the page back, wherever it is; a window of its own closes.
    void attach();
    /// Brings the page's own window to the front.
    void raiseOwnWindow();

signals:
    /// The page was taken out, or is back.
    void moved();
    /// Its own window was moved or resized.
    void placed();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void showTitle();

    PageScroller* page_;
    QString title_;
    QVBoxLayout* layout_;
    QWidget* note_;
    QWidget* own_window_ = nullptr;
    QBoxLayout* lent_to_ = nullptr;
};

}  // namespace salient
