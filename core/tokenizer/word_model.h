#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/tokenizer/bpe_model.h"
#include "core/tokenizer/component.h"
#include "core/tokenizer/unigram_model.h"
#include "core/tokenizer/word_level_model.h"
#include "core/tokenizer/wordpiece_model.h"

namespace salient {

/// What makes tokens of a word.
using WordModel = std::variant<BpeModel, UnigramModel, WordPieceModel, WordLevelModel>;

/// From the "model" of a tokenizer.json; one without a type is recognized by its fields. Throws Error{Format}, Error{Unsupported}
/// naming the model. `origin` is the file's name.
[[nodiscard]] WordModel readWordModel(const Component& json, const std::string& origin);

/// The types of model that readWordModel() knows.
[[nodiscard]] std::vector<std::string> wordModelNames();

}  // namespace salient
