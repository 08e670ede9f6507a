#include <QByteArray>
#include <QTest>
#include <limits>
#include <ostream>
#include <sstream>

#include "app/cli/command.h"
#include "app/cli/harmless_output.h"
#include "app/cli/progress_line.h"
#include "app/cli/text_format.h"

using namespace salient::cli;
using salient::Progress;

class TestCliText : public QObject {
    Q_OBJECT

private slots:
    void numbersAreShort() {
        QCOMPARE(byteSize(7348696), std::string("7.35 MB"));
        QCOMPARE(byteSize(0), std::string("0 B"));
        QCOMPARE(byteSize(999999), std::string("1.00 MB"));
        QCOMPARE(significant(1.985740), std::string("1.986"));
        QCOMPARE(significant(0.000123456, 3), std::string("0.000123"));
        QCOMPARE(significant(1e-9, 3), std::string("1.00e-09"));
        QCOMPARE(significant(std::numeric_limits<double>::quiet_NaN()), std::string("nan"));
        QCOMPARE(percentage(0.04087), std::string("4.087 %"));
        QCOMPARE(clockTime(65.4), std::string("1:05"));
        QCOMPARE(clockTime(7400), std::string("2:03:20"));
    }

    void tablesAlignByCharacterNotByByte() {
        TextTable table({{"name", TextTable::Align::Left}, {"n"}});
        table.addRow({"é", "1"});
        table.addRow({"long name", "100"});
        QCOMPARE(table.text(), std::string("name         n\né            1\nlong name  100\n"));
    }

    void barsShowRateAndTimeLeft() {
        std::ostringstream err;
        ProgressLine line(err, ProgressLine::Style::Bar);
        const auto start = ProgressLine::Clock::now();
        line.show({"quantizing", 0, 100, "a"}, start);
        line.show({"quantizing", 1, 100, "b"}, start + std::chrono::milliseconds(50));  // too soon to be drawn
        line.show({"quantizing", 20, 100, "c"}, start + std::chrono::seconds(10));
        QVERIFY(err.str().find("b") == std::string::npos);
        QVERIFY2(err.str().find(" 20 %, 2.00/s, 0:40 left  c") != std::string::npos, err.str().c_str());
        line.clear();
        QVERIFY(err.str().ends_with("\r\x1b[K"));
    }

    void withoutATerminalLinesAreSparse() {
        std::ostringstream err;
        ProgressLine line(err, ProgressLine::Style::SparseLines);
        const auto start = ProgressLine::Clock::now();
        for (int i = 0; i <= 200; ++i) line.show({"calibrating", i, 200, ""}, start + std::chrono::milliseconds(100 * i));
        QCOMPARE(std::count(err.view().begin(), err.view().end(), '\n'), std::ptrdiff_t{3});  // at 0, 10 and 20 s
        QVERIFY(err.view().find('\r') == std::string_view::npos);
    }

    void aWarningIsOneLine() {
        std::ostringstream out;
        std::ostringstream err;
        salient::JobContext job;
        const Context context{{}, out, err, job};
        context.warn("first\nsecond \x1b[2J");
        QCOMPARE(err.str(), std::string("salient-cli: warning: first\\x0Asecond \\x1B[2J\n"));
    }

    void aDocumentHoldsNoControlCharacter() {
        std::ostringstream out;
        std::ostringstream err;
        salient::JobContext job;
        const Context context{{}, out, err, job};
        const std::string name = "a\n\x1b\x7f\xC2\x9B caf\xC3\xA9";
        context.print({{"name", name}});
        QCOMPARE(out.str(), std::string("{\n  \"name\": \"a\\n\\u001b\\u007f\\u009b caf\xC3\xA9\"\n}\n"));
        QCOMPARE(salient::Json::parse(out.str()).at("name").get<std::string>(), name);
    }

    void aRowIsOneLineWhateverItsCellsHold() {
        TextTable table({{"a\x1b", TextTable::Align::Left}, {"n"}});
        table.addRow({"b\npassed", "1"});
        QCOMPARE(table.text(), std::string("a\\x1B        n\nb\\x0Apassed  1\n"));
    }

    void aDetailOfProgressIsOneLine() {
        std::ostringstream err;
        ProgressLine line(err, ProgressLine::Style::SparseLines);
        line.show({"reading", 0, 10, "x\n\x1b[2J\xC2\x9B"});
        QCOMPARE(err.str(), std::string("reading   0 %  x\\x0A\\x1B[2J\\x9B\n"));
    }

    void noControlCharacterReachesTheTerminal_data() {
        QTest::addColumn<QByteArray>("written");
        QTest::addColumn<QByteArray>("printed");
        QTest::newRow("text") << QByteArray("caf\xC3\xA9 \xC2\xA0|\n") << QByteArray("caf\xC3\xA9 \xC2\xA0|\n");
        QTest::newRow("escape sequence") << QByteArray("a\x1b[31mb\n") << QByteArray("a\\x1B[31mb\n");
        QTest::newRow("carriage return, tab, delete") << QByteArray("a\rb\tc\x7f\n") << QByteArray("a\\x0Db\\x09c\\x7F\n");
        QTest::newRow("beyond ASCII") << QByteArray("a\xC2\x9Bx\n") << QByteArray("a\\x9Bx\n");
        QTest::newRow("half a character") << QByteArray("a\xC2\n\xC2") << QByteArray("a\xC2\n\xC2");
    }
    void noControlCharacterReachesTheTerminal() {
        QFETCH(QByteArray, written);
        QFETCH(QByteArray, printed);
        std::ostringstream terminal;
        {
            HarmlessOutput harmless(*terminal.rdbuf());
            std::ostream out(&harmless);
            for (const char c : written) out << c << std::flush;  // a character in pieces is one all the same
            QVERIFY(out.good());
        }
        QCOMPARE(QByteArray::fromStdString(terminal.str()), printed);
    }

    void everyCommandIsListedInTheHelp() {
        std::ostringstream out;
        std::ostringstream err;
        const char* arguments[] = {"salient-cli", "--help"};
        QCOMPARE(runProgram(2, arguments, out, err, false, {}), 0);
        for (const char* command : {"info", "channels", "perplexity", "quantize", "compare", "layer", "verify", "run"}) {
            QVERIFY2(out.str().find(command) != std::string::npos, command);
        }
    }
};

QTEST_APPLESS_MAIN(TestCliText)
#include "tst_cli_text.moc"
