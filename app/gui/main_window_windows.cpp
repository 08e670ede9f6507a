// Pages in windows of their own, for a second screen.

#include <QAction>
#include <QApplication>
#include <QMenu>
#include <QMenuBar>

#include "app/gui/main_window.h"
#include "app/gui/page_host.h"
#include "app/gui/selection_bar.h"

namespace salient {

namespace {

/// Whatever below a menu has keys.
void collectActions(const QMenu& menu, QList<QAction*>& found) {
    for (QAction* action : menu.actions()) {
        if (action->menu() != nullptr) collectActions(*action->menu(), found);
        if (!action->shortcut().isEmpty()) found << action;
    }
}

}  // namespace

void MainWindow::wireHosts() {
    const auto refresh = [this] {
        own_window_action_->setChecked(host(page()).isDetached());
        refreshStrip();
        loadPage();
    };
    for (const PageHost* one : hosts_) {
        connect(one, &PageHost::moved, this, refresh);
        connect(one, &PageHost::moved, &keeper_, &SessionKeeper::touchWindow);
        connect(one, &PageHost::placed, &keeper_, &SessionKeeper::touchWindow);
    }
    connect(navigation_, &Navigation::pageChosen, this, [this](Page page) { own_window_action_->setChecked(host(page).isDetached()); });
}

bool MainWindow::isLookedAt(Page page) const { return page == this->page() || hosts_[static_cast<std::size_t>(page)]->isDetached(); }

void MainWindow::detach(Page page, const QByteArray& geometry) {
    QList<QAction*> actions = selection_bar_->actions();
    for (const QAction* top : menuBar()->actions()) {
        if (top->menu() != nullptr) collectActions(*top->menu(), actions);
    }
    host(page).detach(actions, geometry);
}

/// Of the page whose window the keys were pressed in, or of the one that is shown here.
void MainWindow::toggleOwnWindow() {
    PageHost* meant = &host(page());
    for (PageHost* one : hosts_) {
        if (one->isDetached() && one->ownWindow() == QApplication::activeWindow()) meant = one;
    }
    if (meant->isDetached()) {
        meant->attach();
        activateWindow();
    } else {
        detach(page());
        meant->raiseOwnWindow();
    }
    own_window_action_->setChecked(host(page()).isDetached());
}

}  // namespace salient
