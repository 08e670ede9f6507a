#include "widgets/command_palette.h"

#include <QApplication>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/empty_text.h"
#include "widgets/plain_text.h"
#include "widgets/theme.h"

namespace salient {

namespace {

constexpr int kWidth = 620;
constexpr int kRows = 12;
constexpr int kRowPadding = 14;
constexpr int kTop = 48;
constexpr std::size_t kMostMatches = 200;  // more than anyone reads
constexpr int kPlaceRole = Qt::UserRole;
constexpr int kShortcutRole = Qt::UserRole + 1;

/// Place and title at the left, keys at the right.
class EntryDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& /*index*/) const override {
        return {kWidth, option.fontMetrics.height() + kRowPadding};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const bool is_chosen = (option.state & QStyle::State_Selected) != 0;
        painter->save();
        if (is_chosen) painter->fillRect(option.rect, option.palette.highlight());
        const QColor text = option.palette.color(is_chosen ? QPalette::HighlightedText : QPalette::Text);
        const QColor muted = is_chosen ? text : mutedText(option.palette);
        QRect row = option.rect.adjusted(12, 0, -12, 0);
        const QString shortcut = index.data(kShortcutRole).toString();
        painter->setPen(muted);
        painter->drawText(row, Qt::AlignVCenter | Qt::AlignRight, shortcut);
        row.setRight(row.right() - option.fontMetrics.horizontalAdvance(shortcut) - 12);
        const QString place = index.data(kPlaceRole).toString();
        painter->drawText(row, Qt::AlignVCenter | Qt::AlignLeft, place);
        row.setLeft(row.left() + option.fontMetrics.horizontalAdvance(place) + (place.isEmpty() ? 0 : 10));
        painter->setPen(text);
        const QString title = option.fontMetrics.elidedText(index.data(Qt::DisplayRole).toString(), Qt::ElideMiddle, row.width());
        painter->drawText(row, Qt::AlignVCenter | Qt::AlignLeft, title);
        painter->restore();
    }
};

/// One word: its letters in order, from the best place to start.
int wordScore(const QString& word, const QString& text) {
    int best = -1;
    for (qsizetype start = text.indexOf(word.at(0)); start >= 0; start = text.indexOf(word.at(0), start + 1)) {
        int score = 0;
        qsizetype at = start;
        qsizetype letter = 0;
        for (; letter < word.size() && at >= 0; ++letter) {
            const qsizetype next = text.indexOf(word.at(letter), at);
            if (next < 0) break;
            const bool starts_word = next == 0 || !text.at(next - 1).isLetterOrNumber();
            score += starts_word ? 8 : letter > 0 && next == at ? 9 : 1;
            at = next + 1;
        }
        if (letter == word.size()) best = std::max(best, score);
    }
    return best;
}

}  // namespace

int matchScore(const QString& typed, const QString& text) {
    const QString lower = text.toLower();
    int total = 0;
    for (const QString& word : typed.toLower().split(QLatin1Char(' '), Qt::SkipEmptyParts)) {
        const int score = wordScore(word, lower);
        if (score < 0) return -1;
        total += score;
    }
    return total;
}

CommandPalette::CommandPalette(QWidget* parent) : QFrame(parent), line_(new QLineEdit(this)), list_(new QListWidget(this)) {
    setFrameShape(QFrame::StyledPanel);
    setAutoFillBackground(true);
    setAccessibleName(tr("Command palette"));
    line_->setPlaceholderText(tr("What do you want to do? A command, a view, a layer …"));
    line_->setAccessibleName(tr("Search commands"));
    line_->setClearButtonEnabled(true);
    line_->installEventFilter(this);
    list_->setAccessibleName(tr("Matching commands"));
    list_->setItemDelegate(new EntryDelegate(list_));
    list_->setFrameShape(QFrame::NoFrame);
    list_->setFocusPolicy(Qt::NoFocus);
    list_->setUniformItemSizes(true);
    sayWhenEmpty(*list_, tr("Nothing is called so. Try another word, or fewer letters."));
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 8, 8, 8);
    layout->addWidget(line_);
    layout->addWidget(list_);
    hide();
    connect(line_, &QLineEdit::textChanged, this, &CommandPalette::refresh);
    connect(line_, &QLineEdit::returnPressed, this, [this] { choose(list_->currentRow()); });
    connect(list_, &QListWidget::itemClicked, this, [this](const QListWidgetItem* item) { choose(list_->row(item)); });
}

void CommandPalette::open(std::vector<PaletteEntry> entries) {
    entries_ = std::move(entries);
    const QSignalBlocker block(line_);
    line_->clear();
    refresh();
    const int width = std::min(kWidth, parentWidget()->width() - 40);
    const int row_height = fontMetrics().height() + kRowPadding;
    const int height = std::min(line_->sizeHint().height() + kRows * row_height + 30, parentWidget()->height() - 2 * kTop);
    setGeometry((parentWidget()->width() - width) / 2, kTop, width, height);
    show();
    raise();
    line_->setFocus();
}

void CommandPalette::refresh() {
    struct Found {
        int entry = 0;
        int score = 0;
    };
    std::vector<Found> found;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        const int score = matchScore(line_->text(), entries_[i].place + QLatin1Char(' ') + entries_[i].title);
        if (score >= 0) found.push_back({static_cast<int>(i), score});
    }
    std::ranges::stable_sort(found, std::ranges::greater(), &Found::score);
    if (found.size() > kMostMatches) found.resize(kMostMatches);
    matches_.clear();
    list_->clear();
    for (const Found& match : found) {
        const PaletteEntry& entry = entries_[static_cast<std::size_t>(match.entry)];
        matches_.push_back(match.entry);
        auto* item = new QListWidgetItem(entry.title, list_);
        item->setData(kPlaceRole, entry.place);
        item->setData(kShortcutRole, entry.shortcut);
        item->setToolTip(plainTip(entry.title));
    }
    list_->setCurrentRow(0);
}

void CommandPalette::choose(int row) {
    if (row < 0 || row >= static_cast<int>(matches_.size())) return;
    hide();
    emit chosen(matches_[static_cast<std::size_t>(row)]);
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event) {
    if (watched != line_) return QFrame::eventFilter(watched, event);
    if (event->type() == QEvent::FocusOut && static_cast<QFocusEvent*>(event)->reason() != Qt::ActiveWindowFocusReason) {
        hide();
    } else if (event->type() == QEvent::ShortcutOverride && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
        event->accept();  // closes this, not what Escape closes elsewhere
        return true;
    } else if (event->type() == QEvent::KeyPress) {
        switch (static_cast<QKeyEvent*>(event)->key()) {
            case Qt::Key_Escape:
                hide();
                return true;
            case Qt::Key_Down:
            case Qt::Key_Up:
            case Qt::Key_PageDown:
            case Qt::Key_PageUp:
                QApplication::sendEvent(list_, event);
                return true;
            default:
                break;
        }
    }
    return QFrame::eventFilter(watched, event);
}

}  // namespace salient
