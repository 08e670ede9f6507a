#include <QTemporaryDir>
#include <QTest>
#include <map>
#include <set>

#include "core/exporter/quantization_config.h"
#include "core/exporter/salient_record.h"
#include "core/exporter/write_progress.h"
#include "core/model/family_json.h"
#include "core/model/packed/stored_scheme.h"
#include "tests/core/exporter/sample_models.h"
#include "tests/support/places.h"

using namespace salient;
using namespace salient::samples;
namespace fs = std::filesystem;

/// What is written where: files, names, configs, shards; what is refused; what cancelling leaves.
class TestCheckpointWriter : public QObject {
    Q_OBJECT

private slots:
    void obstaclesNameLayerAndNumbers_data();
    void obstaclesNameLayerAndNumbers();
    void awqHasOneGroupSizeForAllLayers();
    void awqCannotKeepALayerWhoseNameIsInAnothers();
    void storiesModelGetsAClearSentence();
    void writableMethodsHaveNoObstacle();
    void remarksSayWhatBecomesOfNumbers();
    void formatNamesAreKnown();
    void scaleTypeFollowsTheModel();

    void directoryHoldsWhatLoadersNeed();
    void descriptionOfTheFamilyGoesAlong();
    void nothingIsWrittenTwice();
    void gptqConfigsAgree();
    void compressedConfigHasNoForbiddenKeys();
    void keptLayersAreDeclaredAndUntouched_data();
    void keptLayersAreDeclaredAndUntouched();
    void layersThatVllmFusesAreDeclaredUnderTheirCommonName();
    void expertsThatVllmFusesAreDeclaredUnderTheirCommonName();
    void projectionsAroundTheBlocksAreDeclared_data();
    void projectionsAroundTheBlocksAreDeclared();
    void otherPartsStayAsTheyWere_data();
    void otherPartsStayAsTheyWere();
    void otherPartsAreDeclaredUnderEveryName();
    void layersOfANestedModelAreDeclaredUnderEveryName_data();
    void layersOfANestedModelAreDeclaredUnderEveryName();
    void nestedConfigNamesTheTypeAndNoOldQuantization();
    void quantizationInTheNestedConfigIsRead();
    void unchangedTensorsAreCopiedByteForByte();
    void normsOfSingleHeadsAreCopied();
    void tiedHeadAndBuffersAreLeftOut();
    void float32BecomesFloat16OnlyWhereTheFormatWantsIt();
    void digitsThatFloat16DoesNotHoldAreCountedAndRecorded();
    void shardsFollowTheLimitAndTheIndex();
    void aLimitBelowEveryTensorGivesEachAFile();

    void overflowIsRefusedBeforeAnyWork();
    void scaleThatIsNotStorableIsRefused();
    void missingBlockIsRefused();
    void targetWithFilesIsRefused();
    void cancelLeavesNothing();
    void abandonedWriterLeavesNothing();
};

namespace {

std::shared_ptr<const Model> makeModel(const QTemporaryDir& directory, const char* family, DType type, Json config = {}) {
    writeModel(pathOf(directory, "model"), family, type, std::move(config));
    return Model::open(pathOf(directory, "model"));
}

GridSpec gridOf(int bits, bool symmetric, Index group_size) {
    GridSpec grid;
    grid.bits = bits;
    grid.is_symmetric = symmetric;
    grid.group_size = group_size;
    return grid;
}

/// RTN of every layer that is not kept, without calibration.
QuantizedModel nearest(const std::shared_ptr<const Model>& model, const MethodSpec& method, const std::set<std::string>& kept = {}) {
    QuantizedModel quantized;
    quantized.original = model;
    quantized.method = method;
    for (int block = 0; block < model->config.n_blocks; ++block) {
        quantized.blocks.emplace_back().block = block;
        for (const LinearInfo& linear : model->linears) {
            if (linear.block != block || kept.contains(linear.name)) continue;
            QuantizedLinear& layer = quantized.blocks.back().linears.emplace_back();
            layer.name = linear.name;
            layer.tensor = quantizeNearest(loadLinear(*model, linear), method.grid);
        }
    }
    return quantized;
}

QString joined(const std::vector<std::string>& sentences) {
    QString result;
    for (const std::string& sentence : sentences) result += QString::fromStdString(sentence) + "\n";
    return result;
}

/// The message of the Error that an action throws.
template <typename Action>
QString complaint(const Action& action) {
    try {
        action();
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

/// What is declared of a four-bit method with these overrides and kept layers.
Json declared(const Model& model, ExportFormat format, std::vector<LayerOverride> overrides, std::vector<std::string> keep = {}) {
    MethodSpec method = methodFor(model, format, "rtn", gridOf(4, true, 32));
    method.overrides = std::move(overrides);
    method.keep = std::move(keep);
    return quantizationConfig(model, method, format, checkpointLayout(model, method, format, 1 << 30));
}

bool isEmptyBut(const QTemporaryDir& directory, const std::set<std::string>& expected) {
    std::set<std::string> found;
    for (const fs::directory_entry& entry : fs::directory_iterator(directory.path().toStdString()))
        found.insert(entry.path().filename().string());
    return found == expected;
}

}  // namespace

void TestCheckpointWriter::obstaclesNameLayerAndNumbers_data() {
    QTest::addColumn<QString>("format");
    QTest::addColumn<QString>("method");
    QTest::addColumn<int>("bits");
    QTest::addColumn<bool>("symmetric");
    QTest::addColumn<int>("group_size");
    QTest::addColumn<bool>("act_order");
    QTest::addColumn<QString>("sentence");
    const auto add = [](const char* title, const char* format, const char* method, int bits, bool symmetric, int group, bool act_order,
                        const char* sentence) {
        QTest::newRow(title) << format << method << bits << symmetric << group << act_order << sentence;
    };
    add("group", "gptq", "rtn", 4, true, 48, false,
        "model.layers.0.self_attn.q_proj (and in 1 other block): its 64 inputs cannot be divided by the group size 48 (remainder 16): "
        "every layer can be divided by 64, 32, 16");
    add("gptq bits", "gptq", "rtn", 5, true, 32, false, "gptq holds 2, 3, 4 or 8 bits, found 5.");
    add("awq bits", "awq", "rtn", 8, false, 32, false, "awq holds 4 bits, found 8.");
    add("awq act-order", "awq", "gptq", 4, false, 32, true, "awq has no place for the groups that activation order makes");
    add("compressed bits", "compressed-tensors", "rtn", 3, true, 32, false,
        "compressed-tensors holds 4 or 8 bits (its releases disagree on other widths), found 3.");
    add("int8 in gptq", "gptq", "smoothquant", 8, true, -1, false,
        "gptq cannot say that activations are int8 (W8A8): choose compressed-tensors");
    add("int8 in awq", "awq", "w8a8", 8, true, -1, false, "awq cannot say that activations are int8");
}

void TestCheckpointWriter::obstaclesNameLayerAndNumbers() {
    QFETCH(QString, format);
    QFETCH(QString, method);
    QFETCH(int, bits);
    QFETCH(bool, symmetric);
    QFETCH(int, group_size);
    QFETCH(bool, act_order);
    QFETCH(QString, sentence);
    QTemporaryDir directory;
    const auto model = makeModel(directory, "llama", DType::F16);
    const ExportFormat which = exportFormatFromName(format.toStdString());
    MethodSpec spec = methodFor(*model, which, method.toStdString(), gridOf(bits, symmetric, group_size));
    spec.gptq.act_order = act_order;
    const QString found = joined(exportObstacles(*model, spec, which));
    QVERIFY2(found.contains(sentence), qPrintable(found));
    // The writer refuses with the same sentence, before it creates anything.
    const QString refused = complaint([&] { CheckpointWriter(model, spec, pathOf(directory, "out"), {which, 1 << 30, {}}); });
    QVERIFY2(refused.contains(sentence), qPrintable(refused));
    QVERIFY(isEmptyBut(directory, {"model"}));
}

void TestCheckpointWriter::awqHasOneGroupSizeForAllLayers() {
    const QTemporaryDir directory;
    const auto model = makeModel(directory, "llama", DType::F16);
    MethodSpec method = methodFor(*model, ExportFormat::Awq, "rtn", gridOf(4, false, 32));
    const auto found = [&](Index group_size) {
        method.overrides = {{"down_proj", std::nullopt, std::nullopt, group_size}};
        return joined(exportObstacles(*model, method, ExportFormat::Awq));
    };
    QCOMPARE(found(32), QString());
    QCOMPARE(found(64), QString("awq has one group size for all layers, found 32 and 64.\n"));
    const QString refused = complaint([&] { CheckpointWriter(model, method, pathOf(directory, "out"), {ExportFormat::Awq, 1 << 30, {}}); });
    QVERIFY2(refused.contains("awq has one group size for all layers, found 32 and 64."), qPrintable(refused));
    QCOMPARE(joined(exportObstacles(*model, method, ExportFormat::Gptq)), QString());
}

/// modules_to_not_convert is compared with any part of a name: no family that is known has such names, one that is described may.
void TestCheckpointWriter::awqCannotKeepALayerWhoseNameIsInAnothers() {
    const QTemporaryDir directory;
    const fs::path folder = pathOf(directory, "model");
    writeModel(folder, "llama", DType::F16);
    OpenFile file(folder / "model.safetensors");
    for (TensorLayout& tensor : file.layout) {
        for (const auto& [from, to] : {std::pair("gate_proj", "gate"), std::pair("up_proj", "gate_up")}) {
            const std::size_t at = tensor.name.find(from);
            if (at == std::string::npos) continue;
            const std::vector<std::byte> bytes = file.bytes.at(tensor.name);
            tensor.name.replace(at, std::string(from).size(), to);
            file.bytes[tensor.name] = bytes;
        }
    }
    file.save(folder / "model.safetensors");
    Json config = readJson(folder / "config.json");
    config["model_type"] = "opal";
    writeJson(folder / "config.json", config);
    const auto linear = [](const char* role, const char* name) { return Json{{"role", role}, {"name", name}}; };
    const Json linears = Json::array({linear("query", "self_attn.q_proj"), linear("key", "self_attn.k_proj"),
                                      linear("value", "self_attn.v_proj"), linear("attention-output", "self_attn.o_proj"),
                                      linear("gate", "mlp.gate"), linear("up", "mlp.gate_up"), linear("down", "mlp.down_proj")});
    writeJson(folder / kFamilyFile, Json{{"like", "llama"}, {"model_type", "opal"}, {"linears", linears}});
    const auto model = Model::open(folder);
    MethodSpec method = methodFor(*model, ExportFormat::Awq, "rtn", gridOf(4, false, 32));
    const auto found = [&](const char* kept) {
        method.keep = {kept};
        return joined(exportObstacles(*model, method, ExportFormat::Awq));
    };
    QCOMPARE(found(R"(\.0\.mlp\.gate_up$)"), QString());
    QCOMPARE(found(R"(\.0\.mlp\.gate$)"),
             QString("awq loaders would also leave model.layers.0.mlp.gate_up unquantized, whose name contains "
                     "that of the kept layer model.layers.0.mlp.gate.\n"));
    QVERIFY(!complaint([&] { CheckpointWriter(model, method, pathOf(directory, "out"), {ExportFormat::Awq, 1 << 30, {}}); }).isEmpty());
    QCOMPARE(joined(exportObstacles(*model, method, ExportFormat::Gptq)), QString());
}

void TestCheckpointWriter::storiesModelGetsAClearSentence() {
    const fs::path stories = salient::test::sharedFolder() / "models" / "stories260K";
    if (!fs::exists(stories)) QSKIP("the third-party model is not here");
    const auto model = Model::open(stories);
    const MethodSpec method = methodFor(*model, ExportFormat::Gptq, "rtn", gridOf(4, true, 64));
    const QString found = joined(exportObstacles(*model, method, ExportFormat::Gptq));
    QVERIFY2(
        found.contains(
            "model.layers.0.mlp.down_proj (and in 4 other blocks): its 172 inputs cannot be divided by the group size 64 (remainder 44)"),
        qPrintable(found));
    QVERIFY2(
        found.contains(
            "model.layers.0.mlp.gate_proj (and in 4 other blocks): its 172 outputs are not a multiple of 32, as the packing of gptq needs"),
        qPrintable(found));
}

void TestCheckpointWriter::writableMethodsHaveNoObstacle() {
    QTemporaryDir directory;
    const auto model = makeModel(directory, "gpt2", DType::BF16);
    for (const auto& [format, method, bits, symmetric] :
         {std::tuple(ExportFormat::Gptq, "gptq", 3, true), std::tuple(ExportFormat::Gptq, "rtn", 4, false),
          std::tuple(ExportFormat::Awq, "awq", 4, false), std::tuple(ExportFormat::CompressedTensors, "rtn", 8, false),
          std::tuple(ExportFormat::CompressedTensors, "w8a8", 8, true), std::tuple(ExportFormat::Dequantized, "smoothquant", 8, true),
          std::tuple(ExportFormat::Dequantized, "rtn", 7, false)}) {
        QCOMPARE(joined(exportObstacles(*model, methodFor(*model, format, method, gridOf(bits, symmetric, 32)), format)), QString());
    }
}

void TestCheckpointWriter::remarksSayWhatBecomesOfNumbers() {
    QTemporaryDir directory;
    const auto model = makeModel(directory, "llama", DType::F16);
    const auto remarks = [&](ExportFormat format, const char* method, int bits, bool symmetric) {
        return joined(exportRemarks(*model, methodFor(*model, format, method, gridOf(bits, symmetric, 32)), format));
    };
    QVERIFY(remarks(ExportFormat::Gptq, "rtn", 4, false).contains("gptq_v2"));
    QVERIFY(!remarks(ExportFormat::Gptq, "rtn", 4, true).contains("gptq_v2"));
    QVERIFY(remarks(ExportFormat::Dequantized, "rtn", 4, true).contains("each is rounded once more"));
    QVERIFY(remarks(ExportFormat::Dequantized, "smoothquant", 8, true).contains("floating-point activations, not int8"));
}

void TestCheckpointWriter::formatNamesAreKnown() {
    for (const std::string& known : exportFormatNames()) QCOMPARE(std::string(name(exportFormatFromName(known))), known);
    QVERIFY(complaint([] {
                static_cast<void>(exportFormatFromName("ggml"));
            }).contains("gptq, awq, compressed-tensors, dequantized, gguf, found 'ggml'"));
}

void TestCheckpointWriter::scaleTypeFollowsTheModel() {
    ModelConfig config;
    config.stored_dtype = "bfloat16";
    QCOMPARE(storedScaleType(ExportFormat::Gptq, config), DType::BF16);
    QCOMPARE(storedScaleType(ExportFormat::Awq, config), DType::F16);
    QCOMPARE(storedScaleType(ExportFormat::CompressedTensors, config), DType::BF16);
    QCOMPARE(storedScaleType(ExportFormat::Dequantized, config), DType::F32);
    config.stored_dtype = "float32";
    QCOMPARE(storedScaleType(ExportFormat::Gptq, config), DType::F16);
}

void TestCheckpointWriter::directoryHoldsWhatLoadersNeed() {
    QTemporaryDir directory;
    const auto model = Model::open(salient::test::resourceFolder() / "demo" / "model");
    const MethodSpec method = methodFor(*model, ExportFormat::Gptq, "rtn", gridOf(4, true, 128));
    exportTo(nearest(model, method), pathOf(directory, "out"), ExportFormat::Gptq);
    std::set<std::string> files;
    for (const fs::directory_entry& entry : fs::directory_iterator(pathOf(directory, "out"))) {
        files.insert(entry.path().filename().string());
        QVERIFY2((entry.status().permissions() & fs::perms::owner_write) != fs::perms::none, entry.path().c_str());
    }
    const std::set<std::string> wanted = {"config.json",  "generation_config.json", "model.safetensors",       "quantize_config.json",
                                          "salient.json", "tokenizer.json",         "special_tokens_map.json", "tokenizer_config.json"};
    QCOMPARE(files, wanted);
    QCOMPARE(readText(pathOf(directory, "out") / "tokenizer.json"), readText(model->directory / "tokenizer.json"));
    QCOMPARE(SafetensorsFile::open(pathOf(directory, "out") / "model.safetensors").metadata().at("format"), std::string("pt"));
    // The original's keys come first and unchanged.
    const Json config = readJson(pathOf(directory, "out") / "config.json");
    for (const auto& [key, value] : model->config.raw.items()) QVERIFY2(config.at(key) == value, key.c_str());
}

void TestCheckpointWriter::descriptionOfTheFamilyGoesAlong() {
    const QTemporaryDir directory;
    writeModel(pathOf(directory, "model"), "qwen3", DType::BF16);
    Json config = readJson(pathOf(directory, "model") / "config.json");
    config["model_type"] = "quartz";
    writeJson(pathOf(directory, "model") / "config.json", config);
    writeJson(pathOf(directory, "model") / kFamilyFile, Json{{"like", "qwen3"}, {"model_type", "quartz"}});
    const auto model = Model::open(pathOf(directory, "model"));
    GridSpec grid;
    grid.group_size = 32;
    exportTo(quantizeRandomly(model, methodFor(*model, ExportFormat::Gptq, "awq+gptq", grid)), pathOf(directory, "out"),
             ExportFormat::Gptq);
    JobContext job;
    const VerifyReport report = verifyCheckpoint(pathOf(directory, "out"), model, job);
    QVERIFY2(report.passed(), qPrintable(text(report)));
    QCOMPARE(Model::open(pathOf(directory, "out"), true)->config.family->model_type, std::string("quartz"));
}

void TestCheckpointWriter::nothingIsWrittenTwice() {
    WriteProgress progress;
    progress.beginBlock(1, 2);
    progress.tensorDone("a");
    progress.tensorDone("b");
    QVERIFY_EXCEPTION_THROWN(progress.beginBlock(1, 2), Error);
    QVERIFY_EXCEPTION_THROWN(progress.beginBlock(2, 2), Error);
    QVERIFY_EXCEPTION_THROWN(progress.tensorDone("a"), Error);
    QVERIFY_EXCEPTION_THROWN(progress.requireAllBlocks(2), Error);
    progress.beginBlock(0, 2);
    progress.requireAllBlocks(2);
}

void TestCheckpointWriter::gptqConfigsAgree() {
    QTemporaryDir directory;
    const auto model = makeModel(directory, "llama", DType::BF16);
    MethodSpec method = methodFor(*model, ExportFormat::Gptq, "gptq", gridOf(4, false, 32));
    method.gptq.act_order = true;
    exportTo(quantizeRandomly(model, method), pathOf(directory, "out"), ExportFormat::Gptq);
    const Json config = readJson(pathOf(directory, "out") / "config.json");
    const Json& quantization = config.at("quantization_config");
    QVERIFY(quantization == readJson(pathOf(directory, "out") / "quantize_config.json"));
    QCOMPARE(quantization.at("quant_method").get<std::string>(), std::string("gptq"));
    QVERIFY(quantization.at("bits") == 4 && quantization.at("bits").is_number_integer());
    QVERIFY(quantization.at("group_size") == 32 && quantization.at("desc_act") == true && quantization.at("sym") == false);
    QVERIFY(quantization.at("checkpoint_format") == "gptq_v2");
    QCOMPARE(config.at("torch_dtype").get<std::string>(), std::string("bfloat16"));
    QCOMPARE(Checkpoint::open(pathOf(directory, "out")).tensor("model.layers.0.mlp.up_proj.scales").dtype, DType::BF16);
    // Static groups stay where they are, whatever the order: a loader has nothing to look up.
    method.gptq.static_groups = true;
    exportTo(quantizeRandomly(model, method), pathOf(directory, "static"), ExportFormat::Gptq);
    QVERIFY(readJson(pathOf(directory, "static") / "config.json").at("quantization_config").at("desc_act") == false);
}

void TestCheckpointWriter::compressedConfigHasNoForbiddenKeys() {
    QTemporaryDir directory;
    const auto model = makeModel(directory, "llama", DType::F16);
    const MethodSpec method = methodFor(*model, ExportFormat::CompressedTensors, "w8a8", gridOf(8, true, -1));
    exportTo(nearest(model, method), pathOf(directory, "out"), ExportFormat::CompressedTensors);
    const Json quantization = readJson(pathOf(directory, "out") / "config.json").at("quantization_config");
    QVERIFY(!fs::exists(pathOf(directory, "out") / "quantize_config.json"));
    QCOMPARE(quantization.at("format").get<std::string>(), std::string("int-quantized"));
    QVERIFY(quantization.at("ignore") == Json::array({"lm_head"}));
    const Json& group = quantization.at("config_groups").at("group_0");
    QVERIFY(group.at("targets") == Json::array({"Linear"}));
    const Json weights = {{"num_bits", 8},         {"type", "int"},         {"symmetric", true},
                          {"strategy", "channel"}, {"group_size", nullptr}, {"dynamic", false}};
    QVERIFY2(group.at("weights") == weights, group.dump().c_str());
    const Json activations = {{"num_bits", 8},       {"type", "int"},   {"symmetric", true},
                              {"strategy", "token"}, {"dynamic", true}, {"observer", nullptr}};
    QVERIFY2(group.at("input_activations") == activations, group.dump().c_str());
}

void TestCheckpointWriter::keptLayersAreDeclaredAndUntouched_data() {
    QTest::addColumn<int>("format");
    QTest::addColumn<QString>("family");
    for (const char* family : {"llama", "gpt2", "opt"}) {
        for (const ExportFormat format :
             {ExportFormat::Gptq, ExportFormat::Awq, ExportFormat::CompressedTensors, ExportFormat::Dequantized})
            QTest::addRow("%s %s", name(format).data(), family) << static_cast<int>(format) << family;
    }
}

void TestCheckpointWriter::keptLayersAreDeclaredAndUntouched() {
    QFETCH(int, format);
    QFETCH(QString, family);
    const auto which = static_cast<ExportFormat>(format);
    QTemporaryDir directory;
    const auto model = makeModel(directory, qPrintable(family), DType::F16);
    const std::string kept = model->linears.back().name;
    MethodSpec method = methodFor(*model, which, "rtn", gridOf(4, false, 32));
    method.keep = {kept};
    exportTo(nearest(model, method, {kept}), pathOf(directory, "out"), which);
    const Checkpoint checkpoint = Checkpoint::open(pathOf(directory, "out"));
    QVERIFY(std::ranges::equal(checkpoint.tensor(kept + ".weight").bytes, model->checkpoint->tensor(kept + ".weight").bytes));
    JobContext job;
    const VerifyReport report = verifyCheckpoint(pathOf(directory, "out"), model, job);
    QVERIFY2(report.passed(), qPrintable(text(report)));
    QCOMPARE(report.n_layers, static_cast<Index>(model->linears.size()) - 1);
    QCOMPARE(report.n_layers_identical, report.n_layers);
}

void TestCheckpointWriter::layersThatVllmFusesAreDeclaredUnderTheirCommonName() {
    QTemporaryDir directory;
    const auto model = makeModel(directory, "llama", DType::F16);
    const std::string q = R"(+:^model\.layers\.0\.self_attn\.q_proj$)";
    const std::string qkv = R"(+:^model\.layers\.0\.self_attn\.qkv_proj$)";
    const std::vector<LayerOverride> all = {{.layers = R"(layers\.0\.self_attn\.[qkv]_proj$)", .bits = 8}};
    const std::vector<LayerOverride> one = {{.layers = R"(layers\.0\.self_attn\.q_proj$)", .bits = 8}};
    const Json agreed = declared(*model, ExportFormat::Gptq, all)["dynamic"];
    QCOMPARE(agreed.size(), std::size_t{4});
    QVERIFY2(agreed.contains(qkv) && agreed[qkv] == agreed[q] && agreed[qkv]["bits"] == 8, agreed.dump().c_str());
    // Of members that differ, no rule for the module they make is true.
    const Json differing = declared(*model, ExportFormat::Gptq, one)["dynamic"];
    QVERIFY2(differing.size() == 1 && differing.contains(q), differing.dump().c_str());
    const Json kept = declared(*model, ExportFormat::Gptq, {}, {R"(layers\.1\.mlp\.(gate|up)_proj$)"})["dynamic"];
    QVERIFY2(kept.size() == 3 && kept.contains(R"(-:^model\.layers\.1\.mlp\.gate_up_proj$)"), kept.dump().c_str());
    QCOMPARE(declared(*model, ExportFormat::Gptq, {}, {R"(layers\.1\.mlp\.gate_proj$)"})["dynamic"].size(), std::size_t{1});

    const auto targets = [&](const std::vector<LayerOverride>& overrides, const char* group) {
        return declared(*model, ExportFormat::CompressedTensors, overrides)["config_groups"][group]["targets"].get<std::set<std::string>>();
    };
    const std::string attention = "model.layers.0.self_attn.";
    QVERIFY(targets(all, "group_1") ==
            (std::set<std::string>{attention + "q_proj", attention + "k_proj", attention + "v_proj", attention + "qkv_proj"}));
    QVERIFY(targets(one, "group_1") == std::set<std::string>{attention + "q_proj"});
    QVERIFY(targets(all, "group_0") == std::set<std::string>{"Linear"});
}

void TestCheckpointWriter::expertsThatVllmFusesAreDeclaredUnderTheirCommonName() {
    QTemporaryDir directory;
    const auto model = makeModel(directory, "qwen2_moe", DType::BF16);
    const std::string experts = R"(^model\.layers\.0\.mlp\.experts$)";
    const Json changed = declared(*model, ExportFormat::Gptq, {{.layers = R"(layers\.0\.mlp\.experts\.)", .bits = 8}})["dynamic"];
    QVERIFY2(changed.contains("+:" + experts), changed.dump().c_str());
    const Json kept = declared(*model, ExportFormat::Gptq, {}, {R"(layers\.0\.mlp\.(experts|shared_expert)\.)"})["dynamic"];
    QVERIFY2(kept.contains("-:" + experts), kept.dump().c_str());
    QVERIFY2(kept.contains(R"(-:^model\.layers\.0\.mlp\.shared_expert\.gate_up_proj$)"), kept.dump().c_str());
    const Json differing = declared(*model, ExportFormat::Gptq, {{.layers = R"(layers\.0\.mlp\.experts\.3\.)", .bits = 8}})["dynamic"];
    QVERIFY2(!differing.contains("+:" + experts), differing.dump().c_str());
}

void TestCheckpointWriter::projectionsAroundTheBlocksAreDeclared_data() {
    QTest::addColumn<int>("format");
    for (const ExportFormat format : {ExportFormat::Gptq, ExportFormat::Awq, ExportFormat::CompressedTensors})
        QTest::newRow(name(format).data()) << static_cast<int>(format);
}

void TestCheckpointWriter::projectionsAroundTheBlocksAreDeclared() {
    QFETCH(int, format);
    QTemporaryDir directory;
    Json config = familyConfig("opt");  // as OPT-350M: embeddings of another width, norms after the sums
    config["word_embed_proj_dim"] = 32;
    config["do_layer_norm_before"] = false;
    const auto model = makeModel(directory, "opt", DType::F16, config);
    QVERIFY(model->checkpoint->contains("model.decoder.project_in.weight"));
    const Json quantization = declared(*model, static_cast<ExportFormat>(format), {});
    const std::set<std::string> around = {"model.decoder.project_in", "model.decoder.project_out"};
    if (static_cast<ExportFormat>(format) == ExportFormat::Gptq) {
        QCOMPARE(quantization["dynamic"].size(), std::size_t{2});
        QVERIFY(quantization["dynamic"].contains(R"(-:^model\.decoder\.project_in$)"));
        QVERIFY(quantization["dynamic"].contains(R"(-:^model\.decoder\.project_out$)"));
    } else if (static_cast<ExportFormat>(format) == ExportFormat::Awq) {
        QVERIFY(quantization["modules_to_not_convert"].get<std::set<std::string>>() == around);
    } else {
        auto ignored = quantization["ignore"].get<std::set<std::string>>();
        QCOMPARE(ignored.erase("lm_head"), std::size_t{1});
        QVERIFY(ignored == around);
    }
}

namespace {

/// Gives a nested model's tensors the names under which transformers saves them since 4.52.
void renameAsLater(const fs::path& file) {
    const std::string before = "language_model.";
    const std::string before_blocks = "language_model.model.";
    OpenFile tensors(file);
    for (TensorLayout& tensor : tensors.layout) {
        auto content = tensors.bytes.extract(tensor.name);
        if (tensor.name.starts_with(before_blocks)) {
            tensor.name = "model.language_model." + tensor.name.substr(before_blocks.size());
        } else if (tensor.name.starts_with(before)) {
            tensor.name = tensor.name.substr(before.size());
        } else {
            tensor.name = "model." + tensor.name;
        }
        content.key() = tensor.name;
        tensors.bytes.insert(std::move(content));
    }
    tensors.save(file);
}

std::shared_ptr<const Model> makeNestedModel(const QTemporaryDir& directory, const char* family, bool is_later, Json config = {}) {
    writeModel(pathOf(directory, "model"), family, DType::BF16, std::move(config));
    if (is_later) renameAsLater(pathOf(directory, "model") / "model.safetensors");
    return Model::open(pathOf(directory, "model"));
}

}  // namespace

void TestCheckpointWriter::otherPartsStayAsTheyWere_data() {
    QTest::addColumn<int>("format");
    QTest::addColumn<QString>("family");
    QTest::addColumn<bool>("is_later");
    for (const char* family : {"gemma3", "mistral3"}) {
        for (const bool is_later : {false, true}) {
            for (const ExportFormat format :
                 {ExportFormat::Gptq, ExportFormat::Awq, ExportFormat::CompressedTensors, ExportFormat::Dequantized})
                QTest::addRow("%s %s%s", name(format).data(), family, is_later ? ", later names" : "")
                    << static_cast<int>(format) << family << is_later;
        }
    }
}

void TestCheckpointWriter::otherPartsStayAsTheyWere() {
    QFETCH(int, format);
    QFETCH(QString, family);
    QFETCH(bool, is_later);
    const auto which = static_cast<ExportFormat>(format);
    QTemporaryDir directory;
    const auto model = makeNestedModel(directory, qPrintable(family), is_later);
    exportTo(nearest(model, methodFor(*model, which, "rtn", gridOf(4, false, 32))), pathOf(directory, "out"), which);

    // awq's floats become F16, but those that its kernels do not compute with stay.
    const Checkpoint written = Checkpoint::open(pathOf(directory, "out"));
    int n_others = 0;
    for (const auto& [tensor, view] : model->checkpoint->tensors()) {
        if (tensor.find("vision_tower") == std::string::npos && tensor.find("projector") == std::string::npos) continue;
        ++n_others;
        const TensorView& after = written.tensor(tensor);
        QVERIFY2(after.dtype == view.dtype && after.shape == view.shape && std::ranges::equal(after.bytes, view.bytes), tensor.c_str());
    }
    QCOMPARE(n_others, 6);

    const Json before = readJson(pathOf(directory, "model") / "config.json");
    const Json config = readJson(pathOf(directory, "out") / "config.json");
    for (const char* key : {"architectures", "model_type", "image_token_index", "text_config", "vision_config"})
        QVERIFY2(config.at(key) == before.at(key), key);
    QCOMPARE(config.at("torch_dtype").get<std::string>(), std::string(which == ExportFormat::Awq ? "float16" : "bfloat16"));
    QCOMPARE(config.contains("quantization_config"), which != ExportFormat::Dequantized);

    JobContext job;
    const VerifyReport report = verifyCheckpoint(pathOf(directory, "out"), model, job);
    QVERIFY2(report.passed(), qPrintable(text(report)));
    QCOMPARE(report.n_layers_identical, static_cast<Index>(model->linears.size()));
    QCOMPARE(Model::open(pathOf(directory, "out"))->name_prefix, model->name_prefix);
}

void TestCheckpointWriter::otherPartsAreDeclaredUnderEveryName() {
    QTemporaryDir directory;
    const auto model = makeNestedModel(directory, "gemma3", false);
    const Json gptq = declared(*model, ExportFormat::Gptq, {});
    std::set<std::string> rules;
    for (const auto& [rule, settings] : gptq["dynamic"].items()) {
        rules.insert(rule);
        QVERIFY2(settings.empty(), rule.c_str());
    }
    QVERIFY2(rules == (std::set<std::string>{R"(-:^vision_tower\.)", R"(-:^model\.vision_tower\.)", R"(-:^multi_modal_projector\.)",
                                             R"(-:^model\.multi_modal_projector\.)"}),
             gptq.dump().c_str());
    QCOMPARE(gptq["block_name_to_quantize"].get<std::string>(), std::string("model.language_model.layers"));
    QVERIFY(declared(*model, ExportFormat::Awq, {})["modules_to_not_convert"].get<std::set<std::string>>() ==
            (std::set<std::string>{"vision_tower", "model.vision_tower", "multi_modal_projector", "model.multi_modal_projector"}));
    QVERIFY(declared(*model, ExportFormat::CompressedTensors, {})["ignore"].get<std::set<std::string>>() ==
            (std::set<std::string>{"language_model.lm_head", "lm_head", R"(re:^vision_tower\.)", R"(re:^model\.vision_tower\.)",
                                   R"(re:^multi_modal_projector\.)", R"(re:^model\.multi_modal_projector\.)"}));
    // A model that stands alone needs none of this.
    QTemporaryDir alone;
    QVERIFY(!declared(*makeModel(alone, "llama", DType::F16), ExportFormat::Gptq, {}).contains("block_name_to_quantize"));
}

void TestCheckpointWriter::layersOfANestedModelAreDeclaredUnderEveryName_data() {
    QTest::addColumn<int>("format");
    QTest::addColumn<bool>("is_later");
    for (const bool is_later : {false, true}) {
        for (const ExportFormat format : {ExportFormat::Gptq, ExportFormat::Awq, ExportFormat::CompressedTensors})
            QTest::addRow("%s%s", name(format).data(), is_later ? ", later names" : "") << static_cast<int>(format) << is_later;
    }
}

/// Read as loaders read it, with each of their names for a module.
void TestCheckpointWriter::layersOfANestedModelAreDeclaredUnderEveryName() {
    QFETCH(int, format);
    QFETCH(bool, is_later);
    const auto which = static_cast<ExportFormat>(format);
    QTemporaryDir directory;
    const auto model = makeNestedModel(directory, "mistral3", is_later);
    std::vector<LayerOverride> overrides;
    if (which != ExportFormat::Awq) overrides.push_back({.layers = R"(layers\.0\.self_attn\.[qkv]_proj$)", .bits = 8});
    StoredScheme scheme;
    scheme.kind = which == ExportFormat::Gptq  ? StoredScheme::Kind::Gptq
                  : which == ExportFormat::Awq ? StoredScheme::Kind::Awq
                                               : StoredScheme::Kind::PackQuantized;
    scheme.config = declared(*model, which, overrides, {R"(layers\.1\.mlp\.down_proj$)"});
    for (const char* prefix : {"language_model.model.", "language_model.", "model.language_model."}) {
        const auto layer = [&](const char* rest) { return layerScheme(scheme, std::string(prefix) + rest); };
        QVERIFY2(layer("layers.1.mlp.down_proj").is_declared_float, prefix);
        QVERIFY2(!layer("layers.0.mlp.down_proj").is_declared_float, prefix);
        QCOMPARE(layer("layers.1.self_attn.q_proj").bits, 4);
        if (which == ExportFormat::Awq) continue;
        for (const char* wider : {"layers.0.self_attn.q_proj", "layers.0.self_attn.v_proj", "layers.0.self_attn.qkv_proj"})
            QCOMPARE(layer(wider).bits, 8);
    }
    for (const char* other : {"vision_tower.encoder.layers.0.self_attn.q_proj", "model.vision_tower.encoder.layers.0.mlp.down_proj",
                              "multi_modal_projector.linear_1", "model.multi_modal_projector.linear_1"})
        QVERIFY2(layerScheme(scheme, other).is_declared_float, other);
}

void TestCheckpointWriter::nestedConfigNamesTheTypeAndNoOldQuantization() {
    QTemporaryDir directory;
    Json given = familyConfig("gemma3");
    given["text_config"]["dtype"] = "bfloat16";
    given["text_config"]["quantization_config"] = {{"quant_method", "gptq"}, {"bits", 4}, {"group_size", 32}};
    const auto model = makeNestedModel(directory, "gemma3", false, given);
    exportTo(nearest(model, methodFor(*model, ExportFormat::Awq, "rtn", gridOf(4, false, 32))), pathOf(directory, "out"),
             ExportFormat::Awq);
    const Json config = readJson(pathOf(directory, "out") / "config.json");
    QCOMPARE(config.at("torch_dtype").get<std::string>(), std::string("float16"));
    QCOMPARE(config.at("quantization_config").at("quant_method").get<std::string>(), std::string("awq"));
    Json text_config = familyConfig("gemma3").at("text_config");
    text_config["dtype"] = "float16";
    QVERIFY2(config.at("text_config") == text_config, config.dump().c_str());
}

void TestCheckpointWriter::quantizationInTheNestedConfigIsRead() {
    QTemporaryDir directory;
    const auto model = makeNestedModel(directory, "gemma3", false);
    const fs::path out = pathOf(directory, "out");
    exportTo(nearest(model, methodFor(*model, ExportFormat::Gptq, "rtn", gridOf(4, true, 32))), out, ExportFormat::Gptq);
    const auto before = Model::open(out);
    Json config = readJson(out / "config.json");
    config["text_config"]["quantization_config"] = config["quantization_config"];
    config.erase("quantization_config");
    writeJson(out / "config.json", config);
    fs::remove(out / "quantize_config.json");
    const auto after = Model::open(out);
    QCOMPARE(after->quantization(), std::string("gptq v1, 4 bits, groups of 32, symmetric"));
    const LinearInfo& layer = after->linear("0.mlp.up_proj");
    QVERIFY(loadLinear(*after, layer) == loadLinear(*before, before->linear(layer.name)));
}

void TestCheckpointWriter::normsOfSingleHeadsAreCopied() {
    QTemporaryDir directory;
    Json config = readJson(smallModelDirectory("stablelm-normed") / "config.json");
    const auto model = makeModel(directory, "stablelm", DType::BF16, enlarged(std::move(config)));
    GridSpec grid;
    grid.group_size = 32;
    exportTo(quantizeRandomly(model, methodFor(*model, ExportFormat::Gptq, "awq+gptq", grid)), pathOf(directory, "out"),
             ExportFormat::Gptq);
    JobContext job;
    const VerifyReport report = verifyCheckpoint(pathOf(directory, "out"), model, job);
    QVERIFY2(report.passed() && report.n_layers_identical == report.n_layers, qPrintable(text(report)));
    const Checkpoint written = Checkpoint::open(pathOf(directory, "out"));
    int n_norms = 0;
    for (const auto& [tensor, view] : model->checkpoint->tensors()) {
        if (tensor.find("_layernorm.norms.") == std::string::npos) continue;
        ++n_norms;
        QVERIFY2(std::ranges::equal(written.tensor(tensor).bytes, view.bytes), tensor.c_str());
    }
    QCOMPARE(n_norms, 2 * (4 + 2));
}

void TestCheckpointWriter::unchangedTensorsAreCopiedByteForByte() {
    QTemporaryDir directory;
    const auto model = makeModel(directory, "qwen2", DType::BF16);
    const MethodSpec method = methodFor(*model, ExportFormat::Gptq, "rtn", gridOf(4, true, 32));
    exportTo(nearest(model, method), pathOf(directory, "out"), ExportFormat::Gptq);
    const Checkpoint checkpoint = Checkpoint::open(pathOf(directory, "out"));
    int n_compared = 0;
    for (const auto& [tensor, view] : checkpoint.tensors()) {
        if (!model->checkpoint->contains(tensor)) continue;
        ++n_compared;
        QVERIFY2(std::ranges::equal(view.bytes, model->checkpoint->tensor(tensor).bytes), tensor.c_str());
    }
    QCOMPARE(n_compared, 2 + 2 * (2 + 3));  // embedding, final norm; two norms and three biases a block
}

void TestCheckpointWriter::tiedHeadAndBuffersAreLeftOut() {
    QTemporaryDir directory;
    writeModel(pathOf(directory, "model"), "llama", DType::F16);
    const fs::path file = pathOf(directory, "model") / "model.safetensors";
    OpenFile tensors(file);
    tensors.add({"lm_head.weight", DType::F16, {64, 64}}, tensors.bytes.at("model.embed_tokens.weight"));
    tensors.add({"model.layers.0.self_attn.rotary_emb.inv_freq", DType::F32, {8}}, std::vector<std::byte>(32));
    tensors.save(file);
    const auto model = Model::open(pathOf(directory, "model"));
    const MethodSpec method = methodFor(*model, ExportFormat::Gptq, "rtn", gridOf(4, true, 32));
    exportTo(nearest(model, method), pathOf(directory, "out"), ExportFormat::Gptq);
    const Checkpoint checkpoint = Checkpoint::open(pathOf(directory, "out"));
    QVERIFY(!checkpoint.contains("lm_head.weight"));
    QVERIFY(!checkpoint.contains("model.layers.0.self_attn.rotary_emb.inv_freq"));
    QVERIFY(checkpoint.contains("model.embed_tokens.weight"));
}

void TestCheckpointWriter::float32BecomesFloat16OnlyWhereTheFormatWantsIt() {
    QTemporaryDir directory;
    const auto model = makeModel(directory, "mistral", DType::F32);
    for (const auto& [format, wanted, dtype] :
         {std::tuple(ExportFormat::Gptq, DType::F16, "float16"), std::tuple(ExportFormat::Awq, DType::F16, "float16"),
          std::tuple(ExportFormat::CompressedTensors, DType::F32, "float32"),
          std::tuple(ExportFormat::Dequantized, DType::F32, "float32")}) {
        const fs::path target = pathOf(directory, name(format).data());
        exportTo(nearest(model, methodFor(*model, format, "rtn", gridOf(4, true, 32))), target, format);
        const Checkpoint checkpoint = Checkpoint::open(target);
        QCOMPARE(checkpoint.tensor("lm_head.weight").dtype, wanted);
        QCOMPARE(checkpoint.tensor("model.norm.weight").dtype, wanted);
        QCOMPARE(readJson(target / "config.json").at("torch_dtype").get<std::string>(), std::string(dtype));
    }
}

void TestCheckpointWriter::digitsThatFloat16DoesNotHoldAreCountedAndRecorded() {
    QTemporaryDir directory;
    writeModel(pathOf(directory, "model"), "mistral", DType::F32);
    const fs::path file = pathOf(directory, "model") / "model.safetensors";
    OpenFile tensors(file);
    const std::span<float> norm = tensors.as<float>("model.norm.weight");
    norm[0] = 0x1.8p-24F;  // between two of the least float16 numbers
    norm[1] = 0x1p-20F;    // one of them
    norm[2] = 1e-9F;       // less than any
    tensors.save(file);
    const auto model = Model::open(pathOf(directory, "model"));
    for (const ExportFormat format : {ExportFormat::Gptq, ExportFormat::Dequantized}) {
        const fs::path target = pathOf(directory, name(format).data());
        ExportOptions options;
        options.format = format;
        JobContext job;
        const WriteCounts counts =
            exportCheckpoint(nearest(model, methodFor(*model, format, "rtn", gridOf(4, true, 32))), target, options, job);
        const SalientRecord record = recordFromJson(readJson(target / kSalientRecordFile), "record");
        std::map<std::string, std::int64_t> expected;
        std::int64_t total = 0;
        const Checkpoint written = Checkpoint::open(target);
        for (const auto& [tensor, view] : written.tensors()) {
            if (view.dtype != DType::F16 || !model->checkpoint->contains(tensor)) continue;
            const std::int64_t n_losing = losingDigitsInFloat16(toFloats(model->checkpoint->tensor(tensor)));
            if (n_losing > 0) expected[tensor] = n_losing;
            total += n_losing;
        }
        QCOMPARE(expected.contains("model.norm.weight"), format == ExportFormat::Gptq);
        if (format == ExportFormat::Gptq) QVERIFY(expected.at("model.norm.weight") >= 1);
        QVERIFY(record.subnormal == expected);
        QCOMPARE(counts.n_subnormal_values, total);
        QCOMPARE(record.counts().n_subnormal_values, total);
        QCOMPARE(counts.n_flushed_values >= 1, format == ExportFormat::Gptq);
    }
}

void TestCheckpointWriter::aLimitBelowEveryTensorGivesEachAFile() {
    QTemporaryDir directory;
    const auto model = makeModel(directory, "llama", DType::F16);
    const MethodSpec method = methodFor(*model, ExportFormat::Dequantized, "rtn", gridOf(4, true, 32));
    const CheckpointLayout layout = checkpointLayout(*model, method, ExportFormat::Dequantized, 1);
    QCOMPARE(layout.shard_files.size(), layout.tensors.size());
    for (std::size_t i = 0; i < layout.shard_files.size(); ++i) QCOMPARE(layout.shard(i).size(), std::size_t{1});
}

void TestCheckpointWriter::shardsFollowTheLimitAndTheIndex() {
    QTemporaryDir directory;
    const auto model = makeModel(directory, "llama", DType::F16);
    const MethodSpec method = methodFor(*model, ExportFormat::Gptq, "rtn", gridOf(4, true, 32));
    constexpr std::int64_t kLimit = 20000;
    JobContext job;
    exportCheckpoint(nearest(model, method), pathOf(directory, "out"), {ExportFormat::Gptq, kLimit, {}}, job);
    const Json index = readJson(pathOf(directory, "out") / "model.safetensors.index.json");
    QVERIFY(!fs::exists(pathOf(directory, "out") / "model.safetensors"));
    const Checkpoint checkpoint = Checkpoint::open(pathOf(directory, "out"));
    QVERIFY(checkpoint.files().size() > 2);
    QCOMPARE(checkpoint.files().back().filename().string(), "model-0000" + std::to_string(checkpoint.files().size()) + "-of-0000" +
                                                                std::to_string(checkpoint.files().size()) + ".safetensors");
    QCOMPARE(index.at("metadata").at("total_size").get<std::int64_t>(), checkpoint.sizeBytes());
    QCOMPARE(index.at("weight_map").size(), checkpoint.tensors().size());
    for (const fs::path& file : checkpoint.files()) {
        std::int64_t bytes = 0;
        const SafetensorsFile shard = SafetensorsFile::open(file);
        for (const auto& [tensor, view] : shard.tensors()) {
            bytes += static_cast<std::int64_t>(view.bytes.size());
            QCOMPARE(index.at("weight_map").at(tensor).get<std::string>(), file.filename().string());
        }
        QVERIFY(bytes <= kLimit);
    }
    const VerifyReport report = verifyCheckpoint(pathOf(directory, "out"), model, job);
    QVERIFY2(report.passed() && report.n_layers_identical == report.n_layers, qPrintable(text(report)));
}

void TestCheckpointWriter::overflowIsRefusedBeforeAnyWork() {
    QTemporaryDir directory;
    writeModel(pathOf(directory, "model"), "llama", DType::BF16);
    const fs::path file = pathOf(directory, "model") / "model.safetensors";
    OpenFile tensors(file);
    const std::vector<float> large(64, 70000.0F);
    tensors.bytes.at("model.norm.weight") = fromFloats(large, DType::BF16);
    tensors.save(file);
    const auto model = Model::open(pathOf(directory, "model"));
    const auto attempt = [&](ExportFormat format) {
        return complaint([&] {
            CheckpointWriter(model, methodFor(*model, format, "rtn", gridOf(4, false, 32)), pathOf(directory, "out"),
                             {format, 1 << 30, {}});
        });
    };
    QVERIFY2(attempt(ExportFormat::Awq).contains("model.norm.weight: element 0: expected a value that F16 can hold"),
             qPrintable(attempt(ExportFormat::Awq)));
    QVERIFY(isEmptyBut(directory, {"model"}));
    QCOMPARE(attempt(ExportFormat::Gptq), QString());  // keeps bfloat16
    QCOMPARE(attempt(ExportFormat::CompressedTensors), QString());
}

void TestCheckpointWriter::scaleThatIsNotStorableIsRefused() {
    QTemporaryDir directory;
    const auto model = makeModel(directory, "llama", DType::F16);
    MethodSpec method = methodFor(*model, ExportFormat::Gptq, "rtn", gridOf(4, true, 32));
    method.grid.scale_type = DType::F32;
    const QString found = complaint([&] { exportTo(nearest(model, method), pathOf(directory, "out"), ExportFormat::Gptq); });
    QVERIFY2(found.contains("q_proj row 0 group 0: scale: expected a value of type F16"), qPrintable(found));
    QVERIFY(isEmptyBut(directory, {"model"}));
}

void TestCheckpointWriter::missingBlockIsRefused() {
    QTemporaryDir directory;
    const auto model = makeModel(directory, "llama", DType::F16);
    QuantizedModel quantized = nearest(model, methodFor(*model, ExportFormat::Gptq, "rtn", gridOf(4, true, 32)));
    quantized.blocks.pop_back();
    QVERIFY(complaint([&] { exportTo(quantized, pathOf(directory, "out"), ExportFormat::Gptq); }).contains("blocks: expected 2, found 1"));
    quantized.blocks.push_back(quantized.blocks.front());
    QVERIFY(complaint([&] {
                exportTo(quantized, pathOf(directory, "out"), ExportFormat::Gptq);
            }).contains("block 0: expected each block of the model once"));
    QVERIFY(isEmptyBut(directory, {"model"}));
}

void TestCheckpointWriter::targetWithFilesIsRefused() {
    QTemporaryDir directory;
    const auto model = makeModel(directory, "llama", DType::F16);
    const QuantizedModel quantized = nearest(model, methodFor(*model, ExportFormat::Gptq, "rtn", gridOf(4, true, 32)));
    QVERIFY(complaint([&] { exportTo(quantized, model->directory, ExportFormat::Gptq); }).contains("expected a new or empty directory"));
    QVERIFY(isEmptyBut(directory, {"model"}));
}

void TestCheckpointWriter::cancelLeavesNothing() {
    QTemporaryDir directory;
    const auto model = makeModel(directory, "llama", DType::F16);
    const QuantizedModel quantized = nearest(model, methodFor(*model, ExportFormat::Gptq, "rtn", gridOf(4, true, 32)));
    int n_checkpoints = 1;
    for (int stop_at = 0; stop_at < n_checkpoints; ++stop_at) {
        std::stop_source stop;
        int seen = 0;
        JobContext job(stop.get_token(), [&](const Progress&) {
            if (seen++ == stop_at) stop.request_stop();
        });
        QVERIFY_EXCEPTION_THROWN(exportCheckpoint(quantized, pathOf(directory, "out"), {ExportFormat::Gptq, 1 << 30, {}}, job), Cancelled);
        QVERIFY(isEmptyBut(directory, {"model"}));
        if (stop_at == 0) {
            JobContext counting({}, [&](const Progress&) { ++n_checkpoints; });
            exportCheckpoint(quantized, pathOf(directory, "out"), {ExportFormat::Gptq, 1 << 30, {}}, counting);
            fs::remove_all(pathOf(directory, "out"));
            --n_checkpoints;
        }
    }
    QVERIFY(n_checkpoints > 3);
}

void TestCheckpointWriter::abandonedWriterLeavesNothing() {
    QTemporaryDir directory;
    const auto model = makeModel(directory, "llama", DType::F16);
    const MethodSpec method = methodFor(*model, ExportFormat::Awq, "rtn", gridOf(4, false, 32));
    {
        CheckpointWriter writer(model, method, pathOf(directory, "out"), {ExportFormat::Awq, 20000, {}});
        writer.add(nearest(model, method).blocks.front());
    }
    QVERIFY(isEmptyBut(directory, {"model"}));
}

QTEST_APPLESS_MAIN(TestCheckpointWriter)
#include "tst_checkpoint_writer.moc"
