#pragma once

#include <QWidget>
#include <map>
#include <memory>
#include <vector>

#include "core/quant/gptq_stepper.h"

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
class HeatmapView;

/// A layer (or a slice of one) ready to be stepped through. Built away from the window's thread: that is the expensive part.
struct StepperInput {
    QString layer;                         ///< name shown in titles
    std::shared_ptr<GptqStepper> stepper;  ///< moved by the panel alone
    Index block_size = 128;                ///< GptqOptions::block_size it was made with
};

/// GPTQ one column, block or group at a time, in both directions: the weights so far, the error left behind, the update about to be
/// made, the row of U = chol(H⁻¹) in use, the paper's equation with today's numbers, and the running loss beside plain rounding's.
/// Arrows: one column. Shift+arrows: one group. PageUp and PageDown: one block. Home, End: start and end. Space: play or pause.
class StepperPanel : public QWidget {
    Q_OBJECT

public:
    explicit StepperPanel(QWidget* parent = nullptr);

    void setStepper(StepperInput input);
    [[nodiscard]] Index position() const;
    [[nodiscard]] bool isPlaying() const;
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

signals:
    void positionChanged(salient::Index position);
    /// Output row and input channel (original number, whatever the processing order).
    void cellChosen(salient::Index row, salient::Index channel);
    /// Playing stopped by itself, and why.
    void stopped(const QString& reason);
    /// What if: solve again with this channel kept unrounded (or not any more), or processed at that position.
    void keepColumnWanted(salient::Index channel);
    void moveColumnWanted(salient::Index channel, salient::Index position);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QWidget* buildMaps();
    QWidget* buildControls();
    QWidget* buildCharts();
    QToolButton* addButton(const QString& icon, const QString& name, const QString& tip, auto slot);
    void restyle();
    void advance();
    [[nodiscard]] QString reasonToStop(Index position) const;
    [[nodiscard]] Index groupAt(Index position) const;
    [[nodiscard]] Index channelAt(Index position) const;
    void refresh();
    void refreshMaps(const GptqStepper::State& state);
    void refreshText(const GptqStepper::State& state);
    void refreshLoss(const GptqStepper::State& state);
    void refreshRow(const GptqStepper::State& state);
    void showRowOfU(const GptqStepper::State& state);
    void showInflow();
    void choose(Index row, Index position);

    StepperInput input_;
    // Everything in processing order.
    std::shared_ptr<const Matrix> original_;  // W
    Matrix rounded_;                          // Ŵ
    std::vector<Index> position_of_;          // input channel → position
    std::vector<double> losses_;              // after 0, 1, … columns
    std::map<Index, double> nearest_after_;   // position → loss if the rest were rounded as it stands, where visited
    float error_limit_ = 0.0F;                // largest |W − Ŵ|
    Index row_ = 0;
    Index chosen_position_ = -1;
    std::shared_ptr<const GptqStepper::State> state_;

    HeatmapView* weights_;
    HeatmapView* error_;
    HeatmapView* pending_;
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
    QToolButton* play_button_ = nullptr;
    QToolButton* keep_button_ = nullptr;
    QToolButton* first_button_ = nullptr;
    std::vector<std::pair<QToolButton*, QString>> icons_;  // button → icon name
};

}  // namespace salient
