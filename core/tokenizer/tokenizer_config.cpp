#include "core/tokenizer/tokenizer_config.h"

#include <algorithm>

#include "core/io/contained_path.h"
#include "core/tokenizer/component.h"

namespace salient {
namespace {

/// A token is a string, or an object with its content.
std::optional<std::string> tokenText(const Component& json) {
    if (json.json().is_string()) return json.json().get<std::string>();
    if (json.json().is_object() && json.has("content")) return json.text("content");
    return std::nullopt;
}

void readSpecialTokens(const Component& root, TokenizerConfig& config) {
    const auto add = [&](const std::optional<std::string>& token) {
        if (!token || token->empty()) return;
        if (std::find(config.special_tokens.begin(), config.special_tokens.end(), *token) == config.special_tokens.end()) {
            config.special_tokens.push_back(*token);
        }
    };
    for (const char* const key : {"bos_token", "eos_token", "unk_token", "pad_token", "sep_token", "cls_token", "mask_token"}) {
        if (root.has(key)) add(tokenText(root.at(key)));
    }
    if (root.has("additional_special_tokens")) {
        for (const Component& token : root.list("additional_special_tokens")) add(tokenText(token));
    }
    if (!config.bos_token && root.has("bos_token")) config.bos_token = tokenText(root.at("bos_token"));
}

}  // namespace

TokenizerConfig TokenizerConfig::read(const std::filesystem::path& directory) {
    TokenizerConfig config;
    for (const char* const name : {"tokenizer_config.json", "special_tokens_map.json"}) {
        if (!holdsFile(directory, name)) continue;
        const std::filesystem::path path = containedPath(directory, name);
        const Json json = readJson(path);
        const Component root(json, path.string());
        readSpecialTokens(root, config);
        if (!config.add_bos_token && root.has("add_bos_token")) config.add_bos_token = root.flag("add_bos_token", false);
        if (!config.add_eos_token && root.has("add_eos_token")) config.add_eos_token = root.flag("add_eos_token", false);
        config.add_prefix_space = root.flag("add_prefix_space", config.add_prefix_space);
    }
    return config;
}

}  // namespace salient
