#include "core/tokenizer/unigram_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/error.h"
#include "core/tokenizer/byte_tokens.h"
#include "core/tokenizer/limits.h"
#include "core/tokenizer/unicode.h"
#include "core/tokenizer/vocabulary.h"

namespace salient {
namespace {

constexpr TokenId kNoToken = -1;
constexpr double kUnknownPenalty = 10.0;

/// The pieces, unless the trie and the tables by id are not made for them.
std::vector<UnigramModel::Piece> checked(std::vector<UnigramModel::Piece> pieces, const UnigramOptions& options, std::string_view origin) {
    constexpr auto kMaxPieces = static_cast<std::size_t>(tokenizer_limits::kMaxId) + 1;
    if (pieces.size() > kMaxPieces) {
        failModel(origin, "expected at most " + std::to_string(kMaxPieces) + " pieces, found " + std::to_string(pieces.size()));
    }
    std::size_t n_bytes = 0;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        const auto& [text, score] = pieces[i];
        const auto fail = [&](const std::string& reason) { failModel(origin, "piece " + std::to_string(i) + ": " + reason); };
        if (!std::isfinite(score)) fail("expected a finite score");
        if (text.size() > tokenizer_limits::kMaxPieceBytes) {
            fail("expected at most " + std::to_string(tokenizer_limits::kMaxPieceBytes) + " bytes, found " + std::to_string(text.size()));
        }
        n_bytes += text.size();
    }
    if (n_bytes > tokenizer_limits::kMaxBytesOfPieces) {
        failModel(origin, "expected at most " + std::to_string(tokenizer_limits::kMaxBytesOfPieces) + " bytes of pieces, found " +
                              std::to_string(n_bytes));
    }
    if (options.unk_id && (*options.unk_id < 0 || static_cast<std::uint64_t>(*options.unk_id) >= pieces.size())) {
        failModel(origin, "unk_id: expected the id of one of " + std::to_string(pieces.size()) + " pieces, found " +
                              std::to_string(*options.unk_id));
    }
    return pieces;
}

PieceTrie trieOf(const std::vector<UnigramModel::Piece>& pieces) {
    std::vector<std::pair<std::string_view, TokenId>> texts;
    texts.reserve(pieces.size());
    for (const UnigramModel::Piece& piece : pieces) texts.emplace_back(piece.text, static_cast<TokenId>(texts.size()));
    return PieceTrie(std::move(texts));
}

}  // namespace

UnigramModel::UnigramModel(std::vector<Piece> pieces, const UnigramOptions& options, std::string_view origin)
    : pieces_(checked(std::move(pieces), options, origin)), trie_(trieOf(pieces_)) {
    byte_ids_.fill(kNoToken);
    for (std::size_t byte = 0; options.byte_fallback && byte < byte_ids_.size(); ++byte) {
        byte_ids_[byte] = idOf(byteToken(static_cast<unsigned char>(byte))).value_or(kNoToken);
    }
    if (options.unk_id) unk_id_ = static_cast<TokenId>(*options.unk_id);
    double least = pieces_.empty() ? 0.0 : std::numeric_limits<double>::infinity();
    for (const Piece& piece : pieces_) least = std::min(least, piece.score);
    unk_score_ = least - kUnknownPenalty;
}

std::optional<TokenId> UnigramModel::idOf(std::string_view token) const {
    const PieceTrie::Node node = trie_.behind(token);
    if (node == PieceTrie::kNowhere || trie_.idAt(node) == PieceTrie::kNoPiece) return std::nullopt;
    return trie_.idAt(node);
}

std::optional<std::string_view> UnigramModel::textOf(TokenId id) const {
    if (id < 0 || id > maxId()) return std::nullopt;
    return pieces_[static_cast<std::size_t>(id)].text;
}

void UnigramModel::encode(std::string_view word, Workspace& workspace, std::vector<TokenId>& ids) const {
    workspace.seen.append(word, ids, [&] { encodeAnew(word, workspace, ids); });
}

void UnigramModel::findBest(std::string_view word, Workspace& workspace) const {
    auto& best = workspace.best;
    best.assign(word.size() + 1, {});
    const auto offer = [&](std::size_t end, std::size_t n_bytes, double score, TokenId id) {
        Workspace::Cut& cut = best[end];
        if (cut.n_bytes == 0 || score > cut.score) cut = {score, static_cast<std::uint32_t>(n_bytes), id};
    };
    for (std::size_t begin = 0; begin < word.size();) {
        const double score_before = best[begin].score;
        const std::size_t character = unicode::decodeAt(word, begin).n_bytes;
        bool is_piece = false;
        PieceTrie::Node node = PieceTrie::kRoot;
        for (std::size_t i = begin; i < word.size(); ++i) {
            node = trie_.next(node, word[i]);
            if (node == PieceTrie::kNowhere) break;
            const TokenId id = trie_.idAt(node);
            if (id == PieceTrie::kNoPiece) continue;
            const std::size_t n_bytes = i + 1 - begin;
            offer(begin + n_bytes, n_bytes, score_before + pieces_[static_cast<std::size_t>(id)].score, id);
            is_piece = is_piece || n_bytes == character;
        }
        if (!is_piece) offer(begin + character, character, score_before + unk_score_, unk_id_);
        begin += character;
    }
}

void UnigramModel::encodeAnew(std::string_view word, Workspace& workspace, std::vector<TokenId>& ids) const {
    findBest(word, workspace);
    auto& sections = workspace.sections;  // from the back; of neighbouring unknown ones the first
    sections.clear();
    for (std::size_t end = word.size(); end > 0;) {
        const Workspace::Cut& cut = workspace.best[end];
        end -= cut.n_bytes;
        if (cut.id == unk_id_ && !sections.empty() && sections.back().id == unk_id_) {
            sections.back().begin = end;
        } else {
            sections.push_back({end, cut.id});
        }
    }
    for (std::size_t i = sections.size(); i-- > 0;) {
        const std::size_t end = i > 0 ? sections[i - 1].begin : word.size();
        if (sections[i].id == unk_id_) {
            appendUnknown(word.substr(sections[i].begin, end - sections[i].begin), ids);
        } else {
            ids.push_back(sections[i].id);
        }
    }
}

/// The unknown piece's own text is a piece like any other, and a run of unknown characters may be one that was too unlikely.
void UnigramModel::appendUnknown(std::string_view text, std::vector<TokenId>& ids) const {
    if (unk_id_ == kNoToken) {
        throw Error(ErrorCode::Format, "encode: expected text that the tokenizer's pieces cover, for it has no unk_id, found '" +
                                           std::string(text.substr(0, unicode::decodeAt(text, 0).n_bytes)) + "'");
    }
    if (const auto id = idOf(text)) return ids.push_back(*id);
    const auto idOfByte = [&](char byte) { return byte_ids_[static_cast<unsigned char>(byte)]; };
    if (std::all_of(text.begin(), text.end(), [&](char byte) { return idOfByte(byte) != kNoToken; })) {
        for (const char byte : text) ids.push_back(idOfByte(byte));
    } else {
        ids.push_back(unk_id_);
    }
}

}  // namespace salient
