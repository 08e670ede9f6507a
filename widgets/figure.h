#pragma once

#include <QString>
#include <functional>
#include <optional>

#include "widgets/colour_map.h"

class QWidget;

namespace salient {

/// Colours and what they stand for.
struct FigureScale {
    ColourScale colours;
    QString unit;
};

/// A picture on screen that can be kept: the widget that draws it, its data, and where they come from.
struct Figure {
    QWidget* view = nullptr;
    QString title;
    std::function<QString()> csv;           ///< its data as comma-separated lines; throws Error{InvalidOption} when there is too much of it
    std::optional<FigureScale> scale = {};  ///< drawn beside a view whose legend stands elsewhere
};

/// Suffixes that saveFigure() knows, as file dialogs want them.
[[nodiscard]] QString figureFilter();
/// A file name made of a title: letters, digits and dashes.
[[nodiscard]] QString figureFileName(const QString& title);

/// Writes a figure by the suffix of the file: .png (three pixels to a point), .svg, .pdf, or .csv for its data. The scale, if there is one,
/// stands at the right of the picture; `provenance`, one fact per line, stands below, in the file's metadata, and before the data. Written
/// beside its target and renamed when complete. Throws Error{Io}, or Error{InvalidOption} for another suffix.
void saveFigure(const Figure& figure, const QString& file, const QString& provenance);

}  // namespace salient
