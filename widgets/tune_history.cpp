#include "widgets/tune_history.h"

#include <QKeyEvent>
#include <QUndoCommand>
#include <algorithm>
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
    made_after_.clear();
    present_ = present;
}

void TuneHistory::add(const TuneChoice& next) {
    if (next == present_) return;
    auto* step = new TuneStep(*this, present_, next);
    present_ = next;  // it is on display already: the stack's first redo() has nothing to show
    made_after_.resize(static_cast<std::size_t>(stack_.index()));
    made_after_.push_back(n_elsewhere_);
    stack_.push(step);
    if (made_after_.size() > static_cast<std::size_t>(stack_.count())) made_after_.erase(made_after_.begin());  // the stack is full
}

void TuneHistory::setElsewhere(int n_edits) {
    const int most = n_edits == n_elsewhere_ ? n_edits - 1 : n_edits;
    n_elsewhere_ = n_edits;
    for (auto step = made_after_.begin(); step != made_after_.begin() + stack_.index(); ++step) *step = std::min(*step, most);
}

bool TuneHistory::hasTurn(bool is_undo) const {
    const auto next = static_cast<std::size_t>(stack_.index());
    if (is_undo) return stack_.canUndo() && made_after_[next - 1] >= n_elsewhere_;
    return stack_.canRedo() && made_after_[next] == n_elsewhere_;
}

void TuneHistory::show(const TuneChoice& choice) {
    if (choice == present_) return;
    present_ = choice;
    emit wanted(choice);
}

bool TuneHistory::eventFilter(QObject* watched, QEvent* event) {
    // A key is offered as an override before the window's shortcuts see it; whoever accepts gets it as an ordinary key.
    if (event->type() == QEvent::ShortcutOverride || event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<const QKeyEvent*>(event);
        const bool is_undo = key->matches(QKeySequence::Undo);
        if ((is_undo || key->matches(QKeySequence::Redo)) && hasTurn(is_undo)) {
            if (event->type() == QEvent::KeyPress) is_undo ? stack_.undo() : stack_.redo();
            event->accept();
            return true;
        }
    }
    return QObject::eventFilter(watched, event);
}

}  // namespace salient
