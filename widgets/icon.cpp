#include "widgets/icon.h"

#include <QFile>
#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QSvgRenderer>
#include <optional>

// A static library's resources are linked only when asked for, and the macro must stand outside every namespace.
static void loadIconResources() { Q_INIT_RESOURCE(icons); }

namespace salient {

namespace {

/// Renders one SVG at the size asked for, in one colour per mode.
class SvgIconEngine : public QIconEngine {
public:
    SvgIconEngine(QByteArray svg, std::optional<QPalette> palette) : svg_(std::move(svg)), palette_(std::move(palette)) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State /*state*/) override {
        const QPalette::ColorGroup group = mode == QIcon::Disabled ? QPalette::Disabled : QPalette::Active;
        const QPalette::ColorRole role = mode == QIcon::Selected ? QPalette::HighlightedText : QPalette::ButtonText;
        const QColor colour = palette_.value_or(QGuiApplication::palette()).color(group, role);
        QByteArray coloured = svg_;
        coloured.replace("currentColor", colour.name().toUtf8());
        QSvgRenderer(coloured).render(painter, rect);
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        QPixmap picture(size);
        picture.fill(Qt::transparent);
        QPainter painter(&picture);
        paint(&painter, QRect(QPoint(0, 0), size), mode, state);
        return picture;
    }

    [[nodiscard]] QIconEngine* clone() const override { return new SvgIconEngine(svg_, palette_); }

private:
    QByteArray svg_;
    std::optional<QPalette> palette_;  // unset: the application's
};

QIcon load(const QString& name, const std::optional<QPalette>& palette) {
    loadIconResources();
    QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
    if (!file.open(QIODevice::ReadOnly)) return {};
    return QIcon(new SvgIconEngine(file.readAll(), palette));
}

}  // namespace

QIcon icon(const QString& name) { return load(name, std::nullopt); }

QIcon statusIcon(const QString& name) {
    // Each at least 3 : 1 against the grounds of both themes.
    const QRgb colour = name == QLatin1String("error") ? 0xffd9483b : name == QLatin1String("warning") ? 0xffb97900 : 0xff23945a;
    QPalette palette = QGuiApplication::palette();
    palette.setColor(QPalette::Active, QPalette::ButtonText, colour);
    return load(name, palette);
}

QIcon icon(const QString& name, const QPalette& palette) { return load(name, palette); }

}  // namespace salient
