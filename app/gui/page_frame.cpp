#include "app/gui/page_frame.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStackedLayout>
#include <QVBoxLayout>

namespace salient {

namespace {
constexpr int kMargin = 20;
constexpr double kTitleScale = 1.5;
constexpr int kSentenceWidth = 87;  // average characters
}  // namespace

PageFrame::PageFrame(const QString& title, const QString& explanation, QWidget* content, QWidget* parent)
    : QWidget(parent),
      content_(content),
      heading_(new QHBoxLayout),
      stack_(new QStackedLayout),
      sentence_(new QLabel(this)),
      next_(new QPushButton(this)) {
    auto* title_label = new QLabel(title, this);
    QFont font = title_label->font();
    font.setPointSizeF(font.pointSizeF() * kTitleScale);
    font.setBold(true);
    title_label->setFont(font);
    auto* explanation_label = new QLabel(explanation, this);
    explanation_label->setWordWrap(true);
    auto* texts = new QVBoxLayout;
    texts->setSpacing(2);
    texts->addWidget(title_label);
    texts->addWidget(explanation_label);
    heading_->addLayout(texts, 1);
    heading_->setSpacing(12);

    sentence_->setWordWrap(true);
    sentence_->setAlignment(Qt::AlignCenter);
    next_->setDefault(true);
    auto* empty = new QWidget(this);
    auto* empty_layout = new QVBoxLayout(empty);
    empty_layout->addStretch(2);
    empty_layout->addWidget(sentence_, 0, Qt::AlignHCenter);
    empty_layout->addSpacing(12);
    empty_layout->addWidget(next_, 0, Qt::AlignHCenter);
    empty_layout->addStretch(3);
    if (content_->layout() != nullptr) content_->layout()->setContentsMargins(0, 0, 0, 0);  // the frame has margins
    stack_->addWidget(empty);
    stack_->addWidget(content_);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kMargin, kMargin - 4, kMargin, kMargin - 8);
    layout->setSpacing(14);
    layout->addLayout(heading_);
    layout->addLayout(stack_, 1);
    connect(next_, &QPushButton::clicked, this, &PageFrame::nextRequested);
    setReady();
}

void PageFrame::setEmpty(const QString& sentence, const QString& button) {
    sentence_->setText(sentence);
    fitSentence();
    next_->setText(button);
    stack_->setCurrentIndex(0);
}

/// A wrapped label in a centred column is not asked how high it gets at its width.
void PageFrame::fitSentence() {
    const int width = kSentenceWidth * fontMetrics().averageCharWidth();
    if (!sentence_->text().isEmpty()) sentence_->setFixedSize(width, sentence_->heightForWidth(width));
}

void PageFrame::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) fitSentence();
}

void PageFrame::setReady() { stack_->setCurrentIndex(1); }

bool PageFrame::isReady() const { return stack_->currentIndex() == 1; }

void PageFrame::addToHeading(QWidget* widget) { heading_->addWidget(widget, 0, Qt::AlignBottom); }

}  // namespace salient
