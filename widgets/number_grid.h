#pragma once

#include <QStringList>
#include <QWidget>

#include "core/tensor/matrix.h"
#include "widgets/colour_map.h"

namespace salient {

/// A small matrix as numbers in coloured cells, with a title and numbered rows and columns. For matrices that are read one number at a
/// time; HeatmapView shows large ones. Arrows move the chosen cell; a click or an arrow chooses.
class NumberGrid : public QWidget {
    Q_OBJECT
public:
    explicit NumberGrid(QWidget* parent = nullptr);

    /// NaN is an empty cell: nothing known yet.
    void setMatrix(const Matrix& matrix);
    [[nodiscard]] const Matrix& matrix() const noexcept { return matrix_; }
    void setTitle(const QString& title);
    [[nodiscard]] const QString& title() const noexcept { return title_; }
    /// One colour scale for several grids; ± the largest magnitude until set.
    void setColourScale(const ColourScale& scale);
    /// Digits after the point of every cell; −1: as many as three digits of the largest number take, none if all are whole.
    void setDecimals(int decimals);
    /// Frames a column, as the one in work; −1: none.
    void setMarkedColumn(Index column);
    /// Frames a cell, a row (column −1) or a column (row −1). Does not emit.
    void setChosenCell(Index row, Index column);
    /// Whether cells can be chosen at all. A click gives the grid the focus in any case: the keys of its context menu are meant for it
    /// then.
    void setChoosable(bool is_choosable);

    /// Where a cell is drawn, in widget coordinates.
    [[nodiscard]] QRect cellRect(Index row, Index column) const;
    [[nodiscard]] QString cellText(Index row, Index column) const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

signals:
    void cellChosen(salient::Index row, salient::Index column);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] int cellWidth() const;
    [[nodiscard]] int cellHeight() const;
    [[nodiscard]] int rulerWidth() const;
    [[nodiscard]] int headHeight() const;
    [[nodiscard]] int decimals() const;
    void describe();

    Matrix matrix_;
    QString title_;
    ColourScale scale_;
    bool has_own_scale_ = true;
    int decimals_ = -1;
    Index marked_column_ = -1;
    Index row_ = -1;
    Index column_ = -1;
    bool is_choosable_ = false;
};

}  // namespace salient
