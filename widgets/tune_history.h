#pragma once

#include <QObject>
#include <QUndoStack>

#include "widgets/tune_model.h"

namespace salient {

/// The choices settled in the Tune view, to go back and forth through. They are no part of the recipe and its history. As an event filter
/// it takes the keys of undo and redo for the widgets it watches while the last change was made there; else they stay the window's.
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
    /// The user changed something elsewhere: undo means that, until the next change here.
    void leave() noexcept { is_last_here_ = false; }
    [[nodiscard]] QUndoStack& stack() noexcept { return stack_; }

signals:
    /// Undo or redo came to that choice.
    void wanted(const salient::TuneChoice& choice);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    friend class TuneStep;
    void show(const TuneChoice& choice);

    QUndoStack stack_;
    TuneChoice present_;
    bool is_last_here_ = false;
};

}  // namespace salient
