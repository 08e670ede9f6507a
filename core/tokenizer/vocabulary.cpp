#include "core/tokenizer/vocabulary.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/error.h"
#include "core/tokenizer/limits.h"

namespace salient {

using tokenizer_limits::kMaxId;

namespace {

/// Of ids that are not all different. It takes a table in order, which a good vocabulary need not be charged for.
[[noreturn]] void failTwice(const StringMap<TokenId>& ids, std::string_view origin) {
    std::map<std::string_view, TokenId> in_order;
    for (const auto& [token, id] : ids) in_order.emplace(token, id);
    std::map<TokenId, std::string_view> first_of;
    for (const auto& [token, id] : in_order) {
        const auto [first, is_first] = first_of.emplace(id, token);
        if (is_first) continue;
        failModel(origin, "id " + std::to_string(id) + ": expected one token, found '" + std::string(first->second) + "' and '" +
                              std::string(token) + "'");
    }
    failModel(origin, "expected ids that differ");
}

}  // namespace

void failModel(std::string_view origin, const std::string& reason) {
    throw Error(ErrorCode::Format, "openTokenizer: " + std::string(origin) + ": model: " + reason);
}

Vocabulary::Vocabulary(StringMap<TokenId> ids, std::string_view origin) : ids_(std::move(ids)) {
    TokenId max_id = -1;
    const std::pair<const std::string, TokenId>* out_of_range = nullptr;
    for (const auto& entry : ids_) {
        if ((entry.second < 0 || entry.second > kMaxId) && (out_of_range == nullptr || entry.first < out_of_range->first)) {
            out_of_range = &entry;
        }
        max_id = std::max(max_id, entry.second);
    }
    if (out_of_range != nullptr) {
        failModel(origin, "token '" + out_of_range->first + "': expected an id from 0 to " + std::to_string(kMaxId) + ", found " +
                              std::to_string(out_of_range->second));
    }
    if (!tokenizer_limits::isDense(max_id, ids_.size())) {
        failModel(origin, "expected ids near the number of tokens (" + std::to_string(ids_.size()) + "), found " + std::to_string(max_id));
    }
    texts_.resize(static_cast<std::size_t>(max_id) + 1);
    std::vector<bool> is_taken(texts_.size());  // a text may be empty
    for (const auto& [token, id] : ids_) {
        if (is_taken[static_cast<std::size_t>(id)]) failTwice(ids_, origin);
        is_taken[static_cast<std::size_t>(id)] = true;
        texts_[static_cast<std::size_t>(id)] = token;
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
