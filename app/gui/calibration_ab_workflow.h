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

/// Compares the recipe's calibration text with another one that the panel names: a job that can be paused and cancelled. Its result is
/// the session's, and goes when the model, the calibration text or its windows, or the method that was compared with, become others.
class CalibrationAbWorkflow : public QObject {
    Q_OBJECT
public:
    CalibrationAbWorkflow(Session& session, JobRunner& jobs, CalibrationAbPanel& panel, QObject* parent = nullptr);

signals:
    void failed(const QString& title, const QString& message);

private:
    /// A comparison under way.
    struct Job {
        std::shared_ptr<const Model> model;
        Recipe recipe;  ///< of text A
        int id = 0;
    };
    /// What matters of the recipe to a comparison by that run of it, its method as Quantize rounds it; nothing where there is no such run.
    [[nodiscard]] std::optional<Recipe> recipeFor(const std::string& run) const;
    /// Whether the recipe still says what was compared.
    [[nodiscard]] bool isCurrent(const Recipe& compared) const;
    [[nodiscard]] QString obstacle() const;
    void follow();
    void refresh();
    void show();
    void compare();

    Session& session_;
    JobRunner& jobs_;
    CalibrationAbPanel& panel_;
    std::optional<Job> job_;
    int latest_ = 0;  ///< the number of the comparison whose end is waited for
};

}  // namespace salient
