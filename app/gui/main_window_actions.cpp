#include <QAbstractButton>
#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QClipboard>
#include <QDockWidget>
#include <QMenuBar>

#include "app/gui/drop_desk.h"
#include "app/gui/main_window.h"
#include "app/gui/message_area.h"
#include "app/gui/page_host.h"
#include "app/gui/run_menu.h"
#include "app/gui/side_pane.h"
#include "core/io/json_file.h"
#include "widgets/calibration_panel.h"
#include "widgets/evaluate_panel.h"
#include "widgets/export_panel.h"
#include "widgets/jobs_panel.h"
#include "widgets/quantize_panel.h"

namespace salient {

namespace {
QString recipeFilter() { return MainWindow::tr("Recipe (*.json)"); }

QAbstractButton* buttonThatSays(const QString& text, const QWidget& panel) {
    for (QAbstractButton* button : panel.findChildren<QAbstractButton*>()) {
        if (button->text() == text) return button;
    }
    return nullptr;
}
}  // namespace

void MainWindow::buildMenus() {
    buildFileMenu();
    buildEditMenu();
    buildViewMenu();

    auto* run = new RunMenu(tr("R&un"), jobs_, survey_.jobs(), this);
    const auto add = [run](const QWidget& panel, const QString& button, Page page, const QString& text, const QKeySequence& keys) {
        run->addButton(buttonThatSays(button, panel), page, text, keys);
    };
    constexpr auto kCtrl = Qt::CTRL;
    constexpr auto kBoth = Qt::CTRL | Qt::SHIFT;
    add(*calibration_panel_, CalibrationPanel::tr("Calibrate"), Page::Calibrate, tr("&Calibrate"), kBoth | Qt::Key_B);
    add(*quantize_, QuantizePanel::tr("Quantize all"), Page::Quantize, tr("&Quantize all"), kCtrl | Qt::Key_R);
    add(*quantize_, QuantizePanel::tr("Quantize this one"), Page::Quantize, tr("Quantize &this one"), kBoth | Qt::Key_R);
    add(*evaluate_, EvaluatePanel::tr("Measure perplexity and KL"), Page::Evaluate, tr("Measure &perplexity and KL"), kCtrl | Qt::Key_T);
    add(*evaluate_, EvaluatePanel::tr("Measure layer by layer"), Page::Evaluate, tr("Measure &layer by layer"), kBoth | Qt::Key_M);
    add(*export_, ExportPanel::tr("Export and verify"), Page::Export, tr("&Export and verify"), kBoth | Qt::Key_X);
    add(*export_, ExportPanel::tr("Write report"), Page::Export, tr("Write &report"), kBoth | Qt::Key_T);
    run->addJobEntries();
    menuBar()->addMenu(run);
    connect(run, &RunMenu::pageWanted, this, &MainWindow::goTo);
    connect(&jobs_, &JobRunner::pausedChanged, jobs_panel_, &JobsPanel::setPaused);
    connect(&workflow_, &Workflow::unfinishedExportFound, this, [this](const UnfinishedExport& found) {
        messages_->showMessage(MessageArea::Kind::Note, tr("An unfinished export"),
                               tr("Beside %1 lies an export of which %2 of %3 blocks are done. Going on with it gives what it would have "
                                  "given; to begin anew, choose another folder or remove %4.")
                                   .arg(found.folder, QString::number(found.n_blocks_done), QString::number(found.n_blocks), found.place),
                               {tr("Go on"), [this, found] { workflow_.resumeExport(found); }});
    });

    buildHelpMenu();
}

void MainWindow::buildFileMenu() {
    QMenu* menu = menuBar()->addMenu(tr("&File"));
    menu->addAction(tr("&Open model folder…"), QKeySequence::Open, this, &MainWindow::browseModel);
    menu->addAction(tr("Open the &demo model"), QKeySequence(Qt::CTRL | Qt::Key_D), this, &MainWindow::openDemo);
    QMenu* recent = menu->addMenu(tr("Open &recent"));
    connect(recent, &QMenu::aboutToShow, this, [this, recent] {
        recent->clear();
        for (const QString& path : preferences_.recent()) recent->addAction(path, this, [this, path] { open(path); });
        if (recent->isEmpty()) recent->addAction(tr("Nothing yet"))->setEnabled(false);
    });
    menu->addSeparator();
    menu->addAction(tr("Open rec&ipe…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_O), this, &MainWindow::browseRecipe);
    QAction* save = menu->addAction(tr("&Save recipe…"), QKeySequence::Save, this, &MainWindow::saveRecipe);
    QAction* copy = menu->addAction(tr("&Copy as command"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_K), this, &MainWindow::copyCommand);
    for (QAction* action : {save, copy}) {
        action->setEnabled(false);
        connect(&session_, &Session::modelChanged, action, [this, action] { action->setEnabled(session_.model() != nullptr); });
    }
    menu->addSeparator();
    buildSessionMenu(menu);
    menu->addSeparator();
    menu->addAction(tr("&Quit"), QKeySequence::Quit, this, &QWidget::close);

    // Whatever can be opened can be dropped.
    auto* drops = new DropDesk(*this, session_, workflow_, [this](const QPoint& place) {
        return beside_ && side_pane_->isAncestorOf(childAt(place)) ? *beside_ : page();
    });
    for (int i = 0; i < kPages; ++i) {
        PageHost* const host = hosts_[static_cast<std::size_t>(i)];
        connect(host, &PageHost::moved, drops, [drops, host, page = static_cast<Page>(i)] {
            if (host->isDetached()) drops->watch(*host->ownWindow(), page);
        });
    }
    connect(drops, &DropDesk::openWanted, this, &MainWindow::open);
    connect(&keeper_, &SessionKeeper::notOpened, drops, &DropDesk::forget);
    connect(drops, &DropDesk::taken, messages_, &MessageArea::dismiss);
    connect(drops, &DropDesk::lessonsWanted, lessons_, &LessonDesk::openFolder);
    connect(drops, &DropDesk::calibrationTextDropped, this, [this](const QString& file) {
        setCalibrationText(file);
        goTo(Page::Calibrate);
    });
    connect(drops, &DropDesk::noted, this,
            [this](const QString& title, const QString& message) { messages_->addMessage(MessageArea::Kind::Note, title, message); });
}

void MainWindow::buildEditMenu() {
    QMenu* menu = menuBar()->addMenu(tr("&Edit"));
    QUndoStack& stack = session_.undoStack();
    QAction* undo = stack.createUndoAction(this, tr("&Undo"));
    undo->setShortcut(QKeySequence::Undo);
    QAction* redo = stack.createRedoAction(this, tr("&Redo"));
    redo->setShortcut(QKeySequence::Redo);
    // Connected after Qt's own: the stack can only put a prefix before what is undone, and not every language says it so.
    connect(&stack, &QUndoStack::undoTextChanged, undo,
            [undo](const QString& what) { undo->setText(what.isEmpty() ? tr("&Undo") : tr("&Undo %1").arg(what)); });
    connect(&stack, &QUndoStack::redoTextChanged, redo,
            [redo](const QString& what) { redo->setText(what.isEmpty() ? tr("&Redo") : tr("&Redo %1").arg(what)); });
    menu->addAction(undo);
    menu->addAction(redo);
}

void MainWindow::buildViewMenu() {
    QMenu* menu = menuBar()->addMenu(tr("&View"));
    for (int i = 0; i < kPages; ++i) {
        const auto target = static_cast<Page>(i);
        menu->addAction(pageTitle(target), pageShortcut(target), this, [this, target] { goTo(target); });
    }
    menu->addSeparator();
    palette_action_ =
        menu->addAction(tr("&Command palette…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_P), this, &MainWindow::openPalette);
    QAction* jobs = jobs_dock_->toggleViewAction();
    jobs->setText(tr("&Jobs"));
    jobs->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_J));
    menu->addAction(jobs);
    own_window_action_ =
        menu->addAction(tr("Page in its own &window"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_W), this, &MainWindow::toggleOwnWindow);
    own_window_action_->setCheckable(true);
    own_window_action_->setToolTip(tr("For a second screen; closing that window brings the page back"));
    buildBesideMenu(menu);
    buildLayoutMenu(menu);
    QAction* projector = menu->addAction(tr("&Projector mode"), QKeySequence(Qt::Key_F5), this, [this](bool on) { projector_.setOn(on); });
    projector->setCheckable(true);
    projector->setToolTip(tr("Large type and full screen, for all views"));
    QAction* dismiss = menu->addAction(tr("Dismiss the &message"), QKeySequence(Qt::Key_Escape), this, [this, projector] {
        if (messages_->isHidden()) projector->setChecked(false);
        projector_.setOn(projector->isChecked());
        messages_->dismiss();
    });
    dismiss->setShortcutContext(Qt::WindowShortcut);
    menu->addSeparator();

    QMenu* themes = menu->addMenu(tr("&Theme"));
    auto* group = new QActionGroup(this);
    const auto add = [&](const QString& text, ThemeChoice choice) {
        QAction* action = themes->addAction(text, this, [this, choice] {
            preferences_.setTheme(choice);
            emit themeChosen(choice);
        });
        action->setCheckable(true);
        action->setChecked(preferences_.theme() == choice);
        group->addAction(action);
    };
    add(tr("As the &desktop"), ThemeChoice::System);
    add(tr("&Light"), ThemeChoice::Light);
    add(tr("Dar&k"), ThemeChoice::Dark);
    buildLanguageMenu(menu);
}

void MainWindow::buildLanguageMenu(QMenu* view) {
    QMenu* languages = view->addMenu(tr("Lan&guage"));
    auto* group = new QActionGroup(this);
    const auto add = [&](const QString& text, LanguageChoice choice) {
        QAction* action = languages->addAction(text, this, [this, choice] {
            if (preferences_.language() == choice) return;
            preferences_.setLanguage(choice);
            messages_->showMessage(MessageArea::Kind::Note, tr("Language"), tr("The new language shows when Salient is started again."));
        });
        action->setCheckable(true);
        action->setChecked(preferences_.language() == choice);
        group->addAction(action);
    };
    add(tr("As the &system"), LanguageChoice::System);
    add(QStringLiteral("&English"), LanguageChoice::English);  // languages are called by their own names in every language
    add(QStringLiteral("&Deutsch"), LanguageChoice::German);
}

void MainWindow::buildHelpMenu() {
    QMenu* menu = menuBar()->addMenu(tr("&Help"));
    menu->addAction(tr("&Help on this view"), QKeySequence(Qt::Key_F1), this, [this] { lessons_->toggleHelp(focusedPage()); });
    menu->addAction(tr("&Lessons"), this, [this] { goTo(Page::Lessons); });
    menu->addAction(tr("Open a &folder of lessons…"), lessons_, &LessonDesk::browse);
    menu->addSeparator();
    menu->addAction(tr("&About Salient"), this, [this] {
        messages_->showMessage(
            MessageArea::Kind::Note, tr("Salient %1").arg(QStringLiteral(SALIENT_VERSION)),
            tr("A workbench for post-training quantization of language models. Free software under the GNU General Public "
               "License, version 3 or later. Qt %1.")
                .arg(QString::fromLatin1(qVersion())));
    });
}

void MainWindow::browseModel() {
    const QString folder = choose_.folder(this, tr("Open a model folder"));
    if (!folder.isEmpty()) open(folder);
}

void MainWindow::browseRecipe() {
    const QString file = choose_.file(this, tr("Open a recipe"), recipeFilter());
    if (!file.isEmpty()) open(file);
}

bool MainWindow::writeRecipe(const QString& file) {
    try {
        writeJson(toPath(file), toJson(session_.recipe()));
        return true;
    } catch (const Error& error) {
        messages_->showMessage(MessageArea::Kind::Error, tr("Save recipe"), QString::fromUtf8(error.what()));
        return false;
    }
}

void MainWindow::saveRecipe() {
    const QString file = choose_.save(this, tr("Save the recipe"), QStringLiteral("recipe.json"), recipeFilter());
    if (file.isEmpty() || !writeRecipe(file)) return;
    const QString command = QString::fromStdString(runCommand(toPath(file)));
    messages_->showMessage(MessageArea::Kind::Note, tr("Recipe saved"), tr("%1 — run it with: %2").arg(file, command));
}

void MainWindow::copyCommand() {
    Recipe recipe = session_.recipe();
    for (RecipeRun& run : recipe.runs) run.name = methodName(run.method);  // a command calls its runs by their methods
    std::optional<std::string> command = asCommand(recipe);
    if (!command) {
        const QString file = choose_.save(this, tr("No command line says all of this: save the recipe that one can run"),
                                          QStringLiteral("recipe.json"), recipeFilter());
        if (file.isEmpty() || !writeRecipe(file)) return;
        command = runCommand(toPath(file));
    }
    const QString text = QString::fromStdString(*command);
    QApplication::clipboard()->setText(text);
    messages_->showMessage(MessageArea::Kind::Note, tr("Copied"), text);
}

}  // namespace salient
