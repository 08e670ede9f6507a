#include "core/tokenizer/decoder.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/tokenizer/byte_level.h"
#include "core/tokenizer/byte_tokens.h"
#include "core/tokenizer/limits.h"
#include "core/tokenizer/unicode.h"

namespace salient {
namespace {

using Texts = std::vector<std::string>;

/// What the texts together may still become and cost.
struct Allowed {
    std::size_t n_bytes;
    MatchBudget matches;
};

/// What a character outside the byte alphabet means is its own bytes: an added token may hold any text.
std::string byteLevelBytes(std::string_view token) {
    auto bytes = bytesFromByteLevel(token);
    return bytes ? *std::move(bytes) : std::string(token);
}

std::string joined(const Texts& texts) {
    std::size_t size = 0;
    for (const std::string& text : texts) size += text.size();
    std::string result;
    result.reserve(size);
    for (const std::string& text : texts) result += text;
    return result;
}

Texts run(const ByteLevelDecode&, Texts texts, Allowed&) {
    for (std::string& text : texts) text = byteLevelBytes(text);
    return {unicode::replaceBroken(joined(texts))};
}

Texts run(const ByteFallbackDecode&, Texts texts, Allowed&) {
    Texts result;
    result.reserve(texts.size());
    std::string bytes;
    const auto flush = [&] {
        if (bytes.empty()) return;
        if (unicode::isValid(bytes)) {
            result.push_back(bytes);
        } else {
            std::string replacement;
            for (std::size_t i = 0; i < bytes.size(); ++i) unicode::appendUtf8(replacement, unicode::kReplacementCharacter);
            result.push_back(replacement);
        }
        bytes.clear();
    };
    for (std::string& text : texts) {
        if (const auto byte = byteOfToken(text)) {
            bytes.push_back(*byte);
        } else {
            flush();
            result.push_back(std::move(text));
        }
    }
    flush();
    return result;
}

Texts run(const FuseDecode&, const Texts& texts, Allowed&) { return {joined(texts)}; }

Texts run(const ReplaceDecode& step, Texts texts, Allowed& allowed) {
    std::size_t left = allowed.n_bytes;
    for (std::string& text : texts) {
        text = step.pattern.replaceAll(text, step.content, left, allowed.matches);
        left -= std::min(left, text.size());
    }
    return texts;
}

Texts run(const StripDecode& step, Texts texts, Allowed&) {
    for (std::string& text : texts) {
        std::string_view rest = text;
        for (std::int64_t i = 0; i < step.start && rest.starts_with(step.character); ++i) rest.remove_prefix(step.character.size());
        for (std::int64_t i = 0; i < step.stop && rest.ends_with(step.character); ++i) rest.remove_suffix(step.character.size());
        text = std::string(rest);
    }
    return texts;
}

std::string replaceLiteral(std::string_view text, std::string_view literal, std::string_view content) {
    std::string result;
    std::size_t copied = 0;
    forEachOccurrence(text, literal, [&](std::size_t begin, std::size_t end) {
        result.append(text.substr(copied, begin - copied)).append(content);
        copied = end;
    });
    return result.append(text.substr(copied));
}

Texts run(const MetaspaceDecode& step, Texts texts, Allowed&) {
    bool drops = step.drops_first;
    for (std::string& text : texts) {
        text = replaceLiteral(text, step.replacement, drops ? "" : " ");
        drops = false;
    }
    return texts;
}

Texts run(const BpeDecode& step, Texts texts, Allowed&) {
    for (std::string& text : texts) text = replaceLiteral(text, step.suffix, &text == &texts.back() ? "" : " ");
    return texts;
}

/// A token in the middle of a text: what continues a word without its prefix, what begins one behind a space.
std::string continued(const WordPieceDecode& step, std::string_view token) {
    if (token.starts_with(step.prefix)) return std::string(token.substr(step.prefix.size()));
    return " " + std::string(token);
}

/// The spaces that English has not before its punctuation, and "do not"; one after the other, each token alone.
std::string cleanedUp(std::string text) {
    struct Rule {
        std::string_view from, to;
    };
    static constexpr std::array<Rule, 11> kRules{{{" .", "."},
                                                  {" ?", "?"},
                                                  {" !", "!"},
                                                  {" ,", ","},
                                                  {" ' ", "'"},
                                                  {" n't", "n't"},
                                                  {" 'm", "'m"},
                                                  {" do not", " don't"},
                                                  {" 's", "'s"},
                                                  {" 've", "'ve"},
                                                  {" 're", "'re"}}};
    for (const Rule& rule : kRules) text = replaceLiteral(text, rule.from, rule.to);
    return text;
}

Texts run(const WordPieceDecode& step, Texts texts, Allowed&) {
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (i > 0) texts[i] = continued(step, texts[i]);
        if (step.cleans_up) texts[i] = cleanedUp(std::move(texts[i]));
    }
    return texts;
}

}  // namespace

Decoder::Decoder(const Component& json) {
    if (!json.isNull()) add(json);
}

void Decoder::add(const Component& json) {
    if (steps_.size() >= tokenizer_limits::kMaxSteps) {
        json.unsupported("a decoder of more than " + std::to_string(tokenizer_limits::kMaxSteps) + " steps");
    }
    const std::string type = json.type();
    if (type == "Sequence") {
        for (const Component& step : json.list("decoders")) add(step);
    } else if (type == "ByteLevel") {
        steps_.emplace_back(ByteLevelDecode{});
    } else if (type == "ByteFallback") {
        steps_.emplace_back(ByteFallbackDecode{});
    } else if (type == "Fuse") {
        steps_.emplace_back(FuseDecode{});
    } else if (type == "Replace") {
        steps_.emplace_back(ReplaceDecode{Pattern(json.at("pattern")), json.text("content")});
    } else if (type == "Strip") {
        const std::string character = json.text("content");
        if (character.empty()) json.malformed("content: expected one character, found none");
        steps_.emplace_back(StripDecode{character, json.integer("start"), json.integer("stop")});
    } else if (type == "Metaspace") {
        const bool was_prepended =
            json.has("prepend_scheme") ? json.text("prepend_scheme") != "never" : json.flag("add_prefix_space", true);
        steps_.emplace_back(MetaspaceDecode{json.text("replacement", "▁"), was_prepended});
    } else if (type == "BPEDecoder") {
        const std::string suffix = json.text("suffix");
        if (suffix.empty()) json.malformed("suffix: expected the end of a word, found none");
        steps_.emplace_back(BpeDecode{suffix});
    } else if (type == "WordPiece") {
        steps_.emplace_back(WordPieceDecode{json.text("prefix", "##"), json.flag("cleanup", true)});
    } else {
        json.unsupported("decoder " + type);
    }
}

std::string Decoder::apply(std::vector<std::string> tokens) const {
    if (steps_.empty()) {
        std::string result;
        for (const std::string& token : tokens) result.append(result.empty() ? "" : " ").append(token);
        return result;
    }
    std::size_t n_bytes = 0;
    for (const std::string& token : tokens) n_bytes += token.size();
    // However short they are, each text is looked at once.
    Allowed allowed{tokenizer_limits::grownBytes(n_bytes), MatchBudget(n_bytes + tokens.size(), steps_.size())};
    for (const Step& step : steps_) {
        tokens = std::visit([&](const auto& s) { return run(s, std::move(tokens), allowed); }, step);
    }
    return joined(tokens);
}

std::string Decoder::bytesOf(std::string_view token) const {
    std::string bytes(token);
    for (const Step& step : steps_) {
        if (std::holds_alternative<ByteLevelDecode>(step)) {
            bytes = byteLevelBytes(bytes);
        } else if (std::holds_alternative<ByteFallbackDecode>(step)) {
            if (const auto byte = byteOfToken(bytes)) return {*byte};
        } else if (const auto* const replace = std::get_if<ReplaceDecode>(&step)) {
            MatchBudget budget(token.size());
            bytes = replace->pattern.replaceAll(bytes, replace->content, tokenizer_limits::grownBytes(token.size()), budget);
        } else if (const auto* const metaspace = std::get_if<MetaspaceDecode>(&step)) {
            bytes = replaceLiteral(bytes, metaspace->replacement, " ");
        } else if (const auto* const word_piece = std::get_if<WordPieceDecode>(&step)) {
            bytes = continued(*word_piece, bytes);
        } else if (const auto* const bpe = std::get_if<BpeDecode>(&step)) {
            bytes = replaceLiteral(bytes, bpe->suffix, " ");
        }
    }
    return bytes;
}

}  // namespace salient
