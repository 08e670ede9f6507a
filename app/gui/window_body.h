#pragma once

#include <QWidget>

class QFrame;
class QVBoxLayout;

namespace salient {

class Navigation;
class PageSplit;

/// What fills the window: the list of steps at the left edge, and the room of the pages. Where two pages stand side by side only without
/// the titles of the steps, as on a small laptop, the list goes without them; else it keeps them.
class WindowBody : public QWidget {
    Q_OBJECT
public:
    WindowBody(Navigation* steps, PageSplit* pages, QWidget* parent = nullptr);

    /// What stands above the pages goes here, from the top down.
    void addAbovePages(QWidget* widget);

protected:
    bool event(QEvent* event) override;

private:
    void fitSteps();

    Navigation* steps_;
    PageSplit* pages_;
    QFrame* rule_;
    QVBoxLayout* right_;
};

}  // namespace salient
