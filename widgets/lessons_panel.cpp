#include "widgets/lessons_panel.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QPainter>
#include <QPushButton>
#include <QStackedLayout>
#include <QStyledItemDelegate>
#include <QTextLayout>
#include <algorithm>

#include "widgets/icon.h"
#include "widgets/lesson_panel.h"
#include "widgets/theme.h"

namespace salient {

namespace {

constexpr int kErrorRole = Qt::UserRole;
constexpr int kSummaryRole = Qt::UserRole + 1;
constexpr int kStateRole = Qt::UserRole + 2;
constexpr int kMargin = 12;
constexpr int kGap = 12;
constexpr int kSummaryLines = 2;

/// As many lines as there is room for, the last one with an ellipsis if there is more.
void drawLines(QPainter& painter, const QRect& box, const QString& text) {
    QTextLayout layout(text, painter.font());
    const QFontMetrics metrics(painter.font());
    const int n_lines = std::max(1, box.height() / metrics.lineSpacing());
    layout.beginLayout();
    for (int i = 0; i < n_lines; ++i) {
        QTextLine line = layout.createLine();
        if (!line.isValid()) break;
        line.setLineWidth(box.width());
        const QString part = i + 1 < n_lines ? text.mid(line.textStart(), line.textLength()) : text.mid(line.textStart());
        painter.drawText(QRect(box.left(), box.top() + i * metrics.lineSpacing(), box.width(), metrics.lineSpacing()),
                         Qt::AlignLeft | Qt::AlignVCenter, metrics.elidedText(part.trimmed(), Qt::ElideRight, box.width()));
    }
    layout.endLayout();
}

/// Title, two lines of summary, and how far one has come at the right.
class LessonDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& /*index*/) const override {
        return {0, (1 + kSummaryLines) * option.fontMetrics.lineSpacing() + 2 * kMargin + 4};
    }
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        QStyleOptionViewItem plain = option;
        initStyleOption(&plain, index);
        plain.text.clear();
        plain.widget->style()->drawControl(QStyle::CE_ItemViewItem, &plain, painter, plain.widget);
        const bool is_chosen = (option.state & QStyle::State_Selected) != 0;
        const QColor ink = option.palette.color(is_chosen ? QPalette::HighlightedText : QPalette::Text);
        const bool is_error = index.data(kErrorRole).toBool();
        const int line = option.fontMetrics.lineSpacing();
        QRect box = option.rect.adjusted(kMargin, kMargin, -kMargin, -kMargin);
        painter->save();
        painter->setFont(option.font);
        const QString state = index.data(kStateRole).toString();
        const int state_width = option.fontMetrics.horizontalAdvance(state) + kMargin;
        painter->setPen(is_chosen ? ink : mutedText(option.palette));
        painter->drawText(QRect(box.left(), box.top(), box.width(), line), Qt::AlignRight | Qt::AlignVCenter, state);
        QFont bold = option.font;
        bold.setBold(true);
        painter->setFont(bold);
        painter->setPen(ink);
        QRect title(box.left(), box.top(), box.width() - state_width, line);
        if (is_error) {
            statusIcon(QStringLiteral("error")).paint(painter, QRect(box.left(), box.top(), line, line));
            title.setLeft(box.left() + line + kMargin / 2);
        }
        painter->drawText(title, Qt::AlignLeft | Qt::AlignVCenter,
                          QFontMetrics(bold).elidedText(index.data(Qt::DisplayRole).toString(), Qt::ElideRight, title.width()));
        painter->setFont(option.font);
        painter->setPen(is_chosen ? ink : mutedText(option.palette));
        const QRect summary(box.left(), box.top() + line + 4, box.width(), kSummaryLines * line);
        drawLines(*painter, summary, index.data(kSummaryRole).toString());
        painter->restore();
    }
};

QString stateOf(const LessonEntry& entry) {
    if (!entry.lesson) return {};
    const auto n_steps = static_cast<int>(entry.lesson->steps.size());
    if (entry.progress.step + 1 >= n_steps) return LessonsPanel::tr("read to the end");
    if (entry.progress.step == 0 && entry.progress.revealed.empty()) return LessonsPanel::tr("%n step(s)", nullptr, n_steps);
    return LessonsPanel::tr("step %1 of %2").arg(entry.progress.step + 1).arg(n_steps);
}

}  // namespace

LessonsPanel::LessonsPanel(QWidget* parent) : QWidget(parent), stack_(new QStackedLayout), list_(new QListWidget), panel_(new LessonPanel) {
    list_->setAccessibleName(tr("Lessons"));
    list_->setItemDelegate(new LessonDelegate(list_));
    list_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* start = new QPushButton(tr("&Begin"));
    start->setToolTip(tr("Open the chosen lesson (Return)"));
    auto* folder = new QPushButton(tr("Open a fol&der of lessons…"));
    folder->setToolTip(tr("Markdown files of your own; how to write one stands in the README beside the bundled lessons"));
    for (QPushButton* button : {start, folder}) button->setAutoDefault(false);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(folder);
    buttons->addStretch(1);
    buttons->addWidget(start);
    auto* overview = new QWidget;
    auto* layout = new QVBoxLayout(overview);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGap);
    layout->addWidget(list_, 1);
    layout->addLayout(buttons);
    overview->setFocusProxy(list_);
    stack_->addWidget(overview);
    stack_->addWidget(panel_);
    setLayout(stack_);

    const auto open_row = [this](int row) {
        if (row >= 0) openLesson(lessons_[static_cast<std::size_t>(row)].id);
    };
    connect(list_, &QListWidget::itemActivated, this, [this, open_row] { open_row(list_->currentRow()); });
    connect(start, &QPushButton::clicked, this, [this, open_row] { open_row(list_->currentRow()); });
    connect(list_, &QListWidget::currentRowChanged, this,
            [this, start](int row) { start->setEnabled(row >= 0 && lessons_[static_cast<std::size_t>(row)].lesson != nullptr); });
    connect(folder, &QPushButton::clicked, this, &LessonsPanel::folderWanted);
    connect(panel_, &LessonPanel::listWanted, this, &LessonsPanel::showList);
    connect(panel_, &LessonPanel::linkChosen, this, &LessonsPanel::follow);
    connect(panel_, &LessonPanel::progressChanged, this, [this](const LessonProgress& progress) {
        LessonEntry& entry = lessons_[static_cast<std::size_t>(current_)];
        entry.progress = progress;
        emit progressChanged(entry.id, progress);
    });
}

void LessonsPanel::setLessons(std::vector<LessonEntry> lessons) {
    lessons_ = std::move(lessons);
    current_ = -1;
    refreshList();
    stack_->setCurrentIndex(0);
}

void LessonsPanel::setMeasured(const QString& model, const std::vector<MeasuredMethod>& measured) { panel_->setMeasured(model, measured); }

void LessonsPanel::refreshList() {
    const int row = std::max(0, list_->currentRow());
    list_->clear();
    for (const LessonEntry& entry : lessons_) {
        auto* item = new QListWidgetItem(entry.lesson ? entry.lesson->title : tr("%1 cannot be read").arg(entry.file), list_);
        item->setData(kErrorRole, !entry.lesson);
        item->setData(kSummaryRole, entry.lesson ? entry.lesson->summary : entry.error);
        item->setData(kStateRole, stateOf(entry));
        item->setData(Qt::AccessibleDescriptionRole, item->data(kSummaryRole).toString() + QStringLiteral(" ") + stateOf(entry));
    }
    list_->setCurrentRow(std::min(row, list_->count() - 1));
}

bool LessonsPanel::isListShown() const { return stack_->currentIndex() == 0; }

QString LessonsPanel::currentId() const {
    return isListShown() || current_ < 0 ? QString() : lessons_[static_cast<std::size_t>(current_)].id;
}

bool LessonsPanel::openLesson(const QString& id) {
    for (std::size_t i = 0; i < lessons_.size(); ++i) {
        if (lessons_[i].id != id || !lessons_[i].lesson) continue;
        current_ = static_cast<int>(i);
        list_->setCurrentRow(current_);
        panel_->setLesson(lessons_[i].lesson, lessons_[i].progress);
        stack_->setCurrentIndex(1);
        panel_->setFocus();
        return true;
    }
    return false;
}

void LessonsPanel::showList() {
    refreshList();
    stack_->setCurrentIndex(0);
    list_->setFocus();
}

/// "awq.md" and "awq" are lessons; anything else is for the window to judge.
void LessonsPanel::follow(const QString& address) {
    const QString id = address.endsWith(QLatin1String(".md")) ? address.chopped(3) : address;
    if (!openLesson(id)) emit linkChosen(address);
}

void LessonsPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange && !lessons_.empty()) refreshList();
}

}  // namespace salient
