#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <random>

#include "core/recipe/saved_block.h"
#include "core/recipe/saved_calibration.h"
#include "core/recipe/saved_evaluation.h"
#include "core/recipe/saved_run.h"
#include "core/recipe/saved_tensors.h"
#include "tests/core/recipe/session_bench.h"

// The files of a session as a stranger's, or as a failing disk leaves them: every damage is an error, none a crash or a wrong number.

using namespace salient;
using namespace salient::samples;
using salient::test::refusal;
using salient::test::SessionBench;

namespace {

/// What a model makes of a text, without running it: every position but a window's last predicts the next token.
EvaluationReference evaluationOf(const SessionBench& bench) {
    EvaluationReference reference;
    reference.model = bench.model;
    reference.text.windows = bench.calibration->samples.windows;
    const std::vector<TokenId>& ids = reference.text.windows.ids;
    const auto seq_len = static_cast<std::size_t>(reference.text.windows.seq_len);
    Index n_tokens = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const bool is_last = i % seq_len == seq_len - 1;
        reference.text.targets.push_back(is_last ? -1 : ids[i + 1]);
        n_tokens += is_last ? 0 : 1;
    }
    reference.hidden = Matrix::Random(static_cast<Index>(ids.size()), bench.model->config.hidden_size);
    const double mean_nll = 100.0 / static_cast<double>(n_tokens);
    reference.perplexity = {.perplexity = std::exp(mean_nll),
                            .mean_nll = mean_nll,
                            .n_tokens = n_tokens,
                            .n_windows = reference.text.windows.count(),
                            .seq_len = reference.text.windows.seq_len,
                            .protocol = PerplexityProtocol::SecondHalf,
                            .seconds = 1.0 / 7.0};
    return reference;
}

/// Every kind of file, and who reads it.
struct Kind {
    const char* name;
    std::function<void(const std::filesystem::path&)> write;
    std::function<void(const std::filesystem::path&)> read;
};

std::vector<Kind> kindsOf(SessionBench& bench) {
    const auto run = std::make_shared<const RunResult>(bench.run("mine", bench.method("awq+gptq")));
    const std::size_t n_groups = bench.model->groups.size();
    return {{"result", [&bench, run](const auto& file) { saveRun(*run, *bench.model, file, std::int64_t{1} << 30, bench.job); },
             [&bench](const auto& file) { static_cast<void>(loadRun(file, bench.model, bench.job)); }},
            {"calibration", [&bench](const auto& file) { saveCalibration(*bench.calibration, file, std::int64_t{1} << 30, bench.job); },
             [&bench](const auto& file) { static_cast<void>(loadCalibration(file, bench.model, bench.job)); }},
            {"block", [&bench, run](const auto& file) { saveQuantizedBlock(run->model->blocks.at(1), run->method, file, bench.job); },
             [&bench, run](const auto& file) { static_cast<void>(loadQuantizedBlock(file, *bench.model, run->method, 1, bench.job)); }},
            {"block's statistics",
             [&bench, n_groups](const auto& file) {
                 saveBlockStatistics(std::span(bench.calibration->inputs).first(n_groups), *bench.model, 0, true, file, bench.job);
             },
             [&bench](const auto& file) {
                 const auto n_tokens = static_cast<Index>(bench.calibration->samples.windows.ids.size());
                 static_cast<void>(loadBlockStatistics(file, *bench.model, 0, n_tokens));
             }},
            {"evaluation", [&bench](const auto& file) { saveEvaluation(evaluationOf(bench), file, bench.job); },
             [&bench](const auto& file) { static_cast<void>(loadEvaluation(file, bench.model, evaluationOf(bench).text, bench.job)); }}};
}

/// What a file of a session holds, to be changed and sealed again, as by someone who knows the format.
struct Contents {
    OpenFile file;
    std::string format;
    Json document;

    explicit Contents(const std::filesystem::path& path) : file(path) {
        const SafetensorsFile stored = SafetensorsFile::open(path);
        const auto& metadata = stored.metadata();
        format = metadata.at("format");
        document = parseJson(metadata.at("document"), "document");
        file.remove("checksums");
    }
    void seal(const std::filesystem::path& path) const {
        TensorsToSave tensors;
        for (const TensorLayout& tensor : file.layout) {
            tensors.add(tensor.name, tensor.dtype, tensor.shape, [this, &tensor] { return file.bytes.at(tensor.name); });
        }
        JobContext job;
        std::filesystem::remove(path);
        tensors.write(path, format, document, job);
    }
};

void flipBit(const std::filesystem::path& path, std::int64_t byte) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(byte);
    const int value = file.get();
    file.seekp(byte);
    file.put(static_cast<char>(value ^ 1));
}

/// Another value somewhere in the document.
void changeSomething(Json& document, std::mt19937& random) {
    static const std::vector<Json> kValues = {
        nullptr, -1, 0, 1e308, 0.5, "x", "", Json::array(), Json::object(), true, std::int64_t{1} << 40, std::int64_t{-1} << 62};
    const Json flat = document.flatten();
    const auto at = std::next(flat.begin(), static_cast<std::ptrdiff_t>(random() % flat.size()));
    Json::json_pointer place(at.key());
    while (random() % 4 == 0 && !place.empty()) place = place.parent_pointer();
    const Json& value = kValues[random() % kValues.size()];
    if (random() % 4 == 0 && !place.empty() && document[place.parent_pointer()].is_object()) {
        document[place.parent_pointer()].erase(place.back());
    } else {
        document[place] = value;
    }
}

void changeSomething(OpenFile& file, std::mt19937& random) {
    TensorLayout& tensor = file.layout[random() % file.layout.size()];
    std::vector<std::byte>& bytes = file.bytes.at(tensor.name);
    switch (random() % 4) {
        case 0:
            if (!bytes.empty()) bytes[random() % bytes.size()] = static_cast<std::byte>(random());
            break;
        case 1:
            tensor.shape.insert(tensor.shape.begin(), 1);
            break;
        case 2:
            tensor.shape = {0};
            bytes.clear();
            break;
        default:
            std::ranges::fill(bytes, std::byte{0xff});
    }
}

}  // namespace

class TestSavedFiles : public QObject {
    Q_OBJECT

private slots:
    void aFlippedBitIsFoundWhereverItIs() {
        SessionBench bench;
        for (const Kind& kind : kindsOf(bench)) {
            const auto path = pathOf(bench.folder, "file.safetensors");
            kind.write(path);
            QVERIFY2(refusal([&] { kind.read(path); }).isEmpty(), kind.name);
            const auto size = static_cast<std::int64_t>(std::filesystem::file_size(path));
            std::int64_t data = 0;
            const OpenFile whole(path);
            for (const auto& [name, bytes] : whole.bytes) data += static_cast<std::int64_t>(bytes.size());
            for (std::int64_t k = 0; k < 60; ++k) {
                const std::int64_t byte = size - data + k * (data - 1) / 59;
                flipBit(path, byte);
                QVERIFY2(!refusal([&] { kind.read(path); }).isEmpty(), qPrintable(QStringLiteral("%1, byte %2").arg(kind.name).arg(byte)));
                flipBit(path, byte);
            }
            Contents contents(path);
            std::map<std::string, std::string> metadata = SafetensorsFile::open(path).metadata();
            metadata["document"] += " ";
            const OpenFile as_it_was(path);
            std::filesystem::remove(path);
            SafetensorsWriter writer(path, as_it_was.layout, metadata);
            for (const TensorLayout& tensor : as_it_was.layout) writer.write(tensor.name, as_it_was.bytes.at(tensor.name));
            writer.finish();
            QVERIFY2(refusal([&] { kind.read(path); }).contains(QLatin1String("document")), kind.name);
            contents.seal(path);
            QVERIFY2(refusal([&] { kind.read(path); }).isEmpty(), kind.name);
            std::filesystem::remove(path);
        }
    }

    void anEvaluationComesBackBitForBitForItsOwnText() {
        SessionBench bench;
        const auto path = pathOf(bench.folder, "file.safetensors");
        const EvaluationReference made = evaluationOf(bench);
        saveEvaluation(made, path, bench.job);
        const EvaluationReference back = loadEvaluation(path, bench.model, made.text, bench.job);
        QVERIFY(back.hidden == made.hidden);
        QCOMPARE(back.perplexity.mean_nll, made.perplexity.mean_nll);
        QCOMPARE(back.perplexity.seconds, made.perplexity.seconds);
        QVERIFY(back.perplexity.protocol == PerplexityProtocol::SecondHalf);
        QVERIFY(back.model == bench.model && back.text.targets == made.text.targets);
        TextWindows read = made.text;
        read.windows.ids[3] ^= 1;
        TextWindows predicted = made.text;
        predicted.targets[3] = -1;
        for (const TextWindows& other : {read, predicted}) {
            const QString refused = refusal([&] { static_cast<void>(loadEvaluation(path, bench.model, other, bench.job)); });
            QVERIFY2(refused.contains(QLatin1String("expected an evaluation of this text")), qPrintable(refused));
        }
        const SessionBench opt("opt");
        const QString refused = refusal([&] { static_cast<void>(loadEvaluation(path, opt.model, made.text, bench.job)); });
        QVERIFY2(refused.contains(QLatin1String("expected an evaluation of this model")), qPrintable(refused));
    }

    void aTamperedResultIsRefusedWithItsReason() {
        SessionBench bench;
        const RunResult made = bench.run("mine", bench.method("awq"));
        const auto path = pathOf(bench.folder, "result-1.safetensors");
        const std::string layer = bench.model->linears.front().name;
        const auto tampered = [&](const std::function<void(OpenFile&, Json&)>& change) {
            saveRun(made, *bench.model, path, std::int64_t{1} << 30, bench.job);
            Contents contents(path);
            change(contents.file, contents.document);
            contents.seal(path);
            return refusal([&] { static_cast<void>(loadRun(path, bench.model, bench.job)); });
        };
        QCOMPARE(tampered([](OpenFile&, Json&) {}), QString());
        const auto refuses = [&](const char* word, const std::function<void(OpenFile&, Json&)>& change) {
            const QString reason = tampered(change);
            QVERIFY2(reason.contains(QLatin1String(word)), qPrintable(QStringLiteral("%1: %2").arg(QLatin1String(word), reason)));
        };
        refuses("colour", [](OpenFile&, Json& document) { document["colour"] = 1; });
        refuses("bits", [](OpenFile&, Json& document) { document["method"]["grid"]["bits"] = 99; });
        refuses("codes", [](OpenFile&, Json& document) { document["method"]["grid"]["bits"] = 8; });
        refuses("weights", [](OpenFile&, Json& document) { document["weights"] = "0"; });
        refuses("layers[0]", [](OpenFile&, Json& document) { document["layers"][0]["layer"] = "elsewhere"; });
        refuses("layers", [](OpenFile&, Json& document) {
            document["layers"] = Json::array();
            document["input_scales"] = Json::array();
        });
        refuses("input_scales", [](OpenFile&, Json& document) { document["input_scales"].erase(0); });
        refuses("group_index", [&](OpenFile& open, Json&) { open.as<std::int32_t>(layer + ".group_index")[3] = 77; });
        refuses("scale", [&](OpenFile& open, Json&) { open.as<float>(layer + ".scale")[0] = std::nanf(""); });
        refuses("zero", [&](OpenFile& open, Json&) { open.remove(layer + ".zero"); });
        refuses("extra", [&](OpenFile& open, Json&) { open.add({"extra", DType::U8, {1}}, std::vector<std::byte>(1)); });
    }

    void noTamperedFileCrashesItsReader() {
        SessionBench bench;
        std::mt19937 random(17);
        for (const Kind& kind : kindsOf(bench)) {
            const auto path = pathOf(bench.folder, "file.safetensors");
            kind.write(path);
            const Contents made(path);
            int n_refused = 0;
            for (int trial = 0; trial < 300; ++trial) {
                Contents contents = made;
                changeSomething(contents.document, random);
                if (trial % 3 == 0) changeSomething(contents.file, random);
                contents.seal(path);
                if (!refusal([&] { kind.read(path); }).isEmpty()) ++n_refused;  // any other exception fails the test
            }
            QVERIFY2(n_refused > 200, qPrintable(QStringLiteral("%1: %2 refused").arg(kind.name).arg(n_refused)));
            std::filesystem::remove(path);
        }
    }
};

QTEST_GUILESS_MAIN(TestSavedFiles)
#include "tst_saved_files.moc"
