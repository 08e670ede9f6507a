#pragma once

#include <QString>
#include <span>

#include "core/tokenizer/tokenizer.h"

namespace salient {

/// A token with those around it, on one line: "…before ▸token◂ after…". Throws what decoding throws: a stranger's decoder may refuse.
[[nodiscard]] QString textAround(const Tokenizer& tokenizer, std::span<const TokenId> window, std::size_t at);

}  // namespace salient
