#include "app/gui/token_workflow.h"

#include <utility>
#include <vector>

#include "app/gui/layer_methods.h"
#include "app/gui/text_around.h"
#include "core/calib/token_activations.h"
#include "core/eval/hessian_convergence.h"
#include "core/eval/hessian_spectrum.h"
#include "widgets/calibration_panel.h"
#include "widgets/channels_panel.h"
#include "widgets/convergence_panel.h"
#include "widgets/spectrum_panel.h"
#include "widgets/token_map_panel.h"

namespace salient {

namespace {

constexpr std::size_t kLargestTokens = 10;

/// One token as it looks on screen, or its number where a stranger's decoder refuses.
QString tokenText(const Tokenizer* tokenizer, TokenId id) {
    if (tokenizer != nullptr) {
        try {
            return QString::fromStdString(tokenizer->displayText(id));
        } catch (const Error&) {  // the number will do
        }
    }
    return QString::number(id);
}

QString textOf(const Tokenizer* tokenizer, const TokenWindows& windows, const TokenPeak& peak) {
    const auto window = windows.window(peak.window);
    const auto at = static_cast<std::size_t>(peak.position);
    if (tokenizer == nullptr) return QString::number(window[at]);
    try {
        return textAround(*tokenizer, window, at);
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
}

}  // namespace

TokenWorkflow::TokenWorkflow(Session& session, JobRunner& jobs, JobRunner& quick, ChannelsPanel& channels, CalibrationPanel& calibration,
                             QObject* parent)
    : QObject(parent), session_(session), jobs_(jobs), quick_(quick), channels_(channels), calibration_(calibration) {
    connect(&session_, &Session::modelChanged, this, &TokenWorkflow::follow);
    connect(&session_, &Session::calibrationChanged, this, &TokenWorkflow::follow);
    connect(&session_, &Session::recipeChanged, this, &TokenWorkflow::followRecipe);
    connect(&session_.selection(), &SelectionModel::changed, this, &TokenWorkflow::follow);
    connect(&channels_.tokens(), &TokenMapPanel::mapWanted, this, &TokenWorkflow::loadMap);
    connect(&channels_.tokens(), &TokenMapPanel::largestTokensWanted, this, &TokenWorkflow::findLargest);
    connect(&channels_.spectrum(), &SpectrumPanel::spectrumWanted, this, &TokenWorkflow::loadSpectrum);
    connect(&calibration_.convergence(), &ConvergencePanel::measureWanted, this, &TokenWorkflow::measureConvergence);
}

QString TokenWorkflow::layerName() const { return QString::fromStdString(subject_.layer.name); }

/// Nothing where the recipe does not tell: a job that needs it then says why.
std::optional<double> TokenWorkflow::damping() const {
    try {
        return stepperMethod(session_.recipe(), subject_.layer.name).gptq.damping;
    } catch (const Error&) {
        return std::nullopt;
    }
}

/// GPTQ's settings as text; empty where the recipe does not tell.
std::string TokenWorkflow::solver() const {
    try {
        const MethodSpec method = stepperMethod(session_.recipe(), subject_.layer.name);
        MethodSpec relevant;
        relevant.rounding = Rounding::Gptq;
        relevant.grid = method.grid;
        relevant.gptq = method.gptq;
        return toJson(relevant).dump();
    } catch (const Error&) {
        return {};
    }
}

QString TokenWorkflow::tokensObstacle() const {
    if (!subject_.calibration || !subject_.calibration->source) return {};
    return tr("These statistics came from a file, which does not tell one token from another.");
}

QString TokenWorkflow::spectrumObstacle() const {
    if (subject_.layer.in_features <= kWidestSpectrum) return {};
    return tr("This layer has %1 inputs. The spectrum is computed for up to %2: beyond, it would take minutes.")
        .arg(subject_.layer.in_features)
        .arg(kWidestSpectrum);
}

bool TokenWorkflow::isCurrent(const Subject& subject) const {
    return subject.calibration == subject_.calibration && subject.layer.name == subject_.layer.name;
}

void TokenWorkflow::cancelAll() {
    quick_.cancel(map_job_);
    quick_.cancel(spectrum_job_);
    jobs_.cancel(largest_job_);
    jobs_.cancel(convergence_job_);
}

void TokenWorkflow::follow() {
    Subject now;
    const LinearInfo* chosen = session_.selectedLayer();
    if (session_.calibration() && chosen != nullptr) now = {session_.calibration(), *chosen};
    if (isCurrent(now)) return;
    cancelAll();
    subject_ = std::move(now);
    damping_ = damping();
    solver_ = solver();
    const QString no_tokens = tokensObstacle();
    const Index n_windows = subject_.calibration ? subject_.calibration->samples.windows.count() : 0;
    channels_.tokens().setSubject(n_windows, no_tokens);
    channels_.spectrum().setSubject(subject_.calibration != nullptr, spectrumObstacle());
    calibration_.convergence().setSubject(layerName(), no_tokens);
}

void TokenWorkflow::followRecipe() {
    if (std::string solved_by = solver(); solved_by != solver_) {
        solver_ = std::move(solved_by);
        jobs_.cancel(convergence_job_);
        calibration_.convergence().setSubject(layerName(), tokensObstacle());
    }
    const std::optional<double> now = damping();
    if (now == damping_) return;
    damping_ = now;
    quick_.cancel(spectrum_job_);
    channels_.spectrum().setSubject(subject_.calibration != nullptr, spectrumObstacle());
}

std::function<void(const JobRecord&)> TokenWorkflow::reportFailure(int TokenWorkflow::*latest, std::function<void()> reset) {
    return [this, latest, subject = subject_, reset = std::move(reset)](const JobRecord& record) {
        if (record.id == this->*latest && isCurrent(subject)) reset();
        if (record.state == JobRecord::State::Failed) emit failed(record.title, record.message);
    };
}

void TokenWorkflow::loadMap(Index window) {
    quick_.cancel(map_job_);
    if (!subject_.calibration) return;
    const auto work = [subject = subject_, window](JobContext& job) {
        const Calibration& calibration = *subject.calibration;
        TokenActivations found = tokenActivations(calibration, subject.layer.block, subject.layer.group, window, job);
        TokenMap map;
        map.window = window;
        map.values = std::make_shared<const Matrix>(std::move(found.values));
        map.positions = std::move(found.positions);
        for (const TokenId id : found.tokens) map.tokens << tokenText(calibration.model->tokenizer.get(), id);
        return map;
    };
    const auto done = [this, subject = subject_](const TokenMap& map) {
        if (isCurrent(subject) && map.window == channels_.tokens().window()) channels_.tokens().setMap(map);
    };
    map_job_ = quick_.start(tr("Tokens of %1").arg(layerName()), this, work, done,
                            reportFailure(&TokenWorkflow::map_job_, [this] { channels_.tokens().forget(); }));
}

void TokenWorkflow::findLargest(Index channel) {
    jobs_.cancel(largest_job_);
    if (!subject_.calibration) return;
    const auto work = [subject = subject_, channel](JobContext& job) {
        const Calibration& calibration = *subject.calibration;
        std::vector<LargeToken> tokens;
        const LinearInfo& layer = subject.layer;
        for (const TokenPeak& peak : largestTokens(calibration, layer.block, layer.group, channel, kLargestTokens, job)) {
            tokens.push_back(
                {peak.window, peak.position, peak.value, textOf(calibration.model->tokenizer.get(), calibration.samples.windows, peak)});
        }
        return tokens;
    };
    const auto done = [this, subject = subject_, channel](const std::vector<LargeToken>& tokens) {
        if (isCurrent(subject)) channels_.tokens().setLargest(channel, tokens);
    };
    const auto reset = [this] { channels_.tokens().setSearching(false); };
    channels_.tokens().setSearching(true);
    largest_job_ =
        jobs_.start(tr("Largest tokens of channel %1").arg(channel), this, work, done, reportFailure(&TokenWorkflow::largest_job_, reset));
}

void TokenWorkflow::loadSpectrum() {
    quick_.cancel(spectrum_job_);
    if (!subject_.calibration) return;
    const auto work = [subject = subject_, recipe = session_.recipe()](JobContext& job) {
        const Calibration& calibration = *subject.calibration;
        const LinearInfo& layer = subject.layer;
        const double fraction = stepperMethod(recipe, layer.name).gptq.damping;
        const Matrix& kept = calibration.of(layer).hessian;
        if (kept.size() > 0) return hessianSpectrum(kept, fraction, job);
        return hessianSpectrum(recalibrate(calibration, layer.block, layer.group, job).hessian, fraction, job);
    };
    const auto done = [this, subject = subject_, damping = damping_](const HessianSpectrum& spectrum) {
        if (isCurrent(subject) && damping == damping_) channels_.spectrum().setSpectrum(spectrum);
    };
    spectrum_job_ = quick_.start(tr("Spectrum of %1").arg(layerName()), this, work, done,
                                 reportFailure(&TokenWorkflow::spectrum_job_, [this] { channels_.spectrum().forget(); }));
}

void TokenWorkflow::measureConvergence() {
    jobs_.cancel(convergence_job_);
    if (!subject_.calibration) return;
    const auto work = [subject = subject_, recipe = session_.recipe()](JobContext& job) {
        const MethodSpec method = stepperMethod(recipe, subject.layer.name);
        return hessianConvergence(*subject.calibration, subject.layer, method.grid, method.gptq, job);
    };
    const auto done = [this, subject = subject_, solver = solver_](const HessianConvergence& convergence) {
        if (isCurrent(subject) && solver == solver_) calibration_.convergence().setConvergence(convergence);
    };
    const auto reset = [this] { calibration_.convergence().setMeasuring(false); };
    calibration_.convergence().setMeasuring(true);
    convergence_job_ =
        jobs_.start(tr("Convergence of %1").arg(layerName()), this, work, done, reportFailure(&TokenWorkflow::convergence_job_, reset));
}

}  // namespace salient
