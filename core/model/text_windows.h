#pragma once

#include <string_view>
#include <vector>

#include "core/model/forward.h"

namespace salient {

/// Windows cut from the token stream of a text, and what each position should predict.
struct TextWindows {
    TokenWindows windows;
    std::vector<TokenId> targets;    ///< as long as windows.ids; -1 where nothing is predicted
    std::vector<Index> first_token;  ///< position in the stream of each window's first predicted or read token
    Index stream_tokens = 0;         ///< length of the stream, its BOS included
};

/// The token stream of a text: without what a post-processor adds, but for one BOS in front where the tokenizer adds one and
/// with_bos asks for it.
[[nodiscard]] std::vector<TokenId> tokenStream(const Tokenizer& tokenizer, std::string_view text, bool with_bos);

/// Windows [w · seq_len, (w + 1) · seq_len) of the stream with BOS; each position but a window's last predicts the next token.
/// max_windows 0: all that fit. Throws Error{InvalidOption} when the stream is shorter than one window, saying how long it is.
[[nodiscard]] TextWindows streamWindows(const Tokenizer& tokenizer, std::string_view text, Index seq_len, Index max_windows = 0);

/// Window w reads BOS and the first seq_len − 1 of the tokens [w · seq_len, (w + 1) · seq_len) of the stream without BOS, and predicts all
/// of them. Same errors; also when the tokenizer has no BOS.
[[nodiscard]] TextWindows bosWindows(const Tokenizer& tokenizer, std::string_view text, Index seq_len, Index max_windows = 0);

/// The windows of streamWindows(), each reading BOS instead of its first token where the tokenizer adds one; positions before seq_len / 2
/// predict nothing. Same errors; also for a window of fewer than 4 tokens.
[[nodiscard]] TextWindows secondHalfWindows(const Tokenizer& tokenizer, std::string_view text, Index seq_len, Index max_windows = 0);

}  // namespace salient
