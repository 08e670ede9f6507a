#include "core/recipe/model_identity.h"

#include <algorithm>

#include "core/error.h"
#include "core/exporter/checksum.h"

namespace salient {

namespace {

constexpr std::size_t kLookedAtBytes = 64;  // of each tensor: one page is touched

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

}  // namespace salient
