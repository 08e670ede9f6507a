#include <QComboBox>
#include <QGraphicsTextItem>
#include <QGraphicsView>
#include <QHeaderView>
#include <QLineEdit>
#include <QLocale>
#include <QRect>
#include <QScrollBar>
#include <QSize>
#include <QStringList>
#include <QTabWidget>
#include <QTableView>
#include <QTest>
#include <utility>

#include "app/gui/language.h"
#include "app/gui/page_scroller.h"
#include "app/gui/projector_mode.h"
#include "tests/app/gui/desk.h"
#include "widgets/chart.h"
#include "widgets/compare_panel.h"
#include "widgets/evaluate_panel.h"
#include "widgets/model_map_view.h"
#include "widgets/quantize_panel.h"

using namespace salient;
using namespace salient::demo;

namespace {

constexpr QSize kScreen(1280, 800);
const QLocale kEnglish(QLocale::English, QLocale::UnitedStates);
const QLocale kGerman(QLocale::German, QLocale::Germany);

/// Charts whose axes have labels that are cut off, or none.
QStringList badLabels(const QWidget& window, const QString& where) {
    QStringList found;
    for (const Chart* chart : window.findChildren<Chart*>()) {
        if (!chart->isVisible() || chart->series().empty()) continue;
        int n_labels = 0;
        for (const QGraphicsItem* item : chart->findChild<QGraphicsView*>()->scene()->items()) {
            const auto* label = dynamic_cast<const QGraphicsTextItem*>(item);
            if (label == nullptr || !label->isVisible() || label->toPlainText().isEmpty()) continue;
            ++n_labels;
            const QString text = label->toPlainText();
            if (text.contains(QStringLiteral("..")) || text.contains(QChar(0x2026)))
                found << QStringLiteral("%1: “%2” on an axis of “%3”").arg(where, text, chart->title());
        }
        if (n_labels < 2) found << QStringLiteral("%1: axes of “%2” without numbers").arg(where, chart->title());
    }
    return found;
}

/// Pages in sight that are wider than their room.
QStringList pagesTooWide(const QWidget& window, const QString& where) {
    QStringList found;
    for (const PageScroller* page : window.findChildren<PageScroller*>()) {
        const QScrollBar* bar = page->horizontalScrollBar();
        if (page->isVisible() && bar->maximum() > bar->minimum())
            found << QStringLiteral("%1: scrolls sideways by %2 pixels").arg(where).arg(bar->maximum());
    }
    return found;
}

/// What of the page in sight does not fit: the page itself, labels of charts, or titles of tables.
QStringList misfits(const QWidget& window, const QString& where) {
    QStringList found = badLabels(window, where) + pagesTooWide(window, where);
    for (const QHeaderView* header : window.findChildren<QHeaderView*>()) {
        if (!header->isVisible() || header->orientation() != Qt::Horizontal) continue;
        for (int section = 0; section < header->count(); ++section) {
            const int needed = header->sectionSizeHint(section);
            if (header->isSectionHidden(section) || header->sectionSize(section) >= needed) continue;
            found << QStringLiteral("%1: “%2” has %3 pixels of %4")
                         .arg(where, header->model()->headerData(section, Qt::Horizontal).toString())
                         .arg(header->sectionSize(section))
                         .arg(needed);
        }
    }
    return found;
}

/// … and whether all columns of a table are in sight.
QStringList columnsOutOfSight(const QWidget& view, const QString& where) {
    QStringList found;
    for (const QTableView* table : view.findChildren<QTableView*>()) {
        if (table->isVisible() && table->horizontalHeader()->length() > table->viewport()->width())
            found << QStringLiteral("%1: columns of %2 pixels in %3")
                         .arg(where)
                         .arg(table->horizontalHeader()->length())
                         .arg(table->viewport()->width());
    }
    return found;
}

/// … and all rows, where the page stands.
QStringList rowsOutOfSight(const QTableView& table, const QString& where) {
    QStringList found;
    const QRect seen = table.viewport()->visibleRegion().boundingRect();
    for (int row = 0; row < table.model()->rowCount(); ++row) {
        const QRect place = table.visualRect(table.model()->index(row, 0));
        if (!seen.contains(place)) found << QStringLiteral("%1: row %2 is out of sight").arg(where).arg(row);
    }
    return found;
}

}  // namespace

class TestProjector : public QObject {
    Q_OBJECT

private slots:
    void cleanup() { applyLanguage(kEnglish); }

    void everyPageFitsIntoTheWidthOfAProjector_data() {
        QTest::addColumn<QLocale>("locale");
        QTest::addColumn<bool>("is_projected");
        QTest::newRow("English") << kEnglish << false;
        QTest::newRow("English, for a projector") << kEnglish << true;
        QTest::newRow("German") << kGerman << false;
        QTest::newRow("German, for a projector") << kGerman << true;
    }
    void everyPageFitsIntoTheWidthOfAProjector() {
        QFETCH(QLocale, locale);
        QFETCH(bool, is_projected);
        applyLanguage(locale);
        Desk desk;
        desk.window.openDemo();
        QVERIFY(desk.waitForModel());
        desk.window.workflow().calibrate();
        QVERIFY(desk.waitForJobs());
        desk.window.workflow().quantize({}, true);
        QVERIFY(desk.waitForJobs());
        desk.window.workflow().measureSensitivity(desk.window.session().runs().front()->name);
        QVERIFY(desk.waitForJobs());
        QVERIFY(!desk.window.session().sensitivities().empty());
        ProjectorMode projector(desk.window);
        projector.setOn(is_projected);
        desk.window.showNormal();
        desk.window.resize(kScreen);

        QStringList found;
        const auto look = [&](const QString& where) {
            QVERIFY(desk.waitForJobs());
            QTest::qWait(200);  // layouts that go on until they are settled
            found << misfits(desk.window, where);
        };
        for (int i = 0; i < kPages; ++i) {
            const auto page = static_cast<Page>(i);
            desk.window.goTo(page);
            look(pageTitle(page));
        }
        desk.window.goTo(Page::Quantize);
        auto* quantize = desk.view<QuantizePanel>();
        for (int run = 0; run < static_cast<int>(quantize->runs().size()); ++run) {
            quantize->setCurrentRun(run);
            look(QStringLiteral("run %1").arg(run));
        }
        desk.window.goTo(Page::Compare);
        auto* compare = desk.view<ComparePanel>();
        auto* tabs = compare->findChild<QTabWidget*>();
        for (int tab = 0; tab < tabs->count(); ++tab) {
            tabs->setCurrentIndex(tab);
            look(tabs->tabText(tab));
        }
        tabs->setCurrentIndex(0);
        look(tabs->tabText(0));
        found << columnsOutOfSight(*compare, QStringLiteral("Compare"));
        desk.window.goTo(Page::Evaluate);
        look(QStringLiteral("Evaluate"));
        found << columnsOutOfSight(*desk.view<EvaluatePanel>(), QStringLiteral("Evaluate"));
        desk.window.goTo(Page::Map);
        auto* map = desk.view<ModelMapView>();
        look(QStringLiteral("Map"));
        QVERIFY(map->model().rowCount() == desk.window.session().model()->config.n_blocks);
        found << rowsOutOfSight(*map->findChild<QTableView*>(), QStringLiteral("Map"));
        map->findChild<QLineEdit*>(QStringLiteral("filter"))->setText(QStringLiteral("gate_proj|up_proj|down_proj"));
        for (QComboBox* box : map->findChildren<QComboBox*>()) {
            if (box->isVisible() && box->count() == 2) box->setCurrentIndex(1);  // these layers are quantized otherwise
        }
        look(QStringLiteral("settings for some layers"));
        tabs->setCurrentIndex(1);
        const int width = desk.window.width();
        for (const auto& [page, beside] : {std::pair(Page::Map, Page::Channels), std::pair(Page::Stepper, Page::Compare),
                                           std::pair(Page::Tune, Page::Compare), std::pair(Page::Quantize, Page::Evaluate)}) {
            desk.window.closeBeside();
            desk.window.goTo(page);
            desk.window.showBeside(beside);
            QVERIFY(desk.waitForJobs());
            QTest::qWait(200);
            found << pagesTooWide(desk.window, QStringLiteral("%1 beside %2").arg(pageTitle(page), pageTitle(beside)));
            QCOMPARE(desk.window.width(), width);  // two pages do not widen it
        }
        projector.setOn(false);
        QVERIFY2(found.isEmpty(), qPrintable(found.join(QLatin1Char('\n'))));
    }

    void leavingProjectorModeLeavesNoSmallTypeBehind() {
        applyLanguage(kEnglish);
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        desk.window.workflow().quantize({}, true);
        QVERIFY(desk.waitForJobs());
        desk.window.goTo(Page::Compare);
        auto* table = desk.view<ComparePanel>()->findChild<QTableView*>();
        const double ordinary = table->font().pointSizeF();
        ProjectorMode projector(desk.window);
        projector.setOn(true);
        desk.window.showNormal();
        desk.window.resize(kScreen);
        QTRY_VERIFY(table->font().pointSizeF() > ordinary);
        QTest::qWait(200);
        projector.setOn(false);
        QTRY_COMPARE(table->font().pointSizeF(), ordinary);
        QCOMPARE(table->horizontalHeader()->font().pointSizeF(), ordinary);
    }
};

QTEST_MAIN(TestProjector)
#include "tst_projector.moc"
