#include "app/gui/projector_mode.h"

#include <QApplication>
#include <QMainWindow>
#include <cmath>
#include <vector>

namespace salient {

void ProjectorMode::setOn(bool on) {
    if (on == is_on_) return;
    is_on_ = on;
    if (on) {
        was_maximized_ = window_.isMaximized();
        scaleFonts(kScale);
        window_.showFullScreen();
    } else {
        scaleFonts(1.0 / kScale);
        was_maximized_ ? window_.showMaximized() : window_.showNormal();
    }
}

/// Most widgets follow the application's font. Those that chose a size of their own (headings) do not, and are told.
void ProjectorMode::scaleFonts(double factor) {
    std::vector<std::pair<QWidget*, double>> before;
    for (QWidget* widget : window_.findChildren<QWidget*>()) before.emplace_back(widget, widget->font().pointSizeF());
    QFont font = QApplication::font();
    font.setPointSizeF(font.pointSizeF() * factor);
    QApplication::setFont(font);
    for (const auto& [widget, size] : before) {  // parents come before their children, which may follow them
        if (size <= 0.0 || std::abs(widget->font().pointSizeF() - size) > 0.01 * size) continue;
        QFont own = widget->font();
        own.setPointSizeF(size * factor);
        widget->setFont(own);
    }
}

}  // namespace salient
