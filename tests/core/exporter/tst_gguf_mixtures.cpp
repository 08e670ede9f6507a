// GGUF files of mixtures of experts: one tensor for a layer of all experts of a block. Read back by the reader, which is held to files that
// others made (core/model/tst_gguf_model). Every type and every family is a case of tst_gguf_export.

#include <QStringList>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <array>

#include "core/exporter/gguf/pack.h"
#include "core/quant/quantize_block.h"
#include "tests/core/exporter/gguf_samples.h"

using namespace salient;
using namespace salient::gguf_samples;

class TestGgufMixtures : public QObject {
    Q_OBJECT

private slots:
    void allExpertsOfABlockAreOneTensor() {
        QTemporaryDir folder;
        const auto original = makeModel(pathOf(folder, "model"), "qwen2_moe");
        exportGguf(quantizeRandomly(original, methodOf(*original, {})), pathOf(folder, "out"), GgufWeights::Lossless);
        const GgufFile file = GgufFile::open(pathOf(folder, "out") / "model.gguf");
        QCOMPARE(file.text("general.architecture").value_or(""), std::string("qwen2moe"));
        const std::map<std::string, std::int64_t> sizes = {{"expert_count", 5},
                                                           {"expert_used_count", 2},
                                                           {"expert_feed_forward_length", 64},
                                                           {"expert_shared_feed_forward_length", 64},
                                                           {"feed_forward_length", 128}};
        for (const auto& [key, size] : sizes) QCOMPARE(file.integer("qwen2moe." + key).value_or(-1), size);
        struct Wanted {
            const char* name;
            const char* type;
            std::vector<std::int64_t> shape;
        };
        const std::vector<Wanted> wanted = {{"ffn_gate_inp", "F32", {5, 64}},     {"ffn_gate_exps", "Q4_0", {5, 64, 64}},
                                            {"ffn_up_exps", "Q4_0", {5, 64, 64}}, {"ffn_down_exps", "Q4_0", {5, 64, 64}},
                                            {"ffn_gate_inp_shexp", "F32", {64}},  {"ffn_gate_shexp", "Q4_0", {64, 64}},
                                            {"ffn_up_shexp", "Q4_0", {64, 64}},   {"ffn_down_shexp", "Q4_0", {64, 64}}};
        std::size_t n_of_mlp = 0;
        for (const auto& [name, view] : file.tensors())
            n_of_mlp += name.starts_with("blk.1.ffn_") && name != "blk.1.ffn_norm.weight" ? 1U : 0U;
        QCOMPARE(n_of_mlp, wanted.size());
        for (const Wanted& each : wanted) {
            const TensorView& view = file.tensors().at(std::string("blk.1.") + each.name + ".weight");
            QCOMPARE(std::string(view.storedName()), std::string(each.type));
            QCOMPARE(view.shape, each.shape);
        }
        // Each expert where its number says: the third one's blocks, as they are packed alone.
        const QuantizedModel again = quantizeRandomly(original, methodOf(*original, {}));
        const std::string third = "model.layers.1.mlp.experts.2.up_proj";
        const auto& linears = again.blocks[1].linears;
        const auto linear = std::find_if(linears.begin(), linears.end(), [&](const QuantizedLinear& l) { return l.name == third; });
        const PackedBlocks packed = packCodes(GgufWeights::Q4_0, linear->tensor, {});
        const TensorView& merged = file.tensors().at("blk.1.ffn_up_exps.weight");
        QVERIFY(std::ranges::equal(merged.bytes.subspan(2 * packed.bytes.size(), packed.bytes.size()), packed.bytes));
    }

    void mixtralsFilesAreLlamas() {
        QTemporaryDir folder;
        const auto original = makeModel(pathOf(folder, "model"), "mixtral", DType::F16, {{"sliding_window", 16}});
        const MethodSpec method = methodOf(*original, {});
        QVERIFY(joined(exportRemarks(*original, method, ExportFormat::Gguf)).contains("no sliding window"));
        exportGguf(quantizeRandomly(original, method), pathOf(folder, "out"), GgufWeights::F16);
        const GgufFile file = GgufFile::open(pathOf(folder, "out") / "model.gguf");
        QCOMPARE(file.text("general.architecture").value_or(""), std::string("llama"));
        QCOMPARE(file.integer("llama.expert_count").value_or(0), std::int64_t{4});
        QCOMPARE(file.integer("llama.expert_used_count").value_or(0), std::int64_t{2});
        QCOMPARE(file.integer("llama.feed_forward_length").value_or(0), std::int64_t{128});
        for (const char* key : {"llama.expert_feed_forward_length", "llama.attention.sliding_window"}) QVERIFY2(!file.has(key), key);
        QCOMPARE(Model::open(pathOf(folder, "out"))->config.family->model_type, std::string("mixtral"));
    }

    void q4KMGivesAMixtureTheTypesOfLlamaCpp_data() {
        QTest::addColumn<int>("n_experts");
        QTest::addColumn<QStringList>("first");
        QTest::addColumn<QStringList>("last");
        // q, k, v, output, gate, up, down of the first and of the last of two blocks. Eight experts are Mixtral's number.
        QTest::newRow("four experts") << 4 << QStringList{"Q4_K", "Q4_K", "Q4_K", "Q4_K", "Q4_K", "Q4_K", "Q4_K"}
                                      << QStringList{"Q4_K", "Q4_K", "Q6_K", "Q4_K", "Q4_K", "Q4_K", "Q6_K"};
        QTest::newRow("eight experts") << 8 << QStringList{"Q4_K", "Q8_0", "Q8_0", "Q6_K", "Q4_K", "Q4_K", "Q4_K"}
                                       << QStringList{"Q4_K", "Q8_0", "Q8_0", "Q6_K", "Q4_K", "Q4_K", "Q6_K"};
    }
    void q4KMGivesAMixtureTheTypesOfLlamaCpp() {
        QFETCH(int, n_experts);
        QFETCH(QStringList, first);
        QFETCH(QStringList, last);
        QTemporaryDir folder;
        Json changes = kWide;
        changes["intermediate_size"] = 256;
        changes["head_dim"] = 64;
        changes["num_local_experts"] = n_experts;
        const auto original = makeModel(pathOf(folder, "model"), "mixtral", DType::F16, changes);
        const MethodSpec method = methodOf(*original, {"awq", 4, false, 64});
        QCOMPARE(joined(exportObstacles(*original, method, ExportFormat::Gguf, GgufWeights::Q4_K_M)), QString());
        exportGguf(quantizeRandomly(original, method), pathOf(folder, "out"), GgufWeights::Q4_K_M);
        const auto opened = Model::open(pathOf(folder, "out"));
        QCOMPARE(exportedWeightBytes(*original, method, ExportFormat::Gguf, GgufWeights::Q4_K_M), opened->checkpoint->sizeBytes());
        for (const LinearInfo& info : opened->linears) {
            constexpr std::array kRoles = {Role::Query, Role::Key, Role::Value, Role::AttentionOutput, Role::Gate, Role::Up, Role::Down};
            const auto place = static_cast<qsizetype>(std::find(kRoles.begin(), kRoles.end(), info.role) - kRoles.begin());
            const QString wanted = isRouter(info.role) ? QString("F32") : (info.block == 0 ? first : last).at(place);
            QVERIFY2(QString::fromStdString(std::string(info.stored_name)) == wanted, info.name.c_str());
        }
        JobContext job;
        const VerifyReport report = verifyCheckpoint(pathOf(folder, "out"), original, job);
        QVERIFY2(report.passed(), qPrintable(text_(report)));
        QCOMPARE(report.n_layers_identical, static_cast<Index>(quantizedLayers(*original, method).size()));
        QVERIFY(report.worst_relative_weight_error < 0.2);
    }

    void expertsOfOneBlockMustHaveOneType() {
        QTemporaryDir folder;
        const auto model = makeModel(pathOf(folder, "model"), "mixtral");
        const MethodSpec plain = methodOf(*model, {});
        const auto obstacles = [&](const MethodSpec& method, GgufWeights weights = GgufWeights::Lossless) {
            return joined(exportObstacles(*model, method, ExportFormat::Gguf, weights));
        };
        MethodSpec method = plain;
        method.overrides = {{.layers = R"(experts\.1\.w3$)", .bits = 8}};
        const QString one = obstacles(method);
        QVERIFY2(
            one.contains("model.layers.0.block_sparse_moe.experts.1.w3 would be Q8_0, model.layers.0.block_sparse_moe.experts.0.w3 Q4_0 "
                         "(and so in 1 other block)"),
            qPrintable(one));
        QCOMPARE(one.count("in one tensor"), qsizetype{1});
        ExportOptions options;
        options.format = ExportFormat::Gguf;
        QVERIFY_EXCEPTION_THROWN(CheckpointWriter(model, method, pathOf(folder, "out"), options), Error);
        QCOMPARE(obstacles(method, GgufWeights::F16), QString());  // all of them are dequantized to one type
        method.overrides = {{.layers = R"(experts\.1\.w3$)", .group_size = 64}};
        QCOMPARE(obstacles(method), QString());  // another grid of the same type
        method.overrides = {{.layers = R"(layers\.0\..*experts\.\d+\.w2$)", .bits = 8}};
        QCOMPARE(obstacles(method), QString());  // all of a block

        method = plain;
        method.keep = {R"(experts\.3\.)"};
        const QString kept = obstacles(method);
        QCOMPARE(kept.count("in one tensor"), qsizetype{3});  // gate, up and down
        QVERIFY2(kept.contains("experts.3.w1 would be F16"), qPrintable(kept));
        QCOMPARE(obstacles(method, GgufWeights::F16), QString());
        QVERIFY(!obstacles(method, GgufWeights::BF16).contains("in one tensor"));
        method.keep = {R"(experts\.\d+\.w1$)"};
        QCOMPARE(obstacles(method), QString());
        exportGguf(quantizeRandomly(model, method), pathOf(folder, "kept"), GgufWeights::Lossless);
        const GgufFile file = GgufFile::open(pathOf(folder, "kept") / "model.gguf");
        QCOMPARE(std::string(file.tensors().at("blk.0.ffn_gate_exps.weight").storedName()), std::string("F16"));
        QCOMPARE(std::string(file.tensors().at("blk.0.ffn_up_exps.weight").storedName()), std::string("Q4_0"));
        JobContext job;
        QVERIFY(verifyCheckpoint(pathOf(folder, "kept"), model, job).passed());
    }

    void aMixtureGoesOnAfterItsFinishedBlocks() {
        QTemporaryDir folder;
        const auto model = makeModel(pathOf(folder, "model"), "qwen2_moe");
        MethodSpec method = methodOf(*model, {"awq", 4, false, 32});
        method.keep = {R"(layers\.0\..*experts\.\d+\.gate_proj$)"};  // slices of floats, too
        const QuantizedModel quantized = quantizeRandomly(model, method);
        exportGguf(quantized, pathOf(folder, "at once"), GgufWeights::Lossless);
        ExportOptions options;
        options.format = ExportFormat::Gguf;
        const fs::path target = pathOf(folder, "resumed");
        Json done;
        {
            ResumableDirectory directory(target);
            CheckpointWriter writer(model, method, directory, options);
            writer.add(quantized.blocks[0]);
            done = writer.flush();
            directory.keep(true);
        }
        QVERIFY(!fs::exists(target));
        {
            ResumableDirectory directory(target);
            CheckpointWriter writer(model, method, directory, options, Json::parse(done.dump()));
            QVERIFY_EXCEPTION_THROWN(writer.add(quantized.blocks[0]), Error);
            writer.add(quantized.blocks[1]);
            JobContext job;
            writer.finish(job);
        }
        for (const char* file : {"model.gguf", "salient.json"})
            QVERIFY2(readText(target / file) == readText(pathOf(folder, "at once") / file), file);
    }

    void damageToAnExpertIsFound() {
        QTemporaryDir folder;
        const auto original = makeModel(pathOf(folder, "model"), "qwen3_moe");
        MethodSpec method = methodOf(*original, {});
        method.keep = {"gate_proj$"};
        exportGguf(quantizeRandomly(original, method), pathOf(folder, "out"), GgufWeights::Lossless);
        const fs::path file = pathOf(folder, "out") / "model.gguf";
        const auto found = [&] {
            JobContext job;
            return text_(verifyCheckpoint(file, original, job));
        };
        QCOMPARE(found(), QString());
        constexpr std::size_t kQ4_0 = 64 * 64 / 32 * 18;  // bytes of an expert's layer
        flipBits(file, "blk.1.ffn_up_exps.weight", 5 * kQ4_0 + 7, 0x11);
        QVERIFY2(found().contains("model.layers.1.mlp.experts.5.up_proj: weights: expected checksum"), qPrintable(found()));
        QCOMPARE(found().count("expected checksum"), qsizetype{1});
        flipBits(file, "blk.1.ffn_up_exps.weight", 5 * kQ4_0 + 7, 0x11);
        flipBits(file, "blk.0.ffn_gate_exps.weight", 7 * 64 * 64 * 2, 1);
        QVERIFY2(found().contains("blk.0.ffn_gate_exps.weight[7]: bytes: expected checksum"), qPrintable(found()));
        flipBits(file, "blk.0.ffn_gate_exps.weight", 7 * 64 * 64 * 2, 1);
        flipBits(file, "blk.0.ffn_gate_inp.weight", 2, 1);
        QVERIFY2(found().contains("blk.0.ffn_gate_inp.weight: bytes: expected checksum"), qPrintable(found()));
    }

    void expertsThatChangedPlacesAreNamed() {
        QTemporaryDir folder;
        const auto original = makeModel(pathOf(folder, "model"), "mixtral");
        exportGguf(quantizeRandomly(original, methodOf(*original, {})), pathOf(folder, "out"), GgufWeights::Lossless);
        fs::remove(pathOf(folder, "out") / "salient.json");  // as another tool would have written it
        const fs::path file = pathOf(folder, "out") / "model.gguf";
        const auto verified = [&] {
            JobContext job;
            return verifyCheckpoint(file, original, job);
        };
        QVERIFY2(verified().passed(), qPrintable(text_(verified())));
        QCOMPARE(verified().n_layers, static_cast<Index>(original->linears.size()));
        std::string merged;
        {
            const GgufFile gguf = GgufFile::open(file);
            const std::span<const std::byte> stored = gguf.tensors().at("blk.0.ffn_down_exps.weight").bytes;
            merged.assign(reinterpret_cast<const char*>(stored.data()), stored.size());
        }
        std::string bytes = readText(file);
        const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(bytes.find(merged));
        const auto size = static_cast<std::ptrdiff_t>(merged.size() / 4);
        std::swap_ranges(first, first + size, first + size);
        std::ofstream(file, std::ios::binary) << bytes;
        const QString found = text_(verified());
        for (const char* expert : {"experts.0.w2", "experts.1.w2"})
            QVERIFY2(found.contains(QString("model.layers.0.block_sparse_moe.%1: weights hardly resemble the original's").arg(expert)),
                     qPrintable(found));
        QVERIFY2(!found.contains("experts.2."), qPrintable(found));
    }

private:
    static QString text_(const VerifyReport& report) { return salient::samples::text(report); }
};

QTEST_APPLESS_MAIN(TestGgufMixtures)
#include "tst_gguf_mixtures.moc"
