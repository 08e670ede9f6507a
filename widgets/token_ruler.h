#pragma once

#include <QStringList>
#include <QWidget>
#include <vector>

#include "core/tensor/matrix.h"

namespace salient {

class HeatmapView;

/// The tokens beside a heatmap whose rows they are: in step with its zoom, and as many as there is room for. Stands left of the heatmap,
/// with the same top and height.
class TokenRuler : public QWidget {
    Q_OBJECT
public:
    explicit TokenRuler(const HeatmapView& heatmap, QWidget* parent = nullptr);

    /// [rows] of the heatmap.
    void setTokens(const QStringList& tokens);
    /// Written whether or not its turn comes; −1: none.
    void setCurrentRow(Index row);
    [[nodiscard]] Index currentRow() const noexcept { return current_; }
    /// The rows whose token is written now, from top to bottom.
    [[nodiscard]] std::vector<Index> labelledRows() const;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    [[nodiscard]] double middleOf(Index row) const;

    const HeatmapView& heatmap_;
    QStringList tokens_;
    Index current_ = -1;
};

}  // namespace salient
