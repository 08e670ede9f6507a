#pragma once

#include <vector>

#include "core/tokenizer/component.h"
#include "core/tokenizer/tokenizer.h"

namespace salient {

/// The special tokens that stand around a text.
struct PostProcessor {
    std::vector<TokenId> before;
    std::vector<TokenId> after;

    /// From the "post_processor" of a tokenizer.json, which may be null: TemplateProcessing, RobertaProcessing,
    /// BertProcessing, ByteLevel (which adds nothing) and sequences of them. Throws Error{Format}, Error{Unsupported}.
    [[nodiscard]] static PostProcessor read(const Component& json);
};

}  // namespace salient
