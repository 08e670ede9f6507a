#include "widgets/stepper_panel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFrame>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QShortcut>
#include <QSignalBlocker>
#include <QSlider>
#include <QSpinBox>
#include <QSplitter>
#include <QStyle>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "widgets/chart.h"
#include "widgets/heatmap_view.h"
#include "widgets/icon.h"
#include "widgets/kept_settings.h"
#include "widgets/stepper_series.h"
#include "widgets/stepper_text.h"
#include "widgets/text_width.h"
#include "widgets/value_text.h"

namespace salient {

namespace {

// The loss "if the rest were rounded now" costs out · in² / 2 per step: shown where that is a matter of milliseconds.
constexpr double kCheapLoss = 5e7;

QFrame* separator() {
    auto* line = new QFrame;
    line->setFrameShape(QFrame::VLine);
    line->setFrameShadow(QFrame::Sunken);
    return line;
}

}  // namespace

StepperPanel::StepperPanel(QWidget* parent)
    : QWidget(parent),
      weights_(new HeatmapView),
      error_(new HeatmapView),
      pending_(new HeatmapView),
      place_(new QLabel),
      equation_(new QLabel),
      message_(new QLabel),
      loss_(new Chart),
      row_chart_(new Chart),
      row_content_(new QComboBox),
      jump_slider_(new QSlider(Qt::Horizontal)),
      jump_spin_(new QSpinBox),
      break_error_(new QCheckBox(tr("E&rror above"))),
      break_threshold_(new QDoubleSpinBox),
      break_group_(new QCheckBox(tr("&Group start"))),
      speed_(new QSlider(Qt::Horizontal)),
      timer_(new QTimer(this)) {
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(buildControls());
    auto* split = new QSplitter(Qt::Vertical);
    split->setChildrenCollapsible(false);
    split->addWidget(buildMaps());
    split->addWidget(buildCharts());
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 2);
    layout->addWidget(split, 1);

    const auto addKey = [this](const QKeySequence& keys, auto slot) {
        auto* shortcut = new QShortcut(keys, this);
        shortcut->setContext(Qt::WidgetWithChildrenShortcut);
        connect(shortcut, &QShortcut::activated, this, slot);
    };
    addKey(Qt::Key_Right, [this] { goTo(position() + 1); });
    addKey(Qt::Key_Left, [this] { goTo(position() - 1); });
    addKey(Qt::SHIFT | Qt::Key_Right, [this] { goTo(nextGroupStart(position())); });
    addKey(Qt::SHIFT | Qt::Key_Left, [this] { goTo(previousGroupStart(position())); });
    addKey(Qt::Key_PageDown, [this] { goTo((position() / input_.block_size + 1) * input_.block_size); });
    addKey(Qt::Key_PageUp, [this] { goTo((std::max<Index>(position(), 1) - 1) / input_.block_size * input_.block_size); });
    addKey(Qt::Key_Home, [this] { goTo(0); });
    addKey(Qt::Key_End, [this] { goTo(static_cast<Index>(position_of_.size())); });
    setFocusPolicy(Qt::StrongFocus);
    connect(timer_, &QTimer::timeout, this, &StepperPanel::advance);
    restyle();
    refresh();
}

QToolButton* StepperPanel::addButton(const QString& icon, const QString& name, const QString& tip, auto slot) {
    auto* button = new QToolButton(this);
    button->setAccessibleName(name);
    button->setToolTip(tip);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::TabFocus);
    connect(button, &QToolButton::clicked, this, slot);
    icons_.emplace_back(button, icon);
    return button;
}

QWidget* StepperPanel::buildControls() {
    auto* bar = new QWidget;
    auto* rows = new QVBoxLayout(bar);
    rows->setContentsMargins(0, 0, 0, 0);
    auto* moves = new QHBoxLayout;
    rows->addLayout(moves);
    moves->addWidget(addButton(QStringLiteral("go_first"), tr("To the start"), tr("To the start (Home)"), [this] { goTo(0); }));
    moves->addWidget(addButton(QStringLiteral("group_back"), tr("Back one group"), tr("Back to the start of a group (Shift+Left)"),
                               [this] { goTo(previousGroupStart(position())); }));
    moves->addWidget(addButton(QStringLiteral("block_back"), tr("Back one block"), tr("Back to the start of a block of columns (Page Up)"),
                               [this] { goTo((std::max<Index>(position(), 1) - 1) / input_.block_size * input_.block_size); }));
    moves->addWidget(
        addButton(QStringLiteral("step_back"), tr("Back one column"), tr("Back one column (Left)"), [this] { goTo(position() - 1); }));
    play_button_ = addButton(QStringLiteral("play"), tr("Play"), tr("Play or pause (Space)"), [this] { isPlaying() ? pause() : play(); });
    moves->addWidget(play_button_);
    moves->addWidget(addButton(QStringLiteral("step_forward"), tr("Forward one column"), tr("Forward one column (Right)"),
                               [this] { goTo(position() + 1); }));
    moves->addWidget(addButton(QStringLiteral("block_forward"), tr("Forward one block"), tr("To the next block of columns (Page Down)"),
                               [this] { goTo((position() / input_.block_size + 1) * input_.block_size); }));
    moves->addWidget(addButton(QStringLiteral("group_forward"), tr("Forward one group"), tr("To the next group (Shift+Right)"),
                               [this] { goTo(nextGroupStart(position())); }));
    moves->addWidget(addButton(QStringLiteral("go_last"), tr("To the end"), tr("To the end (End)"),
                               [this] { goTo(static_cast<Index>(position_of_.size())); }));
    moves->addWidget(separator());
    auto* done = new QLabel(tr("Columns &done"));
    done->setBuddy(jump_spin_);
    moves->addWidget(done);
    jump_slider_->setToolTip(tr("Number of columns already quantized"));
    jump_slider_->setAccessibleName(tr("Columns done"));
    jump_slider_->setFocusPolicy(Qt::TabFocus);
    jump_spin_->setToolTip(jump_slider_->toolTip());
    jump_spin_->setAccessibleName(tr("Columns done"));
    jump_spin_->setKeyboardTracking(false);
    moves->addWidget(jump_slider_, 1);
    moves->addWidget(jump_spin_);
    keepSetting(break_error_, "stepper.break_on_error");
    keepSetting(break_threshold_, "stepper.break_error");
    keepSetting(break_group_, "stepper.break_on_group");
    keepSetting(speed_, "stepper.speed");
    keepSetting(row_content_, "stepper.chart");
    connect(jump_slider_, &QSlider::valueChanged, this, [this](int value) { goTo(value); });
    connect(jump_spin_, &QSpinBox::valueChanged, this, [this](int value) { goTo(value); });

    auto* options = new QHBoxLayout;
    rows->addLayout(options);
    auto* speed = new QLabel(tr("S&peed"));
    speed->setBuddy(speed_);
    options->addWidget(speed);
    speed_->setObjectName(QStringLiteral("speed"));
    speed_->setRange(1, 60);
    speed_->setValue(4);
    speed_->setMaximumWidth(18 * fontMetrics().averageCharWidth());
    speed_->setToolTip(tr("Columns per second while playing"));
    speed_->setAccessibleName(tr("Speed, columns per second"));
    auto* speed_text = new QLabel;
    keepRoomFor(speed_text, tr("%1 columns/s").arg(speed_->maximum()));
    const auto showSpeed = [this, speed_text](int value) {
        timer_->setInterval(1000 / value);
        speed_text->setText(tr("%1 columns/s").arg(value));
    };
    showSpeed(speed_->value());
    connect(speed_, &QSlider::valueChanged, this, showSpeed);
    options->addWidget(speed_);
    options->addWidget(speed_text);
    options->addWidget(separator());
    options->addWidget(new QLabel(tr("Stop at")));
    break_error_->setToolTip(tr("Stop playing after a column in which some |w − ŵ| is larger than this (no unit)"));
    break_threshold_->setDecimals(5);
    break_threshold_->setRange(0.0, 1e6);
    break_threshold_->setSingleStep(0.001);
    break_threshold_->setToolTip(break_error_->toolTip());
    break_threshold_->setAccessibleName(tr("Largest error before stopping"));
    break_group_->setToolTip(tr("Stop playing before the first column of a group, where a new scale is taken"));
    options->addWidget(break_error_);
    options->addWidget(break_threshold_);
    options->addWidget(break_group_);
    options->addWidget(message_, 1);
    message_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    options->addWidget(new QLabel(tr("What if")));
    keep_button_ = new QToolButton;
    keep_button_->setObjectName(QStringLiteral("keep"));
    keep_button_->setText(tr("&Keep this column in 16 bits"));
    keep_button_->setToolTip(tr("Solve again with this input channel left unrounded, and compare the loss"));
    first_button_ = new QToolButton;
    first_button_->setText(tr("Do it firs&t"));
    first_button_->setToolTip(tr("Solve again with this input channel quantized before all others, and compare the loss"));
    connect(keep_button_, &QToolButton::clicked, this, [this] { emit keepColumnWanted(channelAt(position())); });
    connect(first_button_, &QToolButton::clicked, this, [this] { emit moveColumnWanted(channelAt(position()), 0); });
    options->addWidget(keep_button_);
    options->addWidget(first_button_);
    return bar;
}

QWidget* StepperPanel::buildMaps() {
    weights_->setTitle(tr("W, updated so far"));
    error_->setTitle(tr("Error W − Ŵ left behind"));
    pending_->setTitle(tr("Update about to be subtracted"));
    weights_->setObjectName(QStringLiteral("weights"));
    error_->setObjectName(QStringLiteral("error"));
    pending_->setObjectName(QStringLiteral("pending"));
    auto* maps = new QSplitter(Qt::Horizontal);
    maps->setChildrenCollapsible(false);
    keepSetting(maps, "stepper.maps");
    for (HeatmapView* map : {weights_, error_, pending_}) {
        map->setAxisNames(tr("row"), tr("channel"));
        map->setUnit(tr("weight"));
        map->setEmptyText(tr("Choose a layer to step through."));
        maps->addWidget(map);
        connect(map, &HeatmapView::cellChosen, this, &StepperPanel::choose);
        for (HeatmapView* other : {weights_, error_, pending_}) {
            if (other == map) continue;
            connect(map, &HeatmapView::viewportChanged, other, &HeatmapView::setViewport);
            connect(map, &HeatmapView::crosshairMoved, other, [other](Index row, Index column) { other->setCrosshair(row, column); });
        }
    }
    return maps;
}

QWidget* StepperPanel::buildCharts() {
    auto* charts = new QSplitter(Qt::Horizontal);
    charts->setChildrenCollapsible(false);
    auto* text = new QWidget;
    auto* text_layout = new QVBoxLayout(text);
    text_layout->setContentsMargins(4, 4, 4, 4);
    for (QLabel* label : {place_, equation_}) {
        label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
        label->setWordWrap(label == place_);
        label->setAlignment(Qt::AlignLeft | Qt::AlignTop);
        text_layout->addWidget(label);
    }
    place_->setAccessibleName(tr("Where the algorithm stands"));
    equation_->setAccessibleName(tr("The update in numbers"));
    text_layout->addStretch(1);
    // As wide as the longest equation: the charts beside it must not jump from step to step.
    keepRoomFor(text, QStringLiteral("= −((−0.00000) − (−0.00000)) / 0.0000 · (0.000,  −0.00000,  −0.00000,  …)"));
    equation_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    loss_->setTitle(tr("Loss ½ tr(D H Dᵀ)"));
    loss_->setAxes({tr("columns done"), false, true, {}, {}}, {tr("loss"), false, false, {}, {}});
    connect(loss_, &Chart::chosen, this, &StepperPanel::goTo);
    auto* row = new QWidget;
    auto* row_layout = new QVBoxLayout(row);
    row_layout->setContentsMargins(0, 0, 0, 0);
    row_layout->setSpacing(2);
    row_content_->addItems({tr("Row of U in use"), tr("What flowed into the chosen cell")});
    row_content_->setToolTip(
        tr("U is the Cholesky factor of H⁻¹ = UᵀU: its row q says how the error of column q spreads.\n"
           "Or: how much each earlier column's error changed the chosen cell before it was rounded."));
    row_content_->setAccessibleName(tr("What the chart shows"));
    connect(row_content_, &QComboBox::currentIndexChanged, this, [this] {
        if (state_) refreshRow(*state_);
    });
    // Whoever points at an error asks where it came from.
    connect(error_, &HeatmapView::cellChosen, this, [this] { row_content_->setCurrentIndex(1); });
    row_layout->addWidget(row_content_);
    row_layout->addWidget(row_chart_, 1);
    for (Chart* chart : {loss_, row_chart_}) {
        chart->setFocusPolicy(Qt::TabFocus);  // a click must not take the arrow keys away from stepping
        chart->setEmptyText(tr("Choose a layer to step through."));
    }
    row_chart_->setLegendVisible(false);
    keepSetting(charts, "stepper.charts");
    charts->addWidget(text);
    charts->addWidget(loss_);
    charts->addWidget(row);
    charts->setStretchFactor(0, 0);
    charts->setStretchFactor(1, 1);
    charts->setStretchFactor(2, 1);
    charts->setSizes({60 * fontMetrics().averageCharWidth(), 400, 400});
    return charts;
}

void StepperPanel::restyle() {
    for (const auto& [button, name] : icons_)
        button->setIcon(icon(button == play_button_ && isPlaying() ? QStringLiteral("pause") : name, palette()));
}

void StepperPanel::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) restyle();
    QWidget::changeEvent(event);
}

void StepperPanel::setStepper(StepperInput input) {
    pause();
    input_ = std::move(input);
    input_.block_size = std::max<Index>(1, input_.block_size);
    nearest_after_.clear();
    position_of_.clear();
    losses_.clear();
    state_.reset();
    original_.reset();
    message_->clear();
    chosen_position_ = -1;
    row_ = 0;
    if (input_.stepper) {
        const std::vector<Index>& order = input_.stepper->result().order;
        const Matrix final_weight = input_.stepper->result().effectiveWeight();
        rounded_.resize(final_weight.rows(), final_weight.cols());
        position_of_.resize(order.size());
        for (std::size_t p = 0; p < order.size(); ++p) {
            rounded_.col(static_cast<Index>(p)) = final_weight.col(order[p]);
            position_of_[static_cast<std::size_t>(order[p])] = static_cast<Index>(p);
        }
        input_.stepper->goTo(0);
        original_ = std::make_shared<const Matrix>(input_.stepper->state(false).updated);
        error_limit_ = (*original_ - rounded_).cwiseAbs().maxCoeff();
        losses_ = input_.stepper->runningLoss();
        losses_.insert(losses_.begin(), 0.0);
        weights_->setColourScale(divergingScale(original_->cwiseAbs().maxCoeff()));
        error_->setColourScale(divergingScale(error_limit_));
        for (HeatmapView* map : {weights_, error_, pending_}) map->setColumnNumbers(order);
        if (break_threshold_->value() == 0.0) break_threshold_->setValue(0.9 * static_cast<double>(error_limit_));
    }
    const int n_columns = static_cast<int>(position_of_.size());
    const QSignalBlocker slider_blocker(jump_slider_);
    const QSignalBlocker spin_blocker(jump_spin_);
    jump_slider_->setRange(0, n_columns);
    jump_spin_->setRange(0, n_columns);
    jump_spin_->setSuffix(tr(" of %1").arg(n_columns));
    refresh();
}

Index StepperPanel::position() const { return input_.stepper ? input_.stepper->position() : 0; }
bool StepperPanel::isPlaying() const { return timer_->isActive(); }

Index StepperPanel::channelAt(Index position) const {
    if (!input_.stepper) return -1;
    const std::vector<Index>& order = input_.stepper->result().order;
    return position >= 0 && position < static_cast<Index>(order.size()) ? order[static_cast<std::size_t>(position)] : -1;
}

Index StepperPanel::groupAt(Index position) const {
    const Index channel = channelAt(position);
    return channel < 0 ? -1 : input_.stepper->result().tensor.group_index[static_cast<std::size_t>(channel)];
}

Index StepperPanel::nextGroupStart(Index from) const {
    const auto n_columns = static_cast<Index>(position_of_.size());
    for (Index p = from + 1; p < n_columns; ++p) {
        if (groupAt(p) != groupAt(p - 1)) return p;
    }
    return n_columns;
}

Index StepperPanel::previousGroupStart(Index from) const {
    for (Index p = from - 1; p > 0; --p) {
        if (groupAt(p) != groupAt(p - 1)) return p;
    }
    return 0;
}

void StepperPanel::goTo(Index position) {
    if (!input_.stepper) return;
    const Index next = std::clamp<Index>(position, 0, static_cast<Index>(position_of_.size()));
    if (next == input_.stepper->position()) return;
    if (!isPlaying()) message_->clear();
    input_.stepper->goTo(next);
    refresh();
    emit positionChanged(next);
}

void StepperPanel::play() {
    if (!input_.stepper) return;
    message_->clear();
    if (input_.stepper->done()) goTo(0);
    timer_->start(1000 / speed_->value());
    play_button_->setAccessibleName(tr("Pause"));
    restyle();
}

void StepperPanel::pause() {
    timer_->stop();
    if (play_button_ != nullptr) play_button_->setAccessibleName(tr("Play"));
    restyle();
}

QString StepperPanel::reasonToStop(Index position) const {
    if (position == static_cast<Index>(position_of_.size())) return tr("All columns are done.");
    if (break_error_->isChecked() && position > 0) {
        const float worst = (original_->col(position - 1) - rounded_.col(position - 1)).cwiseAbs().maxCoeff();
        if (static_cast<double>(worst) > break_threshold_->value()) {
            return tr("Stopped: error %1 in channel %2.").arg(numberText(static_cast<double>(worst))).arg(channelAt(position - 1));
        }
    }
    if (break_group_->isChecked() && position > 0 && groupAt(position) != groupAt(position - 1)) {
        return tr("Stopped: group %1 starts.").arg(groupAt(position));
    }
    return {};
}

void StepperPanel::advance() {
    goTo(position() + 1);
    const QString reason = reasonToStop(position());
    if (reason.isEmpty()) return;
    pause();
    message_->setText(reason);
    emit stopped(reason);
}

void StepperPanel::setBreakOnError(bool is_on, double threshold) {
    break_error_->setChecked(is_on);
    break_threshold_->setValue(threshold);
}

void StepperPanel::setBreakOnGroup(bool is_on) { break_group_->setChecked(is_on); }

void StepperPanel::setSelectedCell(Index row, Index channel) {
    if (!original_) return;
    if (row >= 0 && row < original_->rows()) row_ = row;
    if (channel >= 0 && channel < static_cast<Index>(position_of_.size()))
        chosen_position_ = position_of_[static_cast<std::size_t>(channel)];
    for (HeatmapView* map : {weights_, error_, pending_}) map->setSelectedCell(row_, chosen_position_);
    if (state_) {
        refreshText(*state_);
        refreshRow(*state_);
    }
}

void StepperPanel::choose(Index row, Index position) {
    setSelectedCell(row, channelAt(position));
    emit cellChosen(row, channelAt(position));
}

void StepperPanel::keyPressEvent(QKeyEvent* event) {
    // Not a shortcut: buttons and check boxes need the space bar for themselves.
    if (event->key() == Qt::Key_Space) {
        isPlaying() ? pause() : play();
    } else {
        QWidget::keyPressEvent(event);
    }
}

void StepperPanel::refresh() {
    const bool has_stepper = input_.stepper != nullptr;
    const auto n_columns = static_cast<Index>(position_of_.size());
    for (const auto& [button, name] : icons_) button->setEnabled(has_stepper);
    for (QWidget* control : std::initializer_list<QWidget*>{jump_slider_, jump_spin_, row_content_}) control->setEnabled(has_stepper);
    const bool has_column = has_stepper && position() < n_columns;
    keep_button_->setEnabled(has_column);
    first_button_->setEnabled(has_column);
    if (!has_stepper) {
        for (HeatmapView* map : {weights_, error_, pending_}) map->setMatrix(nullptr);
        loss_->setSeries({});
        row_chart_->setSeries({});
        place_->setText(tr("Choose a layer to step through."));
        equation_->clear();
        return;
    }
    const auto out = static_cast<double>(original_->rows());
    const auto in = static_cast<double>(n_columns);
    state_ = std::make_shared<const GptqStepper::State>(input_.stepper->state(out * in * in <= kCheapLoss));
    const QSignalBlocker slider_blocker(jump_slider_);
    const QSignalBlocker spin_blocker(jump_spin_);
    jump_slider_->setValue(static_cast<int>(state_->position));
    jump_spin_->setValue(static_cast<int>(state_->position));
    if (out * in * in <= kCheapLoss) nearest_after_[state_->position] = state_->nearest_loss;
    refreshMaps(*state_);
    refreshText(*state_);
    refreshLoss(*state_);
    refreshRow(*state_);
}

void StepperPanel::refreshMaps(const GptqStepper::State& state) {
    const Index q = state.position;
    const Index n_columns = original_->cols();
    weights_->setMatrix(std::shared_ptr<const Matrix>(state_, &state_->updated));
    pending_->setMatrix(std::shared_ptr<const Matrix>(state_, &state_->pending));
    // The column's own error would drown what reaches the others: the colours are made for those.
    const Index rest = n_columns - q - 1;
    const float reach = rest > 0 ? state.pending.rightCols(rest).cwiseAbs().maxCoeff() : error_limit_;
    pending_->setColourScale(divergingScale(reach > 0.0F ? reach : error_limit_));
    Matrix error = Matrix::Zero(original_->rows(), n_columns);
    error.leftCols(q) = original_->leftCols(q) - rounded_.leftCols(q);
    error_->setMatrix(std::make_shared<const Matrix>(std::move(error)));

    std::vector<ColumnMark> marks;
    if (q < n_columns) {
        const Index block = q / input_.block_size * input_.block_size;
        const Index block_end = std::min(n_columns, block + input_.block_size);
        const Index group = groupAt(q) == groupAt(std::max<Index>(q - 1, 0)) ? previousGroupStart(q) : q;
        const Index group_end = nextGroupStart(q);
        const bool has_group = group_end - group < n_columns && group_end - group > 1;
        const bool is_block_too = has_group && group == block && group_end == block_end;
        if (block_end - block < n_columns && !is_block_too) marks.push_back({block, block_end, tr("block"), 0});
        if (has_group) marks.push_back({group, group_end, tr("group %1").arg(groupAt(q)), 2});
        marks.push_back({q, q + 1, tr("q = %1").arg(q), 1});
    }
    for (HeatmapView* map : {weights_, error_, pending_}) {
        map->setColumnMarks(marks);
        map->setSelectedCell(row_, chosen_position_);
    }
}

void StepperPanel::refreshText(const GptqStepper::State& state) {
    const Index q = state.position;
    const double total = losses_.back();
    const double nearest = input_.stepper->nearestLoss();
    const QString layer = input_.layer.toHtmlEscaped();
    if (q == original_->cols()) {
        place_->setText(
            tr("<b>%1</b><br>All %2 columns are done. Loss %3; plain rounding leaves %4.")
                .arg(layer)
                .arg(q)
                .arg(numberText(total), numberText(nearest)) +
            (nearest > 0.0 ? QLatin1Char(' ') + tr("GPTQ leaves %1 % of it.").arg(numberText(100.0 * total / nearest, 3)) : QString()));
        equation_->clear();
        return;
    }
    const Index n_blocks = (original_->cols() + input_.block_size - 1) / input_.block_size;
    place_->setText(
        tr("<b>%1</b><br>Column <i>q</i> = %2 is input channel %3; block %4 of %5, group %6; output row&nbsp;<i>r</i>&nbsp;=&nbsp;%7.")
            .arg(layer)
            .arg(q)
            .arg(channelAt(q))
            .arg(q / input_.block_size + 1)
            .arg(n_blocks)
            .arg(groupAt(q))
            .arg(row_));
    StepNumbers numbers;
    numbers.position = q;
    numbers.channel = channelAt(q);
    numbers.row = row_;
    numbers.weight = static_cast<double>(state.updated(row_, q));
    numbers.rounded = static_cast<double>(rounded_(row_, q));
    numbers.inverse_row.assign(state.inverse_row.begin() + q, state.inverse_row.end());
    equation_->setText(stepEquation(numbers));
}

void StepperPanel::refreshLoss(const GptqStepper::State& state) {
    const Index q = state.position;
    const double at = losses_[static_cast<std::size_t>(q)];
    loss_->setSeries(lossSeries(losses_, q, input_.stepper->nearestLoss(), nearest_after_));
    loss_->setMarks({{static_cast<double>(q), numberText(at), 0, at}});
}

void StepperPanel::refreshRow(const GptqStepper::State& state) { row_content_->currentIndex() == 0 ? showRowOfU(state) : showInflow(); }

void StepperPanel::showRowOfU(const GptqStepper::State& state) {
    row_chart_->setTitle(tr("U[q, q:]"));
    row_chart_->setAxes({tr("column in processing order"), false, true, {}, {}}, {tr("U[q, j]"), false, false, {}, {}});
    row_chart_->setEmptyText(tr("No column is left."));
    row_chart_->setSeries(rowOfU(state));
}

void StepperPanel::showInflow() {
    row_chart_->setAxes({tr("earlier column, in processing order"), false, true, {}, {}},
                        {tr("change of the weight"), false, false, {}, {}});
    if (chosen_position_ <= 0) {
        row_chart_->setTitle(tr("Errors that flowed into the chosen cell"));
        row_chart_->setEmptyText(chosen_position_ < 0 ? tr("Choose a cell in one of the pictures.")
                                                      : tr("Nothing flows into the first column."));
        row_chart_->setSeries({});
        return;
    }
    row_chart_->setTitle(tr("Into row %1, channel %2").arg(row_).arg(channelAt(chosen_position_)));
    row_chart_->setSeries(inflowSeries(*original_, rounded_, input_.stepper->inverseFactor(), row_, chosen_position_));
}

}  // namespace salient
