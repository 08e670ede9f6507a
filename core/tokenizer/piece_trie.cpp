#include "core/tokenizer/piece_trie.h"

#include <algorithm>

namespace salient {
namespace {

using Pieces = std::vector<std::pair<std::string_view, TokenId>>;

/// Nodes below the root: of texts in order, each adds those that the one before it has not.
std::size_t countNodes(const Pieces& sorted) {
    std::size_t n_nodes = 0;
    std::string_view previous;
    for (const auto& [text, id] : sorted) {
        const auto n_shared = std::mismatch(text.begin(), text.end(), previous.begin(), previous.end()).first - text.begin();
        n_nodes += text.size() - static_cast<std::size_t>(n_shared);
        previous = text;
    }
    return n_nodes;
}

}  // namespace

PieceTrie::PieceTrie(Pieces pieces) : ids_(1, kNoPiece) {
    std::stable_sort(pieces.begin(), pieces.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    const std::size_t n_nodes = countNodes(pieces);
    edges_ = PairTable(n_nodes);
    ids_.reserve(n_nodes + 1);
    for (const auto& [text, id] : pieces) {
        Node node = kRoot;
        for (const char byte : text) {
            Node child = next(node, byte);
            if (child == kNowhere) {
                child = static_cast<Node>(ids_.size());
                ids_.push_back(kNoPiece);
                edges_.set(node, static_cast<unsigned char>(byte), child);
            }
            node = child;
        }
        if (node != kRoot) ids_[node] = id;
    }
}

PieceTrie::Node PieceTrie::behind(std::string_view text) const noexcept {
    Node node = kRoot;
    for (const char byte : text) {
        node = next(node, byte);
        if (node == kNowhere) break;
    }
    return node;
}

}  // namespace salient
