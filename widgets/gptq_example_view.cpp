#include "widgets/gptq_example_view.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QToolButton>
#include <algorithm>
#include <limits>

#include "widgets/icon.h"
#include "widgets/number_grid.h"
#include "widgets/stepper_text.h"
#include "widgets/value_text.h"

namespace salient {

namespace {
constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();
constexpr int kGap = 14;
constexpr int kWeightDecimals = 4;
}  // namespace

GptqExampleView::GptqExampleView(LessonStepper stepper, QWidget* parent)
    : QWidget(parent),
      example_(std::move(stepper.example)),
      position_(stepper.start),
      weights_(new NumberGrid),
      rounded_(new NumberGrid),
      error_(new NumberGrid),
      pending_(new NumberGrid),
      place_(new QLabel),
      equation_(new QLabel),
      loss_(new QLabel) {
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("GPTQ, column by column"));
    weights_->setTitle(tr("W, with all updates so far"));
    rounded_->setTitle(tr("Ŵ, what is rounded already"));
    error_->setTitle(tr("Error W − Ŵ"));
    pending_->setTitle(tr("Update about to be subtracted"));

    auto* moves = new QHBoxLayout;
    auto* bar = moves;
    bar->setSpacing(2);
    addButton(QStringLiteral("go_first"), tr("To the start"), tr("Home"), [this] { goTo(0); });
    addButton(QStringLiteral("step_back"), tr("Back one column"), tr("Left"), [this] { goTo(position_ - 1); });
    addButton(QStringLiteral("step_forward"), tr("On by one column"), tr("Right"), [this] { goTo(position_ + 1); });
    addButton(QStringLiteral("go_last"), tr("To the end"), tr("End"), [this] { goTo(lastPosition()); });
    for (const auto& [button, name] : buttons_) bar->addWidget(button);
    bar->addSpacing(kGap);
    bar->addWidget(place_, 1);

    auto* grids = new QGridLayout;
    grids->setHorizontalSpacing(kGap);
    grids->setVerticalSpacing(kGap);
    grids->addWidget(weights_, 0, 0);
    grids->addWidget(rounded_, 0, 1);
    grids->addWidget(error_, 1, 0);
    grids->addWidget(pending_, 1, 1);
    grids->setColumnStretch(2, 1);
    for (QLabel* label : {equation_, loss_, place_}) label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    equation_->setTextFormat(Qt::RichText);  // of our own numbers
    loss_->setWordWrap(true);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGap);
    layout->addLayout(moves);
    layout->addLayout(grids);
    layout->addWidget(equation_);
    layout->addWidget(loss_);

    const ColourScale weight_colours = divergingScale(example_->weight.cwiseAbs().maxCoeff());
    float error_limit = (example_->weight - example_->rounded).cwiseAbs().maxCoeff();
    for (const GptqStepper::State& state : example_->states) error_limit = std::max(error_limit, state.pending.cwiseAbs().maxCoeff());
    for (NumberGrid* grid : {weights_, rounded_}) grid->setColourScale(weight_colours);
    for (NumberGrid* grid : {error_, pending_}) grid->setColourScale(divergingScale(error_limit));
    for (NumberGrid* grid : {weights_, rounded_, error_, pending_}) {
        grid->setMatrix(example_->weight);  // for the size
        grid->setDecimals(grid == weights_ || grid == rounded_ ? kWeightDecimals : kWeightDecimals + 1);
        grid->setChoosable(true);
        grid->setFocusPolicy(Qt::NoFocus);  // the arrows are the view's own
        connect(grid, &NumberGrid::cellChosen, this, [this](Index row) { setRow(row); });
    }
    refresh();
}

void GptqExampleView::addButton(const QString& icon_name, const QString& name, const QString& key, auto slot) {
    auto* button = new QToolButton(this);
    button->setAccessibleName(name);
    button->setToolTip(tr("%1 (%2)").arg(name, key));
    button->setIcon(icon(icon_name));
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::TabFocus);
    connect(button, &QToolButton::clicked, this, slot);
    buttons_.emplace_back(button, icon_name);
}

Index GptqExampleView::lastPosition() const { return static_cast<Index>(example_->states.size()) - 1; }

void GptqExampleView::goTo(Index position) {
    position = std::clamp<Index>(position, 0, lastPosition());
    if (position == position_) return;
    position_ = position;
    refresh();
}

void GptqExampleView::setRow(Index row) {
    row_ = std::clamp<Index>(row, 0, example_->weight.rows() - 1);
    refresh();
}

void GptqExampleView::refresh() {
    const GptqStepper::State& state = example_->states[static_cast<std::size_t>(position_)];
    const Index n_columns = example_->weight.cols();
    const Index n_left = n_columns - position_;
    const bool is_done = n_left == 0;

    Matrix weights = state.updated;
    Matrix rounded = Matrix::Constant(weights.rows(), n_columns, kUnknown);
    Matrix error = rounded;
    Matrix pending = rounded;
    for (Index q = 0; q < position_; ++q) {  // a column that is done: as it was before it was rounded
        weights.col(q) = example_->states[static_cast<std::size_t>(q)].updated.col(q);
        rounded.col(q) = example_->rounded.col(q);
        error.col(q) = example_->weight.col(q) - example_->rounded.col(q);
    }
    if (!is_done) pending.rightCols(n_left) = state.pending.rightCols(n_left);
    weights_->setMatrix(weights);
    rounded_->setMatrix(rounded);
    error_->setMatrix(error);
    pending_->setMatrix(pending);
    for (NumberGrid* grid : {weights_, rounded_, error_, pending_}) {
        grid->setMarkedColumn(is_done ? -1 : position_);
        grid->setChosenCell(row_, is_done ? -1 : position_);
    }

    place_->setText(is_done ? tr("All %1 columns are done").arg(n_columns)
                            : tr("Column %1 is next: %2 of %3 done").arg(position_).arg(position_).arg(n_columns));
    if (is_done) {
        equation_->setText(tr("Nothing is left to update."));
    } else {
        StepNumbers numbers;
        numbers.position = numbers.channel = position_;
        numbers.row = row_;
        numbers.weight = static_cast<double>(state.updated(row_, position_));
        numbers.rounded = static_cast<double>(example_->rounded(row_, position_));
        numbers.inverse_row.assign(state.inverse_row.begin() + position_, state.inverse_row.end());
        equation_->setText(tr("Row %1, column %2:").arg(row_).arg(position_) + stepEquation(numbers));
    }
    loss_->setText(tr("Loss so far %1. At the end: GPTQ %2, rounding alone %3 (output error ½ tr(D H Dᵀ), in squared output units).")
                       .arg(numberText(state.loss, 3), numberText(example_->states.back().loss, 3), numberText(example_->nearest_loss, 3)));
    buttons_[0].first->setEnabled(position_ > 0);
    buttons_[1].first->setEnabled(position_ > 0);
    buttons_[2].first->setEnabled(!is_done);
    buttons_[3].first->setEnabled(!is_done);
}

void GptqExampleView::keyPressEvent(QKeyEvent* event) {
    if (event->modifiers() != Qt::NoModifier) return QWidget::keyPressEvent(event);
    switch (event->key()) {
        case Qt::Key_Right:
            return goTo(position_ + 1);
        case Qt::Key_Left:
            return goTo(position_ - 1);
        case Qt::Key_Home:
            return goTo(0);
        case Qt::Key_End:
            return goTo(lastPosition());
        case Qt::Key_Up:
            return setRow(row_ - 1);
        case Qt::Key_Down:
            return setRow(row_ + 1);
        default:
            QWidget::keyPressEvent(event);
    }
}

void GptqExampleView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() != QEvent::PaletteChange) return;
    for (const auto& [button, name] : buttons_) button->setIcon(icon(name));
}

}  // namespace salient
