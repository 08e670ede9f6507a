#pragma once

#include <QList>
#include <QWidget>

class QAction;
class QVBoxLayout;

namespace salient {

/// Where a page has its place in the window. The page can be taken out into a window of its own, for a second screen; when that is closed
/// the page is back. Meanwhile its place says where it is.
class PageHost : public QWidget {
    Q_OBJECT
public:
    PageHost(QWidget* page, const QString& title, QWidget* parent = nullptr);

    /// The page's own window; null while the page is in its place.
    [[nodiscard]] QWidget* ownWindow() const noexcept { return own_window_; }
    [[nodiscard]] bool isDetached() const noexcept { return own_window_ != nullptr; }
    /// Opens the page's own window, where the keys of these actions work, too; of that geometry (QWidget::saveGeometry()) if it is one,
    /// else as large as the page is here.
    void detach(const QList<QAction*>& actions, const QByteArray& geometry = {});
    /// Takes the page back and closes its window.
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

    QWidget* page_;
    QString title_;
    QVBoxLayout* layout_;
    QWidget* note_;
    QWidget* own_window_ = nullptr;
};

}  // namespace salient
