#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace salient {

/// The bytes that a text in base64 stands for (RFC 4648, section 4: + and /, padded with =); nothing when it is not exactly that.
[[nodiscard]] std::optional<std::string> bytesFromBase64(std::string_view text);

}  // namespace salient
