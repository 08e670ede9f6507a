#include "widgets/note_list.h"

#include "widgets/icon.h"
#include "widgets/plain_text.h"

namespace salient {

namespace {

constexpr int kNotesHeight = 150;

QString iconOf(Severity severity) {
    if (severity == Severity::Failure) return QStringLiteral("error");
    return severity == Severity::Warning ? QStringLiteral("warning") : QStringLiteral("info");
}

}  // namespace

QListWidget* makeNotes(QWidget* parent, const QString& name) {
    auto* list = new QListWidget(parent);
    list->setAccessibleName(name);
    list->setWordWrap(true);
    list->setFrameShape(QFrame::NoFrame);
    list->setSelectionMode(QAbstractItemView::SingleSelection);
    list->setTextElideMode(Qt::ElideNone);
    list->setMaximumHeight(kNotesHeight);
    return list;
}

void addNote(QListWidget* list, const QString& icon_name, const QString& text) {
    // A remark follows the text's colour; what was found good or bad has one of its own.
    auto* item = new QListWidgetItem(icon_name == QLatin1String("info") ? icon(icon_name) : statusIcon(icon_name), text, list);
    item->setToolTip(plainTip(text));
}

void setFindings(QListWidget* list, const VerifyReport& report) {
    list->clear();
    for (const Finding& finding : report.findings)
        addNote(list, iconOf(finding.severity),
                QStringLiteral("%1: %2").arg(QString::fromStdString(finding.subject), QString::fromStdString(finding.message)));
}

}  // namespace salient
