#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/model/model.h"

namespace salient {

/// Files of a tokenizer, of the model's directory or, for one from a GGUF file, of its companion files. Their form has been checked when
/// the tokenizer was opened.
class VocabularyFiles {
public:
    explicit VocabularyFiles(const Model& model) : model_(model) {}

    [[nodiscard]] std::optional<std::string> text(const std::string& name) const;
    [[nodiscard]] std::optional<Json> json(const std::string& name) const;
    /// tokenizer_config.json; an empty object where there is none.
    [[nodiscard]] Json tokenizerConfig() const;
    /// Of chat_template.jinja, else of chat_template.json, else of tokenizer_config.json: a text, or of several by name the one called
    /// "default". Empty where there is none.
    [[nodiscard]] std::string chatTemplate() const;
    /// "left right" of merges.txt, without its version line.
    [[nodiscard]] std::vector<std::string> mergeLines() const;

    struct AddedToken {
        std::string content;
        bool is_special = false;
    };
    /// By id: "added_tokens" of tokenizer.json, "added_tokens_decoder" of tokenizer_config.json, added_tokens.json.
    [[nodiscard]] std::map<std::int64_t, AddedToken> addedTokens() const;

private:
    const Model& model_;
};

}  // namespace salient
