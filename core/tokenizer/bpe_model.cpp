#include "core/tokenizer/bpe_model.h"

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <tuple>

#include "core/error.h"
#include "core/tokenizer/byte_tokens.h"
#include "core/tokenizer/unicode.h"

namespace salient {
namespace {

constexpr TokenId kNoToken = -1;
constexpr std::size_t kShortSymbols = 32;  // up to here scanning for the best merge beats a heap
constexpr std::size_t kPage = 256;
constexpr std::size_t kPages = 0x110000 / kPage;

}  // namespace

BpeModel::BpeModel(StringMap<TokenId> vocabulary, const Merges& merges, BpeOptions options, std::string_view origin)
    : options_(std::move(options)),
      vocabulary_(std::move(vocabulary), origin),
      ranks_(merges.size()),
      joins_(merges.size()),
      pages_(kPages, 0),
      symbols_(kPage, kNoToken),
      byte_ids_(256, kNoToken) {
    for (const auto& [token, id] : vocabulary_.ids()) {
        if (token.empty()) continue;
        const unicode::CodePoint c = unicode::decodeAt(token, 0);
        if (c.n_bytes != token.size()) continue;
        std::uint32_t& page = pages_[c.value / kPage];
        if (page == 0) {  // page 0 is the empty one that all code points start with
            page = static_cast<std::uint32_t>(symbols_.size() / kPage);
            symbols_.resize(symbols_.size() + kPage, kNoToken);
        }
        symbols_[page * kPage + c.value % kPage] = id;
    }

    if (options_.unk_token) {
        const auto unk = idOf(*options_.unk_token);
        if (!unk) failModel(origin, "unk_token '" + *options_.unk_token + "': expected it in the vocabulary");
        unk_id_ = *unk;
    }
    std::set<TokenId> byte_tokens;
    if (options_.byte_fallback) {
        for (unsigned byte = 0; byte < 256; ++byte) {
            byte_ids_[byte] = idOf(byteToken(static_cast<unsigned char>(byte))).value_or(kNoToken);
            if (byte_ids_[byte] != kNoToken) byte_tokens.insert(byte_ids_[byte]);
        }
        bytes_stay_apart_ = std::find(byte_ids_.begin(), byte_ids_.end(), kNoToken) == byte_ids_.end();
    }

    for (const auto& [left, right] : merges) {
        const auto part = [&, &first = left, &second = right](const std::string& text) {
            const auto id = idOf(text);
            if (!id || text.empty()) failModel(origin, "merge '" + first + " " + second + "': expected '" + text + "' in the vocabulary");
            return *id;
        };
        const TokenId left_id = part(left);
        const TokenId right_id = part(right);
        const TokenId merged_id = part(left + right);
        ranks_.set(static_cast<std::uint32_t>(left_id), static_cast<std::uint32_t>(right_id), static_cast<std::uint32_t>(merged_.size()));
        merged_.push_back(merged_id);
        joins_.set(unicode::decodeBefore(left, left.size()).value, unicode::decodeAt(right, 0).value, 1);
        if (byte_tokens.contains(left_id) || byte_tokens.contains(right_id)) bytes_stay_apart_ = false;
    }
}

std::uint32_t BpeModel::rankOf(TokenId left, TokenId right) const noexcept {
    return ranks_.find(static_cast<std::uint32_t>(left), static_cast<std::uint32_t>(right));
}

TokenId BpeModel::symbolOf(char32_t c) const noexcept { return symbols_[pages_[c / kPage] * kPage + c % kPage]; }

/// Whether a token may ever hold these two characters side by side. A merge across them would need a left part that ends in
/// the one and a right part that starts with the other; an unknown character becomes bytes, which no merge knows.
bool BpeModel::canJoin(char32_t left, char32_t right) const noexcept {
    if (symbolOf(left) != kNoToken && symbolOf(right) != kNoToken) return joins_.find(left, right) != PairTable::kNone;
    return !bytes_stay_apart_;
}

void BpeModel::encode(std::string_view word, Workspace& workspace, std::vector<TokenId>& ids) const {
    if (word.size() <= WordCache::kMaxBytes) {
        return workspace.seen.append(word, ids, [&] {
            const auto whole = options_.ignore_merges ? idOf(word) : std::nullopt;
            if (whole) return ids.push_back(*whole);
            encodeSegment(word, workspace, ids);
        });
    }
    if (options_.ignore_merges) {
        if (const auto whole = idOf(word)) return ids.push_back(*whole);
    }
    // A text without pre-tokenizer is one word; cutting it where nothing joins makes segments of a few characters of it.
    std::size_t begin = 0;
    char32_t previous = 0;
    for (std::size_t i = 0; i <= word.size();) {
        const unicode::CodePoint c = i < word.size() ? unicode::decodeAt(word, i) : unicode::CodePoint{0, 1};
        if (i == word.size() || (i > begin && !canJoin(previous, c.value))) {
            const std::string_view segment = word.substr(begin, i - begin);
            // A segment is not a word: with ignore_merges the two may be cut differently, so they must not share the cache.
            if (options_.ignore_merges) {
                encodeSegment(segment, workspace, ids);
            } else {
                workspace.seen.append(segment, ids, [&] { encodeSegment(segment, workspace, ids); });
            }
            begin = i;
        }
        previous = c.value;
        i += c.n_bytes;
    }
}

void BpeModel::appendSymbols(std::string_view segment, std::vector<TokenId>& symbols) const {
    bool unk_pending = false;
    const auto flush = [&] {
        if (unk_pending) symbols.push_back(unk_id_);
        unk_pending = false;
    };
    for (std::size_t i = 0; i < segment.size();) {
        const unicode::CodePoint c = unicode::decodeAt(segment, i);
        const std::string_view bytes = segment.substr(i, c.n_bytes);
        i += c.n_bytes;
        if (const TokenId id = symbolOf(c.value); id != kNoToken) {
            flush();
            symbols.push_back(id);
            continue;
        }
        const auto byteId = [&](char byte) { return byte_ids_[static_cast<unsigned char>(byte)]; };
        if (std::all_of(bytes.begin(), bytes.end(), [&](char byte) { return byteId(byte) != kNoToken; })) {
            for (const char byte : bytes) symbols.push_back(byteId(byte));
        } else if (unk_id_ != kNoToken) {
            if (!options_.fuse_unk) flush();
            unk_pending = true;
        }
    }
    flush();
}

void BpeModel::encodeSegment(std::string_view segment, Workspace& workspace, std::vector<TokenId>& ids) const {
    std::vector<TokenId>& symbols = workspace.symbols;
    symbols.clear();
    appendSymbols(segment, symbols);
    if (symbols.size() <= kShortSymbols) {
        mergeShort(workspace);
    } else {
        mergeLong(workspace);
    }
    ids.insert(ids.end(), symbols.begin(), symbols.end());
}

/// The definition: merge the best pair until there is none.
void BpeModel::mergeShort(Workspace& workspace) const {
    std::vector<TokenId>& symbols = workspace.symbols;
    std::vector<std::uint32_t>& ranks = workspace.ranks;  // of each symbol with its right neighbour
    if (symbols.size() < 2) return;
    ranks.resize(symbols.size() - 1);
    for (std::size_t i = 0; i + 1 < symbols.size(); ++i) ranks[i] = rankOf(symbols[i], symbols[i + 1]);
    while (!ranks.empty()) {
        const auto best = std::min_element(ranks.begin(), ranks.end());
        if (*best == PairTable::kNone) return;
        const auto i = best - ranks.begin();
        symbols[static_cast<std::size_t>(i)] = merged_[*best];
        symbols.erase(symbols.begin() + i + 1);
        ranks.erase(best);
        const auto at = static_cast<std::size_t>(i);
        if (at > 0) ranks[at - 1] = rankOf(symbols[at - 1], symbols[at]);
        if (at < ranks.size()) ranks[at] = rankOf(symbols[at], symbols[at + 1]);
    }
}

/// The same order of merges by a heap of (rank, position) over a linked list. An entry is stale when the pair at its position
/// has another rank by now; the pair's true rank was pushed when it formed.
void BpeModel::mergeLong(Workspace& workspace) const {
    constexpr std::int32_t kEnd = -1;
    std::vector<TokenId>& symbols = workspace.symbols;
    auto& previous = workspace.previous;
    auto& next = workspace.next;
    auto& queue = workspace.queue;
    const std::size_t n = symbols.size();
    if (n > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
        throw Error(ErrorCode::Unsupported, "encode: a single word of more than 2^31 characters");
    }
    previous.resize(n);
    next.resize(n);
    queue.clear();
    const auto push = [&](std::int32_t at) {
        const std::int32_t right = next[static_cast<std::size_t>(at)];
        if (right == kEnd) return false;
        const std::uint32_t rank = rankOf(symbols[static_cast<std::size_t>(at)], symbols[static_cast<std::size_t>(right)]);
        if (rank == PairTable::kNone) return false;
        queue.push_back((static_cast<std::uint64_t>(rank) << 32U) | static_cast<std::uint32_t>(at));
        return true;
    };
    const auto later = std::greater<std::uint64_t>();
    for (std::size_t i = 0; i < n; ++i) {
        previous[i] = static_cast<std::int32_t>(i) - 1;
        next[i] = i + 1 < n ? static_cast<std::int32_t>(i) + 1 : kEnd;
    }
    for (std::size_t i = 0; i + 1 < n; ++i) push(static_cast<std::int32_t>(i));
    std::make_heap(queue.begin(), queue.end(), later);

    while (!queue.empty()) {
        std::pop_heap(queue.begin(), queue.end(), later);
        const std::uint64_t top = queue.back();
        queue.pop_back();
        const auto rank = static_cast<std::uint32_t>(top >> 32U);
        const auto at = static_cast<std::size_t>(top & 0xFFFFFFFFU);
        if (symbols[at] == kNoToken || next[at] == kEnd) continue;
        const auto right = static_cast<std::size_t>(next[at]);
        if (rankOf(symbols[at], symbols[right]) != rank) continue;

        symbols[at] = merged_[rank];
        symbols[right] = kNoToken;
        next[at] = next[right];
        if (next[right] != kEnd) previous[static_cast<std::size_t>(next[right])] = static_cast<std::int32_t>(at);
        if (previous[at] != kEnd && push(previous[at])) std::push_heap(queue.begin(), queue.end(), later);
        if (push(static_cast<std::int32_t>(at))) std::push_heap(queue.begin(), queue.end(), later);
    }
    symbols.erase(std::remove(symbols.begin(), symbols.end(), kNoToken), symbols.end());
}

}  // namespace salient
