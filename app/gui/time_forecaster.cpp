#include "app/gui/time_forecaster.h"

#include <utility>

#include "core/recipe/memory_forecast.h"

namespace salient {

namespace {

JobTimes timesOf(const PlannedJobs& jobs) {
    const Model& model = *jobs.model;
    Recipe recipe = jobs.recipe;
    const SampleSpec samples = resolved(recipe.samples, model);
    const double n_samples = static_cast<double>(samples.n_samples) * static_cast<double>(samples.seq_len);
    const Index seq_len = recipe.perplexity.seq_len > 0 ? recipe.perplexity.seq_len : samples.seq_len;
    const bool has_text = !recipe.evaluation_text.empty();
    const double n_evaluated = has_text ? static_cast<double>(evaluatedTokens(recipe.evaluation_text, recipe.perplexity, seq_len)) : 0.0;
    recipe.evaluation_text.clear();  // a job of its own here

    const auto time = [](const JobWork& work) { return rounded(forecastTime(work, productRates())); };
    JobTimes times;
    times.calibrating = time(calibrationWork(model, n_samples, samples.seq_len, recipe.compute));
    times.quantizing = time(jobWork(model, recipe, true, true));
    const auto measuring = [&](std::size_t n_runs) { return evaluationWork(model, n_evaluated, seq_len, n_runs, recipe.compute); };
    times.perplexity = time(measuring(jobs.n_unmeasured) + (jobs.has_reference ? -1.0 : 0.0) * measuring(0));
    times.layers = time(sensitivityWork(model, jobs.method, n_evaluated, seq_len, recipe.compute));
    return times;
}

}  // namespace

TimeForecaster::TimeForecaster(QObject* parent) : QObject(parent) {}

void TimeForecaster::ask(PlannedJobs jobs) {
    runner_.cancel(job_);
    const auto work = [jobs = std::move(jobs)](JobContext&) { return timesOf(jobs); };
    const auto answer = [this, question = ++question_](const std::optional<JobTimes>& times) {
        if (question == question_) emit ready(times);
    };
    const auto otherwise = [answer](const JobRecord& record) {  // expressions about layers that are none: told where they are edited
        if (record.state == JobRecord::State::Failed) answer(std::nullopt);
    };
    job_ = runner_.start(tr("Forecast"), this, work, answer, otherwise);
}

}  // namespace salient
