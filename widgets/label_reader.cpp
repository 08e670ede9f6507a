#include "widgets/label_reader.h"

#include <QAccessible>
#include <QAccessibleWidget>
#include <QLabel>
#include <QTextDocument>

namespace salient {

namespace {

QString shownText(const QLabel& label) {
    const bool is_markup = label.textFormat() == Qt::RichText || (label.textFormat() == Qt::AutoText && Qt::mightBeRichText(label.text()));
    if (!is_markup) return label.text();
    QTextDocument document;
    document.setHtml(label.text());
    return document.toPlainText();
}

class LabelReader : public QAccessibleWidget {
public:
    explicit LabelReader(QLabel* label) : QAccessibleWidget(label, QAccessible::StaticText) {}

    [[nodiscard]] QString text(QAccessible::Text kind) const override {
        const auto* label = qobject_cast<const QLabel*>(object());  // none while it is being destroyed
        if (kind != QAccessible::Name || label == nullptr) return QAccessibleWidget::text(kind);
        const QString name = label->accessibleName();
        const QString shown = shownText(*label);
        return name.isEmpty() || shown.isEmpty() ? name + shown : QStringLiteral("%1: %2").arg(name, shown);
    }
};

/// Labels that are no pictures and nobody's caption; all others are Qt's. What a label gets when it is asked for first is kept: it must
/// have its name before its first text, which asks where a screen reader is on.
QAccessibleInterface* readerOf(const QString& /*class_name*/, QObject* object) {
    auto* label = qobject_cast<QLabel*>(object);
    if (label == nullptr || label->accessibleName().isEmpty() || label->buddy() != nullptr || !label->pixmap().isNull()) return nullptr;
    return new LabelReader(label);
}

}  // namespace

void installLabelReader() { QAccessible::installFactory(readerOf); }

}  // namespace salient
