// Layouts: which pages stand where, under a name.

#include <QMenu>
#include <QTimer>
#include <algorithm>
#include <utility>

#include "app/gui/layout_library.h"
#include "app/gui/layout_name_bar.h"
#include "app/gui/main_window.h"
#include "app/gui/message_area.h"
#include "app/gui/page_frame.h"
#include "widgets/kept_settings.h"

namespace salient {

namespace {

/// A name as a menu shows it: it has no keys of its own.
QString menuText(QString name) { return name.replace(QLatin1Char('&'), QLatin1String("&&")); }

}  // namespace

void MainWindow::buildLayoutMenu(QMenu* view) {
    layout_menu_ = view->addMenu(tr("La&youts"));
    const std::vector<NamedLayout> built_in = builtInLayouts();
    for (const NamedLayout& one : built_in)
        layout_menu_->addAction(menuText(one.name), this, [this, layout = one.layout] { applyLayout(layout); });
    layout_menu_->addSeparator();
    own_layouts_end_ = layout_menu_->addSeparator();
    QAction* save = layout_menu_->addAction(tr("&Save this layout…"), this, [this, fixed = namesOf(built_in)] {
        const QStringList own = namesOf(layoutsIn(preferences_.layouts()));
        const QString name = beside_ ? tr("%1 beside %2").arg(pageTitle(page()), pageTitle(*beside_)) : pageTitle(page());
        QString proposal = name;
        for (int n = 2; own.contains(proposal) || fixed.contains(proposal); ++n) proposal = QStringLiteral("%1 %2").arg(name).arg(n);
        layout_name_->ask(proposal, own, fixed);
    });
    save->setToolTip(tr("Keeps under a name which pages are shown, where, and how the room is divided"));
    remove_layout_menu_ = layout_menu_->addMenu(tr("&Remove"));
    connect(layout_name_, &LayoutNameBar::named, this, &MainWindow::saveLayout);
    refreshLayouts();
}

void MainWindow::refreshLayouts() {
    for (QAction* entry : std::exchange(own_layout_actions_, {})) {
        layout_menu_->removeAction(entry);
        remove_layout_menu_->removeAction(entry);
        entry->deleteLater();  // it may be what asked for this
    }
    for (const NamedLayout& one : layoutsIn(preferences_.layouts())) {
        auto* show = new QAction(menuText(one.name), layout_menu_);
        connect(show, &QAction::triggered, this, [this, layout = one.layout] { applyLayout(layout); });
        layout_menu_->insertAction(own_layouts_end_, show);
        QAction* remove = remove_layout_menu_->addAction(menuText(one.name), this, [this, name = one.name] { removeLayout(name); });
        own_layout_actions_ << show << remove;
    }
    remove_layout_menu_->setEnabled(!own_layout_actions_.isEmpty());
}

void MainWindow::applyLayout(const Json& layout) {
    restoreArrangement(layout);
    // Once the pages have the room that is theirs now.
    QTimer::singleShot(0, this, [this, settings = layout.value("settings", Json())] { restoreSettings(*this, settings); });
}

bool MainWindow::keepLayout(const NamedLayout& layout) {
    std::vector<NamedLayout> own = layoutsIn(preferences_.layouts());
    const auto known = std::ranges::find(own, layout.name, &NamedLayout::name);
    if (known != own.end()) {
        *known = layout;
    } else if (own.size() < kMostLayouts) {
        own.push_back(layout);
    } else {
        messages_->showMessage(MessageArea::Kind::Error, tr("The layout was not saved"),
                               tr("There are %1 already; remove one first.").arg(kMostLayouts));
        return false;
    }
    preferences_.setLayouts(layoutsText(own));
    refreshLayouts();
    return true;
}

void MainWindow::saveLayout(const QString& name) {
    Json settings = Json::object();
    for (std::size_t i = 0; i < frames_.size(); ++i) {
        if (isLookedAt(static_cast<Page>(i))) settings.update(keptArrangement(*frames_[i]));
    }
    Json layout = arrangement();
    layout["settings"] = std::move(settings);
    if (keepLayout({name, std::move(layout)}))
        messages_->showMessage(MessageArea::Kind::Note, tr("Layout saved"), tr("“%1” is in the menu View › Layouts.").arg(name));
}

void MainWindow::removeLayout(const QString& name) {
    std::vector<NamedLayout> own = layoutsIn(preferences_.layouts());
    const auto removed = std::ranges::find(own, name, &NamedLayout::name);
    if (removed == own.end()) return;
    const NamedLayout layout = *removed;
    own.erase(removed);
    preferences_.setLayouts(layoutsText(own));
    refreshLayouts();
    messages_->showMessage(MessageArea::Kind::Note, tr("Layout removed"), name,
                           {tr("Take it back"), [this, layout] { keepLayout(layout); }});
}

}  // namespace salient
