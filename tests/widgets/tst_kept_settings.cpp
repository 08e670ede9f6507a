#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLineEdit>
#include <QSlider>
#include <QSpinBox>
#include <QSplitter>
#include <QTabWidget>
#include <QTest>
#include <QVBoxLayout>

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
};

QTEST_MAIN(TestKeptSettings)
#include "tst_kept_settings.moc"
