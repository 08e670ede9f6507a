#include "app/gui/run_menu.h"

#include <QAbstractButton>
#include <QApplication>
#include <QEvent>
#include <cassert>

namespace salient {

RunMenu::RunMenu(const QString& title, JobRunner& jobs, JobRunner& beside, QWidget* parent)
    : QMenu(title, parent), jobs_(jobs), beside_(beside) {
    connect(&jobs_, &JobRunner::changed, this, &RunMenu::follow);
    connect(&jobs_, &JobRunner::finished, this, &RunMenu::follow);
    connect(&jobs_, &JobRunner::idle, this, &RunMenu::refresh);
    connect(&beside_, &JobRunner::changed, this, &RunMenu::refresh);
    connect(&beside_, &JobRunner::idle, this, &RunMenu::refresh);
    connect(&jobs_, &JobRunner::pausedChanged, this, &RunMenu::refresh);
}

void RunMenu::addButton(QAbstractButton* button, Page page, const QString& text, const QKeySequence& keys) {
    assert(button != nullptr);
    QAction* entry = addAction(text, keys, this, [this, button, page] {
        // A field that is still typed in takes what stands there now: the job is to have it.
        if (QWidget* const typed_in = QApplication::focusWidget()) {
            typed_in->clearFocus();
            typed_in->setFocus();
        }
        emit pageWanted(page);
        button->click();
    });
    entry->setEnabled(button->isEnabled());
    entry->setToolTip(button->toolTip());
    entries_.insert(button, entry);
    button->installEventFilter(this);
}

void RunMenu::addJobEntries() {
    addSeparator();
    pause_ = addAction(tr("P&ause"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_J), this, [this](bool on) { jobs_.setPaused(on); });
    pause_->setCheckable(true);
    pause_->setToolTip(tr("Let the running job wait where it is; nothing is lost"));
    cancel_ = addAction(tr("Cancel the r&unning job"), QKeySequence(Qt::CTRL | Qt::Key_Period), this, [this] {
        running_ != 0 ? jobs_.cancel(running_) : beside_.cancelAll();  // beside the user's jobs there is one at a time
    });
    cancel_->setToolTip(tr("Stop it at its next checkpoint; nothing half done is kept"));
    cancel_all_ = addAction(tr("Cancel all &jobs"), this, [this] {
        for (JobRunner* runner : {&jobs_, &beside_}) runner->cancelAll();
    });
    cancel_all_->setToolTip(tr("Stop the running job and take back those that wait; what is done is kept"));
    refresh();
}

void RunMenu::follow(const JobRecord& record) {
    if (record.isOver()) {
        if (record.id == running_) running_ = 0;
    } else if (record.state != JobRecord::State::Queued) {
        running_ = record.id;
    }
    refresh();
}

bool RunMenu::isIdle() const { return jobs_.isIdle() && beside_.isIdle(); }

void RunMenu::refresh() {
    if (pause_ == nullptr) return;
    pause_->setChecked(jobs_.isPaused());
    pause_->setEnabled(!isIdle() || jobs_.isPaused());
    cancel_->setEnabled(running_ != 0 || !beside_.isIdle());
    cancel_all_->setEnabled(!isIdle());
}

bool RunMenu::eventFilter(QObject* watched, QEvent* event) {
    const auto entry = entries_.constFind(watched);
    if (event->type() == QEvent::EnabledChange && entry != entries_.constEnd())
        (*entry)->setEnabled(static_cast<const QWidget*>(watched)->isEnabled());
    return QMenu::eventFilter(watched, event);
}

}  // namespace salient
