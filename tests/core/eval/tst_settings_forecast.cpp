#include <QTest>
#include <cmath>

#include "core/calib/samples.h"
#include "core/eval/settings_forecast.h"
#include "core/quant/quantize_model.h"
#include "tests/support/places.h"

using namespace salient;

namespace {
std::filesystem::path demo() { return salient::test::resourceFolder() / "demo"; }

MethodSpec methodOf(const char* name, int bits = 4) {
    MethodSpec base;
    base.grid.bits = bits;
    base.grid.group_size = 64;
    return methodFromName(name, base);
}
}  // namespace

class TestSettingsForecast : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        model_ = Model::open(demo() / "model");
        SampleSpec spec;
        spec.n_samples = 8;
        spec.seq_len = 64;
        JobContext job;
        calibration_ = calibrate(model_, drawSamples(*model_->tokenizer, readCorpus(demo() / "calib.txt"), spec), {}, job);
    }

    void onlyWhatDiffersCounts() {
        const MethodSpec before = methodOf("gptq");
        MethodSpec after = before;
        QVERIFY(changedLayers(*model_, before, after).empty());
        after.overrides = {{"down_proj$", {}, 4, {}}};  // what they have already
        QVERIFY(changedLayers(*model_, before, after).empty());
        after.overrides = {{"down_proj$", {}, 8, {}}};
        after.keep = {R"(layers\.0\.mlp)"};
        const std::vector<std::string> changed = changedLayers(*model_, before, after);
        QCOMPARE(changed.size(), std::size_t{3 + 3});  // three kept layers of block 0, three wider ones
        JobContext job;
        QCOMPARE(forecastSettings(calibration_, before, after, job).layers, changed);
        after = before;
        after.awq.fixed_clip = 0.5;  // of a method that this is none of
        QVERIFY(changedLayers(*model_, before, after).empty());
    }

    void scalingOfItsOwnCountsOnTheSameGrid() {
        const MethodSpec awq = methodOf("awq");
        MethodSpec after = awq;
        after.overrides = {{.layers = "o_proj", .clip = 0.8}};
        QCOMPARE(changedLayers(*model_, awq, after).size(), std::size_t{4});
        after.overrides = {{.layers = "o_proj", .ratio = 0.3}};
        QCOMPARE(changedLayers(*model_, awq, after).size(), std::size_t{4});
        const MethodSpec smooth = methodOf("smoothquant", 8);
        after = smooth;
        after.overrides = {{.layers = "mlp", .alpha = 0.7}};
        QCOMPARE(changedLayers(*model_, smooth, after).size(), std::size_t{12});
        JobContext job;
        const SettingsForecast forecast = forecastSettings(calibration_, smooth, after, job);
        QCOMPARE(forecast.bytes_after, forecast.bytes_before);
        QCOMPARE(forecast.error_after, forecast.error_before);
    }

    void bytesAreThoseOfTheQuantizedModel_data() {
        QTest::addColumn<int>("bits");
        QTest::addColumn<int>("group_size");
        QTest::addColumn<bool>("symmetric");
        QTest::newRow("3 bits") << 3 << 32 << false;
        QTest::newRow("8 bits per row") << 8 << -1 << true;
        QTest::newRow("5 bits") << 5 << 128 << false;
    }
    void bytesAreThoseOfTheQuantizedModel() {
        QFETCH(int, bits);
        QFETCH(int, group_size);
        QFETCH(bool, symmetric);
        MethodSpec before = methodOf("rtn");
        before.grid.is_symmetric = symmetric;
        MethodSpec after = before;
        after.overrides = {{"_proj", {}, bits, group_size}};
        JobContext job;
        const SettingsForecast forecast = forecastSettings(calibration_, before, after, job);
        std::int64_t expected_before = 0;
        std::int64_t expected_after = 0;
        for (const LayerReport& layer : quantizeModel(calibration_, before, job).reports()) expected_before += layer.bytes;
        for (const LayerReport& layer : quantizeModel(calibration_, after, job).reports()) expected_after += layer.bytes;
        QCOMPARE(forecast.bytes_before, expected_before);
        QCOMPARE(forecast.bytes_after, expected_after);
    }

    void errorsForecastWhatPlainRoundingThenLeaves() {
        const MethodSpec before = methodOf("rtn", 4);
        MethodSpec after = before;
        after.overrides = {{"o_proj", {}, 6, {}}};
        JobContext job;
        const SettingsForecast forecast = forecastSettings(calibration_, before, after, job);
        double measured_before = 0.0;
        double measured_after = 0.0;
        const std::vector<LayerReport> plain = quantizeModel(calibration_, before, job).reports();
        const std::vector<LayerReport> wider = quantizeModel(calibration_, after, job).reports();
        for (std::size_t i = 0; i < plain.size(); ++i) {
            if (plain[i].name.find("o_proj") == std::string::npos) continue;
            measured_before += plain[i].error.output_error;
            measured_after += wider[i].error.output_error;
        }
        // Rounding errors of different channels hardly go together, so the diagonal of H says most of it.
        QVERIFY2(std::abs(forecast.error_before / measured_before - 1.0) < 0.25,
                 qPrintable(QString::number(forecast.error_before / measured_before)));
        const double ratio = (forecast.error_after / forecast.error_before) / (measured_after / measured_before);
        QVERIFY2(std::abs(ratio - 1.0) < 0.25, qPrintable(QString::number(ratio)));
        after.keep = {"o_proj"};
        const SettingsForecast kept = forecastSettings(calibration_, before, after, job);
        QCOMPARE(kept.error_after, 0.0);
        QCOMPARE(kept.bytes_after, std::int64_t{4} * 256 * 256 * 2);
    }

    void cancelStops() {
        MethodSpec after = methodOf("rtn", 8);
        std::stop_source stop;
        stop.request_stop();
        JobContext job(stop.get_token());
        QVERIFY_EXCEPTION_THROWN((void)forecastSettings(calibration_, methodOf("rtn"), after, job), Cancelled);
    }

private:
    std::shared_ptr<const Model> model_;
    Calibration calibration_;
};

QTEST_APPLESS_MAIN(TestSettingsForecast)
#include "tst_settings_forecast.moc"
