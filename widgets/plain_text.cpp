#include "widgets/plain_text.h"

#include <QLabel>
#include <QTextDocument>

#include "widgets/wrapped_label.h"

namespace salient {

QLabel* plainLabel(QWidget* parent, const QString& text) {
    auto* label = new WrappedLabel(parent);
    label->setTextFormat(Qt::PlainText);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    label->setText(text);
    return label;
}

QString plainTip(const QString& text) { return text.isEmpty() ? QString() : Qt::convertFromPlainText(text, Qt::WhiteSpaceNormal); }

}  // namespace salient
