// GGUF files against the original model, without salient.json where others would have written them.

#include <QStringList>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <variant>

#include "core/io/ggml_blocks.h"
#include "core/io/gguf.h"
#include "core/io/gguf_writer.h"
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
    void rowsThatWereRearrangedTwiceAreNamed();
    void aHalvedNormIsNamedWithoutARecord();
    void anotherModelAsOriginalIsNamed();
    void aBrokenLayerKeepsScalesFromBeingUndone();
    void shiftedGroupsOfAGgufAreNoted();
    void tokenizersThatAreNotTheOriginalsAreNamed();
    void aFileWithoutTokenizerIsNamed();
    void aSpaceInFrontOfATextIsNamed();
    void moreTokensThanTheEmbeddingHasRowsAreNamed();

private:
    fs::path exported(const std::shared_ptr<const Model>& model, ExportFormat format, bool symmetric);
    std::shared_ptr<const Model> modelWith(const std::string& tokenizer);

    QTemporaryDir directory_;
    std::shared_ptr<const Model> model_;
    int n_exports_ = 0;
};

namespace {

constexpr std::size_t kRows = 64;  // of queries
constexpr std::size_t kHead = 16;

/// Where a row of queries stands in the file: the two halves of each head are shuffled into each other.
std::size_t fileRow(std::size_t row) {
    const std::size_t within = row % kHead;
    return row - within + within % (kHead / 2) * 2 + within / (kHead / 2);
}

std::string storedBytes(const fs::path& target, const char* tensor) {
    const GgufFile file = GgufFile::open(target / "model.gguf");
    const std::span<const std::byte> bytes = file.tensors().at(tensor).bytes;
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::uint32_t typeNumber(std::string_view name) {
    constexpr std::uint32_t kTypes = 64;
    for (std::uint32_t id = 0; id < kTypes; ++id) {
        const GgmlType* const type = findGgmlType(id);
        if (type != nullptr && type->name == name) return id;
    }
    throw std::runtime_error("no such element type");
}

// A key as it was, but lists of tokens with one more.
void addKey(GgufKeys& keys, const std::string& key, bool value) { keys.addBool(key, value); }
void addKey(GgufKeys& keys, const std::string& key, std::int64_t value) { keys.addU32(key, static_cast<std::uint32_t>(value)); }
void addKey(GgufKeys& keys, const std::string& key, double value) { keys.addF32(key, static_cast<float>(value)); }
void addKey(GgufKeys& keys, const std::string& key, const std::string& value) { keys.addText(key, value); }
void addKey(GgufKeys& keys, const std::string& key, const std::vector<std::int64_t>& values) {
    std::vector<std::int32_t> numbers;
    for (const std::int64_t value : values) numbers.push_back(static_cast<std::int32_t>(value));
    if (key == "tokenizer.ggml.token_type") numbers.push_back(1);  // a normal one
    keys.addI32s(key, numbers);
}
void addKey(GgufKeys& keys, const std::string& key, const std::vector<double>& values) {
    std::vector<float> numbers;
    for (const double value : values) numbers.push_back(static_cast<float>(value));
    keys.addF32s(key, numbers);
}
void addKey(GgufKeys& keys, const std::string& key, std::vector<std::string> texts) {
    if (key == "tokenizer.ggml.tokens") texts.emplace_back("onemore");
    keys.addTexts(key, texts);
}

void addToken(const fs::path& path) {
    const fs::path longer = path.string() + ".longer";
    {
        const GgufFile file = GgufFile::open(path);
        GgufKeys keys;
        for (const auto& [key, value] : file.metadata()) std::visit([&, &k = key](const auto& held) { addKey(keys, k, held); }, value);
        std::vector<GgufTensorLayout> layout;
        for (const auto& [name, tensor] : file.tensors())
            layout.push_back({name, typeNumber(tensor.storedName()), tensor.shape, static_cast<std::int64_t>(tensor.bytes.size())});
        GgufWriter writer(longer, keys, layout);
        for (const auto& [name, tensor] : file.tensors()) writer.write(name, tensor.bytes);
        writer.finish();
    }
    fs::rename(longer, path);
}

}  // namespace

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
    const std::string rows = storedBytes(target, "blk.0.attn_q.weight");
    // As the original has them: the two halves of each head, one after the other.
    const std::size_t row_bytes = rows.size() / kRows;
    std::string halves;
    for (std::size_t row = 0; row < kRows; ++row) halves += rows.substr(fileRow(row) * row_bytes, row_bytes);
    JobContext job;
    QVERIFY(verifyCheckpoint(target, model_, job).passed());
    replaceInFile(target / "model.gguf", rows, halves);
    const QString found = text(verifyCheckpoint(target, model_, job));
    QVERIFY2(found.contains("model.layers.0.self_attn.q_proj: weights hardly resemble the original's"), qPrintable(found));
    QVERIFY2(found.contains("rows of heads stand in the order of the model that was converted"), qPrintable(found));
}

void TestVerifyGguf::rowsThatWereRearrangedTwiceAreNamed() {
    const fs::path target = exported(model_, ExportFormat::Gguf, true);
    fs::remove(target / "salient.json");
    const std::string rows = storedBytes(target, "blk.0.attn_q.weight");
    const std::size_t row_bytes = rows.size() / kRows;
    std::string again = rows;
    for (std::size_t row = 0; row < kRows; ++row) again.replace(fileRow(row) * row_bytes, row_bytes, rows, row * row_bytes, row_bytes);
    replaceInFile(target / "model.gguf", rows, again);
    JobContext job;
    const QString found = text(verifyCheckpoint(target, model_, job));
    QVERIFY2(found.contains("model.layers.0.self_attn.q_proj: weights hardly resemble the original's"), qPrintable(found));
    QVERIFY2(found.contains("rows of heads were put in the order of llama.cpp twice"), qPrintable(found));
}

void TestVerifyGguf::aHalvedNormIsNamedWithoutARecord() {
    const fs::path target = exported(model_, ExportFormat::Gguf, true);
    fs::remove(target / "salient.json");
    const std::string gains = storedBytes(target, "output_norm.weight");
    std::string halved = gains;
    for (std::size_t at = 0; at < gains.size(); at += sizeof(float)) {
        float gain = 0.0F;
        std::memcpy(&gain, gains.data() + at, sizeof gain);
        gain *= 0.5F;
        std::memcpy(halved.data() + at, &gain, sizeof gain);
    }
    JobContext job;
    QVERIFY(verifyCheckpoint(target, model_, job).passed());
    replaceInFile(target / "model.gguf", gains, halved);
    const QString found = text(verifyCheckpoint(target, model_, job));
    QVERIFY2(found.startsWith("model.norm.weight: element 0: expected ") && found.endsWith("(64 of 64 elements differ)\n"),
             qPrintable(found));
}

void TestVerifyGguf::anotherModelAsOriginalIsNamed() {
    writeModel(pathOf(directory_, "opt"), "opt", DType::F16);
    JobContext job;
    const VerifyReport report = verifyCheckpoint(exported(model_, ExportFormat::Gguf, true), Model::open(pathOf(directory_, "opt")), job);
    QVERIFY2(text(report).contains("opt: expected an original with the same layers and shapes, found others"), qPrintable(text(report)));
    QCOMPARE(report.worst_relative_weight_error, -1.0);
    QCOMPARE(report.n_layers_identical, report.n_layers);
}

/// The values' rows say by what the attention output's columns were multiplied.
void TestVerifyGguf::aBrokenLayerKeepsScalesFromBeingUndone() {
    const fs::path target = exported(model_, ExportFormat::Gguf, true);
    fs::remove(target / "salient.json");
    const std::string blocks = storedBytes(target, "blk.0.attn_v.weight");
    std::string broken = blocks;
    broken[0] = '\x00';  // the first scale becomes NaN
    broken[1] = '\x7E';
    JobContext job;
    QVERIFY(verifyCheckpoint(target, model_, job).passed());
    replaceInFile(target / "model.gguf", blocks, broken);
    const QStringList found = text(verifyCheckpoint(target, model_, job)).split('\n');
    const auto says = [&](const QString& subject) {
        return std::any_of(found.begin(), found.end(), [&](const QString& line) {
            return line.startsWith(subject + ": ") && line.contains("model.layers.0.self_attn.v_proj");
        });
    };
    for (const char* subject : {"scales", "model.layers.0.self_attn.v_proj", "model.layers.0.self_attn.v_proj.weight"})
        QVERIFY2(says(subject), subject);
}

void TestVerifyGguf::shiftedGroupsOfAGgufAreNoted() {
    const fs::path target = exported(model_, ExportFormat::Gguf, false);  // becomes Q4_1
    JobContext job;
    const VerifyReport report = verifyCheckpoint(target, model_, job);
    QVERIFY2(report.passed(), qPrintable(text(report)));
    QVERIFY2(text(report, Severity::Note).contains("model.layers.0.self_attn.q_proj: groups moved by up to "),
             qPrintable(text(report, Severity::Note)));
}

/// A model of 1024 tokens with that tokenizer of tests/data; without one where there is none of that name.
std::shared_ptr<const Model> TestVerifyGguf::modelWith(const std::string& tokenizer) {
    const fs::path directory = pathOf(directory_, ("tokens of " + tokenizer + " " + std::to_string(n_exports_++)).c_str());
    Json config = familyConfig("qwen2");
    config["vocab_size"] = 1024;
    writeModel(directory, "qwen2", DType::F16, config);
    const fs::path source = salient::test::testDataFolder() / "tokenizer" / tokenizer / "tokenizer.json";
    if (fs::exists(source)) fs::copy_file(source, directory / "tokenizer.json");
    return Model::open(directory);
}

void TestVerifyGguf::tokenizersThatAreNotTheOriginalsAreNamed() {
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

void TestVerifyGguf::aFileWithoutTokenizerIsNamed() {
    JobContext job;
    const VerifyReport report = verifyCheckpoint(exported(model_, ExportFormat::Gguf, true), model_, job);
    const QString found = text(report, Severity::Warning);
    const QString said = "tokenizer: expected tokenizer.ggml.* keys, found none: llama.cpp cannot read text";
    QVERIFY2(report.passed() && found.contains(said), qPrintable(found));
}

/// Mistral's puts a space in front of a text unless it has one, SentencePiece always.
void TestVerifyGguf::aSpaceInFrontOfATextIsNamed() {
    const auto original = modelWith("mistral");
    JobContext job;
    const VerifyReport report = verifyCheckpoint(exported(original, ExportFormat::Gguf, true), original, job);
    const QString found = text(report, Severity::Warning);
    const QString said = "tokenizer: a text that starts with a space gets other ids than the original's tokenizer gives";
    QVERIFY2(report.passed() && found.contains(said), qPrintable(found));
}

void TestVerifyGguf::moreTokensThanTheEmbeddingHasRowsAreNamed() {
    const auto original = modelWith("llama3");
    const fs::path target = exported(original, ExportFormat::Gguf, true);
    JobContext job;
    QVERIFY(verifyCheckpoint(target, original, job).passed());
    addToken(target / "model.gguf");
    const QString found = text(verifyCheckpoint(target, original, job));
    QCOMPARE(found, QString("tokenizer: expected at most 1024 tokens, found 1025\n"));
}

QTEST_APPLESS_MAIN(TestVerifyGguf)
#include "tst_verify_gguf.moc"
