#pragma once

#include <QColor>
#include <QPalette>

class QApplication;

namespace salient {

enum class Theme { Light, Dark };

/// Complete palettes of the two themes; widgets take every colour from the palette they are given.
[[nodiscard]] QPalette paletteOf(Theme theme);
/// Gives the application that palette and the Fusion style, which is the one that follows it everywhere.
void applyTheme(QApplication& application, Theme theme);

/// Whether text is lighter than its background.
[[nodiscard]] bool isDark(const QPalette& palette) noexcept;

/// Colours of series that stay apart with any colour vision (after Okabe and Ito), light or dark enough for the background.
/// index wraps around after kSeriesColours.
inline constexpr int kSeriesColours = 6;
[[nodiscard]] QColor seriesColour(int index, const QPalette& palette);
/// Grid lines and frames: a little off the background.
[[nodiscard]] QColor gridColour(const QPalette& palette);
/// Text of lesser weight: axis numbers, captions. Still at least 4.5 : 1 against the background.
[[nodiscard]] QColor mutedText(const QPalette& palette);
/// Black or white, whichever can be read better on that colour.
[[nodiscard]] QColor textOn(const QColor& ground);
/// Marks what the user selected, on top of data.
[[nodiscard]] QColor selectionColour(const QPalette& palette);

}  // namespace salient
