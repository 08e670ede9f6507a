#include "widgets/icon.h"

#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QSvgRenderer>

// A static library's resources are linked only when asked for, and the macro must stand outside every namespace.
static void loadIconResources() { Q_INIT_RESOURCE(icons); }

namespace salient {

namespace {

/// Renders one SVG at the size asked for, in one colour per mode.
class SvgIconEngine : public QIconEngine {
public:
    SvgIconEngine(QByteArray svg, const QPalette& palette) : svg_(std::move(svg)), palette_(palette) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State /*state*/) override {
        const QPalette::ColorGroup group = mode == QIcon::Disabled ? QPalette::Disabled : QPalette::Active;
        const QColor colour = palette_.color(group, mode == QIcon::Selected ? QPalette::HighlightedText : QPalette::ButtonText);
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
    QPalette palette_;
};

}  // namespace

QIcon icon(const QString& name, const QPalette& palette) {
    loadIconResources();
    QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
    if (!file.open(QIODevice::ReadOnly)) return {};
    return QIcon(new SvgIconEngine(file.readAll(), palette));
}

}  // namespace salient
