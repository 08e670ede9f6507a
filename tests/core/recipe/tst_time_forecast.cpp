#include <QTest>
#include <cmath>

#include "core/recipe/memory_forecast.h"
#include "core/recipe/time_forecast.h"
#include "tests/core/model/small_models.h"

using namespace salient;
namespace fs = std::filesystem;

namespace {

const fs::path kDemo = salient::test::resourceFolder() / "demo";

// The demo's config.json.
constexpr double kHidden = 256.0;
constexpr double kInner = 768.0;
constexpr double kBlocks = 4.0;
constexpr double kKeyValue = 4.0 * 32.0;
constexpr double kVocabulary = 2048.0;
constexpr double kWeightsPerBlock = 2.0 * kHidden * kHidden + 2.0 * kHidden * kKeyValue + 3.0 * kHidden * kInner;

Recipe recipeOf(const std::vector<std::string>& methods) {
    Recipe recipe;
    recipe.model = kDemo / "model";
    recipe.calibration_text = kDemo / "calib.txt";
    recipe.samples = {.n_samples = 8, .seq_len = 64};
    for (const std::string& name : methods) {
        RecipeRun run;
        run.name = name;
        run.method = methodFromName(name);
        recipe.runs.push_back(run);
    }
    return recipe;
}

RoundedTime of(RoundedTime::Unit unit, int low, int high) { return {unit, low, high}; }

}  // namespace

class TestTimeForecast : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { demo_ = Model::open(kDemo / "model"); }

    void aPassCountsLayersAndPositions() {
        constexpr double kTokens = 640.0;  // 10 windows of 64
        double positions = 0.0;
        for (int token = 1; token <= 64; ++token) positions += 2.0 * 8.0 * 32.0 * token;  // scores, and the values they weigh
        QCOMPARE(forwardMultiplyAdds(*demo_, kTokens, 64), kBlocks * (kTokens * kWeightsPerBlock + 10.0 * positions));
        QCOMPARE(headMultiplyAdds(*demo_, kTokens), kTokens * kHidden * kVocabulary);
        // q, k, v share an input, so do gate and up.
        QCOMPARE(gramMultiplyAdds(*demo_, kTokens), kTokens * kBlocks * (3.0 * kHidden * kHidden + kInner * kInner) / 2.0);
    }

    void attentionLooksBackOverItsWindow() {
        const auto model = Model::open(samples::smallModelDirectory("mistral"));
        const ModelConfig& config = model->config;
        QCOMPARE(config.slidingWindow(0), Index{7});
        constexpr Index kLength = 20;
        double positions = 0.0;
        for (int token = 1; token <= kLength; ++token) positions += std::min(token, 7);
        double weights = 0.0;
        for (const LinearInfo& linear : model->linears) weights += static_cast<double>(linear.out_features * linear.in_features);
        const double heads = static_cast<double>(config.n_blocks * config.n_heads * config.head_dim);
        QCOMPARE(forwardMultiplyAdds(*model, 20.0, kLength), 20.0 * weights + 2.0 * heads * positions);
    }

    void anExpertCountsForItsTokens() {
        const auto model = Model::open(samples::smallModelDirectory("mixtral"));  // hidden 32, 2 of 4 experts of 48, 4 heads of 8
        const double attention = 2.0 * 32.0 * 32.0 + 2.0 * 32.0 * 16.0 + 2.0 * 4.0 * 8.0 * (1.0 + 2.0 + 3.0 + 4.0) / 4.0;
        const double experts = 4.0 * 32.0 + 2.0 * 3.0 * 32.0 * 48.0;  // the router, and two experts of four
        QCOMPARE(forwardMultiplyAdds(*model, 4.0, 4), 4.0 * 2.0 * (attention + experts));
        const double gram = 3.0 * 32.0 * 32.0 + 2.0 * 32.0 * 32.0 + 2.0 * 48.0 * 48.0;
        QCOMPARE(gramMultiplyAdds(*model, 4.0), 4.0 * 2.0 * gram / 2.0);
    }

    void quantizingCostsWhatTheMethodDoes() {
        const auto work = [&](const MethodSpec& method) { return quantizationWork(*demo_, method).float32; };
        const double rtn = work(methodFromName("rtn"));
        const double gptq = work(methodFromName("gptq"));
        const double awq = work(methodFromName("awq"));
        QVERIFY(rtn > 0.0 && gptq > rtn && awq > rtn);
        // GPTQ beyond plain rounding: 0.71 products per layer and 0.29 of in³ per input that layers share.
        const double products =
            kBlocks * ((2.0 * kHidden + 2.0 * kKeyValue + 2.0 * kInner) * kHidden * kHidden + kHidden * kInner * kInner);
        const double factors = kBlocks * (3.0 * std::pow(kHidden, 3.0) + std::pow(kInner, 3.0));
        QVERIFY(std::abs(gptq - rtn - 0.71 * products - 0.29 * factors) < 1e-6 * gptq);
        MethodSpec half = methodFromName("gptq");
        half.keep = {R"(layers\.[01]\.)"};
        QVERIFY(std::abs(work(half) - gptq / 2.0) < 1e-6 * gptq);
        MethodSpec fixed = methodFromName("awq");
        fixed.awq.fixed_ratio = 0.5;
        QVERIFY(work(fixed) < awq);
        fixed.awq.fixed_clip = 0.8;  // as cheap as none
        QVERIFY(std::abs(work(fixed) - rtn) < 1e-6 * rtn);
        fixed.awq.fixed_clip = -1.0;
        fixed.awq.search_clip = false;
        QVERIFY(std::abs(work(fixed) - rtn) < 1e-6 * rtn);
    }

    void aJobGrowsWithWhatIsAskedFor() {
        Recipe recipe = recipeOf({"rtn"});
        const auto seconds = [&] { return forecastTime(jobWork(*demo_, recipe, true, false), {1e9, 1e9}).high_seconds; };
        const auto growsWith = [&](auto change) {
            const double before = seconds();
            change();
            return seconds() > before;
        };
        QVERIFY(growsWith([&] { recipe.samples.n_samples = 16; }));
        QVERIFY(growsWith([&] { recipe.samples.seq_len = 128; }));
        QVERIFY(growsWith([&] { recipe.runs = recipeOf({"rtn", "gptq"}).runs; }));
        QVERIFY(growsWith([&] { recipe.runs[1].method.feed = MethodSpec::Feed::Quantized; }));
        QVERIFY(growsWith([&] { recipe.runs[1].method.true_sequential = true; }));
        recipe.perplexity.n_windows = 1;
        QVERIFY(growsWith([&] { recipe.evaluation_text = kDemo / "eval.txt"; }));
        QVERIFY(growsWith([&] { recipe.perplexity.n_windows = 2; }));
        recipe.samples = {.n_samples = std::numeric_limits<int>::max(), .seq_len = std::numeric_limits<Index>::max()};
        QVERIFY(std::isfinite(seconds()));
    }

    void aCalibrationThatIsThereIsNotCounted() {
        const Recipe recipe = recipeOf({"rtn", "awq"});
        const JobWork all = jobWork(*demo_, recipe, true, false);
        const JobWork rest = jobWork(*demo_, recipe, true, true);
        const JobWork pass = calibrationWork(*demo_, 8.0 * 64.0, 64, Compute::Float32);
        QVERIFY(std::abs(all.float32 - rest.float32 - pass.float32) < 1e-6 * all.float32);
        // In bfloat16 the passes run at that rate.
        Recipe other = recipe;
        other.compute = Compute::BFloat16;
        QCOMPARE(jobWork(*demo_, other, true, false).bfloat16, forwardWork(*demo_, 8.0 * 64.0, 64, Compute::BFloat16).bfloat16);
    }

    void whatAnEarlierStartDidIsNotCounted() {
        Recipe recipe = recipeOf({"gptq", "rtn", "awq"});
        MethodSpec& method = recipe.runs[0].method;
        method.feed = MethodSpec::Feed::Quantized;
        const double tokens = 8.0 * 64.0;
        const double pass = calibrationWork(*demo_, tokens, 64, Compute::Float32).float32;
        const double forward = forwardWork(*demo_, tokens, 64, Compute::Float32).float32;
        const auto left = [&](const DoneWork& done) { return jobWork(*demo_, recipe, false, false, done).float32; };
        const auto isAbout = [](double found, double expected) { return std::abs(found - expected) < 1e-6 * expected; };
        const double whole = left({});
        // The demo's blocks are alike: half of what is done block by block is left. A model in memory is carried there again, …
        DoneWork done;
        done.runs = {{.n_blocks = 2}, {}, {}};
        const double half = (quantizationWork(*demo_, method).float32 + pass + forward) / 2.0;
        QVERIFY(isAbout(left(done), whole - half + forward / 2.0));
        // … an export is not.
        recipe.runs[0].format = ExportFormat::Gptq;
        QVERIFY(isAbout(left(done), whole - half));
        done.runs[0] = {.is_made = true};
        QVERIFY(isAbout(left(done), whole - 2.0 * half));
        // Statistics that others share: a quarter of the gathering is done, the model is run all the same.
        done.n_shared_blocks = 1;
        QVERIFY(isAbout(left(done), whole - 2.0 * half - (pass - forward) / 4.0));
        done.n_shared_blocks = 4;
        QVERIFY(isAbout(left(done), whole - 2.0 * half - pass));
        // What the files of a stranger say.
        done.runs = {{.n_blocks = 1000}, {.n_blocks = -5}, {.n_blocks = 4}};
        QVERIFY(isAbout(left(done), quantizationWork(*demo_, recipe.runs[1].method).float32));
    }

    void sensitivityIsHalfAPassAndTwoHeadsPerLayer() {
        const JobWork work = sensitivityWork(*demo_, methodFromName("rtn"), 128.0, 64, Compute::Float32);
        const double pass = forwardWork(*demo_, 128.0, 64, Compute::Float32).float32;
        const double expected = 28.0 * (pass / 2.0 + 2.0 * headMultiplyAdds(*demo_, 128.0));
        QVERIFY(std::abs(work.float32 - expected) < 1e-6 * expected);
    }

    void timeIsWorkByRate() {
        const TimeForecast forecast = forecastTime({1e12, 6e12}, {1e10, 3e10});  // 100 s and 200 s
        QVERIFY(forecast.low_seconds < 300.0 && forecast.high_seconds > 300.0);
        QCOMPARE(forecast.low_seconds, 210.0);
        QCOMPARE(forecast.high_seconds, 600.0);
    }

    void theMachineIsMeasuredOnce() {
        const ProductRates& rates = productRates();
        QVERIFY(rates.float32 > 0.0 && rates.bfloat16 > 0.0);
        QCOMPARE(&productRates(), &rates);
    }

    void roundedTimesHoldTheForecast_data() {
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        QTest::addColumn<int>("unit");
        QTest::addColumn<int>("expected_low");
        QTest::addColumn<int>("expected_high");
        QTest::addColumn<QString>("text");
        const auto row = [](const char* text, double low, double high, RoundedTime::Unit unit, int from, int to) {
            QTest::newRow(text) << low << high << static_cast<int>(unit) << from << to << QString(text);
        };
        using enum RoundedTime::Unit;
        row("a few seconds", 0.0, 0.0, Seconds, 0, 1);
        row("up to 10 s", 0.4, 7.0, Seconds, 0, 10);
        row("about 5 to 20 s", 6.0, 17.0, Seconds, 5, 20);
        row("about 30 to 90 s", 32.0, 90.0, Seconds, 30, 90);
        row("up to 2 min", 32.0, 91.0, Minutes, 0, 2);
        row("about 10 to 20 min", 640.0, 1150.0, Minutes, 10, 20);
        row("about 1 to 2 h", 4000.0, 7000.0, Hours, 1, 2);
        row("about 24 to 48 h", 100000.0, 172800.0, Hours, 24, 48);
        row("up to 3 days", 80000.0, 200000.0, Days, 0, 3);
        row("about 14 to 50 days", 15.0 * 86400.0, 42.0 * 86400.0, Days, 14, 50);
        row("more than 500 days", 700.0 * 86400.0, 2000.0 * 86400.0, Days, 500, 1000);
        row("more than 1000 days", 1e30, 1e31, Days, 1000, 1000);
    }
    void roundedTimesHoldTheForecast() {
        QFETCH(double, low);
        QFETCH(double, high);
        QFETCH(int, unit);
        QFETCH(int, expected_low);
        QFETCH(int, expected_high);
        QFETCH(QString, text);
        const RoundedTime time = rounded({low, high});
        QVERIFY(time == of(static_cast<RoundedTime::Unit>(unit), expected_low, expected_high));
        QCOMPARE(QString::fromStdString(inWords(time)), text);
    }

private:
    std::shared_ptr<const Model> demo_;
};

QTEST_APPLESS_MAIN(TestTimeForecast)
#include "tst_time_forecast.moc"
