#include "core/tokenizer/pre_tokenizer.h"

#include <cstdint>
#include <functional>
#include <string>

#include "core/tokenizer/byte_level.h"
#include "core/tokenizer/limits.h"
#include "core/tokenizer/unicode.h"

namespace salient {
namespace {

void cut(const SplitStep& step, std::string_view text, MatchBudget& matches, const PieceSink& sink) {
    Splitter splitter(text, step.behavior, step.invert, sink);
    step.pattern.forEachMatch(text, matches, [&](std::size_t begin, std::size_t end) { splitter.delimiter(begin, end); });
    splitter.finish();
}

void cut(const CharacterStep& step, std::string_view text, const PieceSink& sink) {
    Splitter splitter(text, step.behavior, false, sink);
    for (std::size_t i = 0; i < text.size();) {
        const unicode::CodePoint c = unicode::decodeAt(text, i);
        if (step.is_delimiter(c.value)) splitter.delimiter(i, i + c.n_bytes);
        i += c.n_bytes;
    }
    splitter.finish();
}

void cut(const FixedLengthStep& step, std::string_view text, const PieceSink& sink) {
    while (!text.empty()) {
        std::size_t end = 0;
        for (std::size_t n = 0; n < step.n_characters && end < text.size(); ++n) end += unicode::decodeAt(text, end).n_bytes;
        sink(text.substr(0, end));
        text.remove_prefix(end);
    }
}

void cut(const ByteLevelStep& step, std::string_view text, const PieceSink& sink) {
    std::string prefixed;
    if (step.add_prefix_space && !text.starts_with(' ')) {
        prefixed.reserve(text.size() + 1);
        prefixed.append(" ").append(text);
        text = prefixed;
    }
    std::string spelled;
    const PieceSink spell = [&](std::string_view word) {
        spelled.clear();
        appendByteLevel(spelled, word);
        sink(spelled);
    };
    if (!step.use_regex) return spell(text);
    Splitter splitter(text, SplitBehavior::Isolated, false, spell);
    gpt2Pattern().forEachMatch(text, [&](std::size_t begin, std::size_t end) { splitter.delimiter(begin, end); });
    splitter.finish();
}

void cut(const MetaspaceStep& step, std::string_view text, bool at_start, const PieceSink& sink) {
    std::string replaced;
    replaced.reserve(text.size() + text.size() / 2);
    std::size_t copied = 0;
    forEachOccurrence(text, " ", [&](std::size_t begin, std::size_t end) {
        replaced.append(text.substr(copied, begin - copied)).append(step.replacement);
        copied = end;
    });
    replaced.append(text.substr(copied));
    const bool is_wanted = step.prepend == MetaspaceStep::Prepend::Always || (step.prepend == MetaspaceStep::Prepend::First && at_start);
    if (is_wanted && !replaced.starts_with(step.replacement)) replaced.insert(0, step.replacement);

    if (!step.split) return sink(replaced);
    Splitter splitter(replaced, SplitBehavior::MergedWithNext, false, sink);
    forEachOccurrence(replaced, step.replacement, [&](std::size_t begin, std::size_t end) { splitter.delimiter(begin, end); });
    splitter.finish();
}

/// What cuts at a step, whatever its kind.
template <typename Step>
void cutBy(const Step& step, std::string_view text, bool at_start, MatchBudget& matches, const PieceSink& sink) {
    if (const auto* const metaspace = std::get_if<MetaspaceStep>(&step)) return cut(*metaspace, text, at_start, sink);
    if (const auto* const byte_level = std::get_if<ByteLevelStep>(&step)) return cut(*byte_level, text, sink);
    if (const auto* const split = std::get_if<SplitStep>(&step)) return cut(*split, text, matches, sink);
    if (const auto* const fixed = std::get_if<FixedLengthStep>(&step)) return cut(*fixed, text, sink);
    cut(std::get<CharacterStep>(step), text, sink);
}

void requireCharacter(const Component& json, const std::string& key, const std::string& text) {
    if (!text.empty() && unicode::decodeAt(text, 0).n_bytes == text.size()) return;
    json.malformed(key + ": expected one character, found '" + text + "'");
}

MetaspaceStep readMetaspace(const Component& json) {
    using Prepend = MetaspaceStep::Prepend;
    // Files written before "prepend_scheme" existed say the same with "add_prefix_space".
    Prepend prepend = json.flag("add_prefix_space", true) ? Prepend::Always : Prepend::Never;
    if (json.has("prepend_scheme")) {
        const std::string scheme = json.text("prepend_scheme");
        if (scheme != "always" && scheme != "first" && scheme != "never") {
            json.malformed("prepend_scheme: expected always, first or never, found " + scheme);
        }
        prepend = scheme == "always" ? Prepend::Always : scheme == "first" ? Prepend::First : Prepend::Never;
        if (prepend != Prepend::Never && !json.flag("add_prefix_space", true))
            json.malformed("add_prefix_space: expected true beside the prepend_scheme " + scheme + ", found false");
    }
    const std::string replacement = json.text("replacement", "▁");
    requireCharacter(json, "replacement", replacement);
    return {replacement, prepend, json.flag("split", true)};
}

SplitStep readDelimiter(const Component& json) {
    const std::string delimiter = json.text("delimiter");
    requireCharacter(json, "delimiter", delimiter);
    return {Pattern(delimiter), SplitBehavior::Removed, false};
}

FixedLengthStep readFixedLength(const Component& json) {
    const std::int64_t length = json.has("length") ? json.integer("length") : 5;
    if (length < 1) json.malformed("length: expected at least one character, found " + std::to_string(length));
    return {static_cast<std::size_t>(length)};
}

}  // namespace

PreTokenizer::PreTokenizer(const Component& json) {
    if (!json.isNull()) add(json);
}

void PreTokenizer::add(const Component& json) {
    if (steps_.size() >= tokenizer_limits::kMaxSteps) {  // each is a level of recursion, too
        json.unsupported("a pre-tokenizer of more than " + std::to_string(tokenizer_limits::kMaxSteps) + " steps");
    }
    const std::string type = json.type();
    if (type == "Sequence") {
        for (const Component& step : json.list("pretokenizers")) add(step);
    } else if (type == "ByteLevel") {
        steps_.emplace_back(ByteLevelStep{json.flag("add_prefix_space", true), json.flag("use_regex", true)});
    } else if (type == "Split") {
        steps_.emplace_back(
            SplitStep{Pattern(json.at("pattern")), splitBehaviorFromName(json.text("behavior"), json), json.flag("invert", false)});
    } else if (type == "CharDelimiterSplit") {
        steps_.emplace_back(readDelimiter(json));
    } else if (type == "Metaspace") {
        steps_.emplace_back(readMetaspace(json));
    } else if (type == "Whitespace") {
        // \w+|[^\w\s]+ keeps the matches: the same as cutting white space out and cutting where word characters start or end.
        steps_.emplace_back(CharacterStep{&unicode::isWhiteSpace, SplitBehavior::Removed});
        steps_.emplace_back(CharacterStep{&unicode::isWord, SplitBehavior::Contiguous});
    } else if (type == "WhitespaceSplit") {
        steps_.emplace_back(CharacterStep{&unicode::isWhiteSpace, SplitBehavior::Removed});
    } else if (type == "Digits") {
        const bool one_by_one = json.flag("individual_digits", false);
        steps_.emplace_back(CharacterStep{&unicode::isNumeric, one_by_one ? SplitBehavior::Isolated : SplitBehavior::Contiguous});
    } else if (type == "Punctuation") {
        steps_.emplace_back(CharacterStep{&unicode::isPunctuation, splitBehaviorFromName(json.text("behavior", "Isolated"), json)});
    } else if (type == "FixedLength") {
        steps_.emplace_back(readFixedLength(json));
    } else if (type == "BertPreTokenizer") {
        steps_.emplace_back(CharacterStep{&unicode::isWhiteSpace, SplitBehavior::Removed});
        steps_.emplace_back(CharacterStep{&unicode::isPunctuation, SplitBehavior::Isolated});
    } else {
        json.unsupported("pre-tokenizer " + type);
    }
}

void PreTokenizer::apply(std::string_view text, bool at_start, const PieceSink& sink) const {
    // Two byte-level steps spell a spelling, and every further one doubles it: bytes are counted, not only steps.
    const std::size_t allowed = (steps_.size() + 1) * tokenizer_limits::grownBytes(text.size());
    Budget budget{text.size(), allowed, MatchBudget(text.size(), steps_.size())};
    run(0, text, at_start, budget, sink);
}

void PreTokenizer::run(std::size_t step, std::string_view text, bool at_start, Budget& budget, const PieceSink& sink) const {
    if (text.size() > budget.left) failGrown(budget.n_bytes, (steps_.size() + 1) * tokenizer_limits::grownBytes(budget.n_bytes));
    budget.left -= text.size();
    if (step == steps_.size()) return sink(text);
    if (step + 1 == steps_.size()) return cutBy(steps_[step], text, at_start, budget.matches, sink);
    // A piece starts the input when it is the first of a text that does, and nothing before it was removed.
    const bool is_rewritten = std::holds_alternative<ByteLevelStep>(steps_[step]) || std::holds_alternative<MetaspaceStep>(steps_[step]);
    bool is_first = at_start;
    const auto next = [&](std::string_view piece) {
        run(step + 1, piece, is_first && (is_rewritten || piece.data() == text.data()), budget, sink);
        is_first = false;
    };
    // A reference fits into a PieceSink, all that is captured would be allocated.
    cutBy(steps_[step], text, at_start, budget.matches, std::ref(next));
}

}  // namespace salient
