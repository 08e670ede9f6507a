#include <QAbstractItemModelTester>
#include <QLabel>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

#include "tests/widgets/find_widgets.h"
#include "widgets/chart.h"
#include "widgets/convergence_panel.h"

using namespace salient;

namespace {

HessianConvergence sample() {
    HessianConvergence convergence;
    convergence.layer = "model.layers.0.mlp.down_proj";
    convergence.readers = {"model.layers.0.self_attn.q_proj", "model.layers.0.mlp.down_proj"};
    convergence.parts = {{2, 512, {0.5, 0.25}, 0.04}, {4, 1024, {0.125, 0.0625}, 0.02}, {8, 2048, {0.0, 0.0}, 0.01}};
    return convergence;
}

}  // namespace

class TestConvergencePanel : public QObject {
    Q_OBJECT

private slots:
    void measuresOnRequestAlone() {
        ConvergencePanel panel;
        auto* measure = button(panel, QStringLiteral("Measure convergence"));
        QVERIFY(!measure->isEnabled());
        panel.setSubject(QStringLiteral("layer"), {});
        QSignalSpy wanted(&panel, &ConvergencePanel::measureWanted);
        panel.show();
        QCOMPARE(wanted.count(), 0);
        measure->click();
        QCOMPARE(wanted.count(), 1);
        panel.setMeasuring(true);
        QVERIFY(!measure->isEnabled());
        panel.setMeasuring(false);  // cancelled
        QVERIFY(measure->isEnabled());
        panel.setSubject(QStringLiteral("layer"), QStringLiteral("no tokens"));
        QVERIFY(!measure->isEnabled());
        QCOMPARE(named<QLabel>(panel, QStringLiteral("Convergence"))->text(), QStringLiteral("no tokens"));
    }

    void showsEveryPartOfTheSet() {
        ConvergencePanel panel;
        panel.resize(700, 500);
        panel.show();
        panel.setSubject(QStringLiteral("model.layers.0.mlp.down_proj"), {});
        const auto* table = named<QTableView>(panel, QStringLiteral("Parts of the calibration set"));
        QAbstractItemModelTester tester(table->model(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        panel.setMeasuring(true);
        panel.setConvergence(sample());
        QVERIFY(button(panel, QStringLiteral("Measure convergence"))->isEnabled());
        const auto* model = table->model();
        QCOMPARE(model->rowCount(), 3);
        QCOMPARE(model->columnCount(), 5);
        QCOMPARE(model->headerData(3, Qt::Horizontal).toString(), QStringLiteral("H of q_proj"));
        QCOMPARE(model->headerData(4, Qt::Horizontal).toString(), QStringLiteral("H of down_proj"));
        QCOMPARE(model->index(1, 0).data().toString(), QStringLiteral("4"));
        QVERIFY(model->index(1, 2).data().toString().startsWith(QStringLiteral("2")));
        QVERIFY(model->index(0, 4).data().toString().startsWith(QStringLiteral("25")));
        const auto* chart = panel.findChild<Chart*>();
        QCOMPARE(chart->series().size(), std::size_t{2});
        QCOMPARE(chart->series()[0].x, (std::vector<double>{2.0, 4.0, 8.0}));
        QCOMPARE(chart->series()[1].y, (std::vector<double>{0.25, 0.0625, 0.0}));
        const QString verdict = named<QLabel>(panel, QStringLiteral("Convergence"))->text();
        QVERIFY(verdict.contains(QStringLiteral("model.layers.0.mlp.down_proj")) && verdict.contains(QStringLiteral("solved from 4")));
        panel.setSubject(QStringLiteral("other"), {});
        QCOMPARE(model->rowCount(), 0);
        QVERIFY(chart->series().empty());
    }
};

QTEST_MAIN(TestConvergencePanel)
#include "tst_convergence_panel.moc"
