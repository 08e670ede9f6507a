#pragma once

#include <filesystem>
#include <string_view>

namespace salient {

/// Whether a file begins with those bytes, by which a format is told. False for what cannot be read.
[[nodiscard]] bool startsWith(const std::filesystem::path& path, std::string_view bytes) noexcept;

}  // namespace salient
