#pragma once

#include <QHash>
#include <QMenu>

#include "app/gui/job_runner.h"
#include "app/gui/navigation.h"

class QAbstractButton;

namespace salient {

/// Everything that runs, in one menu. What starts a job is a button on some page: its entry goes to that page and presses it, and can be
/// chosen when it can be pressed. Below, what holds and ends jobs, the user's and those of the window `beside` them.
class RunMenu : public QMenu {
    Q_OBJECT
public:
    RunMenu(const QString& title, JobRunner& jobs, JobRunner& beside, QWidget* parent);

    void addButton(QAbstractButton* button, Page page, const QString& text, const QKeySequence& keys);
    void addJobEntries();

signals:
    void pageWanted(salient::Page page);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void follow(const JobRecord& record);
    void refresh();

    [[nodiscard]] bool isIdle() const;

    JobRunner& jobs_;
    JobRunner& beside_;
    QHash<QObject*, QAction*> entries_;  ///< by their buttons
    QAction* pause_ = nullptr;
    QAction* cancel_ = nullptr;
    QAction* cancel_all_ = nullptr;
    int running_ = 0;  ///< 0: none
};

}  // namespace salient
