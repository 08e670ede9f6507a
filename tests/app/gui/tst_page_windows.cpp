#include <QAction>
#include <QApplication>
#include <QLabel>
#include <QPointer>

#include "app/gui/page_host.h"
#include "tests/app/gui/desk.h"
#include "widgets/channels_panel.h"
#include "widgets/compare_panel.h"
#include "widgets/stepper_panel.h"

using namespace salient;
using namespace salient::demo;

namespace {

const QKeySequence kOwnWindow(Qt::CTRL | Qt::SHIFT | Qt::Key_W);

void toggle(Desk& desk) {
    for (QAction* action : desk.window.findChildren<QAction*>()) {
        if (action->shortcut() == kOwnWindow) action->trigger();
    }
}

bool isTicked(const Desk& desk) {
    for (const QAction* action : desk.window.findChildren<QAction*>()) {
        if (action->shortcut() == kOwnWindow) return action->isChecked();
    }
    return false;
}

bool saysSomewhere(const QWidget& where, const QString& text) {
    for (const QLabel* label : where.findChildren<QLabel*>()) {
        if (label->text().contains(text)) return true;
    }
    return false;
}

}  // namespace

class TestPageWindows : public QObject {
    Q_OBJECT

private slots:
    void aPageInItsOwnWindowIsTheSamePage() {
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        desk.window.goTo(Page::Channels);
        QVERIFY(desk.waitForJobs());
        auto* channels = desk.view<ChannelsPanel>();
        QVERIFY(!isTicked(desk));
        toggle(desk);
        PageHost& host = desk.window.host(Page::Channels);
        QVERIFY(host.isDetached() && isTicked(desk));
        QVERIFY(host.ownWindow()->isWindow() && host.ownWindow()->isVisible());
        QVERIFY(host.ownWindow()->isAncestorOf(channels) && channels->isVisible());
        QVERIFY(host.ownWindow()->windowTitle().startsWith(pageTitle(Page::Channels)));
        QVERIFY(host.ownWindow()->windowTitle().endsWith(QStringLiteral("Salient")));
        QVERIFY(saysSomewhere(host, QStringLiteral("in a window of its own")));

        // One selection, both ways, while the main window shows another page.
        desk.window.goTo(Page::Map);
        QVERIFY(!isTicked(desk));
        Session& session = desk.window.session();
        session.selection().selectChannel(37);
        QCOMPARE(channels->selectedChannel(), Index{37});
        emit channels->channelSelected(114);
        QCOMPARE(session.selection().current().channel, Index{114});

        // Another layer is loaded for it, though the main window does not show it.
        QVERIFY(!saysSomewhere(*channels, QStringLiteral("layers.1.mlp.up_proj")));
        session.selection().selectLayer(1, QStringLiteral("model.layers.1.mlp.up_proj"));
        QVERIFY(desk.waitForJobs());
        QVERIFY(saysSomewhere(*channels, QStringLiteral("layers.1.mlp.up_proj")));

        host.ownWindow()->close();
        QVERIFY(!host.isDetached());
        QVERIFY(host.isAncestorOf(channels) && !channels->isVisible());  // the main window shows the map
        desk.window.goTo(Page::Channels);
        QVERIFY(channels->isVisible());
    }

    void aPageOfItsOwnFollowsTheRecipe() {
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        desk.window.goTo(Page::Stepper);
        QVERIFY(desk.waitForJobs());
        toggle(desk);
        desk.window.goTo(Page::Quantize);
        int n_solved = 0;
        QObject::connect(&desk.window.quickJobs(), &JobRunner::finished, &desk.window,
                         [&](const JobRecord& job) { n_solved += job.title.startsWith(QStringLiteral("Solve ")) ? 1 : 0; });
        Recipe recipe = desk.window.session().recipe();
        for (RecipeRun& run : recipe.runs) run.method.grid.bits = 3;
        desk.window.session().editRecipe(recipe, QStringLiteral("bits"));
        QVERIFY(desk.waitForJobs());
        QVERIFY(n_solved > 0);
    }

    void goingThereShowsItsWindowAndLeavesThisOneAlone() {
        Desk desk;
        desk.window.goTo(Page::Map);
        toggle(desk);
        desk.window.goTo(Page::Tune);
        desk.window.goTo(Page::Map);
        QCOMPARE(desk.window.page(), Page::Tune);
        desk.window.findChild<Navigation*>()->setPage(Page::Map);  // by the list at the left: its place says where it is
        QCOMPARE(desk.window.page(), Page::Map);
        QVERIFY(isTicked(desk));
        QPushButton* back = button(&desk.window.host(Page::Map), QStringLiteral("Bring it back"));
        QVERIFY(back != nullptr && back->isVisible());
        back->click();
        QVERIFY(!desk.window.host(Page::Map).isDetached() && !isTicked(desk));
        QVERIFY(!back->isVisible());
    }

    void theKeysWorkInItsWindowToo() {
        Desk desk;
        QVERIFY(desk.openDemo());
        desk.window.goTo(Page::Compare);
        toggle(desk);
        PageHost& host = desk.window.host(Page::Compare);
        QWidget* own = host.ownWindow();
        own->activateWindow();
        QTRY_COMPARE(QApplication::activeWindow(), own);  // qWaitForWindowActive() is content with its parent
        QTest::keySequence(own, pageShortcut(Page::Tune));
        QCOMPARE(desk.window.page(), Page::Tune);
        const QString before = desk.window.session().selection().current().layer;
        QTest::keyClick(own, Qt::Key_Right, Qt::AltModifier);
        QVERIFY(desk.window.session().selection().current().layer != before);
        own->activateWindow();                            // the page key brought the other one to the front
        QTRY_COMPARE(QApplication::activeWindow(), own);  // qWaitForWindowActive() is content with its parent
        QTest::keySequence(own, kOwnWindow);
        QVERIFY(!host.isDetached());
        QCOMPARE(desk.window.page(), Page::Tune);
    }

    void aSessionOpensTheWindowsAgain() {
        QTemporaryDir root;
        const auto keep = [&root](Desk& desk) {
            desk.window.sessions().setDelay(100);
            desk.window.keepSessions(root.path());
        };
        constexpr QSize kSize(520, 410);
        {
            Desk desk;
            keep(desk);
            QVERIFY(desk.openDemo());
            for (const Page page : {Page::Compare, Page::Channels}) {
                desk.window.goTo(page);
                toggle(desk);
            }
            desk.window.host(Page::Compare).ownWindow()->resize(kSize);
            desk.window.goTo(Page::Quantize);
            desk.window.close();
            QVERIFY(!desk.window.host(Page::Compare).ownWindow()->isVisible());
        }
        Desk desk;
        keep(desk);
        desk.window.goTo(Page::Tune);
        toggle(desk);
        desk.window.openDemo();
        QVERIFY(desk.waitForJobs());
        QCOMPARE(desk.window.page(), Page::Quantize);
        for (int i = 0; i < kPages; ++i) {
            const auto page = static_cast<Page>(i);
            QCOMPARE(desk.window.host(page).isDetached(), page == Page::Compare || page == Page::Channels);
        }
        QCOMPARE(desk.window.host(Page::Compare).ownWindow()->size(), kSize);
        QVERIFY(desk.view<ComparePanel>()->window() == desk.window.host(Page::Compare).ownWindow());
    }

    void aWindowThatGoesTakesThemAlong() {
        QPointer<QWidget> own;
        {
            Desk desk;
            QVERIFY(desk.openDemo());
            desk.window.goTo(Page::Stepper);
            toggle(desk);
            own = desk.window.host(Page::Stepper).ownWindow();
            QVERIFY(own && own->isVisible());
        }
        QVERIFY(!own);
    }
};

QTEST_MAIN(TestPageWindows)
#include "tst_page_windows.moc"
