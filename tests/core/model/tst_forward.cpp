#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "core/error.h"
#include "core/io/json_file.h"
#include "core/kernels/parallel.h"
#include "core/model/forward.h"
#include "tests/core/model/small_models.h"
#include "tests/support/places.h"

using namespace salient;

namespace {

constexpr double kEpsilon = std::numeric_limits<float>::epsilon();

std::filesystem::path modelDirectory(const QString& name) { return salient::test::testDataFolder() / "models" / name.toStdString(); }

TokenWindows windowsOf(const Json& expected) {
    TokenWindows windows;
    for (const Json& window : expected["ids"]) {
        for (const Json& id : window) windows.ids.push_back(id.get<TokenId>());
        windows.seq_len = static_cast<Index>(window.size());
    }
    return windows;
}

/// Within each window the next token; the last position predicts nothing.
std::vector<TokenId> nextTokens(const TokenWindows& windows) {
    std::vector<TokenId> targets(windows.ids.begin() + 1, windows.ids.end());
    targets.push_back(-1);
    for (Index w = 1; w <= windows.count(); ++w) targets[static_cast<std::size_t>(w * windows.seq_len - 1)] = -1;
    return targets;
}

HiddenStates run(const Model& model, const TokenWindows& windows, const ForwardOptions& options, const InputObserver& observer = {}) {
    HiddenStates hidden = embed(model, windows);
    JobContext job;
    for (int block = 0; block < model.config.n_blocks; ++block) {
        forwardBlock(model, loadBlock(model, block), block, hidden, options, observer, job);
    }
    return hidden;
}

bool sameBits(const Matrix& a, const Matrix& b) {
    return a.rows() == b.rows() && a.cols() == b.cols() &&
           std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size()) * sizeof(float)) == 0;
}

}  // namespace

/// The forward pass of every family against float64 values of an independent program (tests/data/models/make_models.py).
class TestForward : public QObject {
    Q_OBJECT

private slots:
    void everyFamilyHasASmallModel();
    void lossesAgreeWithDoublePrecision_data() { families(); }
    void lossesAgreeWithDoublePrecision();
    void lastLogitsAgreeWithDoublePrecision_data() { families(); }
    void lastLogitsAgreeWithDoublePrecision();
    void inputsOfEveryGroupAgreeWithDoublePrecision_data() { families(); }
    void inputsOfEveryGroupAgreeWithDoublePrecision();
    void bfloat16StaysNearFloat32();
    void sameBitsWhateverTheThreadCount_data() { withAndWithoutExperts(); }
    void sameBitsWhateverTheThreadCount();
    void chunksDoNotChangeTheResult_data() { withAndWithoutExperts(); }
    void chunksDoNotChangeTheResult();
    void stoppingAfterAGroupLeavesTheStatesAlone();
    void observationsComeInOrderAndCoverEveryToken();
    void greedyTokensAreTheLargestLogits();
    void embedRefusesAnIdOutsideTheVocabulary();
    void embedRefusesAWindowBeyondLearnedPositions();
    void lossSkipsNegativeTargets();
    void forwardBlockStopsWhenAsked();

private:
    static void families();
    static void withAndWithoutExperts() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"mistral", "falcon-alibi", "qwen2_moe", "qwen3_moe-some"}) QTest::newRow(name) << QString(name);
    }
};

void TestForward::families() {
    QTest::addColumn<QString>("name");
    for (const std::string& name : samples::smallModels()) QTest::newRow(name.c_str()) << QString::fromStdString(name);
}

void TestForward::everyFamilyHasASmallModel() {
    std::set<std::string> covered;
    for (const std::string& name : samples::smallModels()) {
        covered.insert(Model::open(samples::smallModelDirectory(name))->config.family->model_type);
    }
    for (const auto& family : salient::families()) QVERIFY2(covered.contains(family->model_type), family->model_type.c_str());
}

// A logit is a sum of products bounded by |state| · |head row|. Two blocks of some ten operations each stand before it.
constexpr double kLogitErrors = 8.0;

void TestForward::lossesAgreeWithDoublePrecision() {
    QFETCH(QString, name);
    const auto model = Model::open(modelDirectory(name));
    const Json expected = readJson(modelDirectory(name) / "expected.json");
    const TokenWindows windows = windowsOf(expected);
    const HiddenStates hidden = run(*model, windows, {});
    JobContext job;
    const auto losses = negativeLogLikelihood(*model, hidden.values, nextTokens(windows), {}, job);
    const double tolerance = kLogitErrors * kEpsilon * expected["logit_scale"].get<double>();
    double largest = 0.0;
    for (Index w = 0; w < windows.count(); ++w) {
        const Json& of_window = expected["nll"][static_cast<std::size_t>(w)];
        for (std::size_t i = 0; i < of_window.size(); ++i) {
            largest = std::max(largest, std::abs(losses[static_cast<std::size_t>(w * windows.seq_len) + i] - of_window[i].get<double>()));
        }
    }
    QVERIFY2(largest <= tolerance, qPrintable(QString("error %1, tolerance %2").arg(largest).arg(tolerance)));
}

void TestForward::lastLogitsAgreeWithDoublePrecision() {
    QFETCH(QString, name);
    const auto model = Model::open(modelDirectory(name));
    const Json expected = readJson(modelDirectory(name) / "expected.json");
    const TokenWindows windows = windowsOf(expected);
    const HiddenStates hidden = run(*model, windows, {});
    const Matrix all = logits(*model, hidden.values, {});
    const double tolerance = kLogitErrors * kEpsilon * expected["logit_scale"].get<double>();
    double largest = 0.0;
    for (Index w = 0; w < windows.count(); ++w) {
        const Json& last = expected["last_logits"][static_cast<std::size_t>(w)];
        QCOMPARE(static_cast<Index>(last.size()), all.cols());
        for (Index i = 0; i < all.cols(); ++i) {
            const double found = all((w + 1) * windows.seq_len - 1, i);
            largest = std::max(largest, std::abs(found - last[static_cast<std::size_t>(i)].get<double>()));
        }
    }
    QVERIFY2(largest <= tolerance, qPrintable(QString("error %1, tolerance %2").arg(largest).arg(tolerance)));
}

void TestForward::inputsOfEveryGroupAgreeWithDoublePrecision() {
    QFETCH(QString, name);
    const auto model = Model::open(modelDirectory(name));
    const Json expected = readJson(modelDirectory(name) / "expected.json");
    double worst = 0.0;
    run(*model, windowsOf(expected), {}, [&](const InputObservation& seen) {
        const Json& wanted = expected["max_abs"][static_cast<std::size_t>(seen.block)][static_cast<std::size_t>(seen.group)];
        QCOMPARE(static_cast<Index>(wanted.size()), seen.x.cols());
        double norm = 0.0;
        double largest = 0.0;
        for (Index channel = 0; channel < seen.x.cols(); ++channel) {
            const double value = wanted[static_cast<std::size_t>(channel)].get<double>();
            norm = std::max(norm, value);
            largest = std::max(largest, std::abs(value - static_cast<double>(seen.x.col(channel).cwiseAbs().maxCoeff())));
        }
        worst = std::max(worst, largest / (norm * kEpsilon));
    });
    constexpr double kInputErrors = 64.0;
    QVERIFY2(worst <= kInputErrors, qPrintable(QString("error %1 ε of the largest input").arg(worst)));
}

void TestForward::bfloat16StaysNearFloat32() {
    const auto model = Model::open(modelDirectory("llama-linear"));
    const TokenWindows windows = windowsOf(readJson(modelDirectory("llama-linear") / "expected.json"));
    const Matrix exact = run(*model, windows, {}).values;
    ForwardOptions options;
    options.compute = Compute::BFloat16;
    const Matrix rounded = run(*model, windows, options).values;
    constexpr double kBFloat16Epsilon = 1.0 / 128.0;
    const double difference = static_cast<double>((exact - rounded).norm() / exact.norm());
    QVERIFY2(difference < 8 * kBFloat16Epsilon, qPrintable(QString::number(difference)));
    QVERIFY2(difference > 0.01 * kBFloat16Epsilon, "bfloat16 was asked for and not used");
}

void TestForward::sameBitsWhateverTheThreadCount() {
    QFETCH(QString, name);
    const auto model = Model::open(modelDirectory(name));
    const TokenWindows windows = windowsOf(readJson(modelDirectory(name) / "expected.json"));
    setThreadCount(1);
    const HiddenStates alone = run(*model, windows, {});
    const Matrix alone_logits = logits(*model, alone.values, {});
    for (const int threads : {2, 8}) {
        setThreadCount(threads);
        const HiddenStates together = run(*model, windows, {});
        QVERIFY(sameBits(alone.values, together.values));
        QVERIFY(sameBits(alone_logits, logits(*model, together.values, {})));
    }
    setThreadCount(0);
}

void TestForward::chunksDoNotChangeTheResult() {
    QFETCH(QString, name);
    const auto model = Model::open(modelDirectory(name));
    const TokenWindows windows = windowsOf(readJson(modelDirectory(name) / "expected.json"));
    ForwardOptions one_window;
    one_window.chunk_tokens = 1;
    const Matrix together = run(*model, windows, {}).values;
    const Matrix apart = run(*model, windows, one_window).values;
    QVERIFY(static_cast<double>((together - apart).norm()) <= 64 * kEpsilon * static_cast<double>(together.norm()));
}

void TestForward::stoppingAfterAGroupLeavesTheStatesAlone() {
    const auto model = Model::open(modelDirectory("opt"));
    HiddenStates hidden = embed(*model, windowsOf(readJson(modelDirectory("opt") / "expected.json")));
    const Matrix before = hidden.values;
    for (int group = 0; group < 4; ++group) {
        std::vector<int> seen;
        JobContext job;
        forwardBlock(
            *model, loadBlock(*model, 0), 0, hidden, {}, [&](const InputObservation& o) { seen.push_back(o.group); }, job, group);
        QVERIFY(sameBits(before, hidden.values));
        QCOMPARE(seen.size(), static_cast<std::size_t>(group + 1));
        QCOMPARE(seen.back(), group);
    }
}

void TestForward::observationsComeInOrderAndCoverEveryToken() {
    const auto model = Model::open(modelDirectory("gpt2"));
    const TokenWindows windows = windowsOf(readJson(modelDirectory("gpt2") / "expected.json"));
    ForwardOptions options;
    options.chunk_tokens = windows.seq_len;
    std::vector<std::array<Index, 4>> seen;
    run(*model, windows, options, [&](const InputObservation& o) { seen.push_back({o.block, o.first_token, o.group, o.x.rows()}); });
    QCOMPARE(seen.size(), std::size_t{16});
    QVERIFY(std::is_sorted(seen.begin(), seen.end()));
    for (const auto& observation : seen) QCOMPARE(observation[3], windows.seq_len);
    QCOMPARE(seen.back()[1], windows.seq_len);
}

void TestForward::greedyTokensAreTheLargestLogits() {
    const auto model = Model::open(modelDirectory("llama-yarn"));
    JobContext job;
    const std::vector<TokenId> prompt = {3, 14, 15};
    const auto generated = generateGreedy(*model, originalBlocks(model), prompt, 4, {}, job);
    QCOMPARE(generated.size(), prompt.size() + 4);
    const Matrix all = logits(*model, run(*model, {generated, static_cast<Index>(generated.size())}, {}).values, {});
    for (std::size_t i = prompt.size(); i < generated.size(); ++i) {
        Index best = 0;
        all.row(static_cast<Index>(i) - 1).maxCoeff(&best);
        QCOMPARE(static_cast<Index>(generated[i]), best);
    }
}

void TestForward::embedRefusesAnIdOutsideTheVocabulary() {
    const auto model = Model::open(modelDirectory("opt"));
    for (const TokenId id : {TokenId{64}, TokenId{-1}}) {
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(embed(*model, TokenWindows{{0, id}, 2})), Error);
    }
}

void TestForward::embedRefusesAWindowBeyondLearnedPositions() {
    const auto model = Model::open(modelDirectory("opt"));
    QCOMPARE(embed(*model, TokenWindows{std::vector<TokenId>(40, 1), 40}).values.rows(), Index{40});
    try {
        static_cast<void>(embed(*model, TokenWindows{std::vector<TokenId>(41, 1), 41}));
        QFAIL("41 tokens were accepted");
    } catch (const Error& error) {
        QCOMPARE(error.code(), ErrorCode::InvalidOption);
        QVERIFY(std::string(error.what()).find("40") != std::string::npos);
    }
}

void TestForward::lossSkipsNegativeTargets() {
    const auto model = Model::open(modelDirectory("opt"));
    const HiddenStates hidden = run(*model, TokenWindows{{1, 2, 3}, 3}, {});
    JobContext job;
    const std::vector<TokenId> targets = {2, -1, 5};
    const auto losses = negativeLogLikelihood(*model, hidden.values, targets, {}, job);
    QVERIFY(losses[0] > 0.0);
    QCOMPARE(losses[1], 0.0);
    QVERIFY(losses[2] > 0.0);
}

void TestForward::forwardBlockStopsWhenAsked() {
    const auto model = Model::open(modelDirectory("opt"));
    HiddenStates hidden = embed(*model, TokenWindows{std::vector<TokenId>(8, 1), 2});
    std::stop_source stop;
    ForwardOptions options;
    options.chunk_tokens = 2;
    int reports = 0;
    JobContext job(stop.get_token(), [&](const Progress& now) {
        QCOMPARE(now.total, std::int64_t{8});
        if (++reports == 2) stop.request_stop();
    });
    QVERIFY_EXCEPTION_THROWN(forwardBlock(*model, loadBlock(*model, 0), 0, hidden, options, {}, job), Cancelled);
    QCOMPARE(reports, 2);
}

QTEST_APPLESS_MAIN(TestForward)
#include "tst_forward.moc"
