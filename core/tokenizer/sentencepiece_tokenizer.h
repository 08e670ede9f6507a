#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/tokenizer_config.h"

namespace salient {

/// Reads a tokenizer.model (SentencePiece). A BOS is put in front unless `config` says add_bos_token: false, which is what LLaMA's
/// tokenizer does; an EOS follows only when add_eos_token is true. The added tokens of `config` are cut out first, and SentencePiece
/// encodes what lies between them, each part for itself: with a space in front, where the model puts one. Text such as "<s>" is text
/// unless it is among them. Throws Error{Io}, Error{Format}.
[[nodiscard]] std::shared_ptr<const Tokenizer> readSentencePiece(const std::filesystem::path& path, const TokenizerConfig& config);
/// The same from the file's content; `origin` stands in messages.
[[nodiscard]] std::shared_ptr<const Tokenizer> readSentencePiece(const std::string& model, const std::string& origin,
                                                                 const TokenizerConfig& config);

}  // namespace salient
