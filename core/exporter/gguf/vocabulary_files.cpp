#include "core/exporter/gguf/vocabulary_files.h"

#include <algorithm>
#include <charconv>

#include "core/io/contained_path.h"

namespace salient {

std::optional<std::string> VocabularyFiles::text(const std::string& name) const {
    const auto companion = model_.companion_files.find(name);
    if (companion != model_.companion_files.end()) return companion->second;
    if (!holdsFile(model_.directory, name)) return std::nullopt;
    return readText(containedPath(model_.directory, name));
}

std::optional<Json> VocabularyFiles::json(const std::string& name) const {
    const std::optional<std::string> content = text(name);
    if (!content) return std::nullopt;
    return parseJson(*content, name);
}

Json VocabularyFiles::tokenizerConfig() const {
    const std::optional<Json> config = json("tokenizer_config.json");
    return config && config->is_object() ? *config : Json::object();
}

std::string VocabularyFiles::chatTemplate() const {
    if (const std::optional<std::string> jinja = text("chat_template.jinja")) return *jinja;
    Json found;
    if (const std::optional<Json> file = json("chat_template.json"); file && file->is_object())
        found = file->value("chat_template", Json());
    if (found.is_null()) found = tokenizerConfig().value("chat_template", Json());
    if (found.is_array()) {
        const auto isDefault = [](const Json& one) { return one.is_object() && one.value("name", Json()) == Json("default"); };
        const auto wanted = std::find_if(found.begin(), found.end(), isDefault);
        found = wanted == found.end() ? Json() : Json(wanted->value("template", Json()));
    }
    return found.is_string() ? found.get<std::string>() : std::string();
}

std::vector<std::string> VocabularyFiles::mergeLines() const {
    std::vector<std::string> merges;
    const std::string lines = text("merges.txt").value_or("");
    for (std::size_t begin = 0; begin < lines.size();) {
        const std::size_t end = std::min(lines.find('\n', begin), lines.size());
        std::string line = lines.substr(begin, end - begin);
        if (line.ends_with('\r')) line.pop_back();
        const bool is_version = begin == 0 && line.starts_with("#version");
        if (!line.empty() && !is_version) merges.push_back(std::move(line));
        begin = end + 1;
    }
    return merges;
}

std::map<std::int64_t, VocabularyFiles::AddedToken> VocabularyFiles::addedTokens() const {
    std::map<std::int64_t, AddedToken> tokens;
    const std::optional<Json> added = json("added_tokens.json");
    if (added && added->is_object()) {
        for (const auto& [content, id] : added->items()) {
            if (id.is_number_integer()) tokens[id.get<std::int64_t>()] = {content, false};
        }
    }
    const auto isSpecial = [](const Json& token) { return token.value("special", Json(false)) == Json(true); };
    const Json config = tokenizerConfig();
    if (config.contains("added_tokens_decoder") && config.at("added_tokens_decoder").is_object()) {
        for (const auto& [text, token] : config.at("added_tokens_decoder").items()) {
            std::int64_t id = -1;
            std::from_chars(text.data(), text.data() + text.size(), id);
            if (token.is_object() && token.contains("content") && token.at("content").is_string())
                tokens[id] = {token.at("content").get<std::string>(), isSpecial(token)};
        }
    }
    const std::optional<Json> document = json("tokenizer.json");
    if (document && document->is_object() && document->contains("added_tokens")) {
        // The vocabulary decides where a token's id is given twice, as when the tokenizer is read.
        for (const Json& token : document->at("added_tokens")) {
            const std::string content = token.at("content").get<std::string>();
            if (!content.empty()) tokens[token.at("id").get<std::int64_t>()] = {content, isSpecial(token)};
        }
    }
    return tokens;
}

}  // namespace salient
