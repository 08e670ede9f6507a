// GGUF files against the original model, without salient.json where others would have written them.

#include <QtTest>

#include "core/io/gguf.h"
#include "tests/core/exporter/checkpoint_damage.h"
#include "tests/support/places.h"

using namespace salient;
using namespace salient::samples;
namespace fs = std::filesystem;

class TestVerifyGguf : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void aBareModelIsComparedWithItsGguf();
    void rowsThatWereNotRearrangedForLlamaCppAreNamed();
    void shiftedGroupsOfAGgufAreNoted();
    void tokenizersThatAreNotTheOriginalsAreNamed();

private:
    fs::path exported(const std::shared_ptr<const Model>& model, ExportFormat format, bool symmetric);

    QTemporaryDir directory_;
    std::shared_ptr<const Model> model_;
    int n_exports_ = 0;
};

void TestVerifyGguf::initTestCase() {
    writeModel(pathOf(directory_, "model"), "llama", DType::F16);
    model_ = Model::open(pathOf(directory_, "model"));
}

/// Four bits in groups of 32, rounded to nearest.
fs::path TestVerifyGguf::exported(const std::shared_ptr<const Model>& model, ExportFormat format, bool symmetric) {
    GridSpec grid;
    grid.group_size = 32;
    grid.is_symmetric = symmetric;
    const fs::path target = pathOf(directory_, ("out" + std::to_string(n_exports_++)).c_str());
    exportTo(quantizeRandomly(model, methodFor(*model, format, "rtn", grid)), target, format);
    return target;
}

/// A GGUF file is opened under the names of the language model, "transformer.h.0"; the bare model has "h.0".
void TestVerifyGguf::aBareModelIsComparedWithItsGguf() {
    const fs::path directory = pathOf(directory_, "bare");
    writeModel(directory, "gpt2", DType::F16);
    changeTensors(directory, [](OpenFile& f) {
        for (TensorLayout& tensor : f.layout) {
            const std::string bare = tensor.name.substr(std::string("transformer.").size());
            f.bytes[bare] = f.bytes.at(tensor.name);
            tensor.name = bare;
        }
    });
    const auto model = Model::open(directory);
    QVERIFY(model->name_prefix.empty());
    const fs::path target = exported(model, ExportFormat::Gguf, true);
    fs::remove(target / "salient.json");
    JobContext job;
    const VerifyReport report = verifyCheckpoint(target, model, job);
    QVERIFY2(report.passed(), qPrintable(text(report)));
    QCOMPARE(report.n_layers, static_cast<Index>(model->linears.size()));
    QVERIFY(report.worst_relative_weight_error > 0.0 && report.worst_relative_weight_error < 0.35);
}

void TestVerifyGguf::rowsThatWereNotRearrangedForLlamaCppAreNamed() {
    const fs::path target = exported(model_, ExportFormat::Gguf, true);
    fs::remove(target / "salient.json");
    std::string rows;
    {
        const GgufFile file = GgufFile::open(target / "model.gguf");
        const std::span<const std::byte> bytes = file.tensors().at("blk.0.attn_q.weight").bytes;
        rows.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    // As the original has them: the two halves of each head, one after the other.
    constexpr std::size_t kRows = 64;
    constexpr std::size_t kHead = 16;
    const std::size_t row_bytes = rows.size() / kRows;
    std::string halves;
    for (std::size_t row = 0; row < kRows; ++row) {
        const std::size_t within = row % kHead;
        const std::size_t from = row - within + within % (kHead / 2) * 2 + within / (kHead / 2);
        halves += rows.substr(from * row_bytes, row_bytes);
    }
    JobContext job;
    QVERIFY(verifyCheckpoint(target, model_, job).passed());
    replaceInFile(target / "model.gguf", rows, halves);
    const QString found = text(verifyCheckpoint(target, model_, job));
    QVERIFY2(found.contains("model.layers.0.self_attn.q_proj: weights hardly resemble the original's"), qPrintable(found));
    QVERIFY2(found.contains("rows of heads stand in the order of the model that was converted"), qPrintable(found));
}

void TestVerifyGguf::shiftedGroupsOfAGgufAreNoted() {
    const fs::path target = exported(model_, ExportFormat::Gguf, false);  // becomes Q4_1
    JobContext job;
    const VerifyReport report = verifyCheckpoint(target, model_, job);
    QVERIFY2(report.passed(), qPrintable(text(report)));
    QVERIFY2(text(report, Severity::Note).contains("model.layers.0.self_attn.q_proj: groups moved by up to "),
             qPrintable(text(report, Severity::Note)));
}

void TestVerifyGguf::tokenizersThatAreNotTheOriginalsAreNamed() {
    const auto modelWith = [&](const std::string& tokenizer) {
        const fs::path directory = pathOf(directory_, ("tokens of " + tokenizer).c_str());
        Json config = familyConfig("qwen2");
        config["vocab_size"] = 1024;
        writeModel(directory, "qwen2", DType::F16, config);
        const fs::path source = salient::test::testDataFolder() / "tokenizer" / tokenizer / "tokenizer.json";
        if (fs::exists(source)) fs::copy_file(source, directory / "tokenizer.json");
        return Model::open(directory);
    };
    const auto original = modelWith("llama3");
    JobContext job;
    QCOMPARE(text(verifyCheckpoint(exported(original, ExportFormat::Gguf, true), original, job)), QString());
    const QString other = text(verifyCheckpoint(exported(modelWith("qwen2"), ExportFormat::Gguf, true), original, job));
    QVERIFY2(other.contains("tokenizer: expected the token ids that the original's tokenizer gives, found others for"), qPrintable(other));
    const QString none = text(verifyCheckpoint(exported(modelWith("nobody"), ExportFormat::Gguf, true), original, job));
    QVERIFY2(none.contains("tokenizer: expected tokenizer.ggml.* keys, found none"), qPrintable(none));

    const fs::path target = exported(original, ExportFormat::Gptq, true);
    const QString missing = "tokenizer: expected tokenizer.json, tokenizer.model or vocab.json and merges.txt, found none";
    QVERIFY(!text(verifyCheckpoint(target, original, job), Severity::Warning).contains(missing));
    fs::remove(target / "tokenizer.json");
    const QString found = text(verifyCheckpoint(target, original, job), Severity::Warning);
    QVERIFY2(found.contains(missing), qPrintable(found));
    QVERIFY2(found.contains("tokenizer.json: the original has it, this directory does not"), qPrintable(found));
}

QTEST_APPLESS_MAIN(TestVerifyGguf)
#include "tst_verify_gguf.moc"
