#include "app/gui/layer_workflow.h"

#include <QRegularExpression>
#include <algorithm>
#include <span>

#include "core/eval/layer_metrics.h"
#include "core/model/model.h"
#include "core/quant/smoothquant.h"

namespace salient {

namespace {

constexpr Index kContextTokens = 12;                 // on each side of the token in question
constexpr Index kStepperElements = Index{16} << 20;  // weights the stepper redraws at each step
constexpr Index kFewestStepperRows = 64;

/// Statistics with a Hessian, made again from the samples where it was not kept.
InputStatistics withHessian(const Calibration& calibration, const LinearInfo& layer, JobContext& job) {
    const InputStatistics& kept = calibration.of(layer);
    return kept.hessian.size() > 0 ? kept : recalibrate(calibration, layer.block, layer.group, job);
}

/// A token with those around it: "… before ▸token◂ after …".
QString textAround(const Tokenizer& tokenizer, std::span<const TokenId> window, Index at) {
    const Index first = std::max<Index>(0, at - kContextTokens);
    const Index last = std::min<Index>(static_cast<Index>(window.size()), at + kContextTokens + 1);
    // Decoded together and cut where the token begins and ends: tokens decoded alone lose the space they start with.
    const auto upTo = [&](Index end) {
        return QString::fromStdString(
            tokenizer.decode(window.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(end - first)), false));
    };
    const QString before = upTo(at);
    const QString with_token = upTo(at + 1);
    const QString all = upTo(last);
    const bool is_cut_clean = with_token.startsWith(before) && all.startsWith(with_token);  // not inside a character of several tokens
    const QString token = is_cut_clean && with_token.size() > before.size()
                              ? with_token.mid(before.size())
                              : QString::fromStdString(tokenizer.displayText(window[static_cast<std::size_t>(at)]));
    const QString after = is_cut_clean ? all.mid(with_token.size()) : QString();
    static const QRegularExpression kSpace(QStringLiteral("\\s+"));
    return QStringLiteral("…%1▸%2◂%3…").arg(before, token, after).replace(kSpace, QStringLiteral(" "));
}

}  // namespace

MethodSpec stepperMethod(const Recipe& recipe) {
    for (const RecipeRun& run : recipe.runs) {
        if (run.method.rounding == Rounding::Gptq) return run.method;
    }
    MethodSpec base;
    for (const RecipeRun& run : recipe.runs) {
        if (run.method.activations == ActivationScale::None) {
            base.grid = run.method.grid;
            break;
        }
    }
    base.grid.rule = GridRule::Gptq;
    return methodFromName("gptq", base);
}

GridSpec tunedGrid(const Recipe& recipe) {
    for (const RecipeRun& run : recipe.runs) {
        if (run.method.scaling == Scaling::Awq && run.method.activations == ActivationScale::None) return run.method.grid;
    }
    MethodSpec base;
    base.grid = stepperMethod(recipe).grid;
    return methodFromName("awq", base).grid;
}

LayerWorkflow::LayerWorkflow(Session& session, JobRunner& quick, QObject* parent) : QObject(parent), session_(session), quick_(quick) {}

bool LayerWorkflow::isStillChosen(const LinearInfo& layer, const std::shared_ptr<const Calibration>& calibration) const {
    return session_.calibration() == calibration && session_.selectedLayer() != nullptr && session_.selectedLayer()->name == layer.name;
}

std::function<void(const JobRecord&)> LayerWorkflow::reportFailure() {
    return [this](const JobRecord& record) {
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
    quick_.cancel(stepper_job_);
    const LinearInfo* chosen = session_.selectedLayer();
    const auto calibration = session_.calibration();
    if (chosen == nullptr || !calibration) return;
    const LinearInfo layer = *chosen;
    MethodSpec method = stepperMethod(session_.recipe());
    if (what_if_layer_ != QString::fromStdString(layer.name)) resetWhatIf();
    what_if_layer_ = QString::fromStdString(layer.name);
    method.gptq.keep_columns = what_if_.keep_columns;
    if (!what_if_.column_order.empty()) method.gptq.column_order = what_if_.column_order;
    const auto work = [layer, calibration, method](JobContext& job) {
        StepperInput input;
        input.layer = QString::fromStdString(layer.name);
        input.block_size = method.gptq.block_size;
        Matrix weight = loadLinear(*calibration->model, layer);
        const Index n_rows = std::max(kFewestStepperRows, kStepperElements / weight.cols());
        if (n_rows < weight.rows()) {  // rows are independent: what is shown of them is exact
            weight = Matrix(weight.topRows(n_rows));
            input.layer = LayerWorkflow::tr("%1, first %2 rows").arg(input.layer).arg(n_rows);
        }
        Matrix hessian = withHessian(*calibration, layer, job).hessian;
        input.stepper = std::make_shared<GptqStepper>(std::move(weight), std::move(hessian), method.grid, method.gptq, job);
        return input;
    };
    const auto done = [this, layer, calibration](const StepperInput& input) {
        if (!isStillChosen(layer, calibration)) return;
        last_order_ = input.stepper->result().order;
        emit stepperReady(input);
    };
    stepper_job_ = quick_.start(tr("Solve %1").arg(QString::fromStdString(layer.name)), this, work, done, reportFailure());
}

void LayerWorkflow::diagnose(const QString& run) {
    quick_.cancel(diagnosis_job_);
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

void LayerWorkflow::toggleKeptColumn(Index channel) {
    if (std::erase(what_if_.keep_columns, channel) == 0) what_if_.keep_columns.push_back(channel);
    loadStepper();
}

void LayerWorkflow::moveColumn(Index channel, Index position) {
    std::vector<Index> order = last_order_;
    if (std::erase(order, channel) == 0) return;
    order.insert(order.begin() + std::clamp<Index>(position, 0, static_cast<Index>(order.size())), channel);
    what_if_.column_order = std::move(order);
    loadStepper();
}

void LayerWorkflow::resetWhatIf() {
    what_if_ = {};
    last_order_.clear();
}

Json LayerWorkflow::whatIf() const {
    return {{"layer", what_if_layer_.toStdString()}, {"keep", what_if_.keep_columns}, {"order", what_if_.column_order}};
}

void LayerWorkflow::restoreWhatIf(const Json& what_if) {
    resetWhatIf();
    GptqOptions options;
    std::string layer;
    try {
        layer = what_if.at("layer").get<std::string>();
        options.keep_columns = what_if.at("keep").get<std::vector<Index>>();
        options.column_order = what_if.at("order").get<std::vector<Index>>();
    } catch (const std::exception&) {
        return;
    }
    const auto& linears = session_.model()->linears;
    const auto found = std::ranges::find(linears, layer, &LinearInfo::name);
    if (found == linears.end()) return;
    const Index n = found->in_features;
    const auto is_channel = [n](Index channel) { return channel >= 0 && channel < n; };
    std::vector<Index> sorted = options.column_order;
    std::ranges::sort(sorted);
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        if (sorted[i] != static_cast<Index>(i)) return;  // no order of the columns
    }
    const bool is_order = sorted.empty() || static_cast<Index>(sorted.size()) == n;
    if (!is_order || static_cast<Index>(options.keep_columns.size()) > n || !std::ranges::all_of(options.keep_columns, is_channel)) return;
    what_if_layer_ = QString::fromStdString(layer);
    what_if_ = std::move(options);
}

void LayerWorkflow::loadTune() {
    quick_.cancel(tune_job_);
    quick_.cancel(loss_job_);
    quick_.cancel(curve_job_);
    const LinearInfo* chosen = session_.selectedLayer();
    const auto calibration = session_.calibration();
    if (chosen == nullptr || !calibration) return;
    const LinearInfo layer = *chosen;
    TuneModel base;
    base.layer = QString::fromStdString(layer.name);
    base.awq_grid = tunedGrid(session_.recipe());
    for (const RecipeRun& run : session_.recipe().runs) {
        if (run.method.activations == ActivationScale::None) continue;
        base.activation = run.method.activations;
        base.smooth_grid = run.method.grid;
        break;
    }
    const auto work = [layer, calibration, base](JobContext& job) {
        TuneModel model = base;
        // Scales are chosen for all layers that share them, on what they have in common.
        const std::vector<InputGroup>& groups = calibration->model->groups;
        const auto scale_group = [&](const LinearInfo& linear) { return groups[static_cast<std::size_t>(linear.group)].scaled_with; };
        LinearInfo common = layer;
        common.group = scale_group(layer);
        for (const LinearInfo& linear : calibration->model->linearsOf(layer.block)) {
            if (scale_group(linear) != common.group || isRouter(linear.role)) continue;
            model.weights.push_back(std::make_shared<const Matrix>(loadLinear(*calibration->model, linear)));
        }
        InputStatistics input = withHessian(*calibration, common, job);
        model.mean_abs = input.channels.meanAbs();
        model.max_abs = input.channels.max_abs;
        model.hessian = std::make_shared<const Matrix>(std::move(input.hessian));
        job.checkpoint({.stage = "preparing"});
        return std::make_shared<const TuneModel>(completed(std::move(model)));
    };
    const auto done = [this, layer, calibration](const std::shared_ptr<const TuneModel>& model) {
        if (!isStillChosen(layer, calibration)) return;
        tune_model_ = model;
        emit tuneReady(*model);
    };
    tune_job_ = quick_.start(tr("Prepare %1").arg(QString::fromStdString(layer.name)), this, work, done, reportFailure());
}

void LayerWorkflow::answerLoss(const TuneRequest& request) {
    quick_.cancel(loss_job_);
    if (!tune_model_) return;
    const auto work = [model = tune_model_, request](JobContext&) { return tuneLoss(*model, request.method, request.scales); };
    const auto done = [this, serial = request.serial](double loss) { emit lossReady(serial, loss); };
    loss_job_ = quick_.start(tr("Exact error"), this, work, done, reportFailure());
}

void LayerWorkflow::answerCurve(TuneMethod method) {
    quick_.cancel(curve_job_);
    if (!tune_model_) return;
    const auto work = [model = tune_model_, method](JobContext& job) {
        std::vector<double> losses;
        const std::vector<double> values = tuneValues(method);
        for (const double value : values) {
            job.checkpoint({.stage = "loss curve",
                            .done = static_cast<std::int64_t>(losses.size()),
                            .total = static_cast<std::int64_t>(values.size()),
                            .detail = {}});
            TuneChoice choice;
            choice.method = method;
            choice.value = value;
            losses.push_back(tuneLoss(*model, method, tuneScales(*model, choice)));
        }
        return losses;
    };
    const auto done = [this, method, model = tune_model_](const std::vector<double>& losses) {
        if (tune_model_ == model) emit curveReady(method, losses);
    };
    curve_job_ = quick_.start(tr("Exact loss curve"), this, work, done, reportFailure());
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
        text = textAround(*calibration->model->tokenizer, windows.window(window), at);
    } catch (const Error& error) {  // of a stranger's decoder
        text = QString::fromUtf8(error.what());
    }
    emit originReady(channel, tr("Window %1, token %2: %3").arg(window + 1).arg(at + 1).arg(text));
}

}  // namespace salient
