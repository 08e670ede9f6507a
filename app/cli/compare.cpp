#include <memory>

#include "app/cli/options.h"
#include "app/cli/report_text.h"
#include "core/recipe/run.h"

namespace salient::cli {

namespace {

struct Options {
    std::string model;
    std::vector<std::string> methods;
    MethodFlags method;
    CalibrationFlags calibration;
    EvaluationFlags evaluation;
    std::string report;
    std::int64_t max_memory_bytes = 0;
    bool resume = false;
    std::string unfinished;
};

Recipe recipeOf(const Options& options, const CommonOptions& common) {
    Recipe recipe;
    recipe.model = options.model;
    requireCalibration(options.calibration);
    recipe.calibration_text = options.calibration.text;
    recipe.inputs = options.calibration.inputs;
    recipe.samples = sampleSpec(options.calibration, common);
    recipe.compute = computeFromName(options.calibration.compute);
    for (MethodSpec& method : comparedMethods(options.methods, options.method)) {
        RecipeRun run;
        run.name = methodName(method);
        run.method = std::move(method);
        recipe.runs.push_back(std::move(run));
    }
    recipe.evaluation_text = options.evaluation.text;
    recipe.perplexity = perplexitySpec(options.evaluation, options.calibration.seq_len);
    recipe.report = options.report;
    recipe.threads = common.threads;
    recipe.max_memory_bytes = options.max_memory_bytes;
    return recipe;
}

}  // namespace

void addCompare(CLI::App& program, Action& action) {
    CLI::App* command = program.add_subcommand(
        "compare",
        "Run several methods on the same calibration and compare output error, perplexity, time and size. Weight-only methods share "
        "one grid, asymmetric unless told otherwise; smoothquant and w8a8 are always W8A8");
    auto options = std::make_shared<Options>();
    command->add_option("model", options->model, "Model directory or GGUF file")->required();
    command
        ->add_option("--methods", options->methods,
                     "Names, separated by commas: rtn, gptq, awq, smoothquant, awq+gptq, smoothquant+gptq, w8a8")
        ->delimiter(',')
        ->check(CLI::IsMember(methodNames()))
        ->required();
    addMethodOptions(*command, options->method, false);
    addWalkOptions(*command, options->method);
    addCalibrationOptions(*command, options->calibration, true);
    addEvaluationOptions(*command, options->evaluation, true, true);
    command->add_option("--report", options->report, "Directory for report.html and report.json");
    addMemoryOption(*command, options->max_memory_bytes);
    addResumeOption(*command, options->resume);
    addUnfinishedOption(*command, options->unfinished);
    command->callback([options, &action] {
        action = [options](Context& context) {
            const Recipe recipe = understood([&] { return recipeOf(*options, context.common); });
            const auto before_work = [&context](const Report& planned) { announce(planned, context); };
            const RunOptions how{.resume = options->resume, .unfinished = options->unfinished, .before_work = before_work};
            return printReport(run(recipe, how, context.job), context, false);
        };
    });
}

}  // namespace salient::cli
