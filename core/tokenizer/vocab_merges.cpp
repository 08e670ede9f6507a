#include "core/tokenizer/vocab_merges.h"

#include <map>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/io/contained_path.h"
#include "core/tokenizer/component.h"
#include "core/tokenizer/limits.h"
#include "core/tokenizer/pipeline_tokenizer.h"
#include "core/tokenizer/pre_tokenizer_names.h"
#include "core/tokenizer/tokenizer_config.h"

namespace salient {
namespace {

StringMap<TokenId> readIds(const std::filesystem::path& path) {
    const Json json = readJson(path, kMostListBytes);
    const Component root(json, path.string());
    if (!json.is_object()) root.malformed("expected an object, found " + std::string(json.type_name()));
    StringMap<TokenId> ids;
    ids.reserve(json.size());
    for (const auto& [token, id] : json.items()) {
        if (!id.is_number_unsigned() || id.get<std::uint64_t>() > static_cast<std::uint64_t>(tokenizer_limits::kMaxId)) {
            root.malformed("token '" + token + "': expected an id, found " + id.dump());
        }
        ids.emplace(token, id.get<TokenId>());
    }
    return ids;
}

/// One "left right" per line; the first line may be a version.
BpeModel::Merges readMergeLines(const std::filesystem::path& path) {
    const std::string text = readText(path, std::size_t{256} << 20U);
    if (!unicode::isValid(text)) throw Error(ErrorCode::Format, "openTokenizer: " + path.string() + ": expected UTF-8");
    BpeModel::Merges merges;
    std::size_t n_line = 0;
    for (std::size_t begin = 0; begin < text.size();) {
        std::size_t end = std::min(text.find('\n', begin), text.size());
        std::string_view line = std::string_view(text).substr(begin, end - begin);
        begin = end + 1;
        ++n_line;
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty() || (n_line == 1 && line.starts_with("#version"))) continue;
        const std::size_t space = line.find(' ');
        if (space == std::string_view::npos || line.find(' ', space + 1) != std::string_view::npos) {
            throw Error(ErrorCode::Format, "openTokenizer: " + path.string() + ": line " + std::to_string(n_line) +
                                               ": expected two parts with one space between, found '" + std::string(line) + "'");
        }
        merges.emplace_back(line.substr(0, space), line.substr(space + 1));
    }
    return merges;
}

Json preTokenizerOf(const TwoFilesForm& form, bool add_prefix_space) {
    Json steps = preTokenizerFromName(form.pre_tokenizer).value().pre_tokenizer;
    Json& byte_level = steps.contains("pretokenizers") ? steps["pretokenizers"].back() : steps;
    byte_level["add_prefix_space"] = add_prefix_space;
    return steps;
}

/// The id of a special token that is put around every text.
TokenId idAround(const std::map<std::string, AddedToken>& added, const std::optional<std::string>& token, const std::string& name,
                 const std::filesystem::path& directory) {
    const auto found = added.find(token.value_or(""));
    if (found == added.end()) {
        throw Error(ErrorCode::Format, "openTokenizer: " + directory.string() + ": add_" + name + "_token is set, but " + name +
                                           "_token is not in the vocabulary");
    }
    return found->second.id;
}

}  // namespace

TwoFilesForm twoFilesForm(std::string_view tokenizer_class, const std::string& place) {
    constexpr std::string_view kFast = "Fast";  // another program, the same tokens
    const std::string_view name =
        tokenizer_class.ends_with(kFast) ? tokenizer_class.substr(0, tokenizer_class.size() - kFast.size()) : tokenizer_class;
    if (name == "Qwen2Tokenizer") return {"qwen2", true};
    if (name == "GPTNeoXTokenizer") return {"gpt-2", true};
    for (const std::string_view like_gpt2 : {"", "GPT2Tokenizer", "CodeGenTokenizer", "PreTrainedTokenizer", "TokenizersBackend"}) {
        if (name == like_gpt2) return {"gpt-2", false};
    }
    throw Error(ErrorCode::Unsupported,
                place + ": tokenizer_class " + std::string(tokenizer_class) +
                    " is not supported with vocab.json and merges.txt: a tokenizer.json would say how it cuts texts");
}

std::shared_ptr<const Tokenizer> readVocabAndMerges(const std::filesystem::path& directory) {
    const std::filesystem::path vocabulary_path = containedPath(directory, "vocab.json");
    const TokenizerConfig config = TokenizerConfig::read(directory);
    const TwoFilesForm form = twoFilesForm(config.tokenizer_class, "openTokenizer: " + directory.string());
    BpeModel model(readIds(vocabulary_path), readMergeLines(containedPath(directory, "merges.txt")), BpeOptions{},
                   vocabulary_path.string());

    std::map<std::string, AddedToken> added;
    for (const AddedToken& token : config.added_tokens) added.emplace(token.content, token);
    for (const AddedToken& token : config.special_tokens) {
        const auto id = model.idOf(token.content);
        if (!id) continue;
        const auto [known, is_new] = added.try_emplace(token.content, token);
        if (is_new) known->second.id = *id;
    }
    std::vector<AddedToken> tokens;
    tokens.reserve(added.size());
    for (auto& [content, token] : added) tokens.push_back(token);

    PostProcessor post_processor;
    if (config.add_bos_token.value_or(false)) post_processor.before = {idAround(added, config.bos_token, "bos", directory)};
    if (config.add_eos_token.value_or(false)) post_processor.after = {idAround(added, config.eos_token, "eos", directory)};
    const Json nfc = form.has_nfc ? Json::object({{"type", "NFC"}}) : Json();
    const Json steps = preTokenizerOf(form, config.add_prefix_space);
    const std::string place = directory.string();
    return std::make_shared<PipelineTokenizer>(PipelineParts{std::move(tokens), Normalizer(Component(nfc, place)),
                                                             PreTokenizer(Component(steps, place)), std::move(model),
                                                             std::move(post_processor), Decoder(ByteLevelDecode{})});
}

}  // namespace salient
