#include "widgets/figure.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QFileInfo>
#include <QImage>
#include <QPainter>
#include <QPdfWriter>
#include <QSaveFile>
#include <QSvgGenerator>
#include <QWidget>
#include <algorithm>
#include <memory>

#include "core/error.h"
#include "widgets/colour_bar.h"
#include "widgets/theme.h"

namespace salient {

namespace {

class Words {
    Q_DECLARE_TR_FUNCTIONS(figure)
};

constexpr double kPixelsPerPoint = 3.0;
constexpr int kMargin = 8;
constexpr int kPdfResolution = 300;
constexpr double kScreenResolution = 96.0;

/// The view with its scale, if it has one, at the right and its provenance below, in the view's own units.
struct Sheet {
    QSize picture;  ///< view and scale
    QSize whole;
    QFont small;
    std::unique_ptr<ColourBar> scale;  ///< as high as the view; null: none
};

/// A legend for a view that is drawn without one.
std::unique_ptr<ColourBar> scaleBar(const QWidget& view, const FigureScale& scale) {
    auto bar = std::make_unique<ColourBar>();
    bar->setPalette(view.palette());
    bar->setFont(view.font());
    bar->setScale(scale.colours);
    bar->setUnit(scale.unit);
    bar->resize(bar->sizeHint().width(), std::max(bar->minimumSizeHint().height(), view.height() - 2 * kMargin));
    return bar;
}

Sheet sheetOf(const Figure& figure, const QString& provenance) {
    const QWidget& view = *figure.view;
    Sheet sheet;
    sheet.picture = view.size();
    if (figure.scale) {
        sheet.scale = scaleBar(view, *figure.scale);
        sheet.picture =
            QSize(view.width() + sheet.scale->width() + 2 * kMargin, std::max(view.height(), sheet.scale->height() + 2 * kMargin));
    }
    sheet.small = view.font();
    sheet.small.setPointSizeF(sheet.small.pointSizeF() * 0.8);
    const QRect room(0, 0, sheet.picture.width() - 2 * kMargin, 10000);
    const QRect text = QFontMetrics(sheet.small).boundingRect(room, Qt::AlignLeft | Qt::TextWordWrap, provenance);
    sheet.whole = QSize(sheet.picture.width(), sheet.picture.height() + text.height() + 2 * kMargin);
    return sheet;
}

void paint(QPainter& painter, QWidget& view, const Sheet& sheet, const QString& provenance) {
    painter.fillRect(QRect(QPoint(0, 0), sheet.whole), view.palette().window());
    view.render(&painter, QPoint(0, 0), {}, QWidget::DrawChildren);
    if (sheet.scale) sheet.scale->render(&painter, QPoint(view.width() + kMargin, kMargin), {}, QWidget::DrawChildren);
    painter.setFont(sheet.small);
    painter.setPen(mutedText(view.palette()));
    painter.drawText(QRect(kMargin, sheet.picture.height() + kMargin, sheet.picture.width() - 2 * kMargin, sheet.whole.height()),
                     Qt::AlignLeft | Qt::TextWordWrap, provenance);
}

QByteArray asPng(QWidget& view, const Sheet& sheet, const QString& title, const QString& provenance) {
    QImage image(sheet.whole * kPixelsPerPoint, QImage::Format_RGB32);
    image.setDevicePixelRatio(kPixelsPerPoint);
    image.setText(QStringLiteral("Title"), title);
    image.setText(QStringLiteral("Description"), provenance);
    {
        QPainter painter(&image);
        paint(painter, view, sheet, provenance);
    }
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG");
    return bytes;
}

QByteArray asSvg(QWidget& view, const Sheet& sheet, const QString& title, const QString& provenance) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setSize(sheet.whole);
    generator.setViewBox(QRect(QPoint(0, 0), sheet.whole));
    generator.setTitle(title.toHtmlEscaped());  // Qt 6.4 writes both as they are
    generator.setDescription(provenance.toHtmlEscaped());
    {
        QPainter painter(&generator);
        paint(painter, view, sheet, provenance);
    }
    return bytes;
}

QByteArray asPdf(QWidget& view, const Sheet& sheet, const QString& title, const QString& provenance) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    writer.setTitle(title);
    writer.setCreator(QStringLiteral("Salient " SALIENT_VERSION));
    writer.setResolution(kPdfResolution);
    writer.setPageSize(QPageSize(QSizeF(sheet.whole) / kScreenResolution, QPageSize::Inch));
    writer.setPageMargins(QMarginsF());
    {
        QPainter painter(&writer);
        painter.scale(kPdfResolution / kScreenResolution, kPdfResolution / kScreenResolution);
        paint(painter, view, sheet, provenance);
    }
    return bytes;
}

QByteArray asCsv(const Figure& figure, const QString& provenance) {
    QString text = QStringLiteral("# %1\n").arg(figure.title);
    for (const QString& line : provenance.split(QLatin1Char('\n'))) text += QStringLiteral("# %1\n").arg(line);
    return (text + figure.csv()).toUtf8();
}

}  // namespace

QString figureFilter() { return QStringLiteral("PNG (*.png);;SVG (*.svg);;PDF (*.pdf);;CSV (*.csv)"); }

QString figureFileName(const QString& title) {
    QString name;
    for (const QChar c : title.toLower()) {
        const bool is_kept = (c >= QLatin1Char('a') && c <= QLatin1Char('z')) || c.isDigit();
        if (is_kept) {
            name += c;
        } else if (!name.isEmpty() && !name.endsWith(QLatin1Char('-'))) {
            name += QLatin1Char('-');
        }
    }
    while (name.endsWith(QLatin1Char('-'))) name.chop(1);
    return name.isEmpty() ? QStringLiteral("figure") : name;
}

void saveFigure(const Figure& figure, const QString& file, const QString& provenance) {
    const QString suffix = QFileInfo(file).suffix().toLower();
    const Sheet sheet = sheetOf(figure, provenance);
    QByteArray bytes;
    if (suffix == QLatin1String("png")) {
        bytes = asPng(*figure.view, sheet, figure.title, provenance);
    } else if (suffix == QLatin1String("svg")) {
        bytes = asSvg(*figure.view, sheet, figure.title, provenance);
    } else if (suffix == QLatin1String("pdf")) {
        bytes = asPdf(*figure.view, sheet, figure.title, provenance);
    } else if (suffix == QLatin1String("csv")) {
        bytes = asCsv(figure, provenance);
    } else {
        throw Error(
            ErrorCode::InvalidOption,
            Words::tr("save figure: %1: expected a name that ends in .png, .svg, .pdf or .csv, found .%2").arg(file, suffix).toStdString());
    }
    QSaveFile target(file);
    if (!target.open(QIODevice::WriteOnly) || target.write(bytes) != bytes.size() || !target.commit())
        throw Error(ErrorCode::Io, Words::tr("save figure: %1: cannot be written: %2").arg(file, target.errorString()).toStdString());
}

}  // namespace salient
