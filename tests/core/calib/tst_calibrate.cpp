#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/calib/calibrate.h"
#include "core/error.h"
#include "core/io/json_file.h"
#include "core/kernels/parallel.h"
#include "tests/support/places.h"

using namespace salient;
namespace fs = std::filesystem;

namespace {

fs::path demo() { return salient::test::resourceFolder() / "demo"; }
fs::path shared() { return salient::test::sharedFolder(); }
fs::path small(const char* name) { return salient::test::testDataFolder() / "models" / name; }

Samples chosen(const Model& model, const fs::path& text, SampleSpec::Choice choice, int n_samples, Index seq_len,
               std::size_t n_bytes = SIZE_MAX) {
    SampleSpec spec;
    spec.choice = choice;
    spec.n_samples = n_samples;
    spec.seq_len = seq_len;
    return drawSamples(model.requireTokenizer(), readCorpus(text).substr(0, n_bytes), spec);
}

/// Windows of ids for a model without tokenizer.
Samples given(TokenWindows windows) {
    Samples samples;
    samples.spec.seq_len = windows.seq_len;
    samples.windows = std::move(windows);
    return samples;
}

TokenWindows countingWindows(Index n_windows, Index seq_len, TokenId vocabulary) {
    TokenWindows windows;
    windows.seq_len = seq_len;
    for (Index i = 0; i < n_windows * seq_len; ++i) windows.ids.push_back(static_cast<TokenId>((i * 7 + i * i) % vocabulary));
    return windows;
}

Calibration run(const std::shared_ptr<const Model>& model, Samples samples, const CalibrationOptions& options = {}) {
    JobContext job;
    return calibrate(model, std::move(samples), options, job);
}

void verifyNear(double found, double wanted, double relative) {
    QVERIFY2(std::abs(found - wanted) <= relative * std::abs(wanted), qPrintable(QString("%1, expected %2").arg(found).arg(wanted)));
}

bool sameBits(const Matrix& a, const Matrix& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size()) * sizeof(float)) == 0;
}

constexpr double kReferenceTolerance = 1e-4;  // asked for: 0.1 %

}  // namespace

class TestCalibrate : public QObject {
    Q_OBJECT

private slots:
    void demoChannelsAgreeWithTheReference();
    void storiesChannelsAgreeWithTheReference();
    void hessianIsTwiceTheMeanGram();
    void laterHessiansAreLeftOutBeyondTheBudgetAndMadeAgain();
    void sameBitsForAnyThreadCount();
    void chunksDoNotChangeStatistics();
    void gatheringOneGroupLeavesTheStatesAlone();
    void progressRunsOverAllBlocks();
    void cancelStopsAtEveryCheckpoint();
    void overflowIsNamedByLayerChannelSampleAndToken();
    void anInputThatIsNoNumberIsNamedWithItsPlace();
    void anExpertsStatisticsAreOfItsOwnTokens();
    void expertsWithTooFewTokensGetAStandIn();
    void blocksWithoutExpertsHaveNoneOfTheirGroups();
};

void TestCalibrate::demoChannelsAgreeWithTheReference() {
    const auto model = Model::open(demo() / "model");
    CalibrationOptions options;
    options.gather_hessians = false;
    const Calibration calibration = run(model, chosen(*model, demo() / "eval.txt", SampleSpec::Choice::BosWindows, 20, 256), options);
    const Json reference = readJson(demo() / "reference.json")["channel_maxima"];
    for (const auto& [layer, wanted] : reference.items()) {
        std::vector<float> max_abs = calibration.of(model->linear(layer)).channels.max_abs;
        for (const Json& top : wanted["top8"])
            verifyNear(max_abs[top["channel"].get<std::size_t>()], top["max_abs"].get<double>(), kReferenceTolerance);
        std::sort(max_abs.begin(), max_abs.end());
        const std::size_t half = max_abs.size() / 2;
        verifyNear((max_abs[half - 1] + max_abs[half]) / 2.0, wanted["median"].get<double>(), kReferenceTolerance);
        QCOMPARE(calibration.of(model->linear(layer)).channels.n_tokens, Index{20 * 256});
    }
}

void TestCalibrate::storiesChannelsAgreeWithTheReference() {
    const fs::path directory = shared() / "models" / "stories260K";
    const fs::path text = shared() / "text" / "tinystories.txt";
    if (!fs::exists(directory) || !fs::exists(text)) QSKIP("the third-party model is not here");
    const auto model = Model::open(directory);
    CalibrationOptions options;
    options.gather_hessians = false;
    const Calibration calibration = run(model, chosen(*model, text, SampleSpec::Choice::Stream, 29, 256, 16000), options);
    const Json reference = readJson(directory / "reference.json")["channels"];
    for (const auto& [layer, wanted] : reference.items()) {
        const ChannelStatistics& channels = calibration.of(model->linear(layer)).channels;
        for (const Json& top : wanted["max_abs"])
            verifyNear(channels.max_abs[top[0].get<std::size_t>()], top[1].get<double>(), kReferenceTolerance);
        double mean = 0.0;
        for (const float of_channel : channels.meanAbs())
            mean += static_cast<double>(of_channel) / static_cast<double>(channels.channelCount());
        verifyNear(mean, wanted["mean_abs_all"].get<double>(), kReferenceTolerance);
    }
}

void TestCalibrate::hessianIsTwiceTheMeanGram() {
    const auto model = Model::open(small("opt"));
    const TokenWindows windows = countingWindows(5, 20, 64);
    const Calibration calibration = run(model, given(windows));
    HiddenStates hidden = embed(*model, windows);
    JobContext job;
    for (int block = 0; block < 2; ++block) {
        forwardBlock(
            *model, loadBlock(*model, block), block, hidden, {},
            [&](const InputObservation& seen) {
                const Eigen::MatrixXd x = seen.x.cast<double>();
                const Eigen::MatrixXd wanted = x.transpose() * x * (2.0 / 100.0);
                const Matrix& found = calibration.of(seen.block, seen.group).hessian;
                QCOMPARE(found.rows(), seen.x.cols());
                const double tolerance = 32 * std::numeric_limits<float>::epsilon() * wanted.norm();
                QVERIFY((found.cast<double>() - wanted).norm() <= tolerance);
                QVERIFY(found == found.transpose());
            },
            job);
    }
}

void TestCalibrate::laterHessiansAreLeftOutBeyondTheBudgetAndMadeAgain() {
    const auto model = Model::open(small("llama-linear"));
    const Samples samples = given(countingWindows(3, 16, 64));
    const Calibration all = run(model, samples);
    CalibrationOptions tight;
    tight.hessian_budget_bytes = 4 * (3 * 48 * 48 + 48 * 48);  // one block of these widths, not two
    const Calibration some = run(model, samples, tight);
    QVERIFY(sameBits(all.of(0, 3).hessian, some.of(0, 3).hessian));
    QCOMPARE(some.of(1, 0).hessian.size(), Index{0});
    QCOMPARE(some.of(1, 0).channels.n_tokens, Index{48});
    for (int group = 0; group < 4; ++group) {
        JobContext job;
        const InputStatistics again = recalibrate(some, 1, group, job);
        QVERIFY(sameBits(again.hessian, all.of(1, group).hessian));
        QVERIFY(again.channels.max_abs == all.of(1, group).channels.max_abs);
    }
    JobContext job;
    QVERIFY_EXCEPTION_THROWN(static_cast<void>(recalibrate(some, 2, 0, job)), Error);
}

void TestCalibrate::sameBitsForAnyThreadCount() {
    const auto model = Model::open(small("llama-llama3"));
    const Samples samples = given(countingWindows(4, 24, 64));
    setThreadCount(1);
    const Calibration alone = run(model, samples);
    setThreadCount(8);
    const Calibration together = run(model, samples);
    setThreadCount(0);
    for (std::size_t i = 0; i < alone.inputs.size(); ++i) {
        QVERIFY(sameBits(alone.inputs[i].hessian, together.inputs[i].hessian));
        QVERIFY(alone.inputs[i].channels.sum_abs == together.inputs[i].channels.sum_abs);
    }
}

void TestCalibrate::chunksDoNotChangeStatistics() {
    const auto model = Model::open(small("gpt2"));
    const Samples samples = given(countingWindows(4, 24, 64));
    CalibrationOptions chunked;
    chunked.forward.chunk_tokens = 24;
    const Calibration whole = run(model, samples);
    const Calibration parts = run(model, samples, chunked);
    for (std::size_t i = 0; i < whole.inputs.size(); ++i) {
        const Matrix& hessian = whole.inputs[i].hessian;
        QVERIFY((hessian - parts.inputs[i].hessian).norm() <= 64 * std::numeric_limits<float>::epsilon() * hessian.norm());
        QCOMPARE(whole.inputs[i].channels.n_tokens, parts.inputs[i].channels.n_tokens);
    }
}

void TestCalibrate::gatheringOneGroupLeavesTheStatesAlone() {
    const auto model = Model::open(small("qwen2"));
    HiddenStates hidden = embed(*model, countingWindows(2, 16, 64));
    const Matrix before = hidden.values;
    JobContext job;
    const auto gathered = gatherBlock(*model, loadBlock(*model, 0), 0, hidden, {}, job, 1);
    QVERIFY(sameBits(before, hidden.values));
    QCOMPARE(gathered.size(), std::size_t{4});
    QCOMPARE(gathered[1].channels.n_tokens, Index{32});
    QCOMPARE(gathered[0].channels.n_tokens, Index{0});
    QCOMPARE(gathered[1].hessian.rows(), Index{32});
}

void TestCalibrate::progressRunsOverAllBlocks() {
    const auto model = Model::open(small("qwen2"));
    std::vector<std::int64_t> done;
    std::string last_detail;
    JobContext job({}, [&](const Progress& now) {
        QCOMPARE(now.total, std::int64_t{2 * 64});
        QCOMPARE(now.stage, std::string_view("calibrating"));
        done.push_back(now.done);
        last_detail = now.detail;
    });
    static_cast<void>(calibrate(model, given(countingWindows(4, 16, 64)), {}, job));
    QVERIFY(std::is_sorted(done.begin(), done.end()));
    QCOMPARE(done.back(), std::int64_t{128});
    QCOMPARE(last_detail, std::string("model.layers.1"));
}

void TestCalibrate::cancelStopsAtEveryCheckpoint() {
    const auto model = Model::open(small("qwen2"));
    CalibrationOptions options;
    options.forward.chunk_tokens = 16;
    for (int stop_at = 1; stop_at <= 10; ++stop_at) {
        std::stop_source stop;
        int seen = 0;
        JobContext job(stop.get_token(), [&](const Progress&) {
            if (++seen == stop_at) stop.request_stop();
        });
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(calibrate(model, given(countingWindows(4, 16, 64)), options, job)), Cancelled);
        QCOMPARE(seen, stop_at);
    }
}

void TestCalibrate::overflowIsNamedByLayerChannelSampleAndToken() {
    const auto model = Model::open(small("llama-linear"));
    BlockWeights weights = loadBlock(*model, 0);
    weights.mlp_norm.gain[5] = std::numeric_limits<float>::max();
    HiddenStates hidden = embed(*model, countingWindows(3, 16, 64));
    JobContext job;
    try {
        static_cast<void>(gatherBlock(*model, weights, 0, hidden, {}, job));
        QFAIL("an infinite activation went unnoticed");
    } catch (const Error& error) {
        QCOMPARE(error.code(), ErrorCode::NonFinite);
        const QString message = QString::fromUtf8(error.what());
        QVERIFY2(message.contains("layer 'model.layers.0.mlp.gate_proj'") && message.contains("inf in channel 5, sample ") &&
                     message.contains(", token "),
                 error.what());
    }
}

void TestCalibrate::anInputThatIsNoNumberIsNamedWithItsPlace() {
    const auto model = Model::open(small("llama-linear"));
    const BlockWeights weights = loadBlock(*model, 0);
    HiddenStates hidden = embed(*model, countingWindows(3, 16, 64));
    hidden.values(2 * 16 + 5, 3) = std::numeric_limits<float>::quiet_NaN();  // sample 2, token 5; the norm spreads it over all channels
    for (const Index chunk_tokens : {Index{16}, Index{48}}) {
        CalibrationOptions options;
        options.forward.chunk_tokens = chunk_tokens;
        HiddenStates damaged = hidden;
        JobContext job;
        try {
            static_cast<void>(gatherBlock(*model, weights, 0, damaged, options, job));
            QFAIL("an activation that is no number went unnoticed");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::NonFinite);
            const QString message = QString::fromUtf8(error.what());
            QVERIFY2(message.contains("layer 'model.layers.0.self_attn.q_proj'") && message.contains("nan in channel 0, sample 2, token 5"),
                     error.what());
        }
    }
}

void TestCalibrate::anExpertsStatisticsAreOfItsOwnTokens() {
    const auto model = Model::open(small("qwen2_moe"));
    const TokenWindows windows = countingWindows(30, 24, 64);
    const Calibration calibration = run(model, given(windows));
    const BlockWeights weights = loadBlock(*model, 0);
    Matrix x;
    HiddenStates hidden = embed(*model, windows);
    JobContext job;
    const GroupPlaces places = groupPlaces(model->config);
    forwardBlock(
        *model, weights, 0, hidden, {},
        [&](const InputObservation& seen) {
            if (seen.group == places.mlp_input) x = seen.x;
        },
        job);
    // Scores in double precision, the two largest of five.
    const Eigen::MatrixXd scores = x.cast<double>() * weights.linears.at(Role::Router).weight.cast<double>().transpose();
    std::array<std::vector<Index>, 5> tokens;
    for (Index t = 0; t < x.rows(); ++t) {
        for (Index expert = 0; expert < 5; ++expert) {
            if ((scores.row(t).array() > scores(t, expert)).count() < 2) tokens[static_cast<std::size_t>(expert)].push_back(t);
        }
    }
    for (int expert = 0; expert < 5; ++expert) {
        const std::vector<Index>& own = tokens[static_cast<std::size_t>(expert)];
        const InputStatistics& input = calibration.of(0, places.expert_inputs + expert);
        QVERIFY(!input.is_stand_in);
        QCOMPARE(input.reached_tokens, static_cast<Index>(own.size()));
        QCOMPARE(input.channels.n_tokens, static_cast<Index>(own.size()));
        QCOMPARE(input.passed_tokens, Index{720});
        Eigen::MatrixXd gram = Eigen::MatrixXd::Zero(x.cols(), x.cols());
        for (const Index t : own) gram += x.row(t).cast<double>().transpose() * x.row(t).cast<double>();
        const Eigen::MatrixXd wanted = gram * (2.0 / static_cast<double>(own.size()));
        QVERIFY((input.hessian.cast<double>() - wanted).norm() <= 64 * std::numeric_limits<float>::epsilon() * wanted.norm());
        for (std::size_t c = 0; c < input.channels.max_abs.size(); ++c) {
            const Index token = input.channels.max_abs_token[c];
            QVERIFY(std::binary_search(own.begin(), own.end(), token));
            QCOMPARE(std::abs(x(token, static_cast<Index>(c))), input.channels.max_abs[c]);
        }
        JobContext quiet;
        const InputStatistics again = recalibrate(calibration, 0, places.expert_inputs + expert, quiet);
        QVERIFY(sameBits(again.hessian, input.hessian));
    }
    QCOMPARE(calibration.of(0, places.shared_hidden).reached_tokens, Index{720});
    CalibrationOptions chunked;
    chunked.forward.chunk_tokens = 24;
    const Calibration parts = run(model, given(windows), chunked);
    for (std::size_t i = 0; i < parts.inputs.size(); ++i) QCOMPARE(parts.inputs[i].reached_tokens, calibration.inputs[i].reached_tokens);
}

void TestCalibrate::expertsWithTooFewTokensGetAStandIn() {
    const auto model = Model::open(small("mixtral"));
    QCOMPARE(expertTokensNeeded(32), Index{32});
    QCOMPARE(expertTokensNeeded(4096), Index{128});
    const Calibration calibration = run(model, given(countingWindows(3, 20, 64)));  // 60 tokens, two of four experts for each
    const GroupPlaces places = groupPlaces(model->config);
    const InputStatistics& all = calibration.of(0, places.mlp_input);
    QVERIFY(!all.is_stand_in);
    Index reached = 0;
    int n_stand_ins = 0;
    for (int expert = 0; expert < 4; ++expert) {
        const InputStatistics& input = calibration.of(0, places.expert_inputs + expert);
        const InputStatistics& hidden = calibration.of(0, places.expert_hidden + expert);
        reached += input.reached_tokens;
        QCOMPARE(hidden.reached_tokens, input.reached_tokens);
        QCOMPARE(input.is_stand_in, input.reached_tokens < 32);
        QCOMPARE(hidden.is_stand_in, hidden.reached_tokens < 48);
        if (input.is_stand_in) {
            ++n_stand_ins;
            QVERIFY(sameBits(input.hessian, all.hessian));
            QCOMPARE(input.channels.n_tokens, Index{60});
        }
        if (hidden.is_stand_in) {
            QCOMPARE(hidden.channels.n_tokens, Index{120});
            const float power = hidden.hessian(0, 0);
            QVERIFY(power > 0.0F);
            QVERIFY(hidden.hessian == power * Matrix::Identity(48, 48));
        }
    }
    QCOMPARE(reached, Index{120});
    QVERIFY(n_stand_ins > 0);
}

void TestCalibrate::blocksWithoutExpertsHaveNoneOfTheirGroups() {
    const auto model = Model::open(small("qwen2_moe-some"));  // block 1 alone has experts
    const Calibration calibration = run(model, given(countingWindows(4, 24, 64)));
    const GroupPlaces places = groupPlaces(model->config);
    for (int block = 0; block < 2; ++block) {
        for (int group = 0; group < static_cast<int>(model->groups.size()); ++group) {
            QCOMPARE(calibration.of(block, group).passed_tokens, Index{model->hasGroup(block, group) ? 96 : 0});
        }
    }
    QVERIFY(model->hasGroup(0, places.mlp_hidden) && !model->hasGroup(1, places.mlp_hidden));
    QVERIFY(!model->hasGroup(0, places.shared_hidden) && model->hasGroup(1, places.expert_hidden + 3));
}

QTEST_APPLESS_MAIN(TestCalibrate)
#include "tst_calibrate.moc"
