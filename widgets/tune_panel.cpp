#include "widgets/tune_panel.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QSpinBox>
#include <QSplitter>
#include <QTabWidget>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "widgets/chart.h"
#include "widgets/flow_row.h"
#include "widgets/kept_settings.h"
#include "widgets/method_text.h"
#include "widgets/plain_text.h"
#include "widgets/text_width.h"
#include "widgets/tune_difficulty_view.h"
#include "widgets/tune_history.h"
#include "widgets/tune_text.h"
#include "widgets/value_text.h"

namespace salient {

namespace {

// Multiply-adds that fit into a frame with room to spare: up to here every answer is exact at once.
constexpr double kDirectCost = 2.0e8;
constexpr Index kFewestRows = 4;
constexpr int kComparisonCharacters = 30;
constexpr int kAskAfterMs = 16;      // a frame: a drag goes on sooner
constexpr int kCurveWaitsMs = 400;   // for an exact answer, before it goes on without
constexpr int kSettleAfterMs = 400;  // without a move
constexpr int kSliderSteps = 200;    // per unit of the value
constexpr int kFactorSteps = 100;    // per octave of a channel's factor
constexpr double kMostOctaves = 6;   // factor 1/64 … 64

QLabel* labelFor(const QString& text, QWidget* buddy) {
    auto* label = new QLabel(text);
    label->setBuddy(buddy);
    buddy->setAccessibleName(QString(text).remove(QLatin1Char('&')));
    return label;
}

}  // namespace

TunePanel::TunePanel(QWidget* parent)
    : QWidget(parent),
      history_(new TuneHistory(this)),
      method_(new QComboBox),
      value_name_(new QLabel),
      value_slider_(new QSlider(Qt::Horizontal)),
      value_spin_(new QDoubleSpinBox),
      loss_(new QLabel),
      comparison_(new QLabel),
      note_(plainLabel(nullptr)),
      apply_(new QPushButton(tr("&Apply to this input"))),
      apply_all_(new QPushButton(tr("Apply to a&ll like this"))),
      curve_chart_(new Chart),
      clip_(new ClipPanel),
      difficulty_(new TuneDifficultyView),
      channel_spin_(new QSpinBox),
      factor_spin_(new QDoubleSpinBox),
      factor_slider_(new QSlider(Qt::Horizontal)),
      channel_text_(new QLabel),
      ask_timer_(new QTimer(this)),
      curve_timer_(new QTimer(this)),
      settle_timer_(new QTimer(this)) {
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(buildValueRow());
    layout->addWidget(buildCharts(), 1);
    layout->addWidget(buildChannelRow());
    ask_timer_->setSingleShot(true);
    ask_timer_->setInterval(kAskAfterMs);
    connect(ask_timer_, &QTimer::timeout, this, [this] {
        if (curve_timer_->isActive()) curve_timer_->start(kCurveWaitsMs);  // its points would take the cores from the answer
        emit lossWanted({serial_, choice_.method, scales_});
    });
    connect(curve_timer_, &QTimer::timeout, this, &TunePanel::continueCurve);
    settle_timer_->setSingleShot(true);
    settle_timer_->setInterval(kSettleAfterMs);
    connect(settle_timer_, &QTimer::timeout, this, &TunePanel::settle);
    connect(clip_, &ClipPanel::clipWanted, this, &TunePanel::clipWanted);
    connect(clip_, &ClipPanel::applyWanted, this, &TunePanel::applyClipWanted);
    connect(history_, &TuneHistory::wanted, this, [this](const TuneChoice& choice) {
        takeChoice(choice);
        emit choiceChanged(choice_);
        emit choiceSettled(choice_);
    });
    // A spin box would undo its own text.
    for (QWidget* watched : std::initializer_list<QWidget*>{this, value_spin_, channel_spin_, factor_spin_})
        watched->installEventFilter(history_);
    setModel({});
}

QWidget* TunePanel::buildValueRow() {
    auto* box = new QWidget;
    auto* rows = new QVBoxLayout(box);
    rows->setContentsMargins(0, 0, 0, 0);
    auto* row = new FlowRow;
    rows->addWidget(row);
    method_->addItem(tr("AWQ ratio"));
    method_->addItem(tr("SmoothQuant α"));
    method_->setToolTip(
        tr("Which scales to tune: AWQ's s = mean|x|^ratio, judged by weight rounding; "
           "or SmoothQuant's s = max|x|^α / max|w|^(1−α), judged by 8-bit weights and activations"));
    row->add({labelFor(tr("&Method"), method_), method_});
    row->add({value_name_, value_slider_, value_spin_}, value_slider_);
    value_name_->setBuddy(value_slider_);
    value_slider_->setObjectName(QStringLiteral("value"));
    value_slider_->setRange(0, kSliderSteps);
    value_slider_->setPageStep(kSliderSteps / 20);
    value_spin_->setRange(0.0, 1.0);
    value_spin_->setDecimals(3);
    value_spin_->setSingleStep(0.05);
    auto* optimum = new QPushButton(tr("Use &optimum"));
    optimum->setToolTip(tr("Set the value to the lowest point of the loss curve"));
    auto* reset_button = new QPushButton(tr("&Reset"));
    reset_button->setToolTip(tr("Back to 0.5, all channels as the value gives them"));
    auto* pin_button = new QPushButton(tr("P&in"));
    pin_button->setToolTip(tr("Keep this state in the chart, to compare the next ones with"));
    auto* undo_button = new QPushButton(tr("Undo"));
    undo_button->setObjectName(QStringLiteral("undo"));
    undo_button->setToolTip(tr("Take back the last change made here (Ctrl+Z; the recipe keeps its own history)"));
    auto* redo_button = new QPushButton(tr("Redo"));
    redo_button->setObjectName(QStringLiteral("redo"));
    redo_button->setToolTip(tr("Make the change again that was taken back last (Ctrl+Shift+Z)"));
    row->add({undo_button, redo_button});
    row->add({optimum, reset_button, pin_button});

    auto* answer = new FlowRow;
    rows->addWidget(answer);
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.35);
    large.setBold(true);
    loss_->setFont(large);
    loss_->setAccessibleName(tr("Relative output error"));
    loss_->setToolTip(
        tr("tr(D H Dᵀ) / tr(W H Wᵀ): squared output error relative to the squared output, in percent.\n"
           "≈ means: estimated from some of the rows, the exact number follows."));
    for (QLabel* label : {loss_, comparison_}) label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    comparison_->setWordWrap(true);
    keepLeastWidth(comparison_, kComparisonCharacters);
    answer->add({loss_});
    answer->add({comparison_}, comparison_);
    apply_->setObjectName(QStringLiteral("apply"));
    apply_all_->setObjectName(QStringLiteral("apply_all"));
    answer->add({apply_, apply_all_});
    note_->setObjectName(QStringLiteral("note"));
    note_->setAccessibleName(tr("What becomes of the scales"));
    note_->setWordWrap(true);
    note_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    rows->addWidget(note_);
    controls_.insert(controls_.end(), {method_, value_slider_, value_spin_, optimum, reset_button, pin_button});

    connect(method_, &QComboBox::currentIndexChanged, this, [this](int index) {
        TuneChoice next = choice_;
        next.method = index == 0 ? TuneMethod::AwqRatio : TuneMethod::SmoothAlpha;
        next.channel_factors.clear();
        changeChoice(next);
        settle();
    });
    const auto setValue = [this](double value) {
        TuneChoice next = choice_;
        next.value = value;
        changeChoice(next);
    };
    connect(value_slider_, &QSlider::valueChanged, this, [this, setValue](int value) {
        setValue(static_cast<double>(value) / kSliderSteps);
        if (!value_slider_->isSliderDown()) settle();
    });
    connect(value_slider_, &QSlider::sliderReleased, this, [this] { settle(); });
    connect(value_spin_, &QDoubleSpinBox::valueChanged, this, [this, setValue](double value) {
        setValue(value);
        settle();
    });
    connect(optimum, &QPushButton::clicked, this, &TunePanel::useOptimum);
    connect(reset_button, &QPushButton::clicked, this, &TunePanel::reset);
    connect(pin_button, &QPushButton::clicked, this, &TunePanel::pin);
    QUndoStack& stack = history_->stack();
    for (QPushButton* button : {undo_button, redo_button}) button->setEnabled(false);
    connect(undo_button, &QPushButton::clicked, &stack, &QUndoStack::undo);
    connect(redo_button, &QPushButton::clicked, &stack, &QUndoStack::redo);
    connect(&stack, &QUndoStack::canUndoChanged, undo_button, &QWidget::setEnabled);
    connect(&stack, &QUndoStack::canRedoChanged, redo_button, &QWidget::setEnabled);
    connect(apply_, &QPushButton::clicked, this, [this] { emit applyWanted(choice_, false); });
    connect(apply_all_, &QPushButton::clicked, this, [this] { emit applyWanted(choice_, true); });
    return box;
}

QWidget* TunePanel::buildCharts() {
    curve_chart_->setTitle(tr("Error over the whole range"));
    curve_chart_->setEmptyText(tr("Choose a layer to tune."));
    connect(difficulty_, &TuneDifficultyView::channelChosen, this, [this](Index channel) {
        setSelectedChannel(channel);
        emit channelSelected(channel);
    });
    connect(difficulty_, &TuneDifficultyView::scaleDragged, this, [this](Index channel, double scale) {
        setSelectedChannel(channel);
        scaleChannel(channel, factorOf(channel) * scale / static_cast<double>(scales_[static_cast<std::size_t>(channel)]));
        settle_timer_->start();
    });
    connect(curve_chart_, &Chart::chosen, this, [this](Index index) {
        const std::vector<double> values = tuneValues(choice_.method);
        TuneChoice next = choice_;
        next.value = values.at(static_cast<std::size_t>(index));
        changeChoice(next);
        settle();
    });
    auto* charts = new QSplitter(Qt::Horizontal);
    charts->setChildrenCollapsible(false);
    auto* tabs = new QTabWidget;
    tabs->setDocumentMode(true);
    tabs->addTab(curve_chart_, tr("Scales"));
    tabs->setTabToolTip(0, tr("The error over the whole range of the value above"));
    tabs->addTab(clip_, tr("Clip"));
    tabs->setTabToolTip(1, tr("What cutting the range of the weights would do"));
    keepSetting(tabs, "tune.view");
    charts->addWidget(tabs);
    charts->addWidget(difficulty_);
    charts->setStretchFactor(0, 1);
    charts->setStretchFactor(1, 1);
    keepSetting(difficulty_, "tune.difficulty");
    keepSetting(charts, "tune.charts");
    return charts;
}

QWidget* TunePanel::buildChannelRow() {
    auto* row = new FlowRow;
    channel_spin_->setToolTip(tr("Input channel whose scale is changed by hand"));
    channel_spin_->setKeyboardTracking(false);
    factor_spin_->setRange(std::exp2(-kMostOctaves), std::exp2(kMostOctaves));
    factor_spin_->setDecimals(4);
    factor_spin_->setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
    factor_spin_->setPrefix(QStringLiteral("× "));
    factor_spin_->setToolTip(tr("Factor on this channel's scale, on top of what the value above gives (no unit)"));
    factor_slider_->setRange(static_cast<int>(-kMostOctaves) * kFactorSteps, static_cast<int>(kMostOctaves) * kFactorSteps);
    factor_slider_->setToolTip(factor_spin_->toolTip());
    factor_slider_->setAccessibleName(tr("Factor on the channel's scale"));
    auto* release = new QPushButton(tr("As &computed"));
    release->setToolTip(tr("Take back the factor on this channel"));
    row->add({labelFor(tr("Cha&nnel"), channel_spin_), channel_spin_});
    row->add({labelFor(tr("&Scale"), factor_spin_), factor_spin_, factor_slider_, release}, factor_slider_);
    row->add({channel_text_}, channel_text_);
    channel_text_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    controls_.insert(controls_.end(), {channel_spin_, factor_spin_, factor_slider_, release});
    connect(channel_spin_, &QSpinBox::valueChanged, this, [this](int channel) {
        setSelectedChannel(channel);
        emit channelSelected(channel);
    });
    connect(factor_spin_, &QDoubleSpinBox::valueChanged, this, [this](double factor) {
        scaleChannel(channel_, factor);
        settle();
    });
    connect(factor_slider_, &QSlider::valueChanged, this, [this](int value) {
        scaleChannel(channel_, std::exp2(static_cast<double>(value) / kFactorSteps));
        if (!factor_slider_->isSliderDown()) settle();
    });
    connect(factor_slider_, &QSlider::sliderReleased, this, [this] { settle(); });
    connect(release, &QPushButton::clicked, this, [this] {
        scaleChannel(channel_, 1.0);
        settle();
    });
    return row;
}

bool TunePanel::isDirect() const { return model_.cost() <= kDirectCost; }

void TunePanel::setModel(const TuneModel& model) {
    const bool is_same = model.channelCount() > 0 && model.layer == model_.layer && model.channelCount() == model_.channelCount();
    model_ = model;
    const Index count = model_.channelCount();
    difficulty_->setLargest(model_.max_abs, model_.weight_max);
    for (QWidget* control : controls_) control->setEnabled(count > 0);
    settle_timer_->stop();
    if (!is_same) {
        choice_.channel_factors.clear();
        history_->begin(choice_);
    }
    if (!is_same || !isDirect()) pinned_.reset();
    if (count == 0) {
        preview_ = {};
        scales_.clear();
        channel_ = -1;
        curve_timer_->stop();
        ask_timer_->stop();
        loss_->setText(tr("No layer chosen"));
        comparison_->setText(tr("Calibrate a model and choose a layer to tune its scales."));
        curve_chart_->setSeries({});
        curve_chart_->setMarks({});
        channel_text_->clear();
        clip_->setModel({}, {});
        showNote();
        return;
    }
    const double per_row = static_cast<double>(count) * static_cast<double>(count);
    preview_ = isDirect() ? model_ : sampledRows(model_, std::max(kFewestRows, static_cast<Index>(kDirectCost / per_row)));
    const QSignalBlocker blocker(channel_spin_);
    channel_spin_->setRange(0, static_cast<int>(count - 1));
    if (!is_same) {
        const auto loudest = std::max_element(model_.max_abs.begin(), model_.max_abs.end());
        channel_ = static_cast<Index>(loudest - model_.max_abs.begin());
    }
    if (pinned_) pinned_->loss = tuneLoss(model_, pinned_->choice.method, tuneScales(model_, pinned_->choice));
    clip_->setModel(model_, preview_);
    showChoice();
    startCurve();
    computeLoss();
}

void TunePanel::setChoice(const TuneChoice& choice) {
    history_->setPresent(choice);
    takeChoice(choice);
}

void TunePanel::takeChoice(const TuneChoice& choice) {
    const bool is_other_method = choice.method != choice_.method;
    choice_ = choice;
    if (model_.channelCount() == 0) return;
    showChoice();
    if (is_other_method) startCurve();
    computeLoss();
}

void TunePanel::changeChoice(const TuneChoice& choice) {
    if (choice == choice_) return;
    takeChoice(choice);
    emit choiceChanged(choice_);
}

void TunePanel::settle() {
    settle_timer_->stop();
    history_->add(choice_);
    emit choiceSettled(choice_);
}

void TunePanel::showChoice() {
    const bool is_awq = choice_.method == TuneMethod::AwqRatio;
    const QSignalBlocker method_blocker(method_);
    const QSignalBlocker slider_blocker(value_slider_);
    const QSignalBlocker spin_blocker(value_spin_);
    method_->setCurrentIndex(is_awq ? 0 : 1);
    value_name_->setText(is_awq ? tr("Ra&tio") : tr("&α"));
    const QString tip = is_awq ? tr("0: no scaling. 1: scales follow the mean activation fully (no unit)")
                               : tr("0: all difficulty stays in the activations. 1: all of it moves to the weights (no unit)");
    for (QWidget* control : std::initializer_list<QWidget*>{value_slider_, value_spin_}) {
        control->setToolTip(tip);
        control->setAccessibleName(is_awq ? tr("AWQ ratio") : tr("SmoothQuant alpha"));
    }
    value_slider_->setValue(static_cast<int>(std::lround(choice_.value * kSliderSteps)));
    value_spin_->setValue(choice_.value);
    scales_ = tuneScales(model_, choice_);
    clip_->setScales(is_awq ? scales_ : std::vector<float>());
    showNote();
    difficulty_->setScales(scales_);  // drawn after the answer: two charts of thousands of channels can wait for the next turn
    showChannel();
}

void TunePanel::computeLoss() {
    ++serial_;
    showLoss(tuneLoss(preview_, choice_.method, scales_), isDirect());
    if (!isDirect()) ask_timer_->start();
}

void TunePanel::setLoss(int serial, double relative_error) {
    if (serial != serial_) return;
    showLoss(relative_error, true);
    if (curve_timer_->isActive()) curve_timer_->start(0);
}

void TunePanel::setClipLosses(int serial, const ClipLosses& losses) { clip_->setLosses(serial, losses); }

void TunePanel::showLoss(double relative_error, bool is_exact) {
    shown_loss_ = relative_error;
    is_exact_ = is_exact;
    loss_->setText(tr("%1%2 % output error").arg(is_exact ? QString() : QStringLiteral("≈ "), numberText(100.0 * relative_error, 4)));
    showCurve();
}

QString TunePanel::stamp() const {
    if (model_.channelCount() == 0) return {};
    const bool is_awq = choice_.method == TuneMethod::AwqRatio;
    MethodSpec judged_by;
    judged_by.grid = is_awq ? model_.awq_grid : model_.smooth_grid;
    if (!is_awq) judged_by.activations = model_.activation;
    QStringList facts{model_.layer, (is_awq ? tr("AWQ ratio %1") : tr("SmoothQuant α %1")).arg(numberText(choice_.value, 4)),
                      gridText(judged_by)};
    QStringList factors;
    for (const auto& [channel, factor] : choice_.channel_factors)
        factors << QStringLiteral("%1 × %2").arg(QString::number(channel), numberText(factor, 4));
    if (!factors.isEmpty()) facts << tr("scales of channels by hand: %1").arg(factors.join(QStringLiteral(", ")));
    if (is_awq) facts << tr("clip at %1 of the largest |w|").arg(numberText(clip_->share(), 4));
    facts << loss_->text();
    return tr("Tuned: %1").arg(facts.join(QStringLiteral("; ")));
}

std::optional<double> TunePanel::optimum() const {
    const std::vector<double> values = tuneValues(choice_.method);
    if (curve_.size() < values.size()) return std::nullopt;
    return values[static_cast<std::size_t>(std::min_element(curve_.begin(), curve_.end()) - curve_.begin())];
}

void TunePanel::startCurve() {
    curve_.clear();
    is_curve_exact_ = isDirect();
    curve_timer_->start(0);
    if (!isDirect()) emit curveWanted(choice_.method);
}

void TunePanel::continueCurve() {
    const std::vector<double> values = tuneValues(choice_.method);
    if (curve_.size() < values.size()) {
        const TuneChoice point{choice_.method, values[curve_.size()], {}};
        curve_.push_back(tuneLoss(preview_, point.method, tuneScales(preview_, point)));
    }
    curve_.size() < values.size() ? curve_timer_->start(0) : curve_timer_->stop();
    showCurve();
}

void TunePanel::setCurve(TuneMethod method, const std::vector<double>& relative_errors) {
    if (method != choice_.method || relative_errors.size() != tuneValues(method).size()) return;
    curve_timer_->stop();
    curve_ = relative_errors;
    is_curve_exact_ = true;
    showCurve();
}

void TunePanel::showCurve() {
    const bool is_awq = choice_.method == TuneMethod::AwqRatio;
    std::vector<double> values = tuneValues(choice_.method);
    values.resize(curve_.size());
    std::vector<double> percent(curve_.size());
    std::transform(curve_.begin(), curve_.end(), percent.begin(), [](double loss) { return 100.0 * loss; });
    const auto [least_percent, most_percent] = std::minmax_element(percent.begin(), percent.end());
    const bool is_steep = !percent.empty() && *least_percent > 0.0 && *most_percent > 20.0 * *least_percent;
    curve_chart_->setAxes({is_awq ? tr("ratio") : tr("α"), false, false, 0.0, 1.0},
                          {tr("relative output error, %"), is_steep, false, {}, {}});
    const QString name =
        is_curve_exact_ ? tr("all rows") : tr("preview from %1 of %2 rows").arg(preview_.rowCount()).arg(model_.rowCount());
    std::vector<ChartSeries> series{{name, ChartSeries::Kind::Line, values, percent, {}, 0, !is_curve_exact_},
                                    {{}, ChartSeries::Kind::Points, values, percent, {}, 0, false}};
    // A lone point for the value in use belongs to the range of the axis, too.
    series.push_back({{}, ChartSeries::Kind::Points, {choice_.value}, {100.0 * shown_loss_}, {}, 1, false});
    curve_chart_->setSeries(std::move(series));
    std::vector<ChartMark> marks;
    QStringList comparison;
    if (const std::optional<double> best = optimum()) {
        const double least = *std::min_element(curve_.begin(), curve_.end());
        marks.push_back({*best, tr("optimum %1").arg(numberText(*best, 3)), 2, 100.0 * least});
        comparison << tr("optimum %1 % at %2").arg(numberText(100.0 * least, 3), numberText(*best, 3));
        const double plain = choice_.method == TuneMethod::AwqRatio ? curve_.front() : 0.0;
        if (plain > 0.0) comparison << tr("without scaling %1 %").arg(numberText(100.0 * plain, 3));
    }
    if (pinned_ && pinned_->choice.method == choice_.method) {
        marks.push_back({pinned_->choice.value, tr("pinned %1 %").arg(numberText(100.0 * pinned_->loss, 3)), 3, 100.0 * pinned_->loss});
        if (pinned_->loss > 0.0) {
            const double change = shown_loss_ / pinned_->loss - 1.0;
            comparison << tr("%1 % against the pinned state")
                              .arg((change > 0.0 ? QStringLiteral("+") : QString()) + numberText(100.0 * change, 3));
        }
    }
    marks.push_back({choice_.value, tr("now %1 %").arg(numberText(100.0 * shown_loss_, 3)), 1, 100.0 * shown_loss_});
    curve_chart_->setMarks(std::move(marks));
    comparison_->setText(comparison.join(QStringLiteral(" · ")));
}

void TunePanel::showNote() {
    const bool has_model = model_.channelCount() > 0;
    QStringList sentences;
    for (const QString& sentence : {foldText(model_, choice_.method), leftOutText(choice_)}) {
        if (has_model && !sentence.isEmpty()) sentences << sentence;
    }
    note_->setText(sentences.join(QLatin1Char(' ')));
    note_->setVisible(!sentences.isEmpty());
    const bool can_apply = has_model && canFold(model_, choice_.method);
    const QString reason = has_model && !can_apply ? plainTip(foldText(model_, choice_.method)) : QString();
    apply_->setEnabled(can_apply);
    apply_->setToolTip(can_apply ? tr("Write this value into the recipe, for the layers that share this input") : reason);
    apply_all_->setEnabled(can_apply);
    apply_all_->setToolTip(can_apply ? tr("Write this value into the recipe, for the same layers of every block") : reason);
}

double TunePanel::factorOf(Index channel) const {
    const auto found = choice_.channel_factors.find(channel);
    return found == choice_.channel_factors.end() ? 1.0 : found->second;
}

void TunePanel::setSelectedChannel(Index channel) {
    if (channel < 0 || channel >= model_.channelCount() || channel == channel_) return;
    channel_ = channel;
    showChannel();
}

void TunePanel::showChannel() {
    if (channel_ < 0 || channel_ >= static_cast<Index>(scales_.size())) return;
    const QSignalBlocker channel_blocker(channel_spin_);
    const QSignalBlocker factor_blocker(factor_spin_);
    const QSignalBlocker slider_blocker(factor_slider_);
    channel_spin_->setValue(static_cast<int>(channel_));
    factor_spin_->setValue(factorOf(channel_));
    factor_slider_->setValue(static_cast<int>(std::lround(kFactorSteps * std::log2(factorOf(channel_)))));
    const auto i = static_cast<std::size_t>(channel_);
    channel_text_->setText(tr("s = %1 · max |x| %2 · max |w| %3")
                               .arg(numberText(static_cast<double>(scales_[i])), numberText(static_cast<double>(model_.max_abs[i])),
                                    numberText(static_cast<double>(model_.weight_max[i]))));
    difficulty_->setSelectedChannel(channel_);
}

void TunePanel::scaleChannel(Index channel, double factor) {
    if (channel < 0) return;
    TuneChoice next = choice_;
    const double bounded = std::clamp(factor, std::exp2(-kMostOctaves), std::exp2(kMostOctaves));
    if (std::abs(bounded - 1.0) < 1e-9) {
        next.channel_factors.erase(channel);
    } else {
        next.channel_factors[channel] = bounded;
    }
    changeChoice(next);
}

void TunePanel::useOptimum() {
    const std::optional<double> best = optimum();
    if (!best) return;
    TuneChoice next = choice_;
    next.value = *best;
    changeChoice(next);
    settle();
}

void TunePanel::reset() {
    changeChoice({choice_.method, 0.5, {}});
    settle();
}

void TunePanel::setEditsElsewhere(int n_edits) { history_->setElsewhere(n_edits); }

void TunePanel::pin() {
    pinned_ = Pinned{choice_, shown_loss_};
    showCurve();
}

}  // namespace salient
