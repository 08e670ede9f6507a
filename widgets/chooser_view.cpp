#include "widgets/chooser_view.h"

#include <QComboBox>
#include <QEvent>
#include <QFormLayout>
#include <QHeaderView>
#include <QLabel>
#include <QResizeEvent>
#include <QTableWidget>
#include <QVBoxLayout>
#include <algorithm>

namespace salient {

namespace {
const QString kAny = QStringLiteral("any");
const QString kOr = QStringLiteral(" or ");
constexpr int kGap = 12;
constexpr int kWidestColumn = 30;  // average characters, but for the last one
}  // namespace

ChooserView::ChooserView(LessonChooser chooser, QWidget* parent)
    : QWidget(parent),
      chooser_(std::move(chooser)),
      table_(new QTableWidget),
      nothing_(new QLabel(tr("No row of the table fits all of this. Ease one of the answers."))) {
    const QStringList& titles = chooser_.rows.front();
    auto* form = new QFormLayout;
    form->setFieldGrowthPolicy(QFormLayout::FieldsStayAtSizeHint);
    for (qsizetype column = 0; column < titles.size(); ++column) {
        if (!titles[column].endsWith(QLatin1Char('?'))) {
            told_.push_back(column);
            continue;
        }
        auto* list = new QComboBox;
        list->addItem(tr("Whatever"), QString());
        for (std::size_t row = 1; row < chooser_.rows.size(); ++row) {
            for (const QString& choice : chooser_.rows[row][column].split(kOr)) {
                if (choice != kAny && list->findData(choice) < 0) list->addItem(choice, choice);
            }
        }
        list->setAccessibleName(titles[column]);
        auto* label = new QLabel(QString(titles[column]).replace(QLatin1Char('&'), QLatin1String("&&")));  // no shortcut
        label->setTextFormat(Qt::PlainText);
        label->setBuddy(list);
        form->addRow(label, list);
        asked_.push_back(column);
        lists_.push_back(list);
        connect(list, &QComboBox::currentIndexChanged, this, &ChooserView::refresh);
    }
    QStringList headers;
    for (const qsizetype column : told_) headers << titles[column];
    table_->setColumnCount(static_cast<int>(told_.size()));
    table_->setHorizontalHeaderLabels(headers);
    table_->setAccessibleName(tr("What fits"));
    table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table_->setShowGrid(false);
    table_->setAlternatingRowColors(true);
    table_->setTabKeyNavigation(false);
    table_->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    table_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    table_->verticalHeader()->hide();
    table_->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    table_->viewport()->installEventFilter(this);
    nothing_->setWordWrap(true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGap);
    layout->addLayout(form);
    layout->addWidget(table_);
    layout->addWidget(nothing_);
    if (!lists_.empty()) setFocusProxy(lists_.front());
    refresh();
}

QStringList ChooserView::choicesOf(int question) const {
    QStringList choices;
    const QComboBox* list = lists_.at(static_cast<std::size_t>(question));
    for (int i = 1; i < list->count(); ++i) choices << list->itemData(i).toString();
    return choices;
}

void ChooserView::choose(int question, const QString& choice) {
    QComboBox* list = lists_.at(static_cast<std::size_t>(question));
    list->setCurrentIndex(std::max(0, list->findData(choice)));
}

std::vector<QStringList> ChooserView::answers() const {
    std::vector<QStringList> fitting;
    for (std::size_t row = 1; row < chooser_.rows.size(); ++row) {
        bool fits = true;
        for (std::size_t i = 0; i < asked_.size(); ++i) {
            const QString choice = lists_[i]->currentData().toString();
            const QString& cell = chooser_.rows[row][asked_[i]];
            fits = fits && (choice.isEmpty() || cell == kAny || cell.split(kOr).contains(choice));
        }
        if (!fits) continue;
        QStringList told;
        for (const qsizetype column : told_) told << chooser_.rows[row][column];
        fitting.push_back(told);
    }
    return fitting;
}

void ChooserView::refresh() {
    const std::vector<QStringList> fitting = answers();
    table_->setRowCount(static_cast<int>(fitting.size()));
    for (std::size_t row = 0; row < fitting.size(); ++row) {
        for (qsizetype column = 0; column < fitting[row].size(); ++column) {
            table_->setItem(static_cast<int>(row), static_cast<int>(column), new QTableWidgetItem(fitting[row][column]));
        }
    }
    nothing_->setVisible(fitting.empty());
    table_->setVisible(!fitting.empty());
    fit();
}

/// Columns as wide as they need to be, the last one with the rest; rows as high as their wrapped texts.
void ChooserView::fit() {
    const int most = kWidestColumn * fontMetrics().averageCharWidth();
    int left = table_->viewport()->width();
    for (int column = 0; column + 1 < table_->columnCount(); ++column) {
        table_->resizeColumnToContents(column);
        table_->setColumnWidth(column, std::min(table_->columnWidth(column), most));
        left -= table_->columnWidth(column);
    }
    table_->setColumnWidth(table_->columnCount() - 1, std::max(left, most));
    table_->resizeRowsToContents();
    int height = table_->horizontalHeader()->sizeHint().height() + 2 * table_->frameWidth();
    for (int row = 0; row < table_->rowCount(); ++row) height += table_->rowHeight(row);
    if (height != table_->height()) table_->setFixedHeight(height);
}

bool ChooserView::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Resize &&
        static_cast<QResizeEvent*>(event)->size().width() != static_cast<QResizeEvent*>(event)->oldSize().width())
        fit();
    return QWidget::eventFilter(watched, event);
}

void ChooserView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) fit();
}

}  // namespace salient
