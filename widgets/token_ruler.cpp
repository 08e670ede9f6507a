#include "widgets/token_ruler.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "widgets/heatmap_view.h"
#include "widgets/text_width.h"
#include "widgets/theme.h"

namespace salient {

namespace {
constexpr int kWidth = 14;  // average characters
}  // namespace

TokenRuler::TokenRuler(const HeatmapView& heatmap, QWidget* parent) : QWidget(parent), heatmap_(heatmap) {
    keepWidth(this, kWidth);
    setToolTip(tr("The tokens of the window, one for each row of the heatmap"));
    setAccessibleName(tr("Tokens"));
    connect(&heatmap, &HeatmapView::viewportChanged, this, qOverload<>(&QWidget::update));
}

void TokenRuler::setTokens(const QStringList& tokens) {
    tokens_ = tokens;
    current_ = -1;
    update();
}

void TokenRuler::setCurrentRow(Index row) {
    current_ = row >= 0 && row < tokens_.size() ? row : -1;
    update();
}

double TokenRuler::middleOf(Index row) const {
    const QRect plot = heatmap_.plotRect();
    const MatrixRegion shown = heatmap_.viewport();
    return plot.top() + (static_cast<double>(row) + 0.5 - shown.first_row) * plot.height() / shown.n_rows;
}

std::vector<Index> TokenRuler::labelledRows() const {
    const MatrixRegion shown = heatmap_.viewport();
    if (tokens_.isEmpty() || !(shown.n_rows > 0.0)) return {};
    const double row_height = heatmap_.plotRect().height() / shown.n_rows;
    const auto step = static_cast<Index>(std::max(1.0, std::ceil(fontMetrics().height() / row_height)));
    const auto first = static_cast<Index>(std::max(0.0, std::ceil(shown.first_row - 0.5)));
    const double end = std::min(shown.first_row + shown.n_rows, static_cast<double>(tokens_.size()));
    const bool has_current = current_ >= first && static_cast<double>(current_) + 0.5 <= end;
    std::vector<Index> rows;
    for (Index row = (first + step - 1) / step * step; static_cast<double>(row) + 0.5 <= end; row += step) {
        if (has_current && row != current_ && std::abs(row - current_) < step) continue;  // it would cover the current one
        rows.push_back(row);
    }
    if (has_current && std::ranges::find(rows, current_) == rows.end()) {
        rows.insert(std::ranges::lower_bound(rows, current_), current_);
    }
    return rows;
}

void TokenRuler::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const QFontMetrics metrics = fontMetrics();
    for (const Index row : labelledRows()) {
        const QRect line(0, static_cast<int>(std::lround(middleOf(row))) - metrics.height() / 2, width() - 2, metrics.height());
        const bool is_current = row == current_;
        if (is_current) painter.fillRect(line, palette().color(QPalette::Highlight));
        painter.setPen(is_current ? palette().color(QPalette::HighlightedText) : mutedText(palette()));
        painter.drawText(line.adjusted(2, 0, -2, 0), Qt::AlignRight | Qt::AlignVCenter | Qt::TextSingleLine,
                         metrics.elidedText(tokens_.at(row), Qt::ElideRight, line.width() - 4));
    }
}

}  // namespace salient
