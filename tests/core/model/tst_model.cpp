#include <QElapsedTimer>
#include <QFile>
#include <QIODevice>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "core/error.h"
#include "core/io/json_file.h"
#include "core/model/model.h"
#include "tests/core/model/damaged_copy.h"
#include "tests/support/places.h"

using namespace salient;
namespace fs = std::filesystem;

namespace {

fs::path source(const char* name) { return salient::test::testDataFolder() / "models" / name; }

struct Copy : samples::DamagedCopy {
    using DamagedCopy::DamagedCopy;

    void changeConfig(const char* key, const Json& value) const {
        Json config = readJson(path() / "config.json");
        config[key] = value;
        QFile file(QString::fromStdString((path() / "config.json").string()));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray::fromStdString(config.dump()));
    }

    /// Renames a tensor in the header to another name of the same length.
    void rename(const QByteArray& from, const QByteArray& to) const {
        QFile file(QString::fromStdString((path() / "model.safetensors").string()));
        QVERIFY(file.open(QIODevice::ReadWrite));
        QByteArray bytes = file.readAll();
        QCOMPARE(from.size(), to.size());
        QVERIFY(bytes.contains(from));
        file.seek(0);
        file.write(bytes.replace(from, to));
    }
};

/// The message of the Error that the call throws; empty when it throws none.
template <typename Call>
QString failure(Call&& call, ErrorCode code) {
    try {
        static_cast<void>(call());
    } catch (const Error& error) {
        if (error.code() == code) return QString::fromUtf8(error.what());
        return QString("another code: ") + error.what();
    }
    return {};
}

}  // namespace

class TestModel : public QObject {
    Q_OBJECT

private slots:
    void linearsAreListedInTheOrderOfComputation();
    void layerIsFoundByFullNameOrUniqueEnding();
    void unknownLayerSuggestsOthers();
    void layersOfABlockFollowItsKind();
    void manyExpertsAreFoundWithoutLookingThroughAll();
    void gpt2WeightsComeOutWithRowsPerOutput();
    void prefixOfTheCheckpointIsFound();
    void nestedTextModelIsFoundUnderEachOfItsNames();
    void packedLayersBesideATextModelAreRefused();
    void headsHaveNormsOfTheirOwn();
    void parameterCountIsTheSumOfTheTensors();
    void missingDirectoryIsNamed();
    void missingTensorIsNamedWithItsShape();
    void wrongShapeIsNamedWithBothShapes();
    void nanInAWeightIsNamedWithItsPlace();
    void aFileThatShrinksWhileItIsOpenIsNamed();
    void aConfigThatLeadsOutIsRefused();
    void infinityInANormIsNamed();
    void modelWithoutTokenizerSaysSoWhenTextIsNeeded();
    void blockOutOfRangeIsRefused();
};

void TestModel::linearsAreListedInTheOrderOfComputation() {
    const auto model = Model::open(source("mistral"));
    QCOMPARE(model->linears.size(), std::size_t{14});
    QCOMPARE(model->linears[0].name, std::string("model.layers.0.self_attn.q_proj"));
    QCOMPARE(model->linears[7].block, 1);
    QCOMPARE(model->linears[13].name, std::string("model.layers.1.mlp.down_proj"));
    QCOMPARE(model->linears[13].group, 3);
    QCOMPARE(model->linears[0].out_features, Index{40});
    QCOMPARE(model->linears[1].out_features, Index{20});
    QCOMPARE(model->linears[0].stored, DType::BF16);
    QCOMPARE(model->groups[0].absorber.name, std::string("model.layers.{}.input_layernorm"));
}

void TestModel::layerIsFoundByFullNameOrUniqueEnding() {
    const auto model = Model::open(source("mistral"));
    QCOMPARE(&model->linear("model.layers.1.mlp.up_proj"), &model->linears[12]);
    QCOMPARE(&model->linear("1.mlp.up_proj"), &model->linears[12]);
    QVERIFY(failure([&] { return model->linear("mlp.up_proj"); }, ErrorCode::InvalidOption).contains("several"));
    QVERIFY(failure([&] { return model->linear("p_proj"); }, ErrorCode::InvalidOption).contains("no such layer"));
    QVERIFY(failure([&] { return model->linear(""); }, ErrorCode::InvalidOption).contains("no such layer"));
}

void TestModel::unknownLayerSuggestsOthers() {
    const auto model = Model::open(source("mistral"));
    const QString message = failure([&] { return model->linear("layers.7.mlp.up_proj"); }, ErrorCode::InvalidOption);
    QVERIFY2(message.contains("model.layers.0.mlp.up_proj"), qPrintable(message));
}

void TestModel::layersOfABlockFollowItsKind() {
    const auto model = Model::open(source("qwen2_moe-some"));  // an MLP in block 0, four experts and a shared one in block 1
    std::string roles;
    for (const LinearInfo& linear : model->linearsOf(0)) roles += name(linear.key()) + ";";
    QCOMPARE(roles, std::string("query;key;value;attention-output;gate;up;down;"));
    const auto layers = model->linearsOf(1);
    QCOMPARE(layers.size(), std::size_t{4 + 1 + 4 * 3 + 3 + 1});
    QCOMPARE(layers[4].name, std::string("model.layers.1.mlp.gate"));
    QCOMPARE(layers[5].name, std::string("model.layers.1.mlp.experts.0.gate_proj"));
    QCOMPARE(name(layers[10].key()), std::string("expert 1's down"));
    QCOMPARE(layers[10].in_features, Index{16});
    QCOMPARE(layers.back().name, std::string("model.layers.1.mlp.shared_expert_gate"));
    QCOMPARE(layers.back().out_features, Index{1});
    const BlockWeights block = loadBlock(*model, 1);
    QCOMPARE(block.linears.size(), layers.size());
    QVERIFY(block.linears.at({Role::Up, 2}).weight == loadLinear(*model, model->linear("experts.2.up_proj")));
}

void TestModel::manyExpertsAreFoundWithoutLookingThroughAll() {
    Model model = *Model::open(source("mixtral"));
    // A hundred thousand names, each asked for once: looked through one by one that is ten thousand million comparisons.
    const LinearInfo like = model.linears.back();
    for (int i = 0; i < 100'000; ++i) {
        LinearInfo& linear = model.linears.emplace_back(like);
        linear.name = "model.layers.1.block_sparse_moe.experts." + std::to_string(100 + i) + ".w1";
        model.linear_places.emplace(linear.name, model.linears.size() - 1);
    }
    QElapsedTimer timer;
    timer.start();
    for (const LinearInfo& linear : model.linears) QCOMPARE(&model.linear(linear.name), &linear);
    QVERIFY2(timer.elapsed() < 5000, qPrintable(QString::number(timer.elapsed()) + " ms"));
}

void TestModel::gpt2WeightsComeOutWithRowsPerOutput() {
    const auto model = Model::open(source("gpt2"));
    const LinearInfo& fused = model->linear("h.0.attn.c_attn");
    QCOMPARE(fused.out_features, Index{96});
    QCOMPARE(fused.in_features, Index{32});
    const Matrix weight = loadLinear(*model, fused);
    QCOMPARE(weight.rows(), Index{96});
    QCOMPARE(weight.cols(), Index{32});
    const std::vector<float> stored = model->floats("h.0.attn.c_attn.weight");  // [in, out]
    QCOMPARE(weight(5, 3), stored[3 * 96 + 5]);
    const BlockWeights block = loadBlock(*model, 0);
    QCOMPARE(block.linears.size(), std::size_t{4});
    QVERIFY(block.linears.at(Role::QueryKeyValue).weight == weight);
    QCOMPARE(block.linears.at(Role::QueryKeyValue).bias.size(), std::size_t{96});
    QCOMPARE(block.mlp_norm.bias.size(), std::size_t{32});
}

void TestModel::prefixOfTheCheckpointIsFound() {
    QCOMPARE(Model::open(source("gpt2"))->name_prefix, std::string());
    const auto prefixed = Model::open(source("gpt2-prefixed"));
    QCOMPARE(prefixed->name_prefix, std::string("transformer."));
    QCOMPARE(prefixed->linears[0].name, std::string("transformer.h.0.attn.c_attn"));
    QCOMPARE(prefixed->headTensor(), std::string("transformer.wte.weight"));
    QCOMPARE(Model::open(source("mistral"))->headTensor(), std::string("lm_head.weight"));
}

void TestModel::nestedTextModelIsFoundUnderEachOfItsNames() {
    const std::tuple<const char*, const char*, const char*> cases[] = {
        {"gemma3", "language_model.model.", "language_model.model.embed_tokens.weight"},
        {"gemma3-later", "model.language_model.", "model.language_model.embed_tokens.weight"},
        {"gemma3-bare", "language_model.", "language_model.embed_tokens.weight"},
        {"mistral3", "language_model.model.", "language_model.lm_head.weight"},
        {"mistral3-later", "model.language_model.", "lm_head.weight"}};
    for (const auto& [name, prefix, head] : cases) {
        const auto model = Model::open(source(name));
        QCOMPARE(model->name_prefix, std::string(prefix));
        QCOMPARE(model->headTensor(), std::string(head));
        QCOMPARE(model->linears.size(), std::size_t{14});  // none of the image encoder's, though some are called alike
        QCOMPARE(model->linear("1.mlp.up_proj").name, std::string(prefix) + "layers.1.mlp.up_proj");
        QCOMPARE(model->linear("0.self_attn.q_proj").in_features, Index{32});
        // Every tensor is one that is computed with, or another part's.
        const Family& family = *model->config.family;
        std::int64_t others = 0;
        std::int64_t total = 0;
        for (const auto& [tensor, view] : model->checkpoint->tensors()) {
            total += view.elementCount();
            if (family.isOtherPart(tensor)) others += view.elementCount();
        }
        QVERIFY(others > 0);
        QCOMPARE(model->parameterCount() + others, total);
    }
}

void TestModel::packedLayersBesideATextModelAreRefused() {
    const Copy copy("gemma3");
    copy.rename("vision_model.encoder.layers.0.self_attn.q_proj.weight", "vision_model.encoder.layer.0.self_attn.q_proj.qweight");
    const QString message = failure([&] { return Model::open(copy.path()); }, ErrorCode::Unsupported);
    QVERIFY2(
        message.contains("'vision_tower.vision_model.encoder.layer.0.self_attn.q_proj.qweight': expected floating-point weights in the "
                         "parts beside the text model"),
        qPrintable(message));
    QCOMPARE(Model::open(copy.path(), true)->linears.size(), std::size_t{14});
}

void TestModel::headsHaveNormsOfTheirOwn() {
    const auto model = Model::open(source("stablelm-normed"));
    const BlockWeights block = loadBlock(*model, 1);
    QCOMPARE(block.query_norm.gain.size(), std::size_t{4 * 8});
    QCOMPARE(block.key_norm.gain.size(), std::size_t{2 * 8});
    const std::vector<float> third = model->floats("model.layers.1.self_attn.q_layernorm.norms.2.weight");
    QVERIFY(std::equal(third.begin(), third.end(), block.query_norm.gain.begin() + 2 * 8));
    QVERIFY(block.query_norm.bias.empty());
}

void TestModel::parameterCountIsTheSumOfTheTensors() {
    for (const char* name : {"gpt2", "opt-post-norm", "mistral", "llama-yarn", "qwen2", "stablelm-normed"}) {
        const auto model = Model::open(source(name));
        std::int64_t total = 0;
        for (const auto& [tensor, view] : model->checkpoint->tensors()) total += view.elementCount();
        QCOMPARE(model->parameterCount(), total);
    }
}

void TestModel::missingDirectoryIsNamed() {
    const QString message = failure([] { return Model::open("/nowhere/at/all"); }, ErrorCode::Io);
    QVERIFY2(message.contains("/nowhere/at/all"), qPrintable(message));
}

void TestModel::missingTensorIsNamedWithItsShape() {
    const Copy copy("llama-linear");
    copy.rename("model.layers.1.mlp.down_proj.weight", "model.layers.1.mlp.done_proj.weight");
    const QString message = failure([&] { return Model::open(copy.path()); }, ErrorCode::Format);
    QVERIFY2(message.contains("expected a tensor 'model.layers.1.mlp.down_proj.weight' [32, 48], found none"), qPrintable(message));
}

void TestModel::wrongShapeIsNamedWithBothShapes() {
    const Copy copy("llama-linear");
    copy.changeConfig("intermediate_size", 64);
    const QString message = failure([&] { return Model::open(copy.path()); }, ErrorCode::ShapeMismatch);
    QVERIFY2(message.contains("'model.layers.0.mlp.gate_proj.weight': expected shape [64, 32] by config.json, found [48, 32]"),
             qPrintable(message));
}

void TestModel::nanInAWeightIsNamedWithItsPlace() {
    const Copy copy("llama-linear");
    copy.overwrite("model.layers.1.mlp.up_proj.weight", 32 * 5 + 7, std::numeric_limits<float>::quiet_NaN());
    const auto model = Model::open(copy.path());  // headers only: not seen yet
    QCOMPARE(loadBlock(*model, 0).linears.size(), std::size_t{7});
    const QString message = failure([&] { return loadBlock(*model, 1); }, ErrorCode::NonFinite);
    QVERIFY2(message.contains("'model.layers.1.mlp.up_proj.weight'") && message.contains("nan at row 5, column 7"), qPrintable(message));
}

void TestModel::aFileThatShrinksWhileItIsOpenIsNamed() {
    const Copy copy("qwen2");
    const auto model = Model::open(copy.path());
    static_cast<void>(loadBlock(*model, 0));
    fs::resize_file(copy.path() / "model.safetensors", 10000);
    const QString message = failure([&] { return loadBlock(*model, 1).linears.size(); }, ErrorCode::Io);
    QVERIFY2(message.contains("model.safetensors: expected 38232 bytes as when it was opened, found 10000"), qPrintable(message));
}

void TestModel::aConfigThatLeadsOutIsRefused() {
    const Copy copy("qwen2");
    const QTemporaryDir elsewhere;
    const fs::path target = fs::path(elsewhere.path().toStdString()) / "config.json";
    fs::rename(copy.path() / "config.json", target);
    fs::create_symlink(target, copy.path() / "config.json");
    const QString message = failure([&] { return Model::open(copy.path()); }, ErrorCode::Io);
    QVERIFY2(message.contains("leads out of the model directory"), qPrintable(message));
}

void TestModel::infinityInANormIsNamed() {
    const Copy copy("llama-linear");
    copy.overwrite("model.layers.0.input_layernorm.weight", 9, -std::numeric_limits<float>::infinity());
    const QString message = failure([&] { return loadBlock(*Model::open(copy.path()), 0); }, ErrorCode::NonFinite);
    QVERIFY2(message.contains("'model.layers.0.input_layernorm.weight'") && message.contains("-inf at element 9"), qPrintable(message));
}

void TestModel::modelWithoutTokenizerSaysSoWhenTextIsNeeded() {
    const auto model = Model::open(source("opt"));
    QVERIFY(!model->tokenizer);
    QVERIFY(failure([&] { return &model->requireTokenizer(); }, ErrorCode::Unsupported).contains("tokenizer.json"));
}

void TestModel::blockOutOfRangeIsRefused() {
    const auto model = Model::open(source("opt"));
    QVERIFY(failure([&] { return loadBlock(*model, 2); }, ErrorCode::InvalidOption).contains("expected 0 to 1, found 2"));
}

QTEST_APPLESS_MAIN(TestModel)
#include "tst_model.moc"
