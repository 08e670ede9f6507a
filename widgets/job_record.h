#pragma once

#include <QString>
#include <QStringList>
#include <QtGlobal>

namespace salient {

/// What there is to say about one job at one moment.
struct JobRecord {
    enum class State { Queued, Running, Paused, Done, Cancelled, Failed };

    int id = 0;
    QString title = {};   ///< "Quantize: GPTQ 4 bits", as the user would say it
    QString stage = {};   ///< "quantizing"; empty until the job says
    QString detail = {};  ///< the layer or file at hand
    qint64 done = 0;
    qint64 total = 0;  ///< 0: not known
    double elapsed_seconds = 0.0;
    double seconds_left = -1.0;  ///< of this stage; −1: not known yet
    double per_second = -1.0;    ///< what `done` counts, in this stage; −1: not known yet
    State state = State::Queued;
    QString message = {};        ///< why it failed
    bool is_not_finite = false;  ///< … for a number that is none
    QString layer = {};          ///< … in that layer, where it is about one
    QStringList warnings = {};   ///< what its result was done otherwise than plainly, one sentence each

    [[nodiscard]] bool isOver() const noexcept { return state == State::Done || state == State::Cancelled || state == State::Failed; }
    /// 0 … 1, or −1 while the total is not known.
    [[nodiscard]] double fraction() const noexcept { return total > 0 ? static_cast<double>(done) / static_cast<double>(total) : -1.0; }
};

}  // namespace salient
