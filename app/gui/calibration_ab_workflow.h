#pragma once

#include <QObject>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "app/gui/job_runner.h"
#include "app/gui/session.h"

namespace salient {

class CalibrationAbPanel;
struct ComparedTexts;

/// Compares the recipe's calibration text with another one that the panel names: a job that can be paused and cancelled. Its result goes
/// when the model, the calibration text or its windows, or the method that was compared with, become others.
class CalibrationAbWorkflow : public QObject {
    Q_OBJECT
public:
    CalibrationAbWorkflow(Session& session, JobRunner& jobs, CalibrationAbPanel& panel, QObject* parent = nullptr);

signals:
    void failed(const QString& title, const QString& message);

private:
    /// What a comparison holds for.
    struct Subject {
        std::shared_ptr<const Model> model;  ///< null: there is none
        std::string run;
        std::string recipe;  ///< what matters of it, as text; empty where there is no such run
        bool operator==(const Subject&) const = default;
    };
    [[nodiscard]] Subject subjectNow(const std::string& run) const;
    /// As Quantize rounds it; nothing where there is no such run.
    [[nodiscard]] std::optional<MethodSpec> methodOf(const std::string& run) const;
    [[nodiscard]] QString obstacle() const;
    void follow();
    void refresh();
    void compare();

    Session& session_;
    JobRunner& jobs_;
    CalibrationAbPanel& panel_;
    Subject subject_;  ///< of the latest comparison, done or under way
    int job_ = 0;
    int latest_ = 0;  ///< the number of the comparison whose end is waited for, or shown
};

}  // namespace salient
