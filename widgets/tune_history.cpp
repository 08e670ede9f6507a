#include "widgets/tune_history.h"

#include <QKeyEvent>
#include <QUndoCommand>
#include <utility>

namespace salient {

namespace {
constexpr int kMostSteps = 200;
}

/// From one choice to the next.
class TuneStep : public QUndoCommand {
public:
    TuneStep(TuneHistory& history, TuneChoice before, TuneChoice after)
        : history_(history), before_(std::move(before)), after_(std::move(after)) {}
    void undo() override { history_.show(before_); }
    void redo() override { history_.show(after_); }

private:
    TuneHistory& history_;
    TuneChoice before_;
    TuneChoice after_;
};

TuneHistory::TuneHistory(QObject* parent) : QObject(parent) { stack_.setUndoLimit(kMostSteps); }

void TuneHistory::begin(const TuneChoice& present) {
    stack_.clear();
    present_ = present;
    is_last_here_ = false;
}

void TuneHistory::add(const TuneChoice& next) {
    if (next == present_) return;
    auto* step = new TuneStep(*this, present_, next);
    present_ = next;  // it is on display already: the stack's first redo() has nothing to show
    stack_.push(step);
    is_last_here_ = true;
}

void TuneHistory::show(const TuneChoice& choice) {
    if (choice == present_) return;
    present_ = choice;
    is_last_here_ = true;
    emit wanted(choice);
}

bool TuneHistory::eventFilter(QObject* watched, QEvent* event) {
    // A key is offered as an override before the window's shortcuts see it; whoever accepts gets it as an ordinary key.
    if (event->type() == QEvent::ShortcutOverride || event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<const QKeyEvent*>(event);
        const bool is_undo = key->matches(QKeySequence::Undo);
        if (is_last_here_ && (is_undo || key->matches(QKeySequence::Redo))) {
            if (event->type() == QEvent::KeyPress) is_undo ? stack_.undo() : stack_.redo();
            event->accept();
            return true;
        }
    }
    return QObject::eventFilter(watched, event);
}

}  // namespace salient
