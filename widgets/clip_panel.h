#pragma once

#include <QWidget>
#include <optional>
#include <vector>

#include "widgets/tune_clip.h"

class QLabel;
class QPushButton;
class QSlider;
class QTimer;

namespace salient {

class Chart;

/// A question for the exact losses of a clip, to be answered with ClipPanel::setLosses() and the same serial.
struct ClipRequest {
    int serial = 0;
    double share = 1.0;
    std::vector<float> scales;     ///< [in]
    bool wants_references = true;  ///< false: only the clip is new; no clip and the search are known for these scales
};

/// Where the scaled weights lie between 0 and the largest of their group, a clip over it to drag, and what clipping all groups there
/// does to the error, beside no clip and AWQ's own search. Computes while it is seen, and only then.
class ClipPanel : public QWidget {
    Q_OBJECT

public:
    explicit ClipPanel(QWidget* parent = nullptr);

    /// A completed() model, and one small enough to answer from within a frame: the model itself, or some rows of it. Without channels
    /// there is nothing to show.
    void setModel(const TuneModel& model, const TuneModel& preview);
    /// [in] of AWQ; empty: the scales in use are not AWQ's, and nothing is clipped.
    void setScales(std::vector<float> scales);
    /// Where the ranges are cut, as a share of each group's largest |w|.
    [[nodiscard]] double share() const;
    [[nodiscard]] const ClipLosses& losses() const noexcept { return losses_; }
    [[nodiscard]] bool isExact() const noexcept { return is_exact_; }

public slots:
    void setShare(double share);
    /// Exact answers; one to an older question is ignored.
    void setLosses(int serial, const salient::ClipLosses& losses);

signals:
    void clipWanted(const salient::ClipRequest& request);
    /// Put the clip into the recipe, for the layers that share this input or for their like in all blocks.
    void applyWanted(double share, bool to_all_like_this);

protected:
    void showEvent(QShowEvent* event) override;

private:
    [[nodiscard]] bool hasContent() const { return model_.channelCount() > 0 && !scales_.empty(); }
    void refresh();
    void computeLosses(bool are_scales_new);
    void showHistogram();
    void showLosses();

    TuneModel model_;
    TuneModel preview_;
    bool is_direct_ = true;
    std::vector<float> scales_;
    std::vector<double> histogram_;
    ClipLosses losses_;
    std::optional<ClipLosses> references_;  ///< exact ones of no clip and the search, once they are known for the scales
    bool is_exact_ = false;
    bool is_stale_ = true;  ///< model or scales changed while nobody looked
    int serial_ = 0;

    Chart* chart_;
    QSlider* slider_;
    QLabel* share_text_;
    QLabel* text_;
    QPushButton* apply_;
    QPushButton* apply_all_;
    QTimer* refresh_timer_;  // once per turn of the event loop, after the answer to a move of the scales
    QTimer* ask_timer_;      // gathers the questions of a drag
};

}  // namespace salient
