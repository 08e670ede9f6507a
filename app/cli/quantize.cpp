#include <memory>

#include "app/cli/options.h"
#include "app/cli/report_text.h"
#include "core/recipe/run.h"

namespace salient::cli {

namespace {

struct Options {
    std::string model;
    std::string out;
    std::string format;
    std::string gguf_type = "lossless";
    MethodFlags method;
    CalibrationFlags calibration;
    EvaluationFlags evaluation;
    std::string report;
    std::int64_t max_memory_bytes = 0;
    bool resume = false;
};

Recipe recipeOf(const Options& options, const CommonOptions& common) {
    Recipe recipe;
    recipe.model = options.model;
    requireCalibration(options.calibration);
    recipe.calibration_text = options.calibration.text;
    recipe.inputs = options.calibration.inputs;
    recipe.samples = sampleSpec(options.calibration, common);
    recipe.compute = computeFromName(options.calibration.compute);
    RecipeRun run;
    run.method = methodFromFlags(options.method);
    run.name = methodName(run.method);
    run.format = exportFormatFromName(options.format);
    run.out = options.out;
    run.gguf_weights = ggufWeightsFromName(options.gguf_type);
    recipe.runs.push_back(std::move(run));
    recipe.evaluation_text = options.evaluation.text;
    recipe.perplexity = perplexitySpec(options.evaluation, options.calibration.seq_len);
    recipe.report = options.report;
    recipe.threads = common.threads;
    recipe.max_memory_bytes = options.max_memory_bytes;
    return recipe;
}

}  // namespace

void addQuantize(CLI::App& program, Action& action) {
    CLI::App* command = program.add_subcommand("quantize", "Quantize a model, export it, read it back and compare");
    auto options = std::make_shared<Options>();
    command->add_option("model", options->model, "Model directory or GGUF file")->required();
    command->add_option("--out", options->out, "Directory to write; it appears once it is complete")->required();
    command->add_option("--format", options->format, "Layout of the written checkpoint")
        ->check(CLI::IsMember(exportFormatNames()))
        ->required();
    command
        ->add_option("--gguf-type", options->gguf_type,
                     "With --format gguf, what quantized layers become: lossless moves the codes as they are into Q4_0, Q4_1 or Q8_0; f16, "
                     "bf16 and q8_0 take any method's dequantized weights; q4_k, q6_k and their mix q4_k_m round the weights themselves "
                     "(of rtn, or of awq with its scales)")
        ->check(CLI::IsMember(ggufWeightsNames()))
        ->capture_default_str();
    addMethodOptions(*command, options->method, true);
    addWalkOptions(*command, options->method);
    addCalibrationOptions(*command, options->calibration, true);
    addEvaluationOptions(*command, options->evaluation, true, false);
    command->add_option("--report", options->report, "Directory for report.html and report.json");
    addMemoryOption(*command, options->max_memory_bytes);
    addResumeOption(*command, options->resume);
    command->callback([options, &action] {
        action = [options](Context& context) {
            const Recipe recipe = understood([&] { return recipeOf(*options, context.common); });
            const auto before_work = [&context](const Report& planned) { announce(planned, context); };
            return printReport(run(recipe, {.resume = options->resume, .before_work = before_work}, context.job), context, true);
        };
    });
}

}  // namespace salient::cli
