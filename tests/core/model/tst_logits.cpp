#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/io/safetensors.h"
#include "core/model/forward.h"
#include "core/model/logit_tiles.h"
#include "tests/support/places.h"

using namespace salient;
namespace fs = std::filesystem;

namespace {

fs::path small(const char* name) { return salient::test::testDataFolder() / "models" / name; }

/// A copy of a model whose vocabulary is repeated: token t + 64 i has the embedding and the head row of token t.
std::shared_ptr<const Model> withRepeatedVocabulary(const fs::path& source, const fs::path& target, std::int64_t times) {
    Json config = readJson(source / "config.json");
    const auto vocabulary = config["vocab_size"].get<std::int64_t>();
    config["vocab_size"] = vocabulary * times;
    writeJson(target / "config.json", config);
    const SafetensorsFile file = SafetensorsFile::open(source / "model.safetensors");
    const auto isTable = [&](const TensorView& tensor) { return tensor.shape.size() == 2 && tensor.shape[0] == vocabulary; };
    std::vector<TensorLayout> layout;
    for (const auto& [name, tensor] : file.tensors()) {
        layout.push_back({name, tensor.dtype, tensor.shape});
        if (isTable(tensor)) layout.back().shape[0] *= times;
    }
    SafetensorsWriter writer(target / "model.safetensors", layout);
    for (const auto& [name, tensor] : file.tensors()) {
        std::vector<std::byte> bytes;
        for (std::int64_t i = 0; i < (isTable(tensor) ? times : 1); ++i)
            bytes.insert(bytes.end(), tensor.bytes.begin(), tensor.bytes.end());
        writer.write(name, bytes);
    }
    writer.finish();
    return Model::open(target);
}

Matrix lastStates(const Model& model, const TokenWindows& windows) {
    HiddenStates hidden = embed(model, windows);
    JobContext job;
    for (int block = 0; block < model.config.n_blocks; ++block) forwardBlock(model, loadBlock(model, block), block, hidden, {}, {}, job);
    return hidden.values;
}

/// Weights as int8 with one scale per row, and zeros in place of the floats, so that reading those would show.
LinearWeights asInt8(const LinearWeights& linear) {
    Int8Weight int8;
    int8.codes.resize(linear.weight.rows(), linear.weight.cols());
    for (Index row = 0; row < linear.weight.rows(); ++row) {
        const float scale = linear.weight.row(row).cwiseAbs().maxCoeff() / 127.0F;
        int8.row_scale.push_back(scale);
        for (Index col = 0; col < linear.weight.cols(); ++col) {
            int8.codes(row, col) = static_cast<std::int8_t>(std::nearbyint(linear.weight(row, col) / scale));
        }
    }
    return {Matrix::Zero(linear.weight.rows(), linear.weight.cols()), linear.bias, std::move(int8)};
}

}  // namespace

class TestLogits : public QObject {
    Q_OBJECT

private slots:
    void repeatedVocabularyAddsItsLogarithmToTheLoss_data();
    void repeatedVocabularyAddsItsLogarithmToTheLoss();
    void lossEqualsTheLogitsSoftmax();
    void lossNeedsOneTargetPerRow();
    void int8LayersComputeWithTheirCodes();
};

void TestLogits::repeatedVocabularyAddsItsLogarithmToTheLoss_data() {
    QTest::addColumn<QString>("name");
    QTest::newRow("tied") << "llama-llama3";
    QTest::newRow("untied") << "mistral";
    QTest::newRow("with project_out") << "opt-post-norm";
}

// Seventy times 64 tokens need two tiles of the head, the second ragged.
void TestLogits::repeatedVocabularyAddsItsLogarithmToTheLoss() {
    QFETCH(QString, name);
    constexpr int kTimes = 70;
    const QTemporaryDir directory;
    const auto once = Model::open(small(qPrintable(name)));
    const auto often = withRepeatedVocabulary(small(qPrintable(name)), directory.path().toStdString(), kTimes);
    const TokenWindows windows{{5, 60, 13, 2, 2, 41, 7, 33}, 4};
    const Matrix states = lastStates(*once, windows);
    const std::vector<TokenId> targets = {60, 13, 2, 1, 41, 7, 33, 63};
    std::vector<TokenId> far = targets;
    for (std::size_t i = 0; i < far.size(); ++i) far[i] += static_cast<TokenId>(64 * (i * 9 % kTimes));
    JobContext job;
    ForwardOptions few_rows;
    few_rows.chunk_tokens = 3;
    const auto expected = negativeLogLikelihood(*once, states, targets, {}, job);
    const auto found = negativeLogLikelihood(*often, states, far, few_rows, job);
    const LogitTiles tiles(*often, states, {});
    QCOMPARE(tiles.tileCount(), Index{2});
    const double scale = static_cast<double>(logits(*once, states, {}).cwiseAbs().maxCoeff());
    for (std::size_t i = 0; i < targets.size(); ++i) {
        const double tolerance = 32 * std::numeric_limits<float>::epsilon() * scale;
        QVERIFY(std::abs(found[i] - expected[i] - std::log(kTimes)) <= tolerance);
    }
    QVERIFY(logits(*often, states, {}).rightCols(64).isApprox(logits(*once, states, {}), 1e-5F));
}

void TestLogits::lossEqualsTheLogitsSoftmax() {
    const auto model = Model::open(small("gpt2"));
    const Matrix states = lastStates(*model, {{1, 2, 3, 4, 5}, 5});
    const Eigen::MatrixXd all = logits(*model, states, {}).cast<double>();
    const std::vector<TokenId> targets = {9, 0, 63, 30, 31};
    JobContext job;
    const auto found = negativeLogLikelihood(*model, states, targets, {}, job);
    for (Index row = 0; row < 5; ++row) {
        const double total = all.row(row).array().exp().sum();
        const auto at = static_cast<std::size_t>(row);
        const double expected = std::log(total) - all(row, targets[at]);
        QVERIFY(std::abs(found[at] - expected) <= 8 * std::numeric_limits<float>::epsilon() * all.cwiseAbs().maxCoeff());
    }
}

void TestLogits::lossNeedsOneTargetPerRow() {
    const auto model = Model::open(small("gpt2"));
    const std::vector<TokenId> targets = {1, 2};
    JobContext job;
    QVERIFY_EXCEPTION_THROWN(static_cast<void>(negativeLogLikelihood(*model, Matrix::Zero(3, 32), targets, {}, job)), Error);
}

void TestLogits::int8LayersComputeWithTheirCodes() {
    const auto model = Model::open(small("opt"));
    const BlockWeights weights = loadBlock(*model, 0);
    BlockWeights int8 = weights;
    for (auto& [role, linear] : int8.linears) linear = asInt8(linear);
    const TokenWindows windows{{1, 2, 3, 4, 5, 6, 7, 8}, 8};
    HiddenStates exact = embed(*model, windows);
    HiddenStates rounded = exact;
    JobContext job;
    forwardBlock(*model, weights, 0, exact, {}, {}, job);
    forwardBlock(*model, int8, 0, rounded, {}, {}, job);
    const float difference = (exact.values - rounded.values).norm() / exact.values.norm();
    QVERIFY2(difference > 1e-4F && difference < 0.05F, qPrintable(QString::number(static_cast<double>(difference))));
}

QTEST_APPLESS_MAIN(TestLogits)
#include "tst_logits.moc"
