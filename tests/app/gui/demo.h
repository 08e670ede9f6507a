#pragma once

#include <QTest>
#include <algorithm>
#include <memory>
#include <string_view>

#include "app/gui/session.h"
#include "core/quant/method.h"
#include "tests/support/places.h"

namespace salient::demo {

/// The bundled model's folder, and a recipe on it that takes a second or two.
inline std::filesystem::path modelFolder() { return salient::test::resourceFolder() / "demo" / "model"; }

inline Recipe quickRecipe(const Model& model) {
    Recipe recipe = proposedRecipe(model);
    recipe.samples.n_samples = 4;
    recipe.samples.seq_len = 64;
    recipe.perplexity.seq_len = 64;
    recipe.perplexity.n_windows = 4;
    return recipe;
}

/// The recipe's first run by that method; there must be one.
inline RecipeRun& runOf(Recipe& recipe, std::string_view method) {
    return *std::ranges::find_if(recipe.runs, [&](const RecipeRun& run) { return methodName(run.method) == method; });
}

}  // namespace salient::demo
