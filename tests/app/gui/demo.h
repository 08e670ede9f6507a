#pragma once

#include <QTest>
#include <memory>

#include "app/gui/session.h"
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

}  // namespace salient::demo
