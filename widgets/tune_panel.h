#pragma once

#include <QWidget>
#include <optional>
#include <vector>

#include "widgets/clip_panel.h"
#include "widgets/tune_model.h"

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QPushButton;
class QSlider;
class QSpinBox;
class QTimer;

namespace salient {

class Chart;
class TuneDifficultyView;
class TuneHistory;

/// A question for the exact loss, to be answered with TunePanel::setLoss() and the same serial.
struct TuneRequest {
    int serial = 0;
    TuneMethod method = TuneMethod::AwqRatio;
    std::vector<float> scales;  ///< [in]
};

/// AWQ's ratio or SmoothQuant's α by hand: live error, the whole loss curve with its optimum, how difficult activations and weights
/// are before and after, and the scale of any single channel.
/// Small layers are computed on the spot. For large ones the panel answers within a frame from a few rows ("≈"), emits lossWanted(),
/// curveWanted() and clipWanted(), and shows the exact numbers when they come.
/// Ctrl+Z and Ctrl+Shift+Z go through the choices made here, in turn with edits made elsewhere (tune_history.h).
class TunePanel : public QWidget {
    Q_OBJECT

public:
    explicit TunePanel(QWidget* parent = nullptr);

    /// A completed() model; one without channels shows the empty state. The same layers on other grids keep choice and history, and the
    /// pinned state where that can be measured anew at once; other layers keep method and value alone.
    void setModel(const TuneModel& model);
    [[nodiscard]] const TuneChoice& choice() const noexcept { return choice_; }
    /// The layer on display; empty: none.
    [[nodiscard]] const QString& layer() const noexcept { return model_.layer; }
    /// Relative output error on display.
    [[nodiscard]] double shownLoss() const noexcept { return shown_loss_; }
    [[nodiscard]] bool isExact() const noexcept { return is_exact_; }
    [[nodiscard]] const ClipPanel& clip() const noexcept { return *clip_; }
    /// What is on display and with which settings, in one line; empty: nothing.
    [[nodiscard]] QString stamp() const;
    /// The value of least loss on the curve, once it is complete.
    [[nodiscard]] std::optional<double> optimum() const;

public slots:
    /// For undo and for reopening; does not emit choiceChanged().
    void setChoice(const salient::TuneChoice& choice);
    void setSelectedChannel(salient::Index channel);
    /// Exact answers; one to an older question is ignored.
    void setLoss(int serial, double relative_error);
    void setCurve(salient::TuneMethod method, const std::vector<double>& relative_errors);
    void setClipLosses(int serial, const salient::ClipLosses& losses);
    void useOptimum();
    void reset();
    void pin();
    /// So many edits of the recipe are done, of those that can be undone: each has its turn under the keys of undo.
    void setEditsElsewhere(int n_edits);

signals:
    /// After every change by the user; the end of a drag or of typing is when undo should remember it.
    void choiceChanged(const salient::TuneChoice& choice);
    void choiceSettled(const salient::TuneChoice& choice);
    void lossWanted(const salient::TuneRequest& request);
    /// The losses at tuneValues(method), without channel factors.
    void curveWanted(salient::TuneMethod method);
    /// The losses of a clip, see ClipPanel.
    void clipWanted(const salient::ClipRequest& request);
    void channelSelected(salient::Index channel);
    /// Put its value into the recipe, for the layers that share this input or for their like in all blocks.
    void applyWanted(const salient::TuneChoice& choice, bool to_all_like_this);
    /// The same with the clip, as a share of each group's largest |w|, and nothing else.
    void applyClipWanted(double share, bool to_all_like_this);

private:
    QWidget* buildValueRow();
    QWidget* buildCharts();
    QWidget* buildChannelRow();
    void changeChoice(const TuneChoice& choice);
    void takeChoice(const TuneChoice& choice);
    void settle();
    void showChoice();
    void showNote();
    void computeLoss();
    void showLoss(double relative_error, bool is_exact);
    void startCurve();
    void continueCurve();
    void showCurve();
    void showChannel();
    void scaleChannel(Index channel, double factor);
    [[nodiscard]] bool isDirect() const;
    [[nodiscard]] double factorOf(Index channel) const;

    TuneModel model_;
    TuneModel preview_;  // what the curve and the first answer are computed from: model_ itself when it is small
    TuneChoice choice_;
    std::vector<float> scales_;
    double shown_loss_ = 0.0;
    bool is_exact_ = false;
    int serial_ = 0;
    std::vector<double> curve_;  // as many as are known
    bool is_curve_exact_ = false;
    struct Pinned {
        TuneChoice choice;
        double loss = 0.0;
    };
    std::optional<Pinned> pinned_;
    Index channel_ = -1;

    TuneHistory* history_;
    QComboBox* method_;
    QLabel* value_name_;
    QSlider* value_slider_;
    QDoubleSpinBox* value_spin_;
    QLabel* loss_;
    QLabel* comparison_;
    QLabel* note_;
    QPushButton* apply_;
    QPushButton* apply_all_;
    Chart* curve_chart_;
    ClipPanel* clip_;
    TuneDifficultyView* difficulty_;
    QSpinBox* channel_spin_;
    QDoubleSpinBox* factor_spin_;
    QSlider* factor_slider_;
    QLabel* channel_text_;
    std::vector<QWidget*> controls_;  // disabled while there is no model
    QTimer* ask_timer_;               // gathers the questions of a drag
    QTimer* curve_timer_;             // one point of the curve per turn of the event loop
    QTimer* settle_timer_;            // a drag in a chart has no end of its own
};

}  // namespace salient
