// A quantized directory opened like any model: what it computes, and what is written from it.

#include <QTemporaryDir>
#include <QTest>
#include <cstring>

#include "core/io/name_pattern.h"
#include "core/model/forward.h"
#include "core/model/packed/packed_model.h"
#include "tests/core/exporter/sample_models.h"
#include "tests/core/io/io_testing.h"

using namespace salient;
using namespace salient::samples;
namespace fs = std::filesystem;

namespace {

bool sameBits(const Matrix& a, const Matrix& b) {
    return a.rows() == b.rows() && a.cols() == b.cols() &&
           std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size()) * sizeof(float)) == 0;
}

Matrix logitsOf(const Model& model, const BlockLoader& blocks) {
    std::vector<TokenId> ids(32);
    for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<TokenId>((i * 7 + 3) % 64);
    HiddenStates hidden = embed(model, {ids, static_cast<Index>(ids.size())});
    JobContext job;
    for (int block = 0; block < model.config.n_blocks; ++block) forwardBlock(model, blocks(block), block, hidden, {}, {}, job);
    return logits(model, hidden.values, {});
}

/// A model of float32 elements that float16 holds, too, so that every format stores those that it does not quantize as they are.
void writeWideModel(const fs::path& directory) {
    writeModel(directory, "llama", DType::F16);
    OpenFile file(directory / "model.safetensors");
    for (TensorLayout& tensor : file.layout) {
        std::vector<std::byte>& bytes = file.bytes.at(tensor.name);
        TensorView view;
        view.dtype = DType::F16;
        view.shape = tensor.shape;
        view.bytes = bytes;
        const std::vector<float> values = toFloats(view);
        tensor.dtype = DType::F32;
        bytes = fromFloats(values, DType::F32);
    }
    file.save(directory / "model.safetensors");
    Json config = readJson(directory / "config.json");
    config["torch_dtype"] = "float32";
    writeJson(directory / "config.json", config);
}

/// Methods that fold no scales: norms stay as they are.
struct Case {
    const char* title;
    ExportFormat format;
    const char* method;
    int bits;
    bool symmetric;
    bool act_order;
};

constexpr Case kCases[] = {
    {"gptq v1 in activation order", ExportFormat::Gptq, "gptq", 4, true, true},
    {"gptq v2 of three bits", ExportFormat::Gptq, "gptq", 3, false, false},
    {"awq", ExportFormat::Awq, "rtn", 4, false, false},
    {"pack-quantized", ExportFormat::CompressedTensors, "gptq", 4, false, true},
    {"int-quantized", ExportFormat::CompressedTensors, "w8a8", 8, true, false},
};

}  // namespace

class TestPackedExport : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void theDirectoryIsTheModelThatWasWritten_data();
    void theDirectoryIsTheModelThatWasWritten();
    void theDequantizedExportComputesTheSame_data() { theDirectoryIsTheModelThatWasWritten_data(); }
    void theDequantizedExportComputesTheSame();
    void whatIsWrittenFromItIsAnOrdinaryModel_data() { theDirectoryIsTheModelThatWasWritten_data(); }
    void whatIsWrittenFromItIsAnOrdinaryModel();
    void itIsQuantizedAgainWithARemark_data() { theDirectoryIsTheModelThatWasWritten_data(); }
    void itIsQuantizedAgainWithARemark();
    void columnsBehindADividedActivationAreDivided();
    void scalesThatMayDivideSeveralLayersAreRefused();

private:
    fs::path written(const Case& c, const char* name);
    fs::path awqOfNeoX(const char* name);

    QTemporaryDir directory_;
    std::shared_ptr<const Model> model_;
    std::shared_ptr<const QuantizedModel> quantized_;
};

void TestPackedExport::initTestCase() {
    writeWideModel(pathOf(directory_, "model"));
    model_ = Model::open(pathOf(directory_, "model"));
}

void TestPackedExport::theDirectoryIsTheModelThatWasWritten_data() {
    QTest::addColumn<int>("which");
    for (int i = 0; i < static_cast<int>(std::size(kCases)); ++i) QTest::newRow(kCases[i].title) << i;
}

fs::path TestPackedExport::written(const Case& c, const char* name) {
    GridSpec grid;
    grid.bits = c.bits;
    grid.group_size = 32;
    grid.is_symmetric = c.symmetric;
    MethodSpec method = methodFor(*model_, c.format, c.method, grid);
    method.gptq.act_order = c.act_order;
    JobContext job;
    quantized_ = std::make_shared<const QuantizedModel>(quantizeModel(calibrateRandomly(model_), method, job));
    const fs::path target = pathOf(directory_, (std::string(c.title) + name).c_str());
    exportTo(*quantized_, target, c.format);
    return target;
}

void TestPackedExport::theDirectoryIsTheModelThatWasWritten() {
    QFETCH(int, which);
    const Case& c = kCases[which];
    const auto opened = Model::open(written(c, ""));
    QVERIFY(opened->packed && opened->packed->layers.size() == model_->linears.size());
    for (const QuantizedBlock& block : quantized_->blocks) {
        for (const QuantizedLinear& layer : block.linears)
            QVERIFY2(sameBits(loadLinear(*opened, opened->linear(layer.name)), layer.tensor.dequantize()), layer.name.c_str());
    }
    // As a loader computes it, opened in either way.
    const auto as_stored = Model::open(opened->directory, true);
    QVERIFY(sameBits(logitsOf(*opened, storedBlocks(opened)), logitsOf(*as_stored, storedBlocks(as_stored))));
    const bool rounds_activations = c.bits == 8;
    QCOMPARE(sameBits(logitsOf(*opened, originalBlocks(opened)), logitsOf(*opened, storedBlocks(opened))), !rounds_activations);
}

void TestPackedExport::theDequantizedExportComputesTheSame() {
    QFETCH(int, which);
    const auto opened = Model::open(written(kCases[which], " packed"));
    const fs::path target = pathOf(directory_, (std::string(kCases[which].title) + " plain").c_str());
    exportTo(*quantized_, target, ExportFormat::Dequantized);
    const auto plain = Model::open(target);
    QVERIFY(plain->quantization().empty());
    QCOMPARE(plain->checkpoint->tensors().size(), opened->checkpoint->tensors().size());
    for (const auto& [name, view] : opened->checkpoint->tensors()) QVERIFY2(opened->floats(name) == plain->floats(name), name.c_str());
    QVERIFY(sameBits(logitsOf(*opened, originalBlocks(opened)), logitsOf(*plain, originalBlocks(plain))));
}

void TestPackedExport::whatIsWrittenFromItIsAnOrdinaryModel() {
    QFETCH(int, which);
    const auto opened = Model::open(written(kCases[which], " once"));
    // One layer must be rounded again; the others are written as they were read.
    const std::string rounded = opened->linears.front().name;
    GridSpec coarse;
    coarse.bits = 2;
    coarse.group_size = 32;
    MethodSpec method = methodFor(*opened, ExportFormat::Dequantized, "rtn", coarse);
    for (const LinearInfo& linear : opened->linears) {
        if (linear.name != rounded) method.keep.push_back(NamePattern::escaped(linear.name));
    }
    JobContext job;
    const fs::path target = pathOf(directory_, (std::string(kCases[which].title) + " dequantized").c_str());
    exportTo(quantizeModel(calibrateRandomly(opened), method, job), target, ExportFormat::Dequantized);
    const Json config = readJson(target / "config.json");
    QVERIFY(!config.contains("quantization_config"));
    QVERIFY(!fs::exists(target / "quantize_config.json"));
    const auto plain = Model::open(target);
    QVERIFY(!plain->packed && plain->quantization().empty());
    for (const auto& [name, view] : opened->checkpoint->tensors())
        QVERIFY2((opened->floats(name) == plain->floats(name)) == (name != rounded + ".weight"), name.c_str());
    const VerifyReport report = verifyCheckpoint(target, opened, job);
    QVERIFY2(report.passed(), qPrintable(text(report)));
}

void TestPackedExport::itIsQuantizedAgainWithARemark() {
    QFETCH(int, which);
    const auto opened = Model::open(written(kCases[which], " before"));
    GridSpec grid;
    grid.group_size = 32;
    grid.is_symmetric = true;
    const MethodSpec method = methodFor(*opened, ExportFormat::Gptq, "rtn", grid);
    JobContext job;
    const fs::path target = pathOf(directory_, (std::string(kCases[which].title) + " again").c_str());
    exportTo(quantizeModel(calibrateRandomly(opened), method, job), target, ExportFormat::Gptq);
    QCOMPARE(Model::open(target)->quantization(), std::string("gptq v1, 4 bits, groups of 32, symmetric"));
    const VerifyReport report = verifyCheckpoint(target, opened, job);
    QVERIFY2(report.passed(), qPrintable(text(report)));
    const auto says = [](const std::vector<std::string>& remarks) {
        return std::any_of(remarks.begin(), remarks.end(),
                           [](const std::string& remark) { return remark.find("rounded a second time") != std::string::npos; });
    };
    QVERIFY(says(exportRemarks(*opened, method, ExportFormat::Gptq)));
    QVERIFY(!says(exportRemarks(*model_, method, ExportFormat::Gptq)));
}

/// A family with GELU, whose activation AutoAWQ divides.
fs::path TestPackedExport::awqOfNeoX(const char* name) {
    const fs::path original = pathOf(directory_, (std::string(name) + " original").c_str());
    writeModel(original, "gpt_neox", DType::F16);
    const auto model = Model::open(original);
    GridSpec grid;
    grid.group_size = 32;
    grid.is_symmetric = false;
    const fs::path target = pathOf(directory_, name);
    exportTo(quantizeRandomly(model, methodFor(*model, ExportFormat::Awq, "rtn", grid)), target, ExportFormat::Awq);
    return target;
}

void TestPackedExport::columnsBehindADividedActivationAreDivided() {
    const fs::path target = awqOfNeoX("divided");
    const std::string down = "gpt_neox.layers.0.mlp.dense_4h_to_h";
    const std::string up = "gpt_neox.layers.0.mlp.dense_h_to_4h";
    const std::string name = "gpt_neox.layers.0.mlp.act.scales";
    const auto before = Model::open(target);
    Matrix expected = loadLinear(*before, before->linear(down));
    const Matrix unchanged = loadLinear(*before, before->linear(up));
    std::vector<float> scales(static_cast<std::size_t>(expected.cols()));
    for (std::size_t k = 0; k < scales.size(); ++k) scales[k] = 0.5F + 0.25F * static_cast<float>(k % 7);
    expected.array().rowwise() /= Eigen::Map<const Eigen::ArrayXf>(scales.data(), expected.cols()).transpose();

    OpenFile file(target / "model.safetensors");
    file.add({name, DType::F16, {static_cast<std::int64_t>(scales.size())}}, fromFloats(scales, DType::F16));
    file.save(target / "model.safetensors");
    const auto after = Model::open(target);
    QVERIFY(sameBits(loadLinear(*after, after->linear(down)), expected));
    QVERIFY(sameBits(loadLinear(*after, after->linear(up)), unchanged));
    QVERIFY(!after->checkpoint->contains(name));
    const auto as_stored = Model::open(target, true);
    QVERIFY(sameBits(logitsOf(*after, originalBlocks(after)), logitsOf(*as_stored, storedBlocks(as_stored))));

    fs::remove(target / "salient.json");  // whose checksums are those of other weights
    JobContext job;
    const VerifyReport report = verifyCheckpoint(target, nullptr, job);
    QVERIFY2(report.passed(), qPrintable(text(report)));
    const QString said = QString::fromStdString(name + ": the activation in front of " + down + " is divided by them");
    QVERIFY2(text(report, Severity::Warning).contains(said), qPrintable(text(report, Severity::Warning)));
}

void TestPackedExport::scalesThatMayDivideSeveralLayersAreRefused() {
    const fs::path target = awqOfNeoX("undecided");
    const std::string name = "gpt_neox.layers.0.attention.act.scales";  // both layers of attention have 64 inputs
    const auto write = [&](float scale) {
        OpenFile file(target / "model.safetensors");
        file.remove(name);
        file.add({name, DType::F16, {64}}, fromFloats(std::vector<float>(64, scale), DType::F16));
        file.save(target / "model.safetensors");
    };
    write(2.0F);
    expectError([&] { return Model::open(target); }, ErrorCode::Unsupported,
                "tensor 'gpt_neox.layers.0.attention.act.scales': expected one packed layer of 64 inputs beside the activation");
    JobContext job;
    const VerifyReport report = verifyCheckpoint(target, nullptr, job);
    QVERIFY2(text(report).contains("attention.act.scales: no module of this model has that name"), qPrintable(text(report)));
    write(1.0F);
    QVERIFY(!Model::open(target)->checkpoint->contains(name));
    QVERIFY(verifyCheckpoint(target, nullptr, job).passed());
}

QTEST_APPLESS_MAIN(TestPackedExport)
#include "tst_packed_export.moc"
