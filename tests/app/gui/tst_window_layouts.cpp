// Two pages beside each other, and layouts with names.

#include <QAction>
#include <QApplication>
#include <QLabel>
#include <QLineEdit>
#include <QMap>
#include <QMenu>
#include <QScreen>
#include <QScrollBar>
#include <QTabWidget>
#include <QToolButton>
#include <algorithm>
#include <cstdlib>

#include "app/gui/layout_library.h"
#include "app/gui/layout_name_bar.h"
#include "app/gui/page_frame.h"
#include "app/gui/page_host.h"
#include "app/gui/page_scroller.h"
#include "app/gui/page_split.h"
#include "app/gui/side_pane.h"
#include "tests/app/gui/desk.h"
#include "widgets/channels_panel.h"
#include "widgets/compare_panel.h"
#include "widgets/model_map_view.h"

using namespace salient;
using namespace salient::demo;

namespace {

const QString kLayouts = QStringLiteral("La&youts");
const QString kBeside = QStringLiteral("Show &beside");
const QString kSwap = QStringLiteral("&Swap the two pages");
const QString kRemove = QStringLiteral("&Remove");
constexpr QSize kWide(3000, 900);  // for any two pages in any type
constexpr QSize kLaptop(1280, 800);
constexpr QSize kNarrow(1000, 800);  // for one page

/// The entry with that text of the menu with that title, or null.
QAction* entryOf(const MainWindow& window, const QString& menu, const QString& text) {
    for (const QMenu* one : window.findChildren<QMenu*>()) {
        if (one->title() != menu) continue;
        for (QAction* action : one->actions()) {
            if (action->text() == text) return action;
        }
    }
    return nullptr;
}

bool trigger(const MainWindow& window, const QString& menu, const QString& text) {
    QAction* entry = entryOf(window, menu, text);
    if (entry != nullptr) entry->trigger();
    return entry != nullptr;
}

/// How many entries of the menu are names.
int countEntries(const MainWindow& window, const QString& menu) {
    int n_entries = 0;
    for (const QMenu* one : window.findChildren<QMenu*>()) {
        if (one->title() != menu) continue;
        for (const QAction* action : one->actions()) n_entries += action->isSeparator() || action->menu() != nullptr ? 0 : 1;
    }
    return n_entries;
}

bool hasFocus(const QWidget& part) { return part.isAncestorOf(QApplication::focusWidget()); }

int countVisiblePages(const MainWindow& window) {
    int n_visible = 0;
    for (const PageFrame* frame : window.findChildren<PageFrame*>()) n_visible += frame->isVisible() ? 1 : 0;
    return n_visible;
}

bool saysSomewhere(const QWidget& where, const QString& text) {
    for (const QLabel* label : where.findChildren<QLabel*>()) {
        if (label->text().contains(text)) return true;
    }
    return false;
}

QToolButton* toolButton(const QWidget& where, const QString& name) {
    for (QToolButton* one : where.findChildren<QToolButton*>()) {
        if (one->accessibleName() == name) return one;
    }
    return nullptr;
}

QString keptLayout(const QString& name, const QString& layout) {
    return QStringLiteral(R"([{"name": "%1", "layout": %2}])").arg(name, layout);
}

}  // namespace

class TestWindowLayouts : public QObject {
    Q_OBJECT

private slots:
    void aPageStandsBesideAnotherAndGoesBack() {
        Desk desk;
        desk.window.goTo(Page::Map);
        auto* map = desk.view<ModelMapView>();
        auto* pane = desk.view<SidePane>();
        QCOMPARE(countVisiblePages(desk.window), 1);
        QVERIFY(!pane->isVisible());

        desk.window.showBeside(Page::Lessons);
        QVERIFY(desk.window.beside() == Page::Lessons);
        QCOMPARE(desk.window.page(), Page::Map);
        PageHost& host = desk.window.host(Page::Lessons);
        QVERIFY(host.isLent() && !host.isAncestorOf(&host.page()));
        QVERIFY(pane->isVisible() && pane->isAncestorOf(&host.page()) && host.page().isVisible());
        QCOMPARE(countVisiblePages(desk.window), 2);
        QVERIFY(saysSomewhere(*pane, pageTitle(Page::Lessons)));
        QCOMPARE(pane->accessibleName(), QStringLiteral("Beside: Lessons"));

        // Another takes its place; the page of the window cannot stand beside itself.
        desk.window.showBeside(Page::Tune);
        QVERIFY(!host.isLent() && host.isAncestorOf(&host.page()) && !host.page().isVisible());
        QVERIFY(desk.window.host(Page::Tune).isLent());
        desk.window.showBeside(Page::Map);
        QVERIFY(desk.window.beside() == Page::Tune);
        desk.window.goTo(Page::Quantize);  // changes the page of the window alone
        QVERIFY(desk.window.beside() == Page::Tune);
        QVERIFY(!map->isVisible());

        toolButton(*pane, QStringLiteral("Close the page beside"))->click();
        QVERIFY(!desk.window.beside() && !pane->isVisible());
        QVERIFY(!desk.window.host(Page::Tune).isLent());
        QCOMPARE(countVisiblePages(desk.window), 1);
        desk.window.goTo(Page::Tune);
        QVERIFY(desk.window.host(Page::Tune).page().isVisible());
    }

    void aPageGoesFromBesideToItsOwnWindowAndBack() {
        Desk desk;
        desk.window.goTo(Page::Map);
        desk.window.showBeside(Page::Compare);
        PageHost& host = desk.window.host(Page::Compare);
        toolButton(*desk.view<SidePane>(), QStringLiteral("To a window of its own"))->click();
        QVERIFY(host.isDetached() && !host.isLent() && !desk.window.beside());
        QVERIFY(host.ownWindow()->isAncestorOf(&host.page()) && host.page().isVisible());
        desk.window.showBeside(Page::Compare);
        QVERIFY(!host.isDetached() && host.isLent());
        QVERIFY(desk.view<SidePane>()->isAncestorOf(&host.page()) && host.page().isVisible());
        desk.window.closeBeside();
        QVERIFY(host.isAncestorOf(&host.page()) && !host.page().isVisible());
    }

    void thePageBesideIsLookedAt() {
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        desk.window.goTo(Page::Quantize);
        auto* channels = desk.view<ChannelsPanel>();
        desk.window.showBeside(Page::Channels);
        QVERIFY(desk.waitForJobs());
        Session& session = desk.window.session();
        QVERIFY(!saysSomewhere(*channels, QStringLiteral("layers.1.mlp.up_proj")));
        session.selection().selectLayer(1, QStringLiteral("model.layers.1.mlp.up_proj"));
        QVERIFY(desk.waitForJobs());
        QVERIFY(saysSomewhere(*channels, QStringLiteral("layers.1.mlp.up_proj")));
        session.selection().selectChannel(37);
        QCOMPARE(channels->selectedChannel(), Index{37});
        QVERIFY(desk.window.findChild<QWidget*>(QStringLiteral("selectionStrip"))->isVisible());
        desk.window.closeBeside();
        QVERIFY(!desk.window.findChild<QWidget*>(QStringLiteral("selectionStrip"))->isVisible());
    }

    void goingToThePageBesideGivesItTheKeyboard() {
        Desk desk;
        desk.window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&desk.window));
        desk.window.goTo(Page::Map);
        desk.window.showBeside(Page::Channels);
        auto* pane = desk.view<SidePane>();
        auto* list = desk.view<Navigation>();
        list->setFocus();
        desk.window.goTo(Page::Channels);
        QVERIFY(hasFocus(*pane));
        QCOMPARE(desk.window.page(), Page::Map);

        // By a click into the list at the left, which goes on showing the page of the window.
        QTest::mouseClick(list->viewport(), Qt::LeftButton, {},
                          list->visualItemRect(list->item(static_cast<int>(Page::Channels))).center());
        QCOMPARE(desk.window.page(), Page::Map);
        QVERIFY(hasFocus(*pane));
        QTRY_COMPARE(list->currentRow(), static_cast<int>(Page::Map));
        QCOMPARE(list->selectedItems(), QList<QListWidgetItem*>{list->item(static_cast<int>(Page::Map))});

        // Arrow keys pass it by.
        list->setFocus();
        QTest::keyClick(list, Qt::Key_Down);
        QCOMPARE(desk.window.page(), Page::Stepper);
        QTest::keyClick(list, Qt::Key_Up);
        QCOMPARE(desk.window.page(), Page::Map);
        desk.window.showBeside(Page::Lessons);  // the last one
        QTest::keyClick(list, Qt::Key_End);
        QCOMPARE(desk.window.page(), Page::Export);
        QTest::keyClick(list, Qt::Key_Down);
        QCOMPARE(desk.window.page(), Page::Export);
    }

    void theKeyboardMovesBetweenThePages() {
        Desk desk;
        desk.window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&desk.window));
        desk.window.goTo(Page::Compare);
        QTest::keySequence(&desk.window, pageBesideShortcut(Page::Tune));
        QVERIFY(desk.window.beside() == Page::Tune);
        QTest::keySequence(&desk.window, pageBesideShortcut(Page::Compare));  // the page of the window
        QVERIFY(desk.window.beside() == Page::Tune);
        auto* pane = desk.view<SidePane>();
        QTest::keyClick(&desk.window, Qt::Key_F6);
        QVERIFY(hasFocus(*pane));
        QTest::keyClick(&desk.window, Qt::Key_F6);
        QVERIFY(hasFocus(desk.window.host(Page::Compare)));
        QTest::keyClick(&desk.window, Qt::Key_F6);
        QVERIFY(hasFocus(pane->page()));

        // The key of windows of their own means the page that has the keyboard.
        QTest::keySequence(&desk.window, QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_W));
        QVERIFY(desk.window.host(Page::Tune).isDetached() && !desk.window.host(Page::Compare).isDetached());
        desk.window.host(Page::Tune).attach();
        desk.window.activateWindow();
        QTRY_COMPARE(QApplication::activeWindow(), static_cast<QWidget*>(&desk.window));
        QTest::keySequence(&desk.window, pageBesideShortcut(Page::Tune));
        QTest::keySequence(&desk.window, pageBesideShortcut(Page::Tune));
        QVERIFY(!desk.window.beside());
    }

    void thePagesSwapPlaces() {
        Desk desk;
        desk.window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&desk.window));
        desk.window.goTo(Page::Compare);
        QVERIFY(!entryOf(desk.window, kBeside, kSwap)->isEnabled());
        desk.window.showBeside(Page::Tune);
        desk.view<PageSplit>()->setShare(0.7);
        QTest::keyClick(&desk.window, Qt::Key_F6);
        QVERIFY(hasFocus(desk.window.host(Page::Tune).page()));
        const QWidget* focused = QApplication::focusWidget();

        QTest::keyClick(&desk.window, Qt::Key_F6, Qt::ShiftModifier);
        QCOMPARE(desk.window.page(), Page::Tune);
        QVERIFY(desk.window.beside() == Page::Compare);
        QVERIFY(!desk.window.host(Page::Tune).isLent() && desk.window.host(Page::Tune).page().isVisible());
        QVERIFY(desk.view<SidePane>()->isAncestorOf(&desk.window.host(Page::Compare).page()));
        QCOMPARE(countVisiblePages(desk.window), 2);
        QCOMPARE(desk.view<PageSplit>()->share(), 0.7);
        QCOMPARE(QApplication::focusWidget(), focused);  // the keyboard went along

        QVERIFY(trigger(desk.window, kBeside, kSwap));
        QCOMPARE(desk.window.page(), Page::Compare);
        QVERIFY(desk.window.beside() == Page::Tune);
        QCOMPARE(QApplication::focusWidget(), focused);
    }

    void keysMoveWhatIsBetweenThePages() {
        Desk desk;
        desk.window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&desk.window));
        desk.window.goTo(Page::Quantize);
        desk.window.showBeside(Page::Evaluate);
        auto* split = desk.view<PageSplit>();
        for (const bool below : {false, true}) {
            split->setBelowWanted(below);
            split->setShare(PageSplit::kEvenShare);
            desk.window.resize(kWide);
            QTRY_COMPARE(split->orientation(), below ? Qt::Vertical : Qt::Horizontal);
            QTRY_VERIFY(std::abs(split->sizes().at(0) - split->sizes().at(1)) <= 1);
            const int room = split->sizes().at(0) + split->sizes().at(1);
            QTest::keyClick(&desk.window, Qt::Key_F8);
            QVERIFY(std::abs(split->sizes().at(0) - 0.45 * room) <= 2.0);
            QTest::keyClick(&desk.window, Qt::Key_F8, Qt::ShiftModifier);
            QTest::keyClick(&desk.window, Qt::Key_F8, Qt::ShiftModifier);
            QVERIFY(std::abs(split->sizes().at(0) - 0.55 * room) <= 2.0);

            // At the end of its way it waits for no more than one key to come back.
            for (int n = 0; n < 30; ++n) QTest::keyClick(&desk.window, Qt::Key_F8, Qt::ShiftModifier);
            const int least = split->sizes().at(1);
            QVERIFY(least > 0);
            QTest::keyClick(&desk.window, Qt::Key_F8);
            QVERIFY(split->sizes().at(1) > least);
        }
        desk.window.closeBeside();
        QVERIFY(!entryOf(desk.window, kBeside, QStringLiteral("&More room for the page beside"))->isEnabled());
    }

    void besideAnotherThePageOfTheWindowKeepsItsTitleAlone() {
        Desk desk;
        desk.window.goTo(Page::Map);
        const auto explained = [&desk] {
            int n_sentences = 0;
            for (const QLabel* label : desk.window.findChildren<QLabel*>()) {
                for (const char* start : {"Every linear layer", "What each method did"}) {
                    n_sentences += label->isVisible() && label->text().startsWith(QLatin1String(start)) ? 1 : 0;
                }
            }
            return n_sentences;
        };
        QCOMPARE(explained(), 1);
        desk.window.showBeside(Page::Compare);
        QCOMPARE(explained(), 0);
        QVERIFY(trigger(desk.window, kBeside, kSwap));
        QCOMPARE(explained(), 0);
        desk.window.closeBeside();
        QCOMPARE(explained(), 1);
        desk.window.goTo(Page::Map);
        QCOMPARE(explained(), 1);
    }

    void inItsOwnWindowAPageKeepsItsExplanation() {
        Desk desk;
        desk.window.goTo(Page::Map);
        const auto is_explained = [&desk] {
            const auto labels = desk.window.host(Page::Map).page().findChildren<QLabel*>();
            return std::ranges::any_of(labels, [](const QLabel* label) {
                return label->isVisible() && label->text().startsWith(QLatin1String("Every linear layer"));
            });
        };
        desk.window.showBeside(Page::Compare);
        QVERIFY(!is_explained());
        desk.window.host(Page::Map).detach({});
        QVERIFY(is_explained());
        desk.window.showBeside(Page::Tune);  // beside what says where the map is
        QVERIFY(is_explained());
        desk.window.host(Page::Map).attach();
        QVERIFY(!is_explained());
        desk.window.closeBeside();
        QVERIFY(is_explained());
    }

    void noTwoCommandsShareAKey() {
        Desk desk;
        QMap<QString, QString> taken;
        for (const QMenu* menu : desk.window.findChildren<QMenu*>()) {
            for (const QAction* action : menu->actions()) {
                const QString key = action->shortcut().toString();
                if (key.isEmpty()) continue;
                for (auto other = taken.cbegin(); other != taken.cend(); ++other) {
                    // Neither the same nor the beginning of a longer one.
                    const bool is_apart = action->shortcut().matches(QKeySequence(other.key())) == QKeySequence::NoMatch &&
                                          QKeySequence(other.key()).matches(action->shortcut()) == QKeySequence::NoMatch;
                    QVERIFY2(is_apart || other.value() == action->text(), qPrintable(key + QStringLiteral(": ") + action->text()));
                }
                taken[key] = action->text();
            }
        }
        QVERIFY(taken.contains(QStringLiteral("F8")) && taken.contains(QStringLiteral("Ctrl+B, 4")));
    }

    void pagesStandSideBySideWhereThereIsRoomForBoth() {
        Desk desk;
        desk.window.goTo(Page::Quantize);
        desk.window.showBeside(Page::Evaluate);
        auto* split = desk.view<PageSplit>();
        desk.window.resize(kWide);
        QTRY_COMPARE(split->orientation(), Qt::Horizontal);
        QTRY_VERIFY(std::abs(split->sizes().at(0) - split->sizes().at(1)) <= 1);
        split->setShare(PageSplit::kLeastShare);
        QTRY_VERIFY(split->sizes().at(0) < split->sizes().at(1));
        QVERIFY(split->sizes().at(0) >= desk.window.host(Page::Quantize).page().leastWidth());
        split->setBelowWanted(true);
        QCOMPARE(split->orientation(), Qt::Vertical);
        split->setBelowWanted(false);
        QCOMPARE(split->orientation(), Qt::Horizontal);
        desk.window.resize(kNarrow);
        QTRY_COMPARE(split->orientation(), Qt::Vertical);
        for (const Page page : {Page::Quantize, Page::Evaluate}) {
            const QScrollBar* bar = desk.window.host(page).page().horizontalScrollBar();
            QTRY_COMPARE(bar->maximum(), bar->minimum());
        }
        desk.window.resize(kWide);
        QTRY_COMPARE(split->orientation(), Qt::Horizontal);
    }

    void onALaptopTwoPagesStandSideBySide_data() {
        QTest::addColumn<QString>("layout");
        for (const char* layout : {"Map beside Channels", "Stepper beside Error maps", "Tune beside Compare"})
            QTest::newRow(layout) << QString::fromLatin1(layout);
    }
    void onALaptopTwoPagesStandSideBySide() {
        QFETCH(QString, layout);
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        desk.window.workflow().quantize({});
        QVERIFY(desk.waitForJobs());
        desk.window.resize(kLaptop);
        QVERIFY(trigger(desk.window, kLayouts, layout));
        QVERIFY(desk.waitForJobs());
        QTest::qWait(200);  // layouts that go on until they are settled
        QTRY_COMPARE(desk.view<PageSplit>()->orientation(), Qt::Horizontal);
        for (const Page page : {desk.window.page(), *desk.window.beside()}) {
            const QScrollBar* bar = desk.window.host(page).page().horizontalScrollBar();
            QTRY_COMPARE(bar->maximum(), bar->minimum());
        }
        QCOMPARE(desk.window.width(), kLaptop.width());
    }

    void theStepsGiveTheirTitlesWhereThatIsWhatIsMissing() {
        Desk desk;
        auto* steps = desk.view<Navigation>();
        auto* split = desk.view<PageSplit>();
        const int with_titles = steps->width();
        desk.window.goTo(Page::Quantize);
        desk.window.showBeside(Page::Evaluate);
        desk.window.resize(kWide);  // room for all
        QTRY_COMPARE(split->orientation(), Qt::Horizontal);
        QTRY_VERIFY(!steps->isNarrow());
        desk.window.resize(kNarrow);  // too little, with or without
        QTRY_COMPARE(split->orientation(), Qt::Vertical);
        QTRY_VERIFY(!steps->isNarrow());

        // In between, only as long as they are wanted side by side.
        int least = 0;
        while (least < kWide.width() && !split->wouldStandSideBySide(least)) ++least;
        const int spare = (with_titles - steps->widthOf(true)) / 2;
        QVERIFY(spare > 10);
        desk.window.resize(least + steps->widthOf(true) + spare, kNarrow.height());
        QTRY_VERIFY(split->orientation() == Qt::Horizontal && steps->isNarrow());
        QVERIFY(trigger(desk.window, kBeside, QStringLiteral("&Below")));
        QTRY_VERIFY(split->orientation() == Qt::Vertical && !steps->isNarrow());
        QVERIFY(trigger(desk.window, kBeside, QStringLiteral("At the &right")));
        QTRY_VERIFY(split->orientation() == Qt::Horizontal && steps->isNarrow());

        // What the list no longer says, its tips do; it can be used as before.
        QTRY_VERIFY(steps->width() < with_titles);
        const QListWidgetItem* lessons = steps->item(static_cast<int>(Page::Lessons));
        QVERIFY(lessons->toolTip().contains(pageTitle(Page::Lessons)));
        QVERIFY(steps->visualItemRect(lessons).width() <= steps->viewport()->width());
        QTest::mouseClick(steps->viewport(), Qt::LeftButton, {}, steps->visualItemRect(lessons).center());
        QCOMPARE(desk.window.page(), Page::Lessons);
        desk.window.closeBeside();
        QTRY_COMPARE(steps->width(), with_titles);
    }

    void everyBuiltInLayoutIsWhatItsNameSays_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<Page>("page");
        QTest::addColumn<Page>("beside");
        QTest::newRow("map") << QStringLiteral("Map beside Channels") << Page::Map << Page::Channels;
        QTest::newRow("stepper") << QStringLiteral("Stepper beside Error maps") << Page::Stepper << Page::Compare;
        QTest::newRow("tune") << QStringLiteral("Tune beside Compare") << Page::Tune << Page::Compare;
    }
    void everyBuiltInLayoutIsWhatItsNameSays() {
        QFETCH(QString, name);
        QFETCH(Page, page);
        QFETCH(Page, beside);
        Desk desk;
        desk.window.showBeside(page);  // where it must not stay
        desk.window.goTo(Page::Lessons);
        QVERIFY(trigger(desk.window, kLayouts, name));
        QCOMPARE(desk.window.page(), page);
        QVERIFY(desk.window.beside() == beside);
        QCOMPARE(countVisiblePages(desk.window), 2);
        if (name.contains(QStringLiteral("Error maps"))) {
            auto* tabs = desk.view<ComparePanel>()->findChild<QTabWidget*>();
            QTRY_COMPARE(tabs->tabText(tabs->currentIndex()), QStringLiteral("Error maps"));
        }
        QVERIFY(trigger(desk.window, kBeside, pageTitle(Page::Open)));
        QVERIFY(desk.window.beside() == Page::Open);
        desk.window.host(beside).detach({});
        QVERIFY(trigger(desk.window, kLayouts, QStringLiteral("One page")));
        QCOMPARE(desk.window.page(), page);
        QVERIFY(!desk.window.beside() && !desk.window.host(beside).isDetached());
        QCOMPARE(countVisiblePages(desk.window), 1);
    }

    void aLayoutIsKeptUnderItsName() {
        constexpr QSize kSize(520, 410);
        const QString name = QStringLiteral("Tune && <b>me</b>");  // as a menu writes it
        Desk desk;
        desk.window.goTo(Page::Tune);
        desk.window.showBeside(Page::Compare);
        desk.window.host(Page::Channels).detach({});
        desk.window.host(Page::Channels).ownWindow()->resize(kSize);
        desk.view<PageSplit>()->setShare(0.3);
        desk.view<PageSplit>()->setBelowWanted(true);
        auto* tabs = desk.view<ComparePanel>()->findChild<QTabWidget*>();
        tabs->setCurrentIndex(2);
        QVERIFY(trigger(desk.window, kLayouts, QStringLiteral("&Save this layout…")));
        auto* bar = desk.view<LayoutNameBar>();
        QVERIFY(bar->isVisible());
        auto* line = bar->findChild<QLineEdit*>();
        QCOMPARE(line->text(), QStringLiteral("Tune beside Compare 2"));  // that name is built in
        QPushButton* save = bar->findChild<QPushButton*>();
        QVERIFY(save->isEnabled());
        line->setText(QStringLiteral("Tune beside Compare"));
        QVERIFY(!save->isEnabled());
        line->clear();
        QVERIFY(!save->isEnabled());
        line->setText(QStringLiteral("  Tune & <b>me</b> "));
        QTest::keyClick(line, Qt::Key_Return);
        QVERIFY(!bar->isVisible());
        QVERIFY(desk.window.messages().text().contains(QStringLiteral("Tune & <b>me</b>")));
        QVERIFY(entryOf(desk.window, kLayouts, name) != nullptr);

        // In another window, after the program was started again.
        desk.window.close();
        MainWindow window(desk.settings, {});
        window.show();
        window.goTo(Page::Channels);
        window.showBeside(Page::Map);
        QVERIFY(trigger(window, kLayouts, name));
        QCOMPARE(window.page(), Page::Tune);
        QVERIFY(window.beside() == Page::Compare);
        for (int i = 0; i < kPages; ++i) {
            const auto page = static_cast<Page>(i);
            QCOMPARE(window.host(page).isDetached(), page == Page::Channels);
            QCOMPARE(window.host(page).isLent(), page == Page::Compare);
        }
        QCOMPARE(window.host(Page::Channels).ownWindow()->size(), kSize);
        const auto* split = window.findChild<PageSplit*>();
        QCOMPARE(split->share(), 0.3);
        QVERIFY(split->isBelowWanted());
        QTRY_COMPARE(window.findChild<ComparePanel*>()->findChild<QTabWidget*>()->currentIndex(), 2);

        // Replaced, not doubled.
        window.closeBeside();
        const int n_entries = countEntries(window, kLayouts);
        QVERIFY(trigger(window, kLayouts, QStringLiteral("&Save this layout…")));
        bar = window.findChild<LayoutNameBar*>();
        line = bar->findChild<QLineEdit*>();
        line->setText(QStringLiteral("Tune & <b>me</b>"));
        save = bar->findChild<QPushButton*>();
        QCOMPARE(save->text(), QStringLiteral("Replace"));
        save->click();
        QCOMPARE(countEntries(window, kLayouts), n_entries);
        window.showBeside(Page::Map);
        QVERIFY(trigger(window, kLayouts, name));
        QVERIFY(!window.beside());

        // Removed, and taken back.
        QVERIFY(trigger(window, kRemove, name));
        QVERIFY(entryOf(window, kLayouts, name) == nullptr && entryOf(window, kRemove, name) == nullptr);
        QVERIFY(layoutsIn(Preferences(desk.settings).layouts()).empty());
        QPushButton* back = button(&window.messages(), QStringLiteral("Take it back"));
        QVERIFY(back != nullptr && back->isVisible());
        back->click();
        QVERIFY(entryOf(window, kLayouts, name) != nullptr && entryOf(window, kRemove, name) != nullptr);
    }

    void escapeLeavesTheNameUnasked() {
        Desk desk;
        desk.window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&desk.window));
        desk.window.messages().showMessage(MessageArea::Kind::Note, {}, QStringLiteral("stays"));
        QVERIFY(trigger(desk.window, kLayouts, QStringLiteral("&Save this layout…")));
        auto* bar = desk.view<LayoutNameBar>();
        QTest::keyClick(bar->findChild<QLineEdit*>(), Qt::Key_Escape);
        QVERIFY(!bar->isVisible());
        QVERIFY(desk.window.messages().isVisible());
        QVERIFY(layoutsIn(Preferences(desk.settings).layouts()).empty());
    }

    void aSessionOpensThePagesBesideEachOtherAgain() {
        QTemporaryDir root;
        const auto keep = [&root](Desk& desk) {
            desk.window.sessions().setDelay(100);
            desk.window.keepSessions(root.path());
        };
        {
            Desk desk;
            keep(desk);
            QVERIFY(desk.openDemo());
            desk.window.goTo(Page::Stepper);
            desk.window.showBeside(Page::Compare);
            desk.view<PageSplit>()->setShare(0.7);
            desk.window.close();
        }
        {
            Desk desk;
            keep(desk);
            desk.window.goTo(Page::Map);
            desk.window.showBeside(Page::Stepper);
            desk.window.openDemo();
            QVERIFY(desk.waitForJobs());
            QCOMPARE(desk.window.page(), Page::Stepper);
            QVERIFY(desk.window.beside() == Page::Compare);
            QCOMPARE(desk.view<PageSplit>()->share(), 0.7);
            desk.window.closeBeside();
            desk.window.close();
        }
        Desk desk;
        keep(desk);
        desk.window.openDemo();
        QVERIFY(desk.waitForJobs());
        QCOMPARE(desk.window.page(), Page::Stepper);
        QVERIFY(!desk.window.beside());
    }

    void whatIsNoLayoutIsLeftOut_data() {
        QTest::addColumn<QString>("kept");
        QTest::addColumn<int>("n_layouts");
        QTest::newRow("nothing") << QString() << 0;
        QTest::newRow("no JSON") << QStringLiteral("[{") << 0;
        QTest::newRow("no list") << QStringLiteral(R"({"name": "a", "layout": {}})") << 0;
        QTest::newRow("no objects") << QStringLiteral(R"([1, null, "a", []])") << 0;
        QTest::newRow("no name") << QStringLiteral(R"([{"layout": {}}, {"name": 3, "layout": {}}, {"name": " ", "layout": {}}])") << 0;
        QTest::newRow("no layout") << QStringLiteral(R"([{"name": "a"}, {"name": "a", "layout": []}])") << 0;
        QTest::newRow("twice") << QStringLiteral(R"([{"name": "a", "layout": {}}, {"name": " a ", "layout": {}}])") << 1;
        QTest::newRow("one of two") << QStringLiteral(R"([7, {"name": "a", "layout": {"page": 5}}])") << 1;
        std::vector<NamedLayout> many;
        for (std::size_t i = 0; i < kMostLayouts + 10; ++i) many.push_back({QStringLiteral("layout %1").arg(i), Json::object()});
        QTest::newRow("too many") << layoutsText(many) << static_cast<int>(kMostLayouts);
        QTest::newRow("too long") << QString(2'000'000, QLatin1Char(' ')) + QStringLiteral(R"([{"name": "a", "layout": {}}])") << 0;
    }
    void whatIsNoLayoutIsLeftOut() {
        QFETCH(QString, kept);
        QFETCH(int, n_layouts);
        QCOMPARE(static_cast<int>(layoutsIn(kept).size()), n_layouts);
    }

    void aStrangersLayoutHarmsNothing_data() {
        QTest::addColumn<QString>("layout");
        QTest::addColumn<Page>("page");
        QTest::addColumn<int>("beside");  // −1: none
        QTest::newRow("numbers") << QStringLiteral(R"({"page": 7, "beside": 7, "windows": 7, "settings": 7})") << Page::Quantize << -1;
        QTest::newRow("nothing") << QStringLiteral(R"({"page": null, "beside": null, "windows": null, "settings": null})") << Page::Quantize
                                 << -1;
        QTest::newRow("no pages") << QStringLiteral(R"({"page": "x", "beside": {"page": "y"}, "windows": [{"page": "z"}, {}, 7]})")
                                  << Page::Quantize << -1;
        QTest::newRow("beside itself") << QStringLiteral(R"({"page": "map", "beside": {"page": "map"}})") << Page::Map << -1;
        QTest::newRow("in two places") << QStringLiteral(
                                              R"({"beside": {"page": "map", "below": "yes", "share": 1e300},
                                                  "windows": [{"page": "map", "geometry": "AAAA"}], "settings": {"compare.tab": -4}})")
                                       << Page::Quantize << static_cast<int>(Page::Map);
    }
    void aStrangersLayoutHarmsNothing() {
        QFETCH(QString, layout);
        QFETCH(Page, page);
        QFETCH(int, beside);
        QTemporaryDir folder;
        QSettings settings(folder.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat);
        Preferences(settings).setLayouts(keptLayout(QStringLiteral("strange"), layout));
        MainWindow window(settings, {});
        window.show();
        window.goTo(Page::Quantize);
        QVERIFY(trigger(window, kLayouts, QStringLiteral("strange")));
        QTest::qWait(50);
        QCOMPARE(window.page(), page);
        QCOMPARE(window.beside() ? static_cast<int>(*window.beside()) : -1, beside);
        for (int i = 0; i < kPages; ++i) QVERIFY(!window.host(static_cast<Page>(i)).isDetached());
        const double share = window.findChild<PageSplit*>()->share();
        QVERIFY(share >= PageSplit::kLeastShare && share <= PageSplit::kMostShare);
    }

    void aWindowLeftWhereNoScreenIsComesBack() {
        const QRect screen = QGuiApplication::primaryScreen()->availableGeometry();
        QWidget left;
        left.setGeometry(screen.right() + 2000, screen.bottom() + 2000, 400, 300);
        const QString layout =
            QStringLiteral(R"({"windows": [{"page": "map", "geometry": "%1"}]})").arg(QString::fromLatin1(left.saveGeometry().toBase64()));
        QTemporaryDir folder;
        QSettings settings(folder.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat);
        Preferences(settings).setLayouts(keptLayout(QStringLiteral("far"), layout));
        MainWindow window(settings, {});
        window.show();
        QVERIFY(trigger(window, kLayouts, QStringLiteral("far")));
        const QWidget* own = window.host(Page::Map).ownWindow();
        QVERIFY(own != nullptr);
        QCOMPARE(own->size(), QSize(400, 300));
        QVERIFY(screen.contains(own->geometry()));
    }
};

QTEST_MAIN(TestWindowLayouts)
#include "tst_window_layouts.moc"
