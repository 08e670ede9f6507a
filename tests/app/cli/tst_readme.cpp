#include <QFile>
#include <QFileInfo>
#include <QIODevice>
#include <QProcess>
#include <QRegularExpression>
#include <QRegularExpressionMatch>
#include <QStringList>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>

#include "tests/support/places.h"

namespace {

/// The blocks fenced by ``` in a text; those of commands have the language "sh".
QStringList fencedBlocks(const QString& text, const QString& language) {
    QStringList blocks;
    const QRegularExpression fence("^```(\\w*)\\n(.*?)^```$",
                                   QRegularExpression::MultilineOption | QRegularExpression::DotMatchesEverythingOption);
    for (auto match = fence.globalMatch(text); match.hasNext();) {
        const QRegularExpressionMatch block = match.next();
        if (block.captured(1) == language) blocks << block.captured(2);
    }
    return blocks;
}

/// The same words, and numbers that agree but for what the instructions of another processor round differently.
bool saysTheSame(const QString& expected, const QString& found) {
    static const QRegularExpression blank("\\s+");
    const QStringList expected_words = expected.split(blank, Qt::SkipEmptyParts);
    const QStringList found_words = found.split(blank, Qt::SkipEmptyParts);
    if (expected_words.size() != found_words.size()) return false;
    for (qsizetype i = 0; i < expected_words.size(); ++i) {
        bool is_number = false;
        const double number = expected_words[i].toDouble(&is_number);
        if (is_number ? std::abs(found_words[i].toDouble() / number - 1.0) > 0.02 : found_words[i] != expected_words[i]) return false;
    }
    return true;
}

}  // namespace

/// The worked example of README.md, as it is printed there.
class ReadmeTest : public QObject {
    Q_OBJECT

private slots:
    void theWorkedExamplePrintsWhatTheReadmeShows() {
        const QString source = QString::fromStdString(salient::test::sourceFolder().string());
        QFile readme(source + "/README.md");
        QVERIFY(readme.open(QIODevice::ReadOnly));
        const QString text = QString::fromUtf8(readme.readAll());
        const QString section = text.section("## One worked example", 1).section("\n## ", 0, 0);
        const QStringList commands = fencedBlocks(section, "sh");
        const QStringList shown = fencedBlocks(section, "");
        QCOMPARE(commands.size(), 2);
        QCOMPARE(shown.size(), 1);

        const QTemporaryDir folder;
        QString script = "set -e\n" + commands.join('\n');
        script.replace("/tmp/", folder.path() + "/").replace("../../build/release/bin", QFileInfo(SALIENT_CLI).path());
        QProcess process;
        process.setWorkingDirectory(source);
        process.start("bash", {"-c", script});
        QVERIFY(process.waitForFinished(550000));
        const QString output = QString::fromUtf8(process.readAllStandardOutput());
        QVERIFY2(process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0, process.readAllStandardError());

        const QStringList lines = output.split('\n');
        for (const QString& line : shown.front().split('\n', Qt::SkipEmptyParts)) {
            // A row that ends in seconds: these are anyone's.
            static const QRegularExpression seconds("^(?:rtn|gptq|awq|awq\\+gptq) .*?(\\s+\\S+)$");
            const qsizetype length = seconds.match(line).hasMatch() ? seconds.match(line).capturedStart(1) : line.size();
            const bool is_row = length < line.size();
            const bool is_printed = std::any_of(lines.begin(), lines.end(), [&](const QString& printed) {
                return saysTheSame(line.left(length), is_row ? printed.trimmed().section(QRegularExpression("\\s+\\S+$"), 0, 0) : printed);
            });
            QVERIFY2(is_printed, qPrintable("not printed: " + line + "\nbut:\n" + output));
        }
        // What the text says of the last command: output error and perplexity, without and with smoothing.
        static const QRegularExpression told("from ([0-9.]+) % to ([0-9.]+) % and perplexity from ([0-9.]+) to ([0-9.]+)\\.");
        const QRegularExpressionMatch figures = told.match(section);
        QVERIFY(figures.hasMatch());
        for (const auto& [method, error, perplexity] : {std::tuple("w8a8", 1, 3), std::tuple("smoothquant", 2, 4)}) {
            const QRegularExpression row("^" + QString(method) + " .* ([0-9.]+) % +([0-9.]+) +\\S+ +[0-9.]+ % +\\S+$",
                                         QRegularExpression::MultilineOption);
            const QRegularExpressionMatch found = row.match(output);
            QVERIFY2(found.hasMatch(), qPrintable(output));
            QVERIFY2(std::abs(found.captured(1).toDouble() / figures.captured(error).toDouble() - 1.0) < 0.02, method);
            QVERIFY2(std::abs(found.captured(2).toDouble() / figures.captured(perplexity).toDouble() - 1.0) < 0.02, method);
        }
    }
};

QTEST_GUILESS_MAIN(ReadmeTest)
#include "tst_readme.moc"
