#include "app/gui/window_body.h"

#include <QEvent>
#include <QFrame>
#include <QHBoxLayout>
#include <QVBoxLayout>

#include "app/gui/navigation.h"
#include "app/gui/page_split.h"

namespace salient {

WindowBody::WindowBody(Navigation* steps, PageSplit* pages, QWidget* parent)
    : QWidget(parent), steps_(steps), pages_(pages), rule_(new QFrame(this)), right_(new QVBoxLayout) {
    rule_->setFrameShape(QFrame::VLine);
    rule_->setFrameShadow(QFrame::Plain);
    rule_->setForegroundRole(QPalette::Mid);
    right_->setSpacing(0);
    right_->addWidget(pages_, 1);
    auto* left = new QVBoxLayout;
    left->setContentsMargins(0, 8, 0, 0);
    left->addWidget(steps_);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(left);
    layout->addWidget(rule_);
    layout->addLayout(right_, 1);
    connect(pages_, &PageSplit::needsChanged, this, &WindowBody::fitSteps);
}

void WindowBody::addAbovePages(QWidget* widget) { right_->insertWidget(right_->count() - 1, widget); }

void WindowBody::fitSteps() {
    const int room = width() - rule_->sizeHint().width();  // not of now: the layout may be about to change
    const bool fits_with_titles = pages_->wouldStandSideBySide(room - steps_->widthOf(false));
    steps_->setNarrow(!fits_with_titles && pages_->wouldStandSideBySide(room - steps_->widthOf(true)));
}

bool WindowBody::event(QEvent* event) {
    const bool is_taken = QWidget::event(event);
    const bool matters = event->type() == QEvent::Resize || event->type() == QEvent::LayoutRequest;  // the latter: type that grew, too
    if (matters) fitSteps();
    return is_taken;
}

}  // namespace salient
