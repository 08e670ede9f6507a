#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/tokenizer/regex.h"

namespace salient {

// Byte-level BPE (Radford et al., "Language Models are Unsupervised Multitask Learners", 2019, section 2.2) spells every byte
// as one printable character: bytes that are printable in Latin-1 stand for themselves, the other 68 become U+0100, U+0101, ….

/// Appends the characters that stand for those bytes.
void appendByteLevel(std::string& result, std::string_view bytes);
/// The bytes that a text of such characters stands for, or nothing when another character is among them.
[[nodiscard]] std::optional<std::string> bytesFromByteLevel(std::string_view text);

/// The expression GPT-2 cuts a text with: contractions, letters, digits, other signs (each with one space before), white space.
[[nodiscard]] const Regex& gpt2Pattern();

}  // namespace salient
