#include "app/gui/report_pdf.h"

#include <QImage>
#include <QPageLayout>
#include <QPainter>
#include <QPdfWriter>
#include <QRegularExpression>
#include <QSaveFile>
#include <QSvgRenderer>
#include <QTextDocument>
#include <QThread>
#include <QUrl>
#include <exception>
#include <memory>

#include "core/error.h"

namespace salient {

namespace {

constexpr int kResolution = 200;         // dots per inch of the plots
constexpr double kPlotWidth_px = 900.0;  // on a page of …
constexpr double kPageWidth_px = 1000.0;

/// What the page's style sheet gives the plots on white paper; Qt's SVG knows no variables.
const QString kPlotStyle = QStringLiteral(
    "<style>text{font-family:sans-serif;font-size:11px;fill:#5b6475} .title{font-size:12px;fill:#1d2330} .inside{fill:#ffffff} "
    ".grid,.row{stroke:#d8dde6} .segment{stroke:#f5f7fa} .reference{fill:none;stroke:#1d2330;stroke-width:2} .series0{fill:#8f98a8} "
    ".series1{fill:#0072b2} .series2{fill:#d55e00} .series3{fill:#009e73} .series4{fill:#b0608c} .series5{fill:#8a6700} "
    ".series6{fill:#3f6f9f} .series7{fill:#7a4f9e}</style>");

const QString kPageStyle = QStringLiteral(
    "body{font-family:sans-serif;font-size:9pt;color:#1d2330} h1{font-size:16pt} h2{font-size:12pt} th{color:#5b6475;text-align:right} "
    "td{text-align:right;padding-right:8px} .left{text-align:left} .muted,figcaption{color:#5b6475} pre{font-size:7pt}");

QImage drawn(const QString& svg) {
    QString standing = svg;
    standing.replace(QStringLiteral("<svg "), QStringLiteral("<svg xmlns=\"http://www.w3.org/2000/svg\" "));
    standing.insert(standing.indexOf(QLatin1Char('>')) + 1, kPlotStyle);
    QSvgRenderer renderer(standing.toUtf8());
    const double scale = kResolution / 96.0;
    const QSizeF size = renderer.defaultSize();
    if (size.isEmpty()) return {};
    const double height = kPlotWidth_px * size.height() / size.width();
    QImage picture((QSizeF(kPlotWidth_px, height) * scale).toSize(), QImage::Format_RGB32);
    picture.fill(Qt::white);
    QPainter painter(&picture);
    renderer.render(&painter);
    return picture;
}

void writePages(const std::string& html, const QString& file) {
    QString page = QString::fromStdString(html);
    QTextDocument document;
    document.setDefaultStyleSheet(kPageStyle);
    static const QRegularExpression own_style(QStringLiteral("<style>.*?</style>"), QRegularExpression::DotMatchesEverythingOption);
    page.remove(own_style);
    static const QRegularExpression plot(QStringLiteral("<svg .*?</svg>"), QRegularExpression::DotMatchesEverythingOption);
    for (int n = 0;; ++n) {
        const QRegularExpressionMatch match = plot.match(page);
        if (!match.hasMatch()) break;
        const QString name = QStringLiteral("plot:%1").arg(n);
        document.addResource(QTextDocument::ImageResource, QUrl(name), drawn(match.captured()));
        page.replace(match.capturedStart(), match.capturedLength(),
                     QStringLiteral("<img src=\"%1\" width=\"%2\">").arg(name).arg(kPlotWidth_px));
    }
    document.setHtml(page);
    QSaveFile target(file);
    const auto fail = [&] {
        throw Error(ErrorCode::Io, "write report: " + file.toStdString() + ": cannot be written: " + target.errorString().toStdString());
    };
    if (!target.open(QIODevice::WriteOnly)) fail();
    {
        QPdfWriter writer(&target);
        writer.setPageLayout(
            QPageLayout(QPageSize(QPageSize::A4), QPageLayout::Landscape, QMarginsF(12, 12, 12, 12), QPageLayout::Millimeter));
        writer.setCreator(QStringLiteral("Salient " SALIENT_VERSION));
        writer.setResolution(static_cast<int>(kPageWidth_px / (writer.pageLayout().paintRect(QPageLayout::Inch).width())));
        document.setPageSize(QSizeF(writer.pageLayout().paintRectPixels(writer.resolution()).size()));
        document.print(&writer);
    }
    if (!target.commit()) fail();
}

}  // namespace

void writeReportPdf(const std::string& html, const QString& file) {
    // A document's layout keeps timers, which only Qt's own threads have.
    std::exception_ptr failure;
    const std::unique_ptr<QThread> thread(QThread::create([&] {
        try {
            writePages(html, file);
        } catch (...) {
            failure = std::current_exception();
        }
    }));
    thread->start();
    thread->wait();
    if (failure) std::rethrow_exception(failure);
}

}  // namespace salient
