#include "widgets/tune_difficulty_view.h"

#include <QTimer>

#include "widgets/chart.h"

namespace salient {

TuneDifficultyView::TuneDifficultyView(QWidget* parent)
    : QSplitter(Qt::Vertical, parent), activation_chart_(new Chart), weight_chart_(new Chart), draw_timer_(new QTimer(this)) {
    setChildrenCollapsible(false);
    activation_chart_->setTitle(tr("Activations: largest |x| per channel"));
    weight_chart_->setTitle(tr("Weights: largest |w| per channel"));
    const QString drag_tip = tr("Shift+drag changes the scale of the channel under the cursor. ");
    activation_chart_->setToolTip(drag_tip + activation_chart_->toolTip());
    for (Chart* chart : {activation_chart_, weight_chart_}) {
        chart->setAxes({tr("input channel"), false, true, {}, {}}, {tr("largest magnitude"), true, false, {}, {}});
        chart->setPointName(tr("channel"));
        chart->setEmptyText(tr("Choose a layer to tune."));
        connect(chart, &Chart::chosen, this, &TuneDifficultyView::channelChosen);
        addWidget(chart);
    }
    connect(activation_chart_, &Chart::xRangeChanged, weight_chart_, &Chart::setXRange);
    connect(weight_chart_, &Chart::xRangeChanged, activation_chart_, &Chart::setXRange);
    connect(activation_chart_, &Chart::hovered, weight_chart_, &Chart::setCursorIndex);
    connect(weight_chart_, &Chart::hovered, activation_chart_, &Chart::setCursorIndex);
    connect(activation_chart_, &Chart::valueDragged, this, [this](Index channel, double height) {
        const auto i = static_cast<std::size_t>(channel);
        if (i >= scales_.size() || !(height > 0.0) || !(activation_[i] > 0.0)) return;
        emit scaleDragged(channel, activation_[i] / height);
    });
    draw_timer_->setSingleShot(true);
    draw_timer_->setInterval(0);
    connect(draw_timer_, &QTimer::timeout, this, &TuneDifficultyView::draw);
}

void TuneDifficultyView::setLargest(const std::vector<float>& activation, const std::vector<float>& weight) {
    activation_.assign(activation.begin(), activation.end());
    weight_.assign(weight.begin(), weight.end());
    scales_.clear();
    if (!activation_.empty()) return;
    draw_timer_->stop();
    for (Chart* chart : {activation_chart_, weight_chart_}) {
        chart->setSeries({});
        chart->setMarks({});
    }
}

void TuneDifficultyView::setScales(const std::vector<float>& scales) {
    scales_.assign(scales.begin(), scales.end());
    draw_timer_->start();
}

void TuneDifficultyView::setSelectedChannel(Index channel) {
    for (Chart* chart : {activation_chart_, weight_chart_})
        chart->setMarks({{static_cast<double>(channel), tr("channel %1").arg(channel), 4}});
}

void TuneDifficultyView::draw() {
    using Kind = ChartSeries::Kind;
    std::vector<double> activation_after = activation_;
    std::vector<double> weight_after = weight_;
    for (std::size_t i = 0; i < scales_.size(); ++i) {
        activation_after[i] /= scales_[i];
        weight_after[i] *= scales_[i];
    }
    activation_chart_->setSeries({{tr("after, |x| / s"), Kind::Line, {}, std::move(activation_after), {}, 0, false},
                                  {tr("before"), Kind::Line, {}, activation_, {}, 1, true}});
    weight_chart_->setSeries({{tr("after, |w| · s"), Kind::Line, {}, std::move(weight_after), {}, 0, false},
                              {tr("before"), Kind::Line, {}, weight_, {}, 1, true}});
}

}  // namespace salient
