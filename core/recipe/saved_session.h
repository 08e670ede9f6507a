#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/eval/divergence.h"
#include "core/recipe/draft_recipe.h"
#include "core/recipe/model_identity.h"
#include "core/recipe/saved_comparison.h"

namespace salient {

/// One result in a session's list. Its file never changes; figures that come later stand here.
struct SavedResult {
    std::string name;
    std::string file;  ///< a name in the session's folder
    std::optional<PerplexityResult> perplexity;
    WriteCounts written;  ///< of the latest export
    std::vector<LayerSensitivity> sensitivities;
};

/// "session.json" in a session's folder: what was planned, what was found, and where the large parts are.
struct SavedSession {
    std::filesystem::path model;  ///< its directory, absolute
    ModelIdentity identity;
    Recipe recipe;
    std::vector<std::string> left_out;  ///< when read: parts of the recipe, and the comparison, that could not be
    Json window = Json::object();       ///< what the window wants to find again (page, selection); an object, not looked into
    std::string calibration_file;       ///< empty: not calibrated
    std::vector<SavedResult> results;
    std::optional<PerplexityResult> full_precision;
    std::optional<CalibrationComparison> comparison;  ///< of the calibration text with another one; damaged it takes nothing along
};

/// Written beside its target and renamed when complete. Throws Error{Io}.
void writeSession(const SavedSession& session, const std::filesystem::path& folder);
/// A stranger's file: unknown keys, other format versions, and file names that leave the folder are refused.
/// Throws Error{Io}, Error{Format}, Error{Unsupported}, Error{InvalidOption}.
[[nodiscard]] SavedSession readSession(const std::filesystem::path& folder);
[[nodiscard]] SavedSession sessionFromJson(const Json& document, const std::string& origin);
[[nodiscard]] Json toJson(const SavedSession& session);

/// Enough to list a session. Same errors.
struct SessionSummary {
    std::filesystem::path folder;
    std::filesystem::path model;
    std::filesystem::file_time_type saved;
    std::size_t n_results = 0;
    bool is_calibrated = false;
};
[[nodiscard]] SessionSummary summarizeSession(const std::filesystem::path& folder);

}  // namespace salient
