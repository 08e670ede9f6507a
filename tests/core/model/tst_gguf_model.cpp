// Models in GGUF files against the same models as Hugging Face directories. The files are made by tests/data/gguf/make_models.py, which
// knows nothing of Salient; that the directories compute what they should is tst_forward's business.

#include <QTemporaryDir>
#include <QTest>

#include "core/error.h"
#include "core/io/gguf.h"
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
        const Family& family = *expected->config.family;
        QCOMPARE(model->config.family->model_type, family.hasOtherParts() ? family.nested.model_type : family.model_type);
        QCOMPARE(model->linears.size(), expected->linears.size());
        for (const PlannedTensor& planned : plannedTensors(expected->config, expected->name_prefix)) {
            const std::string here = planned.name.starts_with(expected->name_prefix)
                                         ? model->name_prefix + planned.name.substr(expected->name_prefix.size())
                                         : model->headModule() + planned.name.substr(planned.name.rfind('.'));
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
        row("unknown architecture", gb::text("llama"), gb::text("mamba"),
            "expected one of llama, mistral3, qwen2, qwen3, qwen2moe, qwen3moe");
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

    void whatChangesTheComputationIsRefused() {
        const auto u32 = [](const char* key, std::uint32_t value) { return gb::u32Key(key, value); };
        const auto f32 = [](const char* key, float value) { return gb::text(key) + gb::number<std::uint32_t>(6) + gb::number(value); };
        const auto boolean = [](const char* key, bool value) {
            return gb::text(key) + gb::number<std::uint32_t>(7) + (value ? '\1' : '\0');
        };
        const auto refused = [&](const char* name, const std::string& key, ErrorCode code, const char* reason) {
            expectError([&] { return Model::open(withKey(name, key)); }, code, reason);
        };
        refused("qwen2", u32("qwen2.expert_count", 8), ErrorCode::Unsupported, "without experts, found 8");
        refused("llama-yarn", u32("llama.expert_count", 8), ErrorCode::Format, "expected a key 'llama.expert_used_count'");
        refused("qwen2", u32("qwen2.attention.sliding_window", 8), ErrorCode::Unsupported, "sliding_window");
        refused("mistral3", f32("mistral3.attention.temperature_scale", 0.1F), ErrorCode::Unsupported, "temperature_scale");
        // How tokens are sent to experts.
        refused("qwen2_moe", u32("qwen2moe.expert_gating_func", 2), ErrorCode::Unsupported, "a softmax, found 2");
        refused("qwen2_moe", boolean("qwen2moe.expert_weights_norm", true), ErrorCode::Unsupported, "expected false");
        refused("qwen3_moe", boolean("qwen3moe.expert_weights_norm", false), ErrorCode::Unsupported, "expected true");
        refused("mixtral", f32("llama.expert_weights_scale", 2.5F), ErrorCode::Unsupported, "expert_weights_scale");
        refused("qwen3_moe", u32("qwen3moe.leading_dense_block_count", 1), ErrorCode::Unsupported, "leading_dense_block_count");
        refused("qwen3_moe", u32("qwen3moe.expert_group_count", 2), ErrorCode::Unsupported, "at most 1, found 2");
        QCOMPARE(Model::open(withKey("qwen3_moe", u32("qwen3moe.expert_gating_func", 1)))->config.experts.count, Index{8});
        QCOMPARE(Model::open(withKey("bloom", u32("bloom.unknown", 8)))->config.n_blocks, 2);
    }

    void anExpertIsASliceOfTheMappedFile() {
        const auto model = Model::open(ggufFile("qwen3_moe"));
        const TensorView& first = model->checkpoint->tensor("model.layers.1.mlp.experts.0.up_proj.weight");
        for (std::size_t expert = 0; expert < 8; ++expert) {
            const std::string name = "model.layers.1.mlp.experts." + std::to_string(expert) + ".up_proj.weight";
            const TensorView& slice = model->checkpoint->tensor(name);
            QCOMPARE(slice.name, name);
            QCOMPARE(slice.shape, (std::vector<std::int64_t>{32, 32}));
            QVERIFY(slice.bytes.data() == first.bytes.data() + expert * 32 * 32 * sizeof(float));
            QVERIFY(slice.owner == first.owner && slice.owner != nullptr);
            const Matrix all = toMatrix(slice);
            QVERIFY(toMatrixRows(slice, 31, 1) == all.row(31));
        }
        QCOMPARE(model->checkpoint->sizeBytes(), 4 * model->parameterCount());
    }

    void aMixtureSaysHowItSendsTokens() {
        const auto mixtral = Model::open(ggufFile("mixtral"))->config;
        QCOMPARE(mixtral.family->model_type, std::string("mixtral"));
        QCOMPARE(mixtral.experts.per_token, Index{2});
        QVERIFY(mixtral.experts.is_normalized);
        const auto qwen2 = Model::open(ggufFile("qwen2_moe"))->config;
        QCOMPARE(qwen2.experts.size, Index{24});
        QCOMPARE(qwen2.experts.shared_size, Index{40});
        QVERIFY(!qwen2.experts.is_normalized);
        QVERIFY(Model::open(ggufFile("qwen3_moe"))->config.experts.is_normalized);
    }

    void expertsWithTensorsOfTheirOwnAreTheSameModel() {
        const auto former = Model::open(kData / "gguf" / "former" / "mixtral.gguf");
        const auto model = Model::open(ggufFile("mixtral"));
        QCOMPARE(former->linears.size(), model->linears.size());
        for (const LinearInfo& linear : model->linears)
            QVERIFY2(loadLinear(*former, linear) == loadLinear(*model, linear), linear.name.c_str());
        QVERIFY(sameBits(logitsOf(*former), logitsOf(*model)));
    }

    void aWidthThatAFileLeavesOutIsAShareOfTheMlps() {
        QByteArray bytes = QByteArray::fromStdString(readBytes(ggufFile("qwen2_moe")));
        bytes.replace("qwen2moe.expert_feed_forward_length", "qwen2moe.expert_feed_forward_widths");
        writeBytes(folder_ / "left-out.gguf", bytes.toStdString());
        QCOMPARE(Model::open(folder_ / "left-out.gguf")->config.experts.size, Index{24});  // 48, two experts for a token
    }

    void damagedMixturesAreRefused_data() {
        QTest::addColumn<QByteArray>("from");
        QTest::addColumn<QByteArray>("to");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char* name, const std::string& from, const std::string& to, const char* reason) {
            QTest::newRow(name) << QByteArray::fromStdString(from) << QByteArray::fromStdString(to) << QString(reason);
        };
        const auto extents = [](const std::string& tensor, const std::vector<std::uint64_t>& sizes) {
            std::string bytes = gb::text(tensor) + gb::number(static_cast<std::uint32_t>(sizes.size()));
            for (const std::uint64_t size : sizes) bytes += gb::number(size);
            return bytes;
        };
        row("more experts", gb::u32Key("llama.expert_count", 4), gb::u32Key("llama.expert_count", 5),
            "tensor 'blk.0.ffn_gate_inp.weight': expected shape [5, 32] by the file's keys, found [4, 32]");
        row("other extents", extents("blk.1.ffn_up_exps.weight", {32, 48, 4}), extents("blk.1.ffn_up_exps.weight", {32, 24, 8}),
            "tensor 'blk.1.ffn_up_exps.weight': expected shape [4, 48, 32] by the file's keys, found [8, 24, 32]");
        row("two extents", extents("blk.1.ffn_up_exps.weight", {32, 48, 4}), extents("blk.1.ffn_up_exps.weight", {32 * 48, 1, 4}),
            "found [4, 1, 1536]");
        row("missing experts", "blk.1.ffn_down_exps.weight", "blk.1.ffn_down_expz.weight",
            "expected a tensor 'blk.1.ffn_down_exps.weight' [4, 32, 48] of a llama model, found none");
        row("no experts for a token", gb::u32Key("llama.expert_used_count", 2), gb::u32Key("llama.expert_used_count", 0), "at least 1");
        row("more than there are", gb::u32Key("llama.expert_used_count", 2), gb::u32Key("llama.expert_used_count", 5),
            "num_experts_per_tok");
        row("as many as fill the memory", gb::u32Key("llama.expert_count", 4), gb::u32Key("llama.expert_count", 0x7FFFFFFF),
            "num_local_experts");
    }
    void damagedMixturesAreRefused() {
        QFETCH(QByteArray, from);
        QFETCH(QByteArray, to);
        QFETCH(QString, reason);
        QByteArray bytes = QByteArray::fromStdString(readBytes(ggufFile("mixtral")));
        QVERIFY(bytes.contains(from));
        QCOMPARE(from.size(), to.size());
        writeBytes(folder_ / "damaged.gguf", bytes.replace(from, to).toStdString());
        try {
            static_cast<void>(Model::open(folder_ / "damaged.gguf"));
        } catch (const Error& error) {
            QVERIFY2(QString(error.what()).contains(reason), error.what());
            return;
        }
        QFAIL("expected an error, found none");
    }

    void falconsNormsAreThoseOfItsHalves() {
        const auto model = Model::open(ggufFile("falcon-grouped"));
        QCOMPARE(model->config.attention_norm, std::string("ln_attn"));
        const GgufFile file = GgufFile::open(ggufFile("falcon-grouped"));
        QVERIFY(model->floats("transformer.h.0.ln_attn.weight") == toFloats(file.tensors().at("blk.0.attn_norm_2.weight")));
        QVERIFY(model->floats("transformer.h.0.ln_mlp.weight") == toFloats(file.tensors().at("blk.0.attn_norm.weight")));
        QVERIFY(Model::open(ggufFile("falcon-grouped-one-norm"))->config.shares_norm);
        QCOMPARE(Model::open(ggufFile("falcon"))->config.n_kv_heads, Index{1});
    }

private:
    /// The file with one more key in front of the others, and a filler that leaves the data aligned: keys are counted in the eight bytes
    /// from 16 on, and the first starts at 24.
    fs::path withKey(const char* name, const std::string& key) const {
        const std::size_t filler = 32 - (key.size() + gb::textKey("filler", "").size()) % 32;
        std::string bytes = readBytes(ggufFile(name));
        bytes[16] = static_cast<char>(bytes[16] + 2);
        bytes.insert(24, key + gb::textKey("filler", std::string(filler, ' ')));
        writeBytes(folder_ / "more.gguf", bytes);
        return folder_ / "more.gguf";
    }

    Folder folder_;
};

QTEST_APPLESS_MAIN(TestGgufModel)
#include "tst_gguf_model.moc"
