#include <QTest>
#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/eval/hessian_convergence.h"
#include "tests/support/places.h"

using namespace salient;

namespace {

std::filesystem::path small(const char* name) { return salient::test::testDataFolder() / "models" / name; }

/// On ids that do not repeat from window to window.
Calibration calibrated(const char* name, Index n_windows, Index seq_len) {
    Samples samples;
    samples.spec.seq_len = samples.windows.seq_len = seq_len;
    for (Index i = 0; i < n_windows * seq_len; ++i) samples.windows.ids.push_back(static_cast<TokenId>((i * 40503 + 17) % 65537 % 64));
    JobContext job;
    return calibrate(Model::open(small(name)), std::move(samples), {}, job);
}

/// The inputs of one group of one block over all windows.
Eigen::MatrixXd inputOf(const Calibration& calibration, int block, int group) {
    const Model& model = *calibration.model;
    HiddenStates hidden = embed(model, calibration.samples.windows);
    Eigen::MatrixXd x;
    JobContext job;
    for (int now = 0; now <= block; ++now) {
        forwardBlock(
            model, loadBlock(model, now), now, hidden, {},
            [&](const InputObservation& seen) {
                if (seen.block == block && seen.group == group) x = seen.x.cast<double>();
            },
            job);
    }
    return x;
}

Eigen::MatrixXd hessianOf(const Eigen::MatrixXd& x) { return x.transpose() * x * (2.0 / static_cast<double>(x.rows())); }

GridSpec threeBits() {
    GridSpec grid;
    grid.bits = 3;
    grid.group_size = -1;
    grid.is_symmetric = false;
    return grid;
}

}  // namespace

class TestHessianConvergence : public QObject {
    Q_OBJECT

private slots:
    void changesAndErrorsAreThoseOfPlainSums_data() {
        QTest::addColumn<QString>("layer");
        for (const char* layer : {"1.self_attn.q_proj", "1.mlp.down_proj", "0.self_attn.o_proj"}) QTest::newRow(layer) << QString(layer);
    }

    void changesAndErrorsAreThoseOfPlainSums() {
        QFETCH(QString, layer);
        const Calibration calibration = calibrated("llama-linear", 8, 16);
        const Model& model = *calibration.model;
        const LinearInfo& info = model.linear(layer.toStdString());
        JobContext job;
        const HessianConvergence found = hessianConvergence(calibration, info, threeBits(), {}, job);
        QCOMPARE(found.layer, info.name);
        QCOMPARE(found.readers.size(), model.groups.size());
        QCOMPARE(found.parts.size(), std::size_t{3});
        const Eigen::MatrixXd weight = loadLinear(model, info).cast<double>();
        const Index windows[] = {2, 4, 8};
        for (std::size_t i = 0; i < 3; ++i) {
            const ConvergencePart& part = found.parts[i];
            QCOMPARE(part.n_windows, windows[i]);
            QCOMPARE(part.n_tokens, windows[i] * 16);
            for (std::size_t g = 0; g < found.readers.size(); ++g) {
                const LinearInfo& reader = model.linear(found.readers[g]);
                QCOMPARE(reader.group, static_cast<int>(g));
                const Eigen::MatrixXd x = inputOf(calibration, info.block, reader.group);
                const Eigen::MatrixXd whole = hessianOf(x);
                const double wanted = (hessianOf(x.topRows(part.n_tokens)) - whole).norm() / whole.norm();
                QVERIFY2(std::abs(part.hessian_change[g] - wanted) <= 1e-5, qPrintable(QString::number(wanted)));
                if (i < 2) QVERIFY(part.hessian_change[g] > 0.0);
                if (reader.group != info.group) continue;
                const Matrix solved_with = hessianOf(x.topRows(part.n_tokens)).cast<float>();
                const Eigen::MatrixXd difference =
                    weight - quantizeGptqPlain(loadLinear(model, info), solved_with, threeBits(), {}).effectiveWeight().cast<double>();
                const double error = (difference * whole * difference.transpose()).trace() / (weight * whole * weight.transpose()).trace();
                // A code at a tie may fall otherwise in float32.
                QVERIFY2(std::abs(part.relative_output_error - error) <= 0.02 * error, qPrintable(QString::number(error)));
            }
        }
    }

    void fewerThanFourWindowsGiveFewerParts() {
        const Index windows[][3] = {{1, 0, 0}, {1, 2, 0}, {1, 2, 3}};
        for (Index n = 1; n <= 3; ++n) {
            const Calibration calibration = calibrated("qwen2", n, 48);
            JobContext job;
            const auto found = hessianConvergence(calibration, calibration.model->linears.front(), threeBits(), {}, job);
            QCOMPARE(static_cast<Index>(found.parts.size()), n);
            for (std::size_t i = 0; i < found.parts.size(); ++i) QCOMPARE(found.parts[i].n_windows, windows[n - 1][i]);
            for (const double change : found.parts.back().hessian_change) QCOMPARE(change, 0.0);
        }
    }

    void ofAMixtureTheOwnExpertAloneIsMeasured() {
        const Calibration calibration = calibrated("qwen2_moe", 8, 24);
        const Model& model = *calibration.model;
        const GroupPlaces places = groupPlaces(model.config);
        const LinearInfo* of_expert = nullptr;
        for (const LinearInfo& info : model.linearsOf(0)) {
            if (info.group == places.expert_inputs + 2) of_expert = &info;
        }
        QVERIFY(of_expert != nullptr);
        JobContext job;
        const HessianConvergence found = hessianConvergence(calibration, *of_expert, threeBits(), {}, job);
        int n_experts = 0;
        for (const std::string& reader : found.readers) n_experts += model.linear(reader).expert >= 0 ? 1 : 0;
        QCOMPARE(n_experts, 1);
        for (const ConvergencePart& part : found.parts) QVERIFY(part.relative_output_error > 0.0);
    }

    void progressRunsOverAllWindowsAndCancelStops() {
        const Calibration calibration = calibrated("qwen2", 4, 16);
        std::vector<std::int64_t> done;
        std::stop_source stop;
        JobContext job(stop.get_token(), [&](const Progress& now) {
            QCOMPARE(now.stage, std::string_view("running the model"));
            QCOMPARE(now.total, std::int64_t{64 * 2});
            done.push_back(now.done);
            if (now.done == now.total) stop.request_stop();
        });
        const LinearInfo& layer = calibration.model->linearsOf(1).front();
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(hessianConvergence(calibration, layer, threeBits(), {}, job)), Cancelled);
        QVERIFY(std::is_sorted(done.begin(), done.end()));
        QCOMPARE(done.back(), std::int64_t{128});
    }
};

QTEST_APPLESS_MAIN(TestHessianConvergence)
#include "tst_hessian_convergence.moc"
