#pragma once

#include <QMainWindow>
#include <array>
#include <functional>
#include <optional>
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
#include "app/gui/time_forecaster.h"
#include "app/gui/weight_survey.h"
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
class LayoutNameBar;
class MessageArea;
class ModelMapView;
struct NamedLayout;
class OpenPage;
class PageFrame;
class PageHost;
class PageSplit;
class QuantizePanel;
class SelectionBar;
class SidePane;
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
    /// Shows a page: where it is if it is in sight already, in its own window or beside another one, else as the page of this window.
    void goTo(Page page);
    [[nodiscard]] Page page() const;
    /// Shows a page beside the page of this window, in place of the one that was there. Nothing for the page of this window itself.
    void showBeside(Page page);
    void closeBeside();
    [[nodiscard]] std::optional<Page> beside() const noexcept { return beside_; }
    [[nodiscard]] PageHost& host(Page page);

    [[nodiscard]] Session& session() noexcept { return session_; }
    [[nodiscard]] Workflow& workflow() noexcept { return workflow_; }
    [[nodiscard]] const LayerWorkflow& layers() const noexcept { return layers_; }
    [[nodiscard]] SessionKeeper& sessions() noexcept { return keeper_; }
    [[nodiscard]] JobRunner& jobs() noexcept { return jobs_; }
    [[nodiscard]] JobRunner& quickJobs() noexcept { return quick_; }
    [[nodiscard]] JobRunner& surveyJobs() noexcept { return survey_.jobs(); }
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
    void refreshMap();
    void forecastTimes();
    void showForecasts();
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
    [[nodiscard]] Json arrangement() const;
    void restoreArrangement(const Json& kept);
    void restoreBeside(const Json& kept);
    [[nodiscard]] Json ownWindows() const;
    void restoreOwnWindows(const Json& windows);
    [[nodiscard]] bool waitsForThisLayer() const;
    void restoreStepper();
    void restoreTune();
    void saveSessionAs();
    void browseSession();
    void startAnew();
    // main_window_windows.cpp: pages in windows of their own, and a page beside another
    void wireHosts();
    void toggleOwnWindow();
    void moveToOwnWindow(Page page);
    void detach(Page page, const QByteArray& geometry = {});
    [[nodiscard]] bool isLookedAt(Page page) const;  ///< in this window or in its own
    [[nodiscard]] Page focusedPage() const;
    void buildBesideMenu(QMenu* view);
    void wireBeside();
    void refreshBeside();
    void refreshExplanations();
    void focusBeside();
    void goToOtherPage();
    void swapPages();
    // main_window_layouts.cpp: layouts with names
    void buildLayoutMenu(QMenu* view);
    void refreshLayouts();
    void applyLayout(const Json& layout);
    void saveLayout(const QString& name);
    bool keepLayout(const NamedLayout& layout);  ///< false after telling why not
    void removeLayout(const QString& name);
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
    TimeForecaster times_;
    WeightSurvey survey_;
    LessonDesk* lessons_;
    ProjectorMode projector_{*this};
    SessionKeeper keeper_;
    Json restored_ = Json::object();  ///< of the window as it was: what waits until its layer is solved or tuned again

    Navigation* navigation_;
    QStackedWidget* stack_;
    SidePane* side_pane_;
    PageSplit* split_;
    MessageArea* messages_;
    LayoutNameBar* layout_name_;
    SelectionBar* selection_bar_;
    QWidget* selection_strip_;
    JobStatus* job_status_;
    JobsPanel* jobs_panel_;
    QDockWidget* jobs_dock_;
    CommandPalette* palette_ = nullptr;
    QAction* palette_action_ = nullptr;
    std::vector<std::function<void()>> palette_actions_;  ///< parallel to what the palette shows
    QAction* own_window_action_ = nullptr;
    std::array<QAction*, kPages> beside_actions_{};
    QAction* below_action_ = nullptr;
    QAction* at_right_action_ = nullptr;
    QList<QAction*> two_pages_actions_;  ///< what needs a page beside
    std::optional<Page> beside_;         ///< the page that stands beside page()
    QMenu* layout_menu_ = nullptr;
    QMenu* remove_layout_menu_ = nullptr;
    QAction* own_layouts_end_ = nullptr;  ///< the entry of that menu before which they stand
    QList<QAction*> own_layout_actions_;
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
    std::optional<JobTimes> job_times_;  ///< of what is planned now; nothing while they are forecast, or cannot be
    bool are_times_awaited_ = false;
    bool is_forecast_stale_ = false;       ///< that of the model map's overrides: to be asked for when it is next looked at
    std::array<bool, kPages> is_stale_{};  ///< a layer view whose data must be made when it is next looked at
};

}  // namespace salient
