#pragma once

#include <QMainWindow>
#include <array>
#include <functional>
#include <vector>

#include "app/gui/file_chooser.h"
#include "app/gui/job_runner.h"
#include "app/gui/layer_workflow.h"
#include "app/gui/lesson_desk.h"
#include "app/gui/navigation.h"
#include "app/gui/preferences.h"
#include "app/gui/projector_mode.h"
#include "app/gui/session.h"
#include "app/gui/session_keeper.h"
#include "app/gui/workflow.h"

class QDockWidget;
class QMenu;
class QStackedWidget;

namespace salient {

class CalibrationPanel;
class ChannelsPanel;
class CommandPalette;
class ComparePanel;
class EvaluatePanel;
class ExportPanel;
class JobsPanel;
class JobStatus;
class MessageArea;
class ModelMapView;
class OpenPage;
class PageFrame;
class PageHost;
class QuantizePanel;
class SelectionBar;
class StepperPanel;
class TunePanel;

/// Wires session, jobs and views together; holds no results and does no work of its own.
class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    MainWindow(QSettings& settings, FileChooser choose, QWidget* parent = nullptr);
    ~MainWindow() override;

    /// Sessions are kept in that folder from now on; nothing is kept without it.
    void keepSessions(const QString& folder);
    /// A model's folder, where its latest session goes on, a session's folder, or a recipe file.
    void open(const QString& path);
    void openDemo();
    void setCalibrationText(const QString& file);
    /// Shows a page, in its own window if it has one.
    void goTo(Page page);
    [[nodiscard]] Page page() const;
    [[nodiscard]] PageHost& host(Page page);

    [[nodiscard]] Session& session() noexcept { return session_; }
    [[nodiscard]] Workflow& workflow() noexcept { return workflow_; }
    [[nodiscard]] const LayerWorkflow& layers() const noexcept { return layers_; }
    [[nodiscard]] SessionKeeper& sessions() noexcept { return keeper_; }
    [[nodiscard]] JobRunner& jobs() noexcept { return jobs_; }
    [[nodiscard]] JobRunner& quickJobs() noexcept { return quick_; }
    [[nodiscard]] MessageArea& messages() noexcept { return *messages_; }

signals:
    void themeChosen(salient::ThemeChoice choice);

protected:
    void closeEvent(QCloseEvent* event) override;

private:
    // main_window.cpp: what the window is made of, and what follows when the session changes
    void buildPages();
    void buildShell();
    PageFrame* addPage(Page page, const QString& explanation, QWidget* content);
    void modelChanged();
    void calibrationChanged();
    void runsChanged();
    void recipeChanged();
    void selectionChanged(const Selection& now, const Selection& before);
    void refreshPages();
    void refreshJobs();
    void refreshStrip();
    void loadPage();
    void load(Page page);
    void refreshExport();
    void proposeFormat();
    // main_window_actions.cpp: menus, shortcuts, and what they do
    void buildMenus();
    void buildFileMenu();
    void buildEditMenu();
    void buildViewMenu();
    void buildLanguageMenu(QMenu* view);
    void buildHelpMenu();
    bool writeRecipe(const QString& file);  ///< false after telling why not
    void saveRecipe();
    void copyCommand();
    void browseModel();
    void browseRecipe();
    // main_window_palette.cpp: what the command palette offers
    void buildPalette();
    void openPalette();
    // main_window_sessions.cpp: what is kept of a sitting, and how it comes back
    void buildSessionMenu(QMenu* menu);
    void wireSessions();
    void refreshSessions();
    void tellRestored(const QStringList& left_out, const std::vector<InterruptedJob>& interrupted);
    void restoreWindow(const Json& window);
    [[nodiscard]] Json windowState() const;
    [[nodiscard]] Json ownWindows() const;
    void restoreOwnWindows(const Json& windows);
    [[nodiscard]] bool waitsForThisLayer() const;
    void restoreStepper();
    void restoreTune();
    void saveSessionAs();
    void browseSession();
    void startAnew();
    // main_window_windows.cpp: pages in windows of their own
    void wireHosts();
    void toggleOwnWindow();
    void detach(Page page, const QByteArray& geometry = {});
    [[nodiscard]] bool isLookedAt(Page page) const;  ///< in this window or in its own
    // main_window_wiring.cpp: which wish of which view goes where
    void wireOpen();
    void wireCalibrate();
    void wireLayerViews();
    void wireTune();
    void wireQuantize();
    void wireCompare();
    void wireDiagnosis();
    void wireEvaluate();
    void wireOverrides();
    void wireExport();
    void wireJobs();
    void wireFigures();
    [[nodiscard]] QString provenance(const QWidget& picture) const;  ///< where what it shows comes from, one fact per line
    void wireLessons();

    Preferences preferences_;
    FileChooser choose_;
    Session session_;
    JobRunner jobs_;
    JobRunner quick_;
    Workflow workflow_;
    LayerWorkflow layers_;
    LessonDesk* lessons_;
    ProjectorMode projector_{*this};
    SessionKeeper keeper_;
    Json restored_ = Json::object();  ///< of the window as it was: what waits until its layer is solved or tuned again

    Navigation* navigation_;
    QStackedWidget* stack_;
    MessageArea* messages_;
    SelectionBar* selection_bar_;
    QWidget* selection_strip_;
    JobStatus* job_status_;
    JobsPanel* jobs_panel_;
    QDockWidget* jobs_dock_;
    CommandPalette* palette_ = nullptr;
    QAction* palette_action_ = nullptr;
    std::vector<std::function<void()>> palette_actions_;  ///< parallel to what the palette shows
    QAction* own_window_action_ = nullptr;
    std::array<PageFrame*, kPages> frames_{};
    std::array<PageHost*, kPages> hosts_{};
    OpenPage* open_page_;
    CalibrationPanel* calibration_panel_;
    ModelMapView* map_;
    ChannelsPanel* channels_;
    StepperPanel* stepper_;
    TunePanel* tune_;
    QuantizePanel* quantize_;
    ComparePanel* compare_;
    EvaluatePanel* evaluate_;
    ExportPanel* export_;
    bool is_forecast_stale_ = false;       ///< that of the model map's overrides: to be asked for when it is next looked at
    std::array<bool, kPages> is_stale_{};  ///< a layer view whose data must be made when it is next looked at
};

}  // namespace salient
