#include "app/gui/stepper_source.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "app/gui/layer_workflow.h"
#include "core/model/model.h"

namespace salient {

namespace {

constexpr Index kMostElements = Index{16} << 20;  // weights that pictures are made of at each step
constexpr Index kFewestRows = 64;
constexpr Index kRoundingCost = Index{10'000'000'000};  // multiply-adds of plain rounding's running loss: tenths of a second

double totalLoss(const GptqResult& result) { return std::accumulate(result.column_loss.begin(), result.column_loss.end(), 0.0); }

}  // namespace

StepperInput solveStepper(const StepperTask& task, JobContext& job) {
    const Calibration& calibration = *task.calibration;
    QString name = QString::fromStdString(task.layer.name);
    Matrix weight = loadLinear(*calibration.model, task.layer);
    const Index n_columns = weight.cols();
    const Index n_rows = std::max(kFewestRows, kMostElements / n_columns);
    if (n_rows < weight.rows()) {
        weight = Matrix(weight.topRows(n_rows));
        name = LayerWorkflow::tr("%1, first %2 rows").arg(name).arg(n_rows);
    }
    const Matrix& kept = calibration.of(task.layer).hessian;
    Matrix made;
    if (kept.size() == 0) made = recalibrate(calibration, task.layer.block, task.layer.group, job).hessian;
    const Matrix& hessian = kept.size() > 0 ? kept : made;

    GptqOptions options = task.method.gptq;
    options.keep_columns = task.what_if.kept;
    if (!task.order.empty()) options.column_order = task.order;
    StepperInput input;
    input.stepper = std::make_shared<GptqStepper>(weight, Matrix(hessian), task.method.grid, options, job);
    const Index most_rows = kRoundingCost / (n_columns * n_columns / 2 + 1);
    RoundingLoss nearest = roundingLoss(weight, hessian, input.stepper->result(), std::max(kFewestRows, most_rows), job);
    input.layer = stepperLayer(name, *input.stepper, options.block_size, std::move(nearest));

    input.what_if = task.what_if;
    input.what_if.loss = input.layer->losses.back();
    if (!task.what_if.isTouched()) {
        input.what_if.loss_before = input.what_if.loss;
    } else if (task.untouched_loss) {
        input.what_if.loss_before = *task.untouched_loss;
    } else {
        GptqOptions untouched = task.method.gptq;
        untouched.keep_columns.clear();
        input.what_if.loss_before = totalLoss(quantizeGptq(weight, hessian, task.method.grid, untouched, job));
    }
    return input;
}

}  // namespace salient
