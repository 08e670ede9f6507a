#pragma once

#include <QObject>
#include <functional>
#include <memory>
#include <vector>

#include "app/gui/job_runner.h"
#include "widgets/tune_panel.h"

namespace salient {

/// Computes what the Tune view asks about a large layer, away from the window's thread. The exact error of a choice is what its user
/// waits for: it has a runner of its own, and the runner of curves and clips stands still meanwhile. A newer question of a kind replaces
/// an older one.
class TuneAnswers : public QObject {
    Q_OBJECT
public:
    /// slow: for what may take seconds, shared with others. urgent: for answers within a blink.
    TuneAnswers(JobRunner& slow, JobRunner& urgent, QObject* parent = nullptr);

    /// What is asked about from now on; questions about another model are given up.
    void setModel(std::shared_ptr<const TuneModel> model);

public slots:
    void answerLoss(const salient::TuneRequest& request);
    void answerCurve(salient::TuneMethod method);
    void answerClip(const salient::ClipRequest& request);

signals:
    void lossReady(int serial, double relative_error);
    void curveReady(salient::TuneMethod method, const std::vector<double>& relative_errors);
    void clipReady(int serial, const salient::ClipLosses& losses);
    void failed(const QString& title, const QString& message);

private:
    [[nodiscard]] std::function<void(const JobRecord&)> reportFailure();

    JobRunner& slow_;
    JobRunner& urgent_;
    std::shared_ptr<const TuneModel> model_;
    int loss_job_ = 0;
    int curve_job_ = 0;
    int clip_job_ = 0;
};

}  // namespace salient
