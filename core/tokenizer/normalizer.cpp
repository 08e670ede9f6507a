#include "core/tokenizer/normalizer.h"

#include <memory>
#include <utility>

#include "core/tokenizer/base64.h"
#include "core/tokenizer/byte_level.h"
#include "core/tokenizer/limits.h"

namespace salient {
namespace {

/// What a text may become and cost, and what became of its beginning.
struct Progress {
    std::size_t allowed_bytes;
    MatchBudget matches;
    bool keeps_start = true;
};

/// The characters that are wanted.
template <typename IsWanted>
std::string filtered(const std::string& text, Progress& progress, const IsWanted& isWanted) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const unicode::CodePoint c = unicode::decodeAt(text, i);
        if (isWanted(c.value)) {
            result.append(text, i, c.n_bytes);
        } else if (i == 0) {
            progress.keeps_start = false;
        }
        i += c.n_bytes;
    }
    return result;
}

std::string run(const PrependStep& step, const std::string& text, Progress&) { return text.empty() ? text : step.prefix + text; }

std::string run(const ReplaceStep& step, const std::string& text, Progress& progress) {
    return step.pattern.replaceAll(text, step.content, progress.allowed_bytes, progress.matches);
}

std::string run(const UnicodeFormStep& step, const std::string& text, Progress&) { return unicode::normalize(text, step.form); }

std::string run(const LowercaseStep&, const std::string& text, Progress&) { return unicode::toLower(text); }

std::string run(const StripStep& step, const std::string& text, Progress& progress) {
    std::size_t begin = 0;
    std::size_t end = text.size();
    while (step.left && begin < end) {
        const unicode::CodePoint c = unicode::decodeAt(text, begin);
        if (!unicode::isWhiteSpace(c.value)) break;
        begin += c.n_bytes;
    }
    if (begin > 0) progress.keeps_start = false;
    while (step.right && begin < end) {
        const unicode::CodePoint c = unicode::decodeBefore(text, end);
        if (!unicode::isWhiteSpace(c.value)) break;
        end -= c.n_bytes;
    }
    return text.substr(begin, end - begin);
}

std::string run(const StripAccentsStep&, const std::string& text, Progress& progress) {
    return filtered(text, progress, [](char32_t c) { return !unicode::isMark(c); });
}

/// The CJK blocks as BERT's reference implementation lists them.
bool isIdeograph(char32_t c) noexcept {
    return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x20000 && c <= 0x2A6DF) ||
           (c >= 0x2A700 && c <= 0x2B73F) || (c >= 0x2B740 && c <= 0x2B81F) || (c >= 0x2B920 && c <= 0x2CEAF) ||
           (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x2F800 && c <= 0x2FA1F);
}

bool isClean(char32_t c) noexcept {
    if (c == '\t' || c == '\n' || c == '\r') return true;
    return c != unicode::kReplacementCharacter && !unicode::isControl(c);
}

using CharacterClass = bool (*)(char32_t) noexcept;

/// `becomes_space` may be null.
std::string withSpaces(const std::string& text, CharacterClass becomes_space, bool are_around_ideographs) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const unicode::CodePoint c = unicode::decodeAt(text, i);
        if (becomes_space != nullptr && becomes_space(c.value)) {
            result += ' ';
        } else if (are_around_ideographs && isIdeograph(c.value)) {
            result.append(" ").append(text, i, c.n_bytes).append(" ");
        } else {
            result.append(text, i, c.n_bytes);
        }
        i += c.n_bytes;
    }
    return result;
}

std::string run(const BertStep& step, std::string text, Progress& progress) {
    if (step.clean_text) text = filtered(text, progress, isClean);
    if (step.clean_text || step.handle_chinese_chars)
        text = withSpaces(text, step.clean_text ? &unicode::isWhiteSpace : nullptr, step.handle_chinese_chars);
    if (step.strip_accents) {
        text = filtered(unicode::normalize(text, unicode::Form::Nfd), progress, [](char32_t c) { return !unicode::isNonspacingMark(c); });
    }
    return step.lowercase ? unicode::toLower(text) : text;
}

/// Both lists as the published tokenizers library has them.
bool isDroppedByNmt(char32_t c) noexcept {
    return (c >= 0x01 && c <= 0x08) || c == 0x0B || (c >= 0x0E && c <= 0x1F) || c == 0x7F || c == 0x8F || c == 0x9F;
}

bool isSpaceToNmt(char32_t c) noexcept {
    return c == 0x09 || c == 0x0A || c == 0x0C || c == 0x0D || c == 0x1680 || (c >= 0x200B && c <= 0x200F) || c == 0x2028 || c == 0x2029 ||
           c == 0x2581 || c == 0xFEFF || c == 0xFFFD;
}

std::string run(const NmtStep&, const std::string& text, Progress& progress) {
    return withSpaces(filtered(text, progress, [](char32_t c) { return !isDroppedByNmt(c); }), &isSpaceToNmt, false);
}

std::string run(const ByteLevelFormStep&, const std::string& text, Progress&) {
    std::string result;
    appendByteLevel(result, text);
    return result;
}

std::string run(const CharsmapStep& step, const std::string& text, Progress& progress) {
    return step.charsmap->apply(text, progress.allowed_bytes);
}

BertStep readBert(const Component& json) {
    const bool lowercase = json.flag("lowercase", true);
    return {json.flag("clean_text", true), json.flag("handle_chinese_chars", true), json.flag("strip_accents", lowercase), lowercase};
}

CharsmapStep readCharsmap(const Component& json) {
    constexpr const char* kKey = "precompiled_charsmap";
    const Component field = json.at(kKey);
    const auto bytes = bytesFromBase64(json.text(kKey));
    if (!bytes) field.malformed("expected base64");
    return {std::make_shared<const Charsmap>(*bytes, field.place())};
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
    } else if (type == "BertNormalizer") {
        steps_.emplace_back(readBert(json));
    } else if (type == "Nmt") {
        steps_.emplace_back(NmtStep{});
    } else if (type == "ByteLevel") {
        steps_.emplace_back(ByteLevelFormStep{});
    } else if (type == "Precompiled") {
        steps_.emplace_back(readCharsmap(json));
    } else {
        json.unsupported("normalizer " + type);
    }
}

Normalizer::Result Normalizer::apply(std::string_view text) const {
    std::string result(text);
    const std::size_t allowed_bytes = tokenizer_limits::grownBytes(text.size());
    Progress progress{allowed_bytes, MatchBudget(text.size(), steps_.size())};
    for (const Step& step : steps_) {
        result = std::visit([&](const auto& s) { return run(s, std::move(result), progress); }, step);
        if (result.size() > allowed_bytes) failGrown(text.size(), allowed_bytes);
    }
    return {std::move(result), progress.keeps_start};
}

}  // namespace salient
