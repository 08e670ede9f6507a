#include <QTest>
#include <limits>
#include <sstream>

#include "app/cli/command.h"
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
        context.warn("first\nsecond");
        QCOMPARE(err.str(), std::string("salient-cli: warning: first second\n"));
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
