#pragma once

#include <QWidget>

#include "widgets/jobs_model.h"

class QTableView;
class QToolButton;

namespace salient {

/// The list of jobs with cancel, pause and clear.
class JobsPanel : public QWidget {
    Q_OBJECT
public:
    explicit JobsPanel(QWidget* parent = nullptr);

    void setRecord(const JobRecord& record);
    /// Whoever wanted it: the button says what pressing it would do.
    void setPaused(bool paused);
    [[nodiscard]] const JobsModel& model() const noexcept { return *model_; }
    /// Low: it stands below a page that needs the room, and can be pulled up.
    [[nodiscard]] QSize sizeHint() const override;

signals:
    void cancelRequested(int id);
    void cancelAllRequested();
    void pauseRequested(bool paused);

private:
    void updateButtons();
    void showPaused();
    [[nodiscard]] int chosenJob() const;  ///< id of the chosen unfinished job, else of the running one, else 0

    JobsModel* model_;
    QTableView* table_;
    QToolButton* cancel_;
    QToolButton* cancel_all_;
    QToolButton* pause_;
    QToolButton* clear_;
};

}  // namespace salient
