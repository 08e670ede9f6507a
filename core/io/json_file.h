#pragma once

#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace salient {

using Json = nlohmann::ordered_json;

/// Parses JSON text. Throws Error{Format} naming `origin` (a file) and the position; refuses nesting deeper than 64,
/// invalid UTF-8 and a key that appears twice in one object. Linear in the text, but finding a key in a Json is linear in its
/// object's size: iterate over large objects.
[[nodiscard]] Json parseJson(std::string_view text, std::string_view origin);

/// Of settings: parsed, a hostile file takes dozens of times its size.
inline constexpr std::size_t kMostSettingsBytes = std::size_t{16} << 20U;
/// Of what lists every token of a vocabulary or every tensor of a model.
inline constexpr std::size_t kMostListBytes = std::size_t{256} << 20U;

/// Reads and parses a file of at most `limit_bytes`. Throws Error{Io} or Error{Format}.
[[nodiscard]] Json readJson(const std::filesystem::path& path, std::size_t limit_bytes = kMostSettingsBytes);

/// Writes indented JSON beside `path` and renames it when complete. Throws Error{Io}.
void writeJson(const std::filesystem::path& path, const Json& value);

/// Reads a whole file. Throws Error{Io}; Error{Format} when it is larger than the limit.
[[nodiscard]] std::string readText(const std::filesystem::path& path, std::size_t limit_bytes = std::size_t{4} << 30U);

}  // namespace salient
