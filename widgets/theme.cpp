#include "widgets/theme.h"

#include <QApplication>
#include <array>
#include <cmath>

#include "widgets/roomy_style.h"

namespace salient {

namespace {

QColor mix(const QColor& a, const QColor& b, double share_of_b) {
    const auto channel = [share_of_b](int x, int y) { return static_cast<int>(std::lround(x + (y - x) * share_of_b)); };
    return {channel(a.red(), b.red()), channel(a.green(), b.green()), channel(a.blue(), b.blue())};
}

struct Inks {
    QRgb window, base, alternate, text, button, highlight, link, tooltip;
};

QPalette makePalette(const Inks& inks) {
    QPalette palette;
    const QColor text(inks.text);
    palette.setColor(QPalette::Window, inks.window);
    palette.setColor(QPalette::WindowText, text);
    palette.setColor(QPalette::Base, inks.base);
    palette.setColor(QPalette::AlternateBase, inks.alternate);
    palette.setColor(QPalette::Text, text);
    palette.setColor(QPalette::Button, inks.button);
    palette.setColor(QPalette::ButtonText, text);
    palette.setColor(QPalette::BrightText, Qt::white);
    palette.setColor(QPalette::ToolTipBase, inks.tooltip);
    palette.setColor(QPalette::ToolTipText, text);
    palette.setColor(QPalette::Highlight, inks.highlight);
    palette.setColor(QPalette::HighlightedText, Qt::white);
    palette.setColor(QPalette::Link, inks.link);
    palette.setColor(QPalette::LinkVisited, inks.link);
    palette.setColor(QPalette::PlaceholderText, mix(text, inks.base, 0.45));
    const QColor button(inks.button);
    palette.setColor(QPalette::Light, button.lighter(130));
    palette.setColor(QPalette::Midlight, button.lighter(112));
    palette.setColor(QPalette::Mid, button.darker(125));
    palette.setColor(QPalette::Dark, button.darker(160));
    palette.setColor(QPalette::Shadow, button.darker(230));
    const QColor faint = mix(text, inks.window, 0.55);
    for (const QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        palette.setColor(QPalette::Disabled, role, faint);
    }
    palette.setColor(QPalette::Disabled, QPalette::Highlight, mix(inks.highlight, inks.window, 0.6));
    return palette;
}

}  // namespace

QPalette paletteOf(Theme theme) {
    static constexpr Inks kLight{0xfff3f4f6, 0xffffffff, 0xfff7f8fa, 0xff1d2430, 0xffe9ebef, 0xff1f6fb5, 0xff1a5fa0, 0xffffffff};
    static constexpr Inks kDark{0xff23272e, 0xff1a1d23, 0xff21252c, 0xffe4e7ec, 0xff2f343d, 0xff2f7fc4, 0xff6cb2f0, 0xff2f343d};
    return makePalette(theme == Theme::Dark ? kDark : kLight);
}

void applyTheme(QApplication& application, Theme theme) {
    QApplication::setStyle(new RoomyStyle);
    application.setPalette(paletteOf(theme));
}

bool isDark(const QPalette& palette) noexcept {
    return palette.color(QPalette::WindowText).lightness() > palette.color(QPalette::Window).lightness();
}

QColor seriesColour(int index, const QPalette& palette) {
    static constexpr std::array<QRgb, kSeriesColours> kOnLight{0xff0072b2, 0xffd55e00, 0xff00845f, 0xffb0578d, 0xff8a6d00, 0xff3f8fc5};
    static constexpr std::array<QRgb, kSeriesColours> kOnDark{0xff56b4e9, 0xffff9340, 0xff2fc79b, 0xffe08fc0, 0xffe6d04a, 0xff9cc7f0};
    const auto slot = static_cast<std::size_t>((index % kSeriesColours + kSeriesColours) % kSeriesColours);
    return QColor(isDark(palette) ? kOnDark[slot] : kOnLight[slot]);
}

QColor gridColour(const QPalette& palette) { return mix(palette.color(QPalette::Base), palette.color(QPalette::Text), 0.16); }

QColor mutedText(const QPalette& palette) { return mix(palette.color(QPalette::Text), palette.color(QPalette::Base), 0.28); }

QColor textOn(const QColor& ground) {
    const auto linear = [](double v) { return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4); };
    const double luminance = 0.2126 * linear(ground.redF()) + 0.7152 * linear(ground.greenF()) + 0.0722 * linear(ground.blueF());
    // WCAG's contrast of two colours is (lighter + 0.05) / (darker + 0.05): black and white draw level at √(1.05 · 0.05) − 0.05.
    return luminance > 0.179 ? QColor(0x10, 0x14, 0x1a) : QColor(Qt::white);
}

QColor selectionColour(const QPalette& palette) { return isDark(palette) ? QColor(0xff, 0xc1, 0x4d) : QColor(0xb8, 0x4a, 0x00); }

}  // namespace salient
