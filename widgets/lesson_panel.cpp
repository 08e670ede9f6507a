#include "widgets/lesson_panel.h"

#include <QBoxLayout>
#include <QEvent>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <algorithm>

#include "widgets/awq_example_view.h"
#include "widgets/chooser_view.h"
#include "widgets/gptq_example_view.h"
#include "widgets/icon.h"
#include "widgets/lesson_text.h"
#include "widgets/number_grid.h"
#include "widgets/question_box.h"
#include "widgets/smooth_example_view.h"
#include "widgets/step_dots.h"

namespace salient {

namespace {

constexpr double kStepTitleScale = 1.25;
constexpr int kGap = 16;
constexpr int kColumnGap = 36;
constexpr int kRoomBeside = 128;  // average characters that text and a view need side by side
constexpr int kTextShare = 46;    // of 100
constexpr int kViewShare = 54;

bool isProse(const LessonPart& part) { return std::holds_alternative<LessonProse>(part); }

/// Tables want the whole width.
bool isWide(const LessonPart& part) { return std::holds_alternative<LessonMethods>(part) || std::holds_alternative<LessonChooser>(part); }

/// Largest magnitude among the grids that share their colours with this one.
float colourLimit(const LessonGrids& grids, std::size_t of) {
    std::size_t first = of;
    while (first > 0 && grids.grids[first].shares_colours) --first;
    float limit = 0.0F;
    for (std::size_t i = first; i < grids.grids.size() && (i == first || grids.grids[i].shares_colours); ++i) {
        limit = std::max(limit, grids.grids[i].values.cwiseAbs().maxCoeff());
    }
    return limit;
}

/// Above the stretch at the end of a column.
void append(QBoxLayout* column, QWidget* widget) { column->insertWidget(column->count() - 1, widget); }

QWidget* gridsOf(const LessonGrids& grids) {
    auto* holder = new QWidget;
    auto* layout = new QVBoxLayout(holder);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGap);
    for (std::size_t i = 0; i < grids.grids.size(); ++i) {
        const LessonGrids::Grid& one = grids.grids[i];
        auto* grid = new NumberGrid;
        grid->setTitle(one.title);
        grid->setMatrix(one.values);
        grid->setColourScale(divergingScale(colourLimit(grids, i)));
        layout->addWidget(grid);
    }
    return holder;
}

}  // namespace

LessonPanel::LessonPanel(QWidget* parent)
    : QWidget(parent),
      title_(new QLabel),
      place_(new QLabel),
      step_title_(new QLabel),
      dots_(new StepDots),
      back_(new QPushButton(tr("&Back"))),
      next_(new QPushButton(tr("&Next"))),
      restart_(new QPushButton(tr("&Start again"))),
      scroll_(new QScrollArea) {
    setFocusPolicy(Qt::StrongFocus);
    auto* list = new QPushButton(tr("&All lessons"));
    list->setToolTip(tr("Back to the list of lessons"));
    list->setAutoDefault(false);
    title_->setTextFormat(Qt::PlainText);
    title_->setWordWrap(true);
    step_title_->setTextFormat(Qt::PlainText);
    step_title_->setWordWrap(true);
    for (QLabel* label : {title_, place_, step_title_}) label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * kStepTitleScale);
    large.setBold(true);
    step_title_->setFont(large);
    auto* head = new QHBoxLayout;
    head->setSpacing(kGap);
    head->addWidget(list);
    head->addWidget(title_, 1);
    head->addWidget(dots_);

    back_->setToolTip(tr("The step before (Left, Page Up)"));
    next_->setToolTip(tr("The next step (Right, Page Down)"));
    restart_->setToolTip(tr("Forget all answers and begin at the first step"));
    for (QPushButton* button : {back_, next_, restart_}) button->setAutoDefault(false);
    auto* foot = new QHBoxLayout;
    foot->setSpacing(kGap);
    foot->addWidget(restart_);
    foot->addStretch(1);
    foot->addWidget(place_);
    foot->addWidget(back_);
    foot->addWidget(next_);

    scroll_->setWidgetResizable(true);
    scroll_->setFrameShape(QFrame::NoFrame);
    scroll_->viewport()->setAutoFillBackground(false);
    scroll_->setFocusPolicy(Qt::NoFocus);
    scroll_->installEventFilter(this);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGap);
    layout->addLayout(head);
    layout->addWidget(step_title_);
    layout->addWidget(scroll_, 1);
    layout->addLayout(foot);
    connect(list, &QPushButton::clicked, this, &LessonPanel::listWanted);
    connect(back_, &QPushButton::clicked, this, [this] { goTo(progress_.step - 1); });
    connect(next_, &QPushButton::clicked, this, [this] { goTo(progress_.step + 1); });
    connect(restart_, &QPushButton::clicked, this, &LessonPanel::restart);
    connect(dots_, &StepDots::stepChosen, this, &LessonPanel::goTo);
}

void LessonPanel::setLesson(std::shared_ptr<const Lesson> lesson, const LessonProgress& progress) {
    lesson_ = std::move(lesson);
    progress_ = progress;
    QStringList titles;
    for (const LessonStep& step : lesson_->steps) titles << step.title;
    title_->setText(lesson_->title);
    dots_->setSteps(titles);
    progress_.step = std::clamp(progress_.step, 0, static_cast<int>(titles.size()) - 1);
    showStep();
}

void LessonPanel::setMeasured(const QString& model, const std::vector<MeasuredMethod>& measured) {
    model_ = model;
    measured_ = measured;
    for (MethodTableView* table : findChildren<MethodTableView*>()) table->setMeasured(model_, measured_);
}

void LessonPanel::goTo(int step) {
    if (!lesson_) return;
    step = std::clamp(step, 0, static_cast<int>(lesson_->steps.size()) - 1);
    if (step == progress_.step) return;
    progress_.step = step;
    showStep();
    emit progressChanged(progress_);
}

void LessonPanel::reveal() {
    if (question_ != nullptr) question_->reveal();
}

void LessonPanel::restart() {
    if (!lesson_) return;
    progress_ = {};
    showStep();
    emit progressChanged(progress_);
}

QWidget* LessonPanel::makeView(const LessonPart& part) {
    if (const auto* grids = std::get_if<LessonGrids>(&part)) return gridsOf(*grids);
    if (const auto* stepper = std::get_if<LessonStepper>(&part)) return new GptqExampleView(*stepper);
    if (const auto* channels = std::get_if<LessonChannels>(&part)) return new AwqExampleView(*channels);
    if (const auto* smoothing = std::get_if<LessonSmoothing>(&part)) return new SmoothExampleView(*smoothing);
    if (const auto* chooser = std::get_if<LessonChooser>(&part)) return new ChooserView(*chooser);
    auto* table = new MethodTableView(std::get<LessonMethods>(part));
    table->setMeasured(model_, measured_);
    return table;
}

void LessonPanel::addParts(const std::vector<LessonPart>& parts) {
    for (const LessonPart& part : parts) {
        if (isProse(part)) {
            auto* text = new LessonText;
            text->setProse(std::get<LessonProse>(part).markdown);
            connect(text, &LessonText::linkChosen, this, &LessonPanel::linkChosen);
            append(texts_, text);
        } else {
            append(isWide(part) ? texts_ : views_, makeView(part));
        }
    }
}

void LessonPanel::showStep() {
    const LessonStep& step = lesson_->steps[static_cast<std::size_t>(progress_.step)];
    step_title_->setText(step.title);
    question_ = nullptr;
    auto* content = new QWidget;
    columns_ = new QBoxLayout(QBoxLayout::LeftToRight, content);
    columns_->setContentsMargins(0, 0, kGap, 0);
    columns_->setSpacing(kColumnGap);
    texts_ = new QVBoxLayout;
    views_ = new QVBoxLayout;
    for (QBoxLayout* column : {texts_, views_}) {
        column->setSpacing(kGap);
        column->addStretch(1);
    }
    addParts(step.shown);
    if (step.hidesSomething()) {
        const std::optional<QString> answer = progress_.answerTo(progress_.step);
        question_ = new QuestionBox(step.question);
        append(texts_, question_);
        if (answer) {
            question_->setRevealed(*answer);
            addParts(step.revealed);
        }
        connect(question_, &QuestionBox::revealWanted, this, [this](const QString& given) {
            progress_.revealed.push_back({progress_.step, given});
            addParts(lesson_->steps[static_cast<std::size_t>(progress_.step)].revealed);
            arrange();
            refreshNavigation();
            setFocus();
            emit progressChanged(progress_);
        });
    }
    columns_->addLayout(texts_, kTextShare);
    columns_->addLayout(views_, kViewShare);
    scroll_->setWidget(content);
    content->setAutoFillBackground(false);
    arrange();
    refreshNavigation();
    setFocus();
}

void LessonPanel::arrange() {
    if (columns_ == nullptr) return;
    const LessonStep& step = lesson_->steps[static_cast<std::size_t>(progress_.step)];
    const auto stands_beside = [](const LessonPart& part) { return !isProse(part) && !isWide(part); };
    // Room is kept for what will be revealed, too: the text must not jump.
    const bool has_views = std::ranges::any_of(step.shown, stands_beside) || std::ranges::any_of(step.revealed, stands_beside);
    const bool is_beside = width() >= kRoomBeside * fontMetrics().averageCharWidth();
    columns_->setDirection(is_beside ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
    columns_->setStretch(0, is_beside ? kTextShare : 0);
    columns_->setStretch(1, !has_views ? 0 : is_beside ? kViewShare : 1);
}

bool LessonPanel::isBeside() const { return columns_ != nullptr && columns_->direction() == QBoxLayout::LeftToRight; }

void LessonPanel::refreshNavigation() {
    const int last = static_cast<int>(lesson_->steps.size()) - 1;
    dots_->setCurrent(progress_.step);
    place_->setText(tr("Step %1 of %2").arg(progress_.step + 1).arg(last + 1));
    back_->setEnabled(progress_.step > 0);
    next_->setEnabled(progress_.step < last);
    restart_->setEnabled(progress_.step > 0 || !progress_.revealed.empty());
}

void LessonPanel::keyPressEvent(QKeyEvent* event) {
    if (!lesson_ || (event->modifiers() & ~Qt::KeypadModifier) != 0) return QWidget::keyPressEvent(event);
    switch (event->key()) {
        case Qt::Key_Right:
        case Qt::Key_PageDown:
            return goTo(progress_.step + 1);
        case Qt::Key_Left:
        case Qt::Key_PageUp:
            return goTo(progress_.step - 1);
        case Qt::Key_Home:
            return goTo(0);
        case Qt::Key_End:
            return goTo(static_cast<int>(lesson_->steps.size()) - 1);
        case Qt::Key_Return:
        case Qt::Key_Enter:
            return reveal();
        default:
            QWidget::keyPressEvent(event);
    }
}

/// The scroll area would take the keys that turn the page; it keeps Up and Down.
bool LessonPanel::eventFilter(QObject* watched, QEvent* event) {
    if (watched != scroll_ || event->type() != QEvent::KeyPress) return QWidget::eventFilter(watched, event);
    const int key = static_cast<QKeyEvent*>(event)->key();
    if (key == Qt::Key_Up || key == Qt::Key_Down) return false;
    event->ignore();
    keyPressEvent(static_cast<QKeyEvent*>(event));
    return true;
}

void LessonPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    arrange();
}

void LessonPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) arrange();
}

}  // namespace salient
