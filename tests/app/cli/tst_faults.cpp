// What a fault of the machine makes of a whole job, with the program as a process: after each, the original is as it was, and nothing looks
// like an export that is none.

#include <sys/types.h>
#include <unistd.h>

#include <QCryptographicHash>
#include <QDir>
#include <QDirIterator>
#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QIODevice>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QStringList>
#include <QTemporaryDir>
#include <QTest>
#include <csignal>
#include <random>

#include "tests/app/cli/run_program.h"
#include "tests/core/recipe/directory_content.h"
#include "tests/support/places.h"

using salient::test::Outcome;
using salient::test::outcomeOf;
using salient::test::run;

namespace {

const QString kDemo = QString::fromStdString((salient::test::resourceFolder() / "demo").string());
const QString kModel = kDemo + "/model";

QStringList quantize(const QString& out, const QStringList& method = {"--method", "rtn"}) {
    return QStringList{"quantize",           kModel,      "--out", out,           "--format", "gptq",      "--text",
                       kDemo + "/calib.txt", "--seq-len", "64",    "--n-samples", "8",        "--threads", "2"} +
           method;
}

/// One layer of the demo model against its embeddings, which are of the same width.
QStringList oneLayer(const QString& method) {
    const QString file = kModel + "/model.safetensors:model.";
    return {"layer", "--weight", file + "layers.0.mlp.up_proj.weight", "--activations", file + "embed_tokens.weight", "--method", method};
}

/// Runs a shell script whose "$@" is the program with its arguments.
Outcome runIn(const QString& script, const QStringList& arguments) {
    QProcess process;
    process.start("/bin/sh", QStringList{"-c", script, "sh", SALIENT_CLI} + arguments);
    return outcomeOf(process);
}

/// Whether a directory passes for an export: it has the file that every loader opens first.
bool looksComplete(const QString& directory) { return QFile::exists(directory + "/config.json"); }

}  // namespace

class TestFaults : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { original_ = contentOf(kModel.toStdString()); }
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        QVERIFY(folder_->isValid());
        out_ = folder_->filePath("out");
    }
    void cleanup() {
        QVERIFY(contentOf(kModel.toStdString()) == original_);
        folder_.reset();
    }

    void aFileThatMayNotGrowIsAnError_data() {
        QTest::addColumn<int>("blocks_of_512");
        for (const int size : {0, 1, 100, 1000, 4000}) QTest::addRow("%d", size) << size;
    }
    void aFileThatMayNotGrowIsAnError() {
        QFETCH(int, blocks_of_512);
        const Outcome outcome = runIn(QString("ulimit -f %1; exec \"$@\"").arg(blocks_of_512), quantize(out_) + QStringList{"-q"});
        QVERIFY2(outcome.status == 1, outcome.err);
        QCOMPARE(outcome.err.count('\n'), 1);
        QVERIFY2(outcome.err.contains("File too large") && outcome.err.contains("out"), outcome.err);
        QVERIFY(!QFileInfo::exists(out_));
        QVERIFY(QDir(folder_->path()).isEmpty(QDir::NoDotAndDotDot | QDir::AllEntries | QDir::Hidden));
    }

    void aFullDiskIsAnErrorAndTheNextStartGoesOn() {
        // A file system of its own, in a namespace of its own: for root and, where the system allows it, for everyone else.
        const QString mount = "mount -t tmpfs -o size=%1k none \"$0\" && ";
        QDir().mkdir(folder_->filePath("disk"));
        const auto onDisk = [&](const QString& size, const QString& script, const QStringList& arguments) {
            QProcess process;
            process.start("unshare", QStringList{"-rm", "/bin/sh", "-c", mount.arg(size) + script, folder_->filePath("disk"), SALIENT_CLI} +
                                         arguments);
            return outcomeOf(process);
        };
        if (onDisk("100", "true", {}).status != 0) QSKIP("no file system can be mounted here");
        const QString out = folder_->filePath("disk/out");
        for (const char* size : {"4", "40", "1000", "2000"}) {
            const Outcome outcome = onDisk(size, "\"$@\"; status=$?; ls -A \"$0\"; exit $status", quantize(out) + QStringList{"-q"});
            QVERIFY2(outcome.status == 1, outcome.err);
            QVERIFY2(outcome.err.contains("No space left on device"), outcome.err);
            QVERIFY2(outcome.out.isEmpty(), outcome.out);
        }
        // Full while it works: what is finished stays, and with more space the same job goes on.
        const Outcome whole = run(quantize(out_, {"--method", "gptq"}) + QStringList{"-q"});
        QVERIFY2(whole.status == 0, whole.err);
        const QString script =
            "head -c 100000000 /dev/zero >\"$0\"/ballast 2>/dev/null; truncate -s -3300000 \"$0\"/ballast; "
            "\"$@\"; status=$?; [ -e \"$0\"/out ] && exit 9; [ $status = 1 ] || exit 8; rm \"$0\"/ballast; "
            "\"$@\" --resume || exit 7; diff -r \"$0\"/out " +
            out_ + " && ls -A \"$0\"";
        const Outcome resumed = onDisk("30000", script, quantize(out, {"--method", "gptq"}) + QStringList{"-q"});
        QVERIFY2(resumed.status == 0, resumed.err + resumed.out);
        QVERIFY2(resumed.err.contains("No space left on device"), resumed.err);
        QVERIFY2(resumed.out.endsWith("out\n"), resumed.out);
    }

    void whatBecomesReadOnlyMeanwhileIsAnErrorAndTheNextStartGoesOn() {
        // As soon as a block is done, the place of the job is mounted over itself, read-only: what is open stays open, and nothing new can
        // be made, renamed or removed there. That is what a disk with errors becomes. The job stands still while that happens.
        QDir().mkdir(folder_->filePath("disk"));
        const QString mount = "mount -t tmpfs -o size=100m none \"$0\" && ";
        const QString become_read_only = "mount --bind \"$place\" \"$place\" && mount -o remount,bind,ro \"$place\"";
        const auto onDisk = [&](const QString& script, const QStringList& arguments) {
            QProcess process;
            process.start("unshare",
                          QStringList{"-rm", "/bin/sh", "-c", mount + script, folder_->filePath("disk"), SALIENT_CLI} + arguments);
            return outcomeOf(process);
        };
        if (onDisk("place=\"$0\"/place; mkdir \"$place\" && " + become_read_only + " && umount \"$place\"", {}).status != 0)
            QSKIP("no file system can be mounted here");
        const Outcome whole = run(quantize(out_, {"--method", "gptq"}) + QStringList{"-q"});
        QVERIFY2(whole.status == 0, whole.err);
        const QString script =
            "place=\"$0\"/.out.unfinished; \"$@\" & job=$!; n=0; "
            "until [ -e \"$place\"/job.json ]; do n=$((n + 1)); [ $n -lt 30000 ] || exit 5; sleep 0.002; done; "
            "kill -STOP $job; " +
            become_read_only +
            " || { kill -KILL $job; exit 6; }; kill -CONT $job; wait $job; status=$?; "
            "[ -e \"$0\"/out ] && exit 9; [ $status = 1 ] || exit 8; umount \"$place\"; "
            "\"$@\" --resume || exit 7; diff -r \"$0\"/out " +
            out_ + " && [ \"$(ls -A \"$0\")\" = out ]";
        const Outcome resumed = onDisk(script, quantize(folder_->filePath("disk/out"), {"--method", "gptq"}) + QStringList{"-q"});
        QVERIFY2(resumed.status == 0, QByteArray::number(resumed.status) + ": " + resumed.err + resumed.out);
        QVERIFY2(resumed.err.contains("Read-only file system"), resumed.err);
        QVERIFY2(resumed.out.contains("\nresumed: "), resumed.out);
    }

    void aTargetThatCannotBeWrittenIsAnErrorBeforeAnyWork_data() {
        QTest::addColumn<QString>("target");
        QTest::newRow("below a file") << kModel + "/config.json/out";
        QTest::newRow("in a file system that is never written") << "/proc/out";
        QTest::newRow("in no directory") << "/nowhere/at/all/out";
        QTest::newRow("the model itself") << kModel;
        QTest::newRow("a name too long") << QString(300, 'x');
    }
    void aTargetThatCannotBeWrittenIsAnErrorBeforeAnyWork() {
        QFETCH(QString, target);
        const Outcome outcome = run(quantize(target));
        QVERIFY2(outcome.status == 1, outcome.err);
        QVERIFY2(outcome.err.contains(target.toUtf8()), outcome.err);
        QVERIFY2(!outcome.err.contains("quantizing"), outcome.err);
    }

    void whatMayNotBeReadOrWrittenIsNamed() {
        // Root may do everything, so it becomes nobody.
        const QString nobody = ::geteuid() == 0 ? "setpriv --reuid 65534 --regid 65534 --clear-groups " : "";
        QVERIFY(QFile::setPermissions(folder_->path(), QFile::ReadOwner | QFile::ExeOwner | QFile::ReadOther | QFile::ExeOther));
        const Outcome written = runIn("exec " + nobody + "\"$@\"", quantize(out_) + QStringList{"-q"});
        QVERIFY2(written.status == 1, written.err);
        QVERIFY2(written.err.contains(out_.toUtf8() + ": Permission denied"), written.err);
        QVERIFY(QFile::setPermissions(folder_->path(),
                                      QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner | QFile::ReadOther | QFile::ExeOther));
        const QString model = folder_->filePath("model");
        QDir().mkdir(model);
        for (const QString& name : QDir(kModel).entryList(QDir::Files)) QVERIFY(QFile::copy(kModel + "/" + name, model + "/" + name));
        QVERIFY(QFile::setPermissions(model + "/model.safetensors", {}));
        const Outcome read = runIn("exec " + nobody + "\"$@\"", {"info", model});
        QVERIFY2(read.status == 1, read.err);
        QVERIFY2(read.err.contains("model.safetensors: Permission denied"), read.err);
        QFile::setPermissions(model + "/model.safetensors", QFile::ReadOwner | QFile::WriteOwner);
    }

    void tooLittleAddressSpaceIsAnErrorInWords() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        QSKIP("the sanitizer reserves terabytes of address space");
#endif
        QStringList arguments = quantize(out_) + QStringList{"-q"};
        arguments.replace(arguments.indexOf("--n-samples") + 1, "400");
        arguments.replace(arguments.indexOf("--seq-len") + 1, "512");
        // What the program needs at all, and then less than the job takes.
        int n_failed = 0;
        for (const int megabytes : {120, 150, 180, 200, 220, 250, 280}) {
            const Outcome outcome = runIn(QString("ulimit -v %1; exec \"$@\"").arg(megabytes * 1000), arguments);
            if (outcome.status == 0) {
                QVERIFY(looksComplete(out_));
                QVERIFY(QDir(out_).removeRecursively());
                continue;
            }
            QVERIFY(!QFileInfo::exists(out_));
            // oneDNN 2.7 does not check whether it got memory for the code it generates, and dies when that is the allocation that fails.
            if (outcome.status == -2) continue;
            QVERIFY2(outcome.status == 1, outcome.err);
            QCOMPARE(outcome.err.count('\n'), 1);
            n_failed += outcome.err.contains(": out of memory: ") && outcome.err.contains(" of address space allowed") ? 1 : 0;
        }
        QVERIFY(n_failed > 0);
    }

    void theForecastIsWithinAFactorOfTwoOfTheMeasuredPeak_data() {
        QTest::addColumn<QStringList>("arguments");
        const QString calib = kDemo + "/calib.txt";
        const QStringList large = {"--text", calib, "--n-samples", "400", "--seq-len", "256"};
        const QStringList small = {"--text", calib, "--n-samples", "8", "--seq-len", "64"};
        QTest::newRow("quantize, many samples")
            << QStringList{"quantize", kModel, "--out", "OUT", "--format", "gptq", "--method", "gptq"} + large;
        QTest::newRow("quantize, few samples") << QStringList{"quantize", kModel, "--out", "OUT", "--format", "gptq", "--method", "rtn"} +
                                                      small;
        QTest::newRow("compare") << QStringList{"compare", kModel, "--methods", "rtn,gptq,awq", "--eval-text", kDemo + "/eval.txt"} + large;
        QTest::newRow("perplexity") << QStringList{"perplexity", kModel, "--text", kDemo + "/eval.txt", "--seq-len", "256"};
        QTest::newRow("channels") << QStringList{"channels", kModel} + large;
        QTest::newRow("sensitivity") << QStringList{"sensitivity",       kModel,           "--method", "rtn",         "--eval-text",
                                                    kDemo + "/eval.txt", "--eval-seq-len", "256",      "--n-windows", "16"} +
                                            small;
        QTest::newRow("layer") << oneLayer("gptq");
        QTest::newRow("layer of int8") << oneLayer("smoothquant");
        QTest::newRow("verify") << QStringList{"verify", kModel, "--original", kModel};
        QTest::newRow("calibration") << QStringList{"calibration", kModel, "--method", "gptq", "--against", kDemo + "/eval.txt"} + large;
    }
    void theForecastIsWithinAFactorOfTwoOfTheMeasuredPeak() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        QSKIP("the sanitizer's own memory is several times the program's");
#endif
        QFETCH(QStringList, arguments);
        if (const auto at = arguments.indexOf("OUT"); at >= 0) arguments[at] = out_;
        const Outcome outcome = run(arguments + QStringList{"--json", "-q"});
        QVERIFY2(outcome.status == 0, outcome.err);
        const QJsonObject report = QJsonDocument::fromJson(outcome.out).object();
        const double ratio = report["memory_forecast_bytes"].toDouble() / report["peak_memory_bytes"].toDouble();
        QVERIFY2(ratio > 0.5 && ratio < 2.0,
                 qPrintable(QString("forecast / peak = %1, peak %2 MB").arg(ratio).arg(report["peak_memory_bytes"].toDouble() / 1e6)));
    }

    void memoryIsHeldToWhatIsAllowed() {
        QStringList large = quantize(out_);
        large[large.indexOf("--n-samples") + 1] = "100000";
        const Outcome refused = run(large + QStringList{"--max-memory", "1G", "-q"});
        QVERIFY2(refused.status == 1, refused.err);
        QVERIFY2(refused.err.contains("max-memory: expected a job that needs at most 1.07 GB, found one that is forecast to need"),
                 refused.err);
        QVERIFY(QDir(folder_->path()).isEmpty(QDir::NoDotAndDotDot | QDir::AllEntries | QDir::Hidden));
        const Outcome allowed = run(quantize(out_) + QStringList{"--max-memory", "4G", "-q"});
        QVERIFY2(allowed.status == 0, allowed.err);
        QVERIFY(allowed.out.contains("peak memory: ") && allowed.out.contains("(forecast "));
    }

    void otherCommandsObeyTheirLimitOfMemoryToo_data() {
        QTest::addColumn<QStringList>("arguments");
        const QString calib = kDemo + "/calib.txt";
        const QString eval = kDemo + "/eval.txt";
        const QString captured = QString::fromStdString((salient::test::testDataFolder() / "inputs/capture.npz").string());
        QTest::newRow("perplexity") << QStringList{"perplexity", kModel, "--text", eval};
        QTest::newRow("channels") << QStringList{"channels", kModel, "--text", calib};
        QTest::newRow("channels of captured inputs") << QStringList{"channels", kModel, "--inputs", captured};
        QTest::newRow("sensitivity") << QStringList{"sensitivity", kModel, "--method", "rtn", "--text", calib, "--eval-text", eval};
        QTest::newRow("layers") << QStringList{"layers", kModel, "--inputs", captured, "--method", "rtn"};
        QTest::newRow("layer") << oneLayer("rtn");
        QTest::newRow("verify") << QStringList{"verify", kModel};
        QTest::newRow("verify, with the original") << QStringList{"verify", kModel, "--original", kModel};
        QTest::newRow("a recipe") << QStringList{"compare", kModel, "--methods", "rtn", "--text", calib, "--eval-text", eval};
        QTest::newRow("calibration") << QStringList{"calibration", kModel, "--method", "rtn", "--text", calib, "--against", eval};
    }
    void otherCommandsObeyTheirLimitOfMemoryToo() {
        QFETCH(QStringList, arguments);
        // Less than the program itself takes: whatever is forecast is more.
        const Outcome refused = run(arguments + QStringList{"--max-memory", "10M", "-q"});
        QVERIFY2(refused.status == 1, refused.err);
        QCOMPARE(refused.err.count('\n'), 1);
        QVERIFY2(refused.err.contains("max-memory: expected a job that needs at most 10.5 MB, found one that is forecast to need ") &&
                     refused.err.trimmed().endsWith(" need less"),
                 refused.err);
        QVERIFY2(refused.out.isEmpty(), refused.out);
    }

    void whatAllowsEnoughMemoryIsNoHindrance() {
        const QStringList few = {"--max-memory", "4G", "-q"};
        const Outcome perplexity =
            run(QStringList{"perplexity", kModel, "--text", kDemo + "/eval.txt", "--seq-len", "64", "--n-windows", "2"} + few);
        QVERIFY2(perplexity.status == 0, perplexity.err);
        QVERIFY2(perplexity.out.contains("\npeak memory: ") && perplexity.out.contains(" (forecast "), perplexity.out);
        const Outcome channels = run(QStringList{"channels", kModel, "--text", kDemo + "/calib.txt", "--n-samples", "2", "--seq-len", "64",
                                                 "--layer", "0.mlp.up_proj"} +
                                     few);
        QVERIFY2(channels.status == 0, channels.err);
        QVERIFY2(channels.out.contains("\npeak memory: "), channels.out);
        for (const QStringList& arguments : {oneLayer("rtn"), QStringList{"verify", kModel}}) {
            const Outcome done = run(arguments + few);
            QVERIFY2(done.status == 0, done.err);
            QVERIFY2(done.out.contains("\npeak memory: ") && done.out.contains(" (forecast "), done.out);
        }
    }

    void killedAtAnyMomentItGoesOnWithTheSameBits_data() {
        QTest::addColumn<QStringList>("method");
        QTest::newRow("gptq, quantized feed, true-sequential")
            << QStringList{"--method", "gptq", "--true-sequential", "--feed", "quantized"};
        QTest::newRow("awq+gptq") << QStringList{"--method", "awq+gptq", "--symmetric"};
    }
    void killedAtAnyMomentItGoesOnWithTheSameBits() {
        QFETCH(QStringList, method);
        const QString whole = folder_->filePath("whole");
        QElapsedTimer timer;
        timer.start();
        const Outcome uninterrupted = run(quantize(whole, method) + QStringList{"-q"});
        QVERIFY2(uninterrupted.status == 0, uninterrupted.err);
        const auto usual = static_cast<unsigned>(timer.elapsed());
        const auto expected = contentOf(whole.toStdString());
        // Seeded moments of the usual duration. Nothing is asserted of the time: each moment is as good as another. But the first round is
        // killed with its first finished block and then left alone, so that something is resumed however the machine's speed changes.
        std::mt19937 random(20240607);
        const QString record = folder_->filePath(".out.unfinished/job.json");
        const auto finishesBeforeItsFirstBlock = [&](QProcess& process) {
            while (!QFile::exists(record)) {
                if (process.waitForFinished(1)) return true;
            }
            return false;
        };
        int n_killed = 0;
        int n_resumed = 0;
        for (int round = 0; round < 3; ++round) {
            for (int attempt = 0; attempt < 12 && !QFileInfo::exists(out_); ++attempt) {
                QProcess process;
                process.start(SALIENT_CLI, quantize(out_, method) + QStringList{"-q", "--resume", "--json"});
                QVERIFY(process.waitForStarted());
                const bool is_left_alone = attempt == 11 || (round == 0 && attempt > 0);
                const int moment_ms = is_left_alone ? 120000 : static_cast<int>(usual / 4 + random() % usual);
                const bool is_first = round == 0 && attempt == 0;
                if (!(is_first ? finishesBeforeItsFirstBlock(process) : process.waitForFinished(moment_ms))) {
                    ::kill(static_cast<pid_t>(process.processId()), SIGKILL);
                    QVERIFY(process.waitForFinished());
                    ++n_killed;
                    if (QFileInfo::exists(out_)) QVERIFY(contentOf(out_.toStdString()) == expected);
                    continue;
                }
                QVERIFY2(process.exitCode() == 0, process.readAllStandardError());
                n_resumed += process.readAllStandardOutput().contains("\"n_blocks_resumed\"") ? 1 : 0;
            }
            QVERIFY(contentOf(out_.toStdString()) == expected);
            QVERIFY(QDir(out_).removeRecursively());
            // Killed between the last rename and the clearing up, a job leaves its place with nothing to go on from: the next one begins.
            QStringList left = QDir(folder_->path()).entryList(QDir::NoDotAndDotDot | QDir::AllEntries | QDir::Hidden);
            left.removeOne(QStringLiteral(".out.unfinished"));
            QCOMPARE(left, QStringList{"whole"});
        }
        QVERIFY2(n_killed > 0, "no run was killed");
        QVERIFY2(n_resumed > 0, "no run was resumed");
    }

    void severalRunsKilledAtAnyMomentGoOnWithTheSameBits() {
        const auto writeRecipe = [&](const QString& name) {
            QFile file(folder_->filePath(name + ".json"));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(QStringLiteral(R"({"model": "%1", "calibration": {"text": "%2/calib.txt", "n_samples": 8, "seq_len": 64},
                "threads": 2, "report": "%3/report", "runs": [
                {"method": {"name": "gptq"}, "export": {"format": "gptq", "out": "%3/gptq"}},
                {"name": "rounded", "method": {"name": "rtn"}},
                {"method": {"name": "awq+gptq"}, "export": {"format": "compressed-tensors", "out": "%3/both"}},
                {"name": "fed", "method": {"name": "gptq", "feed": "quantized"}, "export": {"format": "dequantized", "out": "%3/fed"}}]})")
                           .arg(kModel, kDemo, name)
                           .toUtf8());
            QVERIFY(QDir(folder_->path()).mkdir(name));
        };
        const auto exportsOf = [&](const QString& name) {
            std::map<std::string, std::string> all = contentOf(folder_->filePath(name).toStdString());
            std::erase_if(all, [](const auto& file) { return file.first.starts_with("report/"); });  // which holds times
            return all;
        };
        writeRecipe("whole");
        QElapsedTimer timer;
        timer.start();
        const Outcome whole = run({"run", folder_->filePath("whole.json"), "-q"});
        QVERIFY2(whole.status == 0, whole.err);
        const auto usual = static_cast<unsigned>(timer.elapsed());
        const auto expected = exportsOf("whole");

        writeRecipe("out");
        const QString place = folder_->filePath("out/.gptq.unfinished-job");
        const QStringList arguments = {"run", folder_->filePath("out.json"), "-q", "--resume"};
        // The first one is killed with the first block that all runs share, later ones at seeded moments of a part of the usual duration,
        // the last is left alone.
        std::mt19937 random(20240608);
        int n_killed = 0;
        bool is_finished = false;
        for (int attempt = 0; attempt < 10 && !is_finished; ++attempt) {
            QProcess process;
            process.start(SALIENT_CLI, arguments);
            QVERIFY(process.waitForStarted());
            bool has_ended = false;
            if (attempt == 0) {
                while (!has_ended && !QFile::exists(place + "/calibration/block-0.safetensors")) has_ended = process.waitForFinished(1);
            } else {
                has_ended = process.waitForFinished(attempt == 9 ? 120000 : static_cast<int>(usual / 5 + random() % (usual / 2 + 1)));
            }
            if (has_ended) {
                QVERIFY2(process.exitCode() == 0, process.readAllStandardError());
                is_finished = true;
                continue;
            }
            ::kill(static_cast<pid_t>(process.processId()), SIGKILL);
            QVERIFY(process.waitForFinished());
            ++n_killed;
            // What has its name is whole.
            for (const auto& [file, bytes] : exportsOf("out")) {
                if (!file.starts_with('.')) QVERIFY2(expected.at(file) == bytes, file.c_str());
            }
            // While it cleared up, there is nothing left to do.
            is_finished = QFile::exists(folder_->filePath("out/report/report.html")) && !QFile::exists(place + "/job.json");
        }
        QVERIFY2(n_killed > 0, "no job was killed");
        QVERIFY(is_finished);
        QStringList left = QDir(folder_->filePath("out")).entryList(QDir::NoDotAndDotDot | QDir::AllEntries | QDir::Hidden);
        left.removeOne(QStringLiteral(".gptq.unfinished-job"));  // killed while it cleared up
        QCOMPARE(left, (QStringList{"both", "fed", "gptq", "report"}));
        auto found = exportsOf("out");
        std::erase_if(found, [](const auto& file) { return file.first.starts_with('.'); });
        QVERIFY(found == expected);
        // The report is that of the whole job, whoever made its parts.
        const auto methodsOf = [&](const QString& name) {
            QFile file(folder_->filePath(name + "/report/report.json"));
            return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object()["methods"].toArray() : QJsonArray();
        };
        const QJsonArray methods = methodsOf("out");
        const QJsonArray whole_methods = methodsOf("whole");
        QCOMPARE(methods.size(), qsizetype{4});
        QCOMPARE(whole_methods.size(), qsizetype{4});
        for (qsizetype i = 0; i < methods.size(); ++i) {
            for (const char* key : {"name", "relative_output_error", "bytes", "counts", "verified"})
                QCOMPARE(methods[i].toObject()[key], whole_methods[i].toObject()[key]);
        }
    }

    void anUnfinishedComparisonIsOfferedByTheNextStart() {
        const QString place = folder_->filePath("kept");
        const QStringList arguments = {
            "compare",   kModel,        "--methods",         "gptq,awq+gptq", "--text", kDemo + "/calib.txt", "--n-samples",
            "8",         "--eval-text", kDemo + "/eval.txt", "--n-windows",   "2",      "--seq-len",          "64",
            "--threads", "2",           "--unfinished",      place,           "-q"};
        QProcess process;
        process.start(SALIENT_CLI, arguments);
        QVERIFY(process.waitForStarted());
        while (!QFile::exists(place + "/run-1/block-0.safetensors") && !process.waitForFinished(1)) {
        }
        QVERIFY(process.state() == QProcess::Running);
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        const Outcome cancelled = outcomeOf(process);
        QVERIFY2(cancelled.status == 130, cancelled.err);
        QCOMPARE(cancelled.err.count('\n'), 1);
        QVERIFY2(cancelled.err.contains("cancelled; what is finished is kept in " + place.toUtf8()), cancelled.err);
        const Outcome refused = run(arguments);
        QCOMPARE(refused.status, 1);
        QVERIFY2(refused.err.contains("found an unfinished one in " + place.toUtf8()) && refused.err.contains("--resume"), refused.err);
        QStringList changed = arguments;
        changed.replace(changed.indexOf("gptq,awq+gptq"), "gptq,awq");
        const Outcome other = run(changed + QStringList{"--resume"});
        QCOMPARE(other.status, 1);
        QVERIFY2(other.err.contains("found another (runs[1].name: awq+gptq then, awq now"), other.err);
        const Outcome resumed = run(arguments + QStringList{"--resume"});
        QVERIFY2(resumed.status == 0, resumed.err);
        QVERIFY2(resumed.out.contains("\nresumed: gptq: "), resumed.out);
        QVERIFY(!QFile::exists(place));
        QVERIFY(QDir(folder_->path()).isEmpty(QDir::NoDotAndDotDot | QDir::AllEntries | QDir::Hidden));
    }

    void anUnfinishedJobIsOfferedByTheNextStart() {
        QProcess process;
        process.start(SALIENT_CLI, quantize(out_, {"--method", "awq+gptq", "--symmetric"}) + QStringList{"-q"});
        QVERIFY(process.waitForStarted());
        const QString record = folder_->filePath(".out.unfinished/job.json");
        while (!QFile::exists(record) && !process.waitForFinished(1)) {
        }
        ::kill(static_cast<pid_t>(process.processId()), SIGKILL);
        QVERIFY(process.waitForFinished());
        QVERIFY(QFile::exists(record));
        const Outcome refused = run(quantize(out_, {"--method", "awq+gptq", "--symmetric"}) + QStringList{"-q"});
        QCOMPARE(refused.status, 1);
        QVERIFY2(refused.err.contains(".out.unfinished, ") && refused.err.contains("--resume"), refused.err);
        const Outcome other = run(quantize(out_, {"--method", "gptq"}) + QStringList{"-q", "--resume"});
        QCOMPARE(other.status, 1);
        QVERIFY2(other.err.contains("found another (settings."), other.err);
        // On as many threads as the machine has by then: the bits are the same.
        QStringList elsewhere = quantize(out_, {"--method", "awq+gptq", "--symmetric"}) + QStringList{"-q", "--resume"};
        elsewhere[elsewhere.indexOf("--threads") + 1] = "1";
        const Outcome resumed = run(elsewhere);
        QVERIFY2(resumed.status == 0, resumed.err);
        QVERIFY2(resumed.out.contains("\nresumed: "), resumed.out);
        const QString whole = folder_->filePath("whole");
        const Outcome uninterrupted = run(quantize(whole, {"--method", "awq+gptq", "--symmetric"}) + QStringList{"-q"});
        QVERIFY2(uninterrupted.status == 0, uninterrupted.err);
        QVERIFY(contentOf(out_.toStdString()) == contentOf(whole.toStdString()));
    }

    void anInterruptKeepsFinishedBlocks_data() {
        QTest::addColumn<int>("interrupt");
        QTest::newRow("Ctrl-C") << SIGINT;
        QTest::newRow("what ends a job of a cluster") << SIGTERM;
    }
    void anInterruptKeepsFinishedBlocks() {
        QFETCH(int, interrupt);
        const QStringList arguments = quantize(out_, {"--method", "awq+gptq", "--symmetric"}) + QStringList{"-q"};
        QProcess process;
        process.start(SALIENT_CLI, arguments);
        QVERIFY(process.waitForStarted());
        const QString place = folder_->filePath(".out.unfinished");
        while (!QFile::exists(place + "/job.json") && !process.waitForFinished(1)) {
        }
        ::kill(static_cast<pid_t>(process.processId()), interrupt);
        const Outcome cancelled = outcomeOf(process);
        QVERIFY2(cancelled.status == 130, cancelled.err);
        QCOMPARE(cancelled.err.count('\n'), 1);
        QVERIFY2(cancelled.err.contains("cancelled; what is finished is kept in " + place.toUtf8()), cancelled.err);
        QVERIFY2(cancelled.err.contains(" of 4 blocks done: go on with it (--resume)"), cancelled.err);
        QCOMPARE(QDir(folder_->path()).entryList(QDir::NoDotAndDotDot | QDir::AllEntries | QDir::Hidden), QStringList{".out.unfinished"});
        const Outcome resumed = run(arguments + QStringList{"--resume"});
        QVERIFY2(resumed.status == 0, resumed.err);
        QVERIFY2(resumed.out.contains("\nresumed: "), resumed.out);
        QCOMPARE(QDir(folder_->path()).entryList(QDir::NoDotAndDotDot | QDir::AllEntries | QDir::Hidden), QStringList{"out"});
    }

private:
    std::unique_ptr<QTemporaryDir> folder_;
    QString out_;
    std::map<std::string, std::string> original_;
};

QTEST_GUILESS_MAIN(TestFaults)
#include "tst_faults.moc"
