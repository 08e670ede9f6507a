#include <QRegularExpression>
#include <QStringList>
#include <QTest>
#include <QXmlStreamReader>
#include <cmath>

#include "core/recipe/svg_chart.h"

using namespace salient;

namespace {

/// Parses as XML, and returns every text and title in it.
QStringList textsOf(const std::string& svg) {
    QXmlStreamReader reader(QString::fromStdString(svg));
    QStringList texts;
    while (!reader.atEnd()) {
        reader.readNext();
        if (reader.isCharacters() && !reader.isWhitespace()) texts << reader.text().toString();
    }
    if (reader.hasError()) return {};
    return texts;
}

}  // namespace

class TestSvgChart : public QObject {
    Q_OBJECT

private slots:
    void textIsEscaped() {
        QCOMPARE(escapeXml("<script>\"a\" & 'b'\x01</script>"),
                 std::string("&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39; &lt;/script&gt;"));
    }

    void everyChartIsWellFormedAndKeepsItsText() {
        const std::string nasty = "</svg><script>alert(1)</script>";
        const std::string dots = svgDotPlot({"a<b", "c"}, {{nasty, {1.0, 0.1}}, {"x", {std::nan(""), 0.0}}}, "error & more", "d\"e");
        QVERIFY(textsOf(dots).contains(QString::fromStdString(nasty)));
        QVERIFY(textsOf(dots).contains("error & more"));
        const std::string scatter = svgScatter({{nasty, 4.1, 2.0}, {"b", 3.0, 200.0}, {"r", 16.0, 1.9, true}}, "bits", "perplexity", "d");
        QVERIFY(textsOf(scatter).contains(QString::fromStdString(nasty)));
        const std::string shares = svgShares({"q", "k<"}, {{"run", {0.75, 0.25}}}, "d");
        QVERIFY(textsOf(shares).contains("k<"));
        for (const std::string& svg : {dots, scatter, shares}) {
            QVERIFY(svg.find("<script") == std::string::npos);
            QVERIFY(svg.find("nan") == std::string::npos && svg.find("inf") == std::string::npos);
        }
    }

    void emptyAndFlatDataDrawNothingStrange() {
        for (const std::string& svg : {svgDotPlot({}, {}, "x", "d"), svgScatter({}, "x", "y", "d"), svgShares({}, {}, "d"),
                                       svgDotPlot({"a"}, {{"zero", {0.0}}}, "x", "d"), svgScatter({{"one", 4.0, 2.0}}, "x", "y", "d"),
                                       svgScatter({{"one", 0.0, 0.0}, {"two", 0.0, 0.0}}, "x", "y", "d")}) {
            QVERIFY(svg.find("nan") == std::string::npos && svg.find("inf") == std::string::npos);
            QVERIFY(QXmlStreamReader(QString::fromStdString(svg)).readNext() != QXmlStreamReader::Invalid);
        }
    }

    void largerValuesLieFurtherRight() {
        const std::string svg = svgDotPlot({"s"}, {{"small", {0.01}}, {"large", {1.0}}}, "x", "d");
        const QRegularExpression circle("<circle class=\"series0\" cx=\"([0-9.]+)\" cy=\"[0-9.]+\" r=\"4.5\"><title>");
        auto match = circle.globalMatch(QString::fromStdString(svg));
        const double small = match.next().captured(1).toDouble();
        const double large = match.next().captured(1).toDouble();
        QVERIFY(large > small + 100);
    }
};

QTEST_APPLESS_MAIN(TestSvgChart)
#include "tst_svg_chart.moc"
