#include "core/tokenizer/split.h"

#include "core/error.h"
#include "core/tokenizer/pre_tokenizer_names.h"

namespace salient {

SplitBehavior splitBehaviorFromName(const std::string& name, const Component& place) {
    if (name == "Isolated") return SplitBehavior::Isolated;
    if (name == "Removed") return SplitBehavior::Removed;
    if (name == "MergedWithPrevious") return SplitBehavior::MergedWithPrevious;
    if (name == "MergedWithNext") return SplitBehavior::MergedWithNext;
    if (name == "Contiguous") return SplitBehavior::Contiguous;
    place.malformed("behavior: expected Isolated, Removed, MergedWithPrevious, MergedWithNext or Contiguous, found " + name);
}

void Splitter::delimiter(std::size_t begin, std::size_t end) {
    if (tiled_ < begin) tile(tiled_, begin, invert_);
    tile(begin, end, !invert_);
    tiled_ = end;
}

void Splitter::finish() {
    if (tiled_ < text_.size()) tile(tiled_, text_.size(), invert_);
    tiled_ = text_.size();
    flush();
}

void Splitter::tile(std::size_t begin, std::size_t end, bool is_delimiter) {
    bool joins_pending = false;
    switch (behavior_) {
        case SplitBehavior::Isolated:
            break;
        case SplitBehavior::Removed:
            if (is_delimiter) begin = end;
            break;
        case SplitBehavior::Contiguous:
            joins_pending = is_delimiter == was_delimiter_;
            break;
        case SplitBehavior::MergedWithPrevious:
            joins_pending = is_delimiter && !was_delimiter_;
            break;
        case SplitBehavior::MergedWithNext:
            joins_pending = !is_delimiter && was_delimiter_;
            break;
    }
    if (!joins_pending) {
        flush();
        pending_begin_ = begin;
    }
    pending_end_ = end;
    was_delimiter_ = is_delimiter;
}

void Splitter::flush() {
    if (pending_begin_ < pending_end_) sink_(text_.substr(pending_begin_, pending_end_ - pending_begin_));
    pending_begin_ = pending_end_;
}

void forEachOccurrence(std::string_view text, std::string_view literal, const std::function<void(std::size_t, std::size_t)>& found) {
    if (literal.empty()) return;
    for (std::size_t at = text.find(literal); at != std::string_view::npos; at = text.find(literal, at + literal.size())) {
        found(at, at + literal.size());
    }
}

void failGrown(std::size_t n_bytes, std::size_t limit_bytes) {
    throw Error(ErrorCode::Unsupported, "encode: expected the tokenizer to make at most " + std::to_string(limit_bytes) +
                                            " bytes of a text, found more, at " + std::to_string(n_bytes));
}

namespace {

Regex regexOf(const Component& json) {
    const std::string expression = json.text("Regex");
    return {expression, json, isPublishedExpression(expression)};
}

}  // namespace

Pattern::Pattern(const Component& json)
    : value_(json.has("String") ? std::variant<std::string, Regex>(json.text("String")) : std::variant<std::string, Regex>(regexOf(json))) {
}

void Pattern::forEachMatch(std::string_view text, MatchBudget& budget, const std::function<void(std::size_t, std::size_t)>& found) const {
    if (const auto* const literal = std::get_if<std::string>(&value_)) return forEachOccurrence(text, *literal, found);
    std::get<Regex>(value_).forEachMatch(text, budget, found);
}

std::string Pattern::replaceAll(std::string_view text, std::string_view replacement, std::size_t limit_bytes, MatchBudget& budget) const {
    std::string result;
    result.reserve(text.size());
    std::size_t copied = 0;
    forEachMatch(text, budget, [&](std::size_t begin, std::size_t end) {
        if (result.size() + (begin - copied) + replacement.size() > limit_bytes) failGrown(text.size(), limit_bytes);
        result.append(text.substr(copied, begin - copied)).append(replacement);
        copied = end;
    });
    result.append(text.substr(copied));
    return result;
}

}  // namespace salient
