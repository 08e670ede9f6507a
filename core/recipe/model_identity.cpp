#include "core/recipe/model_identity.h"

#include <algorithm>

#include "core/error.h"
#include "core/exporter/checksum.h"
#include "core/recipe/saved_numbers.h"

namespace salient {

namespace {

constexpr std::size_t kLookedAtBytes = 64;  // of each tensor: one page is touched
constexpr std::size_t kMostEntries = 1'000'000;

std::string shapeText(const ModelIdentity::Layer& layer) {
    return layer.name + " [" + std::to_string(layer.out_features) + ", " + std::to_string(layer.in_features) + "]";
}

}  // namespace

ModelIdentity identityOf(const Model& model) {
    ModelIdentity identity;
    for (const std::filesystem::path& file : model.checkpoint->files()) {
        std::error_code ignored;  // a file that is gone by now has another size, too
        identity.files.emplace_back(file.filename().string(), std::filesystem::file_size(file, ignored));
    }
    for (const LinearInfo& linear : model.linears) identity.layers.push_back({linear.name, linear.out_features, linear.in_features});
    std::vector<std::byte> first;
    for (const auto& [name, view] : model.checkpoint->tensors()) {
        const auto looked_at = view.bytes.first(std::min(kLookedAtBytes, view.bytes.size()));
        first.insert(first.end(), looked_at.begin(), looked_at.end());
        view.finishReading(looked_at);
    }
    identity.weights = checksumText(checksum(first));
    return identity;
}

void requireSameModel(const ModelIdentity& saved, const ModelIdentity& opened, const std::string& subject) {
    const auto refuse = [&](const std::string& expected, const std::string& found) {
        throw Error(ErrorCode::InvalidOption, subject + ": expected the model it was made with, with " + expected + ", found " + found);
    };
    if (saved.layers.size() != opened.layers.size()) {
        refuse(std::to_string(saved.layers.size()) + " layers", std::to_string(opened.layers.size()));
    }
    for (std::size_t i = 0; i < saved.layers.size(); ++i) {
        if (saved.layers[i] != opened.layers[i]) refuse("layer " + shapeText(saved.layers[i]), shapeText(opened.layers[i]));
    }
    if (saved.files.size() != opened.files.size()) {
        refuse(std::to_string(saved.files.size()) + " files", std::to_string(opened.files.size()));
    }
    for (std::size_t i = 0; i < saved.files.size(); ++i) {
        const auto text = [](const auto& file) { return file.first + " of " + std::to_string(file.second) + " bytes"; };
        if (saved.files[i] != opened.files[i]) refuse(text(saved.files[i]), text(opened.files[i]));
    }
    if (saved.weights != opened.weights) refuse("other weights", "a model of the same shape that is not the same");
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
