#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/model/model.h"
#include "core/recipe/recipe.h"
#include "widgets/tune_model.h"

namespace salient {

/// Which layers a tuned value goes to.
enum class TuneReach {
    OneInput,   ///< those that share scales with the layer
    AllLikeIt,  ///< the same modules in every block
};

/// What is tuned, of what an override holds.
enum class TunedSetting { AwqRatio, SmoothAlpha, AwqClip };

/// In the order of computation; routers, which are never rounded, are not among them.
[[nodiscard]] std::vector<const LinearInfo*> layersOfReach(const Model& model, const LinearInfo& layer, TuneReach reach);

/// A regular expression that the names of these layers match and those of the model's other layers do not: numbers of blocks and experts
/// as \d+ where all of them are meant. Throws Error{InvalidOption} when there is none of the length that a recipe may hold.
[[nodiscard]] std::string expressionOf(const Model& model, std::span<const LinearInfo* const> layers);

/// A recipe with a tuned value written into it.
struct TunedRecipe {
    Recipe recipe;
    std::string run;          ///< name of the run that holds the value
    bool is_new_run = false;  ///< the recipe had none of that method for the layer
    std::size_t n_layers = 0;
};

/// Gives the layers in reach their own AWQ ratio or clip, or SmoothQuant α, as overrides of the first run of that method for the layer, or
/// of a new one. What else earlier overrides say of these layers stays. Throws Error{InvalidOption} for what no recipe may hold, in the
/// words of checkMethod().
[[nodiscard]] TunedRecipe applyTuned(const Model& model, const Recipe& recipe, const LinearInfo& layer, TunedSetting setting, double value,
                                     TuneReach reach);

/// Where the inverse of the scales of a layer's input goes, and whether the recipe's runs let it.
[[nodiscard]] ScaleTarget scaleTarget(const Model& model, const Recipe& recipe, const LinearInfo& layer);

}  // namespace salient
