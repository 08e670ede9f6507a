#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "core/tokenizer/pair_table.h"
#include "core/tokenizer/tokenizer.h"

namespace salient {

/// Texts with an id each, walked byte by byte from the root: one step finds all texts that go on with a byte.
class PieceTrie {
public:
    using Node = std::uint32_t;
    static constexpr Node kRoot = 0;
    static constexpr Node kNowhere = PairTable::kNone;
    static constexpr TokenId kNoPiece = -1;

    /// Of equal texts the last one's id counts; an empty text is never met. As many nodes as the texts have different beginnings.
    explicit PieceTrie(std::vector<std::pair<std::string_view, TokenId>> pieces);

    /// The node behind one more byte, or kNowhere.
    [[nodiscard]] Node next(Node node, char byte) const noexcept { return edges_.find(node, static_cast<unsigned char>(byte)); }
    /// The node behind a text, or kNowhere.
    [[nodiscard]] Node behind(std::string_view text) const noexcept;
    /// The id of the text that ends at a node, or kNoPiece.
    [[nodiscard]] TokenId idAt(Node node) const noexcept { return ids_[node]; }

private:
    PairTable edges_;           // (node, byte) → node
    std::vector<TokenId> ids_;  // by node
};

}  // namespace salient
