#include "app/gui/page_frame.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStackedLayout>
#include <QVBoxLayout>

#include "widgets/wrapped_label.h"

namespace salient {

namespace {
constexpr int kMargin = 20;
constexpr double kTitleScale = 1.5;
constexpr int kSentenceWidth = 87;  // at most, in average characters
constexpr int kMuch = 1000;         // of a layout's stretch: what is beside gets what this leaves
}  // namespace

PageFrame::PageFrame(const QString& title, const QString& explanation, QWidget* content, QWidget* parent)
    : QWidget(parent),
      content_(content),
      heading_(new QWidget(this)),
      explanation_(new WrappedLabel(explanation, heading_)),
      stack_(new QStackedLayout),
      sentence_(new QLabel(this)),
      next_(new QPushButton(this)) {
    auto* title_label = new QLabel(title, heading_);
    QFont font = title_label->font();
    font.setPointSizeF(font.pointSizeF() * kTitleScale);
    font.setBold(true);
    title_label->setFont(font);
    explanation_->setWordWrap(true);
    for (QLabel* label : {explanation_, sentence_})
        label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    auto* texts = new QVBoxLayout(heading_);
    texts->setContentsMargins(0, 0, 0, 0);
    texts->setSpacing(2);
    texts->addWidget(title_label);
    texts->addWidget(explanation_);

    sentence_->setWordWrap(true);
    sentence_->setAlignment(Qt::AlignCenter);
    next_->setDefault(true);
    auto* empty = new QWidget(this);
    auto* empty_layout = new QVBoxLayout(empty);
    empty_layout->addStretch(2);
    // Not by its alignment: a wrapped label that is aligned is not asked how high it gets at its width.
    auto* row = new QHBoxLayout;
    row->addStretch(1);
    row->addWidget(sentence_, kMuch);
    row->addStretch(1);
    empty_layout->addLayout(row);
    empty_layout->addSpacing(12);
    empty_layout->addWidget(next_, 0, Qt::AlignHCenter);
    empty_layout->addStretch(3);
    if (content_->layout() != nullptr) content_->layout()->setContentsMargins(0, 0, 0, 0);  // the frame has margins
    stack_->addWidget(empty);
    stack_->addWidget(content_);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kMargin, kMargin - 4, kMargin, kMargin - 8);
    layout->setSpacing(14);
    layout->addWidget(heading_);
    layout->addLayout(stack_, 1);
    connect(next_, &QPushButton::clicked, this, &PageFrame::nextRequested);
    fitSentence();
    setReady();
}

void PageFrame::setEmpty(const QString& sentence, const QString& button) {
    sentence_->setText(sentence);
    next_->setText(button);
    stack_->setCurrentIndex(0);
}

void PageFrame::fitSentence() { sentence_->setMaximumWidth(kSentenceWidth * fontMetrics().averageCharWidth()); }

void PageFrame::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) fitSentence();
}

void PageFrame::setReady() { stack_->setCurrentIndex(1); }

bool PageFrame::isReady() const { return stack_->currentIndex() == 1; }

void PageFrame::setHeadingShown(bool shown) { heading_->setVisible(shown); }

void PageFrame::setExplanationShown(bool shown) { explanation_->setVisible(shown); }

}  // namespace salient
