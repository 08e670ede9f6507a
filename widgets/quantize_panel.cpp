#include "widgets/quantize_panel.h"

#include <QCheckBox>
#include <QDoubleSpinBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QStyle>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "widgets/empty_text.h"
#include "widgets/flow_row.h"
#include "widgets/kept_settings.h"
#include "widgets/method_form.h"
#include "widgets/method_text.h"
#include "widgets/plain_text.h"
#include "widgets/recipe_runs_model.h"
#include "widgets/table_look.h"

namespace salient {

namespace {
constexpr int kRowPadding = 12;
constexpr double kGigabyte = 1e9;  // as bytesText() has it

/// Scrolls up and down alone, and is wide enough for what it holds, in every language and size of type.
class WholeWidthArea : public QScrollArea {
public:
    using QScrollArea::QScrollArea;
    [[nodiscard]] QSize sizeHint() const override { return {wholeWidth(), QScrollArea::sizeHint().height()}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {wholeWidth(), QScrollArea::minimumSizeHint().height()}; }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override {
        if (watched == widget() && event->type() == QEvent::LayoutRequest) updateGeometry();
        return QScrollArea::eventFilter(watched, event);
    }

private:
    [[nodiscard]] int wholeWidth() const {
        return widget()->minimumSizeHint().width() + style()->pixelMetric(QStyle::PM_ScrollBarExtent, nullptr, this);
    }
};

}  // namespace

QuantizePanel::QuantizePanel(QWidget* parent)
    : QWidget(parent),
      model_(new RecipeRunsModel(this)),
      table_(new QTableView(this)),
      form_(new MethodForm(this)),
      name_(new QLineEdit(this)),
      problem_(plainLabel(this)),
      remove_(new QToolButton(this)),
      duplicate_(new QToolButton(this)),
      evaluation_text_(new QLineEdit(this)),
      evaluation_windows_(new QSpinBox(this)),
      memory_limit_(new QDoubleSpinBox(this)),
      with_perplexity_(new QCheckBox(tr("Measure perplexity afterwards"), this)),
      start_all_(new QPushButton(tr("Quantize all"), this)),
      start_one_(new QPushButton(tr("Quantize this one"), this)),
      blocked_(plainLabel(this)),
      memory_(plainLabel(this)) {
    auto* left = new QVBoxLayout;
    left->setSpacing(12);
    left->addWidget(makeList(), 1);
    left->addWidget(makeStartBox());

    auto* name_row = new QHBoxLayout;
    auto* name_label = new QLabel(tr("Name"), this);
    name_label->setBuddy(name_);
    name_->setToolTip(tr("How this run is called in tables, pictures and the report"));
    name_->setAccessibleName(tr("Name of the run"));
    name_row->addWidget(name_label);
    name_row->addWidget(name_, 1);
    problem_->setWordWrap(true);
    problem_->setAccessibleName(tr("Problem of the chosen method"));
    blocked_->setAccessibleName(tr("Why nothing can be quantized"));
    problem_->hide();

    auto* scroll = new WholeWidthArea(this);
    scroll->setWidget(form_);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    keepSetting(scroll, "quantize.form");
    auto* right = new QWidget(this);
    right->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Preferred);
    auto* right_layout = new QVBoxLayout(right);
    right_layout->setContentsMargins(16, 0, 0, 0);
    right_layout->setSpacing(12);
    right_layout->addLayout(name_row);
    right_layout->addWidget(problem_);
    right_layout->addWidget(scroll, 1);

    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(left, 1);
    layout->addWidget(right);

    connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this] {
        showCurrent();
        emit currentRunChanged(currentRun());
    });
    connect(form_, &MethodForm::edited, this, &QuantizePanel::editCurrent);
    connect(name_, &QLineEdit::editingFinished, this, [this] {
        if (name_->isModified() && !name_->text().trimmed().isEmpty()) editCurrent(tr("name"));
        name_->setModified(false);
    });
    connect(duplicate_, &QToolButton::clicked, this, &QuantizePanel::duplicateRun);
    connect(remove_, &QToolButton::clicked, this, &QuantizePanel::removeRun);
    connect(start_all_, &QPushButton::clicked, this, [this] { emit quantizeRequested({}); });
    connect(start_one_, &QPushButton::clicked, this, [this] {
        if (const int row = currentRun(); row >= 0) emit quantizeRequested({model_->runs()[static_cast<std::size_t>(row)].name});
    });
    updateButtons();
    showCurrent();
}

QWidget* QuantizePanel::makeList() {
    table_->setModel(model_);
    table_->setAccessibleName(tr("Runs"));
    showAsRows(*table_, kRowPadding);
    keepColumnWidth(*table_, RecipeRunsModel::Name, 26);
    sayWhenEmpty(*table_, tr("No run is planned. Add a method above."));
    keepSetting(table_, "quantize.runs");

    auto* add = new QToolButton(this);
    add->setText(tr("Add method"));
    add->setToolTip(tr("Add a run to compare"));
    add->setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(add);
    for (const std::string& method : methodNames()) {
        menu->addAction(methodTitle(method), this, [this, method] { addRun(method); });
    }
    add->setMenu(menu);
    duplicate_->setText(tr("Duplicate"));
    duplicate_->setToolTip(tr("Copy the chosen run, to change one option of it"));
    remove_->setText(tr("Remove"));
    remove_->setToolTip(tr("Remove the chosen run from the list; results that are there stay"));
    auto* copy = new QToolButton(this);
    copy->setText(tr("Copy as command"));
    copy->setToolTip(tr("Put the same job on the clipboard as command lines of salient-cli"));
    connect(copy, &QToolButton::clicked, this, &QuantizePanel::copyCommandRequested);

    auto* buttons = new FlowRow(this);
    for (QToolButton* button : {add, duplicate_, remove_, copy}) buttons->add({button});

    auto* box = new QWidget(this);
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(buttons);
    layout->addWidget(table_, 1);
    return box;
}

QWidget* QuantizePanel::makeStartBox() {
    evaluation_text_->setPlaceholderText(tr("A .txt or .jsonl file, not the calibration text"));
    evaluation_text_->setAccessibleName(tr("Evaluation text"));
    evaluation_text_->setToolTip(tr("The text whose perplexity is measured"));
    auto* browse = new QPushButton(tr("Choose…"), this);
    browse->setToolTip(tr("Choose the evaluation text"));
    browse->setAutoDefault(false);
    auto* text_label = new QLabel(tr("Evaluation text"), this);
    text_label->setBuddy(evaluation_text_);
    with_perplexity_->setChecked(true);
    with_perplexity_->setToolTip(tr("Run the evaluation text through the original and every quantized model"));
    start_all_->setDefault(true);
    start_all_->setToolTip(tr("Execute every run of the list, one after another"));
    start_one_->setToolTip(tr("Execute the chosen run alone"));
    start_one_->setAutoDefault(false);
    memory_->setWordWrap(true);
    memory_->setAccessibleName(tr("Memory and time"));
    keepSetting(with_perplexity_, "quantize.perplexity");

    auto* file_row = new QHBoxLayout;
    file_row->addWidget(text_label);
    file_row->addWidget(evaluation_text_, 1);
    file_row->addWidget(browse);
    evaluation_windows_->setRange(0, 1 << 20);
    evaluation_windows_->setSpecialValueText(tr("the whole text"));
    evaluation_windows_->setSuffix(tr(" windows of the text"));
    evaluation_windows_->setKeyboardTracking(false);
    evaluation_windows_->setAccessibleName(tr("Evaluation windows"));
    evaluation_windows_->setToolTip(tr("How much of the evaluation text is scored; 0: all of it. Compare figures of equal windows only"));
    auto* limit_label = new QLabel(tr("Memory limit"), this);
    limit_label->setBuddy(memory_limit_);
    memory_limit_->setObjectName(QStringLiteral("memory limit"));
    memory_limit_->setRange(0.0, 100'000.0);
    memory_limit_->setDecimals(2);
    memory_limit_->setSpecialValueText(tr("none"));
    memory_limit_->setSuffix(tr(" GB"));
    memory_limit_->setKeyboardTracking(false);
    memory_limit_->setAccessibleName(tr("Memory limit"));
    memory_limit_->setToolTip(tr(
        "The most memory that this program may hold while a job runs, in GB of 10⁹ bytes; 0: no limit. Calibrating and quantizing do not "
        "start where they are forecast to need more; a job that comes to hold more ends with an error, and what is finished stays"));
    auto* perplexity_row = new FlowRow(this);
    perplexity_row->add({with_perplexity_});
    perplexity_row->add({evaluation_windows_});
    perplexity_row->add({limit_label, memory_limit_});
    auto* start_row = new FlowRow(this);
    start_row->add({start_all_});
    start_row->add({start_one_});
    start_row->add({blocked_}, blocked_);

    auto* box = new QWidget(this);
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(file_row);
    layout->addWidget(perplexity_row);
    layout->addSpacing(4);
    layout->addWidget(memory_);
    layout->addWidget(start_row);

    connect(browse, &QPushButton::clicked, this, &QuantizePanel::browseEvaluationRequested);
    connect(evaluation_windows_, &QSpinBox::valueChanged, this, &QuantizePanel::evaluationWindowsEdited);
    connect(memory_limit_, &QDoubleSpinBox::valueChanged, this,
            [this](double gigabytes) { emit memoryLimitEdited(std::llround(gigabytes * kGigabyte)); });
    connect(evaluation_text_, &QLineEdit::editingFinished, this, [this] {
        if (evaluation_text_->isModified()) emit evaluationTextEdited(evaluation_text_->text().trimmed());
        evaluation_text_->setModified(false);
    });
    return box;
}

void QuantizePanel::setRuns(const std::vector<RecipeRun>& runs) {
    const int row = std::max(0, currentRun());
    model_->setRuns(runs);
    setCurrentRun(std::min(row, model_->rowCount() - 1));
    showCurrent();
    updateButtons();
}

std::vector<RecipeRun> QuantizePanel::runs() const { return model_->runs(); }

int QuantizePanel::currentRun() const { return table_->currentIndex().isValid() ? table_->currentIndex().row() : -1; }

void QuantizePanel::setCurrentRun(int row) {
    if (row >= 0 && row != currentRun()) table_->setCurrentIndex(model_->index(row, 0));
}

void QuantizePanel::setEvaluation(const QString& file, Index n_windows) {
    const QSignalBlocker block(evaluation_windows_);
    evaluation_windows_->setValue(static_cast<int>(n_windows));
    evaluation_text_->setText(file);
    evaluation_text_->setModified(false);
}

void QuantizePanel::setMemoryLimit(std::int64_t bytes) {
    const QSignalBlocker block(memory_limit_);
    // Some limit is not shown as none.
    memory_limit_->setValue(bytes > 0 ? std::max(0.01, static_cast<double>(bytes) / kGigabyte) : 0.0);
}

bool QuantizePanel::wantsPerplexity() const { return with_perplexity_->isChecked(); }

void QuantizePanel::setBlockedReason(const QString& reason) {
    blocked_reason_ = reason;
    blocked_->setText(reason);
    updateButtons();
}

void QuantizePanel::setProblem(const QString& problem) {
    problem_->setText(problem);
    problem_->setVisible(!problem.isEmpty());
}

void QuantizePanel::setMemoryNote(const QString& note) {
    memory_->setText(note);
    memory_->setVisible(!note.isEmpty());
}

std::vector<std::string> QuantizePanel::takenNames(int except) const {
    std::vector<std::string> names;
    for (int row = 0; row < model_->rowCount(); ++row) {
        if (row != except) names.push_back(model_->runs()[static_cast<std::size_t>(row)].name);
    }
    return names;
}

void QuantizePanel::addRun(const std::string& method) {
    MethodSpec base;
    base.grid.is_symmetric = false;
    // A new run continues with the grid in hand, so that a comparison differs in the method alone.
    for (const RecipeRun& run : model_->runs()) {
        if (run.method.activations == ActivationScale::None) base.grid = run.method.grid;
    }
    if (currentRun() >= 0) {
        const MethodSpec& chosen = model_->runs()[static_cast<std::size_t>(currentRun())].method;
        if (chosen.activations == ActivationScale::None) base.grid = chosen.grid;
    }
    base.grid.rule = GridRule::Gptq;
    std::vector<RecipeRun> runs = model_->runs();
    RecipeRun run;
    run.method = methodFromName(method, base);
    run.name = suggestedRunName(run.method, takenNames());
    runs.push_back(std::move(run));
    emit runsEdited(runs, tr("add run"));
    setCurrentRun(model_->rowCount() - 1);
}

void QuantizePanel::duplicateRun() {
    const int row = currentRun();
    if (row < 0) return;
    std::vector<RecipeRun> runs = model_->runs();
    RecipeRun copy = runs[static_cast<std::size_t>(row)];
    copy.name = suggestedRunName(copy.method, takenNames());
    runs.insert(runs.begin() + row + 1, copy);
    emit runsEdited(runs, tr("duplicate run"));
    setCurrentRun(row + 1);
}

void QuantizePanel::removeRun() {
    const int row = currentRun();
    if (row < 0) return;
    std::vector<RecipeRun> runs = model_->runs();
    runs.erase(runs.begin() + row);
    emit runsEdited(runs, tr("remove run"));
}

void QuantizePanel::editCurrent(const QString& what) {
    const int row = currentRun();
    if (row < 0) return;
    std::vector<RecipeRun> runs = model_->runs();
    RecipeRun& run = runs[static_cast<std::size_t>(row)];
    const std::vector<std::string> others = takenNames(row);
    const bool had_suggested_name = run.name == suggestedRunName(run.method, others);
    run.method = form_->method();
    const std::string typed = name_->text().trimmed().toStdString();
    if (typed != run.name) {
        const bool is_taken = std::find(others.begin(), others.end(), typed) != others.end();
        if (!typed.empty() && !is_taken) run.name = typed;
    } else if (had_suggested_name) {
        run.name = suggestedRunName(run.method, others);
    }
    emit runsEdited(runs, what);
}

void QuantizePanel::showCurrent() {
    const int row = currentRun();
    form_->setEnabled(row >= 0);
    name_->setEnabled(row >= 0);
    if (row < 0) {
        name_->clear();
        return;
    }
    const RecipeRun& run = model_->runs()[static_cast<std::size_t>(row)];
    name_->setText(QString::fromStdString(run.name));
    name_->setModified(false);
    form_->setMethod(run.method);
}

void QuantizePanel::updateButtons() {
    const bool has_runs = model_->rowCount() > 0;
    start_all_->setEnabled(has_runs && blocked_reason_.isEmpty());
    start_one_->setEnabled(currentRun() >= 0 && blocked_reason_.isEmpty());
    remove_->setEnabled(currentRun() >= 0);
    duplicate_->setEnabled(currentRun() >= 0);
}

}  // namespace salient
