// Models in GGUF files against the same models as Hugging Face directories. The files are made by tests/data/gguf/make_models.py, which
// knows nothing of Salient; that the directories compute what they should is tst_forward's business.

#include <QTemporaryDir>
#include <QtTest>

#include "core/error.h"
#include "core/io/json_file.h"
#include "core/kernels/convert.h"
#include "core/model/rotary.h"
#include "core/model/tensor_plan.h"
#include "tests/core/io/gguf_bytes.h"
#include "tests/core/io/io_testing.h"
#include "tests/core/model/logits_of.h"
#include "tests/support/places.h"

using namespace salient;
namespace fs = std::filesystem;
namespace gb = gguf_bytes;

namespace {

const fs::path kData = salient::test::testDataFolder();

fs::path ggufFile(const QString& name) { return kData / "gguf" / "models" / (name.toStdString() + ".gguf"); }

/// The directory, with what a GGUF file cannot say set to what llama.cpp takes for granted.
std::shared_ptr<const Model> openDirectory(const QString& name, const fs::path& copy) {
    const fs::path source = kData / "models" / name.toStdString();
    fs::create_directory(copy);
    fs::copy_file(source / "model.safetensors", copy / "model.safetensors");
    Json config = readJson(source / "config.json");
    if (name.startsWith("gemma2") || name.startsWith("gemma3")) config["query_pre_attn_scalar"] = config["head_dim"];
    if (name.startsWith("gemma3")) config["sliding_window_pattern"] = 6;
    writeJson(copy / "config.json", config);
    return Model::open(copy);
}

}  // namespace

class TestGgufModel : public QObject {
    Q_OBJECT

private slots:
    void everyTensorAndEveryLogitIsThatOfTheDirectory_data() {
        QTest::addColumn<QString>("name");
        std::set<std::string> names;
        for (const auto& entry : fs::directory_iterator(kData / "gguf" / "models")) names.insert(entry.path().stem().string());
        QVERIFY(names.size() > 15);
        for (const std::string& name : names) QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }
    void everyTensorAndEveryLogitIsThatOfTheDirectory() {
        QFETCH(QString, name);
        const auto model = Model::open(ggufFile(name));
        const auto expected = openDirectory(name, folder_ / name.toStdString());
        QCOMPARE(model->config.family->model_type, expected->config.family->model_type);
        QCOMPARE(model->linears.size(), expected->linears.size());
        for (const PlannedTensor& planned : plannedTensors(expected->config, expected->name_prefix)) {
            const std::string here = planned.name.starts_with(expected->name_prefix)
                                         ? model->name_prefix + planned.name.substr(expected->name_prefix.size())
                                         : planned.name;
            const TensorView& found = model->checkpoint->tensor(here);
            QCOMPARE(found.shape, planned.shape);
            const std::vector<float> values = model->floats(here);
            const std::vector<float> wanted = expected->floats(planned.name);
            if (name.startsWith("gemma") && here.find("norm") != std::string::npos) {
                // Stored with one added: that rounding is the file's, and is all that may differ.
                for (std::size_t i = 0; i < values.size(); ++i) QVERIFY2(std::abs(values[i] - wanted[i]) <= 0x1p-23F, here.c_str());
            } else {
                QVERIFY2(sameBits(values, wanted), here.c_str());
            }
        }
        const Matrix found = logitsOf(*model);
        const Matrix wanted = logitsOf(*expected);
        const float tolerance = name.startsWith("gemma") ? 1e-5F * wanted.cwiseAbs().maxCoeff() : 0.0F;
        // Rope factors, the share that turns and the norm's epsilon come from float32: nearly the same numbers.
        const float rounding = 4e-6F * wanted.cwiseAbs().maxCoeff();
        QVERIFY2((found - wanted).cwiseAbs().maxCoeff() <= std::max(tolerance, rounding),
                 qPrintable(QString::number((found - wanted).cwiseAbs().maxCoeff())));
    }

    void rowsOfARearrangedTensorCanBeReadAlone() {
        for (const char* name : {"llama-yarn", "gpt2", "bloom"}) {
            const auto model = Model::open(ggufFile(name));
            const TensorView& tensor = model->checkpoint->tensor(model->linears.front().name + ".weight");
            const Matrix all = toMatrix(tensor);
            for (const Index row : {Index{0}, Index{5}, all.rows() - 1}) QVERIFY(toMatrixRows(tensor, row, 1) == all.row(row));
        }
    }

    void theRopeTableOfLlama3IsRecognized() {
        const auto model = Model::open(ggufFile("llama-llama3"));
        QVERIFY(model->config.rope.scaling == RopeConfig::Scaling::Llama3);
        QCOMPARE(model->config.rope.original_max_positions, Index{64});
        QCOMPARE(model->config.raw["rope_scaling"]["factor"].get<double>(), 8.0);
    }

    void numbersAreTheShortDecimalsThatPeopleWrite() {
        const auto model = Model::open(ggufFile("qwen2"));
        QCOMPARE(model->config.raw["rms_norm_eps"].dump(), std::string("1e-06"));
    }

    void aDirectoryWithNothingButTheFileIsTheModel() {
        const fs::path directory = folder_ / "alone";
        fs::create_directory(directory);
        fs::copy(ggufFile("qwen2"), directory / "model.gguf");
        QCOMPARE(Model::open(directory)->config.family->model_type, std::string("qwen2"));
        fs::copy(ggufFile("qwen3"), directory / "other.gguf");
        expectError([&] { return Model::open(directory); }, ErrorCode::Io, "open one of the files, model.gguf say");
    }

    void anotherFileIsRefused() {
        writeBytes(folder_ / "a.txt", "text");
        expectError([&] { return Model::open(folder_ / "a.txt"); }, ErrorCode::Unsupported, "expected a model directory or a GGUF file");
        writeBytes(folder_ / "b.bin", "GGUF");
        expectError([&] { return Model::open(folder_ / "b.bin"); }, ErrorCode::Unsupported, "pickle");
    }

    void whatCannotBeComputedIsRefused_data() {
        QTest::addColumn<QByteArray>("from");
        QTest::addColumn<QByteArray>("to");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char* name, const std::string& from, const std::string& to, const char* reason) {
            QTest::newRow(name) << QByteArray::fromStdString(from) << QByteArray::fromStdString(to) << QString(reason);
        };
        row("unknown architecture", gb::text("llama"), gb::text("mamba"), "expected one of llama, qwen2, qwen3");
        row("missing tensor", "blk.1.ffn_up.weight", "blk.1.ffn_up.weighs", "expected a tensor 'blk.1.ffn_up.weight'");
        row("missing key", "llama.block_count", "llama.block_cound", "expected a key 'llama.block_count'");
        row("other scaling", gb::text("yarn"), gb::text("gold"), "found 'gold'");
    }
    void whatCannotBeComputedIsRefused() {
        QFETCH(QByteArray, from);
        QFETCH(QByteArray, to);
        QFETCH(QString, reason);
        QByteArray bytes = QByteArray::fromStdString(readBytes(ggufFile("llama-yarn")));
        QVERIFY(bytes.contains(from));
        QCOMPARE(from.size(), to.size());
        writeBytes(folder_ / "changed.gguf", bytes.replace(from, to).toStdString());
        try {
            static_cast<void>(Model::open(folder_ / "changed.gguf"));
        } catch (const Error& error) {
            QVERIFY2(QString(error.what()).contains(reason), error.what());
            return;
        }
        QFAIL("expected an error, found none");
    }

    void aTensorWithoutPlaceIsRefused() {
        QByteArray bytes = QByteArray::fromStdString(readBytes(ggufFile("qwen3")));
        const QByteArray from = QByteArray::fromStdString(gb::text("qwen3"));
        bytes.replace(from, QByteArray::fromStdString(gb::text("qwen2"))).replace("qwen3.", "qwen2.");
        writeBytes(folder_ / "qwen2.gguf", bytes.toStdString());
        // Qwen2 has biases that this file lacks.
        expectError([&] { return Model::open(folder_ / "qwen2.gguf"); }, ErrorCode::Format, "attn_q.bias");
        bytes = QByteArray::fromStdString(readBytes(ggufFile("qwen3")));
        bytes.replace(from, QByteArray::fromStdString(gb::text("llama"))).replace("qwen3.", "llama.");
        writeBytes(folder_ / "llama.gguf", bytes.toStdString());
        expectError([&] { return Model::open(folder_ / "llama.gguf"); }, ErrorCode::Unsupported, "attn_k_norm.weight");
    }

    void expertsAndOtherWindowsAreRefused() {
        // One more key in front of the others, of a length that leaves the data aligned: keys are counted in the eight bytes from 16 on,
        // and the first starts at 24.
        const auto changed = [&](const char* name, const std::string& key, std::uint32_t value) {
            const std::string more = gb::u32Key(key, value);
            const std::size_t filler = 32 - (more.size() + gb::textKey("filler", "").size()) % 32;
            std::string bytes = readBytes(ggufFile(name));
            bytes[16] = static_cast<char>(bytes[16] + 2);
            bytes.insert(24, more + gb::textKey("filler", std::string(filler, ' ')));
            writeBytes(folder_ / "more.gguf", bytes);
            return folder_ / "more.gguf";
        };
        expectError([&] { return Model::open(changed("llama-yarn", "llama.expert_count", 8)); }, ErrorCode::Unsupported,
                    "without experts, found 8");
        expectError([&] { return Model::open(changed("qwen2", "qwen2.attention.sliding_window", 8)); }, ErrorCode::Unsupported,
                    "sliding_window");
        QCOMPARE(Model::open(changed("bloom", "bloom.unknown", 8))->config.n_blocks, 2);
    }

private:
    Folder folder_;
};

QTEST_APPLESS_MAIN(TestGgufModel)
#include "tst_gguf_model.moc"
