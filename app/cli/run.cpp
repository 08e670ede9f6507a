#include "core/recipe/run.h"

#include <memory>

#include "app/cli/options.h"
#include "app/cli/report_text.h"

namespace salient::cli {

void addRun(CLI::App& program, Action& action) {
    CLI::App* command = program.add_subcommand("run", "Execute a recipe: a whole job as one JSON file");
    struct Options {
        std::string recipe;
        std::int64_t max_memory_bytes = 0;
        bool resume = false;
        std::string unfinished;
    };
    auto options = std::make_shared<Options>();
    command->add_option("recipe", options->recipe, "Recipe file; paths in it are relative to its folder")->required();
    addMemoryOption(*command, options->max_memory_bytes);
    addResumeOption(*command, options->resume);
    addUnfinishedOption(*command, options->unfinished);
    command->callback([options, &action] {
        action = [options](Context& context) {
            const std::filesystem::path file = options->recipe;
            Recipe recipe = recipeFromJson(readJson(file), file.parent_path());
            if (context.common.threads != 0) recipe.threads = context.common.threads;
            if (options->max_memory_bytes != 0) recipe.max_memory_bytes = options->max_memory_bytes;
            recipe.samples.seed = context.common.seed.value_or(recipe.samples.seed);
            const auto before_work = [&context](const Report& planned) { announce(planned, context); };
            const RunOptions how{.resume = options->resume, .unfinished = options->unfinished, .before_work = before_work};
            return printReport(run(recipe, how, context.job), context, true);
        };
    });
}

}  // namespace salient::cli
