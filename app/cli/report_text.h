#pragma once

#include <string>

#include "app/cli/command.h"
#include "core/recipe/run.h"

namespace salient::cli {

/// What loaders will make of what a recipe writes, one line each; nothing with --json, where the report holds it, and with --quiet.
void printLoaders(const Report& report, Context& context);

/// Prints the outcome of a recipe: the whole report as JSON, or a table of its runs. Warnings go to standard error, once each.
/// Returns the exit status: 1 when something written does not verify.
[[nodiscard]] int printReport(const Report& report, Context& context, bool with_layers);

}  // namespace salient::cli
