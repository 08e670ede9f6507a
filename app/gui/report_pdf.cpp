#include "app/gui/report_pdf.h"

#include <QCoreApplication>
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

class Words {
    Q_DECLARE_TR_FUNCTIONS(reportPdf)
};

constexpr int kResolution = 200;  // dots per inch of the plots
constexpr double kPageWidth_px = 1000.0;
constexpr double kPlotWidth_px = 900.0;
constexpr double kPlotHeight_px = 560.0;

/// What the page's style sheet gives the plots on white paper; Qt's SVG knows no variables.
const QString kPlotStyle = QStringLiteral(
    "<style>text{font-family:sans-serif;font-size:11px;fill:#5b6475} .title{font-size:12px;fill:#1d2330} .inside{fill:#ffffff} "
    ".grid,.row{stroke:#d8dde6} .segment{stroke:#f5f7fa} .reference{fill:none;stroke:#1d2330;stroke-width:2} .series0{fill:#8f98a8} "
    ".series1{fill:#0072b2} .series2{fill:#d55e00} .series3{fill:#009e73} .series4{fill:#b0608c} .series5{fill:#8a6700} "
    ".series6{fill:#3f6f9f} .series7{fill:#7a4f9e}</style>");

const QString kPageStyle = QStringLiteral(
    "body{font-family:sans-serif;font-size:9pt;color:#1d2330} h1{font-size:16pt} h2{font-size:12pt} th{color:#5b6475;text-align:right} "
    "td{text-align:right;padding-right:8px} .left{text-align:left} .muted,figcaption{color:#5b6475} pre{font-size:7pt}");

/// A plot as a picture, and how large it stands on the page: as wide as it may be without being higher than a page.
struct Plot {
    QImage picture;
    QSize size;
};

Plot drawn(const QString& svg) {
    QString standing = svg;
    standing.replace(QStringLiteral("<svg "), QStringLiteral("<svg xmlns=\"http://www.w3.org/2000/svg\" "));
    standing.insert(standing.indexOf(QLatin1Char('>')) + 1, kPlotStyle);
    QSvgRenderer renderer(standing.toUtf8());
    Plot plot;
    plot.size = renderer.viewBoxF().size().scaled(kPlotWidth_px, kPlotHeight_px, Qt::KeepAspectRatio).toSize();
    if (plot.size.isEmpty()) return plot;
    plot.picture = QImage(plot.size * kResolution / 96, QImage::Format_RGB32);
    plot.picture.fill(Qt::white);
    QPainter painter(&plot.picture);
    renderer.render(&painter);
    return plot;
}

void writePages(const std::string& html, const QString& file) {
    QString page = QString::fromStdString(html);
    QTextDocument document;
    document.setDefaultStyleSheet(kPageStyle);
    static const QRegularExpression own_style(QStringLiteral("<style>.*?</style>"), QRegularExpression::DotMatchesEverythingOption);
    page.remove(own_style);
    static const QRegularExpression svg(QStringLiteral("<svg .*?</svg>"), QRegularExpression::DotMatchesEverythingOption);
    for (int n = 0;; ++n) {
        const QRegularExpressionMatch match = svg.match(page);
        if (!match.hasMatch()) break;
        const QString name = QStringLiteral("plot:%1").arg(n);
        const Plot plot = drawn(match.captured());
        document.addResource(QTextDocument::ImageResource, QUrl(name), plot.picture);
        page.replace(
            match.capturedStart(), match.capturedLength(),
            QStringLiteral("<p><img src=\"%1\" width=\"%2\" height=\"%3\"></p>").arg(name).arg(plot.size.width()).arg(plot.size.height()));
    }
    for (const auto& [from, to] : {std::pair("<figcaption>", "<p class=\"muted\">"), std::pair("</figcaption>", "</p>")})
        page.replace(QLatin1String(from), QLatin1String(to));
    document.setHtml(page);
    QSaveFile target(file);
    const auto fail = [&] {
        throw Error(ErrorCode::Io, Words::tr("write report: %1: cannot be written: %2").arg(file, target.errorString()).toStdString());
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
