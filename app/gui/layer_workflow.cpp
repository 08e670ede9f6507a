#include "app/gui/layer_workflow.h"

#include <algorithm>
#include <utility>

#include "app/gui/stepper_source.h"
#include "app/gui/text_around.h"
#include "app/gui/tune_apply.h"
#include "core/eval/layer_metrics.h"
#include "core/model/model.h"
#include "core/quant/smoothquant.h"

namespace salient {

namespace {

/// Statistics with a Hessian, made again from the samples where it was not kept.
InputStatistics withHessian(const Calibration& calibration, const LinearInfo& layer, JobContext& job) {
    const InputStatistics& kept = calibration.of(layer);
    return kept.hessian.size() > 0 ? kept : recalibrate(calibration, layer.block, layer.group, job);
}

}  // namespace

LayerWorkflow::LayerWorkflow(Session& session, JobRunner& quick, QObject* parent)
    : QObject(parent), session_(session), quick_(quick), tune_answers_(quick, answers_) {
    connect(&tune_answers_, &TuneAnswers::failed, this, &LayerWorkflow::failed);
}

bool LayerWorkflow::isStillChosen(const LinearInfo& layer, const std::shared_ptr<const Calibration>& calibration) const {
    return session_.calibration() == calibration && session_.selectedLayer() != nullptr && session_.selectedLayer()->name == layer.name;
}

std::function<void(const JobRecord&)> LayerWorkflow::reportFailure() {
    return [this](const JobRecord& record) {
        if (record.state == JobRecord::State::Failed) emit failed(record.title, record.message);
    };
}

std::function<void(const JobRecord&)> LayerWorkflow::reportFailureOf(Shown LayerWorkflow::*shown, const Shown& wanted) {
    return [this, shown, wanted](const JobRecord& record) {
        if (this->*shown == wanted) this->*shown = {};  // whoever looks again, asks again
        if (record.state == JobRecord::State::Failed) emit failed(record.title, record.message);
    };
}

void LayerWorkflow::loadChannels() {
    quick_.cancel(channels_job_);
    const LinearInfo* chosen = session_.selectedLayer();
    const auto calibration = session_.calibration();
    if (chosen == nullptr || !calibration) return;
    const LinearInfo layer = *chosen;
    const auto work = [layer, calibration](JobContext&) {
        ChannelData data;
        data.layer = QString::fromStdString(layer.name);
        data.statistics = std::shared_ptr<const ChannelStatistics>(calibration, &calibration->of(layer).channels);
        const Matrix weight = loadLinear(*calibration->model, layer);
        const std::vector<MatrixView> weights{weight};
        data.weight_max = columnMaxAbs(weights);
        return data;
    };
    const auto done = [this, layer, calibration](const ChannelData& data) {
        if (isStillChosen(layer, calibration)) emit channelsReady(data);
    };
    channels_job_ = quick_.start(tr("Channels of %1").arg(QString::fromStdString(layer.name)), this, work, done, reportFailure());
}

void LayerWorkflow::loadStepper() {
    const LinearInfo* chosen = session_.selectedLayer();
    const auto calibration = session_.calibration();
    if (chosen == nullptr || !calibration) return;
    const QString name = QString::fromStdString(chosen->name);
    if (what_if_layer_ != name) clearWhatIf();
    what_if_layer_ = name;
    try {
        startStepper(*chosen, calibration, stepperMethod(session_.recipe(), chosen->name));
    } catch (const Error& error) {  // of a stranger's expressions about layers
        emit failed(tr("Solve %1").arg(name), QString::fromUtf8(error.what()));
    }
}

void LayerWorkflow::startStepper(const LinearInfo& layer, const std::shared_ptr<const Calibration>& calibration, MethodSpec method) {
    MethodSpec relevant;  // the rest of the method does not change what is shown
    relevant.rounding = Rounding::Gptq;
    relevant.grid = method.grid;
    relevant.gptq = method.gptq;
    const Shown untouched{layer.name, calibration, toJson(relevant).dump()};
    const Shown wanted{layer.name, calibration, untouched.settings + whatIf().dump()};
    if (stepper_shown_ == wanted) return;
    quick_.cancel(stepper_job_);
    stepper_shown_ = wanted;
    StepperTask task{layer, calibration, std::move(method), what_if_, moved_order_, std::nullopt};
    if (untouched_ == untouched) task.untouched_loss = untouched_loss_;
    const auto work = [task = std::move(task)](JobContext& job) { return solveStepper(task, job); };
    const auto done = [this, layer, calibration, wanted, untouched](const StepperInput& input) {
        if (!(stepper_shown_ == wanted)) return;
        if (!isStillChosen(layer, calibration)) {
            stepper_shown_ = {};
            return;
        }
        untouched_ = untouched;
        untouched_loss_ = input.what_if.loss_before;
        stepper_ = input;
        emit stepperReady(input);
    };
    stepper_job_ = quick_.start(tr("Solve %1").arg(QString::fromStdString(layer.name)), this, work, done,
                                reportFailureOf(&LayerWorkflow::stepper_shown_, wanted));
}

void LayerWorkflow::answerPictures(Index position) {
    answers_.cancel(pictures_job_);
    if (!stepper_.layer) return;
    const auto work = [input = stepper_, position](JobContext&) { return stepperPictures(input.layer, *input.stepper, position); };
    const auto done = [this](const StepperPictures& pictures) { emit picturesReady(pictures); };
    pictures_job_ = answers_.start(tr("Pictures of the stepper"), this, work, done, reportFailure());
}

void LayerWorkflow::diagnose(const QString& run) {
    quick_.cancel(diagnosis_job_);
    if (const auto failed = session_.failedRunNamed(run.toStdString())) return diagnoseFailed(failed);
    const LinearInfo* chosen = session_.selectedLayer();
    const auto calibration = session_.calibration();
    const auto result = session_.runNamed(run.toStdString());
    if (chosen == nullptr || !calibration || !result || !result->model) return;
    const LinearInfo layer = *chosen;
    const auto work = [layer, calibration, result](JobContext& job) {
        LayerDiagnosis diagnosis;
        diagnosis.run = QString::fromStdString(result->name);
        diagnosis.layer = QString::fromStdString(layer.name);
        diagnosis.seq_len = calibration->samples.windows.seq_len;
        for (const QuantizedBlock& block : result->model->blocks) {
            const auto linear = std::ranges::find(block.linears, layer.name, &QuantizedLinear::name);
            if (linear == block.linears.end()) continue;
            const Matrix weight = loadLinear(*calibration->model, layer);
            const InputStatistics input = withHessian(*calibration, layer, job);
            const ErrorMap map = errorMap(weight, linear->effectiveWeight(), input.hessian);
            diagnosis.relative_output_error = linear->report.error.relative_output_error;
            diagnosis.findings = diagnoseLayer(*calibration->model, result->model->method, *linear, weight, map, input);
        }
        return diagnosis;
    };
    const auto done = [this, layer, calibration](const LayerDiagnosis& diagnosis) {
        if (isStillChosen(layer, calibration)) emit diagnosisReady(diagnosis);
    };
    diagnosis_job_ = quick_.start(tr("Diagnose %1").arg(QString::fromStdString(layer.name)), this, work, done, reportFailure());
}

void LayerWorkflow::diagnoseFailed(const std::shared_ptr<const FailedRun>& failed) {
    const auto work = [failed, calibration = session_.calibration()](JobContext&) {
        const LinearInfo& layer = calibration->model->linear(failed->layer.toStdString());
        LayerDiagnosis diagnosis;
        diagnosis.run = failed->run;
        diagnosis.layer = failed->layer;
        diagnosis.seq_len = calibration->samples.windows.seq_len;
        diagnosis.has_result = false;
        const Matrix weight = loadLinear(*calibration->model, layer);
        diagnosis.findings = diagnoseOverflow(*calibration->model, failed->method, layer.name, weight, calibration->of(layer));
        return diagnosis;
    };
    const auto done = [this, failed](const LayerDiagnosis& diagnosis) {
        if (session_.failedRunNamed(failed->run.toStdString()) == failed) emit diagnosisReady(diagnosis);
    };
    diagnosis_job_ = quick_.start(tr("Diagnose %1").arg(failed->layer), this, work, done, reportFailure());
}

void LayerWorkflow::forecast(const QString& run, const MethodSpec& before, const MethodSpec& after) {
    quick_.cancel(forecast_job_);
    const auto calibration = session_.calibration();
    if (!calibration) return;
    const auto work = [calibration, before, after](JobContext& job) { return forecastSettings(*calibration, before, after, job); };
    const auto done = [this, calibration, run](const SettingsForecast& forecast) {
        if (session_.calibration() == calibration) emit forecastReady(run, forecast);
    };
    forecast_job_ = quick_.start(tr("Compare settings"), this, work, done, reportFailure());
}

bool LayerWorkflow::showsChosen() const {
    const LinearInfo* chosen = session_.selectedLayer();
    return stepper_.layer != nullptr && chosen != nullptr && untouched_.layer == chosen->name;
}

void LayerWorkflow::toggleKeptColumn(Index channel) {
    if (!showsChosen()) return;
    if (std::erase(what_if_.kept, channel) == 0) what_if_.kept.push_back(channel);
    loadStepper();
}

void LayerWorkflow::moveColumn(Index channel, Index position) {
    const bool is_order_on_its_way = moved_order_.empty() && !stepper_.what_if.moved.empty();  // what is shown was taken back
    if (!showsChosen() || is_order_on_its_way) return;
    std::vector<Index> order = moved_order_.empty() ? stepper_.layer->order : moved_order_;
    if (std::erase(order, channel) == 0) return;
    const Index target = std::clamp<Index>(position, 0, static_cast<Index>(order.size()));
    order.insert(order.begin() + target, channel);
    moved_order_ = std::move(order);
    std::erase_if(what_if_.moved, [channel](const MovedColumn& known) { return known.channel == channel; });
    what_if_.moved.push_back({channel, target});
    loadStepper();
}

void LayerWorkflow::takeBackWhatIf() {
    clearWhatIf();
    loadStepper();
}

void LayerWorkflow::clearWhatIf() {
    what_if_ = {};
    moved_order_.clear();
}

void LayerWorkflow::resetWhatIf() {
    clearWhatIf();
    stepper_shown_ = {};
    tune_shown_ = {};
    untouched_ = {};
    stepper_ = {};
    tune_answers_.setModel(nullptr);
}

Json LayerWorkflow::whatIf() const {
    Json moved = Json::array();
    for (const MovedColumn& column : what_if_.moved) moved.push_back({column.channel, column.position});
    return {{"layer", what_if_layer_.toStdString()}, {"keep", what_if_.kept}, {"order", moved_order_}, {"moved", std::move(moved)}};
}

void LayerWorkflow::restoreWhatIf(const Json& what_if) {
    clearWhatIf();
    WhatIf tried;
    std::vector<Index> order;
    std::string layer;
    try {
        layer = what_if.at("layer").get<std::string>();
        tried.kept = what_if.at("keep").get<std::vector<Index>>();
        order = what_if.at("order").get<std::vector<Index>>();
        for (const Json& column : what_if.value("moved", Json::array()))
            tried.moved.push_back({column.at(0).get<Index>(), column.at(1).get<Index>()});
    } catch (const std::exception&) {
        return;
    }
    const auto& linears = session_.model()->linears;
    const auto found = std::ranges::find(linears, layer, &LinearInfo::name);
    if (found == linears.end()) return;
    const Index n = found->in_features;
    const auto is_channel = [n](Index channel) { return channel >= 0 && channel < n; };
    const auto is_move = [&](const MovedColumn& column) { return is_channel(column.channel) && is_channel(column.position); };
    std::vector<Index> sorted = order;
    std::ranges::sort(sorted);
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        if (sorted[i] != static_cast<Index>(i)) return;  // no order of the columns
    }
    const bool is_order = sorted.empty() || static_cast<Index>(sorted.size()) == n;
    const auto are_few = [n](const auto& columns) { return static_cast<Index>(columns.size()) <= n; };
    if (!is_order || !are_few(tried.kept) || !std::ranges::all_of(tried.kept, is_channel)) return;
    if (!are_few(tried.moved) || !std::ranges::all_of(tried.moved, is_move)) return;
    if (tried.moved.empty()) order.clear();  // of a version that did not tell the moves
    if (order.empty()) tried.moved.clear();
    what_if_layer_ = QString::fromStdString(layer);
    what_if_ = std::move(tried);
    moved_order_ = std::move(order);
    const LinearInfo* chosen = session_.selectedLayer();
    const bool is_looked_at = chosen != nullptr && chosen->name == layer && stepper_shown_.layer == layer;
    if (is_looked_at) loadStepper();
}

void LayerWorkflow::loadTune() {
    const LinearInfo* chosen = session_.selectedLayer();
    const auto calibration = session_.calibration();
    if (chosen == nullptr || !calibration) return;
    const QString name = QString::fromStdString(chosen->name);
    try {
        const Recipe& recipe = session_.recipe();
        TuneModel base;
        base.layer = name;
        base.folds_into = scaleTarget(*calibration->model, recipe, *chosen);
        MethodSpec relevant;
        base.awq_grid = relevant.grid = tunedGrid(recipe, chosen->name);
        if (const auto awq = awqMethod(recipe, chosen->name)) base.awq.n_clip_levels = relevant.awq.n_clip_levels = awq->awq.n_clip_levels;
        std::string settings = toJson(relevant).dump();
        if (const auto int8 = int8Method(recipe, chosen->name)) {
            base.activation = int8->activations;
            base.smooth_grid = relevant.grid = int8->grid;
            relevant.activations = int8->activations;
            settings += toJson(relevant).dump();
        }
        settings += Json{base.folds_into->takes_awq, base.folds_into->takes_smooth}.dump();
        // Scales are chosen for all layers that share them, on what they have in common; what no run rounds has no say in it.
        std::vector<LinearInfo> layers;
        for (const LinearInfo* linear : layersOfReach(*calibration->model, *chosen, TuneReach::OneInput)) {
            const auto rounds = [&](const RecipeRun& run) { return !keepsLayer(run.method, linear->name); };
            if (linear->name != chosen->name && !recipe.runs.empty() && std::ranges::none_of(recipe.runs, rounds)) continue;
            layers.push_back(*linear);
            settings += linear->name;
        }
        startTune(*chosen, calibration, std::move(base), std::move(layers), std::move(settings));
    } catch (const Error& error) {  // of a stranger's expressions about layers
        emit failed(tr("Prepare %1").arg(name), QString::fromUtf8(error.what()));
    }
}

void LayerWorkflow::startTune(const LinearInfo& layer, const std::shared_ptr<const Calibration>& calibration, TuneModel base,
                              std::vector<LinearInfo> layers, std::string settings) {
    const Shown wanted{layer.name, calibration, std::move(settings)};
    if (tune_shown_ == wanted) return;
    quick_.cancel(tune_job_);
    tune_answers_.setModel(nullptr);
    tune_shown_ = wanted;
    LinearInfo common = layer;
    common.group = calibration->model->groups[static_cast<std::size_t>(layer.group)].scaled_with;
    const auto work = [calibration, base = std::move(base), layers = std::move(layers), common](JobContext& job) {
        TuneModel model = base;
        for (const LinearInfo& linear : layers)
            model.weights.push_back(std::make_shared<const Matrix>(loadLinear(*calibration->model, linear)));
        InputStatistics input = withHessian(*calibration, common, job);
        model.mean_abs = input.channels.meanAbs();
        model.max_abs = input.channels.max_abs;
        model.hessian = std::make_shared<const Matrix>(std::move(input.hessian));
        job.checkpoint({.stage = "preparing"});
        return std::make_shared<const TuneModel>(completed(std::move(model)));
    };
    const auto done = [this, layer, calibration, wanted](const std::shared_ptr<const TuneModel>& model) {
        if (!(tune_shown_ == wanted)) return;
        if (!isStillChosen(layer, calibration)) {
            tune_shown_ = {};
            return;
        }
        tune_answers_.setModel(model);
        emit tuneReady(*model);
    };
    tune_job_ = quick_.start(tr("Prepare %1").arg(QString::fromStdString(layer.name)), this, work, done,
                             reportFailureOf(&LayerWorkflow::tune_shown_, wanted));
}

void LayerWorkflow::loadErrors(const std::vector<std::string>& runs) {
    quick_.cancel(errors_job_);
    const LinearInfo* chosen = session_.selectedLayer();
    const auto calibration = session_.calibration();
    if (chosen == nullptr || !calibration) return;
    const LinearInfo layer = *chosen;
    std::vector<std::shared_ptr<const RunResult>> results;
    for (const std::string& name : runs) {
        if (auto run = session_.runNamed(name); run && run->model) results.push_back(std::move(run));
    }
    const auto work = [layer, calibration, results](JobContext& job) {
        const Matrix weight = loadLinear(*calibration->model, layer);
        const InputStatistics input = withHessian(*calibration, layer, job);
        std::vector<ComparedError> errors;
        for (const auto& run : results) {
            job.checkpoint({.stage = "comparing",
                            .done = static_cast<std::int64_t>(errors.size()),
                            .total = static_cast<std::int64_t>(results.size()),
                            .detail = run->name});
            const QuantizedBlock& block = run->model->blocks.at(static_cast<std::size_t>(layer.block));
            const auto linear = std::find_if(block.linears.begin(), block.linears.end(),
                                             [&](const QuantizedLinear& candidate) { return candidate.name == layer.name; });
            // A layer kept in 16 bits has no error.
            const Matrix quantized = linear == block.linears.end() ? weight : linear->effectiveWeight();
            ComparedError error{QString::fromStdString(run->name),
                                std::make_shared<const ErrorMap>(errorMap(weight, quantized, input.hessian))};
            const auto measured =
                std::find_if(run->layers.begin(), run->layers.end(), [&](const auto& candidate) { return candidate.name == layer.name; });
            if (run->method.activations != ActivationScale::None && measured != run->layers.end())
                error.with_activations = measured->error.relative_output_error;
            errors.push_back(std::move(error));
        }
        return errors;
    };
    const auto done = [this, layer, calibration](const std::vector<ComparedError>& errors) {
        if (isStillChosen(layer, calibration)) emit errorsReady(QString::fromStdString(layer.name), errors);
    };
    errors_job_ = quick_.start(tr("Errors of %1").arg(QString::fromStdString(layer.name)), this, work, done, reportFailure());
}

void LayerWorkflow::findOrigin(Index channel, Index batch_position) {
    const auto calibration = session_.calibration();
    if (!calibration || !calibration->model->tokenizer) return;
    const TokenWindows& windows = calibration->samples.windows;
    if (batch_position < 0 || windows.seq_len < 1 || batch_position / windows.seq_len >= windows.count()) return;
    const Index window = batch_position / windows.seq_len;
    const Index at = batch_position % windows.seq_len;
    QString text;
    try {
        text = textAround(*calibration->model->tokenizer, windows.window(window), static_cast<std::size_t>(at));
    } catch (const Error& error) {  // of a stranger's decoder
        text = QString::fromUtf8(error.what());
    }
    emit originReady(channel, tr("Window %1, token %2: %3").arg(window + 1).arg(at + 1).arg(text));
}

}  // namespace salient
