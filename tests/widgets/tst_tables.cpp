#include <QAbstractItemModelTester>
#include <QIcon>
#include <QTest>

#include "core/calib/samples.h"
#include "tests/support/places.h"
#include "widgets/jobs_model.h"
#include "widgets/method_text.h"
#include "widgets/metrics_model.h"
#include "widgets/model_map_model.h"
#include "widgets/number_text.h"
#include "widgets/rate_text.h"
#include "widgets/recipe_runs_model.h"
#include "widgets/samples_model.h"

using namespace salient;

namespace {

QString text(const QAbstractItemModel& model, int row, int column) { return model.index(row, column).data().toString(); }

std::shared_ptr<const Model> demoModel() {
    static const std::shared_ptr<const Model> model = Model::open(salient::test::resourceFolder() / "demo" / "model");
    return model;
}

std::shared_ptr<const RunResult> result(const std::string& name, double error, double perplexity) {
    auto run = std::make_shared<RunResult>();
    run->name = name;
    run->relative_output_error = error;
    run->perplexity = PerplexityResult{.perplexity = perplexity};
    run->bytes = 2'500'000;
    run->bits_per_weight = 4.25;
    run->seconds = 12.4;
    return run;
}

}  // namespace

class TestTables : public QObject {
    Q_OBJECT

private slots:
    void numbersAreShortAndHaveAUnit_data() {
        QTest::addColumn<QString>("shown");
        QTest::addColumn<QString>("expected");
        QTest::newRow("bytes") << bytesText(512) << "512 B";
        QTest::newRow("megabytes") << bytesText(7'480'000) << "7.48 MB";
        QTest::newRow("count") << countText(3'700'000) << "3.70 M";
        QTest::newRow("percent") << percentText(0.00512) << "0.512 %";
        QTest::newRow("tiny percent") << percentText(1e-7) << "1.0e−05 %";
        QTest::newRow("not finite") << percentText(std::nan("")) << "–";
        QTest::newRow("milliseconds") << durationText(0.0423) << "42 ms";
        QTest::newRow("seconds") << durationText(0.42) << "0.4 s";
        QTest::newRow("minutes") << durationText(185.0) << "3 min 05 s";
        QTest::newRow("hours") << durationText(4320.0) << "1 h 12 min";
    }
    void numbersAreShortAndHaveAUnit() {
        QFETCH(QString, shown);
        QFETCH(QString, expected);
        QCOMPARE(shown, expected);
    }

    void jobsAreUpdatedInPlaceAndFinishedOnesCleared() {
        JobsModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setRecord({.id = 1, .title = QStringLiteral("first"), .state = JobRecord::State::Running});
        model.setRecord({.id = 2, .title = QStringLiteral("second")});
        QCOMPARE(text(model, 0, JobsModel::Title), QStringLiteral("second"));
        model.setRecord({.id = 1, .title = QStringLiteral("first"), .state = JobRecord::State::Failed, .message = QStringLiteral("why")});
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(text(model, 1, JobsModel::State), QStringLiteral("Failed"));
        QCOMPARE(text(model, 1, JobsModel::Message), QStringLiteral("why"));
        model.removeFinished();
        QCOMPARE(model.rowCount(), 1);
    }

    void ratesAreInWhatTheStageCounts_data() {
        QTest::addColumn<QString>("stage");
        QTest::addColumn<double>("per_second");
        QTest::addColumn<QString>("expected");
        QTest::newRow("tokens") << "calibrating" << 12345.6 << "12346 tokens/s per block";
        QTest::newRow("many tokens") << "perplexity" << 1234567.0 << "1.23 M tokens/s per block";
        QTest::newRow("layers") << "quantizing" << 2.5 << "2.5 layers/s";
        QTest::newRow("slow layers") << "sensitivity" << 0.25 << "4.0 s per layer";
        QTest::newRow("anything") << "writing" << 30.0 << "30 steps/s";
        QTest::newRow("slowly") << "writing" << 0.1 << "10 s per step";
        QTest::newRow("not known") << "writing" << -1.0 << "";
    }
    void ratesAreInWhatTheStageCounts() {
        QFETCH(QString, stage);
        QFETCH(double, per_second);
        QFETCH(QString, expected);
        QCOMPARE(rateText(stage, per_second), expected);
    }

    void jobsShowTheirRateAndABadgeForWarnings() {
        JobsModel model;
        model.setRecord({.id = 1,
                         .title = QStringLiteral("job"),
                         .stage = QStringLiteral("quantizing"),
                         .done = 4,
                         .total = 8,
                         .elapsed_seconds = 2.0,
                         .seconds_left = 2.0,
                         .per_second = 2.0,
                         .state = JobRecord::State::Running});
        QCOMPARE(text(model, 0, JobsModel::Rate), QStringLiteral("2 layers/s"));
        QCOMPARE(text(model, 0, JobsModel::Time), QStringLiteral("2.0 s, 2.0 s left"));
        QVERIFY(!model.index(0, JobsModel::State).data(Qt::DecorationRole).isValid());
        model.setRecord({.id = 1,
                         .title = QStringLiteral("job"),
                         .state = JobRecord::State::Done,
                         .warnings = {QStringLiteral("first"), QStringLiteral("second <b>")}});
        QVERIFY(!model.index(0, JobsModel::State).data(Qt::DecorationRole).value<QIcon>().isNull());
        QVERIFY(text(model, 0, JobsModel::Message).endsWith(QStringLiteral("first; second <b>")));
        QVERIFY(text(model, 0, JobsModel::Message).startsWith(QStringLiteral("2 warning")));
        QVERIFY(model.index(0, JobsModel::Title).data(Qt::ToolTipRole).toString().contains(QStringLiteral("&lt;b&gt;")));
    }

    void windowsAreShownAsText() {
        const auto model = demoModel();
        const std::string corpus = readCorpus(salient::test::resourceFolder() / "demo" / "calib.txt");
        SampleSpec spec;
        spec.n_samples = 3;
        spec.seq_len = 32;
        SamplesModel samples;
        QAbstractItemModelTester tester(&samples, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const auto drawn = std::make_shared<const Samples>(drawSamples(*model->tokenizer, corpus, spec));
        samples.setSamples(drawn, model->tokenizer);
        QCOMPARE(samples.rowCount(), 3);
        QCOMPARE(text(samples, 0, SamplesModel::Tokens), QStringLiteral("32"));
        QVERIFY(corpus.find(samples.windowText(0).trimmed().toStdString()) != std::string::npos);
        samples.setSamples(drawn, nullptr);  // of a model without a tokenizer
        QCOMPARE(samples.rowCount(), 3);
        QCOMPARE(text(samples, 0, SamplesModel::Text), QString());
        QCOMPARE(samples.windowText(0), QString());
        samples.setSamples(nullptr, nullptr);
        QCOMPARE(samples.rowCount(), 0);
    }

    void aRunIsDescribedByItsGrid() {
        RecipeRunsModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        RecipeRun run;
        run.name = "mine";
        run.method.grid.bits = 3;
        run.method.grid.is_symmetric = false;
        model.setRuns({run, run});
        QCOMPARE(text(model, 1, RecipeRunsModel::Name), QStringLiteral("mine"));
        QCOMPARE(text(model, 1, RecipeRunsModel::Grid), QStringLiteral("3 bits, groups of 128, asymmetric"));
        model.setRuns({});
        QCOMPARE(model.rowCount(), 0);
    }

    void suggestedNamesNeverCollide() {
        const MethodSpec method = methodFromName("gptq");
        const std::string first = suggestedRunName(method, {});
        const std::vector<std::string> taken{first};
        const std::string second = suggestedRunName(method, taken);
        QCOMPARE(first, std::string("GPTQ 4-bit"));
        QVERIFY(second != first);
    }

    void metricsCompareWithTheOriginal() {
        MetricsModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QCOMPARE(model.rowCount(), 0);
        model.setResults({result("a", 0.02, 2.2), result("b", 0.01, 2.1)}, PerplexityResult{.perplexity = 2.0}, 7'500'000, 16.0);
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(text(model, 0, MetricsModel::Name), QStringLiteral("Original"));
        QCOMPARE(text(model, 0, MetricsModel::Perplexity), QStringLiteral("2.0000"));
        QCOMPARE(text(model, 1, MetricsModel::PerplexityChange), QStringLiteral("+10.0 %"));
        QCOMPARE(text(model, 2, MetricsModel::OutputError), QStringLiteral("1.00 %"));
        QCOMPARE(text(model, 2, MetricsModel::Bytes), QStringLiteral("2.50 MB"));
        QVERIFY(!model.run(0));
        QCOMPARE(model.run(2)->name, std::string("b"));
        QCOMPARE(model.toCsv().count(QLatin1Char('\n')), 4);
        QVERIFY(model.index(1, MetricsModel::Perplexity).data(Qt::ToolTipRole).toString().contains(QStringLiteral("stream")));
    }

    void theMapColoursFiltersAndRanksLayers() {
        const auto demo = demoModel();
        ModelMapModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setModel(demo);
        QCOMPARE(model.rowCount(), 4);
        QCOMPARE(model.columnCount(), 7);
        QVERIFY(!model.index(0, 0).data(ModelMapModel::kColourRole).isValid());

        LayerMetric metric;
        metric.name = QStringLiteral("number");
        for (std::size_t i = 0; i < demo->linears.size(); ++i) metric.values.push_back(static_cast<double>(i + 1));
        metric.values[3] = std::nan("");
        model.setMetric(metric);
        QCOMPARE(model.range(), (std::pair<double, double>{1.0, 28.0}));
        QCOMPARE(text(model, 1, 0), QStringLiteral("8"));
        QCOMPARE(text(model, 0, 3), QString());
        QVERIFY(model.index(0, 0).data(ModelMapModel::kColourRole).isValid());

        model.setFilter(QRegularExpression(QStringLiteral("q_proj$")));
        QCOMPARE(model.matchCount(), 4);
        const std::vector<QModelIndex> worst = model.worst(2);
        QCOMPARE(worst.size(), std::size_t{2});
        QCOMPARE(worst.front().row(), 3);
        QVERIFY(worst.front().data(ModelMapModel::kLayerRole).toString().endsWith(QStringLiteral("q_proj")));
        QCOMPARE(model.indexOf(QString::fromStdString(demo->linears[9].name)), model.index(1, 2));
    }
};

QTEST_MAIN(TestTables)
#include "tst_tables.moc"
