#pragma once

#include <array>

#include "core/tokenizer/added_tokens.h"
#include "core/tokenizer/bpe_model.h"
#include "core/tokenizer/decoder.h"
#include "core/tokenizer/normalizer.h"
#include "core/tokenizer/post_processor.h"
#include "core/tokenizer/pre_tokenizer.h"
#include "core/tokenizer/tokenizer.h"

namespace salient {

/// What a tokenizer.json holds, ready to run.
struct BpeParts {
    std::vector<AddedToken> added_tokens;
    Normalizer normalizer;
    PreTokenizer pre_tokenizer;
    BpeModel model;
    PostProcessor post_processor;
    Decoder decoder;
};

/// The pipeline of a tokenizer.json with a BPE model: added tokens are cut out; what lies between them is normalized, cut into
/// words, and each word merged; the post-processor's tokens go around the whole.
class BpeTokenizer final : public Tokenizer {
public:
    explicit BpeTokenizer(BpeParts parts);

    [[nodiscard]] std::vector<TokenId> encode(std::string_view text, bool add_special) const override;
    [[nodiscard]] std::string decode(std::span<const TokenId> ids, bool skip_special) const override;
    [[nodiscard]] std::string displayText(TokenId id) const override;
    [[nodiscard]] std::optional<TokenId> bos() const override;
    [[nodiscard]] int vocabularySize() const override;

private:
    BpeParts parts_;
    AddedTokenMatcher raw_;         // looked for in the text as it is
    AddedTokenMatcher normalized_;  // looked for in the normalized text
    std::unordered_map<TokenId, AddedToken> added_by_id_;
};

}  // namespace salient
