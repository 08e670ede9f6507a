#include "core/tokenizer/pre_tokenizer_names.h"

#include <algorithm>
#include <vector>

#include "core/error.h"

namespace salient {
namespace {

/// Texts are cut at each expression in turn, matches and what lies between them alike becoming words; then each digit stands alone, if
/// asked; then bytes are spelled as characters, and with `gpt2` cut once more by GPT-2's expression.
struct Row {
    std::vector<std::string_view> names;
    std::vector<std::string_view> expressions;
    bool single_digits = false;
    bool gpt2 = false;
    bool has_nfc = false;
    bool ignore_merges = false;
    bool adds_bos = false;
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
        {.names = {"bloom", "gpt3-finnish", "poro-chat"}, .expressions = {" ?[^(\\s|.,!?…。，、।۔،)]+"}},
        {.names = {"tekken"}, .expressions = {kTekken}, .ignore_merges = true, .adds_bos = true},
        {.names = {"gpt-4o", "llama4"}, .expressions = {kGpt4o}},
        {.names = {"deepseek-v3"}, .expressions = {R"(\p{N}{1,3})", "[一-龥぀-ゟ゠-ヿ]+", kDeepseek3}},
        {.names = {"default"}, .expressions = {R"([\p{P}\$\+<=>\^~\|]+)", kGpt2, R"(\p{N}+)", "[0-9][0-9][0-9]"}},
    };
    return kRows;
}

Json byteLevel(bool cuts) { return {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", cuts}}; }

Json asJson(const Row& row) {
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
    if (type == "\"Digits\"") return type + flag("individual_digits", false);
    return "?" + type;
}

}  // namespace

NamedPreTokenizer preTokenizerFromName(std::string_view name, const std::string& origin) {
    std::string known;
    for (const Row& row : rows()) {
        if (std::find(row.names.begin(), row.names.end(), name) != row.names.end())
            return {asJson(row), row.has_nfc, row.ignore_merges, row.adds_bos};
        for (const std::string_view each : row.names) known += (known.empty() ? "" : ", ") + std::string(each);
    }
    throw Error(ErrorCode::Unsupported,
                "openTokenizer: " + origin + ": tokenizer.ggml.pre: expected one of " + known + ", found '" + std::string(name) + "'");
}

std::string preTokenizerName(const Json& pre_tokenizer, bool ignore_merges) {
    const std::string wanted = canonical(pre_tokenizer);
    for (const Row& row : rows()) {
        if (row.ignore_merges == ignore_merges && canonical(asJson(row)) == wanted) return std::string(row.names.front());
    }
    return {};
}

}  // namespace salient
