#include "app/gui/message_area.h"

#include <QApplication>
#include <QClipboard>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>
#include <utility>

#include "widgets/icon.h"
#include "widgets/theme.h"

namespace salient {

namespace {
constexpr int kIconSize = 20;
}

MessageArea::MessageArea(QWidget* parent)
    : QFrame(parent),
      icon_(new QLabel(this)),
      text_(new QLabel(this)),
      act_(new QPushButton(this)),
      copy_(new QToolButton(this)),
      close_(new QToolButton(this)) {
    setAccessibleName(tr("Message"));
    setAutoFillBackground(true);
    text_->setWordWrap(true);
    text_->setTextFormat(Qt::RichText);
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    copy_->setIcon(icon(QStringLiteral("copy")));
    close_->setIcon(icon(QStringLiteral("close")));
    copy_->setToolTip(tr("Copy the message"));
    copy_->setAccessibleName(tr("Copy the message"));
    close_->setToolTip(tr("Dismiss (Esc)"));
    close_->setAccessibleName(tr("Dismiss"));
    for (QToolButton* button : {copy_, close_}) button->setAutoRaise(true);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(20, 8, 12, 8);
    layout->setSpacing(12);
    layout->addWidget(icon_, 0, Qt::AlignTop);
    layout->addWidget(text_, 1);
    layout->addWidget(act_, 0, Qt::AlignTop);
    layout->addWidget(copy_, 0, Qt::AlignTop);
    layout->addWidget(close_, 0, Qt::AlignTop);
    connect(copy_, &QToolButton::clicked, this, [this] { QApplication::clipboard()->setText(text()); });
    connect(close_, &QToolButton::clicked, this, &MessageArea::dismiss);
    connect(act_, &QPushButton::clicked, this, [this] {
        const auto run = std::exchange(action_, {});
        dismiss();
        if (run) run();
    });
    refresh();
    hide();
}

void MessageArea::showMessage(Kind kind, const QString& title, const QString& text, const Action& action) {
    kind_ = kind;
    action_ = action.run;
    act_->setText(action.text);
    act_->setVisible(static_cast<bool>(action.run));
    text_->setText(title.isEmpty() ? text.toHtmlEscaped()
                                   : QStringLiteral("<b>%1</b> — %2").arg(title.toHtmlEscaped(), text.toHtmlEscaped()));
    text_->setProperty("plain", text);
    refresh();
    show();
}

void MessageArea::addMessage(Kind kind, const QString& title, const QString& text, const Action& action) {
    const QString shown = text_->text();
    if (shown.isEmpty()) return showMessage(kind, title, text, action);
    const QString plain = this->text();
    const Action kept{act_->text(), action_};
    showMessage(kind_ == Kind::Error ? kind_ : kind, title, text, action.run ? action : kept);
    text_->setText(shown + QStringLiteral("<br>") + text_->text());
    text_->setProperty("plain", plain + QLatin1Char('\n') + text);
}

void MessageArea::dismiss() {
    text_->clear();
    text_->setProperty("plain", QString());
    action_ = {};
    hide();
}

QString MessageArea::text() const { return text_->property("plain").toString(); }

void MessageArea::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) refresh();
}

void MessageArea::refresh() {
    const bool dark = isDark(QApplication::palette());
    const QColor error_ground = dark ? QColor(0x5a, 0x24, 0x24) : QColor(0xfb, 0xe3, 0xe0);
    const QColor note_ground = dark ? QColor(0x1f, 0x3a, 0x4d) : QColor(0xe1, 0xef, 0xf8);
    const QColor ground = kind_ == Kind::Error ? error_ground : note_ground;
    if (palette().color(QPalette::Window) != ground) {
        QPalette own;  // this one colour; all others keep following the application
        own.setColor(QPalette::Window, ground);
        setPalette(own);
    }
    icon_->setPixmap(icon(kind_ == Kind::Error ? QStringLiteral("error") : QStringLiteral("info"))
                         .pixmap(QSize(kIconSize, kIconSize), devicePixelRatioF()));
}

}  // namespace salient
