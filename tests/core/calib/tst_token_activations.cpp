#include <QTest>
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "core/calib/observe_windows.h"
#include "core/calib/token_activations.h"
#include "core/error.h"
#include "core/io/json_file.h"
#include "tests/support/places.h"

using namespace salient;
namespace fs = std::filesystem;

namespace {

fs::path demo() { return salient::test::resourceFolder() / "demo"; }
fs::path small(const char* name) { return salient::test::testDataFolder() / "models" / name; }

/// Ids that do not repeat from window to window.
TokenWindows variedWindows(Index n_windows, Index seq_len) {
    TokenWindows windows;
    windows.seq_len = seq_len;
    for (Index i = 0; i < n_windows * seq_len; ++i) windows.ids.push_back(static_cast<TokenId>((i * 40503 + 17) % 65537 % 64));
    return windows;
}

Calibration calibrated(const std::shared_ptr<const Model>& model, Samples samples) {
    CalibrationOptions options;
    options.gather_hessians = false;
    JobContext job;
    return calibrate(model, std::move(samples), options, job);
}

Calibration calibrated(const std::shared_ptr<const Model>& model, TokenWindows windows) {
    Samples samples;
    samples.spec.seq_len = windows.seq_len;
    samples.windows = std::move(windows);
    return calibrated(model, std::move(samples));
}

/// The inputs of one group over all windows, from a pass over the whole model: rows, and the batch position of each.
struct Whole {
    Matrix x;
    std::vector<Index> tokens;
};

Whole whole(const Calibration& calibration, int block, int group) {
    const Model& model = *calibration.model;
    HiddenStates hidden = embed(model, calibration.samples.windows);
    Whole result;
    JobContext job;
    const InputObserver observer = [&](const InputObservation& seen) {
        if (seen.block != block || seen.group != group) return;
        result.x = seen.x;
        for (Index row = 0; row < seen.x.rows(); ++row) result.tokens.push_back(seen.tokenOf(row));
    };
    for (int now = 0; now <= block; ++now) forwardBlock(model, loadBlock(model, now), now, hidden, {}, observer, job);
    return result;
}

bool areNear(const Matrix& a, const Matrix& b) {
    if (a.rows() != b.rows() || a.cols() != b.cols()) return false;
    return (a.cast<double>() - b.cast<double>()).norm() <= 64 * std::numeric_limits<float>::epsilon() * b.cast<double>().norm();
}

}  // namespace

class TestTokenActivations : public QObject {
    Q_OBJECT

private slots:
    void aWindowsValuesAreThoseOfAPassOverAll_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"opt", "llama-linear", "gpt_neox", "phi"}) QTest::newRow(name) << QString(name);
    }

    void aWindowsValuesAreThoseOfAPassOverAll() {
        QFETCH(QString, name);
        const auto model = Model::open(small(name.toLatin1().constData()));
        const Calibration calibration = calibrated(model, variedWindows(5, 12));
        for (int group = 0; group < static_cast<int>(model->groups.size()); ++group) {
            const Whole all = whole(calibration, 1, group);
            for (const Index window : {Index{0}, Index{3}}) {
                JobContext job;
                const TokenActivations found = tokenActivations(calibration, 1, group, window, job);
                QCOMPARE(found.window, window);
                QVERIFY(areNear(found.values, all.x.middleRows(window * 12, 12)));
                for (Index row = 0; row < 12; ++row) {
                    QCOMPARE(found.positions[static_cast<std::size_t>(row)], row);
                    QCOMPARE(found.tokens[static_cast<std::size_t>(row)],
                             calibration.samples.windows.ids[static_cast<std::size_t>(window * 12 + row)]);
                }
            }
        }
    }

    void anExpertShowsTheTokensThatItWasSent() {
        const auto model = Model::open(small("qwen2_moe"));
        const Calibration calibration = calibrated(model, variedWindows(6, 24));
        const int first_group = groupPlaces(model->config).expert_inputs;
        int n_partial = 0;
        for (int group = first_group; group < first_group + static_cast<int>(model->config.experts.count); ++group) {
            const Whole all = whole(calibration, 0, group);
            JobContext job;
            const TokenActivations found = tokenActivations(calibration, 0, group, 2, job);
            std::vector<Index> positions;
            std::vector<Index> rows;
            for (std::size_t i = 0; i < all.tokens.size(); ++i) {
                if (all.tokens[i] / 24 != 2) continue;
                positions.push_back(all.tokens[i] % 24);
                rows.push_back(static_cast<Index>(i));
            }
            QVERIFY(found.positions == positions);
            if (!rows.empty()) QVERIFY(areNear(found.values, all.x.middleRows(rows.front(), static_cast<Index>(rows.size()))));
            n_partial += !rows.empty() && rows.size() < 24 ? 1 : 0;
            const std::vector<TokenPeak> peaks = largestTokens(calibration, 0, group, 3, 1000, job);
            QCOMPARE(peaks.size(), all.tokens.size());  // no more than there are
        }
        QVERIFY(n_partial > 0);
    }

    void theLargestTokensAreThoseOfASortedList() {
        const auto model = Model::open(small("llama-llama3"));
        const Calibration calibration = calibrated(model, variedWindows(7, 16));
        for (const Index channel : {Index{0}, Index{5}}) {
            const Whole all = whole(calibration, 1, 2);
            std::vector<double> magnitudes;
            for (Index row = 0; row < all.x.rows(); ++row) magnitudes.push_back(std::abs(static_cast<double>(all.x(row, channel))));
            std::sort(magnitudes.begin(), magnitudes.end(), std::greater<>());
            JobContext job;
            const std::vector<TokenPeak> found = largestTokens(calibration, 1, 2, channel, 10, job);
            QCOMPARE(found.size(), std::size_t{10});
            for (std::size_t i = 0; i < found.size(); ++i) {
                const double here = static_cast<double>(all.x(found[i].window * 16 + found[i].position, channel));
                QVERIFY(std::abs(here - static_cast<double>(found[i].value)) <= 1e-5 * std::abs(here));
                QVERIFY(std::abs(std::abs(here) - magnitudes[i]) <= 1e-5 * magnitudes[i]);
            }
            const Index first = calibration.of(1, 2).channels.max_abs_token[static_cast<std::size_t>(channel)];
            QCOMPARE(found.front().window * 16 + found.front().position, first);
        }
    }

    void theDemosLargestIsTheReferences() {
        const auto model = Model::open(demo() / "model");
        SampleSpec spec;
        spec.choice = SampleSpec::Choice::BosWindows;
        spec.n_samples = 20;
        spec.seq_len = 256;
        const Calibration calibration = calibrated(model, drawSamples(model->requireTokenizer(), readCorpus(demo() / "eval.txt"), spec));
        const Json reference = readJson(demo() / "reference.json")["channel_maxima"]["0.self_attn.q_proj"]["top8"];
        const LinearInfo& layer = model->linear("0.self_attn.q_proj");
        for (std::size_t i = 0; i < 2; ++i) {
            const Json& top = reference[i];
            JobContext job;
            const auto peaks = largestTokens(calibration, layer.block, layer.group, top["channel"].get<Index>(), 10, job);
            const double wanted = top["max_abs"].get<double>();
            QVERIFY(std::abs(std::abs(static_cast<double>(peaks.front().value)) - wanted) <= 1e-4 * wanted);
        }
    }

    void batchesChangeNothingAndProgressCountsThemAll() {
        const auto model = Model::open(small("qwen2"));
        const Calibration calibration = calibrated(model, variedWindows(5, 16));
        ObserveOptions one_by_one;
        one_by_one.batch_bytes = 1;
        for (const ObserveOptions& options : {ObserveOptions{}, one_by_one}) {
            std::vector<std::int64_t> done;
            JobContext job({}, [&](const Progress& now) {
                QCOMPARE(now.total, std::int64_t{3 * 16 * 2});
                done.push_back(now.done);
            });
            Matrix gathered = Matrix::Zero(80, model->groups[0].in_features);
            const InputObserver observer = [&](const InputObservation& seen) {
                if (seen.group == 0) gathered.middleRows(seen.first_token, seen.x.rows()) = seen.x;
            };
            observeWindows(calibration, 1, {1, 4}, observer, job, options);
            QVERIFY(std::is_sorted(done.begin(), done.end()));
            QCOMPARE(done.back(), std::int64_t{3 * 16 * 2});
            const Matrix wanted = whole(calibration, 1, 0).x;
            QVERIFY(areNear(gathered.middleRows(16, 48), wanted.middleRows(16, 48)));
            QVERIFY(gathered.topRows(16).isZero() && gathered.bottomRows(16).isZero());
        }
    }

    void cancelStopsAtACheckpoint() {
        const auto model = Model::open(small("qwen2"));
        const Calibration calibration = calibrated(model, variedWindows(4, 16));
        std::stop_source stop;
        int seen = 0;
        JobContext job(stop.get_token(), [&](const Progress&) {
            if (++seen == 3) stop.request_stop();
        });
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(largestTokens(calibration, 1, 0, 0, 10, job)), Cancelled);
        QCOMPARE(seen, 3);
    }

    void whatIsNotThereIsRefused() {
        const auto model = Model::open(small("qwen2"));
        const Calibration calibration = calibrated(model, variedWindows(4, 16));
        JobContext job;
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(tokenActivations(calibration, 0, 0, 4, job)), Error);
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(tokenActivations(calibration, 0, 0, -1, job)), Error);
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(tokenActivations(calibration, 2, 0, 0, job)), Error);
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(tokenActivations(calibration, 0, 99, 0, job)), Error);
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(tokenActivations(calibration, 0, -1, 0, job)), Error);
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(largestTokens(calibration, 0, 0, 1 << 20, 10, job)), Error);
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(largestTokens(calibration, 0, -1, 0, 10, job)), Error);
    }
};

QTEST_APPLESS_MAIN(TestTokenActivations)
#include "tst_token_activations.moc"
