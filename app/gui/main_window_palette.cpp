// What the command palette offers: every entry of the menus, what the views of the pages in sight have in their context menus, every
// layer and result.

#include <QAction>
#include <QMenuBar>
#include <QPointer>

#include "app/gui/main_window.h"
#include "app/gui/page_frame.h"
#include "widgets/command_palette.h"
#include "widgets/compare_panel.h"

namespace salient {

namespace {

QString withoutAmpersands(const QString& text) {
    QStringList parts = text.split(QLatin1String("&&"));  // one that is meant
    for (QString& part : parts) part.remove(QLatin1Char('&'));
    return parts.join(QLatin1Char('&'));
}

}  // namespace

void MainWindow::buildPalette() {
    palette_ = new CommandPalette(this);
    connect(palette_, &CommandPalette::chosen, this, [this](int entry) {
        // The list may hold the very thing that replaces it.
        const auto act = palette_actions_.at(static_cast<std::size_t>(entry));
        act();
    });
}

void MainWindow::openPalette() {
    activateWindow();  // the keys may have been pressed in a page's own window
    std::vector<PaletteEntry> entries;
    palette_actions_.clear();
    const auto add = [&](const QString& place, const QString& title, const QString& shortcut, std::function<void()> act) {
        entries.push_back({title, place, shortcut});
        palette_actions_.push_back(std::move(act));
    };
    const std::function<void(const QMenu*, const QString&)> add_menu = [&](const QMenu* menu, const QString& place) {
        for (QAction* action : menu->actions()) {
            if (action->menu() != nullptr) {
                emit action->menu()->aboutToShow();  // menus that are made when they are shown
                add_menu(action->menu(), place + QStringLiteral(" › ") + withoutAmpersands(action->text()));
            } else if (!action->isSeparator() && action->isEnabled() && action != palette_action_) {
                add(place, withoutAmpersands(action->text()), action->shortcut().toString(QKeySequence::NativeText),
                    [action] { action->trigger(); });
            }
        }
    };
    for (const QAction* top : menuBar()->actions()) {
        if (top->menu() != nullptr) add_menu(top->menu(), withoutAmpersands(top->text()));
    }
    QList<QWidget*> views = frames_.at(static_cast<std::size_t>(page()))->findChildren<QWidget*>();
    if (beside_) views += frames_.at(static_cast<std::size_t>(*beside_))->findChildren<QWidget*>();
    for (QWidget* view : views) {
        if (!view->isVisible() || view->contextMenuPolicy() != Qt::ActionsContextMenu) continue;
        for (QAction* action : view->actions()) {
            if (action->isSeparator() || !action->isEnabled()) continue;
            // The view may be gone by the time it is chosen: a lesson's, of another step.
            add(view->accessibleName(), withoutAmpersands(action->text()), action->shortcut().toString(QKeySequence::NativeText),
                [view = QPointer(view), action = QPointer(action)] {
                    if (!view || !action) return;
                    view->setFocus();
                    action->trigger();
                });
        }
    }
    for (const auto& run : session_.runs()) {
        const QString name = QString::fromStdString(run->name);
        add(tr("Result"), name, {}, [this, name] {
            compare_->chooseRun(name);
            goTo(Page::Compare);
        });
    }
    if (session_.model()) {
        for (const LinearInfo& linear : session_.model()->linears) {
            const QString name = QString::fromStdString(linear.name);
            add(tr("Layer"), name, {}, [this, block = linear.block, name] { session_.selection().selectLayer(block, name); });
        }
    }
    palette_->open(std::move(entries));
}

}  // namespace salient
