// --json, of every command: standard output holds one document, or nothing where the command ended by an error, which is one line on
// standard error.

#include <sys/types.h>

#include <QDir>
#include <QFile>
#include <QIODevice>
#include <QJsonDocument>
#include <QJsonObject>
#include <QJsonParseError>
#include <QProcess>
#include <QStringList>
#include <QTemporaryDir>
#include <QTest>
#include <csignal>

#include "tests/app/cli/run_program.h"
#include "tests/core/exporter/sample_models.h"
#include "tests/support/places.h"

using salient::test::Outcome;
using salient::test::outcomeOf;
using salient::test::run;

namespace {

const QString kDemo = QString::fromStdString((salient::test::resourceFolder() / "demo").string());
const QString kModel = kDemo + "/model";
const QString kEval = kDemo + "/eval.txt";
const QStringList kFewSamples = {"--text", kDemo + "/calib.txt", "--n-samples", "2", "--seq-len", "32"};
const QStringList kFewWindows = {"--eval-text", kEval, "--n-windows", "1", "--eval-seq-len", "32"};
const QString kCaptured = QString::fromStdString((salient::test::testDataFolder() / "inputs/capture.npz").string());
const QString kTensors = kModel + "/model.safetensors:model.";

/// One object and nothing else.
bool isOneDocument(const QByteArray& out) {
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(out, &error);
    return error.error == QJsonParseError::NoError && document.isObject() && !document.object().isEmpty() && out.endsWith("}\n");
}

/// A command with arguments by which it does its work; MODEL and RECIPE are written for it, OUT is a new directory.
struct Case {
    QStringList arguments;
    QString input;  ///< that of the arguments which is taken away; empty: it reads none
};

std::map<QString, Case> everyCommand() {
    const QStringList method = {"--method", "rtn"};
    return {
        {"info", {{"info", kModel}, kModel}},
        {"channels", {QStringList{"channels", kModel} + kFewSamples, kModel}},
        {"perplexity", {{"perplexity", kModel, "--text", kEval, "--n-windows", "1", "--seq-len", "32"}, kEval}},
        {"quantize", {QStringList{"quantize", kModel, "--out", "OUT", "--format", "gptq"} + method + kFewSamples, kModel}},
        {"compare", {QStringList{"compare", kModel, "--methods", "rtn,w8a8"} + kFewSamples + kFewWindows, kEval}},
        {"layer",
         {QStringList{"layer", "--weight", kTensors + "layers.0.mlp.up_proj.weight", "--activations", kTensors + "embed_tokens.weight"} +
              method,
          kTensors + "embed_tokens.weight"}},
        {"layers", {QStringList{"layers", "MODEL", "--inputs", kCaptured, "--group-size", "32"} + method, kCaptured}},
        {"verify", {{"verify", kModel}, kModel}},
        {"sensitivity", {QStringList{"sensitivity", kModel} + method + kFewSamples + kFewWindows, kModel}},
        {"calibration", {QStringList{"calibration", kModel, "--against", kEval} + method + kFewSamples, kModel}},
        {"run", {{"run", "RECIPE"}, "RECIPE"}},
        {"families", {{"families"}, {}}},
        {"formats", {{"formats"}, {}}},
    };
}

}  // namespace

class TestJson : public QObject {
    Q_OBJECT

private slots:
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        QVERIFY(folder_->isValid());
    }

    void theTableHasEveryCommand() {
        const Outcome unknown = run({"nonsense"});
        QCOMPARE(unknown.status, 2);
        const QString marker = "expected a command: ";
        const QString said = QString::fromUtf8(unknown.err).trimmed();
        QVERIFY2(said.contains(marker), unknown.err);
        QStringList commands = said.mid(said.indexOf(marker) + marker.size()).split(", ");
        commands.sort();
        QStringList known;
        for (const auto& [name, ignored] : everyCommand()) known.append(name);
        QCOMPARE(known, commands);
    }

    void aCommandPrintsOneDocument_data() { commands(); }
    void aCommandPrintsOneDocument() {
        QFETCH(QStringList, arguments);
        const Outcome done = run(prepared(arguments) + QStringList{"--json", "-q"});
        QVERIFY2(done.status == 0, done.err);
        QVERIFY2(isOneDocument(done.out), done.out);
        QVERIFY2(done.err.isEmpty(), done.err);
        // Progress and warnings go elsewhere, and the option may come first.
        const Outcome loud = run(QStringList{"--json"} + prepared(arguments));
        QVERIFY2(loud.status == 0, loud.err);
        QVERIFY2(isOneDocument(loud.out), loud.out);
    }

    void aCommandThatFailsPrintsNothingThere_data() { commands(); }
    void aCommandThatFailsPrintsNothingThere() {
        QFETCH(QStringList, arguments);
        QFETCH(QString, input);
        const Outcome misunderstood = run(prepared(arguments) + QStringList{"--json", "--no-such-option"});
        QCOMPARE(misunderstood.status, 2);
        QVERIFY2(misunderstood.out.isEmpty(), misunderstood.out);
        QVERIFY(!misunderstood.err.isEmpty());
        if (input.isEmpty()) return;
        QStringList missing = arguments;
        missing.replace(missing.indexOf(input), "/nowhere/at/all.npz:x");
        const Outcome failed = run(prepared(missing) + QStringList{"--json", "-q"});
        QVERIFY2(failed.status == 1, failed.err);
        QVERIFY2(failed.out.isEmpty(), failed.out);
        QCOMPARE(failed.err.count('\n'), 1);
        QVERIFY2(failed.err.startsWith("salient-cli: "), failed.err);
    }

    void everyResultStatesThePrecisionItWasComputedIn_data() { commands(); }
    void everyResultStatesThePrecisionItWasComputedIn() {
        QFETCH(QStringList, arguments);
        const QString command = arguments.first();
        const bool has_choice = run({command, "--help"}).out.contains("--compute");
        // Those that compute nothing by a model; layer is always float32, and a recipe says it itself.
        const QStringList without = {"info", "layer", "verify", "run", "families", "formats"};
        QCOMPARE(has_choice, !without.contains(command));
        if (!has_choice) return;
        for (const QByteArray compute : {"float32", "bfloat16"}) {
            const QStringList option = {"--compute", compute, "-q"};
            const Outcome document = run(prepared(arguments) + option + QStringList{"--json"});
            QVERIFY2(document.status == 0, document.err);
            QVERIFY2(document.out.contains("\"compute\": \"" + compute + "\""), document.out);
            const Outcome text = run(prepared(arguments) + option);
            QVERIFY2(text.status == 0, text.err);
            QVERIFY2(text.out.contains(compute), text.out);
        }
    }

    void aJobThatIsStoppedPrintsNothingThere_data() { commands(); }
    void aJobThatIsStoppedPrintsNothingThere() {
        QFETCH(QStringList, arguments);
        const QByteArray help = run({arguments.first(), "--help"}).out;
        if (!help.contains("--max-memory")) return;
        const Outcome stopped = run(prepared(arguments) + QStringList{"--json", "-q", "--max-memory", "10M"});
        QVERIFY2(stopped.status == 1, stopped.err);
        QVERIFY2(stopped.out.isEmpty(), stopped.out);
        QVERIFY2(stopped.err.contains("max-memory: expected "), stopped.err);
    }

    void aJobThatIsInterruptedPrintsNothingThere() {
        QProcess process;
        process.start(SALIENT_CLI, {"compare", kModel, "--methods", "awq+gptq,awq", "--text", kDemo + "/calib.txt", "--n-samples", "400",
                                    "--seq-len", "256", "--eval-text", kEval, "--json"});
        process.setReadChannel(QProcess::StandardError);
        QVERIFY(process.waitForReadyRead(120000));  // its first line of progress
        QCOMPARE(process.state(), QProcess::Running);
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        const Outcome interrupted = outcomeOf(process);
        QVERIFY2(interrupted.status == 130, interrupted.err);
        QVERIFY2(interrupted.out.isEmpty(), interrupted.out);
    }

    void whatIsFoundWrongIsADocument() {
        const QString directory = folder_->filePath("damaged");
        QVERIFY(QDir().mkpath(directory));
        for (const QString& name : QDir(kModel).entryList(QDir::Files)) QVERIFY(QFile::copy(kModel + "/" + name, directory + "/" + name));
        QFile weights(directory + "/model.safetensors");
        QVERIFY(weights.setPermissions(QFile::ReadOwner | QFile::WriteOwner));
        QVERIFY(weights.resize(weights.size() / 2));
        const Outcome found = run({"verify", directory, "--json", "-q"});
        QVERIFY2(found.status == 1, found.err);
        QVERIFY2(isOneDocument(found.out), found.out);
        QVERIFY(!QJsonDocument::fromJson(found.out).object()["passed"].toBool(true));
    }

private:
    static void commands() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("input");
        for (const auto& [name, made] : everyCommand()) QTest::newRow(qPrintable(name)) << made.arguments << made.input;
    }

    QStringList prepared(QStringList arguments) {
        using namespace salient;
        if (const auto at = arguments.indexOf("OUT"); at >= 0) arguments[at] = folder_->filePath(QString("out%1").arg(n_prepared_));
        if (const auto at = arguments.indexOf("MODEL"); at >= 0) {
            const auto model = samples::pathOf(*folder_, "small");
            if (!std::filesystem::exists(model)) samples::writeModel(model, "llama", DType::F16);
            arguments[at] = QString::fromStdString(model.string());
        }
        if (const auto at = arguments.indexOf("RECIPE"); at >= 0) {
            arguments[at] = folder_->filePath("recipe.json");
            QFile file(arguments[at]);
            if (file.open(QIODevice::WriteOnly | QIODevice::Truncate)) {
                file.write(QStringLiteral(R"({"model": "%1", "calibration": {"text": "%2/calib.txt", "n_samples": 2, "seq_len": 32},
                    "runs": [{"method": {"name": "rtn"}}, {"method": {"name": "gptq"}, "export": {"format": "gptq", "out": "out%3"}}]})")
                               .arg(kModel, kDemo)
                               .arg(n_prepared_)
                               .toUtf8());
            }
        }
        ++n_prepared_;
        return arguments;
    }

    std::unique_ptr<QTemporaryDir> folder_;
    int n_prepared_ = 0;
};

QTEST_GUILESS_MAIN(TestJson)
#include "tst_json.moc"
