#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/io/json_object.h"
#include "core/model/model.h"

namespace salient {

/// What shows that a model is the one a session was made with, without reading it: its files' sizes, its layers' names and shapes, and
/// the first bytes of every tensor, which tell a fine-tuned model from its base.
struct ModelIdentity {
    struct Layer {
        std::string name;
        Index out_features = 0;
        Index in_features = 0;
        bool operator==(const Layer&) const = default;
    };
    std::vector<std::pair<std::string, std::uint64_t>> files;  ///< name and bytes
    std::vector<Layer> layers;
    std::string weights;  ///< checksum of the tensors' first bytes
};

[[nodiscard]] ModelIdentity identityOf(const Model& model);
/// Throws Error{InvalidOption} naming the first difference. subject: what needs the model ("session: FILE").
void requireSameModel(const ModelIdentity& saved, const ModelIdentity& opened, const std::string& subject);

[[nodiscard]] Json toJson(const ModelIdentity& identity);
[[nodiscard]] ModelIdentity modelIdentityFromJson(const Json& value, const std::string& path, const std::string& origin);

}  // namespace salient
