#pragma once

#include <QString>
#include <limits>
#include <vector>

#include "core/tensor/matrix.h"
#include "widgets/flow_row.h"

class QLabel;
class QSpinBox;
class QToolButton;

namespace salient {

/// A column that is processed somewhere else than in its turn.
struct MovedColumn {
    Index channel = -1;
    Index position = 0;  ///< columns done before it
    bool operator==(const MovedColumn&) const = default;
};

/// What is tried out on a layer, and what it did to the loss ½ tr(D H Dᵀ).
struct WhatIf {
    std::vector<Index> kept;                                        ///< input channels that stay unrounded
    std::vector<MovedColumn> moved;                                 ///< in the order they were moved in
    double loss_before = std::numeric_limits<double>::quiet_NaN();  ///< with nothing tried out; NaN: not known
    double loss = std::numeric_limits<double>::quiet_NaN();
    [[nodiscard]] bool isTouched() const noexcept { return !kept.empty() || !moved.empty(); }
};

/// "Loss 0.41 → 0.37 (−9 %)"; without a share where the first is 0, "Loss 0.37" where it is not known.
[[nodiscard]] QString lossChangeText(double before, double now);

/// The stepper's "what if": keep the column in hand unrounded, or process it at another position; what is tried out so far, what that
/// did to the loss, and the way back.
class WhatIfBar : public FlowRow {
    Q_OBJECT

public:
    explicit WhatIfBar(QWidget* parent = nullptr);

    void setWhatIf(const WhatIf& what_if);
    /// The input channel in hand, of so many columns; −1: none is.
    void setColumn(Index channel, Index n_columns);
    /// All that is tried out, and what it did to the loss, in one line; empty: nothing.
    [[nodiscard]] QString stamp() const;

signals:
    /// About the column in hand: it stays unrounded, or no longer; it is processed at that position.
    void keepWanted();
    void moveWanted(salient::Index position);
    void resetWanted();

private:
    void showColumn();
    [[nodiscard]] QString listText(std::size_t most) const;

    WhatIf what_if_;
    Index channel_ = -1;
    QToolButton* keep_;
    QToolButton* move_;
    QSpinBox* target_;
    QLabel* loss_;
    QLabel* list_;
    QToolButton* reset_;
};

}  // namespace salient
