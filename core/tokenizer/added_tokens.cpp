#include "core/tokenizer/added_tokens.h"

#include <algorithm>
#include <utility>

#include "core/tokenizer/unicode.h"

namespace salient {
namespace {

bool touchesWord(std::string_view text, std::size_t begin, std::size_t end) {
    return (begin > 0 && unicode::isWord(unicode::decodeBefore(text, begin).value)) ||
           (end < text.size() && unicode::isWord(unicode::decodeAt(text, end).value));
}

std::size_t skipSpaceBackwards(std::string_view text, std::size_t begin, std::size_t limit) {
    while (begin > limit) {
        const unicode::CodePoint c = unicode::decodeBefore(text, begin);
        if (!unicode::isWhiteSpace(c.value)) break;
        begin -= c.n_bytes;
    }
    return begin;
}

std::size_t skipSpace(std::string_view text, std::size_t end) {
    while (end < text.size()) {
        const unicode::CodePoint c = unicode::decodeAt(text, end);
        if (!unicode::isWhiteSpace(c.value)) break;
        end += c.n_bytes;
    }
    return end;
}

std::uint64_t edge(std::uint32_t node, char byte) { return (static_cast<std::uint64_t>(node) << 8U) | static_cast<unsigned char>(byte); }

}  // namespace

AddedTokenMatcher::AddedTokenMatcher(std::vector<AddedToken> tokens) : tokens_(std::move(tokens)), token_at_(1, -1) {
    for (std::size_t t = 0; t < tokens_.size(); ++t) {
        const std::string& content = tokens_[t].content;
        if (content.empty()) continue;
        starts_[static_cast<unsigned char>(content.front())] = true;
        std::uint32_t node = 0;
        for (const char byte : content) {
            const auto [position, is_new] = edges_.try_emplace(edge(node, byte), static_cast<std::uint32_t>(token_at_.size()));
            if (is_new) token_at_.push_back(-1);
            node = position->second;
        }
        if (token_at_[node] < 0) token_at_[node] = static_cast<std::int32_t>(t);
    }
}

AddedTokenMatcher::Match AddedTokenMatcher::longestAt(std::string_view text, std::size_t begin) const {
    Match match;
    std::uint32_t node = 0;
    for (std::size_t i = begin; i < text.size(); ++i) {
        const auto next = edges_.find(edge(node, text[i]));
        if (next == edges_.end()) break;
        node = next->second;
        if (token_at_[node] >= 0) match = {&tokens_[static_cast<std::size_t>(token_at_[node])], i + 1};
    }
    return match;
}

void AddedTokenMatcher::split(std::string_view text, const std::function<void(std::string_view, const AddedToken*)>& sink) const {
    std::size_t done = 0;         // everything before went to the sink
    std::size_t space_begin = 0;  // the white space looked at last: tokens inside it share its end, and a long run is walked once
    std::size_t space_end = 0;
    for (std::size_t i = 0; !edges_.empty() && i < text.size();) {
        if (!starts_[static_cast<unsigned char>(text[i])]) {
            ++i;
            continue;
        }
        const Match match = longestAt(text, i);
        if (match.token == nullptr) {
            ++i;
            continue;
        }
        std::size_t begin = i;
        std::size_t end = match.end;
        i = end;
        if (match.token->single_word && touchesWord(text, begin, end)) continue;
        if (match.token->lstrip) begin = skipSpaceBackwards(text, begin, done);
        if (match.token->rstrip) {
            if (end < space_begin || end > space_end) {
                space_begin = end;
                space_end = skipSpace(text, end);
            }
            end = space_end;
        }
        if (done < begin) sink(text.substr(done, begin - done), nullptr);
        sink(text.substr(begin, end - begin), match.token);
        done = end;  // but i stays: like the reference, a token that begins in white space taken along by rstrip is still found
    }
    if (done < text.size()) sink(text.substr(done), nullptr);
}

}  // namespace salient
