#pragma once

#include <string>

#include "app/cli/command.h"
#include "core/recipe/run.h"

namespace salient::cli {

/// How long work is expected to take on this machine, as "time forecast: about 10 to 20 min"; nothing with --json and --quiet.
void printTimeForecast(const JobWork& work, Context& context);
/// Before a recipe's work: what loaders will make of what it writes, one line each, and its time. Nothing with --json, where the report
/// holds the loaders, and with --quiet.
void announce(const Report& planned, Context& context);

/// Prints the outcome of a recipe: the whole report as JSON, or a table of its runs. Warnings go to standard error, once each.
/// Returns the exit status: 1 when something written does not verify.
[[nodiscard]] int printReport(const Report& report, Context& context, bool with_layers);

}  // namespace salient::cli
