#pragma once

#include <QWidget>
#include <map>
#include <memory>
#include <vector>

#include "widgets/stepper_pictures.h"
#include "widgets/what_if_bar.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QSlider;
class QSpinBox;
class QTimer;
class QToolButton;

namespace salient {

class Chart;
class StepperMaps;

/// A layer (or a slice of one) ready to be stepped through. Built away from the window's thread: that is the expensive part.
struct StepperInput {
    std::shared_ptr<GptqStepper> stepper;       ///< moved by the panel, or of a large layer by what answers picturesWanted(), alone
    std::shared_ptr<const StepperLayer> layer;  ///< that stepper's; null: nothing to show
    WhatIf what_if;
};

/// GPTQ one column, block or group at a time, in both directions: the weights so far, the error left behind, the update about to be
/// made, the row of U = chol(H⁻¹) in use, the paper's equation with today's numbers, and the running loss beside plain rounding's.
/// The pictures of a large layer are made elsewhere: the panel asks with picturesWanted() and shows what setPictures() brings.
/// Arrows: one column. Shift+arrows: one group. PageUp and PageDown: one block. Home, End: start and end. Space: play or pause.
class StepperPanel : public QWidget {
    Q_OBJECT

public:
    explicit StepperPanel(QWidget* parent = nullptr);

    /// Another layer begins at its first column; the same one, solved again, stays at the column and the cell where it was.
    void setStepper(StepperInput input);
    [[nodiscard]] Index position() const noexcept { return position_; }
    [[nodiscard]] bool isPlaying() const;
    /// What is on display: columns done, the chosen cell and what is tried out, in one line; empty: nothing.
    [[nodiscard]] QString stamp() const;
    /// First column from `from` on (exclusive) at which a group, or a block, starts; the number of columns after the last.
    [[nodiscard]] Index nextGroupStart(Index from) const;
    [[nodiscard]] Index previousGroupStart(Index from) const;

public slots:
    /// Moves to that many columns done; bounded.
    void goTo(salient::Index position);
    void play();
    void pause();
    /// Chooses what the equation speaks of; −1 leaves it. Does not emit.
    void setSelectedCell(salient::Index row, salient::Index channel);
    void setBreakOnError(bool is_on, double threshold);
    void setBreakOnGroup(bool is_on);
    /// The answer to picturesWanted(). One about an earlier layer is ignored.
    void setPictures(const salient::StepperPictures& pictures);

signals:
    void positionChanged(salient::Index position);
    /// Of a large layer: stepperPictures() of that position, please. A newer question makes an older one needless.
    void picturesWanted(salient::Index position);
    /// Output row and input channel (original number, whatever the processing order).
    void cellChosen(salient::Index row, salient::Index channel);
    /// Playing stopped by itself, and why.
    void stopped(const QString& reason);
    /// What if: solve again with this channel kept unrounded (or not any more), or processed at that position.
    void keepColumnWanted(salient::Index channel);
    void moveColumnWanted(salient::Index channel, salient::Index position);
    /// … with no column kept or moved.
    void whatIfResetWanted();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QWidget* buildControls();
    QWidget* buildCharts();
    QToolButton* addButton(const QString& icon, const QString& name, const QString& tip, auto slot);
    void restyle();
    void advance();
    [[nodiscard]] QString reasonToStop(Index position) const;
    [[nodiscard]] Index groupAt(Index position) const;
    [[nodiscard]] Index channelAt(Index position) const;
    [[nodiscard]] Index nextBlockStart(Index from) const;
    [[nodiscard]] Index previousBlockStart(Index from) const;
    [[nodiscard]] Index chosenPosition() const;
    [[nodiscard]] Index columnCount() const noexcept { return input_.layer ? input_.layer->columnCount() : 0; }
    void refresh();
    void refreshText();
    void refreshLoss();
    void refreshRow();
    void showRowOfU();
    void showInflow();
    void choose(Index row, Index position);

    StepperInput input_;
    StepperPictures pictures_;               // on display; of a large layer, they may be those of a position before
    Index position_ = 0;                     // where the user is
    std::map<Index, double> nearest_after_;  // position → loss if the rest were rounded as it stands, where visited
    Index row_ = 0;
    Index chosen_channel_ = -1;

    StepperMaps* maps_;
    QLabel* place_;
    QLabel* equation_;
    QLabel* message_;
    Chart* loss_;
    Chart* row_chart_;
    QComboBox* row_content_;
    QSlider* jump_slider_;
    QSpinBox* jump_spin_;
    QCheckBox* break_error_;
    QDoubleSpinBox* break_threshold_;
    QCheckBox* break_group_;
    QSlider* speed_;
    QTimer* timer_;
    WhatIfBar* what_if_;
    QToolButton* play_button_ = nullptr;
    std::vector<std::pair<QToolButton*, QString>> icons_;  // button → icon name
};

}  // namespace salient
