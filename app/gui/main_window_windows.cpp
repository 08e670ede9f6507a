// Pages in windows of their own, for a second screen, and a page beside another.

#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QMenu>
#include <QMenuBar>
#include <QPointer>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "app/gui/main_window.h"
#include "app/gui/page_frame.h"
#include "app/gui/page_host.h"
#include "app/gui/page_split.h"
#include "app/gui/selection_bar.h"
#include "app/gui/side_pane.h"

namespace salient {

namespace {

constexpr double kDividerStep = 0.05;  // of the room of both pages

/// Whatever below a menu has keys.
void collectActions(const QMenu& menu, QList<QAction*>& found) {
    for (QAction* action : menu.actions()) {
        if (action->menu() != nullptr) collectActions(*action->menu(), found);
        if (!action->shortcut().isEmpty()) found << action;
    }
}

/// To what had the focus last in that part, else to the first that can have it; false if nothing can.
bool giveFocus(QWidget& part) {
    const auto takes_it = [&part](const QWidget* one) {
        return one != nullptr && part.isAncestorOf(one) && one->isVisible() && one->isEnabled() && (one->focusPolicy() & Qt::TabFocus) != 0;
    };
    QWidget* wanted = part.focusWidget();
    for (QWidget* next = part.nextInFocusChain(); !takes_it(wanted) && next != &part; next = next->nextInFocusChain()) wanted = next;
    if (!takes_it(wanted)) return false;
    wanted->setFocus(Qt::ShortcutFocusReason);
    return true;
}

}  // namespace

void MainWindow::wireHosts() {
    const auto refresh = [this] {
        own_window_action_->setChecked(host(page()).isDetached());
        refreshExplanations();
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

bool MainWindow::isLookedAt(Page page) const {
    return page == this->page() || page == beside_ || hosts_[static_cast<std::size_t>(page)]->isDetached();
}

/// The page whose window the keys were pressed in, or that of the two pages here that has the focus.
Page MainWindow::focusedPage() const {
    for (std::size_t i = 0; i < hosts_.size(); ++i) {
        if (hosts_[i]->isDetached() && hosts_[i]->ownWindow() == QApplication::activeWindow()) return static_cast<Page>(i);
    }
    return beside_ && side_pane_->isAncestorOf(QApplication::focusWidget()) ? *beside_ : page();
}

void MainWindow::detach(Page page, const QByteArray& geometry) {
    if (page == beside_) closeBeside();
    lessons_->setPage(page);
    QList<QAction*> actions = selection_bar_->actions();
    for (const QAction* top : menuBar()->actions()) {
        if (top->menu() != nullptr) collectActions(*top->menu(), actions);
    }
    host(page).detach(actions, geometry);
}

void MainWindow::toggleOwnWindow() {
    const Page meant = focusedPage();
    if (host(meant).isDetached()) {
        host(meant).attach();
        activateWindow();
    } else {
        moveToOwnWindow(meant);
    }
    own_window_action_->setChecked(host(page()).isDetached());
}

void MainWindow::moveToOwnWindow(Page page) {
    detach(page);
    host(page).raiseOwnWindow();
}

void MainWindow::buildBesideMenu(QMenu* view) {
    QMenu* menu = view->addMenu(tr("Show &beside"));
    for (int i = 0; i < kPages; ++i) {
        const auto target = static_cast<Page>(i);
        QAction* action = menu->addAction(pageTitle(target), pageBesideShortcut(target), this, [this, target] {
            target == beside_ ? closeBeside() : showBeside(target);
            refreshBeside();  // whichever it was, the entry is ticked as it should
        });
        action->setCheckable(true);
        action->setToolTip(tr("Shows it beside the page of this window, or no longer"));
        beside_actions_[static_cast<std::size_t>(i)] = action;
    }
    menu->addSeparator();
    auto* places = new QActionGroup(this);
    const auto add_place = [&](const QString& text, const QString& tip, bool below) {
        QAction* action = menu->addAction(text, this, [this, below] {
            split_->setBelowWanted(below);
            keeper_.touchWindow();
        });
        action->setCheckable(true);
        action->setToolTip(tip);
        places->addAction(action);
        return action;
    };
    at_right_action_ = add_place(tr("At the &right"), tr("Below where the window is too narrow for both"), false);
    below_action_ = add_place(tr("&Below"), tr("One above the other, however wide the window is"), true);
    menu->addSeparator();
    QAction* swap = menu->addAction(tr("&Swap the two pages"), QKeySequence(Qt::SHIFT | Qt::Key_F6), this, &MainWindow::swapPages);
    swap->setToolTip(tr("Each goes where the other is; the room stays divided as it is"));
    QAction* more = menu->addAction(tr("&More room for the page beside"), QKeySequence(Qt::Key_F8), this,
                                    [this] { split_->moveDivider(-kDividerStep); });
    QAction* less = menu->addAction(tr("&Less room for the page beside"), QKeySequence(Qt::SHIFT | Qt::Key_F8), this,
                                    [this] { split_->moveDivider(kDividerStep); });
    QAction* other = view->addAction(tr("To the &other page"), QKeySequence(Qt::Key_F6), this, &MainWindow::goToOtherPage);
    other->setToolTip(tr("Moves the keyboard between the two pages that stand beside each other"));
    two_pages_actions_ = {swap, more, less, other};
}

void MainWindow::wireBeside() {
    connect(navigation_, &Navigation::pageChosen, this, &MainWindow::refreshBeside);
    connect(navigation_, &Navigation::besideChosen, this, &MainWindow::focusBeside);
    connect(side_pane_, &SidePane::closeWanted, this, &MainWindow::closeBeside);
    connect(side_pane_, &SidePane::ownWindowWanted, this, [this] {
        if (beside_) moveToOwnWindow(*beside_);
    });
    connect(split_, &PageSplit::shareChanged, &keeper_, &SessionKeeper::touchWindow);
    refreshBeside();
}

void MainWindow::refreshBeside() {
    navigation_->setBeside(beside_);
    split_->setPages(&host(page()).page(), beside_ ? &host(*beside_).page() : nullptr);
    stack_->setAccessibleName(pageTitle(page()));
    for (int i = 0; i < kPages; ++i) {
        QAction* action = beside_actions_[static_cast<std::size_t>(i)];
        action->setChecked(static_cast<Page>(i) == beside_);
        action->setEnabled(static_cast<Page>(i) != page());
    }
    refreshExplanations();
    (split_->isBelowWanted() ? below_action_ : at_right_action_)->setChecked(true);
    for (QAction* action : two_pages_actions_) action->setEnabled(beside_.has_value());
}

/// The page that shares this window with another one has its title alone: room is short. In a window of its own it is not.
void MainWindow::refreshExplanations() {
    for (int i = 0; i < kPages; ++i) {
        const auto one = static_cast<Page>(i);
        const bool shares_window = beside_ && one == page() && !host(one).isDetached();
        frames_[static_cast<std::size_t>(i)]->setExplanationShown(!shares_window);
    }
}

void MainWindow::showBeside(Page page) {
    if (page == this->page() || page == beside_) return;
    const bool had_focus = side_pane_->isAncestorOf(QApplication::focusWidget());
    closeBeside();
    beside_ = page;
    frames_[static_cast<std::size_t>(page)]->setHeadingShown(false);  // its title stands above it
    side_pane_->setTitle(pageTitle(page));
    host(page).lend(side_pane_->room());
    lessons_->setPage(page);
    refreshBeside();
    if (had_focus) focusBeside();
}

void MainWindow::closeBeside() {
    if (!beside_) return;
    const bool had_focus = side_pane_->isAncestorOf(QApplication::focusWidget());
    const Page closed = *beside_;
    beside_.reset();
    frames_[static_cast<std::size_t>(closed)]->setHeadingShown(true);
    host(closed).attach();
    lessons_->setPage(page());
    refreshBeside();
    if (had_focus && !giveFocus(*stack_)) navigation_->setFocus();
}

void MainWindow::focusBeside() {
    if (!giveFocus(side_pane_->page())) giveFocus(*side_pane_);
}

void MainWindow::goToOtherPage() {
    const bool is_beside = side_pane_->isAncestorOf(QApplication::focusWidget());
    activateWindow();  // the keys may have been pressed in a page's own window
    if (!is_beside) return focusBeside();
    if (!giveFocus(*stack_)) navigation_->setFocus();
}

void MainWindow::swapPages() {
    if (!beside_) return;
    const QPointer<QWidget> focused = QApplication::focusWidget();
    const Page first = page();
    const Page second = *beside_;
    closeBeside();
    goTo(second);
    showBeside(first);
    if (focused && isAncestorOf(focused) && focused->isVisible()) focused->setFocus();  // the keyboard stays with what had it
}

}  // namespace salient
