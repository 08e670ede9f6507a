#pragma once

#include <QHash>
#include <QObject>
#include <QTimer>
#include <functional>
#include <memory>
#include <optional>

#include "app/gui/job_runner.h"
#include "app/gui/session.h"
#include "app/gui/workflow.h"
#include "core/recipe/session_folder.h"
#include "widgets/recent_session.h"

namespace salient {

/// A long job of an earlier sitting that did not end: its finished blocks are there, and starting it again goes on after them.
struct InterruptedJob {
    JobName name;
    QString title;
    int n_blocks_done = 0;
    int n_blocks = 0;
};

/// Keeps the session on the disk while it changes, and brings it back. Each opened model has a folder of its own under the root; it is
/// written on a thread of its own, two seconds after a change and after each finished job, and never asks anything. A folder belongs to
/// one window at a time: another window that opens the same model begins a session of its own. Finished blocks of jobs that still run are
/// in its folder "unfinished", until the session holds the job's result.
class SessionKeeper : public QObject {
    Q_OBJECT
public:
    SessionKeeper(Session& session, Workflow& workflow, QObject* parent = nullptr);
    /// Saves what has not been saved.
    ~SessionKeeper() override;

    /// Where sessions are kept; until it is called nothing is.
    void setRoot(const QString& root);
    [[nodiscard]] bool isKeeping() const { return !root_.isEmpty(); }
    /// Between a change and its saving; two seconds unless said otherwise.
    void setDelay(int delay_ms) { timer_.setInterval(delay_ms); }
    /// What the window wants to find again, asked for when something changed.
    void setWindowState(std::function<Json()> state) { window_state_ = std::move(state); }
    /// Folders outside the root that were saved to or opened.
    void setOthers(const QStringList& folders) { others_ = folders; }

    /// The folder the open session lives in; empty before it was first saved.
    [[nodiscard]] QString folder() const;
    [[nodiscard]] bool isIdle() const { return saver_.isIdle() && !pending_; }
    /// The latest session of that model that no other window has open; empty if there is none.
    [[nodiscard]] QString latestOf(const QString& model) const;
    /// Latest first; what cannot be read is not listed.
    [[nodiscard]] std::vector<RecentSession> recent() const;
    /// Opens a session's folder. Where it cannot be, the model at `otherwise`, if given, is opened without it.
    void open(const QString& folder, const QString& otherwise = {});
    /// From now on the session lives in that folder.
    void saveAs(const QString& folder);
    /// Notes that something changed.
    void touch();
    /// Notes that only the window did: cheap enough for every move of a slider.
    void touchWindow();
    /// Saves now what has not been saved, and returns when it is. For the window's end.
    void flush();
    /// Removes a session under the root that is not open anywhere: its files, and the folder if nothing else is in it.
    void remove(const QString& folder);

signals:
    void saved();
    void restored(const salient::Json& window, const QStringList& left_out, const std::vector<salient::InterruptedJob>& interrupted);
    void failed(const QString& title, const QString& message);
    /// The session is another window's: failed() told it.
    void notOpened();
    /// The model is open without its session, and why.
    void notRestored(const QString& title, const QString& message);
    void noted(const QString& title, const QString& message);

private:
    struct Target;
    [[nodiscard]] static std::shared_ptr<Target> take(const QString& folder);
    [[nodiscard]] std::shared_ptr<Target> newTarget() const;
    [[nodiscard]] std::filesystem::path keptFolder(const JobName& job);
    void modelChanged();
    void save();
    /// What is pending, with the window as it is now.
    [[nodiscard]] SessionContents takePending();
    void start(const std::shared_ptr<Target>& target, SessionContents contents);

    Session& session_;
    Workflow& workflow_;
    QString root_;
    QStringList others_;
    std::function<Json()> window_state_;
    mutable QHash<QString, RecentSession> read_;  ///< by folder: what was read of it, good as long as it was not saved since
    QTimer timer_;
    std::shared_ptr<Target> target_;
    std::optional<SessionContents> pending_;  ///< as of the latest change that is not saved yet
    bool is_window_stale_ = false;            ///< pending_'s window is of an earlier moment
    struct Unrestored {
        QString model;  ///< as it was asked for
        QString reason;
    };
    Unrestored unrestored_;  ///< until that model, or something else in its place, is open
    QString last_failure_;   ///< told once, not every two seconds
    JobRunner saver_;        ///< goes first: nothing runs while the rest goes
};

}  // namespace salient
