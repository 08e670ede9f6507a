#include "widgets/group_size_box.h"

#include <QLineEdit>
#include <QRegularExpression>
#include <QRegularExpressionMatch>
#include <QValidator>

namespace salient {

namespace {

/// The number in a text; 0: there is none, one that is too great, or more than one, as in 1.024.
int numberIn(const QString& text) {
    static const QRegularExpression kNumber(QStringLiteral("^[^0-9]*([0-9]+)[^0-9]*$"));
    const QRegularExpressionMatch match = kNumber.match(text);
    const int number = match.hasMatch() ? match.captured(1).toInt() : 0;  // 0 where it does not fit
    return number <= GroupSizeBox::kGreatest ? number : 0;
}

/// An entry, or a positive number with or without the words that entries have around theirs. What the user left half typed becomes the
/// chosen entry again.
class GroupSizeValidator : public QValidator {
public:
    explicit GroupSizeValidator(QComboBox* box) : QValidator(box), box_(box) {}

    State validate(QString& text, int& /*position*/) const override {
        static const QRegularExpression kAnyNumber(QStringLiteral("[0-9]"));
        if (box_->findText(text, Qt::MatchFixedString) >= 0) return Acceptable;
        if (text.contains(QLatin1Char('-'))) return Invalid;
        if (!text.contains(kAnyNumber)) return Intermediate;
        return numberIn(text) > 0 ? Acceptable : Invalid;
    }

    void fixup(QString& text) const override { text = box_->itemText(box_->currentIndex()); }

private:
    QComboBox* box_;
};

}  // namespace

GroupSizeBox::GroupSizeBox(const QString& format, const QString& whole_row, QWidget* parent) : QComboBox(parent), format_(format) {
    for (const int size : {16, 32, 64, 128, 256}) addItem(format_.arg(size), size);
    addItem(whole_row, -1);
    setEditable(true);
    setInsertPolicy(QComboBox::NoInsert);  // takeTyped() makes the entry
    setCompleter(nullptr);                 // or "12" would become 128
    setValidator(new GroupSizeValidator(this));
    connect(lineEdit(), &QLineEdit::editingFinished, this, &GroupSizeBox::takeTyped);
}

void GroupSizeBox::setGroupSize(int size) {
    if (findData(size) < 0) addItem(format_.arg(size), size);  // at the end: entries that move tell that the choice changed
    setCurrentIndex(findData(size));
}

void GroupSizeBox::takeTyped() {
    const QString text = lineEdit()->text();
    if (const int at = findText(text, Qt::MatchFixedString); at >= 0) {
        setCurrentIndex(at);
    } else if (const int size = numberIn(text); size > 0) {
        setGroupSize(size);
    }
    setEditText(itemText(currentIndex()));
}

}  // namespace salient
