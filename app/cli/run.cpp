#include "core/recipe/run.h"

#include <memory>

#include "app/cli/report_text.h"

namespace salient::cli {

void addRun(CLI::App& program, Action& action) {
    CLI::App* command = program.add_subcommand("run", "Execute a recipe: a whole job as one JSON file");
    auto path = std::make_shared<std::string>();
    command->add_option("recipe", *path, "Recipe file; paths in it are relative to its folder")->required();
    command->callback([path, &action] {
        action = [path](Context& context) {
            const std::filesystem::path file = *path;
            Recipe recipe = recipeFromJson(readJson(file), file.parent_path());
            if (context.common.threads != 0) recipe.threads = context.common.threads;
            recipe.samples.seed = context.common.seed.value_or(recipe.samples.seed);
            return printReport(run(recipe, context.job), context, true);
        };
    });
}

}  // namespace salient::cli
