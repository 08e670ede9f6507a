// Pictures and their data say where they come from: with which settings whoever meets them elsewhere could make them again.

#include "app/gui/method_stamp.h"
#include "core/quant/method.h"
#include "tests/app/gui/files.h"
#include "tests/app/gui/sitting.h"
#include "widgets/chart.h"
#include "widgets/compare_panel.h"
#include "widgets/evaluate_panel.h"
#include "widgets/method_text.h"
#include "widgets/stepper_panel.h"
#include "widgets/tune_panel.h"

using namespace salient;
using namespace salient::demo;

namespace {

constexpr const char* kLayer = "model.layers.0.self_attn.q_proj";

Chart* visibleChart(const QWidget& panel) {
    for (Chart* chart : panel.findChildren<Chart*>()) {
        if (chart->isVisible()) return chart;
    }
    return nullptr;
}

/// A result whose settings no default has, with one of the layer alone.
RunResult plantedRun(const RunResult& like) {
    RunResult run = like;
    run.name = "planted";
    run.method = methodFromName("smoothquant");
    run.method.smoothquant.alpha = 0.65;
    run.method.overrides = {{.layers = "v_proj", .bits = 3}, {.layers = "q_proj", .alpha = 0.35}};
    for (LayerReport& layer : run.layers) layer.scale_parameter = layer.name == kLayer ? 0.375 : 0.875;
    return run;
}

}  // namespace

class TestProvenance : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { QVERIFY(sitting_.make()); }

    void aMethodIsStampedWithItsOwnSettingsAndNoOthers() {
        MethodSpec method = methodFromName("gptq");
        method.grid.bits = 3;
        method.gptq.damping = 0.025;
        method.gptq.act_order = true;
        method.keep = {"lm_head"};
        const QString stamp = methodStamp(method);
        for (const char* part :
             {"GPTQ, 3 bits", "grid.bits 3", "gptq.damping 0.025", "gptq.act_order true", "gptq.block_size 128", "lm_head"})
            QVERIFY2(stamp.contains(QLatin1String(part)), qPrintable(stamp));
        for (const char* part : {"awq.", "smoothquant."}) QVERIFY2(!stamp.contains(QLatin1String(part)), qPrintable(stamp));
    }

    void aLayerIsStampedWithWhatTheRunDidToItAlone() {
        RunResult run = plantedRun(*sitting_.run);
        QCOMPARE(layerStamp(run, kLayer), QStringLiteral("override q_proj:alpha=0.35, α 0.375"));
        QCOMPARE(layerStamp(run, "model.layers.0.self_attn.k_proj"), QStringLiteral("α 0.875"));
        run.method.keep = {"k_proj"};
        QCOMPARE(layerStamp(run, "model.layers.0.self_attn.k_proj"), QStringLiteral("stays in 16 bits"));
    }

    void everyPageSaysWhereItsPicturesComeFrom_data() {
        QTest::addColumn<QString>("suffix");
        QTest::newRow("data") << QStringLiteral("csv");
        QTest::newRow("drawing") << QStringLiteral("svg");
    }
    void everyPageSaysWhereItsPicturesComeFrom() {
        QFETCH(const QString, suffix);
        Desk desk;
        Session& session = desk.window.session();
        sitting_.takeUp(session);
        session.addRun(plantedRun(*sitting_.run));
        session.selection().selectLayer(0, QString::fromLatin1(kLayer));
        const auto saved = [&](Chart* chart, const char* name) {
            desk.answer = desk.folder.filePath(QStringLiteral("%1.%2").arg(QString::fromLatin1(name), suffix));
            emit chart->figureWanted();
            return QString::fromUtf8(bytesOf(desk.answer));
        };
        const auto lacks = [](const QString& file, const QStringList& parts) {
            for (const QString& part : parts) {
                if (!file.contains(part)) return part;
            }
            return QString();
        };
        const QStringList always{QStringLiteral(SALIENT_VERSION),
                                 QStringLiteral("demo/model"),
                                 QLatin1String(kLayer),
                                 QStringLiteral("seed %1").arg(session.calibration()->samples.spec.seed),
                                 QStringLiteral("smoothquant.alpha 0.65"),
                                 QStringLiteral("q_proj:alpha=0.35")};

        desk.window.goTo(Page::Stepper);
        QVERIFY(desk.waitForJobs());
        auto* stepper = desk.view<StepperPanel>();
        QTRY_VERIFY_WITH_TIMEOUT(!stepper->stamp().isEmpty(), kPatience_ms);
        stepper->goTo(12);
        emit stepper->keepColumnWanted(31);
        QVERIFY(desk.waitForJobs());
        Chart* chart = visibleChart(*stepper);
        QVERIFY(chart != nullptr);
        QCOMPARE(lacks(saved(chart, "stepper"), always + QStringList{QStringLiteral("12 of 256 columns done"),
                                                                     QStringLiteral("in 16 bits: 31"), QStringLiteral("gptq.damping")}),
                 QString());

        desk.window.goTo(Page::Tune);
        QVERIFY(desk.waitForJobs());
        auto* tune = desk.view<TunePanel>();
        tune->setChoice({TuneMethod::SmoothAlpha, 0.35, {{9, 2.5}}});
        QVERIFY(desk.waitForJobs());
        QTRY_VERIFY_WITH_TIMEOUT(tune->optimum().has_value(), kPatience_ms);
        chart = visibleChart(*tune);
        QVERIFY(chart != nullptr);
        QCOMPARE(lacks(saved(chart, "tune"), always + QStringList{QStringLiteral("SmoothQuant α 0.35"), QStringLiteral("9 × 2.5")}),
                 QString());
        tune->setChoice({TuneMethod::AwqRatio, 0.45, {}});
        QCOMPARE(lacks(saved(chart, "awq"), {QStringLiteral("AWQ ratio 0.45"), QStringLiteral("clip at ")}), QString());

        desk.window.goTo(Page::Evaluate);
        auto* evaluate = desk.view<EvaluatePanel>();
        QVERIFY(evaluate->stamp().isEmpty());
        button(evaluate, QStringLiteral("Measure perplexity and KL"))->click();
        QVERIFY(desk.waitForJobs() && session.fullPrecision());
        const QStringList measured{QStringLiteral("protocol ") + protocolTitle(session.fullPrecision()->protocol),
                                   QStringLiteral("eval.txt"), QStringLiteral("of 64 tokens")};
        chart = visibleChart(*evaluate);
        QVERIFY(chart != nullptr);
        QCOMPARE(lacks(saved(chart, "evaluate"), always + measured), QString());

        desk.window.goTo(Page::Compare);
        QVERIFY(desk.waitForJobs());
        chart = visibleChart(*desk.view<ComparePanel>());
        QVERIFY(chart != nullptr);
        QCOMPARE(lacks(saved(chart, "compare"), always + measured), QString());
    }

private:
    Sitting sitting_;
};

QTEST_MAIN(TestProvenance)
#include "tst_provenance.moc"
