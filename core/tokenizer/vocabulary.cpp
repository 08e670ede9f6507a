#include "core/tokenizer/vocabulary.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/tokenizer/limits.h"

namespace salient {

using tokenizer_limits::kMaxId;

void failModel(std::string_view origin, const std::string& reason) {
    throw Error(ErrorCode::Format, "openTokenizer: " + std::string(origin) + ": model: " + reason);
}

Vocabulary::Vocabulary(StringMap<TokenId> ids, std::string_view origin) : ids_(std::move(ids)) {
    TokenId max_id = -1;
    for (const auto& [token, id] : ids_) {
        if (id < 0 || id > kMaxId)
            failModel(origin,
                      "token '" + token + "': expected an id from 0 to " + std::to_string(kMaxId) + ", found " + std::to_string(id));
        max_id = std::max(max_id, id);
    }
    if (!tokenizer_limits::isDense(max_id, ids_.size())) {
        failModel(origin, "expected ids near the number of tokens (" + std::to_string(ids_.size()) + "), found " + std::to_string(max_id));
    }
    texts_.resize(static_cast<std::size_t>(max_id) + 1);
    for (const auto& [token, id] : ids_) {
        std::string& text = texts_[static_cast<std::size_t>(id)];
        if (!text.empty()) failModel(origin, "id " + std::to_string(id) + ": expected one token, found '" + text + "' and '" + token + "'");
        text = token;
    }
}

std::optional<TokenId> Vocabulary::idOf(std::string_view token) const {
    const auto found = ids_.find(token);
    if (found == ids_.end()) return std::nullopt;
    return found->second;
}

std::optional<std::string_view> Vocabulary::textOf(TokenId id) const {
    if (id < 0 || id > maxId() || texts_[static_cast<std::size_t>(id)].empty()) return std::nullopt;
    return texts_[static_cast<std::size_t>(id)];
}

}  // namespace salient
