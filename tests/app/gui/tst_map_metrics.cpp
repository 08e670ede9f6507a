// Every number of the model map is the one that was found out about that layer.

#include <QTest>
#include <algorithm>
#include <cmath>

#include "app/gui/map_metrics.h"
#include "tests/app/gui/demo.h"
#include "tests/support/places.h"

using namespace salient;

namespace {

const LayerMetric* metricNamed(const std::vector<LayerMetric>& metrics, const char* name) {
    const auto found = std::ranges::find_if(metrics, [&](const LayerMetric& one) { return one.name == QLatin1String(name); });
    return found == metrics.end() ? nullptr : &*found;
}

/// Of layer i of the model, in its order; all numbers can be held by a double without rounding.
LayerReport plantedReport(const LinearInfo& linear, int i) {
    LayerReport report;
    report.name = linear.name;
    report.out_features = linear.out_features;
    report.in_features = linear.in_features;
    report.error.relative_output_error = 0.25 * (i + 1);
    report.saturated_fraction = 0.125 * (i + 1);
    report.bytes = linear.out_features * linear.in_features * (i % 3 + 1);  // 8, 16, 24 bits per weight
    return report;
}

/// Of one input: largest |x| 9, the median channel's 2, mean |x| 2, all times `factor`.
ChannelStatistics plantedChannels(float factor) {
    ChannelStatistics channels;
    channels.n_tokens = 2;
    channels.max_abs = {1.0F * factor, 9.0F * factor, 2.0F * factor};
    channels.sum_abs = {2.0 * factor, 6.0 * factor, 4.0 * factor};
    return channels;
}

}  // namespace

class TestMapMetrics : public QObject {
    Q_OBJECT

private slots:
    void withoutAModelThereIsNone() { QVERIFY(mapMetrics(Session(), {}, false).empty()); }

    void everyMetricHasTheNumbersOfItsLayers() {
        const auto model = Model::open(demo::modelFolder());
        Session session;
        session.setModel(model, proposedRecipe(*model));
        Calibration calibration;
        calibration.model = model;
        const std::size_t n_groups = model->groups.size();
        const auto n_blocks = static_cast<std::size_t>(model->linears.back().block) + 1;
        for (std::size_t k = 0; k < n_blocks * n_groups; ++k) {
            InputStatistics input;
            input.channels = plantedChannels(static_cast<float>(k + 1));
            calibration.inputs.push_back(std::move(input));
        }
        session.setCalibration(std::make_shared<const Calibration>(std::move(calibration)));
        RunResult run;
        run.name = "planted";
        std::vector<LayerSensitivity> alone;
        std::vector<WeightMetrics> weights;
        const auto n_layers = static_cast<int>(model->linears.size());
        for (int i = 0; i < n_layers; ++i) {
            const LinearInfo& linear = model->linears[static_cast<std::size_t>(i)];
            if (i > 0) run.layers.insert(run.layers.begin(), plantedReport(linear, i));  // not in the model's order; the first was kept
            LayerSensitivity sensitivity;
            sensitivity.layer = linear.name;
            sensitivity.mean_kl = 0.5 * (i + 1);
            alone.push_back(sensitivity);
            weights.push_back({.max_abs = 1.0 + i, .kurtosis = 3.0 + i});
        }
        session.addRun(run);
        session.setSensitivities("planted", alone);

        const std::vector<LayerMetric> metrics = mapMetrics(session, weights, false);
        QVERIFY(metricNamed(metrics, "Calibration tokens of the expert: planted") == nullptr);  // there are none
        const std::vector<const char*> names{"Relative output error: planted",
                                             "KL when quantized alone: planted",
                                             "Outlier ratio: largest channel over median channel",
                                             "Largest |x|",
                                             "Mean |x|",
                                             "Bits per weight: planted",
                                             "Codes at the ends of the grid: planted",
                                             "Number of weights",
                                             "Largest |w|",
                                             "Kurtosis of the weights"};
        QCOMPARE(metrics.size(), names.size());
        for (const char* name : names) {
            const LayerMetric* metric = metricNamed(metrics, name);
            QVERIFY2(metric != nullptr, name);
            QCOMPARE(metric->values.size(), model->linears.size());
            QVERIFY(!metric->is_awaited);
        }
        for (int i = 0; i < n_layers; ++i) {
            const LinearInfo& linear = model->linears[static_cast<std::size_t>(i)];
            const auto value = [&](std::size_t metric) { return metricNamed(metrics, names[metric])->values[static_cast<std::size_t>(i)]; };
            const auto factor =
                static_cast<double>(static_cast<std::size_t>(linear.block) * n_groups + static_cast<std::size_t>(linear.group) + 1);
            if (i == 0) {
                for (const std::size_t of_the_run : {std::size_t{0}, std::size_t{5}, std::size_t{6}})
                    QVERIFY(std::isnan(value(of_the_run)));
            } else {
                QCOMPARE(value(0), 0.25 * (i + 1));
                QCOMPARE(value(5), 8.0 * (i % 3 + 1));
                QCOMPARE(value(6), 0.125 * (i + 1));
            }
            QCOMPARE(value(1), 0.5 * (i + 1));
            QCOMPARE(value(2), 4.5);
            QCOMPARE(value(3), 9.0 * factor);
            QCOMPARE(value(4), 2.0 * factor);
            QCOMPARE(value(7), static_cast<double>(linear.out_features) * static_cast<double>(linear.in_features));
            QCOMPARE(value(8), 1.0 + i);
            QCOMPARE(value(9), 3.0 + i);
        }
    }

    void weightsThatAreNotReadAreAwaited() {
        const auto model = Model::open(demo::modelFolder());
        Session session;
        session.setModel(model, proposedRecipe(*model));
        const auto metrics = mapMetrics(session, {}, true);
        for (const char* name : {"Largest |w|", "Kurtosis of the weights"}) {
            const LayerMetric* metric = metricNamed(metrics, name);
            QVERIFY2(metric != nullptr && metric->is_awaited && metric->is_cancelled, name);
        }
    }

    void everyLayerOfAnExpertHasTheTokensOfItsExpert() {
        const auto model = Model::open(test::testDataFolder() / "models" / "mixtral");
        Session session;
        session.setModel(model, proposedRecipe(*model));
        RunResult run;
        run.name = "planted";
        const auto planted = [](int block, int expert) { return 100 * block + 10 * expert + 7; };
        for (const LinearInfo& linear : model->linears) {
            const auto is_it = [&](const ExpertTokenCount& one) { return one.block == linear.block && one.expert == linear.expert; };
            if (linear.expert < 0 || std::ranges::any_of(run.experts.experts, is_it)) continue;
            ExpertTokenCount count;
            count.block = linear.block;
            count.expert = linear.expert;
            count.reached_tokens = planted(linear.block, linear.expert);
            run.experts.experts.push_back(count);
        }
        QVERIFY(run.experts.experts.size() > 1);
        session.addRun(run);
        const auto metrics = mapMetrics(session, {}, false);
        const LayerMetric* metric = metricNamed(metrics, "Calibration tokens of the expert: planted");
        QVERIFY(metric != nullptr);
        QCOMPARE(metric->unit, QStringLiteral("tokens"));
        for (std::size_t i = 0; i < model->linears.size(); ++i) {
            const LinearInfo& linear = model->linears[i];
            if (linear.expert < 0) {
                QVERIFY(std::isnan(metric->values[i]));
            } else {
                QCOMPARE(metric->values[i], static_cast<double>(planted(linear.block, linear.expert)));
            }
        }
    }
};

QTEST_MAIN(TestMapMetrics)
#include "tst_map_metrics.moc"
