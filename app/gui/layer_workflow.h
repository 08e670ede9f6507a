#pragma once

#include <QObject>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/gui/job_runner.h"
#include "app/gui/layer_methods.h"
#include "app/gui/session.h"
#include "app/gui/tune_answers.h"
#include "core/eval/settings_forecast.h"
#include "widgets/channel_table_model.h"
#include "widgets/compare_panel.h"
#include "widgets/diagnosis_panel.h"
#include "widgets/stepper_panel.h"
#include "widgets/tune_panel.h"

namespace salient {

/// Values about the one selected layer, made when a view asks for them: a newer wish of the same kind replaces an older one, and what
/// arrives after the user chose another layer is dropped.
class LayerWorkflow : public QObject {
    Q_OBJECT
public:
    LayerWorkflow(Session& session, JobRunner& quick, QObject* parent = nullptr);

    void loadChannels();
    /// As the recipe has the layer (stepperMethod()), with what is tried out. Nothing happens while that is what is shown already.
    void loadStepper();
    /// The pictures of a large layer in the stepper; a newer wish replaces an older one.
    void answerPictures(Index position);
    /// The layers that share the chosen layer's input, with the recipe's grids. Likewise.
    void loadTune();
    /// What the Tune view asks about them.
    [[nodiscard]] TuneAnswers& tuneAnswers() noexcept { return tune_answers_; }
    void loadErrors(const std::vector<std::string>& runs);
    /// The text around the token that drove a channel furthest.
    void findOrigin(Index channel, Index batch_position);
    /// What-if of the stepper: that channel stays unrounded, or not any more.
    void toggleKeptColumn(Index channel);
    /// What-if of the stepper: that channel is processed at that position.
    void moveColumn(Index channel, Index position);
    /// … no channel is, any more.
    void takeBackWhatIf();
    /// Forgets what is tried out and what is shown: the views are empty.
    void resetWhatIf();
    /// What is tried out in the stepper, and on which layer, for a session's folder.
    [[nodiscard]] Json whatIf() const;
    /// Takes up what an earlier sitting tried out, if it fits the model's layer; from a stranger's file.
    void restoreWhatIf(const Json& what_if);
    /// Why a run's error in the chosen layer is what it is; of a run that failed, why it ended in its layer, whichever is chosen.
    void diagnose(const QString& run);
    /// What other settings for some layers would do; a newer wish replaces an older one.
    void forecast(const QString& run, const MethodSpec& before, const MethodSpec& after);

signals:
    void channelsReady(const salient::ChannelData& channels);
    void stepperReady(const salient::StepperInput& input);
    void picturesReady(const salient::StepperPictures& pictures);
    void tuneReady(const salient::TuneModel& model);
    void errorsReady(const QString& layer, const std::vector<salient::ComparedError>& errors);
    void diagnosisReady(const salient::LayerDiagnosis& diagnosis);
    void forecastReady(const QString& run, const salient::SettingsForecast& forecast);
    void originReady(salient::Index channel, const QString& text);
    void failed(const QString& title, const QString& message);

private:
    void diagnoseFailed(const std::shared_ptr<const FailedRun>& failed);
    /// What a view of a layer was made from: with the same it need not be made again.
    struct Shown {
        std::string layer;  ///< empty: nothing is shown
        std::weak_ptr<const Calibration> calibration;
        std::string settings;
        bool operator==(const Shown& other) const {
            return layer == other.layer && settings == other.settings && calibration.lock() == other.calibration.lock();
        }
    };
    [[nodiscard]] bool isStillChosen(const LinearInfo& layer, const std::shared_ptr<const Calibration>& calibration) const;
    [[nodiscard]] std::function<void(const JobRecord&)> reportFailure();
    /// … and what was to be shown is not.
    [[nodiscard]] std::function<void(const JobRecord&)> reportFailureOf(Shown LayerWorkflow::*shown, const Shown& wanted);
    void startStepper(const LinearInfo& layer, const std::shared_ptr<const Calibration>& calibration, MethodSpec method);
    void startTune(const LinearInfo& layer, const std::shared_ptr<const Calibration>& calibration, TuneModel base,
                   std::vector<LinearInfo> layers, std::string settings);
    /// Whether the stepper shows the chosen layer, not one before it.
    [[nodiscard]] bool showsChosen() const;
    void clearWhatIf();

    Session& session_;
    JobRunner& quick_;
    JobRunner answers_;  ///< for what must be there within a blink, whatever quick_ is at
    TuneAnswers tune_answers_;
    int channels_job_ = 0;
    int stepper_job_ = 0;
    int errors_job_ = 0;
    int forecast_job_ = 0;
    int diagnosis_job_ = 0;
    int tune_job_ = 0;
    int pictures_job_ = 0;
    Shown stepper_shown_;
    Shown tune_shown_;
    StepperInput stepper_;  ///< on display
    QString what_if_layer_;
    WhatIf what_if_;                  ///< its losses are not used
    std::vector<Index> moved_order_;  ///< the processing order that its moves made; empty: the method's own
    Shown untouched_;                 ///< that layer with nothing tried out leaves untouched_loss_
    double untouched_loss_ = 0.0;
};

}  // namespace salient
