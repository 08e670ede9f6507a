#include "widgets/clip_panel.h"

#include <QLabel>
#include <QPushButton>
#include <QShowEvent>
#include <QSlider>
#include <QStringList>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <numeric>
#include <utility>

#include "widgets/chart.h"
#include "widgets/flow_row.h"
#include "widgets/kept_settings.h"
#include "widgets/text_width.h"
#include "widgets/value_text.h"

namespace salient {

namespace {

constexpr Index kHistogramWeights = Index{1} << 18;
constexpr int kLeastShare = 20;  // steps: a range cut further rounds everything to its ends
constexpr int kAskAfterMs = 150;

}  // namespace

ClipPanel::ClipPanel(QWidget* parent)
    : QWidget(parent),
      chart_(new Chart),
      slider_(new QSlider(Qt::Horizontal)),
      share_text_(new QLabel),
      text_(new QLabel),
      apply_(new QPushButton(tr("Clip this input"))),
      apply_all_(new QPushButton(tr("Clip all like this"))),
      refresh_timer_(new QTimer(this)),
      ask_timer_(new QTimer(this)) {
    chart_->setTitle(tr("Weights, scaled, within their group"));
    chart_->setAxes({tr("|w| as a share of the group's largest"), false, false, 0.0, 1.0}, {tr("weights"), true, false, {}, {}});
    chart_->setLegendVisible(false);
    slider_->setObjectName(QStringLiteral("clip"));
    slider_->setRange(kLeastShare, kClipSteps);
    slider_->setValue(kClipSteps);
    slider_->setPageStep(kClipSteps / 20);
    slider_->setAccessibleName(tr("Clip, share of the group's largest weight"));
    slider_->setToolTip(
        tr("Where the range of every group of weights is cut, as a share of its largest |w| (no unit).\n"
           "Right: no clip. A click on the chart sets it, too."));
    share_text_->setObjectName(QStringLiteral("clip_share"));
    share_text_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    keepRoomFor(share_text_, QStringLiteral("100 %"));
    text_->setObjectName(QStringLiteral("clip_text"));
    text_->setAccessibleName(tr("What the clip does to the error"));
    text_->setWordWrap(true);
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    keepSetting(slider_, "tune.clip");

    apply_->setObjectName(QStringLiteral("apply_clip"));
    apply_->setToolTip(tr("Write this clip into the recipe, in place of AWQ's search, for the layers that share this input"));
    apply_all_->setObjectName(QStringLiteral("apply_clip_all"));
    apply_all_->setToolTip(tr("Write this clip into the recipe, in place of AWQ's search, for the same layers of every block"));

    auto* row = new FlowRow;
    auto* name = new QLabel(tr("Clip at"));
    name->setBuddy(slider_);
    row->add({name, slider_, share_text_}, slider_);
    row->add({apply_});
    row->add({apply_all_});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(chart_, 1);
    layout->addWidget(row);
    layout->addWidget(text_);

    refresh_timer_->setSingleShot(true);
    refresh_timer_->setInterval(0);
    connect(refresh_timer_, &QTimer::timeout, this, &ClipPanel::refresh);
    ask_timer_->setSingleShot(true);
    ask_timer_->setInterval(kAskAfterMs);
    connect(ask_timer_, &QTimer::timeout, this, [this] {
        if (isVisible()) emit clipWanted({serial_, share(), scales_, !references_});
    });
    connect(slider_, &QSlider::valueChanged, this, [this] {
        if (isVisible() && hasContent() && !is_stale_) computeLosses(false);
        showLosses();
    });
    connect(apply_, &QPushButton::clicked, this, [this] { emit applyWanted(share(), false); });
    connect(apply_all_, &QPushButton::clicked, this, [this] { emit applyWanted(share(), true); });
    connect(chart_, &Chart::chosen, this, [this](Index step) { setShare(static_cast<double>(step + 1) / kClipSteps); });
    showLosses();
}

double ClipPanel::share() const { return static_cast<double>(slider_->value()) / kClipSteps; }

void ClipPanel::setShare(double share) { slider_->setValue(static_cast<int>(std::lround(share * kClipSteps))); }

void ClipPanel::setModel(const TuneModel& model, const TuneModel& preview) {
    model_ = model;
    preview_ = preview;
    is_direct_ = preview.rowCount() == model.rowCount();
    setScales({});
}

void ClipPanel::setScales(std::vector<float> scales) {
    scales_ = std::move(scales);
    is_stale_ = true;
    ++serial_;  // what was asked about other scales is over
    losses_ = {};
    references_.reset();
    ask_timer_->stop();
    if (isVisible()) refresh_timer_->start();
}

void ClipPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (is_stale_) refresh_timer_->start();
}

void ClipPanel::refresh() {
    is_stale_ = false;
    for (QWidget* control : std::initializer_list<QWidget*>{slider_, apply_, apply_all_}) control->setEnabled(hasContent());
    histogram_.clear();
    if (hasContent()) {
        histogram_ = clipHistogram(model_, scales_, kHistogramWeights / model_.channelCount());
        computeLosses(true);
    }
    showHistogram();
    showLosses();
}

void ClipPanel::computeLosses(bool are_scales_new) {
    ++serial_;
    JobContext job;
    // Beside a preview stands a preview, also where the exact number is known.
    if (are_scales_new || (is_exact_ && !is_direct_)) {
        losses_.none = clippedLoss(preview_, scales_, 1.0, job);
        losses_.searched = is_direct_ ? searchedClipLoss(preview_, scales_, job) : std::nan("");
    }
    losses_.clipped = clippedLoss(preview_, scales_, share(), job);
    is_exact_ = is_direct_;
    if (!is_direct_) ask_timer_->start();
}

void ClipPanel::setLosses(int serial, const ClipLosses& losses) {
    if (serial != serial_) return;
    if (!references_) references_ = losses;
    losses_ = {references_->none, losses.clipped, references_->searched};
    is_exact_ = true;
    showLosses();
}

void ClipPanel::showHistogram() {
    ChartSeries bars;
    bars.kind = ChartSeries::Kind::Bars;
    bars.name = tr("weights");
    for (std::size_t step = 0; step < histogram_.size(); ++step) {
        bars.x.push_back((static_cast<double>(step) + 0.5) / kClipSteps);
        bars.y.push_back(histogram_[step]);
    }
    chart_->setEmptyText(model_.channelCount() == 0 ? tr("Choose a layer to tune.")
                                                    : tr("Only AWQ clips weights: choose it as the method."));
    chart_->setSeries(histogram_.empty() ? std::vector<ChartSeries>() : std::vector<ChartSeries>{std::move(bars)});
}

void ClipPanel::showLosses() {
    share_text_->setText(QStringLiteral("%1 %").arg(slider_->value()));
    if (!hasContent() || !std::isfinite(losses_.clipped)) {
        text_->clear();
        chart_->setMarks({});
        return;
    }
    const auto percent = [this](double loss) {
        return std::isfinite(loss) ? (is_exact_ ? QString() : QStringLiteral("≈ ")) + numberText(100.0 * loss, 4) : QStringLiteral("…");
    };
    const double all = std::accumulate(histogram_.begin(), histogram_.end(), 0.0);
    const auto within = std::min(histogram_.size(), static_cast<std::size_t>(slider_->value()));
    const double beyond = std::accumulate(histogram_.begin() + static_cast<std::ptrdiff_t>(within), histogram_.end(), 0.0);
    QStringList parts;
    parts << tr("<b>%1 % output error</b> clipped here").arg(percent(losses_.clipped));
    parts << tr("%1 % not clipped").arg(percent(losses_.none));
    parts << tr("%1 % with AWQ's own search, group by group").arg(percent(losses_.searched));
    if (all > 0.0) parts << tr("%1 % of the weights are cut").arg(numberText(100.0 * beyond / all, 3));
    text_->setText(parts.join(QStringLiteral(" · ")));
    chart_->setMarks({{share(), tr("clip %1 %").arg(slider_->value()), 1}});
}

}  // namespace salient
