#include "app/gui/session_keeper.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFileInfo>
#include <QLockFile>
#include <algorithm>
#include <mutex>
#include <set>
#include <utility>

#include "core/recipe/kept_blocks.h"
#include "core/recipe/saved_session.h"
#include "widgets/open_page.h"

namespace salient {

namespace {

constexpr int kDelay_ms = 2000;
constexpr std::size_t kMostListed = 12;
const QString kExtension = QStringLiteral(".salient");
const QString kLock = QStringLiteral("lock");

bool isSession(const QString& folder) { return QFileInfo(QDir(folder).filePath(QStringLiteral("session.json"))).isFile(); }

QDateTime savedAt(const QString& folder) { return QFileInfo(QDir(folder).filePath(QStringLiteral("session.json"))).lastModified(); }

QString canonical(const QString& path) {
    const QFileInfo info(path);
    return info.exists() ? info.canonicalFilePath() : QDir::cleanPath(info.absoluteFilePath());
}

/// A folder's name for a model: letters, digits and dashes of its title.
QString nameFor(const Model& model) {
    QString name;
    for (const QChar c : modelTitle(model.directory)) name += c.isLetterOrNumber() ? c.toLower() : QLatin1Char('-');
    return name.left(60);
}

std::filesystem::path keptRoot(const QString& session) { return toPath(session) / "unfinished"; }

/// A run's name may hold anything, so its folder is named by a checksum.
std::filesystem::path keptFolderIn(const QString& session, const JobName& job) {
    if (job.is_calibration) return keptRoot(session) / "calibration";
    const QByteArray name = QByteArray::fromStdString(job.run);
    const QByteArray sum = QCryptographicHash::hash(name, QCryptographicHash::Sha1).toHex().left(16);
    return keptRoot(session) / ("result-" + sum.toStdString());
}

/// Removes finished blocks of all jobs but those in these folders.
void removeKeptBut(const std::set<std::filesystem::path>& wanted, const QString& session) {
    std::error_code ignored;
    std::vector<std::filesystem::path> folders;
    for (const auto& entry : std::filesystem::directory_iterator(keptRoot(session), ignored)) folders.push_back(entry.path());
    for (const auto& folder : folders) {
        if (!wanted.contains(folder)) removeKept(folder);
    }
    std::filesystem::remove(keptRoot(session), ignored);  // if nothing is in it
}

/// Lets go of finished blocks whose result the session now holds.
void removeSaved(const QString& session, const SessionContents& contents) {
    const auto remove_whole = [&](const JobName& job) {
        const std::filesystem::path folder = keptFolderIn(session, job);
        const std::optional<KeptSummary> found = findKept(folder);
        if (found && found->isComplete()) removeKept(folder);
    };
    if (contents.calibration) remove_whole({.is_calibration = true});
    for (const auto& run : contents.runs) remove_whole({.run = run->name});
    std::error_code ignored;
    std::filesystem::remove(keptRoot(session), ignored);  // if nothing is in it
}

/// What jobs left that did not end, of those that can be started again; the rest is removed.
std::vector<InterruptedJob> findInterrupted(const QString& session, const SessionContents& contents) {
    removeSaved(session, contents);
    std::vector<InterruptedJob> jobs;
    std::set<std::filesystem::path> wanted;
    const auto look = [&](const JobName& name) {
        const std::filesystem::path folder = keptFolderIn(session, name);
        const std::optional<KeptSummary> found = findKept(folder);
        if (!found) return;
        wanted.insert(folder);
        jobs.push_back({name, QString::fromStdString(found->title), found->n_blocks_done, found->n_blocks});
    };
    look({.is_calibration = true});
    if (contents.calibration) {
        for (const RecipeRun& run : contents.recipe.runs) look({.run = run.name});
    }
    removeKeptBut(wanted, session);
    return jobs;
}

}  // namespace

/// A session's folder and this window's hold on it. Whoever reads or writes the folder holds the mutex.
struct SessionKeeper::Target {
    QString path;
    SessionFolder folder;
    std::unique_ptr<QLockFile> lock;
    std::mutex mutex;
    int asked = 0;   ///< number of the latest save that was asked for; window's thread
    int served = 0;  ///< of the latest that was made: an older one must not overwrite it

    explicit Target(const QString& at) : path(at), folder(toPath(at)) {}

    std::vector<std::string> save(const SessionContents& contents, int number, JobContext& job) {
        const std::scoped_lock hold(mutex);
        if (number < served) return {};
        std::vector<std::string> numbers_only = folder.save(contents, job);
        removeSaved(path, contents);
        served = number;
        return numbers_only;
    }
};

SessionKeeper::SessionKeeper(Session& session, Workflow& workflow, QObject* parent)
    : QObject(parent), session_(session), workflow_(workflow) {
    timer_.setSingleShot(true);
    timer_.setInterval(kDelay_ms);
    connect(&timer_, &QTimer::timeout, this, &SessionKeeper::save);
    workflow_.setKeptFolder([this](const JobName& job) { return keptFolder(job); });
    connect(&session_, &Session::modelChanged, this, &SessionKeeper::modelChanged);
    for (const auto signal : {&Session::recipeChanged, &Session::calibrationChanged, &Session::runsChanged, &Session::sensitivitiesChanged,
                              &Session::comparisonChanged}) {
        connect(&session_, signal, this, &SessionKeeper::touch);
    }
    connect(&workflow_, &Workflow::notOpened, this, [this] { unrestored_ = {}; });
    // Queued: the window takes its messages away when a model is opened.
    connect(
        &workflow_, &Workflow::opened, this,
        [this](const QString& path) {
            const Unrestored earlier = std::exchange(unrestored_, {});
            const bool is_told = !earlier.reason.isEmpty() && earlier.model == path;
            if (is_told) emit notRestored(tr("The earlier session was not restored"), earlier.reason);
        },
        Qt::QueuedConnection);
    connect(&session_.selection(), &SelectionModel::changed, this, &SessionKeeper::touch);
    connect(&saver_, &JobRunner::idle, this, [this] {
        if (pending_ && !timer_.isActive()) timer_.start();
    });
}

SessionKeeper::~SessionKeeper() { flush(); }

void SessionKeeper::setRoot(const QString& root) {
    root_ = root;
    QDir().mkpath(root_);
    touch();
}

QString SessionKeeper::folder() const { return target_ ? target_->path : QString(); }

std::shared_ptr<SessionKeeper::Target> SessionKeeper::take(const QString& folder) {
    auto target = std::make_shared<Target>(folder);
    target->lock = std::make_unique<QLockFile>(QDir(folder).filePath(kLock));
    target->lock->setStaleLockTime(0);  // an old lock holds as long as its process lives, and no longer
    if (target->lock->tryLock(0)) return target;
    // A folder that cannot be written can still be read; saving will say what is wrong.
    return target->lock->error() == QLockFile::LockFailedError ? nullptr : target;
}

std::shared_ptr<SessionKeeper::Target> SessionKeeper::newTarget() const {
    const QString name = nameFor(*session_.model());
    for (int n = 1;; ++n) {
        const QString folder =
            QDir(root_).filePath(n == 1 ? name + kExtension : QStringLiteral("%1-%2%3").arg(name).arg(n).arg(kExtension));
        // mkdir() tells whether it was this window that made it.
        if (QDir().mkdir(folder) || !QFileInfo::exists(folder)) return take(folder);
    }
}

std::filesystem::path SessionKeeper::keptFolder(const JobName& job) {
    if (!isKeeping() || !session_.model()) return {};
    if (!target_) target_ = newTarget();
    return target_ ? keptFolderIn(target_->path, job) : std::filesystem::path();
}

void SessionKeeper::modelChanged() {
    timer_.stop();
    if (pending_ && target_) start(target_, takePending());
    pending_.reset();
    target_.reset();
    touch();
}

void SessionKeeper::touch() {
    if (!isKeeping() || !session_.model()) return;
    SessionContents now = session_.contents();
    if (window_state_) now.window = window_state_();
    pending_ = std::move(now);
    is_window_stale_ = false;
    timer_.start();
}

void SessionKeeper::touchWindow() {
    if (!isKeeping() || !session_.model()) return;
    if (!pending_) {
        pending_ = session_.contents();
        if (window_state_) pending_->window = window_state_();
    }
    is_window_stale_ = true;
    if (!timer_.isActive()) timer_.start();  // not put off while something moves
}

SessionContents SessionKeeper::takePending() {
    SessionContents now = std::move(*pending_);
    pending_.reset();
    if (std::exchange(is_window_stale_, false) && window_state_ && now.model == session_.model()) now.window = window_state_();
    return now;
}

void SessionKeeper::save() {
    if (!pending_ || !saver_.isIdle()) return;  // goes on when the one under way is done
    if (!target_) target_ = newTarget();
    if (target_) start(target_, takePending());
}

void SessionKeeper::start(const std::shared_ptr<Target>& target, SessionContents contents) {
    const auto work = [target, contents = std::move(contents), number = ++target->asked](JobContext& job) {
        return target->save(contents, number, job);
    };
    const auto done = [this](const std::vector<std::string>& numbers_only) {
        last_failure_.clear();
        for (const std::string& name : numbers_only) {
            emit noted(tr("Session"), tr("“%1” is too large to be kept: when the session is opened again, its numbers will be there, its "
                                         "weights will not.")
                                          .arg(QString::fromStdString(name)));
        }
        emit saved();
    };
    const auto otherwise = [this](const JobRecord& record) {
        if (record.state != JobRecord::State::Failed || record.message == last_failure_) return;
        last_failure_ = record.message;
        emit failed(tr("The session could not be saved"), record.message);
    };
    saver_.start(tr("Save the session"), this, work, done, otherwise);
}

void SessionKeeper::flush() {
    timer_.stop();
    if (!pending_ || !isKeeping()) {
        if (target_) const std::scoped_lock wait(target_->mutex);  // for the one under way
        return;
    }
    if (!target_) target_ = newTarget();
    if (!target_) return;
    JobContext job;
    try {
        static_cast<void>(target_->save(takePending(), ++target_->asked, job));
        emit saved();
    } catch (const std::exception& error) {
        emit failed(tr("The session could not be saved"), QString::fromUtf8(error.what()));
    }
}

void SessionKeeper::saveAs(const QString& folder) {
    if (!session_.model()) return;
    if (!QDir().mkpath(folder)) {
        emit failed(tr("The session could not be saved"), tr("%1: a folder of that name cannot be made.").arg(folder));
        return;
    }
    const bool is_here = target_ && canonical(target_->path) == canonical(folder);
    if (!is_here && !QDir(folder).isEmpty() && !isSession(folder)) {
        emit failed(tr("The session could not be saved"), tr("%1 holds other files. Choose a new folder.").arg(folder));
        return;
    }
    auto target = is_here ? target_ : take(folder);
    if (!target) {
        emit failed(tr("The session could not be saved"), tr("%1 is open in another window.").arg(folder));
        return;
    }
    touch();
    timer_.stop();
    if (!pending_) return;
    target_ = std::move(target);
    start(target_, takePending());
}

void SessionKeeper::open(const QString& folder, const QString& otherwise) {
    flush();
    const auto target = target_ && canonical(target_->path) == canonical(folder) ? target_ : take(folder);
    if (!target) {
        if (!otherwise.isEmpty()) return workflow_.open(otherwise);
        emit failed(tr("Open session"), tr("%1 is open in another window.").arg(folder));
        emit notOpened();
        return;
    }
    const auto interrupted = std::make_shared<std::vector<InterruptedJob>>();
    const auto work = [target, interrupted](JobContext& job) {
        const std::scoped_lock hold(target->mutex);
        SessionFolder::Opened opened = target->folder.open(job);
        *interrupted = findInterrupted(target->path, opened.contents);
        return opened;
    };
    const auto done = [this, target, interrupted](const SessionFolder::Opened& opened) {
        target_ = target;
        QStringList left_out;
        for (const std::string& reason : opened.left_out) left_out << QString::fromStdString(reason);
        emit restored(opened.contents.window, left_out, *interrupted);
        touch();
    };
    const auto refused = [this, otherwise](const QString& message) {
        if (otherwise.isEmpty()) {
            emit failed(tr("Open session"), message);
            return;
        }
        unrestored_ = {otherwise, message};
        workflow_.open(otherwise);
    };
    workflow_.openSession(shortName(toPath(folder)), work, done, refused);
}

QString SessionKeeper::latestOf(const QString& model) const {
    const QString wanted = canonical(model);
    for (const RecentSession& one : recent()) {
        if (canonical(one.model) != wanted) continue;
        if (target_ && canonical(target_->path) == canonical(one.folder)) return one.folder;
        if (take(one.folder)) return one.folder;
    }
    return {};
}

std::vector<RecentSession> SessionKeeper::recent() const {
    QStringList folders;
    if (isKeeping()) {
        for (const QFileInfo& entry : QDir(root_).entryInfoList(QDir::Dirs | QDir::NoDotAndDotDot | QDir::NoSymLinks)) {
            folders << entry.absoluteFilePath();
        }
    }
    folders += others_;
    folders.removeIf([](const QString& folder) { return !isSession(folder); });
    folders.removeDuplicates();
    std::ranges::sort(folders, std::ranges::greater(), savedAt);
    std::vector<RecentSession> sessions;
    for (const QString& folder : folders) {
        if (sessions.size() == kMostListed) break;
        const QDateTime saved = savedAt(folder);
        if (const auto known = read_.constFind(folder); known != read_.constEnd() && known->saved == saved) {
            sessions.push_back(*known);
            continue;
        }
        try {
            const SessionSummary summary = summarizeSession(toPath(folder));
            sessions.push_back({folder, toQString(summary.model), saved, static_cast<int>(summary.n_results), summary.is_calibrated});
            read_[folder] = sessions.back();
        } catch (const std::exception&) {
            continue;  // opening it by hand says what is wrong with it
        }
    }
    return sessions;
}

void SessionKeeper::remove(const QString& folder) {
    const bool is_under_root = isKeeping() && canonical(QFileInfo(folder).absolutePath()) == canonical(root_);
    const bool is_open = target_ && canonical(target_->path) == canonical(folder);
    if (!is_under_root || is_open || !isSession(folder)) return;
    const auto target = take(folder);
    if (!target) return;
    QDir dir(folder);
    dir.setFilter(QDir::Files | QDir::Hidden | QDir::System);
    for (const QString& name :
         dir.entryList({QStringLiteral("session.json"), QStringLiteral("result-*.safetensors"), QStringLiteral("calibration-*.safetensors"),
                        QStringLiteral("damaged-*.safetensors"), QStringLiteral(".*.partial-*")})) {
        dir.remove(name);
    }
    removeKeptBut({}, folder);
    target->lock->unlock();
    QDir(root_).rmdir(QFileInfo(folder).fileName());
}

}  // namespace salient
