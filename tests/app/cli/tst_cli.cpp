#include <QDir>
#include <QFile>
#include <QIODevice>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QJsonValue>
#include <QProcess>
#include <QStringList>
#include <QTemporaryDir>
#include <QTest>
#include <csignal>

#include "core/exporter/format_table.h"
#include "core/io/ggml_blocks.h"
#include "core/model/family_json.h"
#include "core/model/gguf/architecture.h"
#include "core/model/packed/stored_scheme.h"
#include "core/tokenizer/tokenizer.h"
#include "tests/app/cli/run_program.h"
#include "tests/core/exporter/sample_models.h"
#include "tests/support/places.h"

using salient::test::Outcome;
using salient::test::run;

namespace {

const QString kDemo = QString::fromStdString((salient::test::resourceFolder() / "demo").string());
const QString kModel = kDemo + "/model";
const QString kCalib = kDemo + "/calib.txt";
const QString kEval = kDemo + "/eval.txt";
const QStringList kFewSamples = {"--text", kCalib, "--n-samples", "4", "--seq-len", "64"};

bool copyDirectory(const QString& from, const QString& to) {
    if (!QDir().mkpath(to)) return false;
    for (const QString& name : QDir(from).entryList(QDir::Files)) {
        if (!QFile::copy(from + "/" + name, to + "/" + name)) return false;
        QFile::setPermissions(to + "/" + name, QFile::ReadOwner | QFile::WriteOwner);
    }
    return true;
}

void writeFile(const QString& path, const QByteArray& content) {
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    file.write(content);
}

/// Position of a tensor's bytes in a safetensors file.
qint64 offsetOf(const QByteArray& file, const QString& tensor) {
    quint64 header = 0;
    std::memcpy(&header, file.constData(), sizeof header);
    const QJsonObject entries = QJsonDocument::fromJson(file.mid(8, static_cast<int>(header))).object();
    return 8 + static_cast<qint64>(header) + entries[tensor].toObject()["data_offsets"].toArray()[0].toInteger();
}

}  // namespace

class TestCli : public QObject {
    Q_OBJECT

private slots:
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        QVERIFY(folder_->isValid());
    }

    void infoDescribesTheModel() {
        const Outcome outcome = run({"info", kModel, "--json"});
        QCOMPARE(outcome.status, 0);
        QCOMPARE(outcome.json()["family"].toString(), QString("llama"));
        QCOMPARE(outcome.json()["layers"].toArray().size(), 28);
        QVERIFY(outcome.json()["memory_forecast"].toObject()["total_bytes"].toInteger() > 0);
        const Outcome text = run({"info", kModel});
        QCOMPARE(text.status, 0);
        QVERIFY(text.out.contains("grouped") || text.out.contains("key/value heads"));
        const QJsonObject time = outcome.json()["time_forecast"].toObject();
        QVERIFY(time["low_seconds"].toDouble() > 0.0 && time["high_seconds"].toDouble() > time["low_seconds"].toDouble());
        QVERIFY2(text.out.contains("\ntime        ") && text.out.contains(" for that on this machine, with GPTQ\n"), text.out);
    }

    void infoDescribesExpertsOnce() {
        const QString model = QString::fromStdString(salient::test::testDataFolder().string()) + "/models/mixtral";
        const Outcome outcome = run({"info", model, "--json"});
        QCOMPARE(outcome.status, 0);
        QCOMPARE(outcome.json()["experts"].toObject()["count"].toInt(), 4);
        QCOMPARE(outcome.json()["layers"].toArray().size(), 2 * (4 + 1 + 4 * 3));
        const Outcome text = run({"info", model});
        QVERIFY2(text.out.contains("4 of width 48, 2 for a token; in 2 of the blocks"), text.out);
        QVERIFY(text.out.contains("experts.0.w1") && !text.out.contains("experts.1.w1"));
    }

    void familiesListsTheTable() {
        const Outcome outcome = run({"families", "--json"});
        QCOMPARE(outcome.status, 0);
        const QJsonArray families = outcome.json()["families"].toArray();
        const Outcome text = run({"families"});
        QCOMPARE(text.status, 0);
        QStringList names;
        for (const QJsonValue& family : outcome.json()["families"].toArray()) {
            names << family["model_type"].toString();
            QVERIFY2(text.out.contains(names.last().toUtf8()), qPrintable(names.last()));
            QVERIFY(family["groups"].toArray().size() >= 3);
            QVERIFY(family["facts"]["linears"].toArray().size() >= 4);
            const QStringList without_gguf = {"opt", "gptj", "gpt_neo"};  // llama.cpp has no such architectures
            QCOMPARE(family["formats"].toArray().size(), without_gguf.contains(names.last()) ? 4 : 5);
        }
        QVERIFY(names.contains("llama") && names.contains("gemma3_text"));
        const QJsonObject mixture = families[names.indexOf("qwen2_moe")].toObject();
        QCOMPARE(mixture["facts"].toObject()["experts"].toObject()["router"].toString(), QString("mlp.gate"));
        QVERIFY(mixture["blocks"].toString().contains("experts and a shared one or an MLP"));
        QCOMPARE(families[names.indexOf("falcon")]["positions"].toString(), QString("rotary or alibi"));
        const QJsonArray llama = families[names.indexOf("llama")]["groups"].toArray();
        QCOMPARE(llama[0]["absorber"]["name"].toString(), QString("layers.{}.input_layernorm"));
        QCOMPARE(llama[1]["absorber"]["with_grouped_queries"].toBool(), false);
        QVERIFY(families[names.indexOf("gpt2")]["groups"][3]["absorber"].isNull());
    }

    /// No family of the program's table is left out, in its order, and what is printed of each is all that the program knows of it.
    void familiesListsAllOfThemWithAllTheirFacts() {
        const Outcome outcome = run({"families", "--json"});
        const salient::Json listed = salient::parseJson(outcome.out.toStdString(), "families --json").at("families");
        const auto known = salient::families();
        QCOMPARE(listed.size(), known.size());
        for (std::size_t i = 0; i < known.size(); ++i) {
            const salient::Family& family = *known[i];
            const char* const title = family.model_type.c_str();
            QVERIFY2(listed[i].at("model_type") == family.model_type, title);
            QVERIFY2(listed[i].at("architectures") == family.architectures, title);
            QVERIFY2(salient::familyFromJson(listed[i].at("facts"), "facts") == family, title);
        }
    }

    /// Every format, width and form of the program's tables is there, in their order.
    void formatsListsAllOfThem() {
        const salient::Json document = salient::parseJson(run({"formats", "--json"}).out.toStdString(), "formats --json");
        const salient::Json& listed = document.at("formats");
        const std::vector<std::string>& names = salient::exportFormatNames();
        QCOMPARE(listed.size(), names.size());
        for (std::size_t i = 0; i < names.size(); ++i) {
            QVERIFY2(listed[i].at("format") == names[i], names[i].c_str());
            const std::vector<salient::FormatRow> rows = salient::formatRows(salient::exportFormatFromName(names[i]));
            const salient::Json& widths = listed[i].at("widths");
            QCOMPARE(widths.size(), rows.size());
            for (std::size_t row = 0; row < rows.size(); ++row) {
                const salient::Json expected = {{"bits", rows[row].bits},
                                                {"symmetric", rows[row].is_symmetric},
                                                {"group_sizes", rows[row].group_sizes},
                                                {"act_order", rows[row].holds_order},
                                                {"act_order_static_groups", rows[row].holds_static_order},
                                                {"remarks", rows[row].remarks}};
                for (const auto& [key, value] : expected.items()) QVERIFY2(widths[row].at(key) == value, (names[i] + " " + key).c_str());
                QCOMPARE(widths[row].at("activations") == "16 bits", rows[row].activations == salient::ActivationScale::None);
                QCOMPARE(widths[row].value("stored_as", ""), rows[row].stored_as);
            }
        }
        const salient::Json& reads = document.at("reads");
        QVERIFY(reads.at("gguf").at("types") == salient::readGgmlTypeNames());
        const auto architectures = salient::gguf::architectures();
        QCOMPARE(reads.at("gguf").at("architectures").size(), architectures.size());
        for (std::size_t i = 0; i < architectures.size(); ++i) {
            const salient::Json expected = {{"architecture", architectures[i].name}, {"family", architectures[i].model_type}};
            QVERIFY2(reads.at("gguf").at("architectures")[i] == expected, expected.dump().c_str());
        }
        const auto forms = salient::readableForms();
        QCOMPARE(reads.at("quantized").size(), forms.size());
        for (std::size_t i = 0; i < forms.size(); ++i) {
            const salient::Json expected = {{"quant_method", forms[i].method}, {"format", forms[i].format}};
            QVERIFY2(reads.at("quantized")[i] == expected, expected.dump().c_str());
        }
        const std::vector<salient::TokenizerForm> tokenizers = salient::Tokenizer::forms();
        QCOMPARE(reads.at("tokenizers").size(), tokenizers.size());
        for (std::size_t i = 0; i < tokenizers.size(); ++i) {
            const salient::Json expected = {{"files", tokenizers[i].files}, {"models", tokenizers[i].models}};
            QVERIFY2(reads.at("tokenizers")[i] == expected, expected.dump().c_str());
        }
    }

    void formatsListsWhatEachHolds() {
        const QJsonArray formats = run({"formats", "--json"}).json()["formats"].toArray();
        const Outcome text = run({"formats"});
        QCOMPARE(text.status, 0);
        QStringList names;
        for (const QJsonValue& format : formats) {
            names << format["format"].toString();
            QVERIFY2(text.out.contains(names.last().toUtf8()), qPrintable(names.last()));
            QCOMPARE(format["loaders"].toArray().size(), 6);
            for (const QJsonValue& width : format["widths"].toArray()) {
                QVERIFY(!width["group_sizes"].toArray().isEmpty());
                QCOMPARE(width["loaders"].toArray().size(), 6);
            }
        }
        QCOMPARE(names, (QStringList{"gptq", "awq", "compressed-tensors", "dequantized", "gguf"}));
        QCOMPARE(formats[1]["widths"].toArray().size(), 2);  // awq: 4 bits, both grids
        QCOMPARE(formats[1]["loaders"][2]["verdict"].toString(), QString("refuses"));
        QVERIFY2(text.out.contains("gptq                transformers, AutoGPTQ/GPTQModel, ExLlamaV2, vLLM, TensorRT-LLM (in part)"),
                 text.out);
    }

    void formatsListsWhatCanBeOpened() {
        const QJsonObject reads = run({"formats", "--json"}).json()["reads"].toObject();
        const QByteArray text = run({"formats"}).out;
        const QJsonObject gguf = reads["gguf"].toObject();
        const QStringList types = {"F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q4_K", "Q5_K", "Q6_K"};
        QCOMPARE(gguf["types"].toArray(), QJsonArray::fromStringList(types));
        QVERIFY2(text.contains("\nGGUF types          " + types.join(", ").toUtf8() + "\n"), text);
        const auto has = [](const QJsonArray& list, const QJsonObject& entry) { return list.contains(entry); };
        QVERIFY(has(gguf["architectures"].toArray(), {{"architecture", "llama"}, {"family", "mixtral"}}));
        QVERIFY(has(gguf["architectures"].toArray(), {{"architecture", "mistral3"}, {"family", "mistral"}}));
        const QJsonArray quantized = reads["quantized"].toArray();
        QCOMPARE(quantized.size(), 6);
        QVERIFY(has(quantized, {{"quant_method", "gptq"}, {"format", "gptq_v2"}}));
        QVERIFY(has(quantized, {{"quant_method", "compressed-tensors"}, {"format", "naive-quantized"}}));
        const QJsonArray tokenizers = reads["tokenizers"].toArray();
        QCOMPARE(tokenizers.size(), 3);
        QCOMPARE(tokenizers[0]["files"].toArray(), QJsonArray{"tokenizer.json"});
        QCOMPARE(tokenizers[0]["models"].toArray(), (QJsonArray{"BPE", "Unigram", "WordPiece", "WordLevel"}));
        QVERIFY2(text.contains("\nvocab.json with merges.txt  BPE\n"), text);
        QVERIFY2(text.contains("\nquantized           gptq (gptq, gptq_v2), awq (gemm), compressed-tensors (pack-quantized, "), text);
    }

    void aGgufFileIsWrittenAndOpensLikeAnyModel() {
        const QString out = folder_->filePath("gguf");
        const Outcome made = run(QStringList{"quantize", kModel, "--out", out, "--format", "gguf", "--method", "rtn", "--group-size", "32",
                                             "--symmetric", "--json"} +
                                 kFewSamples);
        QVERIFY2(made.status == 0, made.err);
        const QString file = out + "/model.gguf";
        QVERIFY(QFile::exists(file));
        const Outcome verified = run({"verify", file, "--original", kModel, "--json"});
        QVERIFY2(verified.status == 0, verified.out);
        QCOMPARE(verified.json()["format"].toString(), QString("gguf"));
        QCOMPARE(verified.json()["n_layers_identical"].toInt(), 28);
        const QJsonObject info = run({"info", file, "--json"}).json();
        QCOMPARE(info["family"].toString(), QString("llama"));
        QCOMPARE(info["layers"][0]["dtype"].toString(), QString("Q4_0"));
        const QStringList few = {"--text", kEval, "--n-windows", "4", "--seq-len", "64", "--json"};
        const double there = run(QStringList{"perplexity", out} + few).json()["perplexity"].toDouble();
        const double original = run(QStringList{"perplexity", kModel} + few).json()["perplexity"].toDouble();
        QVERIFY2(there > 0.8 * original && there < 1.5 * original, qPrintable(QString("%1, original %2").arg(there).arg(original)));
        const Outcome channels = run(QStringList{"channels", file, "--layer", "0.self_attn.q_proj", "--top", "2"} + kFewSamples);
        QVERIFY2(channels.status == 0, channels.err);
        const Outcome again = run(
            QStringList{"quantize", file, "--out", folder_->filePath("from-gguf"), "--format", "gptq", "--method", "rtn"} + kFewSamples);
        QVERIFY2(again.status == 0, again.err);
        const Outcome refused =
            run(QStringList{"quantize", kModel, "--out", folder_->filePath("no"), "--format", "gguf", "--method", "rtn", "--bits", "3"} +
                kFewSamples);
        QCOMPARE(refused.status, 1);
        QVERIFY2(refused.err.contains("choose bits 4 and group size 32"), refused.err);
    }

    void aQuantizedDirectoryOpensLikeAnyModel() {
        const QString first = folder_->filePath("packed");
        const Outcome made = run(QStringList{"quantize", kModel, "--out", first, "--format", "gptq", "--method", "rtn", "--group-size",
                                             "64", "--symmetric", "--json"} +
                                 kFewSamples);
        QVERIFY2(made.status == 0, made.err);
        const Outcome info = run({"info", first});
        QVERIFY2(info.out.contains("quantized   gptq v1, 4 bits, groups of 64, symmetric\n"), info.out);
        const QJsonObject quantized = run({"info", first, "--json"}).json()["quantized"].toObject();
        QCOMPARE(quantized["method"].toString(), QString("gptq v1"));
        QCOMPARE(quantized["layers"].toObject().size(), 28);
        QCOMPARE(quantized["layers"].toObject()["model.layers.0.self_attn.q_proj"].toObject()["group_size"].toInt(), 64);
        QVERIFY(run({"info", kModel, "--json"}).json()["quantized"].isNull());

        const Outcome channels = run(QStringList{"channels", first, "--layer", "0.self_attn.q_proj", "--top", "2"} + kFewSamples);
        QVERIFY2(channels.status == 0, channels.err);
        // What is measured before anything is quantized again is what the directory computes.
        const QStringList text = {"--eval-text", kEval, "--eval-seq-len", "64", "--n-windows", "2", "--json"};
        const Outcome compared = run(QStringList{"compare", first, "--methods", "rtn", "--bits", "3"} + text + kFewSamples);
        QVERIFY2(compared.status == 0, compared.err);
        const double there = compared.json()["full_precision"].toObject()["perplexity"].toDouble();
        const double alone =
            run({"perplexity", first, "--text", kEval, "--seq-len", "64", "--n-windows", "2", "--json"}).json()["perplexity"].toDouble();
        QVERIFY(alone > 1.0);
        QCOMPARE(there, alone);
        QVERIFY2(compared.out.contains("the weights were rounded before (gptq v1, 4 bits"), compared.out);

        const QString second = folder_->filePath("plain");
        const Outcome again =
            run(QStringList{"quantize", first, "--out", second, "--format", "dequantized", "--method", "rtn", "--bits", "8", "--json"} +
                kFewSamples);
        QVERIFY2(again.status == 0, again.err);
        QVERIFY2(again.out.contains("its weights are rounded a second time"), again.out);
        QVERIFY(run({"info", second, "--json"}).json()["quantized"].isNull());
        QVERIFY(!QFile::exists(second + "/quantize_config.json"));
        QCOMPARE(run({"verify", second, "--original", first}).status, 0);
    }

    void aMethodThatIsNotReadIsRefusedByName() {
        const QString copy = folder_->filePath("foreign");
        QVERIFY(QDir().mkpath(copy));
        QFile file(kModel + "/config.json");
        QVERIFY(file.open(QIODevice::ReadOnly));
        QJsonObject config = QJsonDocument::fromJson(file.readAll()).object();
        config["quantization_config"] = QJsonObject{{"quant_method", "bitsandbytes"}, {"load_in_4bit", true}};
        QFile changed(copy + "/config.json");
        QVERIFY(changed.open(QIODevice::WriteOnly));
        changed.write(QJsonDocument(config).toJson());
        changed.close();
        for (const char* command : {"info", "channels", "verify"}) {
            const Outcome outcome = run(QStringList{command, copy} + (QString(command) == "channels" ? kFewSamples : QStringList()));
            QCOMPARE(outcome.status, 1);
            const QByteArray said = outcome.out + outcome.err;
            QVERIFY2(said.contains("expected gptq (v1, v2), awq (gemm) or compressed-tensors") && said.contains("found 'bitsandbytes'"),
                     said);
        }
    }

    void perplexityAgreesWithTheReference() {
        const Outcome outcome =
            run({"--json", "perplexity", kModel, "--text", kEval, "--protocol", "bos-windows", "--n-windows", "20", "--seq-len", "256"});
        QCOMPARE(outcome.status, 0);
        QFile file(kDemo + "/reference.json");
        QVERIFY(file.open(QIODevice::ReadOnly));
        const double expected = QJsonDocument::fromJson(file.readAll())["perplexity"]["float16_weights"].toDouble();
        QVERIFY(std::abs(outcome.json()["perplexity"].toDouble() / expected - 1.0) < 1e-3);
        QCOMPARE(outcome.json()["n_tokens"].toInt(), 5120);
        QCOMPARE(outcome.json()["protocol"].toString(), QString("bos-windows"));
    }

    void channelsFindThePlantedOutliers() {
        const Outcome outcome = run({"channels", kModel, "--text", kEval, "--windows", "bos-windows", "--n-samples", "20", "--seq-len",
                                     "256", "--layer", "0.self_attn.q_proj", "--top", "3", "--json"});
        QCOMPARE(outcome.status, 0);
        const QJsonArray channels = outcome.json()["channels"].toArray();
        QCOMPARE(channels.size(), 3);
        QFile file(kDemo + "/reference.json");
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QJsonArray expected = QJsonDocument::fromJson(file.readAll())["channel_maxima"]["0.self_attn.q_proj"]["top8"].toArray();
        for (int i = 0; i < 3; ++i) {
            QCOMPARE(channels[i]["channel"].toInt(), expected[i]["channel"].toInt());
            QVERIFY(std::abs(channels[i]["max_abs"].toDouble() / expected[i]["max_abs"].toDouble() - 1.0) < 1e-3);
            QVERIFY(!channels[i]["token_text"].toString().isEmpty());
        }
        const Outcome summary = run(QStringList{"channels", kModel, "--json", "-q"} + kFewSamples);
        QCOMPARE(summary.json()["layers"].toArray().size(), 28);
        for (const QJsonValue& layer : summary.json()["layers"].toArray())
            QVERIFY(layer["weight_kurtosis"].toDouble() >= 1.0);  // the least there is
    }

    void inputsOfAFileStandInPlaceOfAText() {
        const QTemporaryDir folder;
        salient::samples::writeModel(salient::samples::pathOf(folder, "model"), "llama", salient::DType::F16);
        const QString model = folder.filePath("model");
        const QString inputs = QString::fromStdString(salient::test::testDataFolder().string()) + "/inputs/";
        const QJsonObject captured =
            run({"channels", model, "--inputs", inputs + "capture.npz", "--layer", "0.mlp.up_proj", "--top", "3", "--json"}).json();
        QCOMPARE(captured["inputs"].toString(), QString("captured inputs (capture.npz)"));
        QCOMPARE(captured["compute"].toString(), QString("float32"));
        QCOMPARE(captured["channels"].toArray().size(), 3);
        for (const QJsonValue& channel : captured["channels"].toArray()) QCOMPARE(channel["channel"].toInt() % 16, 3);
        const Outcome squares = run({"channels", model, "--inputs", inputs + "capture.imatrix", "--layer", "0.mlp.up_proj"});
        QVERIFY2(squares.status == 0 && squares.out.contains("rms x") && !squares.out.contains("max |x|"), squares.out + squares.err);
        QVERIFY2(squares.out.contains("\nfrom importance matrix (capture.imatrix") && squares.out.contains(", float32\n"), squares.out);

        const QStringList awq = {"quantize",     model,
                                 "--inputs",     inputs + "capture.imatrix",
                                 "--out",        folder.filePath("awq"),
                                 "--format",     "awq",
                                 "--method",     "awq",
                                 "--group-size", "64"};
        const Outcome made = run(awq);
        QVERIFY2(made.status == 0 && made.out.contains("importance matrix (capture.imatrix"), made.err);
        QVERIFY2(made.out.contains("; reloaded: the check by perplexity does not apply: "), made.out);
        const Outcome refused = run({"quantize", model, "--inputs", inputs + "capture.imatrix", "--out", folder.filePath("gptq"),
                                     "--format", "gptq", "--method", "gptq", "--group-size", "64"});
        QVERIFY2(refused.status == 1 && refused.err.contains("rtn and awq can use it"), refused.err);

        const Outcome layers = run({"layers", model, "--inputs", inputs + "capture.npz", "--method", "gptq", "--group-size", "32", "--out",
                                    folder.filePath("layers"), "--json"});
        QVERIFY2(layers.status == 0, layers.err);
        QCOMPARE(layers.json()["layers"].toArray().size(), 8);
        QVERIFY(layers.json()["counts"].toObject().contains("flushed_values"));
        QVERIFY(layers.json()["counts"].toObject().contains("subnormal_values"));
        QVERIFY(layers.json()["peak_memory_bytes"].toInteger() > 0 && layers.json()["memory_forecast_bytes"].toInteger() > 0);
        QVERIFY(QFile::exists(folder.filePath("layers/model.safetensors")));

        QCOMPARE(run({"channels", model}).status, 2);
        QCOMPARE(run({"channels", model, "--inputs", "x", "--text", "y"}).status, 2);
    }

    void quantizeWritesWhatVerifyAccepts_data() {
        QTest::addColumn<QString>("format");
        QTest::addColumn<QStringList>("method");
        QTest::newRow("gptq") << "gptq" << QStringList{"--method", "gptq", "--act-order", "--damping", "0.02"};
        QTest::newRow("awq") << "awq" << QStringList{"--method", "awq", "--group-size", "64"};
        QTest::newRow("compressed-tensors W4A16") << "compressed-tensors" << QStringList{"--method", "awq+gptq", "--symmetric"};
        QTest::newRow("compressed-tensors W8A8") << "compressed-tensors" << QStringList{"--method", "smoothquant", "--alpha", "0.6"};
        QTest::newRow("dequantized") << "dequantized" << QStringList{"--method", "rtn", "--bits", "3", "--keep", "down_proj$"};
    }
    void quantizeWritesWhatVerifyAccepts() {
        QFETCH(QString, format);
        QFETCH(QStringList, method);
        const QString out = folder_->filePath("out");
        const Outcome made =
            run(QStringList{"quantize", kModel, "--out", out, "--format", format, "--json", "--report", folder_->filePath("report")} +
                method + kFewSamples);
        QVERIFY2(made.status == 0, made.err);
        QVERIFY(made.json()["methods"][0]["verified"].toBool());
        QVERIFY(QFile::exists(folder_->filePath("report/report.html")));
        const Outcome verified = run({"verify", out, "--original", kModel, "--json"});
        QVERIFY2(verified.status == 0, verified.out);
        QVERIFY(verified.json()["passed"].toBool());
        const Outcome again = run({"perplexity", out, "--text", kEval, "--seq-len", "64", "--n-windows", "2", "--json"});
        QVERIFY2(again.status == 0, again.err);
        QVERIFY(again.json()["perplexity"].toDouble() < 20.0);
        // What is there is not overwritten.
        const Outcome twice = run(QStringList{"quantize", kModel, "--out", out, "--format", format} + method + kFewSamples);
        QCOMPARE(twice.status, 1);
        QVERIFY(twice.err.contains(out.toUtf8()));
    }

    void quantizeSaysWhatTookHowLong() {
        const Outcome made =
            run(QStringList{"quantize", kModel, "--out", folder_->filePath("timed"), "--format", "gptq", "--method", "rtn"} + kFewSamples);
        QCOMPARE(made.status, 0);
        for (const char* part : {"time: open ", "calibrate: rtn ", " tokens/s), quantize: rtn ", "export: rtn ", "verify: rtn "})
            QVERIFY2(made.out.contains(part), made.out);
    }

    void whatLoadersMakeOfItIsSaidBeforeTheWork() {
        const QStringList arguments = {"quantize", kModel, "--out", folder_->filePath("said"), "--format", "awq", "--method", "rtn"};
        const Outcome refused = run(arguments + QStringList{"--text", "/nowhere/text"});
        QCOMPARE(refused.status, 1);
        QCOMPARE(refused.out.count('\n'), 9);  // a blank line, titles, six loaders, the time
        QVERIFY2(refused.out.contains("\ntime forecast: "), refused.out);
        QVERIFY2(refused.out.contains("\nExLlamaV2           refuses  reads GPTQ, EXL2 and 16-bit directories\n"), refused.out);
        QVERIFY(run(arguments + QStringList{"--text", "/nowhere/text", "-q"}).out.isEmpty());
        const Outcome made = run(arguments + kFewSamples + QStringList{"--json"});
        QVERIFY2(made.status == 0, made.err);
        QCOMPARE(made.json()["methods"][0]["loaders"].toArray().size(), 6);
    }

    void verifyFailsOnADamagedDirectory() {
        const QString out = folder_->filePath("out");
        QCOMPARE(run(QStringList{"quantize", kModel, "--out", out, "--format", "gptq", "--method", "rtn"} + kFewSamples).status, 0);
        QFile weights(out + "/model.safetensors");
        QVERIFY(weights.open(QIODevice::ReadWrite));
        const qint64 at = offsetOf(weights.readAll(), "model.layers.1.mlp.up_proj.qweight");
        weights.seek(at);
        weights.write("\x5A\xA5\x5A\xA5", 4);
        weights.close();
        const Outcome outcome = run({"verify", out, "--json"});
        QCOMPARE(outcome.status, 1);
        QVERIFY(!outcome.json()["passed"].toBool());
        QVERIFY(outcome.out.contains("model.layers.1.mlp.up_proj"));
    }

    void verifyPassesWithWarningsAlone() {
        const QString out = folder_->filePath("out");
        QCOMPARE(run(QStringList{"quantize", kModel, "--out", out, "--format", "gptq", "--method", "rtn"} + kFewSamples).status, 0);
        QCOMPARE(run({"verify", out}).status, 0);
        writeFile(out + "/pytorch_model.bin", "PK");  // beside the weights: some loaders prefer it
        const Outcome text = run({"verify", out});
        QVERIFY2(text.status == 0, text.out);
        QVERIFY2(text.out.contains("\nwarning  pytorch_model.bin: ") && text.out.contains("\npassed\n"), text.out);
        const Outcome document = run({"verify", out, "--json"});
        QVERIFY2(document.status == 0, document.out);
        QVERIFY(document.json()["passed"].toBool());
        QStringList severities;
        for (const QJsonValue& finding : document.json()["findings"].toArray()) severities << finding["severity"].toString();
        QVERIFY2(severities.contains("warning") && !severities.contains("failure"), qPrintable(severities.join(", ")));
    }

    void namesInFilesCannotForgeLinesOrReachTheTerminal() {
        const QString model = folder_->filePath("model");
        QVERIFY(copyDirectory(kModel, model));
        const salient::Json index = {{"weight_map", {{"model.norm.weight", "x\npassed\n\x1b[2J.safetensors"}}}};
        writeFile(model + "/model.safetensors.index.json", QByteArray::fromStdString(index.dump()));
        QVERIFY(QFile::rename(model + "/model.safetensors", model + "/a.safetensors"));
        for (const char* command : {"verify", "info"}) {
            const Outcome outcome = run({command, model});
            QCOMPARE(outcome.status, 1);
            const QByteArray said = outcome.out + outcome.err;
            QVERIFY2(said.contains("x\\x0Apassed\\x0A\\x1B[2J.safetensors"), said);
            QVERIFY2(!said.contains("\x1b") && !said.contains("\npassed\n"), said);
        }
        // In a document it stands as it is in the file, by JSON's own escapes.
        const Outcome document = run({"verify", model, "--json"});
        QVERIFY2(document.out.contains("x\\npassed\\n\\u001b[2J.safetensors"), document.out);
    }

    void compareHasThePromisedKeys() {
        const Outcome outcome = run(QStringList{"compare", kModel, "--methods", "rtn,gptq,smoothquant", "--bits", "3", "--group-size",
                                                "128", "--json", "--eval-text", kEval, "--n-windows", "4"} +
                                    kFewSamples);
        QVERIFY2(outcome.status == 0, outcome.err);
        QVERIFY(outcome.json()["full_precision"].toObject()["perplexity"].toDouble() > 1.0);
        const QJsonArray methods = outcome.json()["methods"].toArray();
        QCOMPARE(methods.size(), 3);
        for (const QJsonValue& method : methods) {
            for (const char* key : {"perplexity", "relative_output_error", "seconds", "bytes", "bits_per_weight"}) {
                QVERIFY2(method[key].isDouble(), key);
            }
        }
        QCOMPARE(methods[0]["method"].toString(), QString("rtn"));
        QVERIFY(methods[1]["relative_output_error"].toDouble() < methods[0]["relative_output_error"].toDouble());
        QCOMPARE(methods[2]["activation_bits"].toInt(), 8);
    }

    void calibrationComparesTwoTexts() {
        const QStringList gptq = {"calibration", kModel, "--method", "gptq", "--bits", "3"};
        const QStringList eval_few = {"--text", kEval, "--n-samples", "4", "--seq-len", "64"};
        const Outcome ab = run(gptq + kFewSamples + QStringList{"--against", kEval, "--json"});
        QVERIFY2(ab.status == 0, ab.err);
        const Outcome ba = run(gptq + eval_few + QStringList{"--against", kCalib, "--json"});
        QVERIFY2(ba.status == 0, ba.err);
        const QJsonArray layers = ab.json()["layers"].toArray();
        const QJsonArray swapped = ba.json()["layers"].toArray();
        QCOMPARE(layers.size(), 28);
        QCOMPARE(swapped.size(), 28);
        for (qsizetype i = 0; i < layers.size(); ++i) {
            const QJsonObject error = layers[i]["relative_output_error"].toObject();
            const QJsonObject other = swapped[i]["relative_output_error"].toObject();
            QCOMPARE(layers[i]["layer"].toString(), swapped[i]["layer"].toString());
            QVERIFY(error["a_on_a"].toDouble() > 0.0);
            QVERIFY(error["a_on_a"] == other["b_on_b"] && error["a_on_b"] == other["b_on_a"]);
            QVERIFY(error["b_on_a"] == other["a_on_b"] && error["b_on_b"] == other["a_on_a"]);
            QVERIFY(layers[i]["hessian_cosine"] == swapped[i]["hessian_cosine"]);
        }
        const QJsonObject protocol = ab.json()["protocol"].toObject();
        QCOMPARE(protocol["a"]["text"].toString(), kCalib);
        QCOMPARE(protocol["b"]["text"].toString(), kEval);
        QCOMPARE(protocol["b"]["n_windows"].toInt(), 4);  // as the first text's
        QCOMPARE(protocol["b"]["n_tokens"].toInt(), 256);
        QCOMPARE(protocol["settings"]["grid"]["bits"].toInt(), 3);
        QVERIFY(!protocol["version"].toString().isEmpty());
        QVERIFY(!ab.json()["same_solution"].toBool());
        QVERIFY(ab.json()["peak_memory_bytes"].toInteger() > 0);
    }

    void calibrationSaysWhatTheOtherTextCosts() {
        const QStringList few = kFewSamples + QStringList{"--against", kEval, "-q"};
        const Outcome told =
            run(QStringList{"calibration", kModel, "--method", "awq", "--bits", "3", "--ratio", "0.5", "--no-clip", "--top", "2",
                            "--against-n-samples", "2", "--against-seq-len", "32", "--against-windows", "stream"} +
                few);
        QVERIFY2(told.status == 0, told.err);
        QVERIFY2(told.out.contains("shown: the 2 of 28 layers that the other text costs most\n"), told.out);
        QVERIFY2(told.out.contains("A: 4 windows of 64 tokens of " + kCalib.toUtf8() + " (random, seed 0, float32)\n"), told.out);
        QVERIFY2(told.out.contains("B: 2 windows of 32 tokens of " + kEval.toUtf8() + " (stream, seed 0, float32)\n"), told.out);
        QVERIFY2(told.out.contains("what it means: awq: calibrated on B instead of A, its error on A is "), told.out);
        QVERIFY2(told.out.contains("\nwhole model ") && told.out.contains("\npeak memory: "), told.out);
        const Outcome rtn = run(QStringList{"calibration", kModel, "--method", "rtn"} + few);
        QVERIFY2(rtn.status == 0, rtn.err);
        QVERIFY2(rtn.out.contains("what it means: rtn makes the same weights of either text"), rtn.out);
    }

    void oneTextWithAnotherSeedIsAnotherText() {
        const QStringList same = QStringList{"calibration", kModel, "--method", "rtn", "--against", kCalib, "--json"} + kFewSamples;
        const QJsonObject once = run(same).json();
        QCOMPARE(once["layers"][0]["hessian_cosine"].toDouble(), 1.0);
        QVERIFY(once["relative_output_error"]["a_on_a"] == once["relative_output_error"]["a_on_b"]);
        const QJsonObject other = run(same + QStringList{"--against-seed", "7"}).json();
        QVERIFY(other["layers"][0]["hessian_cosine"].toDouble() < 1.0);
        QVERIFY(other["relative_output_error"]["a_on_a"] != other["relative_output_error"]["a_on_b"]);
        QCOMPARE(other["protocol"]["b"]["seed"].toInt(), 7);
        QCOMPARE(other["protocol"]["a"]["seed"].toInt(), 0);
    }

    void calibrationRefusesWhatItCannotJudge() {
        const QStringList texts = kFewSamples + QStringList{"--against", kEval};
        const Outcome refused = run(QStringList{"calibration", kModel, "--method", "w8a8", "--activation-scale", "tensor"} + texts);
        QCOMPARE(refused.status, 1);
        QVERIFY2(refused.err.contains("expected int8 inputs with a scale per token, found one per tensor"), refused.err);
        QVERIFY(refused.out.isEmpty());
        QCOMPARE(run(QStringList{"calibration", kModel, "--method", "rtn"} + kFewSamples).status, 2);
        QCOMPARE(run(QStringList{"calibration", kModel, "--method", "rtn", "--feed", "quantized"} + texts).status, 2);
        const Outcome missing = run(QStringList{"calibration", kModel, "--method", "rtn", "--against", "/no/text"} + kFewSamples);
        QCOMPARE(missing.status, 1);
        QVERIFY2(missing.err.contains("/no/text"), missing.err);
    }

    void layerWritesCodesThatMakeItsDequantizedWeight() {
        const QString weight = kModel + "/model.safetensors:model.layers.0.mlp.up_proj.weight";
        const QString input = kModel + "/model.safetensors:model.layers.1.mlp.gate_proj.weight";  // any [n, 256] will do
        const QString out = folder_->filePath("layer.safetensors");
        for (const char* method : {"rtn", "gptq", "awq", "smoothquant", "awq+gptq", "smoothquant+gptq", "w8a8"}) {
            const Outcome outcome = run({"layer", "--weight", weight, "--activations", input, "--method", method, "--out", out, "--json"});
            QVERIFY2(outcome.status == 0, outcome.err);
            QVERIFY(outcome.json()["relative_output_error"].toDouble() > 0.0);
            QFile file(out);
            QVERIFY(file.open(QIODevice::ReadOnly));
            const QByteArray bytes = file.readAll();
            const auto* codes = reinterpret_cast<const unsigned char*>(bytes.constData() + offsetOf(bytes, "codes"));
            const auto number = [&](const char* tensor, qint64 index) {
                float value = 0.0F;
                std::memcpy(&value, bytes.constData() + offsetOf(bytes, tensor) + index * 4, 4);
                return value;
            };
            const auto group = [&](qint64 column) {
                qint32 value = 0;
                std::memcpy(&value, bytes.constData() + offsetOf(bytes, "g_idx") + column * 4, 4);
                return value;
            };
            const int n_groups = group(255) + 1;
            for (const qint64 row : {0, 5, 767}) {
                for (const qint64 column : {0, 100, 255}) {
                    const qint64 g = row * n_groups + group(column);
                    const float expected = number("scale", g) * (static_cast<float>(codes[row * 256 + column]) - number("zero", g));
                    QCOMPARE(number("dequantized", row * 256 + column), expected);
                }
            }
            QCOMPARE(bytes.contains("\"channel_scale\":{"), QByteArray(method).contains("awq") || QByteArray(method).contains("smooth"));
        }
    }

    void layerIsClippedWhereTheCommandSays() {
        const QStringList layer = {"layer",
                                   "--weight",
                                   kModel + "/model.safetensors:model.layers.0.mlp.up_proj.weight",
                                   "--activations",
                                   kModel + "/model.safetensors:model.layers.1.mlp.gate_proj.weight",
                                   "--method",
                                   "awq",
                                   "--no-scale",
                                   "--json",
                                   "--clip"};
        const auto clipped = [&](const QString& share) {
            const Outcome outcome = run(layer + QStringList{share});
            return outcome.status == 0 ? outcome.json()["clipped_fraction"].toDouble() : -1.0;
        };
        QCOMPARE(clipped("1"), 0.0);
        QVERIFY(clipped("0.9") > 0.0 && clipped("0.5") > clipped("0.9"));
        const Outcome contradiction = run(layer + QStringList{"0.9", "--no-clip"});
        QVERIFY(contradiction.status != 0);
        QVERIFY2(contradiction.err.contains("--clip: expected"), contradiction.err);
        QVERIFY(run(layer + QStringList{"1.5"}).status != 0);
    }

    void layerReadsNumPyArchives() {
        const QString file = QString::fromStdString((salient::test::testDataFolder() / "inputs/arrays.npz:").string());
        const QStringList method = {"--method", "rtn", "--group-size", "-1", "--json"};
        const Outcome outcome = run(QStringList{"layer", "--weight", file + "fortran", "--activations", file + "fortran3"} + method);
        QVERIFY2(outcome.status == 0, outcome.err);
        QCOMPARE(outcome.json()["out_features"].toInt(), 5);
        QCOMPARE(outcome.json()["n_tokens"].toInt(), 6);
        const Outcome missing = run(QStringList{"layer", "--weight", file + "nothing", "--activations", file + "fortran3"} + method);
        QCOMPARE(missing.status, 1);
        QVERIFY2(missing.err.contains("no array 'nothing'"), missing.err);
        const Outcome empty = run(QStringList{"layer", "--weight", file + "none", "--activations", file + "fortran3"} + method);
        QCOMPARE(empty.status, 1);
    }

    void aRecipeRunsWithPathsRelativeToIt() {
        QVERIFY(copyDirectory(kModel, folder_->filePath("model")));
        QVERIFY(QFile::copy(kCalib, folder_->filePath("calib.txt")));
        const QString recipe = folder_->filePath("recipe.json");
        writeFile(recipe, R"({"model": "model", "calibration": {"text": "calib.txt", "n_samples": 4, "seq_len": 64},
            "runs": [{"method": {"name": "gptq"}, "export": {"format": "gptq", "out": "out"}}, {"method": {"name": "rtn"}}], "report": "report"})");
        const Outcome outcome = run({"run", recipe, "--json"});
        QVERIFY2(outcome.status == 0, outcome.err);
        QVERIFY(QFile::exists(folder_->filePath("out/config.json")));
        QVERIFY(QFile::exists(folder_->filePath("report/report.json")));
        // A seed on the command line is meant for this run; without one the recipe's own counts.
        writeFile(recipe, R"({"model": "model", "calibration": {"text": "calib.txt", "n_samples": 1, "seq_len": 64, "seed": 5},
            "runs": [{"method": {"name": "rtn"}}]})");
        QCOMPARE(run({"run", recipe, "--json"}).json()["calibration"].toObject()["seed"].toInt(), 5);
        QCOMPARE(run({"run", recipe, "--json", "--seed", "7"}).json()["calibration"].toObject()["seed"].toInt(), 7);
        writeFile(recipe, R"({"model": "model", "calibration": {"text": "calib.txt", "samples": 4}, "runs": []})");
        const Outcome refused = run({"run", recipe});
        QCOMPARE(refused.status, 1);
        QVERIFY(refused.err.contains("calibration.samples"));
    }

    void windowsAreAsLongAsTheModelAllowsUnlessToldOtherwise() {
        const Outcome outcome = run({"compare", kModel, "--methods", "rtn", "--text", kCalib, "--n-samples", "1", "--eval-text", kEval,
                                     "--n-windows", "1", "--json"});
        QVERIFY2(outcome.status == 0, outcome.err);
        QCOMPARE(outcome.json()["calibration"].toObject()["seq_len"].toInt(), 512);
        QCOMPARE(outcome.json()["full_precision"].toObject()["seq_len"].toInt(), 512);
    }

    void sameResultForAnyNumberOfThreads() {
        const QStringList arguments =
            QStringList{"compare", kModel, "--methods", "awq+gptq", "--json", "-q", "--eval-text", kEval, "--n-windows", "2"} + kFewSamples;
        const QJsonValue one = run(arguments + QStringList{"--threads", "1"}).json()["methods"][0];
        const QJsonValue many = run(arguments + QStringList{"--threads", "8"}).json()["methods"][0];
        QVERIFY(one["perplexity"].isDouble());
        QCOMPARE(one["perplexity"].toDouble(), many["perplexity"].toDouble());
        QCOMPARE(one["relative_output_error"].toDouble(), many["relative_output_error"].toDouble());
    }

    void quietSaysNothingOnStandardError() {
        const Outcome outcome = run(QStringList{"channels", kModel, "-q"} + kFewSamples);
        QCOMPARE(outcome.status, 0);
        QVERIFY2(outcome.err.isEmpty(), outcome.err);
    }

    void badInputGivesOneLineAndStatusOne_data() {
        QTest::addColumn<QString>("damage");
        QTest::addColumn<QString>("expected");
        QTest::newRow("no such model") << "missing"
                                       << "nowhere";
        QTest::newRow("truncated weights") << "truncated"
                                           << "model.safetensors";
        QTest::newRow("hostile header length") << "header"
                                               << "model.safetensors";
        QTest::newRow("missing shard") << "shard"
                                       << "model-00002-of-00002.safetensors";
        QTest::newRow("NaN in a weight") << "nan"
                                         << "model.layers.2.mlp.down_proj";
        QTest::newRow("unknown architecture") << "architecture"
                                              << "weird";
        QTest::newRow("text too short") << "short"
                                        << "short.txt: expected at least one window of 256 tokens, found";
        QTest::newRow("evaluation text too short") << "short evaluation"
                                                   << "short.txt: expected at least one window of 256 tokens, found";
        QTest::newRow("no such text") << "text"
                                      << "nowhere.txt";
        QTest::newRow("group size that a format has no place for") << "group"
                                                                   << "100";
        QTest::newRow("pickle only") << "pickle"
                                     << "pytorch_model.bin";
    }
    void badInputGivesOneLineAndStatusOne() {
        QFETCH(QString, damage);
        QFETCH(QString, expected);
        const QString model = folder_->filePath("model");
        QVERIFY(copyDirectory(kModel, model));
        const QString weights = model + "/model.safetensors";
        QFile original(weights);
        QVERIFY(original.open(QIODevice::ReadOnly));
        QByteArray bytes = original.readAll();
        original.close();
        QStringList arguments = {"compare", model,  "--methods",   "rtn", "--eval-text", kEval,
                                 "--text",  kCalib, "--n-samples", "2",   "--seq-len",   "256"};
        if (damage == "missing") arguments[1] = "/nowhere/at/all";
        if (damage == "truncated") writeFile(weights, bytes.left(bytes.size() / 2));
        if (damage == "header") writeFile(weights, QByteArray("\xff\xff\xff\xff\xff\xff\xff\x7f", 8) + bytes.mid(8));
        if (damage == "shard") {
            QVERIFY(QFile::rename(weights, model + "/model-00001-of-00002.safetensors"));
            writeFile(
                model + "/model.safetensors.index.json",
                R"({"weight_map": {"model.norm.weight": "model-00001-of-00002.safetensors", "lm_head.weight": "model-00002-of-00002.safetensors"}})");
        }
        if (damage == "nan") {
            const qint64 at = offsetOf(bytes, "model.layers.2.mlp.down_proj.weight");
            bytes[at] = '\x00';
            bytes[at + 1] = '\x7e';  // a float16 NaN
            writeFile(weights, bytes);
        }
        if (damage == "architecture") {
            QFile config(model + "/config.json");
            QVERIFY(config.open(QIODevice::ReadOnly));
            QByteArray text = config.readAll();
            config.close();
            text.replace("LlamaForCausalLM", "WeirdForCausalLM").replace("\"llama\"", "\"weird\"");
            writeFile(model + "/config.json", text);
        }
        if (damage.startsWith("short")) {
            writeFile(folder_->filePath("short.txt"), "A few words only.");
            arguments[damage == "short" ? 7 : 5] = folder_->filePath("short.txt");
        }
        if (damage == "text") arguments[7] = "/tmp/nowhere.txt";
        if (damage == "group") {
            arguments = {"quantize", model,    "--out", folder_->filePath("out"), "--format", "gptq", "--method", "rtn", "--group-size",
                         "100",      "--text", kCalib};
        }
        if (damage == "pickle") {
            QVERIFY(QFile::remove(weights));
            writeFile(model + "/pytorch_model.bin", "PK");
        }
        for (const bool json : {false, true}) {
            const Outcome outcome = run(arguments + QStringList{"-q"} + (json ? QStringList{"--json"} : QStringList{}));
            QCOMPARE(outcome.status, 1);
            QVERIFY2(outcome.out.isEmpty(), outcome.out);
            QCOMPARE(outcome.err.count('\n'), 1);
            QVERIFY2(outcome.err.startsWith("salient-cli: "), outcome.err);
            QVERIFY2(outcome.err.contains(expected.toUtf8()), outcome.err);
        }
    }

    void badOptionsOfSingleStepsAreNamed() {
        writeFile(folder_->filePath("short.txt"), "A few words only.");
        const QString text = folder_->filePath("short.txt");
        QVERIFY(run({"perplexity", kModel, "--text", text}).err.contains("short.txt: expected at least one window"));
        QVERIFY(run({"channels", kModel, "--text", text}).err.contains("short.txt: expected at least one window"));
        // What cannot be written carries the name that was given, not that of a temporary file.
        const QString weight = kModel + "/model.safetensors:model.layers.0.mlp.up_proj.weight";
        const Outcome layer = run({"layer", "--weight", weight, "--activations", weight, "--method", "rtn", "--out", "/nowhere/layer.out"});
        QCOMPARE(layer.status, 1);
        QVERIFY2(layer.err.contains("/nowhere/layer.out: "), layer.err);
        const Outcome made =
            run(QStringList{"quantize", kModel, "--out", "/nowhere/model", "--format", "gptq", "--method", "rtn"} + kFewSamples);
        QCOMPARE(made.status, 1);
        QVERIFY2(made.err.contains("/nowhere/model: "), made.err);
        QVERIFY2(run({"quantise"}).err.startsWith("salient-cli: 'quantise': expected a command: info, channels, perplexity, "), "unknown");
        QVERIFY(run({"info", kModel, "--threads", "-1"}).err.contains("expected a number of at least 0, found -1"));
    }

    void usageErrorsGiveStatusTwo_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("no command") << QStringList{};
        QTest::newRow("unknown command") << QStringList{"quantise"};
        QTest::newRow("unknown option") << QStringList{"info", kModel, "--colour"};
        QTest::newRow("no model") << QStringList{"info"};
        QTest::newRow("no text") << QStringList{"perplexity", kModel};
        QTest::newRow("unknown method") << QStringList{"compare", kModel, "--methods", "rtn,magic", "--text", kCalib, "--eval-text", kEval};
        QTest::newRow("unknown format") << QStringList{"quantize", kModel,     "--out", "x",      "--format",
                                                       "onnx",     "--method", "rtn",   "--text", kCalib};
        QTest::newRow("no number") << QStringList{"compare", kModel,   "--methods", "rtn",         "--bits",
                                                  "four",    "--text", kCalib,      "--eval-text", kEval};
        QTest::newRow("bits out of range") << QStringList{"compare", kModel,   "--methods", "rtn",         "--bits",
                                                          "9",       "--text", kCalib,      "--eval-text", kEval};
        QTest::newRow("both symmetries") << QStringList{"compare",      kModel,   "--methods", "rtn",         "--symmetric",
                                                        "--asymmetric", "--text", kCalib,      "--eval-text", kEval};
        QTest::newRow("an option without use") << QStringList{"quantize", kModel, "--out",   "x",   "--format", "gptq",
                                                              "--method", "rtn",  "--alpha", "0.5", "--text",   kCalib};
    }
    void usageErrorsGiveStatusTwo() {
        QFETCH(QStringList, arguments);
        const Outcome outcome = run(arguments);
        QVERIFY2(outcome.status == 2, outcome.err);
        QVERIFY(outcome.out.isEmpty());
        QVERIFY(!outcome.err.isEmpty());
    }

    void helpAndVersionGoToStandardOutput() {
        for (const QStringList& arguments : {QStringList{"--help"}, {"quantize", "--help"}, {"layer", "--help"}, {"--version"}}) {
            const Outcome outcome = run(arguments);
            QCOMPARE(outcome.status, 0);
            QVERIFY(!outcome.out.isEmpty());
        }
        QVERIFY(run({"quantize", "--help"}).out.contains("--group-parameters"));
    }

    void interruptCancelsAndLeavesNothingThatLooksComplete() {
        const QString out = folder_->filePath("out");
        QProcess process;
        process.start(SALIENT_CLI, {"quantize", kModel, "--out", out, "--format", "gptq", "--method", "awq+gptq", "--text", kCalib,
                                    "--n-samples", "256", "--seq-len", "256"});
        QVERIFY(process.waitForStarted());
        process.setReadChannel(QProcess::StandardError);
        QByteArray err;
        while (!err.contains("quantizing") && process.waitForReadyRead(60000)) err += process.readAllStandardError();
        QVERIFY2(err.contains("quantizing"), err);
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(60000));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 130);
        err += process.readAllStandardError();
        QVERIFY2(err.contains("salient-cli: cancelled"), err);
        // Its finished blocks, if it came so far, and the word for it.
        const QStringList left = QDir(folder_->path()).entryList(QDir::NoDotAndDotDot | QDir::AllEntries | QDir::Hidden);
        QCOMPARE(left, err.contains("--resume") ? QStringList{".out.unfinished"} : QStringList());
    }

private:
    std::unique_ptr<QTemporaryDir> folder_;
};

QTEST_GUILESS_MAIN(TestCli)
#include "tst_cli.moc"
