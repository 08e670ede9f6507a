#include "core/tokenizer/vocab_merges.h"

#include <map>
#include <utility>

#include "core/error.h"
#include "core/io/contained_path.h"
#include "core/tokenizer/component.h"
#include "core/tokenizer/limits.h"
#include "core/tokenizer/pipeline_tokenizer.h"
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

}  // namespace

std::shared_ptr<const Tokenizer> readVocabAndMerges(const std::filesystem::path& directory) {
    const std::filesystem::path vocabulary_path = containedPath(directory, "vocab.json");
    const TokenizerConfig config = TokenizerConfig::read(directory);
    BpeModel model(readIds(vocabulary_path), readMergeLines(containedPath(directory, "merges.txt")), BpeOptions{},
                   vocabulary_path.string());

    std::map<std::string, AddedToken> added;
    for (const AddedToken& token : config.added_tokens) added.emplace(token.content, token);
    for (const std::string& content : config.special_tokens) {
        const auto id = model.idOf(content);
        if (id) added.try_emplace(content, AddedToken{.id = *id, .content = content, .normalized = false, .special = true});
    }
    std::vector<AddedToken> tokens;
    tokens.reserve(added.size());
    for (auto& [content, token] : added) tokens.push_back(token);

    PostProcessor post_processor;
    if (config.add_bos_token.value_or(false)) {
        const auto bos = added.find(config.bos_token.value_or(""));
        if (bos == added.end())
            throw Error(ErrorCode::Format,
                        "openTokenizer: " + directory.string() + ": add_bos_token is set, but bos_token is not in the vocabulary");
        post_processor.before = {bos->second.id};
    }
    return std::make_shared<PipelineTokenizer>(PipelineParts{std::move(tokens), Normalizer(),
                                                             PreTokenizer(ByteLevelStep{config.add_prefix_space, true}), std::move(model),
                                                             std::move(post_processor), Decoder(ByteLevelDecode{})});
}

}  // namespace salient
