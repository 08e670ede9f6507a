#include "core/tokenizer/normalizer.h"

#include <utility>

#include "core/tokenizer/limits.h"

namespace salient {
namespace {

/// What a text may become and cost.
struct Allowed {
    std::size_t n_bytes;
    MatchBudget matches;
};

std::string run(const PrependStep& step, const std::string& text, Allowed&) { return text.empty() ? text : step.prefix + text; }

std::string run(const ReplaceStep& step, const std::string& text, Allowed& allowed) {
    return step.pattern.replaceAll(text, step.content, allowed.n_bytes, allowed.matches);
}

std::string run(const UnicodeFormStep& step, const std::string& text, Allowed&) { return unicode::normalize(text, step.form); }

std::string run(const LowercaseStep&, const std::string& text, Allowed&) { return unicode::toLower(text); }

std::string run(const StripStep& step, const std::string& text, Allowed&) {
    std::size_t begin = 0;
    std::size_t end = text.size();
    while (step.left && begin < end) {
        const unicode::CodePoint c = unicode::decodeAt(text, begin);
        if (!unicode::isWhiteSpace(c.value)) break;
        begin += c.n_bytes;
    }
    while (step.right && begin < end) {
        const unicode::CodePoint c = unicode::decodeBefore(text, end);
        if (!unicode::isWhiteSpace(c.value)) break;
        end -= c.n_bytes;
    }
    return text.substr(begin, end - begin);
}

std::string run(const StripAccentsStep&, const std::string& text, Allowed&) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const unicode::CodePoint c = unicode::decodeAt(text, i);
        if (!unicode::isMark(c.value)) result.append(text, i, c.n_bytes);
        i += c.n_bytes;
    }
    return result;
}

}  // namespace

Normalizer::Normalizer(const Component& json) {
    if (!json.isNull()) add(json);
}

void Normalizer::add(const Component& json) {
    if (steps_.size() >= tokenizer_limits::kMaxSteps) {
        json.unsupported("a normalizer of more than " + std::to_string(tokenizer_limits::kMaxSteps) + " steps");
    }
    const std::string type = json.type();
    if (type == "Sequence") {
        // Nesting is bounded by the JSON reader's own limit.
        for (const Component& step : json.list("normalizers")) add(step);
    } else if (type == "Prepend") {
        steps_.emplace_back(PrependStep{json.text("prepend")});
    } else if (type == "Replace") {
        steps_.emplace_back(ReplaceStep{Pattern(json.at("pattern")), json.text("content")});
    } else if (type == "NFC") {
        steps_.emplace_back(UnicodeFormStep{unicode::Form::Nfc});
    } else if (type == "NFD") {
        steps_.emplace_back(UnicodeFormStep{unicode::Form::Nfd});
    } else if (type == "NFKC") {
        steps_.emplace_back(UnicodeFormStep{unicode::Form::Nfkc});
    } else if (type == "NFKD") {
        steps_.emplace_back(UnicodeFormStep{unicode::Form::Nfkd});
    } else if (type == "Lowercase") {
        steps_.emplace_back(LowercaseStep{});
    } else if (type == "Strip") {
        steps_.emplace_back(StripStep{json.flag("strip_left", true), json.flag("strip_right", true)});
    } else if (type == "StripAccents") {
        steps_.emplace_back(StripAccentsStep{});
    } else {
        json.unsupported("normalizer " + type);
    }
}

std::string Normalizer::apply(std::string_view text) const {
    std::string result(text);
    Allowed allowed{tokenizer_limits::grownBytes(text.size()), MatchBudget(text.size(), steps_.size())};
    for (const Step& step : steps_) {
        result = std::visit([&](const auto& s) { return run(s, std::move(result), allowed); }, step);
        if (result.size() > allowed.n_bytes) failGrown(text.size(), allowed.n_bytes);
    }
    return result;
}

}  // namespace salient
