#pragma once

#include <cstddef>
#include <cstdint>

#include "core/tokenizer/tokenizer.h"

// What a tokenizer's file may ask of us. Each bound lies far above every published tokenizer and far below what would exhaust memory
// or time: a file that exceeds one is refused with Error, never obeyed.

namespace salient::tokenizer_limits {

/// The largest token id, sixty times the largest vocabulary in use.
inline constexpr TokenId kMaxId = (1 << 24) - 1;

/// A table by id is as long as the largest id: so ids may leave holes, but not many more than there are tokens.
constexpr bool isDense(TokenId max_id, std::size_t n_tokens) noexcept {
    return static_cast<std::uint64_t>(max_id) <= 65536 + 8 * static_cast<std::uint64_t>(n_tokens);
}

/// Steps of a normalizer, pre-tokenizer or decoder, nested sequences counted out.
inline constexpr std::size_t kMaxSteps = 64;

/// Bytes of the text of one added token.
inline constexpr std::size_t kMaxAddedTokenBytes = 4096;

/// Bytes of one piece of a unigram or WordPiece vocabulary: a word's cost is its length times the longest piece's.
inline constexpr std::size_t kMaxPieceBytes = 1024;
/// Bytes of all of them, four times the most in use: a trie takes some fifty times as many.
inline constexpr std::size_t kMaxBytesOfPieces = std::size_t{16} << 20U;

/// Bytes of a tokenizer.model, ten times the largest in use.
inline constexpr std::size_t kMaxSentencePieceBytes = std::size_t{64} << 20U;

/// Bytes of SentencePiece's table of replacements, sixty times the largest in use: all its paths are followed.
inline constexpr std::size_t kMaxCharsmapBytes = std::size_t{16} << 20U;

/// Bytes that a text may become. Unicode's compatibility forms make up to 18 characters of one; steps that each double a text would
/// make a terabyte of a line.
constexpr std::size_t grownBytes(std::size_t n_bytes) noexcept { return 64 * n_bytes + 4096; }

}  // namespace salient::tokenizer_limits
