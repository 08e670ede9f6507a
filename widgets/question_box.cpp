#include "widgets/question_box.h"

#include <QButtonGroup>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QPushButton>
#include <QRadioButton>
#include <QVBoxLayout>

#include "widgets/icon.h"
#include "widgets/theme.h"
#include "widgets/value_text.h"

namespace salient {

namespace {
constexpr int kMargin = 14;
constexpr double kCorner = 6.0;
constexpr int kIconSize = 18;
constexpr int kFieldWidth = 16;  // average characters
}  // namespace

QuestionBox::QuestionBox(std::optional<LessonQuestion> question, QWidget* parent)
    : QFrame(parent),
      question_(std::move(question)),
      button_(new QPushButton(tr("&Reveal"))),
      icon_(new QLabel),
      verdict_text_(new QLabel) {
    auto* layout = new QVBoxLayout(this);
    if (question_) {
        layout->setContentsMargins(kMargin, kMargin, kMargin, kMargin);
        auto* heading = new QLabel(tr("Predict, then reveal"));
        QFont bold = heading->font();
        bold.setBold(true);
        heading->setFont(bold);
        layout->addWidget(heading);
        auto* text = new QLabel(question_->text);
        text->setTextFormat(Qt::PlainText);
        text->setWordWrap(true);
        text->setTextInteractionFlags(Qt::TextSelectableByMouse);
        layout->addWidget(text);
        auto* group = new QButtonGroup(this);
        for (const QString& choice : question_->choices) {
            auto* option = new QRadioButton(QString(choice).replace(QLatin1Char('&'), QLatin1String("&&")));
            group->addButton(option);
            layout->addWidget(option);
            choices_.push_back(option);
        }
        setAccessibleName(question_->text);
    } else {
        layout->setContentsMargins(0, 0, 0, 0);
    }
    auto* row = new QHBoxLayout;
    if (question_ && question_->number) {
        field_ = new QLineEdit;
        field_->setAccessibleName(question_->text);
        field_->setPlaceholderText(tr("your prediction"));
        field_->setToolTip(tr("A number; right within ± %1").arg(numberText(question_->tolerance, 2)));
        field_->setMaximumWidth(kFieldWidth * fontMetrics().averageCharWidth() + kMargin);
        row->addWidget(field_);
        connect(field_, &QLineEdit::returnPressed, this, &QuestionBox::reveal);
    }
    button_->setToolTip(tr("Show what comes out (Return)"));
    button_->setAutoDefault(false);
    row->addWidget(button_);
    row->addStretch(1);
    layout->addLayout(row);
    auto* outcome = new QHBoxLayout;
    outcome->addWidget(icon_, 0, Qt::AlignTop);
    outcome->addWidget(verdict_text_, 1);
    layout->addLayout(outcome);
    verdict_text_->setTextFormat(Qt::PlainText);
    verdict_text_->setWordWrap(true);
    verdict_text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    icon_->hide();
    verdict_text_->hide();
    connect(button_, &QPushButton::clicked, this, &QuestionBox::reveal);
}

QString QuestionBox::answer() const {
    if (field_ != nullptr) return field_->text().trimmed();
    for (std::size_t i = 0; i < choices_.size(); ++i) {
        if (choices_[i]->isChecked()) return QString::number(i);
    }
    return {};
}

void QuestionBox::reveal() {
    if (is_revealed_) return;
    const QString given = answer();
    setRevealed(given);
    emit revealWanted(given);
}

void QuestionBox::setRevealed(const QString& answer) {
    is_revealed_ = true;
    button_->hide();
    if (!question_) return;
    verdict_ = judge(*question_, answer);
    const QString truth = question_->number ? numberText(*question_->number, 3) : question_->choices.at(question_->right);
    if (field_ != nullptr) {
        field_->setText(answer);
        field_->setReadOnly(true);
        field_->setVisible(!answer.isEmpty());
    }
    for (std::size_t i = 0; i < choices_.size(); ++i) {
        choices_[i]->setChecked(answer == QString::number(i));
        choices_[i]->setEnabled(choices_[i]->isChecked() || static_cast<int>(i) == question_->right);
    }
    verdict_text_->setText(verdict_ == Verdict::NoAnswer ? tr("What comes out: %1").arg(truth)
                           : verdict_ == Verdict::Right  ? tr("Right. What comes out: %1").arg(truth)
                                                         : tr("Not quite. What comes out: %1").arg(truth));
    verdict_text_->show();
    icon_->setVisible(verdict_ != Verdict::NoAnswer);
    colourVerdict();
}

QString QuestionBox::verdictText() const { return verdict_text_->text(); }

void QuestionBox::colourVerdict() {
    if (verdict_ == Verdict::NoAnswer) return;
    const QIcon mark = statusIcon(verdict_ == Verdict::Right ? QStringLiteral("check") : QStringLiteral("warning"));
    icon_->setPixmap(mark.pixmap(QSize(kIconSize, kIconSize), devicePixelRatioF()));
}

void QuestionBox::paintEvent(QPaintEvent* /*event*/) {
    if (!question_) return;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(gridColour(palette()));
    painter.setBrush(palette().alternateBase());
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), kCorner, kCorner);
}

void QuestionBox::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) colourVerdict();
}

}  // namespace salient
