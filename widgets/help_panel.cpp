#include "widgets/help_panel.h"

#include <QScrollArea>
#include <QScrollBar>
#include <QVBoxLayout>

#include "widgets/lesson_text.h"

namespace salient {

namespace {
constexpr int kMargin = 14;
constexpr int kWidth = 48;  // average characters
constexpr int kNarrowest = 34;
}  // namespace

HelpPanel::HelpPanel(QWidget* parent) : QWidget(parent), scroll_(new QScrollArea), text_(new LessonText) {
    setAccessibleName(tr("Help"));
    auto* page = new QWidget;
    auto* page_layout = new QVBoxLayout(page);
    page_layout->setContentsMargins(kMargin, kMargin, kMargin, kMargin);
    page_layout->addWidget(text_);
    page_layout->addStretch(1);
    scroll_->setWidget(page);
    scroll_->setWidgetResizable(true);
    scroll_->setFrameShape(QFrame::NoFrame);
    scroll_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(scroll_);
    setFocusProxy(text_);
    setMinimumWidth(kNarrowest * fontMetrics().averageCharWidth() + 2 * kMargin);
    connect(text_, &LessonText::linkChosen, this, &HelpPanel::linkChosen);
}

void HelpPanel::setText(const QString& markdown) {
    text_->setProse(markdown);
    scroll_->verticalScrollBar()->setValue(0);
}

QString HelpPanel::shownText() const { return text_->toPlainText(); }

QSize HelpPanel::sizeHint() const { return {kWidth * fontMetrics().averageCharWidth() + 2 * kMargin, 0}; }

}  // namespace salient
