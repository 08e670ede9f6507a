// Every packed form of a matrix against what it was made of. tests/data/packed/make_layers.py writes both, and shares nothing with Salient.

#include <QTest>
#include <functional>
#include <stdexcept>

#include "core/error.h"
#include "core/io/safetensors.h"
#include "core/kernels/convert.h"
#include "core/model/packed/stored_layer.h"
#include "tests/core/io/io_testing.h"
#include "tests/support/places.h"

using namespace salient;
namespace fs = std::filesystem;

namespace {

const fs::path kLayers = salient::test::testDataFolder() / "packed" / "layers.safetensors";
const fs::path kConfigs = salient::test::testDataFolder() / "packed" / "layers.json";

/// One case as a checkpoint that holds the layer "x".
Checkpoint checkpointOf(const std::string& title) {
    const std::string prefix = title + "/";
    std::map<std::string, TensorView> tensors;
    const SafetensorsFile file = SafetensorsFile::open(kLayers);
    for (const auto& [name, view] : file.tensors()) {
        if (name.starts_with(prefix)) tensors.emplace(name.substr(prefix.size()), view);
    }
    return Checkpoint::of(kLayers, std::move(tensors));
}

/// The case's config, read as that of a directory.
StoredScheme schemeOf(const Json& config) {
    const Folder folder;
    writeJson(folder / "config.json", Json::object({{"quantization_config", config}}));
    return readScheme(folder.path());
}

StoredShape shapeOf(const Matrix& expected) { return {"x", expected.rows(), expected.cols()}; }

/// The checkpoint with one tensor replaced by its own bytes in another shape or type.
Checkpoint withView(const Checkpoint& checkpoint, const std::string& name, const std::function<void(TensorView&)>& change) {
    std::map<std::string, TensorView> tensors = checkpoint.tensors();
    change(tensors.at(name));
    return checkpoint.withTensors(std::move(tensors));
}

Checkpoint without(const Checkpoint& checkpoint, const std::string& name) {
    std::map<std::string, TensorView> tensors = checkpoint.tensors();
    if (tensors.erase(name) == 0) throw std::runtime_error("no tensor " + name);
    return checkpoint.withTensors(std::move(tensors));
}

}  // namespace

class TestPackedLayers : public QObject {
    Q_OBJECT

private slots:
    void everyElementIsWhatWasPacked_data();
    void everyElementIsWhatWasPacked();
    void someRowsAreThoseOfTheWhole_data() { everyElementIsWhatWasPacked_data(); }
    void someRowsAreThoseOfTheWhole();
    void codesThatCannotBePlacedAreRefused();
    void byteCodesOffTheGridAreNamed();
    void whatIsMissingOrMisshapenIsNamedBeforeCodesAreRead();
    void groupsOfNoOrderMeanConsecutiveOnes();
    void formsThatAreNotReadAreNamed_data();
    void formsThatAreNotReadAreNamed();
    void settingsOfEachLayerFollowTheRules();
};

void TestPackedLayers::everyElementIsWhatWasPacked_data() {
    QTest::addColumn<QString>("title");
    const Json configs = readJson(kConfigs);
    for (const auto& [title, config] : configs.items()) QTest::newRow(title.c_str()) << QString::fromStdString(title);
}

void TestPackedLayers::everyElementIsWhatWasPacked() {
    QFETCH(QString, title);
    const Checkpoint checkpoint = checkpointOf(title.toStdString());
    const StoredScheme scheme = schemeOf(readJson(kConfigs).at(title.toStdString()));
    const Matrix expected = toMatrix(checkpoint.tensor("expected"));
    QVERIFY(isStoredQuantized(checkpoint, scheme, "x"));
    const Matrix found = readStoredLayer(checkpoint, scheme, shapeOf(expected)).weight();
    QCOMPARE(found.rows(), expected.rows());
    QCOMPARE(found.cols(), expected.cols());
    for (Index n = 0; n < expected.rows(); ++n) {
        for (Index k = 0; k < expected.cols(); ++k) {
            const QString place = QString("[%1, %2]: expected %3, found %4").arg(n).arg(k).arg(expected(n, k)).arg(found(n, k));
            QVERIFY2(found(n, k) == expected(n, k), qPrintable(place));
        }
    }
}

void TestPackedLayers::someRowsAreThoseOfTheWhole() {
    QFETCH(QString, title);
    const Checkpoint checkpoint = checkpointOf(title.toStdString());
    const StoredScheme scheme = schemeOf(readJson(kConfigs).at(title.toStdString()));
    const Matrix expected = toMatrix(checkpoint.tensor("expected"));
    for (const RowRange rows : {RowRange{0, 1}, RowRange{5, 11}, RowRange{31, 1}}) {
        const StoredLayer layer = readStoredLayer(checkpoint, scheme, shapeOf(expected), rows);
        QVERIFY(layer.weight() == expected.middleRows(rows.first, rows.count));
    }
    QCOMPARE(readStoredLayer(checkpoint, scheme, shapeOf(expected), {}).codes.size(), Index{0});
}

void TestPackedLayers::codesThatCannotBePlacedAreRefused() {
    // Eleven codes of three bits take two words as one stream and ten to a word.
    const std::string title = "pack-quantized 3 stream sym row";
    const StoredScheme scheme = schemeOf(readJson(kConfigs).at(title));
    static const std::int64_t extents[2] = {32, 11};
    const Checkpoint narrow =
        withView(checkpointOf(title), "x.weight_shape", [](TensorView& view) { view.bytes = std::as_bytes(std::span(extents)); });
    const Checkpoint checkpoint = withView(narrow, "x.weight_packed", [](TensorView& view) {
        view.shape = {32, 2};
        view.bytes = view.bytes.first(32 * 2 * 4);
    });
    expectError([&] { return readStoredLayer(checkpoint, scheme, {"x", 32, 11}); }, ErrorCode::Format, "their place cannot be told");
}

void TestPackedLayers::byteCodesOffTheGridAreNamed() {
    const std::string title = "naive-quantized 8 sym row";
    Json config = readJson(kConfigs).at(title);
    config["config_groups"]["group_0"]["weights"]["num_bits"] = 4;
    expectError(
        [&] {
            return readStoredLayer(checkpointOf(title), schemeOf(config), {"x", 32, 64});
        },
        ErrorCode::Format, "x.weight: row 0, column 0: expected -8 … 7 (num_bits 4), found ");
}

void TestPackedLayers::whatIsMissingOrMisshapenIsNamedBeforeCodesAreRead() {
    struct Case {
        const char* title;
        const char* missing;
        const char* message;
    };
    for (const Case& c :
         {Case{"gptq v1 4 sym g16", "x.qzeros", "x.qzeros: expected [4, 4], found no such tensor"},
          Case{"gptq v1 4 sym g16", "x.scales", "x.scales: expected [4, 32], found no such tensor"},
          Case{"gptq v1 4 sym g16 order", "x.g_idx", "x.g_idx: expected [64], the groups of inputs that desc_act put in another order"},
          Case{"awq asym g16", "x.qzeros", "x.qzeros: expected [4, 4], found no such tensor"},
          Case{"pack-quantized 4 stream asym g16", "x.weight_zero_point", "expected zero points of an asymmetric layer"},
          Case{"pack-quantized 4 stream sym g16 order", "x.weight_g_idx", "x.weight_g_idx: expected [64], found no such tensor"},
          Case{"pack-quantized 4 stream sym g16", "x.weight_scale", "x.weight_scale: expected [32, 4], found no such tensor"},
          Case{"pack-quantized 4 stream sym g16", "x.weight_shape", "x.weight_shape: expected [2], found no such tensor"},
          Case{"int-quantized 8 sym row", "x.weight_scale", "x.weight_scale: expected [32, 1], found no such tensor"}}) {
        const Checkpoint checkpoint = without(checkpointOf(c.title), c.missing);
        const StoredScheme scheme = schemeOf(readJson(kConfigs).at(c.title));
        expectError([&] { return readStoredLayer(checkpoint, scheme, {"x", 32, 64}, {}); }, ErrorCode::Format, c.message);
    }
    const StoredScheme scheme = schemeOf(readJson(kConfigs).at("gptq v1 4 sym g16"));
    const Checkpoint narrow = withView(checkpointOf("gptq v1 4 sym g16"), "x.scales", [](TensorView& view) { view.shape = {32, 4}; });
    expectError(
        [&] {
            return readStoredLayer(narrow, scheme, {"x", 32, 64}, {});
        },
        ErrorCode::Format, "x.scales: shape: expected [4, 32], found [32, 4]");
    const Checkpoint bytes = withView(checkpointOf("gptq v1 4 sym g16"), "x.scales", [](TensorView& view) { view.dtype = DType::I16; });
    expectError(
        [&] {
            return readStoredLayer(bytes, scheme, {"x", 32, 64}, {});
        },
        ErrorCode::Format, "x.scales: type: expected F16, BF16 or F32, found I16");
    static const std::vector<std::int32_t> groups(64, 4);
    const Checkpoint beyond =
        withView(checkpointOf("gptq v1 4 sym g16"), "x.g_idx", [](TensorView& view) { view.bytes = std::as_bytes(std::span(groups)); });
    expectError(
        [&] {
            return readStoredLayer(beyond, scheme, {"x", 32, 64}, {});
        },
        ErrorCode::Format, "x: g_idx of input 0: expected 0 … 3, found 4");
}

void TestPackedLayers::groupsOfNoOrderMeanConsecutiveOnes() {
    const std::string title = "pack-quantized 4 stream sym g16";
    static const std::vector<std::int32_t> unset(64, -1);
    std::map<std::string, TensorView> tensors = checkpointOf(title).tensors();
    TensorView groups;
    groups.name = "x.weight_g_idx";
    groups.dtype = DType::I32;
    groups.shape = {64};
    groups.bytes = std::as_bytes(std::span(unset));
    tensors.emplace(groups.name, groups);
    const Checkpoint checkpoint = checkpointOf(title).withTensors(std::move(tensors));
    const StoredLayer layer = readStoredLayer(checkpoint, schemeOf(readJson(kConfigs).at(title)), {"x", 32, 64});
    QVERIFY(layer.weight() == toMatrix(checkpoint.tensor("expected")));
    QVERIFY(!layer.has_stored_groups);
}

void TestPackedLayers::formsThatAreNotReadAreNamed_data() {
    QTest::addColumn<QString>("config");
    QTest::addColumn<QString>("found");
    const auto add = [](const char* title, const char* config, const char* found) { QTest::newRow(title) << config << found; };
    add("bitsandbytes", R"({"quant_method": "bitsandbytes", "load_in_4bit": true})", "quant_method: expected gptq (v1, v2), awq");
    add("bitsandbytes, found", R"({"quant_method": "bitsandbytes"})", "found 'bitsandbytes'");
    add("nothing named", R"({"load_in_8bit": true})", "found none");
    add("FP8", R"({"quant_method": "fp8", "activation_scheme": "dynamic"})", "found 'fp8'");
    add("AQLM", R"({"quant_method": "aqlm", "nbits_per_codebook": 16})", "found 'aqlm'");
    add("HQQ", R"({"quant_method": "hqq", "quant_config": {}})", "found 'hqq'");
    add("marlin", R"({"quant_method": "gptq", "bits": 4, "checkpoint_format": "marlin"})", "checkpoint_format: expected gptq");
    add("marlin by a flag", R"({"quant_method": "gptq", "bits": 4, "is_marlin_format": true})", "weights packed for the Marlin kernel");
    add("words of 16 bits", R"({"quant_method": "gptq", "bits": 4, "pack_dtype": "int16"})", "pack_dtype: expected int32, found 'int16'");
    add("AWQ for GEMV", R"({"quant_method": "awq", "bits": 4, "version": "gemv"})", "found awq in the layout 'gemv'");
    add("AWQ of llm-awq", R"({"quant_method": "awq", "bits": 4, "backend": "llm-awq"})", "found awq in the layout of llm-awq");
    add("FP8 in compressed-tensors", R"({"quant_method": "compressed-tensors", "format": "float-quantized", "config_groups": {}})",
        "format: expected gptq (v1, v2), awq (gemm) or compressed-tensors (pack-quantized, int-quantized, naive-quantized) of whole "
        "numbers, found compressed-tensors in the form 'float-quantized'");
    add("sparse marlin", R"({"quant_method": "compressed-tensors", "format": "marlin-24"})", "in the form 'marlin-24'");
    add("FP8 called naive",
        R"({"quant_method": "compressed-tensors", "format": "naive-quantized",
            "config_groups": {"group_0": {"targets": ["Linear"], "weights": {"num_bits": 8, "type": "float"}}}})",
        "group_0: weights: type: expected gptq");
    add("rotations", R"({"quant_method": "compressed-tensors", "format": "pack-quantized", "transform_config": {"config_groups": {}}})",
        "transforms that belong to the computation");
    add("half left out",
        R"({"quant_method": "compressed-tensors", "format": "pack-quantized", "sparsity_config": {"format": "sparse-24-bitmask"}})",
        "weights in the sparse form 'sparse-24-bitmask'");
}

void TestPackedLayers::formsThatAreNotReadAreNamed() {
    QFETCH(QString, config);
    QFETCH(QString, found);
    expectError([&] { return schemeOf(Json::parse(config.toStdString())); }, ErrorCode::Unsupported, found.toUtf8().constData());
    expectError([&] { return schemeOf(Json::parse(config.toStdString())); }, ErrorCode::Unsupported, "config.json: quantization_config: ");
}

void TestPackedLayers::settingsOfEachLayerFollowTheRules() {
    const StoredScheme gptq = schemeOf(Json::parse(R"({"quant_method": "gptq", "bits": 4, "group_size": 128, "desc_act": true, "sym": true,
        "dynamic": {"-:.*\\.v_proj": {}, "+:.*\\.down_proj": {"bits": 8, "group_size": -1, "desc_act": false}}})"));
    QCOMPARE(layerScheme(gptq, "a.q_proj"), (LayerScheme{.bits = 4, .group_size = 128, .is_ordered = true}));
    QCOMPARE(layerScheme(gptq, "a.down_proj"), (LayerScheme{.bits = 8, .group_size = -1}));
    QVERIFY(layerScheme(gptq, "a.v_proj").is_declared_float);

    Json compressed = Json::parse(R"({"quant_method": "compressed-tensors", "format": "int-quantized", "ignore": ["lm_head", "re:.*gate$"],
        "config_groups": {"group_0": {"targets": ["Linear"], "weights": {"num_bits": 8, "strategy": "channel", "symmetric": true},
        "input_activations": {"num_bits": 8, "strategy": "token", "dynamic": true, "symmetric": true}}}})");
    const LayerScheme per_token{.bits = 8, .activations = ActivationScale::PerToken};
    QCOMPARE(layerScheme(schemeOf(compressed), "a.up"), per_token);
    QVERIFY(layerScheme(schemeOf(compressed), "a.gate").is_declared_float);
    // Inputs that are rounded otherwise than we compute are said to be, and not computed as if they were.
    Json& activations = compressed["config_groups"]["group_0"]["input_activations"];
    for (const auto& [key, value] : {std::pair{"num_bits", Json(4)}, {"symmetric", Json(false)}, {"strategy", Json("group")}}) {
        const Json before = activations[key];
        activations[key] = value;
        const LayerScheme other{.bits = 8, .has_other_activations = true};
        QCOMPARE(layerScheme(schemeOf(compressed), "a.up"), other);
        activations[key] = before;
    }
    compressed["config_groups"]["group_0"]["output_activations"] = Json::object({{"num_bits", 8}});
    QVERIFY(layerScheme(schemeOf(compressed), "a.up").has_other_activations);
    compressed["config_groups"]["group_0"]["targets"] = Json::array({"re:.*down$"});
    QCOMPARE(layerScheme(schemeOf(compressed), "a.up").bits, 0);
}

QTEST_APPLESS_MAIN(TestPackedLayers)
#include "tst_packed_layers.moc"
