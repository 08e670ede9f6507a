#pragma once

#include <QWidget>

class QLabel;
class QVBoxLayout;

namespace salient {

/// Where a page is shown beside the window's page: a line with its title and what can be done with it, and room for the page.
class SidePane : public QWidget {
    Q_OBJECT
public:
    explicit SidePane(QWidget* parent = nullptr);

    void setTitle(const QString& title);
    /// The layout that the page belongs into.
    [[nodiscard]] QVBoxLayout& room() noexcept { return *room_; }
    /// What that layout fills.
    [[nodiscard]] QWidget& page() noexcept { return *page_; }

signals:
    void ownWindowWanted();
    void closeWanted();

private:
    QLabel* title_;
    QWidget* page_;
    QVBoxLayout* room_;
};

}  // namespace salient
