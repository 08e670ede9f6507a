#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/io/json_file.h"
#include "core/tokenizer/tokenizer.h"

namespace salient {

/// Reads a tokenizer.json. Its truncation and padding do not concern a text of free length and are not applied.
/// Throws Error{Io}, Error{Format}, Error{Unsupported} naming the component.
[[nodiscard]] std::shared_ptr<const Tokenizer> readTokenizerJson(const std::filesystem::path& path);
/// The same document from elsewhere; `origin` stands in messages.
[[nodiscard]] std::shared_ptr<const Tokenizer> readTokenizerJson(const Json& document, const std::string& origin);

}  // namespace salient
