// GGUF files written by the exporter: read back by the reader, which is held to files that others made (core/model/tst_gguf_model).

#include <QDir>
#include <QStringList>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <array>
#include <set>

#include "core/exporter/gguf/keys.h"
#include "core/exporter/gguf/pack.h"
#include "core/exporter/gguf/vocabulary.h"
#include "core/exporter/gguf/weights.h"
#include "core/exporter/salient_record.h"
#include "core/quant/quantize_block.h"
#include "core/tokenizer/base64.h"
#include "core/tokenizer/sentencepiece_model.h"
#include "tests/core/exporter/gguf_samples.h"
#include "tests/support/places.h"

using namespace salient;
using namespace salient::gguf_samples;

namespace {

const Case kCases[] = {
    {"rtn", 4, true, 32, GgufWeights::Lossless, "Q4_0"},
    {"gptq", 4, true, 64, GgufWeights::Q4_0, "Q4_0"},
    {"gptq", 4, true, 32, GgufWeights::Lossless, "Q4_0", true},
    {"rtn", 4, true, -1, GgufWeights::Lossless, "Q4_0"},
    {"rtn", 4, false, 32, GgufWeights::Lossless, "Q4_1"},
    {"awq", 4, false, 64, GgufWeights::Q4_1, "Q4_1"},
    {"rtn", 4, true, 32, GgufWeights::Q4_1, "Q4_1"},
    {"rtn", 8, true, 32, GgufWeights::Lossless, "Q8_0"},
    {"rtn", 3, false, 16, GgufWeights::F16, "F16"},
    {"gptq", 3, false, 32, GgufWeights::BF16, "BF16"},
    {"gptq", 4, false, 16, GgufWeights::Q8_0, "Q8_0"},
    {"awq", 4, true, 64, GgufWeights::Lossless, "Q4_0"},
};

/// A directory with a model and a tokenizer of tests/data.
fs::path writeModelWithTokenizer(const QTemporaryDir& folder, const std::string& tokenizer) {
    const fs::path directory = pathOf(folder, "model");
    Json config = configOf("qwen2");
    config["vocab_size"] = 1024;
    writeModel(directory, "qwen2", DType::F16, config);
    fs::copy_file(salient::test::testDataFolder() / "tokenizer" / tokenizer / "tokenizer.json", directory / "tokenizer.json");
    return directory;
}

}  // namespace

class TestGgufExport : public QObject {
    Q_OBJECT

private slots:
    void everyWeightComesBack_data() {
        QTest::addColumn<QString>("family");
        QTest::addColumn<int>("which");
        const auto row = [](const char* family, std::size_t i) {
            const Case& c = kCases[i];
            QTest::newRow(qPrintable(QString("%1 %2 w%3 %4 g%5 %6%7")
                                         .arg(family, c.method)
                                         .arg(c.bits)
                                         .arg(c.symmetric ? "sym" : "asym")
                                         .arg(c.group_size)
                                         .arg(QString::fromUtf8(name(c.weights).data()), c.act_order ? " act-order" : "")))
                << QString(family) << static_cast<int>(i);
        };
        for (const char* family : {"mistral", "mixtral", "qwen2_moe"}) {
            for (std::size_t i = 0; i < std::size(kCases); ++i) row(family, i);
        }
        for (const char* family :
             {"llama", "qwen2", "qwen3", "phi", "phi3", "phi3-long", "gemma", "gemma2", "gemma3_text", "gpt2", "gpt_neox", "bloom",
              "stablelm", "stablelm-parallel", "olmo-clipped", "llama-llama3", "llama-yarn", "llama-linear"}) {
            row(family, 0);
            row(family, 5);
        }
        for (const char* family :
             {"qwen3_moe", "falcon", "falcon-grouped", "falcon-grouped-one-norm", "stablelm-normed", "gemma3", "gemma3-bare", "mistral3"}) {
            row(family, 0);
            row(family, 5);
        }
    }
    void everyWeightComesBack() {
        QFETCH(QString, family);
        QFETCH(int, which);
        const Case& c = kCases[which];
        QTemporaryDir folder;
        const auto original = makeModel(pathOf(folder, "model"), family.toStdString());
        const MethodSpec method = methodOf(*original, c);
        QCOMPARE(joined(exportObstacles(*original, method, ExportFormat::Gguf, c.weights)), QString());
        const QuantizedModel quantized = quantizeRandomly(original, method);
        const fs::path target = pathOf(folder, "out");
        exportGguf(quantized, target, c.weights);

        JobContext job;
        const VerifyReport report = verifyCheckpoint(target, original, job);
        QVERIFY2(report.passed(), qPrintable(text(report)));
        QCOMPARE(report.format, std::string("gguf"));
        QCOMPARE(report.n_layers, static_cast<Index>(quantizedLayers(*original, method).size()));  // all but routers
        QCOMPARE(report.n_layers_identical, report.n_layers);
        QVERIFY(report.worst_relative_weight_error < (c.bits == 3 ? 0.6 : 0.35));

        const bool is_exact = QString(c.stored) == "Q4_0" || (c.bits == 8 && c.symmetric) || (QString(c.stored) == "Q4_1" && c.symmetric);
        // What was meant, from the quantized model itself.
        const auto opened = Model::open(target);
        QCOMPARE(exportedWeightBytes(*original, method, ExportFormat::Gguf, c.weights), opened->checkpoint->sizeBytes());
        for (const QuantizedBlock& block : quantized.blocks) {
            for (const QuantizedLinear& linear : block.linears) {
                const auto place = &original->linear(linear.name) - original->linears.data();  // a name may have another prefix
                const LinearInfo& info = opened->linears[static_cast<std::size_t>(place)];
                QCOMPARE(QString::fromStdString(std::string(info.stored_name)), QString(c.stored));
                const Matrix found = loadLinear(*opened, info);
                const Matrix meant = linear.tensor.dequantize();
                if (is_exact) {
                    QVERIFY2(found == meant, info.name.c_str());
                } else if (QString(c.stored) == "Q4_1") {
                    // A group moves as a whole, by at most 15 half units of a float16's eleventh digit.
                    for (Index n = 0; n < found.rows(); ++n) {
                        for (Index k = 0; k < found.cols(); ++k) {
                            const float step = linear.tensor.scale(n, linear.tensor.group_index[static_cast<std::size_t>(k)]);
                            QVERIFY(std::abs(found(n, k) - meant(n, k)) <= 0.0075F * step);
                        }
                    }
                } else {
                    const float relative = QString(c.stored) == "BF16" ? 0x1p-8F : QString(c.stored) == "F16" ? 0x1p-10F : 0.01F;
                    QVERIFY((found - meant).norm() <= relative * meant.norm());
                }
            }
        }
        // The same function of the weights that are stored, which were looked at above: rounded embeddings, but nothing else, may differ.
        QCOMPARE(opened->config.n_heads, original->config.n_heads);
        QCOMPARE(opened->config.head_dim, original->config.head_dim);
        QCOMPARE(static_cast<float>(opened->config.norm_epsilon), static_cast<float>(original->config.norm_epsilon));
        QCOMPARE(opened->config.rope.dim, original->config.rope.dim);
        QCOMPARE(static_cast<float>(opened->config.attention_scale), static_cast<float>(original->config.attention_scale));
        if (original->config.family->hasExperts() && !is_exact) return;  // a score that is rounded may send a token to another expert
        const std::vector<TokenId> ids = {3, 1, 4, 1, 5, 9, 2, 6};
        const auto logitsOf = [&](const Model& model, const BlockLoader& blocks) {
            HiddenStates hidden = embed(model, {ids, static_cast<Index>(ids.size())});
            for (int block = 0; block < model.config.n_blocks; ++block) forwardBlock(model, blocks(block), block, hidden, {}, {}, job);
            return logits(model, hidden.values, {});
        };
        const BlockLoader quantized_blocks = quantizedBlocks(std::make_shared<const QuantizedModel>(quantized));
        const BlockLoader stored_blocks = [&](int block) {
            BlockWeights weights = quantized_blocks(block);
            for (std::size_t i = 0; i < original->linears.size(); ++i) {
                const LinearInfo& info = original->linears[i];
                if (info.block == block) weights.linears.at(info.key()).weight = loadLinear(*opened, opened->linears[i]);
            }
            return weights;
        };
        const Matrix here = logitsOf(*opened, originalBlocks(opened));
        const Matrix there = logitsOf(*original, stored_blocks);
        const float tolerance = c.weights == GgufWeights::BF16 || c.weights == GgufWeights::Q8_0 ? 0.05F : 0.01F;
        QVERIFY2((here - there).norm() <= tolerance * there.norm(), qPrintable(QString::number((here - there).norm() / there.norm())));
    }

    void aLayerOfAnotherWidthGetsABlockTypeOfItsOwn() {
        QTemporaryDir folder;
        const auto original = makeModel(pathOf(folder, "model"), "llama");
        MethodSpec method = methodOf(*original, {"rtn", 4, true, 32});
        method.overrides = {{"down_proj", {}, 8, {}}};
        QCOMPARE(joined(exportObstacles(*original, method, ExportFormat::Gguf, GgufWeights::Lossless)), QString());
        const QuantizedModel quantized = quantizeRandomly(original, method);
        exportGguf(quantized, pathOf(folder, "out"), GgufWeights::Lossless);
        const auto opened = Model::open(pathOf(folder, "out"));
        for (const QuantizedBlock& block : quantized.blocks) {
            for (const QuantizedLinear& linear : block.linears) {
                const LinearInfo& info = opened->linear(linear.name);
                const bool is_wide = linear.name.find("down_proj") != std::string::npos;
                QCOMPARE(QString::fromStdString(std::string(info.stored_name)), QString(is_wide ? "Q8_0" : "Q4_0"));
                QVERIFY(loadLinear(*opened, info) == linear.tensor.dequantize());
            }
        }
        JobContext job;
        QVERIFY(verifyCheckpoint(pathOf(folder, "out"), original, job).passed());
        method.overrides = {{"down_proj", {}, 5, {}}};  // no block type holds five bits
        QVERIFY(joined(exportObstacles(*original, method, ExportFormat::Gguf, GgufWeights::Lossless)).contains("found 5 bits"));
    }

    void blocksOf256RoundTheWeightsThemselves_data() {
        QTest::addColumn<QString>("method");
        QTest::addColumn<int>("type");
        QTest::addColumn<double>("largest_error");
        QTest::newRow("rtn q4_k") << "rtn" << static_cast<int>(GgufWeights::Q4_K) << 0.085;
        QTest::newRow("awq q4_k") << "awq" << static_cast<int>(GgufWeights::Q4_K) << 0.12;
        QTest::newRow("rtn q6_k") << "rtn" << static_cast<int>(GgufWeights::Q6_K) << 0.022;
        QTest::newRow("rtn q4_k_m") << "rtn" << static_cast<int>(GgufWeights::Q4_K_M) << 0.085;
    }
    void blocksOf256RoundTheWeightsThemselves() {
        QFETCH(QString, method);
        QFETCH(int, type);
        QFETCH(double, largest_error);
        const auto weights = static_cast<GgufWeights>(type);
        QTemporaryDir folder;
        const auto original = makeModel(pathOf(folder, "model"), "mistral", DType::F16, kWide);
        // Three bits in groups of 16: nothing of that grid may be left in the file.
        const std::string name = method.toStdString();
        const MethodSpec spec = methodOf(*original, {name.c_str(), 3, false, 16});
        QCOMPARE(joined(exportObstacles(*original, spec, ExportFormat::Gguf, weights)), QString());
        QVERIFY(joined(exportRemarks(*original, spec, ExportFormat::Gguf, weights)).contains("leave no trace"));
        exportGguf(quantizeRandomly(original, spec), pathOf(folder, "out"), weights);
        JobContext job;
        const VerifyReport report = verifyCheckpoint(pathOf(folder, "out"), original, job);
        QVERIFY2(report.passed(), qPrintable(text(report)));
        QCOMPARE(report.n_layers_identical, static_cast<Index>(original->linears.size()));
        QVERIFY2(report.worst_relative_weight_error < largest_error, qPrintable(QString::number(report.worst_relative_weight_error)));
        const auto opened = Model::open(pathOf(folder, "out"));
        for (const LinearInfo& info : opened->linears) {
            const bool is_fine = weights == GgufWeights::Q6_K ||
                                 (weights == GgufWeights::Q4_K_M && isFineLayer(info.role, info.block, opened->config.n_blocks));
            QCOMPARE(QString::fromStdString(std::string(info.stored_name)), QString(is_fine ? "Q6_K" : "Q4_K"));
        }
        const auto file_type = GgufFile::open(pathOf(folder, "out") / "model.gguf").integer("general.file_type");
        QCOMPARE(file_type.value_or(0), weights == GgufWeights::Q4_K ? 14 : weights == GgufWeights::Q6_K ? 18 : 15);
    }

    void calibrationDecidesWhichInputsBlocksOf256Spare() {
        QTemporaryDir folder;
        const auto original = makeModel(pathOf(folder, "model"), "mistral", DType::F16, kWide);
        QuantizedModel quantized = quantizeRandomly(original, methodOf(*original, {}));
        for (QuantizedBlock& block : quantized.blocks) {
            for (QuantizedLinear& linear : block.linears) {
                QCOMPARE(linear.input_power.size(), linear.tensor.group_index.size());
                linear.input_power.assign(linear.input_power.size(), 1.0F);
                linear.input_power[7] = 1e4F;
            }
        }
        exportGguf(quantized, pathOf(folder, "out"), GgufWeights::Q4_K);
        const auto opened = Model::open(pathOf(folder, "out"));
        const Matrix difference = loadLinear(*opened, opened->linears[0]) - loadLinear(*original, original->linears[0]);
        QVERIFY(difference.col(7).norm() < 0.5F * difference.col(8).norm());
    }

    void inputsRaisedToTheLeastImportanceAreCountedLayerByLayer() {
        QTemporaryDir folder;
        const auto original = makeModel(pathOf(folder, "model"), "mistral", DType::F16, kWide);
        QuantizedModel quantized = quantizeRandomly(original, methodOf(*original, {}));
        for (QuantizedLinear& linear : quantized.blocks[1].linears) linear.input_power.assign(linear.input_power.size(), 1.0F);
        std::map<std::string, std::int64_t> expected;
        for (QuantizedLinear& linear : quantized.blocks[0].linears) {
            linear.input_power.assign(linear.input_power.size(), 1.0F);
            if (linear.name.ends_with("k_proj")) continue;
            linear.input_power[7] = 1e7F;  // the average is then more than ten thousand
            expected[linear.name] = static_cast<std::int64_t>(linear.input_power.size()) - 1;
        }
        QVERIFY(!expected.empty());
        JobContext job;
        ExportOptions options;
        options.format = ExportFormat::Gguf;
        options.gguf_weights = GgufWeights::Q4_K_M;
        QVERIFY(exportCheckpoint(quantized, pathOf(folder, "out"), options, job).raised_importances == expected);
        const fs::path record = pathOf(folder, "out") / kSalientRecordFile;
        QVERIFY(recordFromJson(readJson(record), record.string()).counts().raised_importances == expected);
        // Codes that are moved as they are weigh nothing.
        options.gguf_weights = GgufWeights::Lossless;
        QVERIFY(exportCheckpoint(quantized, pathOf(folder, "moved"), options, job).raised_importances.empty());
    }

    void factorsOfBlocksThatWereRaisedAreCountedLayerByLayer() {
        QTemporaryDir folder;
        const auto original = makeModel(pathOf(folder, "model"), "mistral", DType::F16, kWide);
        QuantizedModel quantized = quantizeRandomly(original, methodOf(*original, {}));
        // Of every row one weight is left, so small that a block's factor is a few of the least float16 numbers.
        constexpr Index kColumn = 40;
        constexpr float kLeast = 0x1p-24F;
        constexpr float kFactors = 32.0F * 128.0F;  // of a block's factor, that is how large the largest weight can be
        std::map<std::string, std::int64_t> expected;
        for (QuantizedBlock& block : quantized.blocks) {
            for (QuantizedLinear& linear : block.linears) {
                const Matrix weight = loadLinear(*original, original->linear(linear.name));
                const float scale = 30.0F * kLeast * kFactors / weight.col(kColumn).cwiseAbs().maxCoeff();
                linear.channel_scale.assign(static_cast<std::size_t>(weight.cols()), 0.0F);
                linear.channel_scale[kColumn] = scale;
                linear.row_scale.clear();
                linear.input_power.clear();
                std::int64_t n_raised = 0;
                for (Index row = 0; row < weight.rows(); ++row) {
                    const double wanted = std::abs(static_cast<double>(weight(row, kColumn) * scale / kFactors / kLeast));
                    // A run holds at most 128 of them, and what rounds to that.
                    n_raised += 128.5 * std::nearbyint(wanted) < 128.0 * wanted ? 1 : 0;
                }
                if (n_raised > 0) expected[linear.name] = n_raised;
            }
        }
        QVERIFY(!expected.empty());
        JobContext job;
        ExportOptions options;
        options.format = ExportFormat::Gguf;
        options.gguf_weights = GgufWeights::Q6_K;
        QVERIFY(exportCheckpoint(quantized, pathOf(folder, "out"), options, job).raised_factors == expected);
        const fs::path record = pathOf(folder, "out") / kSalientRecordFile;
        QVERIFY(recordFromJson(readJson(record), record.string()).counts().raised_factors == expected);
    }

    void digitsThatFloat16DoesNotHoldAreCountedTensorByTensor() {
        QTemporaryDir folder;
        writeModel(pathOf(folder, "model"), "mistral", DType::F32, configOf("mistral"));
        OpenFile file(pathOf(folder, "model") / "model.safetensors");
        file.as<float>("model.embed_tokens.weight")[5] = 0x1.8p-24F;  // between two of the least float16 numbers
        file.save(pathOf(folder, "model") / "model.safetensors");
        const auto original = Model::open(pathOf(folder, "model"));
        const QuantizedModel quantized = quantizeRandomly(original, methodOf(*original, {"rtn", 3, false, 16, GgufWeights::F16, "F16"}));
        const std::pair<const char*, const char*> copied[] = {{"token_embd.weight", "model.embed_tokens.weight"},
                                                              {"output.weight", "lm_head.weight"}};
        std::map<std::string, std::int64_t> expected;
        for (const auto& [stored, source] : copied) {
            const std::int64_t n_losing = losingDigitsInFloat16(toFloats(original->checkpoint->tensor(source)));
            if (n_losing > 0) expected[stored] = n_losing;
        }
        for (const QuantizedBlock& block : quantized.blocks) {
            for (const QuantizedLinear& linear : block.linears) {
                const Matrix weight = linear.tensor.dequantize();
                QCOMPARE(losingDigitsInFloat16({weight.data(), static_cast<std::size_t>(weight.size())}), std::int64_t{0});
            }
        }
        QVERIFY(expected.contains("token_embd.weight"));
        JobContext job;
        ExportOptions options;
        options.format = ExportFormat::Gguf;
        options.gguf_weights = GgufWeights::F16;
        std::int64_t total = 0;
        for (const auto& [tensor, n_losing] : expected) total += n_losing;
        QCOMPARE(exportCheckpoint(quantized, pathOf(folder, "out"), options, job).n_subnormal_values, total);
        const fs::path record = pathOf(folder, "out") / kSalientRecordFile;
        QVERIFY(recordFromJson(readJson(record), record.string()).subnormal == expected);
    }

    // They are added up, and must not leave 64 bits.
    void countsThatNoTensorHasAreRefused() {
        for (const char* const key : {"flushed_to_zero", "subnormal_values", "raised_importances", "raised_factors"}) {
            const auto refusal = [&](const char* count) {
                Json document = toJson(SalientRecord());
                document[key] = Json::object({{"layer", Json::parse(count)}});
                try {
                    static_cast<void>(recordFromJson(document, "FILE"));
                } catch (const Error& error) {
                    return QString(error.what());
                }
                return QString("no error");
            };
            QCOMPARE(refusal("1099511627776"), QString("no error"));
            for (const char* const count : {"1099511627777", "18446744073709551615", "-1", "0.5", "null"}) {
                const QString expected = QString("FILE: %1: layer: expected a number of values, found %2").arg(key, count);
                QVERIFY2(refusal(count).contains(expected), qPrintable(refusal(count)));
            }
        }
    }

    void rowsThatAreNoBlocksOf256BecomeQ8_0() {
        QTemporaryDir folder;
        const auto original = makeModel(pathOf(folder, "model"), "mistral", DType::F16, {{"hidden_size", 256}, {"intermediate_size", 96}});
        const MethodSpec method = methodOf(*original, {});
        const QString remarks = joined(exportRemarks(*original, method, ExportFormat::Gguf, GgufWeights::Q4_K));
        QVERIFY2(remarks.contains("2 layers become Q8_0"), qPrintable(remarks));
        exportGguf(quantizeRandomly(original, method), pathOf(folder, "out"), GgufWeights::Q4_K);
        const auto opened = Model::open(pathOf(folder, "out"));
        for (const LinearInfo& info : opened->linears) {
            const bool is_narrow = info.role == Role::Down;
            QCOMPARE(QString::fromStdString(std::string(info.stored_name)), QString(is_narrow ? "Q8_0" : "Q4_K"));
            if (!is_narrow) continue;
            const Matrix meant = loadLinear(*original, original->linear(info.name));
            QVERIFY((loadLinear(*opened, info) - meant).norm() < 0.01F * meant.norm());  // not of the codes in four bits
        }
    }

    void blocksHoldWhatTheFormatSays() {
        // One row, one block: codes 0, 1, …, 15, 0, …; scale 1/2.
        QuantizedTensor tensor;
        tensor.codes.resize(1, 32);
        for (Index k = 0; k < 32; ++k) tensor.codes(0, k) = static_cast<std::uint8_t>((k * 7) % 16);
        tensor.scale = Matrix::Constant(1, 1, 0.5F);
        tensor.zero = Matrix::Constant(1, 1, 8.0F);
        tensor.group_index.assign(32, 0);
        const PackedBlocks q4_0 = packCodes(GgufWeights::Q4_0, tensor, {});
        QCOMPARE(q4_0.bytes.size(), std::size_t{18});
        QCOMPARE(std::to_integer<int>(q4_0.bytes[0]), 0x00);
        QCOMPARE(std::to_integer<int>(q4_0.bytes[1]), 0x38);  // 0.5 as binary16 is 0x3800
        QCOMPARE(std::to_integer<int>(q4_0.bytes[2 + 1]), 7 | (((17 * 7) % 16) << 4));
        tensor.zero(0, 0) = 3.0F;
        const PackedBlocks q4_1 = packCodes(GgufWeights::Q4_1, tensor, {});
        QCOMPARE(q4_1.bytes.size(), std::size_t{20});
        QCOMPARE(std::to_integer<int>(q4_1.bytes[3]), 0xBE);  // −1.5 is 0xBE00
        QCOMPARE(q4_1.largest_shift, 0.0);
        QCOMPARE(q4_1.meant(0, 1), 0.5F * (7.0F - 3.0F));
        tensor.scale(0, 0) = 0x1.ffcp-2F;  // eleven ones: times three takes thirteen digits
        QVERIFY(packCodes(GgufWeights::Q4_1, tensor, {}).largest_shift > 0.0);
    }

    void rowsAreWrittenInTheFilesOrder() {
        Matrix weight(2, 32);
        weight.row(0).setConstant(127.0F);
        weight.row(1).setConstant(-127.0F);
        const std::vector<Index> swapped = {1, 0};
        const PackedBlocks packed = packQ8_0(weight, swapped);
        QCOMPARE(packed.bytes.size(), std::size_t{68});
        QCOMPARE(std::to_integer<std::int8_t>(packed.bytes[2]), std::int8_t{-127});
        QCOMPARE(packed.meant(0, 0), 127.0F);
    }

    void whatDoesNotFitIsRefusedWithAdvice_data() {
        QTest::addColumn<QString>("family");
        QTest::addColumn<QString>("changes");
        QTest::addColumn<int>("bits");
        QTest::addColumn<bool>("symmetric");
        QTest::addColumn<int>("group_size");
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("reason");
        QTest::newRow("3 bits") << "llama"
                                << "{}" << 3 << true << 32 << "lossless"
                                << "choose bits 4 and group size 32";
        QTest::newRow("groups of 16") << "llama"
                                      << "{}" << 4 << true << 16 << "lossless"
                                      << "in groups of 32";
        QTest::newRow("asymmetric in q4_0") << "llama"
                                            << "{}" << 4 << false << 32 << "q4_0"
                                            << "q4_0 takes 4 bits, symmetric";
        QTest::newRow("8 bits in q4_1") << "llama"
                                        << "{}" << 8 << true << 32 << "q4_1"
                                        << "q4_1 takes 4 bits";
        QTest::newRow("8 bits in q4_k of gptq") << "llama"
                                                << "{}" << 8 << true << 32 << "q4_k"
                                                << "those of gptq would be lost";
        QTest::newRow("opt") << "opt"
                             << "{}" << 4 << true << 32 << "lossless"
                             << "no architecture for opt";
        QTest::newRow("dynamic rope") << "llama"
                                      << R"({"rope_scaling": {"type": "dynamic", "factor": 2.0}})" << 4 << true << 32 << "f16"
                                      << "dynamic";
        QTest::newRow("ramp of yarn")
            << "llama"
            << R"({"rope_scaling": {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64, "beta_fast": 2.0}})" << 4 << true
            << 32 << "f16"
            << "puts YaRN's ramp between 32 turns and 1 (beta_fast, beta_slow), found 2.0 and 1.0";
        QTest::newRow("attention factor of yarn")
            << "llama"
            << R"({"rope_scaling": {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64, "attention_factor": 1.0}})" << 4
            << true << 32 << "f16"
            << "has the published attention factor and rounds the borders of its ramp";
        QTest::newRow("DeepSeek's temperatures of yarn")
            << "llama"
            << R"({"rope_scaling": {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64, "mscale": 0.707,
                   "mscale_all_dim": 1.0}})"
            << 4 << true << 32 << "f16"
            << "has the published attention factor";
        QTest::newRow("unrounded ramp of yarn")
            << "llama"
            << R"({"rope_scaling": {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64, "truncate": false}})" << 4
            << true << 32 << "f16"
            << "rounds the borders of its ramp";
        QTest::newRow("relu") << "llama"
                              << R"({"hidden_act": "relu"})" << 4 << true << 32 << "f16"
                              << "another activation";
        QTest::newRow("tied neox") << "gpt_neox"
                                   << R"({"tie_word_embeddings": true})" << 4 << true << 32 << "f16"
                                   << "a head of its own";
        QTest::newRow("gemma's scale") << "gemma2"
                                       << R"({"query_pre_attn_scalar": 20})" << 4 << true << 32 << "f16"
                                       << "query_pre_attn_scalar";
        QTest::newRow("shares of qwen2moe") << "qwen2_moe"
                                            << R"({"norm_topk_prob": true})" << 4 << true << 32 << "f16"
                                            << "this model divides them by their sum";
        QTest::newRow("shares of qwen3moe") << "qwen3_moe"
                                            << R"({"norm_topk_prob": false})" << 4 << true << 32 << "f16"
                                            << "this model does not";
        QTest::newRow("some blocks") << "qwen3_moe"
                                     << R"({"mlp_only_layers": [1]})" << 4 << true << 32 << "f16"
                                     << "experts in every block";
        QTest::newRow("tied qwen2moe") << "qwen2_moe"
                                       << R"({"tie_word_embeddings": true})" << 4 << true << 32 << "f16"
                                       << "a head of its own";
        QTest::newRow("qwen2moe without biases") << "qwen2_moe"
                                                 << R"({"qkv_bias": false})" << 4 << true << 32 << "f16"
                                                 << "has biases on q, k and v";
        QTest::newRow("qwen2moe's heads") << "qwen2_moe"
                                          << R"({"head_dim": 32})" << 4 << true << 32 << "f16"
                                          << "heads that fill the hidden size";
        QTest::newRow("phi3's heads") << "phi3"
                                      << R"({"head_dim": 32})" << 4 << true << 32 << "f16"
                                      << "llama.cpp's phi3 has heads that fill the hidden size";
        QTest::newRow("falcon's slopes") << "falcon-alibi"
                                         << "{}" << 4 << true << 32 << "f16"
                                         << "this model has ALiBi";
        QTest::newRow("falcon in turn") << "falcon"
                                        << R"({"parallel_attn": false})" << 4 << true << 32 << "f16"
                                        << "one after the other";
        QTest::newRow("falcon's biases") << "falcon"
                                         << R"({"bias": true})" << 4 << true << 32 << "f16"
                                         << "no biases in its linear layers";
        QTest::newRow("rows of 48") << "llama"
                                    << R"({"intermediate_size": 48})" << 4 << true << 16 << "q8_0"
                                    << "not a multiple of 32";
    }
    void whatDoesNotFitIsRefusedWithAdvice() {
        QFETCH(QString, family);
        QFETCH(QString, changes);
        QFETCH(int, bits);
        QFETCH(bool, symmetric);
        QFETCH(int, group_size);
        QFETCH(QString, type);
        QFETCH(QString, reason);
        QTemporaryDir folder;
        const auto model = makeModel(pathOf(folder, "model"), family.toStdString(), DType::F16, Json::parse(changes.toStdString()));
        Case c;
        c.bits = bits;
        c.symmetric = symmetric;
        c.group_size = group_size;
        if (reason.contains("gptq")) c.method = "gptq";
        const GgufWeights weights = ggufWeightsFromName(type.toStdString());
        const MethodSpec method = methodOf(*model, c);
        const QString found = joined(exportObstacles(*model, method, ExportFormat::Gguf, weights));
        QVERIFY2(found.contains(reason), qPrintable(found));
        ExportOptions options;
        options.format = ExportFormat::Gguf;
        options.gguf_weights = weights;
        QVERIFY_EXCEPTION_THROWN(CheckpointWriter(model, method, pathOf(folder, "out"), options), Error);
        QVERIFY(!fs::exists(pathOf(folder, "out")));
    }

    void falconsRowsStandPartByPart() {
        QTemporaryDir folder;
        const auto original = makeModel(pathOf(folder, "model"), "falcon-grouped");
        exportGguf(quantizeRandomly(original, methodOf(*original, {})), pathOf(folder, "out"), GgufWeights::F16);
        const GgufFile file = GgufFile::open(pathOf(folder, "out") / "model.gguf");
        QCOMPARE(file.text("falcon.tensor_data_layout").value_or(""), std::string("jploski"));
        QCOMPARE(file.integer("falcon.attention.head_count_kv").value_or(0), std::int64_t{2});
        QVERIFY(!file.has("falcon.use_parallel_residual"));
        // Heads of 16 rows: two queries, a key and a value for each of two key heads.
        const Matrix stored = toMatrix(file.tensors().at("blk.0.attn_qkv.weight"));
        const Matrix meant =
            toMatrix(Model::open(pathOf(folder, "out"))->checkpoint->tensor("transformer.h.0.self_attention.query_key_value.weight"));
        constexpr Index kHead = 16;
        constexpr std::array<Index, 8> kHeads = {0, 1, 4, 5, 2, 6, 3, 7};  // of the model, in the order of the file
        for (std::size_t i = 0; i < kHeads.size(); ++i)
            QVERIFY(stored.middleRows(static_cast<Index>(i) * kHead, kHead) == meant.middleRows(kHeads[i] * kHead, kHead));
        const Matrix before = toMatrix(original->checkpoint->tensor("transformer.h.0.self_attention.query_key_value.weight"));
        QVERIFY((meant - before).norm() < 0.35F * before.norm());
    }

    void orderedGroupsAreRefused() {
        QTemporaryDir folder;
        const auto model = makeModel(pathOf(folder, "model"), "llama");
        MethodSpec method = methodOf(*model, {.method = "gptq"});
        method.gptq.act_order = true;
        QVERIFY(joined(exportObstacles(*model, method, ExportFormat::Gguf)).contains("choose static groups"));
        QCOMPARE(joined(exportObstacles(*model, method, ExportFormat::Gguf, GgufWeights::F16)), QString());
        method = methodFor(*model, ExportFormat::Gguf, "w8a8", {});
        QVERIFY(joined(exportObstacles(*model, method, ExportFormat::Gguf)).contains("W8A8"));
    }

    void tokenizersComeBack_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("model");
        for (const char* name : {"llama3", "qwen2", "deepseek", "bloom"}) QTest::newRow(name) << QString(name) << QString("gpt2");
        for (const char* name : {"llama2", "mistral", "gemma", "sentencepiece"}) QTest::newRow(name) << QString(name) << QString("llama");
    }
    void tokenizersComeBack() {
        QFETCH(QString, name);
        QFETCH(QString, model);
        QTemporaryDir folder;
        const fs::path directory = pathOf(folder, "model");
        writeModel(directory, "qwen2", DType::F16, [] {
            Json config = configOf("qwen2");
            config["vocab_size"] = 1024;
            return config;
        }());
        const fs::path source = salient::test::testDataFolder() / "tokenizer" / name.toStdString();
        for (const char* file : {"tokenizer.json", "tokenizer.model"}) {
            if (fs::exists(source / file)) fs::copy_file(source / file, directory / file);
        }
        const auto original = Model::open(directory);
        const GgufVocabulary vocabulary = ggufVocabulary(*original);
        QCOMPARE(QString::fromStdString(vocabulary.model), model);
        QCOMPARE(vocabulary.tokens.size(), std::size_t{1024});
        QCOMPARE(joined(exportRemarks(*original, methodOf(*original, {}), ExportFormat::Gguf)).contains("NFC"), name == "qwen2");
        exportGguf(quantizeRandomly(original, methodOf(*original, {})), pathOf(folder, "out"), GgufWeights::Lossless);
        const auto opened = Model::open(pathOf(folder, "out"));
        for (const char* text : {"Three lanterns and 1234 more make  five.\n\n\tIt isn't 3.14!", "Größe naïve 日本語 🙂", "x"}) {
            QCOMPARE(opened->tokenizer->encode(text, true), original->tokenizer->encode(text, true));
        }
        JobContext job;
        const VerifyReport report = verifyCheckpoint(pathOf(folder, "out"), original, job);
        QVERIFY2(report.passed(), qPrintable(text_(report)));
    }

    void keysHaveTheTypesThatLlamaCppReads_data() {
        QTest::addColumn<QString>("family");
        QTest::addColumn<QString>("tokenizer");
        QTest::addColumn<QString>("keys");  // "name type", of an array "name 9/type of its elements"
        const auto row = [](const char* family, const char* tokenizer, const char* keys) {
            QTest::newRow(qPrintable(QString("%1 %2").arg(family, tokenizer))) << QString(family) << QString(tokenizer) << QString(keys);
        };
        row("llama", "",
            "general.architecture 8, general.name 8, general.file_type 4, general.quantization_version 4, llama.vocab_size 4, "
            "llama.context_length 4, llama.embedding_length 4, llama.block_count 4, llama.feed_forward_length 4, "
            "llama.attention.head_count 4, llama.attention.head_count_kv 4, llama.attention.layer_norm_rms_epsilon 6, "
            "llama.rope.dimension_count 4, llama.rope.freq_base 6");
        row("llama-yarn", "",
            "llama.rope.scaling.type 8, llama.rope.scaling.factor 6, llama.rope.scaling.original_context_length 4, "
            "llama.rope.scaling.yarn_beta_fast 6");
        row("mixtral", "", "llama.expert_count 4, llama.expert_used_count 4");
        row("qwen2_moe", "",
            "qwen2moe.expert_count 4, qwen2moe.expert_used_count 4, qwen2moe.expert_feed_forward_length 4, "
            "qwen2moe.expert_shared_feed_forward_length 4");
        row("gemma2", "",
            "gemma2.attention.key_length 4, gemma2.attention.value_length 4, gemma2.attention.sliding_window 4, "
            "gemma2.attn_logit_softcapping 6, gemma2.final_logit_softcapping 6");
        row("gemma3_text", "", "gemma3.rope.freq_base 6, gemma3.rope.freq_base_swa 6");
        row("phi3-long", "",
            "phi3.attention.sliding_window 4, phi3.rope.scaling.type 8, phi3.rope.scaling.attn_factor 6, "
            "phi3.rope.scaling.original_context_length 4");
        row("gpt_neox", "", "gptneox.use_parallel_residual 7, gptneox.attention.layer_norm_epsilon 6");
        row("falcon", "", "falcon.tensor_data_layout 8, falcon.attention.head_count_kv 4");
        row("olmo-clipped", "", "olmo.attention.clamp_kqv 6");
        row("qwen2", "llama3",
            "tokenizer.ggml.model 8, tokenizer.ggml.pre 8, tokenizer.ggml.tokens 9/8, tokenizer.ggml.token_type 9/5, "
            "tokenizer.ggml.merges 9/8, tokenizer.ggml.add_bos_token 7, tokenizer.ggml.add_eos_token 7, "
            "tokenizer.ggml.bos_token_id 4, tokenizer.ggml.eos_token_id 4, tokenizer.ggml.padding_token_id 4");
        row("qwen2", "llama2",
            "tokenizer.ggml.model 8, tokenizer.ggml.tokens 9/8, tokenizer.ggml.scores 9/6, tokenizer.ggml.token_type 9/5, "
            "tokenizer.ggml.add_space_prefix 7");
    }
    // llama.cpp stops at a key of another width, which readers that take any whole number do not see. In the file a key is the length of
    // its name in 64 bits, the name, and the number of its type in 32 (docs/gguf.md: 4 uint32, 5 int32, 6 float32, 7 bool, 8 string,
    // 9 array, which goes on with the type of its elements).
    void keysHaveTheTypesThatLlamaCppReads() {
        QFETCH(QString, family);
        QFETCH(QString, tokenizer);
        QFETCH(QString, keys);
        QTemporaryDir folder;
        const fs::path directory = pathOf(folder, "model");
        if (!tokenizer.isEmpty()) {
            writeModelWithTokenizer(folder, tokenizer.toStdString());
            Json config = readJson(directory / "config.json");
            for (const char* id : {"bos_token_id", "eos_token_id", "pad_token_id"}) config[id] = 1;
            writeJson(directory / "config.json", config);
        }
        const auto model = tokenizer.isEmpty() ? makeModel(directory, family.toStdString()) : Model::open(directory);
        exportGguf(quantizeRandomly(model, methodOf(*model, {})), pathOf(folder, "out"), GgufWeights::Q4_0);
        const std::string bytes = readText(pathOf(folder, "out") / "model.gguf");
        const auto number = [](std::uint64_t value, int n_bytes) {
            std::string text;
            for (int i = 0; i < n_bytes; ++i) text += static_cast<char>((value >> (8 * i)) & 255U);
            return text;
        };
        for (const QString& key : keys.split(", ")) {
            const std::string name = key.section(' ', 0, 0).toStdString();
            const std::string begin = number(name.size(), 8) + name;
            const std::size_t at = bytes.find(begin);
            QVERIFY2(at != std::string::npos, name.c_str());
            std::string types;
            for (const QString& type : key.section(' ', 1).split('/')) types += number(type.toUInt(), 4);
            QVERIFY2(bytes.compare(at + begin.size(), types.size(), types) == 0, name.c_str());
        }
    }

    void chatTemplatesAreTakenFromWhereTheyAre() {
        QTemporaryDir folder;
        const fs::path directory = writeModelWithTokenizer(folder, "qwen2");
        const auto put = [&](const char* file, const std::string& text) { std::ofstream(directory / file, std::ios::binary) << text; };
        const auto found = [&] { return QString::fromStdString(ggufVocabulary(*Model::open(directory)).chat_template); };
        QCOMPARE(found(), QString());
        put("tokenizer_config.json", R"({"chat_template": [{"name": "tool_use", "template": "of tools"}]})");
        QCOMPARE(found(), QString());
        put("tokenizer_config.json",
            R"({"chat_template": [{"name": "tool_use", "template": "of tools"}, {"name": "default", "template": "of a list"}]})");
        QCOMPARE(found(), QString("of a list"));
        put("tokenizer_config.json", R"({"chat_template": "of the configuration"})");
        QCOMPARE(found(), QString("of the configuration"));
        put("chat_template.json", R"({"chat_template": "of a JSON file"})");
        QCOMPARE(found(), QString("of a JSON file"));
        put("chat_template.jinja", "{{ messages }}\n");
        QCOMPARE(found(), QString("{{ messages }}\n"));

        const auto original = Model::open(directory);
        exportGguf(quantizeRandomly(original, methodOf(*original, {})), pathOf(folder, "out"), GgufWeights::Lossless);
        const GgufFile file = GgufFile::open(pathOf(folder, "out") / "model.gguf");
        QCOMPARE(file.text("tokenizer.chat_template").value_or(""), std::string("{{ messages }}\n"));
    }

    void anUnknownWayOfCuttingTextsIsAnErrorWhereTextIsNeeded() {
        QTemporaryDir folder;
        const fs::path directory = writeModelWithTokenizer(folder, "deepseek");
        Json document = readJson(directory / "tokenizer.json");
        document["normalizer"] = {{"type", "Sequence"}, {"normalizers", Json::array()}};  // which is how DeepSeek says none
        writeJson(directory / "tokenizer.json", document);
        const auto original = Model::open(directory);
        exportGguf(quantizeRandomly(original, methodOf(*original, {})), pathOf(folder, "out"), GgufWeights::Lossless);
        std::ifstream input(pathOf(folder, "out") / "model.gguf", std::ios::binary);
        std::string bytes((std::istreambuf_iterator<char>(input)), {});
        const std::string known = "deepseek-v3";
        const std::string unknown = "klingonish3";
        QVERIFY(bytes.find(known) != std::string::npos);
        bytes.replace(bytes.find(known), known.size(), unknown);
        std::ofstream(pathOf(folder, "other.gguf"), std::ios::binary) << bytes;

        const auto opened = Model::open(pathOf(folder, "other.gguf"));
        QVERIFY(!opened->tokenizer);
        QCOMPARE(opened->linears.size(), original->linears.size());
        QVERIFY(joined(exportObstacles(*opened, methodOf(*opened, {}), ExportFormat::Gguf)).contains("found 'klingonish3'"));
        QCOMPARE(joined(exportObstacles(*opened, methodOf(*opened, {}), ExportFormat::Dequantized)), QString());
        try {
            static_cast<void>(opened->requireTokenizer());
        } catch (const Error& error) {
            QVERIFY(error.code() == ErrorCode::Unsupported);
            QVERIFY2(QString(error.what()).contains("found 'klingonish3': text cannot be read"), error.what());
            return;
        }
        QFAIL("expected an error, found none");
    }

    void aHeadThatOlderLoadersMissIsNamed() {
        QTemporaryDir folder;
        for (const char* family : {"gpt2", "bloom", "qwen2"}) {
            const auto model = makeModel(pathOf(folder, family), family);
            const QString remarks = joined(exportRemarks(*model, methodOf(*model, {}), ExportFormat::Gguf));
            QCOMPARE(remarks.contains("before March 2025"), std::string_view(family) != "qwen2");
        }
    }

    void tokenizersWithoutPlaceAreRefused() {
        // gpt2 with a space in front, others that cut in ways without a name, and those that are no BPE
        for (const char* name : {"gpt2", "folding", "marked_words", "numbers", "t5", "unigram_bytes", "bert_uncased"}) {
            QTemporaryDir folder;
            const auto model = Model::open(writeModelWithTokenizer(folder, name));
            const QString found = joined(exportObstacles(*model, methodOf(*model, {}), ExportFormat::Gguf));
            QVERIFY2(found.contains("tokenizer"), qPrintable(QString(name) + found));
        }
    }

    // A tokenizer.json without a way of cutting that has a name is written as SentencePiece's scores, which know nothing of other steps.
    void stepsThatSentencePieceHasNotAreRefused() {
        const Json t5 = readJson(salient::test::testDataFolder() / "tokenizer" / "t5" / "tokenizer.json");
        const Json bert = Json::object({{"type", "BertNormalizer"}});
        const Json nfkc = Json::object({{"type", "NFKC"}});
        const Json nmt = Json::object({{"type", "Nmt"}});
        const Json replace = {{"type", "Replace"}, {"pattern", {{"String", "x"}}}, {"content", "y"}};
        const Json prepend = {{"type", "Prepend"}, {"prepend", "x"}};
        for (const Json& step : {Json(), t5["normalizer"], bert, nfkc, nmt, replace, prepend}) {
            QTemporaryDir folder;
            const fs::path directory = writeModelWithTokenizer(folder, "llama2");
            Json document = readJson(directory / "tokenizer.json");
            Json& steps = document["normalizer"]["normalizers"];
            if (!step.is_null()) steps.insert(steps.begin(), step);
            std::ofstream(directory / "tokenizer.json") << document;
            const auto model = Model::open(directory);
            const QString found = joined(exportObstacles(*model, methodOf(*model, {}), ExportFormat::Gguf));
            QVERIFY2(found.contains("SentencePiece's handling of spaces alone") == !step.is_null(), qPrintable(found));
        }
        const Json delimiter = {{"type", "CharDelimiterSplit"}, {"delimiter", ","}};
        const Json split = {{"type", "Split"}, {"pattern", {{"String", ","}}}, {"behavior", "Isolated"}, {"invert", false}};
        const Json fixed = {{"type", "FixedLength"}, {"length", 5}};
        const Json other_mark = {{"type", "Metaspace"}, {"replacement", "_"}, {"prepend_scheme", "never"}, {"split", false}};
        for (const Json& step : {Json(), delimiter, split, fixed, other_mark}) {
            QTemporaryDir folder;
            const fs::path directory = writeModelWithTokenizer(folder, "mistral");
            Json document = readJson(directory / "tokenizer.json");
            const Json metaspace = document["pre_tokenizer"];
            if (!step.is_null()) document["pre_tokenizer"] = {{"type", "Sequence"}, {"pretokenizers", Json::array({step, metaspace})}};
            std::ofstream(directory / "tokenizer.json") << document;
            const auto model = Model::open(directory);
            const QString found = joined(exportObstacles(*model, methodOf(*model, {}), ExportFormat::Gguf));
            QVERIFY2(found.contains("SentencePiece's handling of spaces alone") == !step.is_null(), qPrintable(found));
        }
    }

    // llama.cpp merges by scores in the text as it is.
    void whatSentencePieceDoesToATextFirstIsNamed() {
        const fs::path data = salient::test::testDataFolder() / "tokenizer";
        const Json t5 = readJson(data / "t5" / "tokenizer.json");
        const std::string charsmap = bytesFromBase64(t5["normalizer"]["precompiled_charsmap"].get<std::string>()).value();
        const auto remarksOf = [&](const auto& change) {
            QTemporaryDir folder;
            const fs::path directory = writeModelWithTokenizer(folder, "llama2");
            fs::remove(directory / "tokenizer.json");
            SentencePieceVocabulary pieces = sentencePieceVocabulary(readText(data / "sentencepiece" / "tokenizer.model"));
            change(pieces);
            std::ofstream(directory / "tokenizer.model", std::ios::binary) << sentencePieceModel(pieces);
            const auto model = Model::open(directory);
            const std::string text = "\uFB01  x";  // a ligature and two spaces
            const bool is_changed = model->tokenizer->encode(text, false) == model->tokenizer->encode("fi  x", false) ||
                                    model->tokenizer->encode(text, false) == model->tokenizer->encode("\uFB01 x", false);
            const QString remarks = joined(exportRemarks(*model, methodOf(*model, {}), ExportFormat::Gguf));
            return QString("%1 table:%2 spaces:%3")
                .arg(is_changed)
                .arg(remarks.contains("replaces characters first"))
                .arg(remarks.contains("makes one space of several"));
        };
        QCOMPARE(remarksOf([](SentencePieceVocabulary&) {}), QString("0 table:0 spaces:0"));
        QCOMPARE(remarksOf([&](SentencePieceVocabulary& pieces) { pieces.charsmap = charsmap; }), QString("1 table:1 spaces:0"));
        QCOMPARE(remarksOf([](SentencePieceVocabulary& pieces) { pieces.removes_extra_spaces = true; }), QString("1 table:0 spaces:1"));
    }

    // The export page asks for remarks at every change of its settings.
    void remarksDoNotReadTheTokenizerAgain() {
        const fs::path data = salient::test::testDataFolder() / "tokenizer";
        QTemporaryDir folder;
        const fs::path directory = writeModelWithTokenizer(folder, "llama2");
        SentencePieceVocabulary pieces = sentencePieceVocabulary(readText(data / "sentencepiece" / "tokenizer.model"));
        pieces.removes_extra_spaces = true;
        std::ofstream(directory / "tokenizer.model", std::ios::binary) << sentencePieceModel(pieces);
        const auto remarksOf = [](const Model& model) { return joined(exportRemarks(model, methodOf(model, {}), ExportFormat::Gguf)); };
        const auto model = Model::open(directory);
        const QString before = remarksOf(*model);
        QVERIFY(before.contains("makes one space of several"));
        fs::remove(directory / "tokenizer.model");
        fs::remove(directory / "tokenizer.json");
        QCOMPARE(remarksOf(*model), before);
    }

    void obstaclesDoNotReadTheTokenizerAgain() {
        for (const char* const name : {"llama2", "folding"}) {
            QTemporaryDir folder;
            const fs::path directory = writeModelWithTokenizer(folder, name);
            const auto model = Model::open(directory);
            const auto obstacles = [&] { return joined(exportObstacles(*model, methodOf(*model, {}), ExportFormat::Gguf)); };
            const QString before = obstacles();
            QCOMPARE(before.contains("tokenizer"), std::string_view(name) == "folding");
            fs::remove(directory / "tokenizer.json");
            QCOMPARE(obstacles(), before);
            QVERIFY_EXCEPTION_THROWN(static_cast<void>(ggufVocabulary(*model)), Error);  // which an export needs, and reads
        }
    }

    // Against the same tokenizer as a tokenizer.json.
    void twoFilesAreWrittenAsTheirClassCutsTexts() {
        QTemporaryDir folder;
        const fs::path directory = writeModelWithTokenizer(folder, "qwen2");
        const GgufVocabulary expected = ggufVocabulary(*Model::open(directory));
        const Json document = readJson(directory / "tokenizer.json");
        fs::remove(directory / "tokenizer.json");
        writeJson(directory / "vocab.json", document["model"]["vocab"]);
        {
            std::ofstream merges(directory / "merges.txt");
            for (const Json& merge : document["model"]["merges"])
                merges << merge.at(0).get<std::string>() << ' ' << merge.at(1).get<std::string>() << '\n';
        }
        Json config = {{"tokenizer_class", "Qwen2Tokenizer"}, {"add_eos_token", true}, {"eos_token", "<|im_end|>"}};
        for (const Json& token : document["added_tokens"]) config["added_tokens_decoder"][token["id"].dump()] = token;
        writeJson(directory / "tokenizer_config.json", config);
        const GgufVocabulary found = ggufVocabulary(*Model::open(directory));
        QCOMPARE(found.model, expected.model);
        QCOMPARE(found.pre, std::string("qwen2"));
        QCOMPARE(found.pre, expected.pre);
        QVERIFY(found.tokens == expected.tokens);
        QVERIFY(found.types == expected.types);
        QVERIFY(found.merges == expected.merges);
        QVERIFY(found.adds_eos && !found.adds_bos);
        QCOMPARE(found.eos.value_or(0), 518U);

        config["tokenizer_class"] = "GPT2Tokenizer";
        config["additional_special_tokens"] = Json::array({"!"});
        writeJson(directory / "tokenizer_config.json", config);
        const auto model = Model::open(directory);
        const GgufVocabulary like_gpt2 = ggufVocabulary(*model);
        QCOMPARE(like_gpt2.pre, std::string("gpt-2"));
        constexpr std::int32_t kControl = 3;
        const auto id = static_cast<std::size_t>(model->tokenizer->encode("!", false).front());
        QCOMPARE(like_gpt2.tokens[id], std::string("!"));
        QCOMPARE(like_gpt2.types[id], kControl);
    }

    void aTokenizerModelThatIsNoneDoesNotKeepItsNeighbourFromBeingOpened() {
        QTemporaryDir folder;
        const fs::path directory = writeModelWithTokenizer(folder, "llama2");
        std::ofstream(directory / "tokenizer.model") << "version https://git-lfs.github.com/spec/v1\n";
        const auto model = Model::open(directory);
        QVERIFY(model->tokenizer != nullptr);
        QVERIFY(!model->rewriting.has_value());
        QVERIFY(!joined(exportRemarks(*model, methodOf(*model, {}), ExportFormat::Gguf)).contains("makes one space of several"));
        QVERIFY(joined(exportObstacles(*model, methodOf(*model, {}), ExportFormat::Gguf)).contains("expected a SentencePiece model"));
    }

    void remarksAreMadeOfATokenizerThatCannotReadEveryText() {
        QTemporaryDir folder;
        const fs::path directory = writeModelWithTokenizer(folder, "t5");
        std::ofstream(directory / "tokenizer.json") << R"({"model": {"type": "Unigram", "vocab": [["a", -1.0]]}})";
        const auto model = Model::open(directory);
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(model->requireTokenizer().encode("e", false)), Error);
        QVERIFY(!joined(exportRemarks(*model, methodOf(*model, {}), ExportFormat::Gguf)).contains("composes"));
    }

    void anInterruptedExportLeavesNothing() {
        QTemporaryDir folder;
        const auto model = makeModel(pathOf(folder, "model"), "llama");
        const MethodSpec method = methodOf(*model, {});
        const QuantizedModel quantized = quantizeRandomly(model, method);
        ExportOptions options;
        options.format = ExportFormat::Gguf;
        {
            CheckpointWriter writer(model, method, pathOf(folder, "out"), options);
            writer.add(quantized.blocks.front());
        }
        QStringList left = QDir(folder.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot);
        QCOMPARE(left, QStringList{"model"});
    }

    void damageIsFound() {
        QTemporaryDir folder;
        const auto original = makeModel(pathOf(folder, "model"), "llama");
        exportGguf(quantizeRandomly(original, methodOf(*original, {})), pathOf(folder, "out"), GgufWeights::Lossless);
        const fs::path file = pathOf(folder, "out") / "model.gguf";
        const auto flip = [&](const std::string& tensor, std::size_t byte, unsigned char bits) { flipBits(file, tensor, byte, bits); };
        const auto verified = [&] {
            JobContext job;
            return verifyCheckpoint(file, original, job);
        };
        QVERIFY(verified().passed());
        flip("blk.0.attn_v.weight", 5, 0x10);
        QVERIFY2(text_(verified()).contains("self_attn.v_proj: weights: expected checksum"), qPrintable(text_(verified())));
        flip("blk.0.attn_v.weight", 5, 0x10);
        flip("output_norm.weight", 1, 1);
        QVERIFY2(text_(verified()).contains("output_norm.weight: bytes: expected checksum"), qPrintable(text_(verified())));
        flip("output_norm.weight", 1, 1);
        flip("blk.1.ffn_up.weight", 1, 0x7C);  // a scale becomes NaN or infinity
        QVERIFY2(text_(verified()).contains("mlp.up_proj"), qPrintable(text_(verified())));
        fs::resize_file(file, fs::file_size(file) - 4096);
        QVERIFY2(text_(verified()).contains("readGguf"), qPrintable(text_(verified())));
    }

    void aModelFromAGgufFileCanBeExportedAgain_data() {
        QTest::addColumn<QString>("family");
        for (const char* family : {"mistral", "mixtral", "qwen2_moe", "falcon-grouped"}) QTest::newRow(family) << QString(family);
    }
    void aModelFromAGgufFileCanBeExportedAgain() {
        QFETCH(QString, family);
        QTemporaryDir folder;
        const auto original = makeModel(pathOf(folder, "model"), family.toStdString());
        const MethodSpec method = methodOf(*original, {});
        exportGguf(quantizeRandomly(original, method), pathOf(folder, "out"), GgufWeights::F16);
        const auto opened = Model::open(pathOf(folder, "out") / "model.gguf");
        for (const ExportFormat format : {ExportFormat::Gptq, ExportFormat::Dequantized, ExportFormat::Gguf}) {
            const fs::path target = pathOf(folder, std::string(name(format)).c_str());
            exportTo(quantizeRandomly(opened, methodOf(*opened, {})), target, format);
            JobContext job;
            const VerifyReport report = verifyCheckpoint(target, opened, job);
            QVERIFY2(report.passed(), qPrintable(text_(report)));
            QCOMPARE(report.n_layers_identical, static_cast<Index>(quantizedLayers(*opened, method).size()));
        }
    }

    void blocksHoldWholeGroupsOnly() {
        MethodSpec method;
        for (const Index size : {Index{-1}, Index{32}, Index{64}, Index{128}}) {
            method.grid.group_size = size;
            QVERIFY(blockTypeOf(method) == GgufWeights::Q4_0);
        }
        for (const Index size : {Index{16}, Index{48}, Index{80}}) {
            method.grid.group_size = size;
            QVERIFY(!blockTypeOf(method));
        }
    }

private:
    static QString text_(const VerifyReport& report) { return salient::samples::text(report); }
};

QTEST_APPLESS_MAIN(TestGgufExport)
#include "tst_gguf_export.moc"
