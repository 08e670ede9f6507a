#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/tokenizer_config.h"

namespace salient {

/// Reads a tokenizer.model (SentencePiece). A BOS is put in front unless `config` says add_bos_token: false, which is what LLaMA's
/// tokenizer does; an EOS follows only when add_eos_token is true. Text such as "<s>" is text here, never a special token.
/// Throws Error{Io}, Error{Format}.
[[nodiscard]] std::shared_ptr<const Tokenizer> readSentencePiece(const std::filesystem::path& path, const TokenizerConfig& config);
/// The same from the file's content; `origin` stands in messages.
[[nodiscard]] std::shared_ptr<const Tokenizer> readSentencePiece(const std::string& model, const std::string& origin,
                                                                 const TokenizerConfig& config);

}  // namespace salient
