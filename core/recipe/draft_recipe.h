#pragma once

#include "core/recipe/recipe.h"

namespace salient {

/// A recipe under edit, as a session keeps it: what a job needs may still be missing.
struct DraftRecipe {
    Recipe recipe;
    std::vector<std::string> left_out;  ///< why runs were left out: settings out of their range, as they can be while one is edited
};

/// Throws what recipeFromJson() throws, but not for what is missing.
[[nodiscard]] DraftRecipe draftRecipeFromJson(const Json& document);
[[nodiscard]] Json draftToJson(const Recipe& recipe);

}  // namespace salient
