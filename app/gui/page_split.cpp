#include "app/gui/page_split.h"

#include <QEvent>
#include <algorithm>

#include "app/gui/page_scroller.h"

namespace salient {

namespace {

// Average characters across a page that shares the width. Two of these, and the list of steps without its titles, are on 1280 pixels.
constexpr int kLeastCharacters = 76;

int leastWidth(const PageScroller& page) { return std::max(page.leastWidth(), kLeastCharacters * page.fontMetrics().averageCharWidth()); }

}  // namespace

PageSplit::PageSplit(QWidget* page, QWidget* beside, QWidget* parent) : QSplitter(Qt::Horizontal, parent), beside_part_(beside) {
    setChildrenCollapsible(false);
    addWidget(page);
    addWidget(beside);
    beside->hide();
    connect(this, &QSplitter::splitterMoved, this, [this] { moveDivider(0.0); });  // where it is already
}

void PageSplit::setPages(const PageScroller* page, const PageScroller* beside) {
    page_ = page;
    beside_ = beside;
    too_narrow_ = 0;
    beside_part_->setVisible(beside != nullptr);
    fit();
}

void PageSplit::setBelowWanted(bool below) {
    is_below_wanted_ = below;
    fit();
}

void PageSplit::setShare(double share) {
    share_ = std::clamp(share, kLeastShare, kMostShare);
    fit();
}

/// Other than share() where the pages do not leave that much room to each other.
double PageSplit::shownShare() const {
    const QList<int> parts = sizes();
    return static_cast<double>(parts[0]) / std::max(1, parts[0] + parts[1]);
}

void PageSplit::moveDivider(double step) {
    setShare(shownShare() + step);
    emit shareChanged();
}

bool PageSplit::wouldStandSideBySide(int room) const {
    if (beside_ == nullptr || is_below_wanted_) return false;
    return leastWidth(*page_) + leastWidth(*beside_) + handleWidth() <= room && room > too_narrow_;
}

void PageSplit::fit() {
    arrange();
    emit needsChanged();
}

void PageSplit::arrange() {
    if (beside_ == nullptr) return;
    const int least_first = leastWidth(*page_);
    const int least_second = leastWidth(*beside_);
    const bool has_room = least_first + least_second + handleWidth() <= width();
    // A page may need more width the less it gets: it does not go to and fro between two answers.
    if (!has_room && orientation() == Qt::Horizontal) too_narrow_ = std::max(too_narrow_, width());
    const bool is_side_by_side = wouldStandSideBySide(width());
    setOrientation(is_side_by_side ? Qt::Horizontal : Qt::Vertical);
    const int room = (is_side_by_side ? width() : height()) - handleWidth();
    int first = qRound(share_ * room);
    if (is_side_by_side) first = std::clamp(first, least_first, room - least_second);
    setSizes({first, room - first});
}

bool PageSplit::event(QEvent* event) {
    const bool is_taken = QSplitter::event(event);
    if (event->type() == QEvent::LayoutRequest) arrange();
    return is_taken;
}

void PageSplit::changeEvent(QEvent* event) {
    QSplitter::changeEvent(event);
    if (event->type() != QEvent::FontChange) return;
    too_narrow_ = 0;
    fit();
}

void PageSplit::resizeEvent(QResizeEvent* event) {
    QSplitter::resizeEvent(event);
    arrange();
}

}  // namespace salient
