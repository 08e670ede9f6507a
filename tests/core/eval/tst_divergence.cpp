#include <QTest>
#include <cmath>
#include <limits>

#include "core/calib/samples.h"
#include "core/error.h"
#include "core/eval/divergence.h"
#include "core/kernels/parallel.h"
#include "tests/support/places.h"

using namespace salient;

namespace {

constexpr double kTolerance = 1e-6;  // relative; the sums are double, the logits float

std::filesystem::path demo() { return salient::test::resourceFolder() / "demo"; }

PerplexitySpec fewWindows() {
    PerplexitySpec spec;
    spec.seq_len = 64;
    spec.n_windows = 5;
    return spec;
}

/// log softmax of one row, in double precision.
std::vector<double> logSoftmax(const Matrix& logits, Index row) {
    std::vector<double> values;
    for (Index c = 0; c < logits.cols(); ++c) values.push_back(static_cast<double>(logits(row, c)));
    const double highest = *std::ranges::max_element(values);
    double sum = 0.0;
    for (const double value : values) sum += std::exp(value - highest);
    for (double& value : values) value -= highest + std::log(sum);
    return values;
}

struct Expected {
    double mean_kl = 0.0;
    double max_kl = 0.0;
    double same_top = 0.0;
    double mean_nll = 0.0;
};

/// The definition, on all logits at once.
Expected byDefinition(const Model& model, const Matrix& original, const Matrix& other, const std::vector<TokenId>& targets) {
    const Matrix a = logits(model, original, {});
    const Matrix b = logits(model, other, {});
    Expected result;
    int n = 0;
    for (Index row = 0; row < a.rows(); ++row) {
        const TokenId target = targets[static_cast<std::size_t>(row)];
        if (target < 0) continue;
        const std::vector<double> p = logSoftmax(a, row);
        const std::vector<double> q = logSoftmax(b, row);
        double kl = 0.0;
        for (std::size_t i = 0; i < p.size(); ++i) kl += std::exp(p[i]) * (p[i] - q[i]);
        result.mean_kl += kl;
        result.max_kl = std::max(result.max_kl, kl);
        result.same_top += std::ranges::max_element(p) - p.begin() == std::ranges::max_element(q) - q.begin() ? 1.0 : 0.0;
        result.mean_nll -= q[static_cast<std::size_t>(target)];
        ++n;
    }
    result.mean_kl /= n;
    result.same_top /= n;
    result.mean_nll /= n;
    return result;
}

bool isNear(double found, double expected, double tolerance = kTolerance) {
    return std::abs(found - expected) <= tolerance * std::max(std::abs(expected), 1e-3);
}

Matrix finalStates(const Model& model, const BlockLoader& blocks, const TokenWindows& windows) {
    HiddenStates hidden = embed(model, windows);
    JobContext job;
    for (int block = 0; block < model.config.n_blocks; ++block) forwardBlock(model, blocks(block), block, hidden, {}, {}, job);
    return hidden.values;
}

}  // namespace

class TestDivergence : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        model_ = Model::open(demo() / "model");
        JobContext job;
        reference_ = evaluationReference(model_, readCorpus(demo() / "eval.txt"), fewWindows(), {}, job);
        SampleSpec spec;
        spec.n_samples = 8;
        spec.seq_len = 64;
        samples_ = drawSamples(*model_->tokenizer, readCorpus(demo() / "calib.txt"), spec);
    }

    void theReferenceIsPerplexityOfTheOriginal() {
        JobContext job;
        const PerplexityResult alone = perplexity(*model_, originalBlocks(model_), readCorpus(demo() / "eval.txt"), fewWindows(), {}, job);
        QCOMPARE(reference_.perplexity.mean_nll, alone.mean_nll);
        QVERIFY(!alone.divergence.has_value());
    }

    void theOriginalDoesNotDivergeFromItself() {
        JobContext job;
        const PerplexityResult same = evaluateAgainst(reference_, *model_, originalBlocks(model_), {}, job);
        QCOMPARE(same.divergence->mean_kl, 0.0);
        QCOMPARE(same.divergence->max_kl, 0.0);
        QCOMPARE(same.divergence->same_top, 1.0);
        QVERIFY(isNear(same.mean_nll, reference_.perplexity.mean_nll));
    }

    void agreesWithTheDefinition_data() {
        QTest::addColumn<QString>("method");
        QTest::addColumn<int>("bits");
        QTest::newRow("strong") << "rtn" << 2;
        QTest::newRow("usual") << "awq" << 4;
        QTest::newRow("faint") << "rtn" << 8;
        QTest::newRow("int8") << "smoothquant" << 8;
    }
    void agreesWithTheDefinition() {
        QFETCH(QString, method);
        QFETCH(int, bits);
        const auto quantized = quantizedBy(method, bits);
        JobContext job;
        const PerplexityResult found = evaluateAgainst(reference_, *model_, quantizedBlocks(quantized), {.chunk_tokens = 128}, job);
        const Expected expected = byDefinition(
            *model_, reference_.hidden, finalStates(*model_, quantizedBlocks(quantized), reference_.text.windows), reference_.text.targets);
        // A mean over a few hundred predictions of differences of float32 logits.
        QVERIFY2(std::abs(found.divergence->mean_kl - expected.mean_kl) < 1e-6 + 1e-5 * expected.mean_kl,
                 qPrintable(QString("%1, expected %2").arg(found.divergence->mean_kl).arg(expected.mean_kl)));
        QVERIFY(isNear(found.divergence->max_kl, expected.max_kl, 1e-3));
        QVERIFY(std::abs(found.divergence->same_top - expected.same_top) < 2.0 / static_cast<double>(found.n_tokens));
        QVERIFY(isNear(found.mean_nll, expected.mean_nll));
        QVERIFY(found.divergence->median_kl <= found.divergence->p99_kl && found.divergence->p99_kl <= found.divergence->max_kl);
        QCOMPARE(found.divergence->n_tokens, Index{5 * 63});
    }

    void sensitivityIsThatOfOneLayerAlone_data() {
        QTest::addColumn<QString>("method");
        QTest::newRow("rtn") << "rtn";
        QTest::newRow("awq") << "awq";
        QTest::newRow("smoothquant") << "smoothquant";
    }
    void sensitivityIsThatOfOneLayerAlone() {
        QFETCH(QString, method);
        const auto quantized = quantizedBy(method, 3);
        std::vector<LayerSensitivity> found;
        std::vector<std::int64_t> progress;
        JobContext job({}, [&](const Progress& now) {
            if (now.stage == "sensitivity") progress.push_back(now.done);
        });
        layerSensitivity(
            *quantized, reference_, {}, [&](LayerSensitivity layer) { found.push_back(std::move(layer)); }, job);
        QCOMPARE(found.size(), model_->linears.size());
        QVERIFY(std::ranges::is_sorted(progress) && progress.back() == static_cast<std::int64_t>(model_->linears.size()));
        for (std::size_t i = 0; i < found.size(); i += 5) {
            const LinearInfo& info = model_->linear(found[i].layer);
            const QuantizedBlock& block = quantized->blocks.at(static_cast<std::size_t>(info.block));
            const auto linear = std::ranges::find(block.linears, info.name, &QuantizedLinear::name);
            if (linear->activations != ActivationScale::None) continue;  // below
            // In the original's own units, without any folding.
            const BlockLoader one = [&](int b) {
                BlockWeights weights = loadBlock(*model_, b);
                if (b == info.block) weights.linears.at(info.role).weight = linear->effectiveWeight();
                return weights;
            };
            const Expected expected =
                byDefinition(*model_, reference_.hidden, finalStates(*model_, one, reference_.text.windows), reference_.text.targets);
            QVERIFY2(std::abs(found[i].mean_kl - expected.mean_kl) < 1e-6 + 1e-4 * expected.mean_kl, found[i].layer.c_str());
            QVERIFY(std::abs(found[i].added_nll - (expected.mean_nll - reference_.perplexity.mean_nll)) < 1e-5);
        }
        // Every layer does something, and int8 inputs count: a layer's weights alone would do less.
        for (const LayerSensitivity& layer : found) QVERIFY2(layer.mean_kl > 0.0, layer.layer.c_str());
    }

    void aFoldedLayerWithInt8InputsComputesWhatItsGroupWould() {
        const auto quantized = quantizedBy("smoothquant", 8);
        const QuantizedLinear& linear = quantized->blocks.front().linears.front();
        QVERIFY(!linear.channel_scale.empty());
        const BlockWeights weights = overlayLayer(loadBlock(*model_, 0), *model_, linear);
        const LinearInfo& info = model_->linear(linear.name);
        QVERIFY(weights.linears.at(info.role).int8.has_value());
        // The other members of the group and the norm are folded: in full precision nothing changed.
        const BlockWeights folded = foldScales(loadBlock(*model_, 0), *model_, {{info.group, linear.channel_scale}});
        QCOMPARE(weights.attention_norm.gain, folded.attention_norm.gain);
        QVERIFY(weights.linears.at(Role::Key).weight == folded.linears.at(Role::Key).weight);
    }

    void sameBitsForAnyThreads() {
        const auto quantized = quantizedBy("rtn", 3);
        std::vector<double> found;
        for (const int threads : {1, 2, 5}) {
            setThreadCount(threads);
            JobContext job;
            found.push_back(evaluateAgainst(reference_, *model_, quantizedBlocks(quantized), {}, job).divergence->mean_kl);
        }
        setThreadCount(0);
        QVERIFY(found[0] == found[1] && found[1] == found[2]);
    }

    void anotherVocabularyIsRefused() {
        const auto other = Model::open(salient::test::testDataFolder() / "models" / "mistral");
        JobContext job;
        try {
            static_cast<void>(evaluateAgainst(reference_, *other, originalBlocks(other), {}, job));
            QFAIL("expected a refusal");
        } catch (const Error& error) {
            QVERIFY(error.code() == ErrorCode::ShapeMismatch && QString(error.what()).contains("vocabulary"));
        }
    }

    void aNumberThatIsNoneIsNamedWithTheLayerThatMakesIt() {
        const std::string damaged = "model.layers.1.mlp.down_proj";
        QuantizedModel quantized = *quantizedBy("rtn", 4);
        const auto linear = std::ranges::find(quantized.blocks.at(1).linears, damaged, &QuantizedLinear::name);
        QVERIFY(linear != quantized.blocks.at(1).linears.end());
        linear->tensor.scale(4, 0) = std::numeric_limits<float>::quiet_NaN();  // of the row that writes channel 4
        const auto refusal = [](const auto& work) {
            try {
                work();
            } catch (const Error& error) {
                if (error.code() == ErrorCode::NonFinite) return QString::fromUtf8(error.what());
            }
            return QString();
        };
        JobContext job;
        std::size_t n_found = 0;
        const QString alone = refusal([&] {
            layerSensitivity(
                quantized, reference_, {}, [&](const LayerSensitivity&) { ++n_found; }, job);
        });
        QVERIFY2(alone.startsWith(QString("sensitivity: with '%1' quantized: block 1: expected finite hidden states, found ")
                                      .arg(QString::fromStdString(damaged))) &&
                     alone.contains("nan in channel 4, sample 0, token 0"),
                 qPrintable(alone));
        QCOMPARE(n_found, quantized.blocks.front().linears.size());
        const BlockLoader blocks = quantizedBlocks(std::make_shared<const QuantizedModel>(quantized));
        const QString whole = refusal([&] { static_cast<void>(evaluateAgainst(reference_, *model_, blocks, {}, job)); });
        QVERIFY2(whole.startsWith("perplexity: block 1: ") && whole.contains("nan in channel 4, sample 0, token 0"), qPrintable(whole));
    }

    void sensitivityStopsWhenAsked() {
        const auto quantized = quantizedBy("rtn", 3);
        std::stop_source stop;
        std::size_t n_found = 0;
        JobContext job(stop.get_token());
        QVERIFY_EXCEPTION_THROWN(layerSensitivity(
                                     *quantized, reference_, {},
                                     [&](const LayerSensitivity&) {
                                         if (++n_found == 3) stop.request_stop();
                                     },
                                     job),
                                 Cancelled);
        QCOMPARE(n_found, std::size_t{3});
    }

private:
    [[nodiscard]] std::shared_ptr<const QuantizedModel> quantizedBy(const QString& name, int bits) const {
        MethodSpec base;
        base.grid.bits = bits;
        base.grid.group_size = 64;
        JobContext job;
        return std::make_shared<const QuantizedModel>(quantizeModel(model_, samples_, methodFromName(name.toStdString(), base), {}, job));
    }

    std::shared_ptr<const Model> model_;
    EvaluationReference reference_;
    Samples samples_;
};

QTEST_APPLESS_MAIN(TestDivergence)
#include "tst_divergence.moc"
