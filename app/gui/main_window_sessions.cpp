#include <QAction>
#include <QDir>
#include <QFileInfo>
#include <QMenu>
#include <QPointer>
#include <QStackedWidget>
#include <algorithm>
#include <optional>
#include <utility>

#include "app/gui/lesson_library.h"
#include "app/gui/main_window.h"
#include "app/gui/message_area.h"
#include "app/gui/page_host.h"
#include "app/gui/page_split.h"
#include "widgets/compare_panel.h"
#include "widgets/kept_settings.h"
#include "widgets/open_page.h"
#include "widgets/quantize_panel.h"
#include "widgets/stepper_panel.h"
#include "widgets/tune_panel.h"

namespace salient {

namespace {

constexpr std::size_t kLongestGeometry = 4096;  // characters of base 64; Qt writes about a hundred

std::string textOf(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// The texts in a list.
std::vector<std::string> namesIn(const Json& list) {
    std::vector<std::string> names;
    if (!list.is_array()) return names;
    for (const Json& name : list) {
        if (name.is_string()) names.push_back(name.get<std::string>());
    }
    return names;
}

/// A number below `limit`, or −1.
Index indexOf(const Json& object, const char* key, Index limit) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_number_unsigned()) return -1;
    const auto value = found->get<std::uint64_t>();
    return value < static_cast<std::uint64_t>(limit) ? static_cast<Index>(value) : -1;
}

}  // namespace

void MainWindow::keepSessions(const QString& folder) {
    keeper_.setOthers(preferences_.savedSessions());
    keeper_.setRoot(folder);
    open_page_->setStartAnewOffered(true);
    refreshSessions();
}

void MainWindow::open(const QString& path) {
    if (QFileInfo(QDir(path).filePath(QStringLiteral("session.json"))).isFile()) {
        keeper_.open(path);
        return;
    }
    const QString session = keeper_.isKeeping() && QFileInfo(path).isDir() ? keeper_.latestOf(path) : QString();
    if (session.isEmpty()) {
        workflow_.open(path);
    } else {
        keeper_.open(session, path);
    }
}

void MainWindow::buildSessionMenu(QMenu* menu) {
    QAction* open_session = menu->addAction(tr("Open sessio&n…"), this, &MainWindow::browseSession);
    open_session->setToolTip(tr("A folder that a session was saved to"));
    QAction* save =
        menu->addAction(tr("Save session &as…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_S), this, &MainWindow::saveSessionAs);
    QAction* anew = menu->addAction(tr("S&tart anew"), this, &MainWindow::startAnew);
    anew->setToolTip(tr("Opens the model without the results of earlier sittings"));
    for (QAction* action : {save, anew}) {
        action->setEnabled(false);
        connect(&session_, &Session::modelChanged, action, [this, action] { action->setEnabled(session_.model() != nullptr); });
    }
}

void MainWindow::wireSessions() {
    keeper_.setWindowState([this] { return windowState(); });
    connect(navigation_, &Navigation::pageChosen, &keeper_, &SessionKeeper::touch);
    connect(stepper_, &StepperPanel::positionChanged, &keeper_, &SessionKeeper::touchWindow);
    connect(tune_, &TunePanel::choiceSettled, &keeper_, &SessionKeeper::touchWindow);
    watchSettings(*this, [keeper = QPointer<SessionKeeper>(&keeper_)] {
        if (keeper) keeper->touchWindow();  // what is scrolled may end later
    });
    connect(compare_, &ComparePanel::currentRunChanged, &keeper_, &SessionKeeper::touchWindow);
    connect(quantize_, &QuantizePanel::currentRunChanged, &keeper_, &SessionKeeper::touchWindow);
    connect(&jobs_, &JobRunner::finished, &keeper_, &SessionKeeper::touch);
    connect(&keeper_, &SessionKeeper::saved, this, &MainWindow::refreshSessions);
    connect(&keeper_, &SessionKeeper::failed, this,
            [this](const QString& title, const QString& message) { messages_->showMessage(MessageArea::Kind::Error, title, message); });
    connect(&keeper_, &SessionKeeper::noted, this,
            [this](const QString& title, const QString& message) { messages_->showMessage(MessageArea::Kind::Note, title, message); });
    // Queued: what was dropped with the model is used first, and its preview takes messages away.
    connect(
        &keeper_, &SessionKeeper::notRestored, this,
        [this](const QString& title, const QString& message) { messages_->addMessage(MessageArea::Kind::Note, title, message); },
        Qt::QueuedConnection);
    connect(&keeper_, &SessionKeeper::restored, this,
            [this](const Json& window, const QStringList& left_out, const std::vector<InterruptedJob>& interrupted) {
                restoreWindow(window);
                refreshSessions();  // without the one that is open now
                // Likewise.
                QMetaObject::invokeMethod(
                    this, [this, left_out, interrupted] { tellRestored(left_out, interrupted); }, Qt::QueuedConnection);
            });
    connect(open_page_, &OpenPage::sessionRequested, this, [this](const QString& folder) { keeper_.open(folder); });
    connect(open_page_, &OpenPage::sessionRemovalRequested, this, [this](const QString& folder) {
        keeper_.remove(folder);
        refreshSessions();
    });
    connect(open_page_, &OpenPage::startAnewRequested, this, &MainWindow::startAnew);
}

void MainWindow::tellRestored(const QStringList& left_out, const std::vector<InterruptedJob>& interrupted) {
    QStringList lines = left_out;
    MessageArea::Action go_on;
    for (const InterruptedJob& job : interrupted) {
        lines << tr("“%1” was interrupted after %2 of %3 blocks; going on gives what it would have given.")
                     .arg(job.title)
                     .arg(job.n_blocks_done)
                     .arg(job.n_blocks);
    }
    if (!interrupted.empty()) {
        go_on = {tr("Go on"), [this, interrupted] {
                     std::vector<std::string> runs;
                     for (const InterruptedJob& job : interrupted) {
                         if (job.name.is_calibration) return workflow_.calibrate();  // results on another one would be let go with it
                         runs.push_back(job.name.run);
                     }
                     workflow_.quantize(runs);
                 }};
    }
    if (!left_out.isEmpty()) {
        messages_->addMessage(MessageArea::Kind::Error, tr("A part of the session could not be read"), lines.join(QLatin1Char('\n')),
                              go_on);
        return;
    }
    if (session_.runs().empty() && interrupted.empty()) return;
    if (!session_.runs().empty()) {
        lines.prepend(tr("%n result(s). “Start anew” in the File menu begins without.", nullptr, static_cast<int>(session_.runs().size())));
    }
    messages_->addMessage(MessageArea::Kind::Note, tr("Session restored"), lines.join(QLatin1Char(' ')), go_on);
}

void MainWindow::refreshSessions() {
    std::vector<RecentSession> sessions = keeper_.recent();
    std::erase_if(sessions, [this](const RecentSession& one) { return one.folder == keeper_.folder(); });
    open_page_->setSessions(sessions);
}

Json MainWindow::windowState() const {
    Json state = arrangement();
    const Selection& now = session_.selection().current();
    state["layer"] = now.layer.toStdString();
    if (now.channel >= 0) state["channel"] = now.channel;
    if (now.row >= 0) state["row"] = now.row;
    state["settings"] = keptSettings(*this);
    state["edits"] = session_.editHistory();
    state["what_if"] = layers_.whatIf();
    state["hidden_runs"] = compare_->hiddenRuns();
    state["compare_run"] = compare_->currentRun().toStdString();
    if (quantize_->currentRun() >= 0) state["quantize_row"] = quantize_->currentRun();
    state["columns_done"] = stepper_->position();
    if (const auto waiting = restored_.find("columns_done"); waiting != restored_.end()) state["columns_done"] = *waiting;
    const TuneChoice& choice = tune_->choice();
    Json factors = Json::array();
    for (const auto& [channel, factor] : choice.channel_factors) factors.push_back({channel, factor});
    state["tune"] = {{"smooth", choice.method == TuneMethod::SmoothAlpha}, {"value", choice.value}, {"factors", std::move(factors)}};
    if (const auto waiting = restored_.find("tune"); waiting != restored_.end()) state["tune"] = *waiting;
    return state;
}

void MainWindow::restoreWindow(const Json& window) {
    restored_ = Json::object();
    for (const char* key : {"layer", "columns_done", "tune"}) {
        if (const auto found = window.find(key); found != window.end()) restored_[key] = *found;
    }
    restoreSettings(*this, window.value("settings", Json()));
    session_.restoreEditHistory(window.value("edits", Json()));
    layers_.restoreWhatIf(window.value("what_if", Json()));
    compare_->setHiddenRuns(namesIn(window.value("hidden_runs", Json())));
    compare_->chooseRun(QString::fromStdString(textOf(window, "compare_run")));
    quantize_->setCurrentRun(static_cast<int>(indexOf(window, "quantize_row", static_cast<Index>(session_.recipe().runs.size()))));
    const std::string layer = textOf(window, "layer");
    const auto& linears = session_.model()->linears;
    const auto chosen = std::ranges::find(linears, layer, &LinearInfo::name);
    if (chosen != linears.end()) {
        session_.selection().select({chosen->block, QString::fromStdString(layer), indexOf(window, "channel", chosen->in_features),
                                     indexOf(window, "row", chosen->out_features)});
    }
    restoreArrangement(window);
}

/// Which pages are in sight, and where: what layouts keep, too.
Json MainWindow::arrangement() const {
    Json kept = Json::object();
    kept["page"] = pageKey(page()).toStdString();
    if (beside_) {
        Json& other = kept["beside"] = Json::object();
        other["page"] = pageKey(*beside_).toStdString();
        other["below"] = split_->isBelowWanted();
        other["share"] = split_->share();
    }
    kept["windows"] = ownWindows();
    return kept;
}

/// Exactly that: all other pages go back to their places. Without a page this window's stays.
void MainWindow::restoreArrangement(const Json& kept) {
    closeBeside();
    for (PageHost* one : hosts_) one->attach();
    if (const std::optional<Page> shown = pageOfKey(QString::fromStdString(textOf(kept, "page")))) goTo(*shown);
    restoreBeside(kept.value("beside", Json()));
    restoreOwnWindows(kept.value("windows", Json()));
    lessons_->setPage(page());
}

void MainWindow::restoreBeside(const Json& kept) {
    if (!kept.is_object()) return;
    const std::optional<Page> other = pageOfKey(QString::fromStdString(textOf(kept, "page")));
    if (!other || *other == page()) return;
    const auto below = kept.find("below");
    const auto share = kept.find("share");
    split_->setBelowWanted(below != kept.end() && below->is_boolean() && below->get<bool>());
    split_->setShare(share != kept.end() && share->is_number() ? share->get<double>() : PageSplit::kEvenShare);
    showBeside(*other);
}

/// The pages that have windows of their own, and where those are.
Json MainWindow::ownWindows() const {
    Json windows = Json::array();
    for (int i = 0; i < kPages; ++i) {
        const PageHost& one = *hosts_[static_cast<std::size_t>(i)];
        if (!one.isDetached()) continue;
        Json kept = Json::object();
        kept["page"] = pageKey(static_cast<Page>(i)).toStdString();
        kept["geometry"] = one.ownWindow()->saveGeometry().toBase64().toStdString();
        windows.push_back(std::move(kept));
    }
    return windows;
}

void MainWindow::restoreOwnWindows(const Json& windows) {
    if (!windows.is_array()) return;
    for (const Json& one : windows) {
        if (!one.is_object()) continue;
        const std::optional<Page> page = pageOfKey(QString::fromStdString(textOf(one, "page")));
        const std::string geometry = textOf(one, "geometry");
        if (!page || page == beside_ || geometry.size() > kLongestGeometry) continue;
        detach(*page, QByteArray::fromBase64(QByteArray::fromStdString(geometry)));
        activateWindow();  // what is restored does not take the keyboard away
    }
}

bool MainWindow::waitsForThisLayer() const { return session_.selection().current().layer.toStdString() == textOf(restored_, "layer"); }

/// Once its layer is solved again: as many columns done as there were.
void MainWindow::restoreStepper() {
    if (!waitsForThisLayer()) return;
    const LinearInfo* layer = session_.selectedLayer();
    const Index done = indexOf(restored_, "columns_done", layer->in_features + 1);
    restored_.erase("columns_done");
    if (done > 0) stepper_->goTo(done);
}

void MainWindow::restoreTune() {
    if (!waitsForThisLayer()) return;
    const Index n_channels = session_.selectedLayer()->in_features;
    const Json tune = restored_.value("tune", Json());
    restored_.erase("tune");
    TuneChoice choice;
    try {
        choice.method = tune.at("smooth").get<bool>() ? TuneMethod::SmoothAlpha : TuneMethod::AwqRatio;
        choice.value = tune.at("value").get<double>();
        for (const Json& factor : tune.at("factors")) choice.channel_factors[factor.at(0).get<Index>()] = factor.at(1).get<double>();
    } catch (const std::exception&) {  // none, or a stranger's
        return;
    }
    const bool is_in_range =
        choice.value >= 0.0 && choice.value <= 1.0 && std::ranges::all_of(choice.channel_factors, [&](const auto& one) {
            return one.first >= 0 && one.first < n_channels && one.second > 0.0 && one.second < 1e6;
        });
    if (is_in_range) tune_->setChoice(choice);
}

void MainWindow::saveSessionAs() {
    QString folder =
        choose_.save(this, tr("Save the session to a new folder"), QStringLiteral("session.salient"), tr("Session (*.salient)"));
    if (folder.isEmpty()) return;
    if (!folder.endsWith(QLatin1String(".salient"))) folder += QStringLiteral(".salient");
    if (!keeper_.isKeeping()) keeper_.setRoot(QFileInfo(folder).absolutePath());
    preferences_.addSavedSession(folder);
    keeper_.setOthers(preferences_.savedSessions());
    keeper_.saveAs(folder);
}

void MainWindow::browseSession() {
    const QString folder = choose_.folder(this, tr("Open a session (a folder *.salient)"));
    if (folder.isEmpty()) return;
    preferences_.addSavedSession(folder);
    keeper_.setOthers(preferences_.savedSessions());
    keeper_.open(folder);
}

void MainWindow::startAnew() {
    if (session_.model()) workflow_.open(toQString(session_.model()->directory));
}

}  // namespace salient
