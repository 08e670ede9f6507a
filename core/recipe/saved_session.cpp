#include "core/recipe/saved_session.h"

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/recipe/saved_numbers.h"

namespace salient {

namespace {

constexpr int kVersion = 1;
constexpr std::size_t kMostResults = 1000;
constexpr std::size_t kMostBytes = std::size_t{64} << 20U;

std::filesystem::path sessionFile(const std::filesystem::path& folder) { return folder / "session.json"; }

/// A plain name: nothing that leads out of the folder, nothing hidden.
void requirePlainName(const std::string& name, const std::string& where) {
    const bool is_plain = !name.empty() && name.size() < 200 && name.front() != '.' && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    });
    if (!is_plain) throw Error(ErrorCode::Format, where + ": expected the name of a file beside session.json, found '" + name + "'");
}

SavedResult readResult(const Json& value, const std::string& path, const std::string& origin) {
    JsonObject object(value, path, origin);
    SavedResult result;
    object.read("name", result.name);
    object.read("file", result.file);
    requirePlainName(result.file, origin + ": " + object.pathOf("file"));
    if (const Json* found = object.find("perplexity")) result.perplexity = readPerplexity(*found, object.pathOf("perplexity"), origin);
    readCount(object, "flushed_values", result.written.n_flushed_values);
    readCount(object, "subnormal_values", result.written.n_subnormal_values);
    result.written.raised_importances = readCounts(object, "raised_importances");
    result.written.raised_factors = readCounts(object, "raised_factors");
    if (const Json* found = object.find("sensitivities")) {
        result.sensitivities = readSensitivities(*found, object.pathOf("sensitivities"), origin);
    }
    object.finish();
    return result;
}

/// `layers`: of LayerSensitivity or LayerAb.
template <typename Layers>
void requireKnownLayers(const Layers& layers, const ModelIdentity& identity, const std::string& where) {
    std::set<std::string> known;
    for (const ModelIdentity::Layer& layer : identity.layers) known.insert(layer.name);
    for (const auto& layer : layers) {
        if (!known.contains(layer.layer))
            throw Error(ErrorCode::Format, where + ": expected a layer of the model, found '" + layer.layer + "'");
    }
}

}  // namespace

Json toJson(const SavedSession& session) {
    Json json = {{"format", "salient-session"},           {"version", kVersion},
                 {"model", session.model.string()},       {"identity", toJson(session.identity)},
                 {"recipe", draftToJson(session.recipe)}, {"window", session.window}};
    if (!session.calibration_file.empty()) json["calibration"] = session.calibration_file;
    if (session.full_precision) json["full_precision"] = savedPerplexity(*session.full_precision);
    if (session.comparison) json["comparison"] = savedComparison(*session.comparison);
    json["results"] = Json::array();
    for (const SavedResult& result : session.results) {
        Json item = {{"name", result.name}, {"file", result.file}};
        if (result.perplexity) item["perplexity"] = savedPerplexity(*result.perplexity);
        if (result.written.n_flushed_values > 0) item["flushed_values"] = result.written.n_flushed_values;
        if (result.written.n_subnormal_values > 0) item["subnormal_values"] = result.written.n_subnormal_values;
        if (!result.written.raised_importances.empty()) item["raised_importances"] = result.written.raised_importances;
        if (!result.written.raised_factors.empty()) item["raised_factors"] = result.written.raised_factors;
        if (!result.sensitivities.empty()) item["sensitivities"] = savedSensitivities(result.sensitivities);
        json["results"].push_back(std::move(item));
    }
    return json;
}

SavedSession sessionFromJson(const Json& document, const std::string& origin) {
    JsonObject object(document, "", origin);
    std::string format;
    int version = 0;
    object.read("format", format);
    object.read("version", version);
    if (format != "salient-session")
        throw Error(ErrorCode::Format, origin + ": format: expected 'salient-session', found '" + format + "'");
    if (version != kVersion) {
        throw Error(ErrorCode::Unsupported,
                    origin + ": version: expected " + std::to_string(kVersion) + ", found " + std::to_string(version));
    }
    SavedSession session;
    std::string model;
    object.read("model", model);
    if (model.empty()) throw Error(ErrorCode::Format, origin + ": model: expected a model's directory, found none");
    session.model = model;
    if (const Json* identity = object.find("identity")) session.identity = modelIdentityFromJson(*identity, "identity", origin);
    const Json* recipe = object.find("recipe");
    if (recipe == nullptr) throw Error(ErrorCode::Format, origin + ": recipe: expected a recipe, found none");
    DraftRecipe draft = draftRecipeFromJson(*recipe);
    session.recipe = std::move(draft.recipe);
    session.left_out = std::move(draft.left_out);
    if (const Json* window = object.find("window")) {
        if (!window->is_object()) object.refuse("window", "an object", *window);
        session.window = *window;
    }
    object.read("calibration", session.calibration_file);
    if (!session.calibration_file.empty()) requirePlainName(session.calibration_file, origin + ": calibration");
    if (const Json* found = object.find("full_precision")) session.full_precision = readPerplexity(*found, "full_precision", origin);
    if (const Json* results = object.find("results")) {
        std::set<std::string> names;
        for (const Json& item : requireList(*results, "results", origin, kMostResults)) {
            session.results.push_back(readResult(item, "results[" + std::to_string(session.results.size()) + "]", origin));
            const std::string& name = session.results.back().name;
            if (!names.insert(name).second) throw Error(ErrorCode::Format, origin + ": results: '" + name + "' appears twice");
        }
    }
    if (const Json* found = object.find("comparison")) {
        try {
            CalibrationComparison comparison = readComparison(*found, "comparison", origin);
            requireKnownLayers(comparison.result.layers, session.identity, origin + ": comparison");
            session.comparison = std::move(comparison);
        } catch (const Error& error) {
            session.left_out.emplace_back(error.what());
        }
    }
    object.finish();
    for (const SavedResult& result : session.results)
        requireKnownLayers(result.sensitivities, session.identity, origin + ": sensitivities of '" + result.name + "'");
    return session;
}

void writeSession(const SavedSession& session, const std::filesystem::path& folder) { writeJson(sessionFile(folder), toJson(session)); }

SavedSession readSession(const std::filesystem::path& folder) {
    const std::filesystem::path file = sessionFile(folder);
    return sessionFromJson(readJson(file, kMostBytes), "session: " + file.string());
}

SessionSummary summarizeSession(const std::filesystem::path& folder) {
    const SavedSession session = readSession(folder);
    std::error_code ignored;
    return {.folder = folder,
            .model = session.model,
            .saved = std::filesystem::last_write_time(sessionFile(folder), ignored),
            .n_results = session.results.size(),
            .is_calibrated = !session.calibration_file.empty()};
}

}  // namespace salient
