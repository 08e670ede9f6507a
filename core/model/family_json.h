#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "core/io/json_file.h"
#include "core/model/family.h"

namespace salient {

/// The file in a model's directory that describes its family, for one that the table lacks or that differs from its namesake there.
inline constexpr const char* kFamilyFile = "salient-family.json";

/// All facts of a family, under the names they have in family.h; what familyFromJson() reads.
[[nodiscard]] Json familyToJson(const Family& family);

/// A family from its description. "like" names a known family whose facts hold wherever the description is silent; without it they are
/// those of a new Family. Throws Error{Format} naming origin, key, expected and found: for an unknown key, a wrong value, and facts
/// that do not make a model (no layer for the queries, no name for the embedding, …).
[[nodiscard]] Family familyFromJson(const Json& json, std::string_view origin);

/// The family that the directory describes; null when it describes none. Throws what familyFromJson() throws, Error{Io}.
[[nodiscard]] std::shared_ptr<const Family> describedFamily(const std::filesystem::path& directory);

}  // namespace salient
