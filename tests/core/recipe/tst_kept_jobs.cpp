#include <QTemporaryDir>
#include <QTest>
#include <fstream>
#include <stop_token>

#include "core/recipe/kept_blocks.h"
#include "core/recipe/kept_jobs.h"
#include "core/recipe/recipe.h"
#include "tests/core/exporter/sample_models.h"
#include "tests/core/recipe/require_equal.h"

using namespace salient;
using namespace salient::samples;

namespace {

namespace fs = std::filesystem;

constexpr int kBlocks = 3;

/// A small model of three blocks, its calibration, and a folder for kept blocks.
struct Bench {
    QTemporaryDir folder;
    std::shared_ptr<const Model> model;
    Calibration calibration;
    JobContext job;

    explicit Bench(const std::string& family = "llama") {
        Json config = familyConfig(family);
        config["num_hidden_layers"] = kBlocks;
        writeModel(pathOf(folder, "model"), family, DType::F16, config);
        model = Model::open(pathOf(folder, "model"));
        calibration = calibrateRandomly(model);
    }

    [[nodiscard]] fs::path kept() const { return pathOf(folder, "unfinished"); }

    [[nodiscard]] MethodSpec method(const QString& name) const {
        MethodSpec base;
        base.grid.group_size = 32;
        base.grid.is_symmetric = false;
        MethodSpec spec = methodFromName(name.section(QLatin1Char(' '), 0, 0).toStdString(), base);
        if (name.endsWith(QLatin1String("fed by what is rounded"))) spec.feed = MethodSpec::Feed::Quantized;
        if (name.endsWith(QLatin1String("true-sequential"))) spec.true_sequential = true;
        return spec;
    }

    KeptQuantization quantize(const MethodSpec& spec) { return quantizeKept(calibration, spec, Compute::Float32, "mine", kept(), job); }

    /// Stops at the first checkpoint after `n_blocks` were kept, and says whether it got there.
    template <typename Work>
    bool stopAfter(int n_blocks, const Work& work) {
        std::stop_source stop;
        JobContext stopped(stop.get_token(), [&](const Progress&) {
            const std::optional<KeptSummary> found = findKept(kept());
            if (found && found->n_blocks_done >= n_blocks) stop.request_stop();
        });
        try {
            work(stopped);
        } catch (const Cancelled&) {
            return true;
        }
        return false;
    }
};

void damage(const fs::path& file) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(-3, std::ios::end);
    stream.write("\xff\xff\xff", 3);
}

}  // namespace

class TestKeptJobs : public QObject {
    Q_OBJECT

private slots:
    void aQuantizationGoesOnWithTheSameBits_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("n_done");
        for (const char* name : {"rtn", "gptq", "awq", "smoothquant+gptq", "w8a8", "gptq fed by what is rounded",
                                 "awq+gptq fed by what is rounded", "gptq true-sequential"}) {
            for (int done = 1; done < kBlocks; ++done) QTest::addRow("%s after %d", name, done) << name << done;
        }
        QTest::newRow("awq+gptq of a mixture of experts") << "awq+gptq of experts" << 2;
    }
    void aQuantizationGoesOnWithTheSameBits() {
        QFETCH(QString, name);
        QFETCH(int, n_done);
        Bench bench(name.endsWith(QLatin1String("of experts")) ? "mixtral" : "llama");
        const MethodSpec spec = bench.method(name);
        QTemporaryDir other;
        const KeptQuantization straight = quantizeKept(bench.calibration, spec, Compute::Float32, "mine", pathOf(other, "kept"), bench.job);
        QCOMPARE(straight.n_blocks_resumed, 0);
        QVERIFY2(straight.failure.empty(), straight.failure.c_str());
        if (!needsOwnWalk(spec)) requireEqual(straight.model, quantizeModel(bench.calibration, spec, bench.job), false);

        QVERIFY(bench.stopAfter(n_done, [&](JobContext& job) {
            static_cast<void>(quantizeKept(bench.calibration, spec, Compute::Float32, "mine", bench.kept(), job));
        }));
        const std::optional<KeptSummary> found = findKept(bench.kept());
        QVERIFY(found.has_value());
        QCOMPARE(found->title, std::string("mine"));
        QCOMPARE(found->n_blocks_done, n_done);
        QVERIFY(!found->isComplete());
        const KeptQuantization resumed = bench.quantize(spec);
        QCOMPARE(resumed.n_blocks_resumed, n_done);
        QVERIFY(resumed.failure.empty());
        requireEqual(resumed.model, straight.model, false);
        QVERIFY(findKept(bench.kept())->isComplete());

        // Whole and not yet saved by anyone: nothing is made again.
        const KeptQuantization again = bench.quantize(spec);
        QCOMPARE(again.n_blocks_resumed, kBlocks);
        requireEqual(again.model, resumed.model, true);
    }

    void aCalibrationGoesOnWithTheSameBits_data() {
        QTest::addColumn<int>("n_done");
        QTest::addColumn<QString>("family");
        for (const char* family : {"llama", "mixtral"}) {
            for (int done = 1; done <= kBlocks; ++done) QTest::addRow("%s after %d", family, done) << done << family;
        }
    }
    void aCalibrationGoesOnWithTheSameBits() {
        QFETCH(int, n_done);
        QFETCH(QString, family);
        Bench bench(family.toStdString());
        const auto calibrate = [&](JobContext& job) {
            return calibrateKept(bench.model, bench.calibration.samples, {}, "text", bench.kept(), std::int64_t{1} << 30, job);
        };
        const bool was_stopped = bench.stopAfter(n_done, [&](JobContext& job) { static_cast<void>(calibrate(job)); });
        QCOMPARE(was_stopped, n_done < kBlocks);
        const KeptCalibration resumed = calibrate(bench.job);
        QCOMPARE(resumed.n_blocks_resumed, n_done);
        requireEqual(resumed.calibration, bench.calibration);
    }

    void hessiansBeyondTheBudgetAreMadeAgain() {
        Bench bench;
        const auto calibrate = [&] {
            return calibrateKept(bench.model, bench.calibration.samples, {}, "text", bench.kept(), 150'000, bench.job).calibration;
        };
        static_cast<void>(calibrate());
        const Calibration resumed = calibrate();
        QVERIFY(resumed.inputs.front().hessian.size() > 0);
        QVERIFY(resumed.inputs.back().hessian.size() == 0);
        const MethodSpec spec = bench.method(QStringLiteral("gptq"));
        requireEqual(quantizeModel(resumed, spec, bench.job), quantizeModel(bench.calibration, spec, bench.job), false);
    }

    void anotherJobBeginsAnew() {
        Bench bench;
        static_cast<void>(bench.quantize(bench.method(QStringLiteral("rtn"))));
        MethodSpec other = bench.method(QStringLiteral("rtn"));
        other.grid.bits = 3;
        const KeptQuantization made = bench.quantize(other);
        QCOMPARE(made.n_blocks_resumed, 0);
        QCOMPARE(made.model.blocks.front().linears.front().tensor.spec.bits, 3);
        QVERIFY(findKept(bench.kept())->isComplete());
    }

    void aDamagedBlockIsMadeAgainAndSaidSo() {
        Bench bench;
        const MethodSpec spec = bench.method(QStringLiteral("gptq"));
        const KeptQuantization straight = bench.quantize(spec);
        damage(bench.kept() / "block-1.safetensors");
        const KeptQuantization resumed = bench.quantize(spec);
        QCOMPARE(resumed.n_blocks_resumed, 1);
        QVERIFY2(QString::fromStdString(resumed.failure).contains(QLatin1String("block-1.safetensors")), resumed.failure.c_str());
        requireEqual(resumed.model, straight.model, false);
        QVERIFY(findKept(bench.kept())->isComplete());
    }

    void whatEndsAJobThatReadsItsBlocksTakesNoneAway() {
        Bench bench;
        const MethodSpec spec = bench.method(QStringLiteral("rtn"));
        static_cast<void>(bench.quantize(spec));
        int n_checkpoints = 0;
        JobContext counting({}, [&](const Progress&) { ++n_checkpoints; });
        static_cast<void>(quantizeKept(bench.calibration, spec, Compute::Float32, "mine", bench.kept(), counting));
        QVERIFY(n_checkpoints >= kBlocks);
        for (int at = 0; at < n_checkpoints; ++at) {
            int seen = 0;
            JobContext held({}, [&](const Progress&) {
                if (seen++ == at) throw Error(ErrorCode::OutOfMemory, "max-memory: injected");
            });
            QVERIFY_EXCEPTION_THROWN(static_cast<void>(quantizeKept(bench.calibration, spec, Compute::Float32, "mine", bench.kept(), held)),
                                     Error);
            QCOMPARE(findKept(bench.kept())->n_blocks_done, kBlocks);
        }
    }

    void severalMethodsGoOnFromTheFirstBlockThatOneOfThemDoesNotHave() {
        Bench bench;
        const auto folderOf = [&](const char* name) { return pathOf(bench.folder, name); };
        const std::vector<KeptMethod> methods = {{bench.method(QStringLiteral("rtn")), "a", folderOf("a")},
                                                 {bench.method(QStringLiteral("gptq")), "b", folderOf("b")},
                                                 {bench.method(QStringLiteral("awq")), "c", folderOf("c")}};
        const auto quantize = [&] { return quantizeAllKept(bench.calibration, methods, bench.job); };
        const std::vector<KeptQuantization> whole = quantize();
        // One is all there, one has two blocks, one none.
        fs::remove(folderOf("b") / "block-2.safetensors");
        removeKept(folderOf("c"));
        const std::vector<KeptQuantization> resumed = quantize();
        QCOMPARE(resumed.size(), methods.size());
        const std::vector<int> expected = {kBlocks, kBlocks - 1, 0};
        for (std::size_t m = 0; m < methods.size(); ++m) {
            QCOMPARE(resumed[m].n_blocks_resumed, expected[m]);
            QVERIFY2(resumed[m].failure.empty(), resumed[m].failure.c_str());
            requireEqual(resumed[m].model, whole[m].model, false);
            requireEqual(resumed[m].model, quantizeModel(bench.calibration, methods[m].method, bench.job), false);
            QVERIFY(findKept(methods[m].folder)->isComplete());
        }
    }

    void samplesWithoutStatisticsAreWalkedByTheMethodItself() {
        Bench bench;
        const MethodSpec spec = bench.method(QStringLiteral("awq+gptq"));
        const QuantizedModel expected = quantizeModel(bench.model, bench.calibration.samples, spec, {}, bench.job);
        bench.calibration.inputs.clear();
        QVERIFY(bench.stopAfter(2, [&](JobContext& job) {
            static_cast<void>(quantizeKept(bench.calibration, spec, Compute::Float32, "mine", bench.kept(), job));
        }));
        const KeptQuantization resumed = bench.quantize(spec);
        QCOMPARE(resumed.n_blocks_resumed, 2);
        requireEqual(resumed.model, expected, false);
    }

    void whereNothingCanBeKeptTheJobIsDoneAllTheSame() {
        Bench bench;
        std::ofstream(bench.kept()) << "a file where the folder should be";
        const KeptQuantization made = bench.quantize(bench.method(QStringLiteral("rtn")));
        QCOMPARE(made.model.blocks.size(), std::size_t{kBlocks});
        QVERIFY(QString::fromStdString(made.failure).contains(QLatin1String("unfinished")));
        QVERIFY(!findKept(bench.kept()));
    }

    void whatIsNotOursStays() {
        Bench bench;
        static_cast<void>(bench.quantize(bench.method(QStringLiteral("rtn"))));
        std::ofstream(bench.kept() / "notes.txt") << "mine";
        removeKept(bench.kept());
        QVERIFY(!findKept(bench.kept()));
        QCOMPARE(std::distance(fs::directory_iterator(bench.kept()), fs::directory_iterator()), std::ptrdiff_t{1});
        fs::remove(bench.kept() / "notes.txt");
        removeKept(bench.kept());
        QVERIFY(!fs::exists(bench.kept()));
    }

    void aRecordThatCannotBeReadIsNoJob() {
        Bench bench;
        static_cast<void>(bench.quantize(bench.method(QStringLiteral("rtn"))));
        std::ofstream(bench.kept() / "job.json") << R"({"title": 5, "n_blocks": 1000000000})";
        QVERIFY(!findKept(bench.kept()));
        QCOMPARE(bench.quantize(bench.method(QStringLiteral("rtn"))).n_blocks_resumed, 0);
    }
};

QTEST_APPLESS_MAIN(TestKeptJobs)
#include "tst_kept_jobs.moc"
