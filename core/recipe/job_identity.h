#pragma once

#include <string_view>

#include "core/exporter/export_checkpoint.h"
#include "core/recipe/recipe.h"

namespace salient {

// Everything that the bits of a job's result depend on, as a document, by which a later start knows the job that was begun.

/// Version, model (its config, and size and time of change of its weight files), the drawn samples, precision, and the processor's
/// instructions.
[[nodiscard]] Json calibrationIdentity(const Model& model, const Samples& samples, Compute compute);
/// And the method's settings.
[[nodiscard]] Json quantizationIdentity(const Model& model, const Samples& samples, const MethodSpec& method, Compute compute);
/// And what is written.
[[nodiscard]] Json exportIdentity(const Model& model, const Samples& samples, const MethodSpec& method, const ExportOptions& options,
                                  Compute compute);
/// Of a whole recipe, whose runs have the scale types that they are written with: inputs in place of a text by the file's size and time of
/// change, each run with its settings and target, and how the evaluation text is measured.
[[nodiscard]] Json recipeIdentity(const Model& model, const Samples& samples, const Recipe& recipe, std::string_view evaluation_text);

/// "settings.bits: 4 then, 3 now; …": what two documents differ in, at most three of it; empty: nothing.
[[nodiscard]] std::string difference(const Json& then, const Json& now);

}  // namespace salient
