#include "widgets/flow_row.h"

#include <QEvent>
#include <QLayoutItem>
#include <algorithm>

namespace salient {

namespace {

constexpr int kGap = 6;        // between what stays together
constexpr int kGroupGap = 12;  // between what may be parted
constexpr int kLineGap = 6;

/// Width of parts beside each other, `width` of each.
template <typename Parts, typename Width>
int widthOf(const Parts& parts, int gap, Width width) {
    int sum = parts.empty() ? 0 : gap * (static_cast<int>(parts.size()) - 1);
    for (const auto& part : parts) sum += width(part);
    return sum;
}

/// Makes parts smaller until they fit: first those that stretch, none below what it needs.
template <typename Group>
void squeeze(Group& group, int excess) {
    for (const bool stretches : {true, false}) {
        for (auto& part : group) {
            if (part.stretches != stretches) continue;
            const int taken = std::clamp(part.size.width() - part.least.width(), 0, std::max(0, excess));
            part.size.rwidth() -= taken;
            excess -= taken;
        }
    }
}

}  // namespace

FlowRow::FlowRow(QWidget* parent) : QWidget(parent) { setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed); }

void FlowRow::add(std::initializer_list<QWidget*> together, QWidget* stretching) {
    bool is_first = true;
    for (QWidget* widget : together) {
        widget->setParent(this);
        items_.push_back({widget, is_first, widget == stretching});
        is_first = false;
    }
    updateGeometry();
}

std::vector<FlowRow::Group> FlowRow::groups() const {
    std::vector<Group> groups;
    bool is_begun = false;
    for (const Item& item : items_) {
        if (item.starts_group) is_begun = false;
        if (item.widget->isHidden()) continue;
        if (!is_begun) groups.emplace_back();
        is_begun = true;
        const QWidgetItem measured(item.widget);
        const QSize least = measured.minimumSize();
        QSize wanted = measured.sizeHint().expandedTo(least);
        if (item.widget->hasHeightForWidth()) wanted.setHeight(item.widget->fontMetrics().height());  // one line, until its width is known
        groups.back().push_back({item.widget, least, wanted, item.stretches});
    }
    return groups;
}

QSize FlowRow::sizeHint() const {
    const std::vector<Group> all = groups();
    int height = 0;
    for (const Group& group : all) {
        for (const Part& part : group) height = std::max(height, part.size.height());
    }
    const auto wide = [](const Group& group) { return widthOf(group, kGap, [](const Part& part) { return part.size.width(); }); };
    return {widthOf(all, kGroupGap, wide), height};
}

QSize FlowRow::minimumSizeHint() const {
    int width = 0;
    for (const Group& group : groups()) width = std::max(width, widthOf(group, kGap, [](const Part& part) { return part.least.width(); }));
    return {width, sizeHint().height()};
}

void FlowRow::arrange() {
    const int room = width();
    std::vector<std::vector<Group>> lines;
    int used = 0;
    for (Group& group : groups()) {
        int needed = widthOf(group, kGap, [](const Part& part) { return part.size.width(); });
        if (needed > room) {
            squeeze(group, needed - room);
            needed = widthOf(group, kGap, [](const Part& part) { return part.size.width(); });
        }
        if (lines.empty() || used + kGroupGap + needed > room) {
            lines.emplace_back();
            used = needed;
        } else {
            used += kGroupGap + needed;
        }
        lines.back().push_back(std::move(group));
    }

    int top = 0;
    for (std::vector<Group>& line : lines) {
        int n_stretching = 0;
        int left = room - kGroupGap * (static_cast<int>(line.size()) - 1);
        for (const Group& group : line) {
            left -= widthOf(group, kGap, [](const Part& part) { return part.size.width(); });
            for (const Part& part : group) n_stretching += part.stretches ? 1 : 0;
        }
        int height = 0;
        for (Group& group : line) {
            for (Part& part : group) {
                if (part.stretches && left > 0) {
                    const int more = std::min(left / n_stretching, part.widget->maximumWidth() - part.size.width());
                    part.size.rwidth() += std::max(0, more);
                }
                if (part.widget->hasHeightForWidth()) part.size.setHeight(part.widget->heightForWidth(part.size.width()));
                height = std::max(height, part.size.height());
            }
        }
        int x = 0;
        for (const Group& group : line) {
            for (const Part& part : group) {
                const auto policy = static_cast<unsigned>(part.widget->sizePolicy().verticalPolicy());
                const bool grows = (policy & static_cast<unsigned>(QSizePolicy::GrowFlag)) != 0;
                const int tall = grows ? height : part.size.height();
                part.widget->setGeometry(x, top + (height - tall) / 2, part.size.width(), tall);
                x += part.size.width() + kGap;
            }
            x += kGroupGap - kGap;
        }
        top += height + kLineGap;
    }
    n_lines_ = std::max(1, static_cast<int>(lines.size()));
    const int height = std::max(0, top - kLineGap);
    if (height != minimumHeight() || height != maximumHeight()) setFixedHeight(height);
}

bool FlowRow::event(QEvent* event) {
    const bool is_known = QWidget::event(event);
    if (event->type() == QEvent::LayoutRequest) {  // of a child that was shown, hidden, or needs other room
        arrange();
        updateGeometry();
    }
    return is_known;
}

void FlowRow::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    arrange();
}

void FlowRow::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    arrange();  // nobody told while it was hidden
}

}  // namespace salient
