#pragma once

#include <QObject>
#include <QUndoStack>
#include <vector>

#include "widgets/tune_model.h"

namespace salient {

/// The choices settled in the Tune view, to go back and forth through. They are no part of the recipe and its history. As an event filter
/// it takes the keys of undo and redo for the widgets it watches where a choice has its turn, by the order in which choices and edits
/// elsewhere were made; else they stay the window's.
class TuneHistory : public QObject {
    Q_OBJECT

public:
    explicit TuneHistory(QObject* parent = nullptr);

    /// Forgets everything: that is the choice now.
    void begin(const TuneChoice& present);
    /// The user settled on that. Nothing happens when it is the choice already.
    void add(const TuneChoice& next);
    /// That is the choice now, and it was not made by the user here: no step.
    void setPresent(const TuneChoice& present) { present_ = present; }
    /// So many edits elsewhere are done, of those that can be undone; as many as before: the latest of them went on.
    void setElsewhere(int n_edits);
    [[nodiscard]] QUndoStack& stack() noexcept { return stack_; }

signals:
    /// Undo or redo came to that choice.
    void wanted(const salient::TuneChoice& choice);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    friend class TuneStep;
    void show(const TuneChoice& choice);
    [[nodiscard]] bool hasTurn(bool is_undo) const;

    QUndoStack stack_;
    TuneChoice present_;
    int n_elsewhere_ = 0;
    std::vector<int> made_after_;  ///< so many edits elsewhere; of each of the stack's steps
};

}  // namespace salient
