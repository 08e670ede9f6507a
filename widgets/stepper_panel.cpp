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
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "widgets/chart.h"
#include "widgets/flow_row.h"
#include "widgets/folding_splitter.h"
#include "widgets/icon.h"
#include "widgets/kept_settings.h"
#include "widgets/stepper_maps.h"
#include "widgets/stepper_series.h"
#include "widgets/stepper_text.h"
#include "widgets/text_width.h"
#include "widgets/value_text.h"

namespace salient {

namespace {

QFrame* separator() {
    auto* line = new QFrame;
    line->setFrameShape(QFrame::VLine);
    line->setFrameShadow(QFrame::Sunken);
    return line;
}

}  // namespace

StepperPanel::StepperPanel(QWidget* parent)
    : QWidget(parent),
      maps_(new StepperMaps),
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
      timer_(new QTimer(this)),
      what_if_(new WhatIfBar) {
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(buildControls());
    auto* split = new QSplitter(Qt::Vertical);
    split->setChildrenCollapsible(false);
    split->addWidget(maps_);
    split->addWidget(buildCharts());
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 2);
    keepSetting(split, "stepper.split");
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
    addKey(Qt::Key_PageDown, [this] { goTo(nextBlockStart(position())); });
    addKey(Qt::Key_PageUp, [this] { goTo(previousBlockStart(position())); });
    addKey(Qt::Key_Home, [this] { goTo(0); });
    addKey(Qt::Key_End, [this] { goTo(columnCount()); });
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Steps: arrow keys go from column to column"));
    connect(timer_, &QTimer::timeout, this, &StepperPanel::advance);
    connect(maps_, &StepperMaps::cellChosen, this, &StepperPanel::choose);
    // Whoever points at an error asks where it came from.
    connect(maps_, &StepperMaps::errorPointedAt, this, [this] { row_content_->setCurrentIndex(1); });
    connect(what_if_, &WhatIfBar::keepWanted, this, [this] { emit keepColumnWanted(channelAt(position())); });
    connect(what_if_, &WhatIfBar::moveWanted, this, [this](Index target) { emit moveColumnWanted(channelAt(position()), target); });
    connect(what_if_, &WhatIfBar::resetWanted, this, &StepperPanel::whatIfResetWanted);
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
                               [this] { goTo(previousBlockStart(position())); }));
    moves->addWidget(
        addButton(QStringLiteral("step_back"), tr("Back one column"), tr("Back one column (Left)"), [this] { goTo(position() - 1); }));
    play_button_ = addButton(QStringLiteral("play"), tr("Play"), tr("Play or pause (Space)"), [this] { isPlaying() ? pause() : play(); });
    moves->addWidget(play_button_);
    moves->addWidget(addButton(QStringLiteral("step_forward"), tr("Forward one column"), tr("Forward one column (Right)"),
                               [this] { goTo(position() + 1); }));
    moves->addWidget(addButton(QStringLiteral("block_forward"), tr("Forward one block"), tr("To the next block of columns (Page Down)"),
                               [this] { goTo(nextBlockStart(position())); }));
    moves->addWidget(addButton(QStringLiteral("group_forward"), tr("Forward one group"), tr("To the next group (Shift+Right)"),
                               [this] { goTo(nextGroupStart(position())); }));
    moves->addWidget(addButton(QStringLiteral("go_last"), tr("To the end"), tr("To the end (End)"), [this] { goTo(columnCount()); }));
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

    auto* options = new FlowRow;
    rows->addWidget(options);
    auto* speed = new QLabel(tr("S&peed"));
    speed->setBuddy(speed_);
    speed_->setObjectName(QStringLiteral("speed"));
    speed_->setRange(1, 60);
    speed_->setValue(4);
    speed_->setMaximumWidth(18 * fontMetrics().averageCharWidth());
    speed_->setToolTip(tr("Columns per second while playing"));
    speed_->setAccessibleName(tr("Speed, columns per second"));
    auto* speed_text = new QLabel;
    speed_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    keepRoomFor(speed_text, tr("%1 columns/s").arg(speed_->maximum()));
    const auto showSpeed = [this, speed_text](int value) {
        timer_->setInterval(1000 / value);
        speed_text->setText(tr("%1 columns/s").arg(value));
    };
    showSpeed(speed_->value());
    connect(speed_, &QSlider::valueChanged, this, showSpeed);
    options->add({speed, speed_, speed_text});
    break_error_->setToolTip(tr("Stop playing after a column in which some |w − ŵ| is larger than this (no unit)"));
    break_threshold_->setDecimals(5);
    break_threshold_->setRange(0.0, 1e6);
    break_threshold_->setSingleStep(0.001);
    break_threshold_->setToolTip(break_error_->toolTip());
    break_threshold_->setAccessibleName(tr("Largest error before stopping"));
    break_group_->setToolTip(tr("Stop playing before the first column of a group, where a new scale is taken"));
    options->add({new QLabel(tr("Stop at")), break_error_, break_threshold_});
    options->add({break_group_});
    options->add({message_}, message_);
    message_->setAccessibleName(tr("Why it stopped"));
    message_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    rows->addWidget(what_if_);
    return bar;
}

QWidget* StepperPanel::buildCharts() {
    auto* charts = new FoldingSplitter(0);
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
    connect(row_content_, &QComboBox::currentIndexChanged, this, &StepperPanel::refreshRow);
    row_layout->addWidget(row_content_);
    row_layout->addWidget(row_chart_, 1);
    for (Chart* chart : {loss_, row_chart_}) {
        chart->setFocusPolicy(Qt::TabFocus);  // a click must not take the arrow keys away from stepping
        chart->setEmptyText(tr("Choose a layer to step through."));
    }
    row_chart_->setLegendVisible(false);
    keepSetting(charts, "stepper.charts");
    auto* curves = new QSplitter(Qt::Horizontal);
    curves->setChildrenCollapsible(false);
    curves->addWidget(loss_);
    curves->addWidget(row);
    curves->setStretchFactor(0, 1);
    curves->setStretchFactor(1, 1);
    keepSetting(curves, "stepper.curves");
    charts->addWidget(text);
    charts->addWidget(curves);
    charts->setStretchFactor(0, 0);
    charts->setStretchFactor(1, 1);
    charts->setSizes({60 * fontMetrics().averageCharWidth(), 800});
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
    const bool is_same = input_.layer && input.layer && input_.layer->name == input.layer->name &&
                         input_.layer->rowCount() == input.layer->rowCount() && columnCount() == input.layer->columnCount();
    input_ = std::move(input);
    pictures_ = {};
    nearest_after_.clear();
    message_->clear();
    if (!is_same) {
        position_ = 0;
        row_ = 0;
        chosen_channel_ = -1;
    }
    if (!is_same && input_.layer && input_.layer->isLarge()) {  // until its pictures come, those of another layer would be taken for them
        maps_->setLayer(nullptr);
        for (QLabel* label : {place_, equation_}) label->clear();
        row_chart_->setSeries({});
    }
    maps_->setLayer(input_.layer.get());
    what_if_->setWhatIf(input_.what_if);
    if (input_.layer && break_threshold_->value() == 0.0) break_threshold_->setValue(0.9 * static_cast<double>(input_.layer->error_limit));
    const int n_columns = static_cast<int>(columnCount());
    const QSignalBlocker slider_blocker(jump_slider_);
    const QSignalBlocker spin_blocker(jump_spin_);
    jump_slider_->setRange(0, n_columns);
    jump_spin_->setRange(0, n_columns);
    jump_spin_->setSuffix(tr(" of %1").arg(n_columns));
    refresh();
}

QString StepperPanel::stamp() const {
    if (!input_.layer) return {};
    QStringList facts{tr("%1 of %2 columns done").arg(position_).arg(columnCount())};
    if (channelAt(position_) >= 0) facts << tr("channel %1 in hand").arg(channelAt(position_));
    if (chosen_channel_ >= 0) facts << tr("cell of row %1, channel %2").arg(row_).arg(chosen_channel_);
    if (const QString tried = what_if_->stamp(); !tried.isEmpty()) facts << tr("tried out: %1").arg(tried);
    return tr("Stepper: %1").arg(input_.layer->name + QStringLiteral("; ") + facts.join(QStringLiteral("; ")));
}

bool StepperPanel::isPlaying() const { return timer_->isActive(); }

Index StepperPanel::channelAt(Index position) const {
    return position >= 0 && position < columnCount() ? input_.layer->order[static_cast<std::size_t>(position)] : -1;
}

Index StepperPanel::groupAt(Index position) const {
    return position >= 0 && position < columnCount() ? input_.layer->group_of[static_cast<std::size_t>(position)] : -1;
}

Index StepperPanel::nextGroupStart(Index from) const { return input_.layer ? salient::nextGroupStart(*input_.layer, from) : 0; }

Index StepperPanel::previousGroupStart(Index from) const { return input_.layer ? salient::previousGroupStart(*input_.layer, from) : 0; }

Index StepperPanel::nextBlockStart(Index from) const {
    return input_.layer ? (from / input_.layer->block_size + 1) * input_.layer->block_size : 0;
}

Index StepperPanel::previousBlockStart(Index from) const {
    return input_.layer ? (std::max<Index>(from, 1) - 1) / input_.layer->block_size * input_.layer->block_size : 0;
}

void StepperPanel::goTo(Index position) {
    if (!input_.layer) return;
    const Index next = std::clamp<Index>(position, 0, columnCount());
    if (next == position_) return;
    if (!isPlaying()) message_->clear();
    position_ = next;
    refresh();
    emit positionChanged(next);
}

void StepperPanel::play() {
    if (!input_.layer) return;
    message_->clear();
    if (position_ == columnCount()) goTo(0);
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
    if (position == columnCount()) return tr("All columns are done.");
    if (break_error_->isChecked() && position > 0) {
        const float worst = (input_.layer->original->col(position - 1) - input_.layer->rounded.col(position - 1)).cwiseAbs().maxCoeff();
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
    const bool is_shown = pictures_.state && pictures_.state->position == position_;
    if (!is_shown) return;  // each column is seen, however long its pictures take
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
    if (!input_.layer) return;
    if (row >= 0 && row < input_.layer->rowCount()) row_ = row;
    if (channel >= 0 && channel < columnCount()) chosen_channel_ = channel;
    maps_->setSelectedCell(row_, chosenPosition());
    refreshText();
    refreshRow();
}

Index StepperPanel::chosenPosition() const {
    return chosen_channel_ < 0 ? -1 : input_.layer->position_of[static_cast<std::size_t>(chosen_channel_)];
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
    const bool has_layer = input_.layer != nullptr;
    for (const auto& [button, name] : icons_) button->setEnabled(has_layer);
    for (QWidget* control : std::initializer_list<QWidget*>{jump_slider_, jump_spin_, row_content_}) control->setEnabled(has_layer);
    what_if_->setColumn(channelAt(position_), columnCount());
    if (!has_layer) {
        loss_->setSeries({});
        row_chart_->setSeries({});
        place_->setText(tr("Choose a layer to step through."));
        equation_->clear();
        return;
    }
    const QSignalBlocker slider_blocker(jump_slider_);
    const QSignalBlocker spin_blocker(jump_spin_);
    jump_slider_->setValue(static_cast<int>(position_));
    jump_spin_->setValue(static_cast<int>(position_));
    if (input_.layer->isLarge()) {
        refreshLoss();
        emit picturesWanted(position_);
    } else {
        setPictures(stepperPictures(input_.layer, *input_.stepper, position_));
    }
}

void StepperPanel::setPictures(const StepperPictures& pictures) {
    if (!pictures.layer || pictures.layer != input_.layer) return;
    pictures_ = pictures;
    if (input_.layer->hasQuickTotals()) nearest_after_[pictures.state->position] = pictures.state->nearest_loss;
    maps_->setPictures(pictures);
    maps_->setSelectedCell(row_, chosenPosition());
    refreshText();
    refreshLoss();
    refreshRow();
}

void StepperPanel::refreshText() {
    if (!pictures_.state) return;
    const StepperLayer& layer = *input_.layer;
    const GptqStepper::State& state = *pictures_.state;
    const Index q = state.position;
    const QString name = layer.name.toHtmlEscaped();
    if (q == layer.columnCount()) {
        const double total = layer.losses.back();
        const double nearest = layer.nearest_total;
        place_->setText(
            tr("<b>%1</b><br>All %2 columns are done. Loss %3; plain rounding leaves %4.")
                .arg(name)
                .arg(q)
                .arg(numberText(total), numberText(nearest)) +
            (nearest > 0.0 ? QLatin1Char(' ') + tr("GPTQ leaves %1 % of it.").arg(numberText(100.0 * total / nearest, 3)) : QString()));
        equation_->clear();
        return;
    }
    const Index n_blocks = (layer.columnCount() + layer.block_size - 1) / layer.block_size;
    place_->setText(
        tr("<b>%1</b><br>Column <i>q</i> = %2 is input channel %3; block %4 of %5, group %6; output row&nbsp;<i>r</i>&nbsp;=&nbsp;%7.")
            .arg(name)
            .arg(q)
            .arg(channelAt(q))
            .arg(q / layer.block_size + 1)
            .arg(n_blocks)
            .arg(groupAt(q))
            .arg(row_));
    StepNumbers numbers;
    numbers.position = q;
    numbers.channel = channelAt(q);
    numbers.row = row_;
    numbers.weight = static_cast<double>(state.updated(row_, q));
    numbers.rounded = static_cast<double>(layer.rounded(row_, q));
    numbers.inverse_row.assign(state.inverse_row.begin() + q, state.inverse_row.end());
    equation_->setText(stepEquation(numbers));
}

void StepperPanel::refreshLoss() {
    const double at = input_.layer->losses[static_cast<std::size_t>(position_)];
    loss_->setSeries(lossSeries(*input_.layer, position_, nearest_after_));
    loss_->setMarks({{static_cast<double>(position_), numberText(at), 0, at}});
}

void StepperPanel::refreshRow() {
    if (!pictures_.state) return;
    row_content_->currentIndex() == 0 ? showRowOfU() : showInflow();
}

void StepperPanel::showRowOfU() {
    row_chart_->setTitle(tr("U[q, q:]"));
    row_chart_->setAxes({tr("column in processing order"), false, true, {}, {}}, {tr("U[q, j]"), false, false, {}, {}});
    row_chart_->setEmptyText(tr("No column is left."));
    row_chart_->setSeries(rowOfU(*pictures_.state));
}

void StepperPanel::showInflow() {
    row_chart_->setAxes({tr("earlier column, in processing order"), false, true, {}, {}},
                        {tr("change of the weight"), false, false, {}, {}});
    const Index position = chosenPosition();
    if (position <= 0) {
        row_chart_->setTitle(tr("Errors that flowed into the chosen cell"));
        row_chart_->setEmptyText(position < 0 ? tr("Choose a cell in one of the pictures.") : tr("Nothing flows into the first column."));
        row_chart_->setSeries({});
        return;
    }
    row_chart_->setTitle(tr("Into row %1, channel %2").arg(row_).arg(channelAt(position)));
    row_chart_->setSeries(inflowSeries(*input_.layer->original, input_.layer->rounded, input_.stepper->inverseFactor(), row_, position));
}

}  // namespace salient
