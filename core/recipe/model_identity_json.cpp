#include "core/recipe/model_identity.h"
#include "core/recipe/saved_numbers.h"

namespace salient {

namespace {
constexpr std::size_t kMostEntries = 1'000'000;
}

Json toJson(const ModelIdentity& identity) {
    Json json = {{"files", Json::array()}, {"layers", Json::array()}, {"weights", identity.weights}};
    for (const auto& [name, size] : identity.files) json["files"].push_back({{"name", name}, {"bytes", size}});
    for (const ModelIdentity::Layer& layer : identity.layers) {
        json["layers"].push_back({{"name", layer.name}, {"out_features", layer.out_features}, {"in_features", layer.in_features}});
    }
    return json;
}

ModelIdentity modelIdentityFromJson(const Json& value, const std::string& path, const std::string& origin) {
    JsonObject object(value, path, origin);
    ModelIdentity identity;
    if (const Json* files = object.find("files")) {
        for (const Json& item : requireList(*files, object.pathOf("files"), origin, kMostEntries)) {
            JsonObject file(item, object.pathOf("files"), origin);
            auto& [name, size] = identity.files.emplace_back();
            file.read("name", name);
            file.read("bytes", size);
            file.finish();
        }
    }
    if (const Json* layers = object.find("layers")) {
        for (const Json& item : requireList(*layers, object.pathOf("layers"), origin, kMostEntries)) {
            JsonObject layer(item, object.pathOf("layers"), origin);
            ModelIdentity::Layer& read = identity.layers.emplace_back();
            layer.read("name", read.name);
            layer.read("out_features", read.out_features);
            layer.read("in_features", read.in_features);
            layer.finish();
        }
    }
    object.read("weights", identity.weights);
    object.finish();
    return identity;
}

}  // namespace salient
