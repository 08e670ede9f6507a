#pragma once

#include <QWidget>

#include "widgets/job_record.h"

class QLabel;
class QProgressBar;
class QToolButton;

namespace salient {

/// The running job in the status bar: what it does, how far it is, how fast it goes and how long it will take, and a button to stop it.
class JobStatus : public QWidget {
    Q_OBJECT
public:
    explicit JobStatus(QWidget* parent = nullptr);
    void setRecord(const JobRecord& record);
    [[nodiscard]] int runningJob() const noexcept { return running_; }

signals:
    void cancelRequested(int id);

private:
    QLabel* text_;
    QProgressBar* bar_;
    QLabel* rate_;
    QLabel* time_;
    QToolButton* cancel_;
    int running_ = 0;
};

}  // namespace salient
