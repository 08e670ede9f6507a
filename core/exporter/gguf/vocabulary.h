#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/io/gguf_writer.h"
#include "core/model/model.h"

namespace salient {

/// A tokenizer in llama.cpp's terms (tokenizer.ggml.*, gguf_tokenizer.h).
struct GgufVocabulary {
    std::string model;  ///< "gpt2", "llama", or "no_vocab" for a model without a tokenizer
    std::string pre;
    std::vector<std::string> tokens;  ///< as many as the embedding has rows
    std::vector<std::int32_t> types;  ///< 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte
    std::vector<float> scores;        ///< "llama" only
    std::vector<std::string> merges;  ///< "gpt2" only
    std::optional<std::uint32_t> bos, eos, unknown, padding;
    bool adds_bos = false;
    bool adds_eos = false;
    bool adds_space_prefix = true;
    std::string chat_template;
};

/// From the model's tokenizer.model, tokenizer.json, or vocab.json and merges.txt. Throws Error{Unsupported} naming what llama.cpp has no
/// place for: a normalizer, a pre-tokenizer that it has no name for, pieces chosen by unigram probabilities, more tokens than the
/// embedding has rows. What a tokenizer.model replaces first is left out, for llama.cpp reads "precompiled_charsmap" and
/// "remove_extra_whitespaces" for unigram models ("t5") alone: ggufModelRemarks() says so.
[[nodiscard]] GgufVocabulary ggufVocabulary(const Model& model);

void addVocabularyKeys(GgufKeys& keys, const GgufVocabulary& vocabulary);

}  // namespace salient
