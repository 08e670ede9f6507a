#pragma once

#include <QObject>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>

#include "app/gui/job_runner.h"
#include "app/gui/session.h"
#include "core/exporter/export_checkpoint.h"
#include "core/exporter/verify.h"

namespace salient {

/// Where an export went and what reading it back found.
struct ExportOutcome {
    QString folder;
    VerifyReport verification;
    WriteCounts written;
};

/// An export that something else began at that place and did not end: the same run and settings go on after its finished blocks.
struct UnfinishedExport {
    std::string run;
    ExportFormat format = ExportFormat::Gptq;
    QString folder;
    GgufWeights gguf_weights = GgufWeights::Lossless;
    QString place;  ///< where it lies, beside the folder
    int n_blocks_done = 0;
    int n_blocks = 0;
};

/// A job whose finished blocks can be kept: the calibration, or the run of that name.
struct JobName {
    bool is_calibration = false;
    std::string run = {};
};

/// The steps of the path as the user asks for them: each starts the core function on a runner and puts its result into the session.
/// Long steps queue on `jobs`, where they can be paused and cancelled; opening and previews answer at once on `quick`.
class Workflow : public QObject {
    Q_OBJECT
public:
    Workflow(Session& session, JobRunner& jobs, JobRunner& quick, QObject* parent = nullptr);

    /// Where long jobs keep their finished blocks, asked for as each is started (kept_jobs.h); an empty path: they keep nothing.
    using KeptFolder = std::function<std::filesystem::path(const JobName& job)>;
    void setKeptFolder(KeptFolder folder) { kept_folder_ = std::move(folder); }

    /// A model's folder, or a recipe file, whose model is opened with it.
    void open(const QString& path);
    /// A session of an earlier sitting, read by `work`. `restored` is called once the session holds it, `refused` with the reason why not.
    void openSession(const QString& name, std::function<SessionFolder::Opened(JobContext&)> work,
                     std::function<void(const SessionFolder::Opened&)> restored, std::function<void(const QString&)> refused);
    /// Chooses the windows that the recipe asks for, without running them.
    void previewSamples();
    /// The same, if the recipe asks for other windows or another text than when they were last chosen. Returns whether it does.
    bool previewChangedSamples();
    void calibrate();
    /// Runs the calibration's windows once more, to say where the model's own numbers are none: for a calibration that failed over them.
    void findNumberTrouble();
    /// The recipe's runs whose names are given (all when empty), one job each: what is done stays when a later one is cancelled.
    void quantize(const std::vector<std::string>& names = {}, bool then_evaluate = false);
    /// Perplexity of the original, and perplexity and divergence of every run that has none yet.
    void evaluate();
    /// What each layer of a run costs when it alone is quantized. Shown as it comes; what is done stays when the job is cancelled, and the
    /// next one goes on with the layers that are left. When none is left, all are measured again.
    void measureSensitivity(const std::string& name);
    /// Writes a result from memory. Where an export was begun and not ended (by the command line), unfinishedExportFound() offers to go on
    /// with that one, and nothing is written.
    void exportRun(const std::string& name, ExportFormat format, const QString& folder, GgufWeights gguf_weights = GgufWeights::Lossless);
    /// Goes on with it: quantizes and writes the blocks that are left, as the command line with --resume does. Fails, in words, when it was
    /// begun with other settings.
    void resumeExport(const UnfinishedExport& unfinished);
    void writeReport(const QString& folder);
    /// Reads every layer of the open model's files and checks them as an export is checked.
    void examine();

signals:
    void opened(const QString& path);
    /// What was asked for last was not opened: it failed, which failed() told, or was cancelled.
    void notOpened();
    void exported(const salient::ExportOutcome& outcome);
    void unfinishedExportFound(const salient::UnfinishedExport& unfinished);
    void reported(const QString& folder);
    void examined(const salient::VerifyReport& report);
    /// One sentence that says what went wrong, as the core worded it.
    void failed(const QString& title, const QString& message);
    /// … where the layer can be diagnosed (LayerWorkflow::diagnose()), instead of it: the session holds it by then.
    void runFailed(const salient::FailedRun& run);
    /// … where findNumberTrouble() knows more.
    void calibrationFailed(const QString& title, const QString& message);
    void noted(const QString& message);

private:
    void openModel(const QString& directory, std::function<Recipe(const Model&)> recipe_of);
    /// The original's predictions, shared by the jobs of one request: made by the first that needs them.
    struct SharedReference;
    [[nodiscard]] std::shared_ptr<SharedReference> sharedReference() const;
    [[nodiscard]] bool requireEvaluationText();
    /// What text is run through the model for: a model that can read it, and the text. False after telling what is missing.
    [[nodiscard]] bool requireCalibrationText();
    void useReference(const SharedReference& shared);
    void evaluateOriginal(const std::shared_ptr<SharedReference>& shared);
    void evaluateRun(const std::shared_ptr<SharedReference>& shared, const std::string& name);
    [[nodiscard]] std::filesystem::path keptFolder(const JobName& job) const;
    void noteResumed(const std::string& name, int n_blocks_resumed);
    void quantizeOne(const RecipeRun& run, const std::function<void(bool is_cancelled)>& ended);
    [[nodiscard]] std::function<void(const JobRecord&)> reportFailure();
    /// … and that nothing was opened, unless something else was asked for since.
    [[nodiscard]] std::function<void(const JobRecord&)> reportNotOpened(int wish);
    /// Takes what an export of that result gave, if the result is still there.
    [[nodiscard]] std::function<void(const ExportOutcome&)> takeExport(const std::shared_ptr<const RunResult>& run);

    Session& session_;
    JobRunner& jobs_;
    JobRunner& quick_;
    KeptFolder kept_folder_;
    std::map<int, std::function<void()>> while_running_;  ///< by job: fetches what it has found so far
    int preview_job_ = 0;
    std::filesystem::path previewed_text_;  // and the windows of it, of the latest preview, whatever became of it
    SampleSpec previewed_;
    int open_job_ = 0;
    int open_wish_ = 0;  ///< number of the latest wish to open something
};

/// The file or folder name alone, for titles.
[[nodiscard]] QString shortName(const std::filesystem::path& path);
/// A path as Qt spells it, and back.
[[nodiscard]] QString toQString(const std::filesystem::path& path);
[[nodiscard]] std::filesystem::path toPath(const QString& path);

}  // namespace salient
