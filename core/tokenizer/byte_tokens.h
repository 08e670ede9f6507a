#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace salient {

// SentencePiece's spelling of a byte that no piece holds: <0x0A>.

/// The token of a byte.
[[nodiscard]] std::string byteToken(unsigned char byte);
/// The byte that a token stands for, in capital or small digits; nothing for a token of another form.
[[nodiscard]] std::optional<char> byteOfToken(std::string_view token);

}  // namespace salient
