// Quantized models of other tools against the same models in floating point: tests/data/packed/make_models.py writes both.

#include <QStringList>
#include <QTest>
#include <functional>

#include "core/error.h"
#include "core/io/json_file.h"
#include "core/io/safetensors.h"
#include "core/kernels/convert.h"
#include "core/model/packed/packed_model.h"
#include "tests/core/io/io_testing.h"
#include "tests/core/model/logits_of.h"
#include "tests/support/places.h"

using namespace salient;
namespace fs = std::filesystem;

namespace {

const fs::path kModels = salient::test::testDataFolder() / "packed" / "models";

fs::path packed(const char* name) { return kModels / name; }

/// A copy that a test may change.
struct Copy {
    Folder folder;
    explicit Copy(const char* name) { fs::copy(packed(name), folder.path(), fs::copy_options::recursive); }
    [[nodiscard]] fs::path path() const { return folder.path(); }

    void changeConfig(const std::function<void(Json&)>& change) const {
        Json config = readJson(path() / "config.json");
        change(config);
        fs::remove(path() / "config.json");
        writeJson(path() / "config.json", config);
    }
    /// Tensors of that name removed, or their bytes changed in place.
    void changeTensors(const std::string& name, const std::function<bool(std::vector<std::byte>&)>& keep) const {
        std::vector<TensorLayout> layout;
        std::map<std::string, std::vector<std::byte>> bytes;
        {
            const SafetensorsFile file = SafetensorsFile::open(path() / "model.safetensors");
            for (const auto& [tensor, view] : file.tensors()) {
                std::vector<std::byte> content(view.bytes.begin(), view.bytes.end());
                if (tensor == name && !keep(content)) continue;
                layout.push_back({tensor, view.dtype, view.shape});
                bytes[tensor] = std::move(content);
            }
        }
        fs::remove(path() / "model.safetensors");
        SafetensorsWriter writer(path() / "model.safetensors", layout);
        for (const TensorLayout& tensor : layout) writer.write(tensor.name, bytes.at(tensor.name));
        writer.finish();
    }
};

}  // namespace

class TestPackedModel : public QObject {
    Q_OBJECT

private slots:
    void everyTensorAndEveryLogitIsThatOfTheFloatModel_data();
    void everyTensorAndEveryLogitIsThatOfTheFloatModel();
    void itIsSaidHowAModelIsQuantized_data() { everyTensorAndEveryLogitIsThatOfTheFloatModel_data(); }
    void itIsSaidHowAModelIsQuantized();
    void sizesAreThoseOfTheFiles();
    void partsOfPackedLayersAreNoTensorsOfTheModel();
    void rowsOfAPackedHeadAreReadAlone();
    void aBiasThatTheFamilyLacksIsRefused();
    void aMissingLayerIsNamed();
    void packedLayersWithoutAConfigAreNamed();
    void aMethodThatIsNotReadIsRefusedAtTheStart();
    void aModelThatIsQuantizedByNameOnlyOpensAsFloat();
    void theStoredFormCanBeKept();
};

void TestPackedModel::everyTensorAndEveryLogitIsThatOfTheFloatModel_data() {
    QTest::addColumn<QString>("name");
    const Json descriptions = readJson(kModels / "descriptions.json");
    for (const auto& [name, description] : descriptions.items()) QTest::newRow(name.c_str()) << QString::fromStdString(name);
}

void TestPackedModel::everyTensorAndEveryLogitIsThatOfTheFloatModel() {
    QFETCH(QString, name);
    const fs::path directory = kModels / name.toStdString();
    const auto found = Model::open(directory);
    const auto expected = Model::open(directory / "expected");
    QVERIFY(!expected->packed);
    const auto names = [](const Model& model) {
        QStringList result;
        for (const auto& [tensor, view] : model.checkpoint->tensors()) result.append(QString::fromStdString(tensor));
        return result.join("\n");
    };
    QCOMPARE(names(*found), names(*expected));
    for (const auto& [tensor, view] : expected->checkpoint->tensors())
        QVERIFY2(sameBits(found->floats(tensor), expected->floats(tensor)), tensor.c_str());
    for (std::size_t i = 0; i < expected->linears.size(); ++i)
        QVERIFY(sameBits(loadLinear(*found, found->linears[i]), loadLinear(*expected, expected->linears[i])));
    QVERIFY(sameBits(logitsOf(*found), logitsOf(*expected)));
}

void TestPackedModel::itIsSaidHowAModelIsQuantized() {
    QFETCH(QString, name);
    const auto model = Model::open(kModels / name.toStdString());
    QCOMPARE(QString::fromStdString(model->quantization()),
             QString::fromStdString(readJson(kModels / "descriptions.json").at(name.toStdString()).get<std::string>()));
    QCOMPARE(Model::open(kModels / name.toStdString() / "expected")->quantization(), std::string());
}

void TestPackedModel::sizesAreThoseOfTheFiles() {
    const auto model = Model::open(packed("gptq"));
    std::int64_t bytes = 0;
    const SafetensorsFile file = SafetensorsFile::open(packed("gptq") / "model.safetensors");
    for (const auto& [name, view] : file.tensors()) bytes += static_cast<std::int64_t>(view.bytes.size());
    QCOMPARE(model->checkpoint->sizeBytes(), bytes);
    // 32 x 32 codes of four bits, two scales of two bytes and two zero points of four bits per row, 32 groups of four bytes.
    const LinearInfo& query = model->linear("0.self_attn.q_proj");
    QCOMPARE(query.stored_bytes, std::int64_t{512 + 2 * 32 * 2 + 2 * 16 + 32 * 4});
    QCOMPARE(QString::fromStdString(std::string(query.stored_name)), QString("gptq v1, 4 bits"));
    QCOMPARE(model->parameterCount(), Model::open(packed("gptq") / "expected")->parameterCount());
}

void TestPackedModel::partsOfPackedLayersAreNoTensorsOfTheModel() {
    const auto model = Model::open(packed("packed"));
    for (const auto& [name, view] : model->checkpoint->tensors())
        QVERIFY2(name.ends_with(".weight") && (view.dtype == DType::F16 || view.dtype == DType::F32), name.c_str());
}

void TestPackedModel::rowsOfAPackedHeadAreReadAlone() {
    const auto model = Model::open(packed("gptq-mixed"));
    const TensorView& head = model->checkpoint->tensor("lm_head.weight");
    const Matrix all = toMatrix(head);
    QVERIFY(sameBits(toMatrixRows(head, 17, 9), all.middleRows(17, 9)));
}

void TestPackedModel::aBiasThatTheFamilyLacksIsRefused() {
    const Copy copy("gptq");
    copy.changeTensors("model.layers.0.mlp.up_proj.bias", [](std::vector<std::byte>& bytes) {
        bytes[7] = std::byte{0x3C};  // element 3 becomes 1
        return true;
    });
    expectError([&] { return Model::open(copy.path()); }, ErrorCode::Unsupported,
                "'model.layers.0.mlp.up_proj.bias': expected no bias in a model of this family, or zeros, found 1.000000 at element 3");
}

void TestPackedModel::aMissingLayerIsNamed() {
    const Copy copy("awq");
    copy.changeTensors("model.layers.0.mlp.up_proj.qweight", [](std::vector<std::byte>&) { return false; });
    expectError([&] { return Model::open(copy.path()); }, ErrorCode::Format,
                "expected a tensor 'model.layers.0.mlp.up_proj.weight' [64, 32]");
}

void TestPackedModel::packedLayersWithoutAConfigAreNamed() {
    const Copy copy("gptq-v2");
    fs::remove(copy.path() / "quantize_config.json");
    expectError([&] { return Model::open(copy.path()); }, ErrorCode::Format,
                "found 'model.layers.0.self_attn.q_proj.qweight', which no quantization config in config.json or quantize_config.json "
                "describes");
}

void TestPackedModel::aMethodThatIsNotReadIsRefusedAtTheStart() {
    const Copy copy("gptq");
    copy.changeConfig([](Json& config) { config["quantization_config"] = Json::object({{"quant_method", "aqlm"}}); });
    fs::remove(copy.path() / "model.safetensors");  // nothing else is looked at
    expectError([&] { return Model::open(copy.path()); }, ErrorCode::Unsupported,
                "config.json: quantization_config: quant_method: expected gptq (v1, v2), awq (gemm) or compressed-tensors");
    expectError([&] { return Model::open(copy.path()); }, ErrorCode::Unsupported, "found 'aqlm'");
}

void TestPackedModel::aModelThatIsQuantizedByNameOnlyOpensAsFloat() {
    const Folder folder;
    fs::copy(packed("gptq") / "expected", folder.path(), fs::copy_options::recursive);
    writeJson(folder / "quantize_config.json", Json::object({{"bits", 4}, {"group_size", 128}}));
    const auto model = Model::open(folder.path());
    QCOMPARE(model->quantization(), std::string("gptq v1 by its config, every layer in floating point"));
    QVERIFY(sameBits(logitsOf(*model), logitsOf(*Model::open(packed("gptq")))));
}

void TestPackedModel::theStoredFormCanBeKept() {
    const auto model = Model::open(packed("gptq"), true);
    QVERIFY(!model->packed);
    QVERIFY(model->checkpoint->contains("model.layers.0.self_attn.q_proj.qweight"));
    QCOMPARE(model->linears.size(), std::size_t{7});
}

QTEST_APPLESS_MAIN(TestPackedModel)
#include "tst_packed_model.moc"
