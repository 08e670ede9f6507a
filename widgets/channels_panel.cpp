#include "widgets/channels_panel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QHeaderView>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>
#include <QSplitter>
#include <QTabWidget>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "widgets/chart.h"
#include "widgets/flow_row.h"
#include "widgets/kept_settings.h"
#include "widgets/plain_text.h"
#include "widgets/spectrum_panel.h"
#include "widgets/table_look.h"
#include "widgets/text_width.h"
#include "widgets/token_map_panel.h"
#include "widgets/value_text.h"

namespace salient {

namespace {

constexpr int kRowPadding = 6;

enum Order { ByIndex, ByMean, ByMax, ByWeight };

// The slider is logarithmic in the share: 0.01 % … 100 % on 0 … 400, 100 steps per decade.
constexpr int kSliderSteps = 400;
int sliderFromShare(double share) { return static_cast<int>(std::lround(100.0 * std::log10(std::max(share, 1e-4) / 1e-4))); }
double shareFromSlider(int value) { return 1e-4 * std::pow(10.0, value / 100.0); }

/// Lower border of a histogram bin of |x|; see ChannelStatistics.
double binStart(int bin) { return std::exp2(0.5 * (bin - 1) - 20.0); }

std::vector<double> inOrder(const std::vector<Index>& order, const auto& values) {
    std::vector<double> result(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) result[i] = static_cast<double>(values[static_cast<std::size_t>(order[i])]);
    return result;
}

}  // namespace

ChannelsPanel::ChannelsPanel(QWidget* parent)
    : QWidget(parent),
      model_(new ChannelTableModel(this)),
      table_(new QTableView),
      order_(new QComboBox),
      logarithmic_(new QCheckBox(tr("&Logarithmic"))),
      percentile_(new QDoubleSpinBox),
      share_spin_(new QDoubleSpinBox),
      share_slider_(new QSlider(Qt::Horizontal)),
      summary_(plainLabel(nullptr)),
      activations_(new Chart),
      weights_(new Chart),
      histogram_(new Chart),
      origin_(plainLabel(nullptr)),
      tokens_(new TokenMapPanel),
      spectrum_(new SpectrumPanel) {
    table_->setModel(model_);
    table_->setSortingEnabled(true);
    table_->sortByColumn(ChannelTableModel::MeanAbs, Qt::DescendingOrder);
    showAsRows(*table_, kRowPadding);
    table_->setAccessibleName(tr("Channels"));
    table_->setTabKeyNavigation(false);
    origin_->setWordWrap(true);
    origin_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    origin_->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    origin_->setAccessibleName(tr("Origin of the largest activation"));
    summary_->setWordWrap(true);
    summary_->setAccessibleName(tr("Salient channels"));
    summary_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    const QString empty = tr("Calibrate a model and choose a layer to see its channels.");
    for (Chart* chart : {activations_, weights_}) {
        chart->setEmptyText(empty);
        connect(chart, &Chart::chosen, this, [this](Index place) { choose(shown_order_.at(static_cast<std::size_t>(place))); });
    }
    connect(activations_, &Chart::xRangeChanged, weights_, &Chart::setXRange);
    connect(weights_, &Chart::xRangeChanged, activations_, &Chart::setXRange);
    connect(activations_, &Chart::hovered, weights_, [this](Index at) { weights_->setCursorIndex(at < 0 ? positionOf(selected_) : at); });
    connect(weights_, &Chart::hovered, activations_,
            [this](Index at) { activations_->setCursorIndex(at < 0 ? positionOf(selected_) : at); });
    connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& now) {
        if (now.isValid()) choose(model_->channelAt(now.row()));
    });
    activations_->setObjectName(QStringLiteral("activations"));
    weights_->setObjectName(QStringLiteral("weights"));
    histogram_->setObjectName(QStringLiteral("histogram"));
    order_->setObjectName(QStringLiteral("order"));
    buildControls();
    refreshCharts();
    refreshHistogram();
}

void ChannelsPanel::buildControls() {
    order_->addItems({tr("Index"), tr("Mean |x|, largest first"), tr("Max |x|, largest first"), tr("Max |w|, largest first")});
    order_->setToolTip(tr("Order of the channels in both charts"));
    logarithmic_->setChecked(true);
    logarithmic_->setToolTip(tr("Logarithmic axis for magnitudes (no unit)"));
    percentile_->setRange(50.0, 99.999);
    percentile_->setDecimals(3);
    percentile_->setValue(99.9);
    percentile_->setSuffix(tr(" %"));
    percentile_->setToolTip(tr("Percentile of |x| shown beside maximum and mean, in percent of the calibration tokens"));
    share_spin_->setRange(0.01, 100.0);
    share_spin_->setDecimals(2);
    share_spin_->setValue(1.0);
    share_spin_->setSuffix(tr(" %"));
    share_spin_->setToolTip(tr("Share of channels counted as salient, in percent: those with the largest mean |x| (AWQ: about 1 %)"));
    share_slider_->setRange(0, kSliderSteps);
    share_slider_->setValue(sliderFromShare(0.01));
    share_slider_->setToolTip(share_spin_->toolTip());
    share_slider_->setAccessibleName(tr("Salient share"));
    share_slider_->setMinimumWidth(10 * fontMetrics().averageCharWidth());

    const auto labelled = [](const QString& text, QWidget* buddy) {
        auto* label = new QLabel(text);
        label->setBuddy(buddy);
        buddy->setAccessibleName(QString(text).remove(QLatin1Char('&')));
        return label;
    };
    auto* controls = new FlowRow;
    controls->add({labelled(tr("&Order"), order_), order_, logarithmic_});
    controls->add({labelled(tr("&Percentile"), percentile_), percentile_});
    controls->add({labelled(tr("&Salient share"), share_spin_), share_spin_, share_slider_}, share_slider_);

    auto* charts = new QSplitter(Qt::Vertical);
    charts->addWidget(activations_);
    charts->addWidget(weights_);
    charts->setStretchFactor(0, 3);
    charts->setStretchFactor(1, 2);
    auto* detail = new QWidget;
    auto* detail_layout = new QVBoxLayout(detail);
    detail_layout->setContentsMargins(0, 0, 0, 0);
    detail_layout->addWidget(histogram_, 1);
    detail_layout->addWidget(origin_);
    auto* side = new QSplitter(Qt::Vertical);
    side->addWidget(table_);
    side->addWidget(detail);
    side->setStretchFactor(0, 3);
    side->setStretchFactor(1, 2);
    auto* split = new QSplitter(Qt::Horizontal);
    split->addWidget(charts);
    split->addWidget(side);
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 2);
    split->setChildrenCollapsible(false);
    auto* overview = new QWidget;
    auto* overview_layout = new QVBoxLayout(overview);
    overview_layout->setContentsMargins(0, 6, 0, 0);
    overview_layout->addWidget(controls);
    overview_layout->addWidget(summary_);
    overview_layout->addWidget(split, 1);
    auto* tabs = new QTabWidget;
    tabs->setDocumentMode(true);
    tabs->addTab(overview, tr("Channels"));
    tabs->setTabToolTip(0, tr("Every input channel over all tokens"));
    tabs->addTab(tokens_, tr("Tokens"));
    tabs->setTabToolTip(1, tr("Every channel at each token of one window"));
    tabs->addTab(spectrum_, tr("Spectrum"));
    tabs->setTabToolTip(2, tr("The eigenvalues of the layer's Hessian, and the damping"));
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(tabs);
    connect(tokens_, &TokenMapPanel::channelSelected, this, [this](Index channel) {
        if (channel < model_->rowCount()) choose(channel);
    });

    keepSetting(tabs, "channels.tab");
    keepSetting(order_, "channels.order");
    keepSetting(logarithmic_, "channels.logarithmic");
    keepSetting(percentile_, "channels.percentile");
    keepSetting(share_spin_, "channels.salient_share");
    keepSetting(charts, "channels.charts");
    keepSetting(side, "channels.side");
    keepSetting(split, "channels.split");
    keepSetting(table_->horizontalHeader(), "channels.sort");
    keepSetting(table_, "channels.table");
    followFont(table_, [this] { table_->resizeColumnsToContents(); });
    connect(order_, &QComboBox::currentIndexChanged, this, [this] {
        refreshOrder();
        refreshCharts();
    });
    connect(logarithmic_, &QCheckBox::toggled, this, &ChannelsPanel::refreshCharts);
    connect(percentile_, &QDoubleSpinBox::valueChanged, this, [this](double percent) {
        model_->setPercentile(percent / 100.0);
        refreshCharts();
    });
    connect(share_spin_, &QDoubleSpinBox::valueChanged, this, [this](double percent) {
        const QSignalBlocker blocker(share_slider_);
        share_slider_->setValue(sliderFromShare(percent / 100.0));
        refreshSalient();
        refreshCharts();
        emit salientShareChanged(percent / 100.0);
    });
    connect(share_slider_, &QSlider::valueChanged, this, [this](int value) { share_spin_->setValue(100.0 * shareFromSlider(value)); });
}

void ChannelsPanel::setChannels(const ChannelData& channels) {
    selected_ = -1;
    tokens_->setSelectedChannel(-1);
    model_->setChannels(channels);
    table_->resizeColumnsToContents();
    refreshSalient();
    refreshOrder();
    refreshCharts();
    refreshSelection();
}

double ChannelsPanel::salientShare() const { return share_spin_->value() / 100.0; }
void ChannelsPanel::setSalientShare(double share) { share_spin_->setValue(100.0 * share); }

void ChannelsPanel::refreshSalient() {
    const ChannelData& shown = model_->channelData();
    salient_.clear();
    if (!shown.statistics || shown.statistics->channelCount() == 0) {
        summary_->clear();
        return;
    }
    salient_ = salient::salientChannels(*shown.statistics, salientShare());
    model_->setSalient(salient_);
    const std::vector<double>& mean = model_->meanAbs();
    const double all = std::accumulate(mean.begin(), mean.end(), 0.0);
    double held = 0.0;
    for (const Index channel : salient_) held += mean[static_cast<std::size_t>(channel)];
    summary_->setText(tr("%1: %2 of %3 channels salient, with %4 % of the mean activation magnitude, over %5 tokens.")
                          .arg(shown.layer)
                          .arg(salient_.size())
                          .arg(shown.statistics->channelCount())
                          .arg(numberText(all > 0.0 ? 100.0 * held / all : 0.0, 3))
                          .arg(shown.statistics->n_tokens));
}

void ChannelsPanel::refreshOrder() {
    const auto count = static_cast<std::size_t>(model_->rowCount());
    shown_order_.resize(count);
    std::iota(shown_order_.begin(), shown_order_.end(), Index{0});
    const ChannelData& shown = model_->channelData();
    const auto byLargest = [this](const auto& values) {
        std::stable_sort(shown_order_.begin(), shown_order_.end(),
                         [&values](Index a, Index b) { return values[static_cast<std::size_t>(a)] > values[static_cast<std::size_t>(b)]; });
    };
    if (count > 0) {
        switch (order_->currentIndex()) {
            case ByMean:
                byLargest(model_->meanAbs());
                break;
            case ByMax:
                byLargest(shown.statistics->max_abs);
                break;
            case ByWeight:
                if (shown.weight_max.size() == count) byLargest(shown.weight_max);
                break;
            default:
                break;
        }
    }
    place_of_.resize(count);
    for (std::size_t place = 0; place < count; ++place)
        place_of_[static_cast<std::size_t>(shown_order_[place])] = static_cast<Index>(place);
}

Index ChannelsPanel::positionOf(Index channel) const {
    return channel >= 0 && channel < static_cast<Index>(place_of_.size()) ? place_of_[static_cast<std::size_t>(channel)] : -1;
}

void ChannelsPanel::refreshCharts() {
    const ChannelData& shown = model_->channelData();
    const bool is_log = logarithmic_->isChecked();
    const QString x_title = order_->currentIndex() == ByIndex ? tr("input channel") : tr("rank of the input channel");
    activations_->setTitle(tr("Activations"));
    weights_->setTitle(tr("Weights"));
    activations_->setAxes({x_title, false, true, {}, {}}, {is_log ? tr("magnitude |x|") : tr("activation x"), is_log, false, {}, {}});
    weights_->setAxes({x_title, false, true, {}, {}}, {tr("largest |w|"), is_log, false, {}, {}});
    if (!shown.statistics || shown_order_.empty()) {
        activations_->setSeries({});
        weights_->setSeries({});
        return;
    }
    const ChannelStatistics& statistics = *shown.statistics;
    using Kind = ChartSeries::Kind;
    ChartSeries max{tr("max |x|"), Kind::Line, {}, inOrder(shown_order_, statistics.max_abs), {}, 0, false};
    ChartSeries mean{tr("mean |x|"), Kind::Line, {}, inOrder(shown_order_, model_->meanAbs()), {}, 2, false};
    ChartSeries percentile{
        tr("%1 %").arg(numberText(percentile_->value(), 5)), Kind::Line, {}, inOrder(shown_order_, model_->percentiles()), {}, 4, false};
    ChartSeries band{
        tr("min … max"), Kind::Band, {}, inOrder(shown_order_, statistics.max), inOrder(shown_order_, statistics.min), 0, false};
    std::vector<Index> places;
    for (const Index channel : salient_) places.push_back(positionOf(channel));
    std::sort(places.begin(), places.end());
    const auto dots = [&places](const std::vector<double>& heights, const QString& name) {
        ChartSeries series{name, Kind::Points, {}, {}, {}, 1, false};
        for (const Index place : places) {
            series.x.push_back(static_cast<double>(place));
            series.y.push_back(heights[static_cast<std::size_t>(place)]);
        }
        return series;
    };
    ChartSeries salient = dots(is_log ? max.y : band.y, tr("salient"));
    if (is_log) {
        activations_->setSeries({std::move(max), std::move(percentile), std::move(mean), std::move(salient)});
    } else {
        activations_->setSeries({std::move(band), std::move(percentile), std::move(mean), std::move(salient)});
    }
    activations_->setPointName(tr("channel"), shown_order_);
    if (shown.weight_max.size() == shown_order_.size()) {
        ChartSeries weight{tr("max |w|"), Kind::Bars, {}, inOrder(shown_order_, shown.weight_max), {}, 3, false};
        ChartSeries weight_dots = dots(weight.y, tr("salient"));
        weights_->setSeries({std::move(weight), std::move(weight_dots)});
        weights_->setPointName(tr("channel"), shown_order_);
    } else {
        weights_->setSeries({});
    }
    weights_->setXRange(activations_->xLow(), activations_->xHigh());
    refreshSelection();
}

void ChannelsPanel::setSelectedChannel(Index channel) {
    const Index next = channel >= 0 && channel < model_->rowCount() ? channel : -1;
    if (next == selected_) return;
    selected_ = next;
    refreshSelection();
    tokens_->setSelectedChannel(selected_);
    if (selected_ >= 0) emit originWanted(selected_, model_->channelData().statistics->max_abs_token[static_cast<std::size_t>(selected_)]);
}

void ChannelsPanel::choose(Index channel) {
    if (channel == selected_) return;
    setSelectedChannel(channel);
    emit channelSelected(selected_);
}

void ChannelsPanel::refreshSelection() {
    const Index place = positionOf(selected_);
    for (Chart* chart : {activations_, weights_}) {
        chart->setMarks(place < 0 ? std::vector<ChartMark>{}
                                  : std::vector<ChartMark>{{static_cast<double>(place), tr("channel %1").arg(selected_), 4}});
        chart->setCursorIndex(place);
    }
    const QSignalBlocker blocker(table_->selectionModel());
    if (selected_ < 0) {
        table_->clearSelection();
        table_->setCurrentIndex({});
    } else if (model_->channelAt(table_->currentIndex().row()) != selected_ || !table_->selectionModel()->hasSelection()) {
        table_->selectRow(model_->rowOf(selected_));
        table_->scrollTo(model_->index(model_->rowOf(selected_), 0));
    }
    table_->viewport()->update();
    origin_->clear();
    refreshHistogram();
}

void ChannelsPanel::refreshHistogram() {
    const ChannelData& shown = model_->channelData();
    histogram_->setAxes({tr("magnitude |x|"), true, false, {}, {}}, {tr("tokens"), true, false, 0.5, {}});
    histogram_->setLegendVisible(false);
    if (selected_ < 0 || !shown.statistics || shown.statistics->histogram.empty()) {
        histogram_->setTitle(tr("Histogram"));
        histogram_->setEmptyText(tr("Choose a channel in a chart or in the table."));
        histogram_->setSeries({});
        histogram_->setMarks({});
        return;
    }
    const auto channel = static_cast<std::size_t>(selected_);
    const auto& bins = shown.statistics->histogram[channel];
    int first = 0;
    int last = ChannelStatistics::kBins - 1;
    while (first < last && bins[static_cast<std::size_t>(first)] == 0) ++first;
    while (last > first && bins[static_cast<std::size_t>(last)] == 0) --last;
    ChartSeries series{tr("tokens"), ChartSeries::Kind::Band, {}, {}, {}, 0, false};
    for (int bin = first; bin <= last; ++bin) {  // a step per bin, even on the logarithmic axis
        for (const int edge : {bin, bin + 1}) {
            series.x.push_back(binStart(edge));
            series.y.push_back(static_cast<double>(bins[static_cast<std::size_t>(bin)]));
            series.low.push_back(0.5);
        }
    }
    histogram_->setTitle(tr("Histogram of channel %1").arg(selected_));
    histogram_->setPointName({});
    histogram_->setSeries({series});
    const double mean = model_->meanAbs()[channel];
    if (mean > 0.0) histogram_->setMarks({{mean, tr("mean %1").arg(numberText(mean)), 2}});
}

void ChannelsPanel::setOrigin(Index channel, const QString& text) {
    if (channel == selected_) origin_->setText(text);
}

}  // namespace salient
