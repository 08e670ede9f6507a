#pragma once

#include <QWidget>
#include <memory>
#include <vector>

#include "widgets/lesson.h"
#include "widgets/method_table_view.h"

class QListWidget;
class QStackedLayout;

namespace salient {

class LessonPanel;

/// A lesson that was found, readable or not.
struct LessonEntry {
    QString id;    ///< what its progress is kept under, and what links to it call it: its file's name without ".md"
    QString file;  ///< shown where there is no title
    std::shared_ptr<const Lesson> lesson;
    QString error;  ///< why there is none
    LessonProgress progress;
};

/// All lessons as a list, and the one that was chosen.
class LessonsPanel : public QWidget {
    Q_OBJECT
public:
    explicit LessonsPanel(QWidget* parent = nullptr);

    /// Shows the list.
    void setLessons(std::vector<LessonEntry> lessons);
    [[nodiscard]] const std::vector<LessonEntry>& lessons() const noexcept { return lessons_; }
    void setMeasured(const QString& model, const std::vector<MeasuredMethod>& measured);
    [[nodiscard]] bool isListShown() const;
    [[nodiscard]] QString currentId() const;  ///< empty while the list is shown
    [[nodiscard]] LessonPanel* lessonPanel() const noexcept { return panel_; }

public slots:
    /// False (and nothing happens) when there is no readable lesson of that name.
    bool openLesson(const QString& id);
    void showList();

signals:
    void progressChanged(const QString& id, const salient::LessonProgress& progress);
    void folderWanted();
    /// A link to something that is no lesson of the list.
    void linkChosen(const QString& address);

protected:
    void changeEvent(QEvent* event) override;

private:
    void refreshList();
    void follow(const QString& address);

    std::vector<LessonEntry> lessons_;
    int current_ = -1;
    QStackedLayout* stack_;
    QListWidget* list_;
    LessonPanel* panel_;
};

}  // namespace salient
