#include "widgets/step_dots.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include "widgets/theme.h"

namespace salient {

StepDots::StepDots(QWidget* parent) : QWidget(parent) { setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed); }

void StepDots::setSteps(const QStringList& titles) {
    titles_ = titles;
    current_ = 0;
    updateGeometry();
    update();
}

void StepDots::setCurrent(int step) {
    current_ = step;
    setAccessibleName(tr("Step %1 of %2").arg(step + 1).arg(titles_.size()));
    update();
}

int StepDots::dotSize() const { return fontMetrics().height() * 2 / 3; }

QRect StepDots::dotRect(int step) const { return {step * dotSize() * 2 + 1, 1, dotSize(), dotSize()}; }

QSize StepDots::sizeHint() const { return {static_cast<int>(titles_.size()) * dotSize() * 2, dotSize() + 3}; }

void StepDots::paintEvent(QPaintEvent* /*event*/) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor here = palette().color(QPalette::Highlight);
    for (int step = 0; step < titles_.size(); ++step) {
        const QRectF dot = QRectF(dotRect(step)).adjusted(0.5, 0.5, -0.5, -0.5);
        painter.setPen(QPen(step <= current_ ? here : mutedText(palette()), 1.5));
        painter.setBrush(step < current_ ? QBrush(here) : QBrush(Qt::NoBrush));
        painter.drawEllipse(dot);
        if (step != current_) continue;
        painter.setPen(Qt::NoPen);
        painter.setBrush(here);
        const double inset = dot.width() / 4.0;
        painter.drawEllipse(dot.adjusted(inset, inset, -inset, -inset));
    }
}

void StepDots::mousePressEvent(QMouseEvent* event) {
    const int step = static_cast<int>(event->position().x()) / (dotSize() * 2);
    if (step >= 0 && step < titles_.size()) emit stepChosen(step);
}

bool StepDots::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const int step = help->pos().x() / (dotSize() * 2);
    if (step >= 0 && step < titles_.size()) {
        // Escaped: a title comes from the lesson's file, and a tooltip would take it for HTML.
        QToolTip::showText(help->globalPos(), QStringLiteral("<p>%1. %2</p>").arg(step + 1).arg(titles_[step].toHtmlEscaped()), this);
    }
    return true;
}

}  // namespace salient
