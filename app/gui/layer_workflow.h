#pragma once

#include <QObject>
#include <vector>

#include "app/gui/job_runner.h"
#include "app/gui/session.h"
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
    /// With the recipe's first GPTQ run, or the grid of its first run and GPTQ's defaults.
    void loadStepper();
    /// The layers that share the chosen layer's input, with the recipe's grid.
    void loadTune();
    void answerLoss(const TuneRequest& request);
    void answerCurve(TuneMethod method);
    void loadErrors(const std::vector<std::string>& runs);
    /// The text around the token that drove a channel furthest.
    void findOrigin(Index channel, Index batch_position);
    /// What-if of the stepper: that channel stays unrounded, or not any more.
    void toggleKeptColumn(Index channel);
    /// What-if of the stepper: that channel is processed at that position.
    void moveColumn(Index channel, Index position);
    void resetWhatIf();
    /// What is tried out in the stepper, and on which layer, for a session's folder.
    [[nodiscard]] Json whatIf() const;
    /// Takes up what an earlier sitting tried out, if it fits the model's layer; from a stranger's file.
    void restoreWhatIf(const Json& what_if);
    /// Why a run's error in the chosen layer is what it is.
    void diagnose(const QString& run);
    /// What other settings for some layers would do; a newer wish replaces an older one.
    void forecast(const QString& run, const MethodSpec& before, const MethodSpec& after);

signals:
    void channelsReady(const salient::ChannelData& channels);
    void stepperReady(const salient::StepperInput& input);
    void tuneReady(const salient::TuneModel& model);
    void lossReady(int serial, double relative_error);
    void curveReady(salient::TuneMethod method, const std::vector<double>& relative_errors);
    void errorsReady(const QString& layer, const std::vector<salient::ComparedError>& errors);
    void diagnosisReady(const salient::LayerDiagnosis& diagnosis);
    void forecastReady(const QString& run, const salient::SettingsForecast& forecast);
    void originReady(salient::Index channel, const QString& text);
    void failed(const QString& title, const QString& message);

private:
    [[nodiscard]] bool isStillChosen(const LinearInfo& layer, const std::shared_ptr<const Calibration>& calibration) const;
    [[nodiscard]] std::function<void(const JobRecord&)> reportFailure();

    Session& session_;
    JobRunner& quick_;
    int channels_job_ = 0;
    int stepper_job_ = 0;
    int errors_job_ = 0;
    int forecast_job_ = 0;
    int diagnosis_job_ = 0;
    int tune_job_ = 0;
    int loss_job_ = 0;
    int curve_job_ = 0;
    std::shared_ptr<const TuneModel> tune_model_;
    QString what_if_layer_;
    GptqOptions what_if_;  // its keep_columns and column_order alone
    std::vector<Index> last_order_;
};

/// The GPTQ options and grid that the stepper shows for a recipe.
[[nodiscard]] MethodSpec stepperMethod(const Recipe& recipe);
/// The grid on which AWQ's ratio is tuned: that of the recipe's first AWQ run, else AWQ's form of the one above.
[[nodiscard]] GridSpec tunedGrid(const Recipe& recipe);

}  // namespace salient
