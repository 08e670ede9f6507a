#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QHeaderView>
#include <QLineEdit>
#include <QRegularExpressionValidator>
#include <QScrollBar>
#include <QSlider>
#include <QSpinBox>
#include <QSplitter>
#include <QTabWidget>
#include <QTableWidget>
#include <QTest>
#include <QVBoxLayout>

#include "widgets/heatmap_view.h"
#include "widgets/kept_settings.h"

using namespace salient;

namespace {

struct Panel : QWidget {
    QComboBox box;
    QCheckBox check;
    QSlider slider;
    QSpinBox spin;
    QDoubleSpinBox fine;
    QLineEdit line;
    QTabWidget tabs;
    QSplitter splitter;
    QSpinBox not_kept;

    Panel() {
        auto* layout = new QVBoxLayout(this);
        for (QWidget* child : std::initializer_list<QWidget*>{&box, &check, &slider, &spin, &fine, &line, &tabs, &splitter, &not_kept})
            layout->addWidget(child);
        box.addItems({QStringLiteral("one"), QStringLiteral("two"), QStringLiteral("three")});
        for (int i = 0; i < 3; ++i) tabs.addTab(new QWidget, QString::number(i));
        for (int i = 0; i < 2; ++i) splitter.addWidget(new QWidget);
        keepSetting(&box, "box");
        keepSetting(&check, "check");
        keepSetting(&slider, "slider");
        keepSetting(&spin, "spin");
        keepSetting(&fine, "fine");
        keepSetting(&line, "line");
        keepSetting(&tabs, "tabs");
        keepSetting(&splitter, "splitter");
        resize(600, 600);
        show();
    }
    void change() {
        box.setCurrentIndex(2);
        check.setChecked(true);
        slider.setValue(41);
        spin.setValue(17);
        fine.setValue(2.5);
        line.setText(QStringLiteral("q_proj|ö"));
        tabs.setCurrentIndex(1);
        splitter.setSizes({100, 400});
        not_kept.setValue(3);
    }
};

/// What gets its contents late: a table of a hundred rows, and a picture of a matrix.
struct Contents : QWidget {
    QTableWidget table{0, 2};
    HeatmapView heatmap;

    Contents() {
        auto* layout = new QVBoxLayout(this);
        layout->addWidget(&table);
        layout->addWidget(&heatmap);
        table.setSortingEnabled(true);
        keepSetting(&table, "table");
        keepSetting(table.horizontalHeader(), "sort");
        keepSetting(&heatmap, "heatmap");
        resize(400, 600);
        show();
    }
    void fill() {
        table.setRowCount(100);
        heatmap.setMatrix(std::make_shared<const Matrix>(Matrix::Zero(64, 32)));
    }
    [[nodiscard]] int row() const { return table.verticalScrollBar()->value(); }
};

Json scrolledTo40() {
    Json settings = Json::object();
    settings["table"] = Json::array({0, 40});
    return settings;
}

}  // namespace

class TestKeptSettings : public QObject {
    Q_OBJECT

private slots:
    void whatIsNamedComesBack() {
        Panel first;
        first.change();
        const Json settings = parseJson(keptSettings(first).dump(), "settings");
        QCOMPARE(settings.size(), std::size_t{8});
        Panel second;
        restoreSettings(second, settings);
        QVERIFY(keptSettings(second) == settings);
        QCOMPARE(second.box.currentIndex(), 2);
        QCOMPARE(second.not_kept.value(), 0);
    }

    void aTextThatTheLineRefusesIsLeftAlone() {
        Panel panel;
        panel.line.setValidator(new QRegularExpressionValidator(QRegularExpression(QStringLiteral("[0-9]{0,19}")), &panel.line));
        panel.line.setText(QStringLiteral("7"));
        const auto restored = [&panel](const char* text) {
            Json settings = Json::object();
            settings["line"] = text;
            restoreSettings(panel, settings);
            return panel.line.text();
        };
        QCOMPARE(restored("abc"), QStringLiteral("7"));
        QCOMPARE(restored("12"), QStringLiteral("12"));
        QCOMPARE(restored(""), QString());
    }

    void theArrangementIsSplittersAndTabsAlone() {
        Panel first;
        first.change();
        const Json arrangement = keptArrangement(first);
        QCOMPARE(arrangement.size(), std::size_t{2});
        QVERIFY(arrangement.contains("tabs") && arrangement.contains("splitter"));
        Panel second;
        restoreSettings(second, arrangement);
        QCOMPARE(second.tabs.currentIndex(), 1);
        QCOMPARE(second.splitter.sizes(), first.splitter.sizes());
        QCOMPARE(second.box.currentIndex(), 0);
    }

    void everyChangeIsNoticed() {
        Panel panel;
        int n_changes = 0;
        watchSettings(panel, [&] { ++n_changes; });
        panel.change();
        QCOMPARE(n_changes, 7);  // of the splitter only what a hand does
    }

    void whatDoesNotFitIsLeftAlone() {
        Panel panel;
        panel.change();
        const Json before = keptSettings(panel);
        for (const Json& value : {Json(nullptr), Json(-5), Json(1e9), Json("no such text"), Json::array({1, "x"}), Json::array({1e9, 1}),
                                  Json::array({1}), Json::object({{"a", 1}})}) {
            Json settings = Json::object();
            for (const auto& [name, kept] : before.items()) settings[name] = value;
            settings.erase("line");  // takes any text
            settings["nobody"] = 1;
            restoreSettings(panel, settings);
            QVERIFY(keptSettings(panel) == before);
        }
        restoreSettings(panel, Json::array({1, 2}));
        restoreSettings(panel, Json());
        QVERIFY(keptSettings(panel) == before);
    }

    void placesComeBackOnceThereIsSomethingToGoTo() {
        Contents first;
        first.fill();
        QTRY_VERIFY(first.table.verticalScrollBar()->maximum() > 40);
        first.table.verticalScrollBar()->setValue(40);
        first.table.horizontalHeader()->setSortIndicator(1, Qt::DescendingOrder);
        first.heatmap.zoomIn();
        first.heatmap.zoomIn();
        const MatrixRegion part = first.heatmap.viewport();
        QVERIFY(part.n_rows < 64.0);
        const Json settings = parseJson(keptSettings(first).dump(), "settings");

        Contents second;
        restoreSettings(second, settings);
        QVERIFY(keptSettings(second) == settings);  // what is waited for is not forgotten
        QCOMPARE(second.row(), 0);
        QCOMPARE(second.table.horizontalHeader()->sortIndicatorSection(), 1);
        QCOMPARE(second.table.horizontalHeader()->sortIndicatorOrder(), Qt::DescendingOrder);
        second.fill();
        QTRY_COMPARE(second.row(), 40);
        QCOMPARE(second.heatmap.viewport(), part);
        QVERIFY(keptSettings(second) == settings);
        second.table.verticalScrollBar()->setValue(20);  // it came back once, and is free again
        QTest::qWait(50);
        QCOMPARE(second.row(), 20);
    }

    void aHandOnTheBarEndsTheWaiting() {
        Contents contents;
        restoreSettings(contents, scrolledTo40());
        contents.table.verticalScrollBar()->triggerAction(QAbstractSlider::SliderSingleStepAdd);
        contents.fill();
        QTRY_VERIFY(contents.table.verticalScrollBar()->maximum() > 40);
        QTest::qWait(50);
        QCOMPARE(contents.row(), 0);
    }

    void nothingIsScrolledWhileNobodyLooks() {
        Contents contents;
        contents.hide();
        restoreSettings(contents, scrolledTo40());
        contents.fill();
        QTest::qWait(50);
        QVERIFY(keptSettings(contents).at("table") == Json::array({0, 40}));
        contents.show();
        QTRY_COMPARE(contents.row(), 40);
    }

    void placesAreNoticed() {
        Contents contents;
        contents.fill();
        QTRY_VERIFY(contents.table.verticalScrollBar()->maximum() > 40);
        int n_changes = 0;
        watchSettings(contents, [&] { ++n_changes; });
        contents.table.verticalScrollBar()->setValue(10);
        QCOMPARE(n_changes, 1);
        contents.heatmap.zoomIn();
        QCOMPARE(n_changes, 2);
        contents.table.horizontalHeader()->setSortIndicator(1, Qt::AscendingOrder);
        QVERIFY(n_changes > 2);
    }

    void aStrangersPlacesAreLeftAlone() {
        Contents contents;
        contents.fill();
        QTRY_VERIFY(contents.table.verticalScrollBar()->maximum() > 40);
        contents.table.verticalScrollBar()->setValue(40);
        contents.heatmap.zoomIn();
        const Json before = keptSettings(contents);
        for (const Json& value : {Json(nullptr), Json(3), Json("x"), Json::array({-1, -1}), Json::array({1e300, 0}), Json::array({0}),
                                  Json::array({7, true}), Json::array({0, 0, "x", 1, 64, 32}), Json::array({0, 0, 1e300, 1, 64, 32})}) {
            Json settings = Json::object();
            for (const char* name : {"table", "sort", "heatmap"}) settings[name] = value;
            restoreSettings(contents, settings);
            QTest::qWait(20);
            QVERIFY2(keptSettings(contents) == before, value.dump().c_str());
        }
    }
};

QTEST_MAIN(TestKeptSettings)
#include "tst_kept_settings.moc"
