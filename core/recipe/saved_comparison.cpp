#include "core/recipe/saved_comparison.h"

#include <utility>

#include "core/error.h"
#include "core/recipe/draft_recipe.h"
#include "core/recipe/saved_numbers.h"

namespace salient {

namespace {

constexpr std::size_t kMostLayers = 1'000'000;

/// First letter: the text that calibrated; second: the one that measured.
constexpr std::array<std::array<const char*, 2>, 2> kPlaces = {{{"aa", "ab"}, {"ba", "bb"}}};

Json savedTable(const AbTable& table) {
    Json json = Json::object();
    for (std::size_t calibrated = 0; calibrated < 2; ++calibrated) {
        for (std::size_t measured = 0; measured < 2; ++measured)
            json[kPlaces[calibrated][measured]] = savedNumber(table[calibrated][measured]);
    }
    return json;
}

void readTable(JsonObject& parent, const char* key, AbTable& table) {
    const Json* value = parent.find(key);
    if (value == nullptr) return;
    JsonObject object(*value, parent.pathOf(key), parent.origin());
    for (std::size_t calibrated = 0; calibrated < 2; ++calibrated) {
        for (std::size_t measured = 0; measured < 2; ++measured)
            readNumber(object, kPlaces[calibrated][measured], table[calibrated][measured]);
    }
    object.finish();
}

Json savedText(const ComparedText& text) {
    return {{"recipe", draftToJson(text.recipe)}, {"n_windows", text.n_windows}, {"seq_len", text.seq_len}};
}

void readText(JsonObject& parent, const char* key, ComparedText& text) {
    const Json* value = parent.find(key);
    if (value == nullptr) throw Error(ErrorCode::Format, parent.origin() + ": " + parent.pathOf(key) + ": expected a text, found none");
    JsonObject object(*value, parent.pathOf(key), parent.origin());
    if (const Json* recipe = object.find("recipe")) text.recipe = draftRecipeFromJson(*recipe).recipe;
    if (text.recipe.runs.size() != 1) {
        throw Error(ErrorCode::Format, parent.origin() + ": " + object.pathOf("recipe") + ": expected one run, found " +
                                           std::to_string(text.recipe.runs.size()));
    }
    readCount(object, "n_windows", text.n_windows);
    readCount(object, "seq_len", text.seq_len);
    object.finish();
}

Json savedLayer(const LayerAb& layer) {
    return {{"layer", layer.layer},
            {"error", savedTable(layer.error)},
            {"hessian_cosine", savedNumber(layer.hessian_cosine)},
            {"same_solution", layer.is_same_solution},
            {"reached_tokens_a", layer.reached_tokens[0]},
            {"reached_tokens_b", layer.reached_tokens[1]},
            {"stand_in_a", layer.has_stand_in[0]},
            {"stand_in_b", layer.has_stand_in[1]}};
}

LayerAb readLayer(const Json& value, const std::string& path, const std::string& origin) {
    JsonObject object(value, path, origin);
    LayerAb layer;
    object.read("layer", layer.layer);
    readTable(object, "error", layer.error);
    readNumber(object, "hessian_cosine", layer.hessian_cosine);
    object.read("same_solution", layer.is_same_solution);
    readCount(object, "reached_tokens_a", layer.reached_tokens[0]);
    readCount(object, "reached_tokens_b", layer.reached_tokens[1]);
    object.read("stand_in_a", layer.has_stand_in[0]);
    object.read("stand_in_b", layer.has_stand_in[1]);
    object.finish();
    return layer;
}

}  // namespace

Json savedComparison(const CalibrationComparison& comparison) {
    const CalibrationAb& result = comparison.result;
    Json json = {{"a", savedText(comparison.texts[0])},
                 {"b", savedText(comparison.texts[1])},
                 {"model_error", savedTable(result.model_error)},
                 {"mean_error", savedTable(result.mean_error)},
                 {"n_in_mean", result.n_in_mean},
                 {"seconds", savedNumber(result.seconds)},
                 {"layers", Json::array()}};
    for (const LayerAb& layer : result.layers) json["layers"].push_back(savedLayer(layer));
    return json;
}

CalibrationComparison readComparison(const Json& value, const std::string& path, const std::string& origin) {
    JsonObject object(value, path, origin);
    CalibrationComparison comparison;
    CalibrationAb& result = comparison.result;
    readText(object, "a", comparison.texts[0]);
    readText(object, "b", comparison.texts[1]);
    readTable(object, "model_error", result.model_error);
    readTable(object, "mean_error", result.mean_error);
    readCount(object, "n_in_mean", result.n_in_mean);
    readNumber(object, "seconds", result.seconds);
    if (const Json* layers = object.find("layers")) {
        for (const Json& item : requireList(*layers, object.pathOf("layers"), origin, kMostLayers))
            result.layers.push_back(readLayer(item, object.pathOf("layers") + "[" + std::to_string(result.layers.size()) + "]", origin));
    }
    object.finish();
    return comparison;
}

}  // namespace salient
