#include "core/tokenizer/pre_tokenizer_names.h"

#include <algorithm>
#include <vector>

namespace salient {
namespace {

/// Texts are cut at each expression in turn, matches and what lies between them alike becoming words; then each digit stands alone, if
/// asked; then bytes are spelled as characters, and with `gpt2` cut once more by GPT-2's expression.
struct Row {
    std::vector<std::string_view> names;
    std::vector<std::string_view> expressions;
    std::string_view other_spelling = {};  ///< the only expression as others write it, recognized as the same
    bool single_digits = false;
    bool gpt2 = false;
    bool has_nfc = false;
    bool ignore_merges = false;
    bool adds_bos = false;
    std::string_view steps = {};  ///< all of them, as a list of a tokenizer.json, where the others do not say it
};

constexpr std::string_view kGpt2 = R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
constexpr std::string_view kThreeDigits =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kOneDigit =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kTekken =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kGpt4o =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kDeepseek3 =
    R"([!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

constexpr std::string_view kBloom = R"( ?[^(\s|[.,!?…。，、।۔،])]+)";
constexpr std::string_view kCjk = "[\u4E00-\u9FA5\u0800-\u4E00\uAC00-\uD7FF]+";
constexpr std::string_view kPunctuation = "\\s?[!-/:-~\uFF01-\uFF0F\uFF1A-\uFF5E\u2018-\u201F\u3000-\u3002]+";
// In code points, for many of these letters turn into others when a text is composed (NFC).
constexpr std::string_view kCasedWord =
    "\\s?[A-Za-z\u00B5\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u01BA\u01BC-\u01BF\u01C4-\u0293\u0295-\u02AF\u0370-\u0373\u0376\u0377\u037B-"
    "\u037D\u037F\u0386\u0388-\u038A\u038C\u038E-\u03A1\u03A3-\u03F5\u03F7-\u0481\u048A-\u052F\u0531-\u0556\u10A0-\u10C5\u13A0-\u13F5"
    "\u13F8-\u13FD\u1C90-\u1CBA\u1CBD-\u1CBF\u1D00-\u1D2B\u1D6B-\u1D77\u1D79-\u1D9A\u1E00-\u1F15\u1F18-\u1F1D\u1F20-\u1F45\u1F48-\u1F4D"
    "\u1F50-\u1F57\u1F59\u1F5B\u1F5D\u1F5F-\u1F7D\u1F80-\u1FB4\u1FB6-\u1FBC\u1FBE\u1FC2-\u1FC4\u1FC6-\u1FCC\u1FD0-\u1FD3\u1FD6-\u1FDB"
    "\u1FE0-\u1FEC\u1FF2-\u1FF4\u1FF6-\u1FFC\u2102\u2107\u210A-\u2113\u2115\u2119-\u211D\u2124\u2126\u2128\u212A-\u212D\u212F-\u2134"
    "\u2139\u213C-\u213F\u2145-\u2149\u214E\u2183\u2184\u2C00-\u2C7B\u2C7E-\u2CE4\u2CEB-\u2CEE\u2CF2\u2CF3\uA640-\uA66D\uA680-\uA69B"
    "\uA722-\uA76F\uA771-\uA787\uA78B-\uA78E\uAB70-\uABBF\uFB00-\uFB06\uFB13-\uFB17\uFF21-\uFF3A\uFF41-\uFF5A\U00010400-\U0001044F"
    "\U000104B0-\U000104D3\U000104D8-\U000104FB\U00010C80-\U00010CB2\U00010CC0-\U00010CF2\U000118A0-\U000118DF\U0001E900-\U0001E943]+";

const std::vector<Row>& rows() {
    static const std::vector<Row> kRows = {
        {.names = {"gpt-2", "phi-2", "olmo", "mpt", "jais", "exaone4", "mellum", "gigachat", "jina-es", "jina-de", "jina-v2-es",
                   "jina-v2-de"},
         .expressions = {},
         .gpt2 = true},
        {.names = {"llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "lfm2"},
         .expressions = {kThreeDigits},
         .ignore_merges = true,
         .adds_bos = true},
        {.names = {"dbrx", "smaug-bpe"}, .expressions = {kThreeDigits}},
        {.names = {"qwen2", "deepseek-r1-qwen", "megrez"}, .expressions = {kOneDigit}, .has_nfc = true},
        {.names = {"stablelm2"}, .expressions = {kOneDigit}},
        {.names = {"starcoder", "refact", "command-r", "smollm", "codeshell", "exaone"},
         .expressions = {},
         .single_digits = true,
         .gpt2 = true},
        {.names = {"bloom", "gpt3-finnish", "poro-chat"}, .expressions = {kBloom}, .other_spelling = " ?[^(\\s|.,!?…。，、।۔،)]+"},
        {.names = {"tekken"}, .expressions = {kTekken}, .ignore_merges = true, .adds_bos = true},
        {.names = {"gpt-4o", "llama4"}, .expressions = {kGpt4o}},
        {.names = {"deepseek-v3"}, .expressions = {R"(\p{N}{1,3})", "[一-龥぀-ゟ゠-ヿ]+", kDeepseek3}},
        {.names = {"deepseek-llm"}, .expressions = {"[\r\n]", kCasedWord, kPunctuation, R"(\s+$)", kCjk}, .single_digits = true},
        {.names = {"deepseek-coder"}, .expressions = {"[\r\n]", R"(\s?\p{L}+)", R"(\s?\p{P}+)", kCjk}, .single_digits = true},
        {.names = {"falcon"}, .expressions = {}, .steps = R"([{"type": "Punctuation", "behavior": "Contiguous"},
             {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
             {"type": "Digits", "individual_digits": false},
             {"type": "Split", "pattern": {"Regex": "[0-9][0-9][0-9]"}, "behavior": "Isolated", "invert": false}])"},
        {.names = {"default"}, .expressions = {R"([\p{P}\$\+<=>\^~\|]+)", kGpt2, R"(\p{N}+)", "[0-9][0-9][0-9]"}},
    };
    return kRows;
}

Json byteLevel(bool cuts) { return {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", cuts}}; }

Json asJson(const Row& row) {
    if (!row.steps.empty()) return {{"type", "Sequence"}, {"pretokenizers", Json::parse(row.steps)}};
    Json steps = Json::array();
    for (const std::string_view expression : row.expressions) {
        steps.push_back({{"type", "Split"}, {"pattern", {{"Regex", expression}}}, {"behavior", "Isolated"}, {"invert", false}});
    }
    if (row.single_digits) steps.push_back({{"type", "Digits"}, {"individual_digits", true}});
    steps.push_back(byteLevel(row.gpt2));
    if (steps.size() == 1) return steps.front();
    return {{"type", "Sequence"}, {"pretokenizers", steps}};
}

/// The steps that decide where words end, without what only matters for positions in the text.
std::string canonical(const Json& step) {
    const auto text = [&](const char* key) { return step.contains(key) ? step.at(key).dump() : std::string(); };
    const auto flag = [&](const char* key, bool fallback) {
        const bool value = step.contains(key) && step.at(key).is_boolean() ? step.at(key).get<bool>() : fallback;
        return value ? "+" : "-";
    };
    if (!step.is_object()) return "?";
    const std::string type = text("type");
    if (type == "\"Sequence\"" && step.contains("pretokenizers")) {
        std::string all;
        for (const Json& each : step.at("pretokenizers")) all += canonical(each);
        return all;
    }
    if (type == "\"ByteLevel\"") return type + flag("add_prefix_space", true) + flag("use_regex", true);
    if (type == "\"Split\"") return type + text("pattern") + text("behavior") + flag("invert", false);
    if (type == "\"Punctuation\"") return type + text("behavior");
    if (type == "\"Digits\"") return type + flag("individual_digits", false);
    return "?" + type;
}

}  // namespace

std::optional<NamedPreTokenizer> preTokenizerFromName(std::string_view name) {
    for (const Row& row : rows()) {
        if (std::find(row.names.begin(), row.names.end(), name) != row.names.end())
            return NamedPreTokenizer{asJson(row), row.has_nfc, row.ignore_merges, row.adds_bos};
    }
    return std::nullopt;
}

std::string preTokenizerNames() {
    std::string all;
    for (const Row& row : rows()) {
        for (const std::string_view name : row.names) all += (all.empty() ? "" : ", ") + std::string(name);
    }
    return all;
}

std::string preTokenizerName(const Json& pre_tokenizer, bool ignore_merges) {
    const std::string wanted = canonical(pre_tokenizer);
    for (const Row& row : rows()) {
        if (row.ignore_merges != ignore_merges) continue;
        if (canonical(asJson(row)) == wanted) return std::string(row.names.front());
        if (row.other_spelling.empty()) continue;
        Row other = row;
        other.expressions = {row.other_spelling};
        if (canonical(asJson(other)) == wanted) return std::string(row.names.front());
    }
    return {};
}

bool isPublishedExpression(std::string_view expression) {
    return std::ranges::any_of(rows(), [expression](const Row& row) {
        return row.other_spelling == expression || std::ranges::find(row.expressions, expression) != row.expressions.end();
    });
}

}  // namespace salient
