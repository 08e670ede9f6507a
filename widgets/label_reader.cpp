#include "widgets/label_reader.h"

#include <QAccessible>
#include <QAccessibleWidget>
#include <QLabel>
#include <QPair>
#include <QTextDocument>
#include <QVector>

namespace salient {

namespace {

/// Without the mark of the key that leads to the buddy.
QString withoutMnemonic(const QString& text) {
    QString result;
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text[i] == QLatin1Char('&') && ++i == text.size()) break;
        result += text[i];
    }
    return result;
}

QString shownText(const QLabel& label) {
    const bool is_markup = label.textFormat() == Qt::RichText || (label.textFormat() == Qt::AutoText && Qt::mightBeRichText(label.text()));
    if (!is_markup) return label.buddy() != nullptr ? withoutMnemonic(label.text()) : label.text();
    QTextDocument document;
    document.setHtml(label.text());
    return document.toPlainText();
}

/// In the place of Qt's, for every label: which kind it is of, and whether it has a name, is settled after a reader may first have asked.
class LabelReader : public QAccessibleWidget {
public:
    explicit LabelReader(QLabel* label) : QAccessibleWidget(label, QAccessible::StaticText) {}

    [[nodiscard]] QAccessible::Role role() const override {
        const QLabel* label = shown();
        return label != nullptr && !label->pixmap().isNull() ? QAccessible::Graphic : QAccessible::StaticText;
    }

    [[nodiscard]] QString text(QAccessible::Text kind) const override {
        const QLabel* label = shown();
        if (kind != QAccessible::Name || label == nullptr) return QAccessibleWidget::text(kind);
        const QString name = label->accessibleName();
        const QString text = shownText(*label);
        return name.isEmpty() || text.isEmpty() ? name + text : QStringLiteral("%1: %2").arg(name, text);
    }

    [[nodiscard]] QVector<QPair<QAccessibleInterface*, QAccessible::Relation>> relations(QAccessible::Relation match) const override {
        QVector<QPair<QAccessibleInterface*, QAccessible::Relation>> found = QAccessibleWidget::relations(match);
        const QLabel* label = shown();
        if (match.testFlag(QAccessible::Labelled) && label != nullptr && label->buddy() != nullptr)
            found.append({QAccessible::queryAccessibleInterface(label->buddy()), QAccessible::Labelled});
        return found;
    }

private:
    /// None while it is being destroyed.
    [[nodiscard]] const QLabel* shown() const { return qobject_cast<const QLabel*>(object()); }
};

QAccessibleInterface* readerOf(const QString& /*class_name*/, QObject* object) {
    auto* label = qobject_cast<QLabel*>(object);
    return label == nullptr ? nullptr : new LabelReader(label);
}

}  // namespace

void installLabelReader() { QAccessible::installFactory(readerOf); }

}  // namespace salient
