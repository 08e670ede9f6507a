#include "core/tokenizer/wordpiece_model.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "core/tokenizer/limits.h"

namespace salient {
namespace {

PieceTrie trieOf(const Vocabulary& vocabulary, std::string_view origin) {
    std::vector<std::pair<std::string_view, TokenId>> tokens;
    tokens.reserve(vocabulary.ids().size());
    std::size_t n_bytes = 0;
    TokenId too_long = PieceTrie::kNoPiece;  // the least id, whatever the order
    for (const auto& [token, id] : vocabulary.ids()) {
        if (token.size() > tokenizer_limits::kMaxPieceBytes && (too_long == PieceTrie::kNoPiece || id < too_long)) too_long = id;
        tokens.emplace_back(token, id);
        n_bytes += token.size();
    }
    if (too_long != PieceTrie::kNoPiece) {
        failModel(origin, "token " + std::to_string(too_long) + ": expected at most " + std::to_string(tokenizer_limits::kMaxPieceBytes) +
                              " bytes, found " + std::to_string(vocabulary.textOf(too_long).value_or("").size()));
    }
    if (n_bytes > tokenizer_limits::kMaxBytesOfPieces) {
        failModel(origin, "expected at most " + std::to_string(tokenizer_limits::kMaxBytesOfPieces) + " bytes of tokens, found " +
                              std::to_string(n_bytes));
    }
    return PieceTrie(std::move(tokens));
}

std::int64_t codePoints(std::string_view text) {
    return std::count_if(text.begin(), text.end(), [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; });
}

}  // namespace

WordPieceModel::WordPieceModel(StringMap<TokenId> vocabulary, WordPieceOptions options, std::string_view origin)
    : options_(std::move(options)),
      vocabulary_(std::move(vocabulary), origin),
      trie_(trieOf(vocabulary_, origin)),
      continuing_(trie_.behind(options_.continuing_subword_prefix)) {
    const auto unk = idOf(options_.unk_token);
    if (!unk) failModel(origin, "unk_token '" + options_.unk_token + "': expected it in the vocabulary");
    unk_id_ = *unk;
    if (options_.max_input_chars_per_word < 0) {
        failModel(origin,
                  "max_input_chars_per_word: expected a number of characters, found " + std::to_string(options_.max_input_chars_per_word));
    }
}

void WordPieceModel::encode(std::string_view word, Workspace& workspace, std::vector<TokenId>& ids) const {
    workspace.seen.append(word, ids, [&] {
        const std::size_t before = ids.size();
        if (codePoints(word) <= options_.max_input_chars_per_word && appendSpelled(word, ids)) return;
        ids.resize(before);
        ids.push_back(unk_id_);
    });
}

bool WordPieceModel::appendSpelled(std::string_view word, std::vector<TokenId>& ids) const {
    PieceTrie::Node start = PieceTrie::kRoot;
    for (std::size_t begin = 0; begin < word.size(); start = continuing_) {
        TokenId longest = PieceTrie::kNoPiece;
        std::size_t end = begin;
        PieceTrie::Node node = start;
        for (std::size_t i = begin; node != PieceTrie::kNowhere && i < word.size(); ++i) {
            node = trie_.next(node, word[i]);
            if (node == PieceTrie::kNowhere || trie_.idAt(node) == PieceTrie::kNoPiece) continue;
            longest = trie_.idAt(node);
            end = i + 1;
        }
        if (longest == PieceTrie::kNoPiece) return false;
        ids.push_back(longest);
        begin = end;
    }
    return true;
}

}  // namespace salient
