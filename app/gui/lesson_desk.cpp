#include "app/gui/lesson_desk.h"

#include <QDir>
#include <QDockWidget>
#include <QMainWindow>
#include <algorithm>

#include "app/gui/lesson_library.h"
#include "widgets/help_panel.h"
#include "widgets/open_page.h"

namespace salient {

LessonDesk::LessonDesk(QMainWindow& window, Session& session, Preferences& preferences, const FileChooser& choose)
    : QObject(&window),
      window_(window),
      session_(session),
      preferences_(preferences),
      choose_(choose),
      panel_(new LessonsPanel(&window)),
      dock_(new QDockWidget(tr("Help"), &window)),
      help_(new HelpPanel) {
    dock_->setObjectName(QStringLiteral("help"));
    dock_->setWidget(help_);
    dock_->setAllowedAreas(Qt::LeftDockWidgetArea | Qt::RightDockWidgetArea);
    window_.addDockWidget(Qt::RightDockWidgetArea, dock_);
    dock_->hide();
    connect(help_, &HelpPanel::linkChosen, this, &LessonDesk::follow);
    connect(panel_, &LessonsPanel::linkChosen, this, &LessonDesk::follow);
    connect(panel_, &LessonsPanel::folderWanted, this, &LessonDesk::browse);
    connect(panel_, &LessonsPanel::progressChanged, this,
            [this](const QString& id, const LessonProgress& progress) { preferences_.setLessonProgress(id, progress); });
    connect(&session_, &Session::runsChanged, this, &LessonDesk::refreshMeasured);
    connect(&session_, &Session::modelChanged, this, &LessonDesk::refreshMeasured);
    connect(dock_, &QDockWidget::visibilityChanged, this, [this](bool is_visible) {
        if (!is_visible) return;
        showHelp(page_);
        if (dock_->width() < help_->sizeHint().width()) window_.resizeDocks({dock_}, {help_->sizeHint().width()}, Qt::Horizontal);
    });
}

void LessonDesk::setPage(Page page) {
    page_ = page;
    if (!dock_->isHidden()) showHelp(page);
    if (page == Page::Lessons && !are_read_) readLessons();
}

void LessonDesk::toggleHelp(Page page) {
    const bool is_there = !dock_->isHidden() && helped_ == page;
    setPage(page);
    dock_->setVisible(!is_there);
    showHelp(page);
}

void LessonDesk::showHelp(Page page) {
    helped_ = page;
    help_->setText(helpText(page));
}

void LessonDesk::readLessons() {
    are_read_ = true;
    std::vector<LessonEntry> lessons = bundledLessons();
    for (const QString& folder : {ownLessonsFolder(), preferences_.lessonFolder()}) {
        if (folder.isEmpty()) continue;
        for (LessonEntry& entry : lessonsIn(folder)) {
            const bool is_known = std::ranges::any_of(lessons, [&entry](const LessonEntry& other) { return other.id == entry.id; });
            if (!is_known) lessons.push_back(std::move(entry));
        }
    }
    for (LessonEntry& entry : lessons) entry.progress = preferences_.lessonProgress(entry.id);
    panel_->setLessons(std::move(lessons));
    refreshMeasured();
}

void LessonDesk::browse() {
    const QString folder = choose_.folder(&window_, tr("Open a folder of lessons"));
    if (!folder.isEmpty()) openFolder(folder);
}

void LessonDesk::openFolder(const QString& folder) {
    const std::size_t n_found = lessonsIn(folder).size();
    if (n_found == 0) {
        emit noted(tr("No lessons"), tr("%1 holds no lesson: expected files that end in .md.").arg(QDir::toNativeSeparators(folder)));
        return;
    }
    preferences_.setLessonFolder(folder);
    readLessons();
    emit pageWanted(Page::Lessons);
}

void LessonDesk::follow(const QString& address) {
    const qsizetype colon = address.indexOf(QLatin1Char(':'));
    const QString kind = address.left(std::max<qsizetype>(colon, 0));
    const QString name = address.mid(colon + 1);
    const std::optional<Page> page = pageOfKey(name);
    if (kind == QLatin1String("page") && page) {
        emit pageWanted(*page);
    } else if (kind == QLatin1String("help") && page) {
        dock_->show();
        showHelp(*page);
    } else {
        if (!are_read_) readLessons();
        const QString id = name.endsWith(QLatin1String(".md")) ? name.chopped(3) : name;
        const bool is_lesson = kind.isEmpty() || kind == QLatin1String("lesson");
        if (is_lesson && panel_->openLesson(id)) return emit pageWanted(Page::Lessons);
        emit noted(tr("Not followed"), tr("Lessons and help lead nowhere outside this window. The address is: %1").arg(address));
    }
}

void LessonDesk::refreshMeasured() {
    if (!are_read_) return;
    const auto& model = session_.model();
    panel_->setMeasured(model ? modelTitle(model->directory) : QString(), measuredMethods(session_));
}

std::vector<MeasuredMethod> measuredMethods(const Session& session) {
    std::vector<MeasuredMethod> measured;
    if (const auto& original = session.fullPrecision()) {
        MeasuredMethod row;
        row.method = QStringLiteral("fp16");
        row.perplexity = *original;
        measured.push_back(row);
    }
    const Index n_windows = session.calibration() ? static_cast<Index>(session.calibration()->samples.first_token.size()) : 0;
    for (const auto& run : session.runs()) {
        MeasuredMethod row;
        row.method = QString::fromStdString(std::string(methodName(run->method)));
        row.run = QString::fromStdString(run->name);
        row.calibration_windows = row.method == QLatin1String("rtn") ? 0 : n_windows;
        row.bits_per_weight = run->bits_per_weight;
        row.seconds = run->seconds;
        row.output_error = run->relative_output_error;
        row.perplexity = run->perplexity;
        measured.push_back(row);
    }
    return measured;
}

}  // namespace salient
