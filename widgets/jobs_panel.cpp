#include "widgets/jobs_panel.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QSignalBlocker>
#include <QTableView>
#include <QToolButton>

#include "widgets/empty_text.h"
#include "widgets/table_look.h"

namespace salient {

namespace {
constexpr int kRowPadding = 10;
constexpr int kRowsAtFirst = 4;
}  // namespace

JobsPanel::JobsPanel(QWidget* parent)
    : QWidget(parent),
      model_(new JobsModel(this)),
      table_(new QTableView(this)),
      cancel_(new QToolButton(this)),
      cancel_all_(new QToolButton(this)),
      pause_(new QToolButton(this)),
      clear_(new QToolButton(this)) {
    table_->setModel(model_);
    table_->setAccessibleName(tr("Jobs"));
    showAsRows(*table_, kRowPadding);
    keepColumnWidth(*table_, JobsModel::Title, 42);
    keepColumnWidth(*table_, JobsModel::State, 16);
    keepColumnWidth(*table_, JobsModel::Progress, 18);
    keepColumnWidth(*table_, JobsModel::Rate, 26);
    keepColumnWidth(*table_, JobsModel::Time, 25);
    sayWhenEmpty(*table_, tr("No job is listed. The menu Run starts one."));

    const auto prepare = [](QToolButton* button, const QString& text, const QString& tip) {
        button->setText(text);
        button->setToolTip(tip);
        button->setToolButtonStyle(Qt::ToolButtonTextOnly);
        button->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    };
    prepare(cancel_, tr("Cancel"), tr("Stop the chosen job at its next checkpoint; nothing half done is kept"));
    prepare(cancel_all_, tr("Cancel all"), tr("Stop the running job and take back those that wait; what is done is kept"));
    prepare(pause_, tr("Pause"), tr("Let the running job wait where it is; nothing is lost"));
    prepare(clear_, tr("Clear finished"), tr("Remove finished jobs from this list"));
    pause_->setCheckable(true);

    auto* buttons = new QVBoxLayout;
    for (QToolButton* button : {cancel_, cancel_all_, pause_, clear_}) {
        button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
        buttons->addWidget(button);
    }
    buttons->addStretch();
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(8, 8, 8, 8);
    layout->addWidget(table_, 1);
    layout->addLayout(buttons);

    connect(cancel_, &QToolButton::clicked, this, [this] {
        if (const int id = chosenJob(); id != 0) emit cancelRequested(id);
    });
    connect(cancel_all_, &QToolButton::clicked, this, &JobsPanel::cancelAllRequested);
    connect(pause_, &QToolButton::toggled, this, [this](bool paused) {
        showPaused();
        emit pauseRequested(paused);
    });
    connect(clear_, &QToolButton::clicked, this, [this] {
        model_->removeFinished();
        updateButtons();
    });
    connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &JobsPanel::updateButtons);
    updateButtons();
}

QSize JobsPanel::sizeHint() const {
    const QMargins margins = layout()->contentsMargins();
    const int rows = table_->horizontalHeader()->sizeHint().height() + kRowsAtFirst * table_->verticalHeader()->defaultSectionSize();
    return {QWidget::sizeHint().width(), rows + 2 * table_->frameWidth() + margins.top() + margins.bottom()};
}

void JobsPanel::setRecord(const JobRecord& record) {
    model_->setRecord(record);
    updateButtons();
}

void JobsPanel::setPaused(bool paused) {
    const QSignalBlocker block(pause_);
    pause_->setChecked(paused);
    showPaused();
    updateButtons();
}

void JobsPanel::showPaused() { pause_->setText(pause_->isChecked() ? tr("Resume") : tr("Pause")); }

int JobsPanel::chosenJob() const {
    const QModelIndex chosen = table_->selectionModel()->currentIndex();
    if (chosen.isValid() && !model_->record(chosen.row()).isOver()) return model_->record(chosen.row()).id;
    for (int row = model_->rowCount() - 1; row >= 0; --row) {
        if (!model_->record(row).isOver()) return model_->record(row).id;
    }
    return 0;
}

void JobsPanel::updateButtons() {
    const bool has_open = chosenJob() != 0;
    cancel_->setEnabled(has_open);
    cancel_all_->setEnabled(has_open);
    pause_->setEnabled(has_open || pause_->isChecked());
    bool has_over = false;
    for (int row = 0; row < model_->rowCount(); ++row) has_over = has_over || model_->record(row).isOver();
    clear_->setEnabled(has_over);
}

}  // namespace salient
