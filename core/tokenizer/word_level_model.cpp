#include "core/tokenizer/word_level_model.h"

#include <utility>

#include "core/error.h"
#include "core/tokenizer/unicode.h"

namespace salient {

WordLevelModel::WordLevelModel(StringMap<TokenId> vocabulary, std::string unk_token, std::string_view origin)
    : vocabulary_(std::move(vocabulary), origin), unk_token_(std::move(unk_token)), unk_id_(idOf(unk_token_)) {}

void WordLevelModel::encode(std::string_view word, Workspace&, std::vector<TokenId>& ids) const {
    const std::optional<TokenId> known = idOf(word);
    if (!known && !unk_id_) {
        throw Error(ErrorCode::Format, "encode: expected words of the vocabulary, for it has no unk_token '" + unk_token_ +
                                           "', found one that begins with '" +
                                           std::string(word.substr(0, unicode::decodeAt(word, 0).n_bytes)) + "'");
    }
    ids.push_back(known ? *known : *unk_id_);
}

}  // namespace salient
