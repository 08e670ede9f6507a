#include "app/gui/navigation.h"

#include <QEvent>
#include <QPainter>
#include <QStyledItemDelegate>
#include <algorithm>
#include <array>

#include "widgets/icon.h"
#include "widgets/theme.h"

namespace salient {

namespace {

struct Step {
    Page page;
    const char* icon;
    const char* title;
};
constexpr std::array<Step, kPages> kSteps{{
    {Page::Open, "open", QT_TRANSLATE_NOOP("salient::Navigation", "Open")},
    {Page::Calibrate, "calibrate", QT_TRANSLATE_NOOP("salient::Navigation", "Calibrate")},
    {Page::Map, "map", QT_TRANSLATE_NOOP("salient::Navigation", "Model map")},
    {Page::Channels, "channels", QT_TRANSLATE_NOOP("salient::Navigation", "Channels")},
    {Page::Stepper, "stepper", QT_TRANSLATE_NOOP("salient::Navigation", "Stepper")},
    {Page::Tune, "tune", QT_TRANSLATE_NOOP("salient::Navigation", "Tune")},
    {Page::Quantize, "quantize", QT_TRANSLATE_NOOP("salient::Navigation", "Quantize")},
    {Page::Compare, "compare", QT_TRANSLATE_NOOP("salient::Navigation", "Compare")},
    {Page::Evaluate, "evaluate", QT_TRANSLATE_NOOP("salient::Navigation", "Evaluate")},
    {Page::Export, "export", QT_TRANSLATE_NOOP("salient::Navigation", "Export")},
    {Page::Lessons, "lessons", QT_TRANSLATE_NOOP("salient::Navigation", "Lessons")},
}};

constexpr int kWidth = 168;
constexpr int kBesideTitle = 66;  // the tick, and what lies between
constexpr int kRowEdge = 6;       // between a row's fill and the list's edge
constexpr int kBesideIcon = 10;   // between the fill's edge and the picture, and on its other side
constexpr int kRowHeight = 40;
constexpr int kIconSize = 20;
constexpr double kFrame = 1.5;
constexpr int kDoneRole = Qt::UserRole;
constexpr int kBesideRole = Qt::UserRole + 1;

int pictureSize(const QFontMetrics& metrics) { return std::max(kIconSize, metrics.height()); }

/// Icon, title, and a small tick at the right where the step is done; a frame where it is shown beside the chosen one. In a narrow list the
/// tick is in the corner, and there is no title.
class StepDelegate : public QStyledItemDelegate {
public:
    explicit StepDelegate(Navigation& list) : QStyledItemDelegate(&list), list_(list) {}
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& /*index*/) const override {
        return {list_.widthOf(list_.isNarrow()), std::max(kRowHeight, 2 * option.fontMetrics.height())};
    }
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const bool is_chosen = (option.state & QStyle::State_Selected) != 0;
        const bool is_hovered = (option.state & QStyle::State_MouseOver) != 0;
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        const QRect row = option.rect.adjusted(kRowEdge, 2, -kRowEdge, -2);
        if (is_chosen || is_hovered) {
            QColor fill = is_chosen ? option.palette.highlight().color() : option.palette.buttonText().color();
            if (!is_chosen) fill.setAlphaF(0.08F);
            painter->setPen(Qt::NoPen);
            painter->setBrush(fill);
            painter->drawRoundedRect(row, 6, 6);
        }
        if (!is_chosen && index.data(kBesideRole).toBool()) {
            painter->setPen(QPen(option.palette.color(QPalette::Highlight), kFrame));
            painter->setBrush(Qt::NoBrush);
            painter->drawRoundedRect(row.adjusted(1, 1, -1, -1), 5, 5);
        }
        if ((option.state & QStyle::State_HasFocus) != 0 && (option.state & QStyle::State_KeyboardFocusChange) != 0) {
            painter->setPen(QPen(option.palette.color(is_chosen ? QPalette::HighlightedText : QPalette::Highlight), 1, Qt::DotLine));
            painter->setBrush(Qt::NoBrush);
            painter->drawRoundedRect(row.adjusted(2, 2, -2, -2), 5, 5);
        }
        const QIcon::Mode mode = is_chosen ? QIcon::Selected : QIcon::Normal;
        const int icon_size = pictureSize(option.fontMetrics);
        const QRect icon_box(row.left() + kBesideIcon, row.center().y() - icon_size / 2, icon_size, icon_size);
        index.data(Qt::DecorationRole).value<QIcon>().paint(painter, icon_box, Qt::AlignCenter, mode);
        painter->setPen(option.palette.color(is_chosen ? QPalette::HighlightedText : QPalette::WindowText));
        if (!list_.isNarrow()) {
            const QRect text_box = row.adjusted(kBesideIcon + icon_size + kBesideIcon, 0, -28, 0);
            painter->setFont(option.font);
            painter->drawText(text_box, Qt::AlignVCenter | Qt::AlignLeft, index.data(Qt::DisplayRole).toString());
        }
        if (index.data(kDoneRole).toBool()) {
            const QRect tick =
                list_.isNarrow() ? QRect(row.right() - 11, row.top() + 2, 10, 10) : QRect(row.right() - 24, row.center().y() - 7, 14, 14);
            icon(QStringLiteral("check")).paint(painter, tick, Qt::AlignCenter, mode);
        }
        painter->restore();
    }

private:
    Navigation& list_;
};

}  // namespace

QString pageTitle(Page page) { return Navigation::tr(kSteps[static_cast<std::size_t>(page)].title); }

QKeySequence pageShortcut(Page page) {
    if (page == Page::Lessons) return {Qt::CTRL | Qt::Key_L};
    const int digit = (static_cast<int>(page) + 1) % 10;  // the tenth step has the 0
    return {Qt::CTRL | static_cast<Qt::Key>(Qt::Key_0 + digit)};
}

QKeySequence pageBesideShortcut(Page page) {
    // Two strokes: where digits are typed with Shift, Ctrl+Shift+1 would be what Ctrl+1 arrives as.
    return {QKeyCombination(Qt::CTRL | Qt::Key_B), QKeyCombination(pageShortcut(page)[0].key())};
}

Navigation::Navigation(QWidget* parent) : QListWidget(parent) {
    setAccessibleName(tr("Steps"));
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setItemDelegate(new StepDelegate(*this));
    setMouseTracking(true);
    setSelectionMode(QAbstractItemView::SingleSelection);
    viewport()->setBackgroundRole(QPalette::Window);
    for (const Step& step : kSteps) {
        auto* item = new QListWidgetItem(icon(QString::fromLatin1(step.icon)), pageTitle(step.page), this);
        item->setToolTip(QStringLiteral("%1 (%2)").arg(pageTitle(step.page), pageShortcut(step.page).toString(QKeySequence::NativeText)));
    }
    fitWidth();
    setCurrentRow(0);
    connect(this, &QListWidget::currentRowChanged, this, &Navigation::choose);
}

int Navigation::widthOf(bool narrow) const {
    if (narrow) return pictureSize(fontMetrics()) + 2 * (kRowEdge + kBesideIcon);
    int widest = 0;
    for (const Step& step : kSteps) widest = std::max(widest, fontMetrics().horizontalAdvance(pageTitle(step.page)));
    return std::max(kWidth, widest + fontMetrics().height() + kBesideTitle);
}

void Navigation::fitWidth() { setFixedWidth(widthOf(is_narrow_)); }

void Navigation::setNarrow(bool narrow) {
    if (narrow == is_narrow_) return;
    is_narrow_ = narrow;
    fitWidth();
    scheduleDelayedItemsLayout();  // the rows are as wide as the list
}

void Navigation::changeEvent(QEvent* event) {
    QListWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) fitWidth();
}

void Navigation::setPage(Page page) { setCurrentRow(static_cast<int>(page)); }

void Navigation::choose(int row) {
    if (row < 0) return;
    const auto chosen = static_cast<Page>(row);
    if (chosen == beside_) {
        // When the press that chose it is over: it still selects the row.
        QMetaObject::invokeMethod(
            this, [this] { setPage(page_); }, Qt::QueuedConnection);
        emit besideChosen();
    } else if (chosen != page_) {
        page_ = chosen;
        emit pageChosen(page_);
    }
}

QModelIndex Navigation::moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) {
    const QModelIndex next = QListWidget::moveCursor(action, modifiers);
    if (!beside_ || next.row() != static_cast<int>(*beside_)) return next;
    const int onwards = next.row() < currentRow() ? -1 : 1;
    const QModelIndex beyond = next.siblingAtRow(next.row() + onwards);
    return beyond.isValid() ? beyond : next.siblingAtRow(next.row() - onwards);
}

void Navigation::setBeside(std::optional<Page> page) {
    beside_ = page;
    for (int row = 0; row < count(); ++row) {
        const bool is_beside = page && row == static_cast<int>(*page);
        item(row)->setData(kBesideRole, is_beside);
        item(row)->setData(Qt::AccessibleDescriptionRole, is_beside ? tr("Shown beside") : QString());
    }
}

void Navigation::setDone(Page page, bool done) { item(static_cast<int>(page))->setData(kDoneRole, done); }

}  // namespace salient
