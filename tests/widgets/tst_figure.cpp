#include <QImage>
#include <QTemporaryDir>
#include <QTest>
#include <cstdlib>

#include "core/error.h"
#include "widgets/chart.h"
#include "widgets/figure.h"
#include "widgets/heatmap_view.h"

using namespace salient;

namespace {

QByteArray bytesOf(const QString& file) {
    QFile opened(file);
    return opened.open(QIODevice::ReadOnly) ? opened.readAll() : QByteArray();
}

/// Whether such a colour is between those columns of pixels, within what smoothing does to it.
bool holds(const QImage& image, QRgb colour, int first, int last) {
    const auto is_near = [](int a, int b) { return std::abs(a - b) <= 8; };
    for (int y = 0; y < image.height(); ++y) {
        for (int x = first; x < last; ++x) {
            const QRgb found = image.pixel(x, y);
            if (is_near(qRed(found), qRed(colour)) && is_near(qGreen(found), qGreen(colour)) && is_near(qBlue(found), qBlue(colour)))
                return true;
        }
    }
    return false;
}

const QString kProvenance = QStringLiteral("Model: demo <x>\nLayer: model.layers.0.mlp.up_proj");

}  // namespace

class TestFigure : public QObject {
    Q_OBJECT

private slots:
    void init() {
        chart_.resize(500, 300);
        chart_.setTitle(QStringLiteral("Error of every layer"));
        ChartSeries line;
        line.name = QStringLiteral("GPTQ");
        line.x = {0.0, 1.0, 2.0};
        line.y = {0.5, 0.25, 0.125};
        chart_.setSeries({line});
        chart_.show();
    }

    void picturesCarryTheirProvenance() {
        const QString png = folder_.filePath("a.png");
        saveFigure(figure(), png, kProvenance);
        const QImage image(png);
        QCOMPARE(image.width(), 1500);
        QVERIFY(image.height() > 900);  // with the provenance below
        QCOMPARE(image.text("Title"), QString("Error of every layer"));
        // PNG stores text with its line ends.
        QCOMPARE(image.text("Description").simplified(), kProvenance.simplified());
        const QString svg = folder_.filePath("a.svg");
        saveFigure(figure(), svg, kProvenance);
        const QByteArray text = bytesOf(svg);
        QVERIFY(text.contains("<title>Error of every layer</title>") && text.contains("model.layers.0.mlp.up_proj"));
        QVERIFY(!text.contains("<x>"));
        QVERIFY(text.contains("<polyline") || text.contains("<path"));  // drawn, not a photograph
        const QString pdf = folder_.filePath("a.pdf");
        saveFigure(figure(), pdf, kProvenance);
        QVERIFY(bytesOf(pdf).startsWith("%PDF-"));
        QVERIFY(bytesOf(pdf).size() > 1000);
    }

    void dataCarryTheirsToo() {
        const QString csv = folder_.filePath("a.csv");
        saveFigure(figure(), csv, kProvenance);
        const QStringList lines = QString::fromUtf8(bytesOf(csv)).split('\n');
        QCOMPARE(lines[0], QString("# Error of every layer"));
        QCOMPARE(lines[2], QString("# Layer: model.layers.0.mlp.up_proj"));
        QVERIFY(lines.contains("1,0.25"));
    }

    void aScaleStandsBesideThePictureWithItsUnit() {
        Figure scaled = figure();
        scaled.scale = FigureScale{divergingScale(2.0F), QStringLiteral("ŵ − w")};
        const QString png = folder_.filePath("scaled.png");
        saveFigure(scaled, png, kProvenance);
        const QImage image(png);
        QVERIFY(image.width() > 1500);
        QVERIFY(!holds(image, colourOf(2.0F, divergingScale(2.0F)), 0, 1500));  // not in the view's own part
        QVERIFY(holds(image, colourOf(2.0F, divergingScale(2.0F)), 1500, image.width()));
        QVERIFY(holds(image, colourOf(-2.0F, divergingScale(2.0F)), 1500, image.width()));
        const QString svg = folder_.filePath("scaled.svg");
        saveFigure(scaled, svg, kProvenance);
        QVERIFY(QString::fromUtf8(bytesOf(svg)).contains(QStringLiteral("ŵ − w")));
        saveFigure(scaled, folder_.filePath("scaled.pdf"), kProvenance);
        QVERIFY(bytesOf(folder_.filePath("scaled.pdf")).size() > 1000);
    }

    void aHeatmapsDataAreTheCellsInSight() {
        HeatmapView view;
        view.resize(400, 300);
        auto matrix = std::make_shared<Matrix>(4, 6);
        for (Index i = 0; i < 24; ++i) matrix->data()[i] = static_cast<float>(i) * 0.5F;
        view.setMatrix(matrix);
        view.setAxisNames("row", "channel");
        view.setViewport({1.0, 2.0, 2.0, 3.0});
        QCOMPARE(view.toCsv(), QString("\"row \\ channel\",2,3,4\n1,4,4.5,5\n2,7,7.5,8\n"));
        view.setMatrix(std::make_shared<Matrix>(Matrix::Zero(2000, 1000)));
        QVERIFY_EXCEPTION_THROWN((void)view.toCsv(), Error);
    }

    void whatCannotBeWrittenIsSaid() {
        QVERIFY_EXCEPTION_THROWN(saveFigure(figure(), folder_.filePath("a.bmp"), {}), Error);
        QVERIFY_EXCEPTION_THROWN(saveFigure(figure(), folder_.filePath("none/a.png"), {}), Error);
        QVERIFY(!QFile::exists(folder_.filePath("a.bmp")));
    }

    void namesOfFilesAreMadeOfTitles() {
        QCOMPARE(figureFileName("Loss ½ tr(D H Dᵀ)"), QString("loss-tr-d-h-d"));
        QCOMPARE(figureFileName("GPTQ 4-bit — output error 0.909 %"), QString("gptq-4-bit-output-error-0-909"));
        QCOMPARE(figureFileName("…"), QString("figure"));
    }

private:
    [[nodiscard]] Figure figure() {
        return {&chart_, chart_.title(), [this] { return chart_.toCsv(); }};
    }
    Chart chart_;
    QTemporaryDir folder_;
};

QTEST_MAIN(TestFigure)
#include "tst_figure.moc"
