#pragma once

#include <unordered_map>
#include <vector>

#include "core/tokenizer/added_tokens.h"
#include "core/tokenizer/decoder.h"
#include "core/tokenizer/normalizer.h"
#include "core/tokenizer/post_processor.h"
#include "core/tokenizer/pre_tokenizer.h"
#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/word_model.h"

namespace salient {

/// What a tokenizer.json holds, ready to run.
struct PipelineParts {
    std::vector<AddedToken> added_tokens;
    Normalizer normalizer;
    PreTokenizer pre_tokenizer;
    WordModel model;
    PostProcessor post_processor;
    Decoder decoder;
};

/// The pipeline of a tokenizer.json: added tokens are cut out; what lies between them is normalized, cut into words, and each word
/// made into tokens by the model; the post-processor's tokens go around the whole.
class PipelineTokenizer final : public Tokenizer {
public:
    explicit PipelineTokenizer(PipelineParts parts);

    [[nodiscard]] std::vector<TokenId> encode(std::string_view text, bool add_special) const override;
    [[nodiscard]] std::string decode(std::span<const TokenId> ids, bool skip_special) const override;
    [[nodiscard]] std::string displayText(TokenId id) const override;
    [[nodiscard]] std::optional<TokenId> bos() const override;
    [[nodiscard]] int vocabularySize() const override;

private:
    void appendSections(std::string_view text, const PieceSink& encode_word, std::vector<TokenId>& ids) const;
    [[nodiscard]] std::optional<std::string_view> textOf(TokenId id) const;

    PipelineParts parts_;
    AddedTokenMatcher raw_;         // looked for in the text as it is
    AddedTokenMatcher normalized_;  // looked for in the normalized text
    std::unordered_map<TokenId, AddedToken> added_by_id_;
};

}  // namespace salient
