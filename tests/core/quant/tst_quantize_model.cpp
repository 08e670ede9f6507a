#include <malloc.h>

#include <QRegularExpression>
#include <QTest>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <map>
#include <random>

#include "core/kernels/parallel.h"
#include "core/quant/quantize_block.h"
#include "core/quant/quantize_model.h"
#include "core/tensor/float16.h"
#include "tests/core/model/small_models.h"
#include "tests/support/places.h"

using namespace salient;

namespace {

constexpr double kEpsilon = std::numeric_limits<float>::epsilon();
constexpr Index kGroup = 8;  // divides every width of the small models

std::filesystem::path modelDirectory(const QString& name) {
    if (name == "demo") return salient::test::resourceFolder() / "demo" / "model";
    return salient::test::testDataFolder() / "models" / name.toStdString();
}

/// Random tokens: no tokenizer needed.
Samples randomSamples(const Model& model, Index n_windows = 16, Index seq_len = 12) {
    std::mt19937 random(7);
    Samples samples;
    samples.spec.n_samples = static_cast<int>(n_windows);
    samples.spec.seq_len = seq_len;
    samples.windows.seq_len = seq_len;
    for (Index i = 0; i < n_windows * seq_len; ++i) {
        samples.windows.ids.push_back(static_cast<TokenId>(random() % static_cast<unsigned>(model.config.vocabulary_size)));
    }
    return samples;
}

MethodSpec methodOf(std::string_view name, int bits = 4) {
    MethodSpec base;
    base.grid.bits = bits;
    base.grid.group_size = kGroup;
    return methodFromName(name, base);
}

Matrix outputOf(const Model& model, const BlockLoader& blocks, const TokenWindows& windows) {
    HiddenStates hidden = embed(model, windows);
    JobContext job;
    for (int block = 0; block < model.config.n_blocks; ++block) forwardBlock(model, blocks(block), block, hidden, {}, {}, job);
    return hidden.values;
}

double relativeDifference(const Matrix& a, const Matrix& b) { return (a - b).cast<double>().norm() / b.cast<double>().norm(); }

bool same(const Matrix& a, const Matrix& b) {
    return a.rows() == b.rows() && a.cols() == b.cols() &&
           (a.size() == 0 || std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size()) * sizeof(float)) == 0);
}

bool same(const QuantizedBlock& a, const QuantizedBlock& b) {
    if (a.linears.size() != b.linears.size() || a.replaced != b.replaced || a.kept.size() != b.kept.size()) return false;
    for (const auto& [name, weight] : a.kept) {
        if (!b.kept.contains(name) || !same(weight, b.kept.at(name))) return false;
    }
    for (std::size_t i = 0; i < a.linears.size(); ++i) {
        const QuantizedLinear& left = a.linears[i];
        const QuantizedLinear& right = b.linears[i];
        if (left.name != right.name || left.tensor.codes != right.tensor.codes || !same(left.tensor.scale, right.tensor.scale) ||
            !same(left.tensor.zero, right.tensor.zero) || left.tensor.counts != right.tensor.counts ||
            left.channel_scale != right.channel_scale || left.row_scale != right.row_scale || left.bias != right.bias) {
            return false;
        }
    }
    return true;
}

bool same(const QuantizedModel& a, const QuantizedModel& b) {
    return std::equal(a.blocks.begin(), a.blocks.end(), b.blocks.begin(), b.blocks.end(),
                      [](const QuantizedBlock& x, const QuantizedBlock& y) { return same(x, y); });
}

QuantizedModel quantized(const std::shared_ptr<const Model>& model, const MethodSpec& method) {
    JobContext job;
    return quantizeModel(model, randomSamples(*model), method, {}, job);
}

/// The original block with each quantized layer's weight replaced by what it stands for in the original model's units.
BlockWeights withEffectiveWeights(const Model& model, const QuantizedBlock& block) {
    BlockWeights weights = loadBlock(model, block.block);
    for (const QuantizedLinear& linear : block.linears)
        weights.linears.at(model.linear(linear.name).key()).weight = linear.effectiveWeight();
    return weights;
}

/// Bytes that are handed out and not yet given back, whoever asked for them.
std::int64_t bytesInUse() {
    const struct mallinfo2 info = mallinfo2();
    return static_cast<std::int64_t>(info.uordblks) + static_cast<std::int64_t>(info.hblkhd);
}

/// A sanitizer's allocator does not count them.
bool bytesAreCounted() {
    const std::int64_t before = bytesInUse();
    const Matrix probe = Matrix::Ones(512, 512);
    return bytesInUse() - before >= probe.size() * static_cast<std::int64_t>(sizeof(float)) && probe.sum() > 0.0F;
}

}  // namespace

class TestQuantizeModel : public QObject {
    Q_OBJECT

private slots:
    void cleanup() { setThreadCount(0); }
    void foldingLeavesTheModelUnchanged_data() { families(); }
    void foldingLeavesTheModelUnchanged();
    void foldingRefusesAGroupThatNothingAbsorbs();
    void gainsStoredWithAnOffsetSurviveSixteenBits();
    void scalesThatAGainCannotTakeAreCounted();
    void overlayComputesWhatTheEffectiveWeightsCompute_data() { familiesAndMethods(); }
    void overlayComputesWhatTheEffectiveWeightsCompute();
    void keptLayersTakePartInFolds();
    void overriddenLayersAreThoseOfTheOtherMethod_data();
    void overriddenLayersAreThoseOfTheOtherMethod();
    void anOverrideFixesTheStrengthOfItsLayers();
    void anOverrideClipsItsLayersAlone();
    void overridesThatDoNotFitAreRefused();
    void realInt8EqualsItsFakeQuantizedDefinition();
    void reportsAreInTheOriginalUnits_data() { familiesAndMethods(); }
    void reportsAreInTheOriginalUnits();
    void streamedBlocksEqualThoseInMemory();
    void statisticsGatheredBeforeGiveTheSameModel();
    void hessiansThatWereNotKeptAreMadeAgain();
    void methodsTogetherEqualMethodsAlone();
    void sameBitsForAnyThreadCount();
    void trueSequentialChangesLaterGroupsOnly();
    void feedingQuantizedBlocksChangesLaterBlocksOnly();
    void oneBlockIsAliveAtATime_data();
    void oneBlockIsAliveAtATime();
    void cancelAtEveryCheckpointEndsTheJob();
    void gptqBeatsPlainRoundingOnTheDemo();
    void sizesCountCodesScalesAndTheRest();
    void aShorterLastGroupIsAGroup();
    void refusesWhatDoesNotFitTheModel();
    void routersAreNeverRounded();
    void expertsAreRoundedOnTheirOwnTokens();
    void anExpertWithoutTokensIsRoundedWeightByWeight();
    void trueSequentialObservesAllExpertsAtOnce();
    void theErrorOfAModelCountsExpertsByTheirTokens();
    void experts_data() { mixtures(); }
    void experts();
    void overridesThatSplitExpertsBehindOneNormAreRefused();

private:
    static void mixtures() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"mixtral", "qwen2_moe-some", "qwen3_moe"}) QTest::newRow(name) << QString(name);
    }
    static void families() {
        QTest::addColumn<QString>("name");
        for (const std::string& name : samples::smallModels()) QTest::newRow(name.c_str()) << QString::fromStdString(name);
        QTest::newRow("demo") << QString("demo");
    }
    static void familiesAndMethods() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("method");
        for (const std::string& name : samples::smallModels()) {
            for (const char* method : {"rtn", "awq", "smoothquant+gptq"}) {
                QTest::addRow("%s %s", name.c_str(), method) << QString::fromStdString(name) << QString(method);
            }
        }
    }
};

void TestQuantizeModel::foldingLeavesTheModelUnchanged() {
    QFETCH(QString, name);
    const auto model = Model::open(modelDirectory(name));
    std::mt19937 random(3);
    std::uniform_real_distribution<float> exponent(-2.0F, 2.0F);
    int n_folded = 0;
    const BlockLoader folded = [&](int block) {
        std::map<int, std::vector<float>> scales;
        for (std::size_t g = 0; g < model->groups.size(); ++g) {
            if (model->groups[g].absorber.kind == Absorber::Kind::None || model->groups[g].scaled_with != static_cast<int>(g)) continue;
            std::vector<float>& s = scales[static_cast<int>(g)];
            for (Index i = 0; i < model->groups[g].in_features; ++i) s.push_back(std::exp2(exponent(random)));
            ++n_folded;
        }
        return foldScales(loadBlock(*model, block), *model, scales);
    };
    const TokenWindows windows = randomSamples(*model, 4).windows;
    const Matrix expected = outputOf(*model, originalBlocks(model), windows);
    const Matrix found = outputOf(*model, folded, windows);
    if (name != "opt-post-norm") QVERIFY(n_folded >= model->config.n_blocks);
    // Two roundings per folded number, each carried through a few products per block.
    QVERIFY2(relativeDifference(found, expected) < 64 * kEpsilon * model->config.n_blocks,
             qPrintable(QString::number(relativeDifference(found, expected) / kEpsilon)));
}

void TestQuantizeModel::foldingRefusesAGroupThatNothingAbsorbs() {
    const auto model = Model::open(modelDirectory("llama-linear"));  // grouped queries: value cannot absorb for the attention output
    QCOMPARE(static_cast<int>(model->groups[1].absorber.kind), static_cast<int>(Absorber::Kind::None));
    const std::vector<float> scales(static_cast<std::size_t>(model->groups[1].in_features), 2.0F);
    QVERIFY_EXCEPTION_THROWN((void)foldScales(loadBlock(*model, 0), *model, {{1, scales}}), Error);
}

void TestQuantizeModel::gainsStoredWithAnOffsetSurviveSixteenBits() {
    const auto model = Model::open(modelDirectory("gemma"));
    for (const char* name : {"awq", "smoothquant"}) {
        const QuantizedModel result = quantized(model, methodOf(name));
        int n_gains = 0;
        for (const QuantizedBlock& block : result.blocks) {
            for (const auto& [tensor, values] : block.replaced) {
                for (const float stored : values) {
                    const float rounded = fromBFloat16(toBFloat16(stored));
                    // What multiplies is 1 + stored: it must keep its digits where the two nearly cancel.
                    QVERIFY2(std::abs(rounded - stored) <= 4.0F * std::numeric_limits<float>::epsilon() * (1.0F + std::abs(stored)),
                             tensor.c_str());
                    QVERIFY(1.0F + rounded != 0.0F);
                    ++n_gains;
                }
            }
        }
        QVERIFY(n_gains > 0);
    }
}

void TestQuantizeModel::scalesThatAGainCannotTakeAreCounted() {
    const auto model = Model::open(modelDirectory("gemma"));  // stores gain − 1
    BlockWeights weights = loadBlock(*model, 0);
    MethodSpec method = methodOf("awq");
    method.awq.fixed_ratio = 0.5;
    const auto count = [&] {
        JobContext job;
        HiddenStates hidden = embed(*model, randomSamples(*model).windows);
        const std::vector<InputStatistics> statistics = gatherBlock(*model, weights, 0, hidden, {}, job);
        return quantizeBlock(*model, 0, weights, statistics, method, {}, job).linears.front().report.n_bounded_scales;
    };
    QCOMPARE(count(), Index{0});
    // Its scale is about 0.03, and what is left, 3e-5 − 1, is −1 in bfloat16.
    weights.attention_norm.gain[2] = 1e-6F;
    QCOMPARE(count(), Index{1});
}

void TestQuantizeModel::overlayComputesWhatTheEffectiveWeightsCompute() {
    QFETCH(QString, name);
    QFETCH(QString, method);
    const auto model = Model::open(modelDirectory(name));
    const QuantizedModel result = quantized(model, methodOf(method.toStdString()));
    const TokenWindows windows = randomSamples(*model, 4).windows;
    const Matrix expected = outputOf(
        *model, [&](int b) { return withEffectiveWeights(*model, result.blocks.at(static_cast<std::size_t>(b))); }, windows);
    const Matrix found = outputOf(*model, quantizedBlocks(std::make_shared<const QuantizedModel>(result)), windows);
    QVERIFY2(relativeDifference(found, expected) < 128 * kEpsilon * model->config.n_blocks,
             qPrintable(QString::number(relativeDifference(found, expected) / kEpsilon)));
}

void TestQuantizeModel::keptLayersTakePartInFolds() {
    const auto model = Model::open(modelDirectory("llama-dynamic"));
    MethodSpec method = methodOf("awq");
    method.keep = {"up_proj$", "\\.v_proj$", "layers\\.1\\.self_attn\\.q_proj"};
    const QuantizedModel result = quantized(model, method);
    QVERIFY(result.blocks[0].kept.contains("model.layers.0.mlp.up_proj"));
    QVERIFY(result.blocks[1].kept.contains("model.layers.1.self_attn.q_proj"));
    for (const LayerReport& layer : result.reports()) QVERIFY(layer.name.find("up_proj") == std::string::npos);
    const TokenWindows windows = randomSamples(*model, 4).windows;
    const Matrix expected = outputOf(
        *model, [&](int b) { return withEffectiveWeights(*model, result.blocks.at(static_cast<std::size_t>(b))); }, windows);
    const Matrix found = outputOf(*model, quantizedBlocks(std::make_shared<const QuantizedModel>(result)), windows);
    QVERIFY(relativeDifference(found, expected) < 256 * kEpsilon);
}

void TestQuantizeModel::overriddenLayersAreThoseOfTheOtherMethod_data() {
    QTest::addColumn<QString>("base");
    QTest::addColumn<QString>("layers");
    QTest::addColumn<QString>("other");
    QTest::addColumn<int>("bits");
    QTest::newRow("wider down projections") << "gptq"
                                            << "down_proj$"
                                            << "" << 8;
    QTest::newRow("one layer rounded plainly") << "gptq"
                                               << R"(layers\.1\.self_attn\.v_proj)"
                                               << "rtn" << 0;
    QTest::newRow("GPTQ where plain rounding is the rule") << "rtn"
                                                           << "mlp"
                                                           << "gptq" << 3;
    QTest::newRow("wider scaled layers") << "awq"
                                         << "mlp"
                                         << "" << 8;  // both ends of every fold
    QTest::newRow("an MLP that is not scaled") << "awq"
                                               << "mlp"
                                               << "rtn" << 0;
    QTest::newRow("a block") << "awq+gptq"
                             << R"(layers\.0\.)"
                             << "gptq" << 5;
    QTest::newRow("unscaled int8") << "smoothquant"
                                   << "mlp"
                                   << "w8a8" << 0;
}

void TestQuantizeModel::overriddenLayersAreThoseOfTheOtherMethod() {
    QFETCH(QString, base);
    QFETCH(QString, layers);
    QFETCH(QString, other);
    QFETCH(int, bits);
    const auto model = Model::open(modelDirectory("llama-dynamic"));
    MethodSpec method = methodOf(base.toStdString());
    LayerOverride change{layers.toStdString(), {}, {}, {}};
    if (!other.isEmpty()) change.method = other.toStdString();
    if (bits > 0) change.bits = bits;
    method.overrides = {change, {".", {}, 2, {}}};  // the first that matches counts …
    const QRegularExpression matching(layers);
    MethodSpec elsewhere = methodOf(base.toStdString());
    if (base == "smoothquant") {
        method.overrides.pop_back();
    } else {
        elsewhere.grid.bits = 2;  // … and the second takes all others
    }
    const QuantizedModel mixed = quantized(model, method);
    const QuantizedModel plain = quantized(model, elsewhere);
    const QuantizedModel changed = quantized(model, overridden(method, change));
    int n_changed = 0;
    for (std::size_t b = 0; b < mixed.blocks.size(); ++b) {
        for (std::size_t i = 0; i < mixed.blocks[b].linears.size(); ++i) {
            const QuantizedLinear& linear = mixed.blocks[b].linears[i];
            const bool is_changed = matching.match(QString::fromStdString(linear.name)).hasMatch();
            n_changed += is_changed ? 1 : 0;
            const QuantizedLinear& expected = (is_changed ? changed : plain).blocks[b].linears[i];
            QVERIFY2(linear.tensor.codes == expected.tensor.codes && same(linear.tensor.scale, expected.tensor.scale), linear.name.c_str());
            QCOMPARE(linear.report.bits, linear.tensor.spec.bits);
            if (is_changed) QCOMPARE(linear.report.method, std::string(methodName(methodFor(method, linear.name))));
        }
    }
    QVERIFY(n_changed > 0 && n_changed < static_cast<int>(model->linears.size()));
    const TokenWindows windows = randomSamples(*model, 4).windows;
    const Matrix expected = outputOf(
        *model, [&](int b) { return withEffectiveWeights(*model, mixed.blocks.at(static_cast<std::size_t>(b))); }, windows);
    const Matrix found = outputOf(*model, quantizedBlocks(std::make_shared<const QuantizedModel>(mixed)), windows);
    if (method.activations == ActivationScale::None) QVERIFY(relativeDifference(found, expected) < 256 * kEpsilon);
}

void TestQuantizeModel::anOverrideFixesTheStrengthOfItsLayers() {
    const auto model = Model::open(modelDirectory("llama-dynamic"));
    for (const char* base : {"smoothquant", "awq"}) {
        MethodSpec method = methodOf(base);
        method.smoothquant.search_alpha = true;
        LayerOverride change{"mlp", {}, {}, {}};
        (method.scaling == Scaling::Awq ? change.ratio : change.alpha) = 0.37;  // no point of a search
        method.overrides = {change};
        for (const LayerReport& layer : quantized(model, method).reports()) {
            const bool scales = layer.name.find("o_proj") == std::string::npos || layer.scale_parameter >= 0.0;
            if (scales) QCOMPARE(layer.scale_parameter == 0.37, layer.name.find("mlp") != std::string::npos);
        }
    }
}

void TestQuantizeModel::anOverrideClipsItsLayersAlone() {
    const auto model = Model::open(modelDirectory("llama-dynamic"));
    MethodSpec method = methodOf("awq");
    method.awq.search_clip = false;
    method.awq.clip_layers = AwqOptions::ClipLayers::Published;  // which leaves out queries
    const QuantizedModel unclipped = quantized(model, method);
    method.overrides = {{.layers = "q_proj", .clip = 0.6}};  // one of three that share an input and its scales
    const QuantizedModel clipped = quantized(model, method);
    for (std::size_t b = 0; b < clipped.blocks.size(); ++b) {
        for (std::size_t i = 0; i < clipped.blocks[b].linears.size(); ++i) {
            const QuantizedLinear& linear = clipped.blocks[b].linears[i];
            const QuantizedLinear& other = unclipped.blocks[b].linears[i];
            const bool is_query = linear.name.ends_with("q_proj");
            QCOMPARE(linear.report.clipped_fraction > 0.0, is_query);
            QCOMPARE(linear.channel_scale, other.channel_scale);
            QVERIFY(is_query || linear.tensor.codes == other.tensor.codes);
        }
    }
}

void TestQuantizeModel::overridesThatDoNotFitAreRefused() {
    const auto model = Model::open(modelDirectory("llama-dynamic"));
    const auto messageOf = [&](const char* base, const LayerOverride& change) {
        MethodSpec method = methodOf(base);
        method.overrides = {change};
        try {
            checkMethod(*model, method);
        } catch (const Error& error) {
            return QString::fromUtf8(error.what());
        }
        return QString();
    };
    const auto refuses = [&](const char* base, const LayerOverride& change, const char* expected) {
        const QString message = messageOf(base, change);
        return message.contains(expected) && message.contains("expected") && message.contains("found");
    };
    QVERIFY(messageOf("gptq", {"q_proj", {}, 8, {}}).isEmpty());
    QVERIFY(refuses("awq", {"q_proj", {}, 8, {}}, "shares its input"));
    QVERIFY(refuses("awq", {"k_proj", "rtn", {}, {}}, "shares its input"));
    QVERIFY(refuses("gptq", {"q_proj", {}, 9, {}}, "2 … 8"));
    QVERIFY(messageOf("gptq", {"q_proj", {}, {}, 7}).isEmpty());  // the last group is shorter
    QVERIFY(refuses("gptq", {"q_proj", "best", {}, {}}, "smoothquant"));
    QVERIFY(refuses("gptq", {"q_proj", "w8a8", {}, {}}, "same activations"));
    QVERIFY(refuses("gptq", {"(", {}, 8, {}}, "regular expression"));
    QVERIFY(refuses("gptq", {"q_proj", {}, {}, {}}, "nothing"));
    LayerOverride strength{"q_proj", {}, {}, {}};
    strength.alpha = 0.7;
    QVERIFY(refuses("gptq", strength, "alpha: expected a smoothquant method"));
    QVERIFY(refuses("smoothquant", strength, "shares its input"));
    strength.layers = "[qkv]_proj";
    QVERIFY(messageOf("smoothquant", strength).isEmpty());
    strength.alpha = 1.5;
    QVERIFY(refuses("smoothquant", strength, "0 … 1"));
    strength.alpha.reset();
    strength.ratio = 0.3;
    QVERIFY(refuses("smoothquant", strength, "ratio: expected an awq method"));
    QVERIFY(messageOf("awq", strength).isEmpty());
    strength.ratio = -0.5;
    QVERIFY(refuses("awq", strength, "0 to 1"));
    LayerOverride clip{.layers = "k_proj", .clip = 0.8};
    QVERIFY(refuses("gptq", clip, "clip: expected an awq method"));
    QVERIFY(messageOf("awq", clip).isEmpty());
    clip.clip = -0.5;
    QVERIFY(refuses("awq", clip, "0.05 to 1"));
    clip.clip = 1.5;
    QVERIFY(refuses("awq", clip, "0.05 … 1"));
}

void TestQuantizeModel::realInt8EqualsItsFakeQuantizedDefinition() {
    const auto model = Model::open(modelDirectory("qwen2"));
    for (const ActivationScale activation : {ActivationScale::PerToken, ActivationScale::PerTensor}) {
        MethodSpec method = methodOf("smoothquant");
        method.activations = activation;
        const QuantizedModel result = quantized(model, method);
        const BlockWeights weights = overlay(loadBlock(*model, 0), *model, result.blocks.front());
        HiddenStates hidden = embed(*model, randomSamples(*model).windows);
        std::map<int, Matrix> inputs;
        JobContext job;
        forwardBlock(
            *model, weights, 0, hidden, {}, [&](const InputObservation& seen) { inputs[seen.group] = seen.x; }, job);
        for (const QuantizedLinear& linear : result.blocks.front().linears) {
            const LinearInfo& info = model->linear(linear.name);
            const LinearWeights& layer = weights.linears.at(info.key());
            QVERIFY(layer.int8.has_value());
            Matrix x = inputs.at(info.group);
            const Matrix found = int8Linear(x, *layer.int8, layer.bias);
            for (Index row = 0; row < x.rows(); ++row) {
                const float scale = activation == ActivationScale::PerTensor ? linear.input_scale
                                                                             : std::max(x.row(row).cwiseAbs().maxCoeff(), 1e-5F) / 127.0F;
                for (Index c = 0; c < x.cols(); ++c) x(row, c) = std::clamp(std::nearbyint(x(row, c) / scale), -127.0F, 127.0F) * scale;
            }
            Matrix expected = salient::linear(x, linear.tensor.dequantize(), layer.bias);
            QVERIFY2(relativeDifference(found, expected) < 16 * kEpsilon, linear.name.c_str());
        }
    }
}

void TestQuantizeModel::reportsAreInTheOriginalUnits() {
    QFETCH(QString, name);
    QFETCH(QString, method);
    const auto model = Model::open(modelDirectory(name));
    const MethodSpec spec = methodOf(method.toStdString());
    JobContext job;
    const Calibration calibration = calibrate(model, randomSamples(*model), {}, job);
    const QuantizedModel result = quantizeModel(calibration, spec, job);
    for (const QuantizedBlock& block : result.blocks) {
        const BlockWeights original = loadBlock(*model, block.block);
        for (const QuantizedLinear& linear : block.linears) {
            const LinearInfo& info = model->linear(linear.name);
            const Matrix& weight = original.linears.at(info.key()).weight;
            const Matrix& hessian = calibration.of(info).hessian;
            const double expected = layerError(weight, linear.effectiveWeight(), hessian).relative_output_error;
            const double nearest = layerError(weight, quantizeNearest(weight, spec.grid).dequantize(), hessian).relative_output_error;
            QVERIFY2(std::abs(linear.report.error.relative_output_error - expected) <= 1e-4 * expected, linear.name.c_str());
            QVERIFY2(std::abs(linear.report.nearest.relative_output_error - nearest) <= 1e-4 * nearest, linear.name.c_str());
        }
    }
}

void TestQuantizeModel::streamedBlocksEqualThoseInMemory() {
    const auto model = Model::open(modelDirectory("mistral"));
    const MethodSpec method = methodOf("gptq");
    QuantizedModel streamed;
    JobContext job;
    quantizeModel(
        model, randomSamples(*model), method, {}, [&](QuantizedBlock&& block) { streamed.blocks.push_back(std::move(block)); }, job);
    QVERIFY(same(streamed, quantized(model, method)));
}

void TestQuantizeModel::statisticsGatheredBeforeGiveTheSameModel() {
    const auto model = Model::open(modelDirectory("opt"));
    JobContext job;
    const Calibration calibration = calibrate(model, randomSamples(*model), {}, job);
    for (const std::string& name : methodNames()) {
        const MethodSpec method = methodOf(name);
        QVERIFY2(same(quantizeModel(calibration, method, job), quantized(model, method)), name.c_str());
    }
}

void TestQuantizeModel::hessiansThatWereNotKeptAreMadeAgain() {
    const auto model = Model::open(modelDirectory("qwen2"));
    const MethodSpec method = methodOf("awq+gptq");
    JobContext job;
    CalibrationOptions options;
    const Calibration all = calibrate(model, randomSamples(*model), options, job);
    options.hessian_budget_bytes = 1;
    const Calibration none = calibrate(model, randomSamples(*model), options, job);
    QCOMPARE(none.of(1, 0).hessian.size(), Index{0});
    QVERIFY(same(quantizeModel(all, method, job), quantizeModel(none, method, job)));
    Calibration some = all;  // kept for the first block only
    for (std::size_t i = model->groups.size(); i < some.inputs.size(); ++i) some.inputs[i].hessian.resize(0, 0);
    QVERIFY(same(quantizeModel(all, method, job), quantizeModel(some, method, job)));
}

void TestQuantizeModel::methodsTogetherEqualMethodsAlone() {
    const auto model = Model::open(modelDirectory("gpt2"));
    JobContext job;
    const Calibration calibration = calibrate(model, randomSamples(*model), {}, job);
    std::vector<MethodSpec> methods;
    for (const std::string& name : methodNames()) methods.push_back(methodOf(name, 3));
    std::vector<QuantizedModel> together(methods.size());
    quantizeModels(
        calibration, methods, [&](std::size_t m, QuantizedBlock&& block) { together[m].blocks.push_back(std::move(block)); }, job);
    for (std::size_t m = 0; m < methods.size(); ++m) QVERIFY(same(together[m], quantizeModel(calibration, methods[m], job)));
}

void TestQuantizeModel::sameBitsForAnyThreadCount() {
    const auto model = Model::open(modelDirectory("llama-dynamic"));
    for (const std::string& name : methodNames()) {
        MethodSpec method = methodOf(name);
        method.true_sequential = name == "gptq";
        setThreadCount(1);
        const QuantizedModel one = quantized(model, method);
        for (const int threads : {2, 8}) {
            setThreadCount(threads);
            QVERIFY2(same(quantized(model, method), one), name.c_str());
        }
    }
    setThreadCount(0);
}

void TestQuantizeModel::trueSequentialChangesLaterGroupsOnly() {
    const auto model = Model::open(modelDirectory("llama-dynamic"));
    MethodSpec method = methodOf("gptq", 2);
    const QuantizedModel plain = quantized(model, method);
    method.true_sequential = true;
    const QuantizedModel sequential = quantized(model, method);
    const auto codes = [](const QuantizedModel& m, std::size_t layer) { return m.blocks[0].linears[layer].tensor.codes; };
    QVERIFY(codes(plain, 0) == codes(sequential, 0));  // q: nothing before it is quantized
    QVERIFY(codes(plain, 2) == codes(sequential, 2));  // v
    QVERIFY(codes(plain, 3) != codes(sequential, 3));  // o sees quantized q, k, v
    QVERIFY(codes(plain, 6) != codes(sequential, 6));  // down
    // Scales chosen on the original block stay, so the folded block still computes what its layers stand for.
    MethodSpec scaled = methodOf("awq+gptq", 3);
    scaled.true_sequential = true;
    const QuantizedModel result = quantized(model, scaled);
    const TokenWindows windows = randomSamples(*model, 4).windows;
    const Matrix expected = outputOf(
        *model, [&](int b) { return withEffectiveWeights(*model, result.blocks.at(static_cast<std::size_t>(b))); }, windows);
    const Matrix found = outputOf(*model, quantizedBlocks(std::make_shared<const QuantizedModel>(result)), windows);
    QVERIFY(relativeDifference(found, expected) < 256 * kEpsilon);
    // What inputs are rounded with comes from the original block too, as the scales they are divided by do.
    MethodSpec int8 = methodOf("smoothquant");
    int8.activations = ActivationScale::PerTensor;
    const QuantizedModel by_original = quantized(model, int8);
    int8.true_sequential = true;
    const QuantizedModel in_sequence = quantized(model, int8);
    for (std::size_t i = 0; i < by_original.blocks[0].linears.size(); ++i)
        QCOMPARE(in_sequence.blocks[0].linears[i].input_scale, by_original.blocks[0].linears[i].input_scale);
}

void TestQuantizeModel::feedingQuantizedBlocksChangesLaterBlocksOnly() {
    const auto model = Model::open(modelDirectory("mistral"));
    MethodSpec method = methodOf("gptq", 2);
    const QuantizedModel original_feed = quantized(model, method);
    method.feed = MethodSpec::Feed::Quantized;
    const QuantizedModel quantized_feed = quantized(model, method);
    QVERIFY(same(original_feed.blocks[0], quantized_feed.blocks[0]));
    QVERIFY(!same(original_feed.blocks[1], quantized_feed.blocks[1]));
    // By hand: what the rounded first block puts out is what the second one's layers are judged by.
    JobContext job;
    BlockWeights first = loadBlock(*model, 0);
    for (const QuantizedLinear& linear : quantized_feed.blocks[0].linears)
        first.linears.at(model->linear(linear.name).key()).weight = linear.tensor.dequantize();
    HiddenStates hidden = embed(*model, randomSamples(*model).windows);
    forwardBlock(*model, first, 0, hidden, {}, {}, job);
    const std::vector<InputStatistics> statistics = gatherBlock(*model, loadBlock(*model, 1), 1, hidden, {}, job);
    QCOMPARE(quantized_feed.blocks[1].linears.size(), model->linearsOf(1).size());
    for (const QuantizedLinear& linear : quantized_feed.blocks[1].linears) {
        const LinearInfo& info = model->linear(linear.name);
        const Matrix& hessian = statistics[static_cast<std::size_t>(info.group)].hessian;
        const QuantizedTensor alone = quantizeGptq(loadLinear(*model, info), hessian, method.grid, method.gptq, job).tensor;
        QVERIFY2(linear.tensor.codes == alone.codes && same(linear.tensor.scale, alone.scale), linear.name.c_str());
    }
}

void TestQuantizeModel::oneBlockIsAliveAtATime_data() {
    QTest::addColumn<bool>("own_walk");
    QTest::addColumn<bool>("from_calibration");
    QTest::newRow("statistics gathered on the way") << false << false;
    QTest::newRow("inputs observed again, fed by rounded blocks") << true << false;
    QTest::newRow("Hessians that were not kept") << false << true;
}

// Counted in bytes: when a block is about to be read, nothing of those before it is left; when the sink gets it, no more than its weights,
// its Hessians and its codes have come.
void TestQuantizeModel::oneBlockIsAliveAtATime() {
    QFETCH(bool, own_walk);
    QFETCH(bool, from_calibration);
    if (!bytesAreCounted()) QSKIP("the allocator of this build does not count");
    setThreadCount(1);  // others keep memory of their own
    const auto model = Model::open(modelDirectory("demo"));
    const Samples samples = randomSamples(*model, 8, 64);
    MethodSpec method = methodOf("gptq");
    method.grid.group_size = 64;
    method.true_sequential = own_walk;
    if (own_walk) method.feed = MethodSpec::Feed::Quantized;
    JobContext silent;
    CalibrationOptions options;
    options.hessian_budget_bytes = 1;
    const Calibration calibration = from_calibration ? calibrate(model, samples, options, silent) : Calibration{};
    std::map<int, std::int64_t> before;
    std::map<int, std::int64_t> at_sink;
    const auto walk = [&](JobContext& job) {
        if (from_calibration) {
            (void)quantizeModels(
                calibration, std::span(&method, 1), [&](std::size_t, QuantizedBlock&& block) { at_sink[block.block] = bytesInUse(); }, job);
        } else {
            quantizeModel(
                model, samples, method, {}, [&](QuantizedBlock&& block) { at_sink[block.block] = bytesInUse(); }, job);
        }
    };
    walk(silent);  // what libraries keep for good is there after the first
    JobContext job({}, [&](const Progress& now) {
        for (int block = 0; block < model->config.n_blocks; ++block) {
            if (now.detail == "block " + std::to_string(block)) before.try_emplace(block, bytesInUse());
        }
    });
    walk(job);
    std::int64_t block_bytes = 0;
    for (const LinearInfo& linear : model->linearsOf(0))
        block_bytes += linear.out_features * linear.in_features * static_cast<std::int64_t>(sizeof(float));
    QCOMPARE(before.size(), static_cast<std::size_t>(model->config.n_blocks));
    for (int block = 0; block < model->config.n_blocks; ++block) {
        QVERIFY(std::abs(before.at(block) - before.at(0)) < block_bytes / 2);
        const std::int64_t come = at_sink.at(block) - before.at(block);
        QVERIFY(come > block_bytes);  // its weights are still there
        QVERIFY(come < 2 * block_bytes + hessianBytesOfBlock(*model, block));
    }
}

void TestQuantizeModel::cancelAtEveryCheckpointEndsTheJob() {
    const auto model = Model::open(modelDirectory("opt"));
    MethodSpec method = methodOf("awq+gptq");
    method.true_sequential = true;
    const Samples samples = randomSamples(*model, 4);
    int n_checkpoints = 0;
    JobContext counting({}, [&](const Progress& now) {
        QCOMPARE(now.stage, std::string_view("quantizing"));
        QVERIFY(now.done <= now.total);
        ++n_checkpoints;
    });
    quantizeModel(
        model, samples, method, {}, [](QuantizedBlock&&) {}, counting);
    QVERIFY(n_checkpoints > 20);
    for (int stop_at = 1; stop_at <= n_checkpoints; ++stop_at) {
        std::stop_source source;
        int seen = 0;
        JobContext job(source.get_token(), [&](const Progress&) {
            if (++seen == stop_at) source.request_stop();
        });
        QVERIFY_EXCEPTION_THROWN(quantizeModel(
                                     model, samples, method, {}, [](QuantizedBlock&&) {}, job),
                                 Cancelled);
        QCOMPARE(seen, stop_at);
    }
}

void TestQuantizeModel::gptqBeatsPlainRoundingOnTheDemo() {
    const auto model = Model::open(modelDirectory("demo"));
    JobContext job;
    const Calibration calibration = calibrate(model, randomSamples(*model, 8, 64), {}, job);
    MethodSpec base;
    base.grid.bits = 3;
    const double rtn = quantizeModel(calibration, methodFromName("rtn", base), job).relativeOutputError();
    for (const char* name : {"gptq", "awq", "awq+gptq", "smoothquant+gptq"}) {
        QVERIFY2(quantizeModel(calibration, methodFromName(name, base), job).relativeOutputError() < rtn, name);
    }
}

void TestQuantizeModel::sizesCountCodesScalesAndTheRest() {
    const auto model = Model::open(modelDirectory("mistral"));
    MethodSpec method = methodOf("rtn");
    method.grid.scale_type = DType::F16;
    const QuantizedModel result = quantized(model, method);
    QCOMPARE(result.bitsPerWeight(), 4.0 + 16.0 / kGroup);
    std::int64_t stored = 0;
    std::int64_t packed = 0;
    for (const LinearInfo& linear : model->linears) {
        const std::int64_t n = linear.out_features * linear.in_features;
        stored += n * static_cast<std::int64_t>(sizeBytes(linear.stored));
        packed += n / 2 + n / kGroup * 2;
    }
    QCOMPARE(result.sizeBytes(), model->checkpoint->sizeBytes() - stored + packed);
}

void TestQuantizeModel::aShorterLastGroupIsAGroup() {
    const auto model = Model::open(modelDirectory("llama-dynamic"));
    for (const char* name : {"rtn", "gptq", "awq", "awq+gptq"}) {
        MethodSpec method = methodOf(name);
        method.grid.group_size = 7;  // divides no width
        const QuantizedModel result = quantized(model, method);
        for (const QuantizedBlock& block : result.blocks) {
            const BlockWeights weights = loadBlock(*model, block.block);
            for (const QuantizedLinear& linear : block.linears) {
                const LinearInfo& info = model->linear(linear.name);
                QCOMPARE(linear.tensor.scale.cols(), (info.in_features + 6) / 7);
                const Matrix& weight = weights.linears.at(info.key()).weight;
                const LayerError nearest = linear.report.nearest;
                if (std::string(name) == "rtn") QVERIFY(linear.tensor.codes == quantizeNearest(weight, method.grid).codes);
                QVERIFY(linear.report.error.output_error <= 1.3 * nearest.output_error);
            }
        }
    }
}

void TestQuantizeModel::refusesWhatDoesNotFitTheModel() {
    const auto model = Model::open(modelDirectory("mistral"));
    const auto messageOf = [&](const MethodSpec& method) {
        try {
            checkMethod(*model, method);
        } catch (const Error& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    MethodSpec method = methodOf("rtn");
    QCOMPARE(messageOf(method), std::string());
    method.keep = {"("};
    QVERIFY(messageOf(method).find("regular expression") != std::string::npos);
    method.keep = {"layers"};
    QVERIFY(messageOf(method).find("at least one layer") != std::string::npos);
    JobContext job;
    const Calibration calibration = calibrate(model, randomSamples(*model, 2), {}, job);
    method = methodOf("gptq");
    method.true_sequential = true;
    QVERIFY_EXCEPTION_THROWN((void)quantizeModel(calibration, method, job), Error);
}

void TestQuantizeModel::routersAreNeverRounded() {
    const auto model = Model::open(modelDirectory("qwen2_moe"));
    const QuantizedModel plain = quantized(model, methodOf("gptq"));
    std::size_t n_routers = 0;
    for (const LinearInfo& linear : model->linears) n_routers += isRouter(linear.role) ? 1 : 0;
    QCOMPARE(n_routers, std::size_t{4});  // two blocks, each with a router and the shared expert's
    QCOMPARE(plain.reports().size(), model->linears.size() - n_routers);
    for (const QuantizedBlock& block : plain.blocks) QVERIFY(block.kept.empty());
    // Scales of the norm in front go into their columns, bit by bit the product.
    const QuantizedModel scaled = quantized(model, methodOf("awq"));
    for (const QuantizedBlock& block : scaled.blocks) {
        const std::string prefix = "model.layers." + std::to_string(block.block) + ".mlp.";
        const BlockWeights original = loadBlock(*model, block.block);
        const auto shared = std::find_if(block.linears.begin(), block.linears.end(),
                                         [&](const QuantizedLinear& linear) { return linear.name == prefix + "shared_expert.up_proj"; });
        QVERIFY(shared != block.linears.end());
        const Eigen::Map<const Eigen::RowVectorXf> s(shared->channel_scale.data(), static_cast<Index>(shared->channel_scale.size()));
        QVERIFY(s.maxCoeff() > s.minCoeff());
        for (const auto& [name, key] : {std::pair(prefix + "gate", LinearKey(Role::Router)),
                                        std::pair(prefix + "shared_expert_gate", LinearKey(Role::SharedRouter))}) {
            const Matrix expected = (original.linears.at(key).weight.array().rowwise() * s.array()).matrix();
            QVERIFY2(same(block.kept.at(name), expected), name.c_str());
        }
        for (const QuantizedLinear& linear : block.linears) {
            const LinearInfo& info = model->linear(linear.name);
            if (info.expert >= 0 && info.role != Role::Down) QVERIFY2(linear.channel_scale == shared->channel_scale, linear.name.c_str());
        }
    }
}

void TestQuantizeModel::expertsAreRoundedOnTheirOwnTokens() {
    const auto model = Model::open(modelDirectory("mixtral"));
    JobContext job;
    const Calibration calibration = calibrate(model, randomSamples(*model, 40), {}, job);
    const MethodSpec method = methodOf("gptq", 3);
    const QuantizedModel result = quantizeModel(calibration, method, job);
    for (const QuantizedLinear& linear : result.blocks.front().linears) {
        const LinearInfo& info = model->linear(linear.name);
        if (info.expert < 0) continue;
        const InputStatistics& input = calibration.of(info);
        QVERIFY(!input.is_stand_in);
        QVERIFY(input.reached_tokens > 0 && input.reached_tokens < input.passed_tokens);
        QCOMPARE(linear.report.reached_tokens, input.reached_tokens);
        const Matrix weight = loadLinear(*model, info);
        const QuantizedTensor alone = quantizeGptq(weight, factorizeGptq(input.hessian, method.gptq), method.grid, method.gptq, job).tensor;
        QVERIFY2(linear.tensor.codes == alone.codes, linear.name.c_str());
    }
}

void TestQuantizeModel::anExpertWithoutTokensIsRoundedWeightByWeight() {
    const auto model = Model::open(modelDirectory("qwen3_moe"));
    const Samples samples = randomSamples(*model, 1, 2);  // two tokens, six of sixteen experts at most
    JobContext job;
    const MethodSpec gptq = methodOf("gptq");
    const QuantizedModel by_gptq = quantizeModel(model, samples, gptq, {}, job);
    int n_untouched = 0;
    for (const QuantizedLinear& linear : by_gptq.blocks.front().linears) {
        const LinearInfo& info = model->linear(linear.name);
        if (info.expert < 0) continue;
        QVERIFY2(linear.report.has_stand_in, linear.name.c_str());
        QCOMPARE(linear.report.n_dead_columns, Index{0});
        n_untouched += linear.report.reached_tokens == 0 ? 1 : 0;
        if (info.role != Role::Down) continue;
        const Matrix weight = loadLinear(*model, info);
        QVERIFY2(linear.tensor.codes == quantizeNearest(weight, gptq.grid).codes, linear.name.c_str());
    }
    QVERIFY(n_untouched >= 2 * 3);
    // Scales have something to go by as well, and int8 activations a range.
    for (const char* name : {"awq", "awq+gptq", "smoothquant", "w8a8"}) {
        MethodSpec method = methodOf(name);
        if (method.activations != ActivationScale::None) method.activations = ActivationScale::PerTensor;
        const QuantizedModel result = quantizeModel(model, samples, method, {}, job);
        for (const QuantizedLinear& linear : result.blocks.front().linears) {
            QVERIFY2(std::isfinite(linear.report.error.relative_output_error), linear.name.c_str());
            if (method.activations != ActivationScale::None) QVERIFY2(linear.input_scale > 1e-4F, linear.name.c_str());
        }
    }
}

void TestQuantizeModel::trueSequentialObservesAllExpertsAtOnce() {
    const auto model = Model::open(modelDirectory("mixtral"));
    MethodSpec method = methodOf("gptq", 2);
    const Samples samples = randomSamples(*model, 40);
    JobContext job;
    const QuantizedModel plain = quantizeModel(model, samples, method, {}, job);
    method.true_sequential = true;
    const QuantizedModel sequential = quantizeModel(model, samples, method, {}, job);
    const auto codes = [](const QuantizedModel& m, const std::string& name) {
        for (const QuantizedLinear& linear : m.blocks[0].linears) {
            if (linear.name.ends_with(name)) return linear.tensor.codes;
        }
        return CodeMatrix();
    };
    QVERIFY(codes(plain, "self_attn.q_proj") == codes(sequential, "self_attn.q_proj"));
    QVERIFY(codes(plain, "experts.0.w1") != codes(sequential, "experts.0.w1"));
    QVERIFY(codes(plain, "experts.3.w2") != codes(sequential, "experts.3.w2"));
    // By hand: the hidden values of expert 3 once attention and the inputs of all experts are rounded.
    BlockWeights so_far = loadBlock(*model, 0);
    for (const QuantizedLinear& linear : sequential.blocks[0].linears) {
        const LinearInfo& info = model->linear(linear.name);
        if (info.role != Role::Down) so_far.linears.at(info.key()).weight = linear.effectiveWeight();
    }
    const LinearInfo& down = model->linear("layers.0.block_sparse_moe.experts.3.w2");
    HiddenStates hidden = embed(*model, samples.windows);
    const InputStatistics input =
        std::move(gatherBlock(*model, so_far, 0, hidden, {}, job, down.group)[static_cast<std::size_t>(down.group)]);
    const QuantizedTensor alone =
        quantizeGptq(loadLinear(*model, down), factorizeGptq(input.hessian, method.gptq), method.grid, method.gptq, job).tensor;
    QVERIFY(codes(sequential, "experts.3.w2") == alone.codes);
}

void TestQuantizeModel::theErrorOfAModelCountsExpertsByTheirTokens() {
    LayerReport often;
    often.error = {.relative_output_error = 0.1, .output_error = 1.0};
    LayerReport seldom;
    seldom.error = {.relative_output_error = 0.5, .output_error = 20.0};
    QCOMPARE(relativeOutputError(std::vector{often, seldom}), 21.0 / 50.0);
    seldom.passed_tokens = 400;
    seldom.reached_tokens = 20;  // a twentieth
    QCOMPARE(relativeOutputError(std::vector{often, seldom}), 2.0 / 12.0);
}

void TestQuantizeModel::experts() {
    QFETCH(QString, name);
    const auto model = Model::open(modelDirectory(name));
    const MethodSpec method = methodOf("awq+gptq");
    JobContext job;
    CalibrationOptions options;
    const Samples samples = randomSamples(*model);
    const Calibration all = calibrate(model, samples, options, job);
    const QuantizedModel from_all = quantizeModel(all, method, job);
    QVERIFY(same(from_all, quantizeModel(model, samples, method, {}, job)));
    options.hessian_budget_bytes = 1;
    QVERIFY(same(from_all, quantizeModel(calibrate(model, samples, options, job), method, job)));
    MethodSpec walking = methodOf("awq+gptq", 3);
    walking.true_sequential = true;
    walking.feed = MethodSpec::Feed::Quantized;
    setThreadCount(1);
    const QuantizedModel one = quantizeModel(model, samples, walking, {}, job);
    setThreadCount(8);
    QVERIFY(same(one, quantizeModel(model, samples, walking, {}, job)));
    setThreadCount(0);
}

void TestQuantizeModel::overridesThatSplitExpertsBehindOneNormAreRefused() {
    const auto model = Model::open(modelDirectory("mixtral"));
    MethodSpec method = methodOf("awq");
    method.overrides = {{R"(experts\.2\.w[13]$)", std::nullopt, 8, std::nullopt}};
    QVERIFY_EXCEPTION_THROWN(checkMethod(*model, method), Error);
    method.overrides = {{R"(experts\.[0-9]+\.w[13]$)", std::nullopt, 8, std::nullopt}};
    checkMethod(*model, method);
    method = methodOf("gptq");
    method.overrides = {{R"(experts\.2\.w[13]$)", std::nullopt, 8, std::nullopt}};  // no scales that they would share
    checkMethod(*model, method);
}

QTEST_APPLESS_MAIN(TestQuantizeModel)
#include "tst_quantize_model.moc"
