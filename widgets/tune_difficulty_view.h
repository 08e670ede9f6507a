#pragma once

#include <QSplitter>
#include <vector>

#include "core/tensor/matrix.h"

class QTimer;

namespace salient {

class Chart;

/// How difficult each input channel is to round, before and after scaling: the largest |x| over the largest |w|, in two charts that share
/// their range and cursor.
class TuneDifficultyView : public QSplitter {
    Q_OBJECT

public:
    explicit TuneDifficultyView(QWidget* parent = nullptr);

    /// Largest magnitudes of activations and weights, [in] each; shown with the next scales. Empty: nothing is shown.
    void setLargest(const std::vector<float>& activation, const std::vector<float>& weight);
    /// [in], none of them 0. Drawn in the next turn of the event loop, once for all changes up to then.
    void setScales(const std::vector<float>& scales);
    /// Marks a channel.
    void setSelectedChannel(Index channel);

signals:
    void channelChosen(salient::Index channel);
    /// With that scale the channel's |x| / s is as high as it was dragged to.
    void scaleDragged(salient::Index channel, double scale);

private:
    void draw();

    std::vector<double> activation_;
    std::vector<double> weight_;
    std::vector<double> scales_;
    Chart* activation_chart_;
    Chart* weight_chart_;
    QTimer* draw_timer_;
};

}  // namespace salient
