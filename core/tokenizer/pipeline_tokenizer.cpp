#include "core/tokenizer/pipeline_tokenizer.h"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

#include "core/tokenizer/display_text.h"
#include "core/tokenizer/unicode.h"

namespace salient {

PipelineTokenizer::PipelineTokenizer(PipelineParts parts) : parts_(std::move(parts)) {
    std::vector<AddedToken> raw;
    std::vector<AddedToken> normalized;
    for (AddedToken token : parts_.added_tokens) {
        added_by_id_.emplace(token.id, token);
        if (token.normalized) {
            token.content = parts_.normalizer.apply(token.content).text;
            normalized.push_back(std::move(token));
        } else {
            raw.push_back(std::move(token));
        }
    }
    raw_ = AddedTokenMatcher(std::move(raw));
    normalized_ = AddedTokenMatcher(std::move(normalized));
}

std::vector<TokenId> PipelineTokenizer::encode(std::string_view text, bool add_special) const {
    std::string repaired;
    if (!unicode::isValid(text)) {
        repaired = unicode::replaceBroken(text);
        text = repaired;
    }

    std::vector<TokenId> ids;
    ids.reserve(text.size() / 4 + 8);
    if (add_special) ids = parts_.post_processor.before;
    std::visit(
        [&](const auto& model) {
            typename std::decay_t<decltype(model)>::Workspace workspace;
            appendSections(
                text, [&](std::string_view word) { model.encode(word, workspace, ids); }, ids);
        },
        parts_.model);
    if (add_special) ids.insert(ids.end(), parts_.post_processor.after.begin(), parts_.post_processor.after.end());
    return ids;
}

void PipelineTokenizer::appendSections(std::string_view text, const PieceSink& encode_word, std::vector<TokenId>& ids) const {
    raw_.split(text, [&](std::string_view section, const AddedToken* token) {
        if (token != nullptr) return ids.push_back(token->id);
        bool at_start = section.data() == text.data();
        Normalizer::Result rewritten;
        if (!parts_.normalizer.isIdentity()) {
            rewritten = parts_.normalizer.apply(section);
            section = rewritten.text;
            at_start = at_start && rewritten.keeps_start;
        }
        normalized_.split(section, [&](std::string_view piece, const AddedToken* normalized_token) {
            if (normalized_token != nullptr) {
                ids.push_back(normalized_token->id);
            } else {
                parts_.pre_tokenizer.apply(piece, at_start, encode_word);
            }
            at_start = false;
        });
    });
}

std::optional<std::string_view> PipelineTokenizer::textOf(TokenId id) const {
    return std::visit([&](const auto& model) { return model.textOf(id); }, parts_.model);
}

std::string PipelineTokenizer::decode(std::span<const TokenId> ids, bool skip_special) const {
    std::vector<std::string> tokens;
    tokens.reserve(ids.size());
    for (const TokenId id : ids) {
        if (const auto added = added_by_id_.find(id); added != added_by_id_.end()) {
            if (!(skip_special && added->second.special)) tokens.push_back(added->second.content);
        } else if (const auto text = textOf(id)) {
            tokens.emplace_back(*text);
        }
    }
    return parts_.decoder.apply(std::move(tokens));
}

std::string PipelineTokenizer::displayText(TokenId id) const {
    if (const auto added = added_by_id_.find(id); added != added_by_id_.end()) return escapedForDisplay(added->second.content);
    const auto text = textOf(id);
    return text ? escapedForDisplay(parts_.decoder.bytesOf(*text)) : std::string();
}

std::optional<TokenId> PipelineTokenizer::bos() const {
    if (parts_.post_processor.before.empty()) return std::nullopt;
    return parts_.post_processor.before.front();
}

int PipelineTokenizer::vocabularySize() const {
    TokenId max_id = std::visit([](const auto& model) { return model.maxId(); }, parts_.model);
    for (const auto& [id, token] : added_by_id_) max_id = std::max(max_id, id);
    return max_id + 1;
}

}  // namespace salient
