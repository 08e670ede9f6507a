#include "core/tokenizer/tokenizer_config.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "core/io/contained_path.h"
#include "core/tokenizer/component.h"
#include "core/tokenizer/limits.h"

namespace salient {
namespace {

/// A token is a string, or an object with its content and how it is looked for.
std::optional<AddedToken> readToken(const Component& json) {
    if (json.json().is_string()) return AddedToken{.content = json.json().get<std::string>(), .normalized = false};
    if (!json.json().is_object() || !json.has("content")) return std::nullopt;
    return AddedToken{.content = json.text("content"),
                      .single_word = json.flag("single_word", false),
                      .lstrip = json.flag("lstrip", false),
                      .rstrip = json.flag("rstrip", false),
                      .normalized = false};
}

std::optional<std::string> textOf(const Component& root, const char* key) {
    if (!root.has(key)) return std::nullopt;
    const std::optional<AddedToken> token = readToken(root.at(key));
    return token ? std::optional(token->content) : std::nullopt;
}

void readSpecialTokens(const Component& root, TokenizerConfig& config) {
    const auto add = [&](std::optional<AddedToken> token) {
        if (!token || token->content.empty()) return;
        if (std::ranges::find(config.special_tokens, token->content, &AddedToken::content) != config.special_tokens.end()) return;
        token->special = true;
        config.special_tokens.push_back(*std::move(token));
    };
    for (const char* const key : {"bos_token", "eos_token", "unk_token", "pad_token", "sep_token", "cls_token", "mask_token"}) {
        if (root.has(key)) add(readToken(root.at(key)));
    }
    if (root.has("additional_special_tokens")) {
        for (const Component& token : root.list("additional_special_tokens")) add(readToken(token));
    }
    if (!config.bos_token) config.bos_token = textOf(root, "bos_token");
    if (!config.eos_token) config.eos_token = textOf(root, "eos_token");
}

constexpr const char* kDecoder = "added_tokens_decoder";

using AddedTokens = std::map<std::string, AddedToken>;

void requireObject(const Component& json) {
    if (!json.json().is_object()) json.malformed("expected an object, found " + std::string(json.json().type_name()));
}

void keep(AddedTokens& tokens, AddedToken token, const Component& place) {
    if (token.content.empty()) return;
    if (token.content.size() > tokenizer_limits::kMaxAddedTokenBytes) {
        place.malformed("expected tokens of at most " + std::to_string(tokenizer_limits::kMaxAddedTokenBytes) + " bytes, found " +
                        std::to_string(token.content.size()));
    }
    token.normalized = false;
    std::string content = token.content;
    tokens.insert_or_assign(std::move(content), std::move(token));
}

/// added_tokens.json: {"<x>": 32000, …}
void readAddedTokens(const Component& root, AddedTokens& tokens) {
    requireObject(root);
    for (const auto& [content, id] : root.json().items()) {
        if (!id.is_number_unsigned() || id.get<std::uint64_t>() > static_cast<std::uint64_t>(tokenizer_limits::kMaxId)) {
            root.malformed("token '" + content + "': expected an id, found " + id.dump());
        }
        keep(tokens, {.id = id.get<TokenId>(), .content = content}, root);
    }
}

/// {"32000": {"content": "<x>", "special": true, …}, …}
void readAddedTokensDecoder(const Component& decoder, const std::string& place, AddedTokens& tokens) {
    requireObject(decoder);
    for (const auto& [text, json] : decoder.json().items()) {
        TokenId id = -1;
        const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), id);
        if (error != std::errc{} || stop != text.data() + text.size() || id < 0 || id > tokenizer_limits::kMaxId)
            decoder.malformed("expected ids from 0 to " + std::to_string(tokenizer_limits::kMaxId) + ", found '" + text + "'");
        const Component token(json, place + "." + text);
        keep(tokens,
             {.id = id,
              .content = token.text("content"),
              .single_word = token.flag("single_word", false),
              .lstrip = token.flag("lstrip", false),
              .rstrip = token.flag("rstrip", false),
              .special = token.flag("special", false)},
             token);
    }
}

}  // namespace

TokenizerConfig TokenizerConfig::read(const std::filesystem::path& directory) {
    TokenizerConfig config;
    AddedTokens added;
    if (holdsFile(directory, "added_tokens.json")) {
        const std::filesystem::path path = containedPath(directory, "added_tokens.json");
        const Json json = readJson(path);
        readAddedTokens(Component(json, path.string()), added);
    }
    for (const char* const name : {"tokenizer_config.json", "special_tokens_map.json"}) {
        if (!holdsFile(directory, name)) continue;
        const std::filesystem::path path = containedPath(directory, name);
        const Json json = readJson(path);
        const Component root(json, path.string());
        readSpecialTokens(root, config);
        if (!config.add_bos_token && root.has("add_bos_token")) config.add_bos_token = root.flag("add_bos_token", false);
        if (!config.add_eos_token && root.has("add_eos_token")) config.add_eos_token = root.flag("add_eos_token", false);
        config.add_prefix_space = root.flag("add_prefix_space", config.add_prefix_space);
        if (config.tokenizer_class.empty()) config.tokenizer_class = root.text("tokenizer_class", "");
        if (root.has(kDecoder)) readAddedTokensDecoder(root.at(kDecoder), path.string() + "." + kDecoder, added);
    }
    for (const AddedToken& token : config.special_tokens) {
        if (const auto found = added.find(token.content); found != added.end()) found->second.special = true;
    }
    config.added_tokens.reserve(added.size());
    for (auto& [content, token] : added) config.added_tokens.push_back(std::move(token));
    return config;
}

}  // namespace salient
