#include "core/tokenizer/tokenizer.h"

#include "core/error.h"
#include "core/io/contained_path.h"
#include "core/tokenizer/sentencepiece_tokenizer.h"
#include "core/tokenizer/tokenizer_config.h"
#include "core/tokenizer/tokenizer_json.h"
#include "core/tokenizer/vocab_merges.h"

namespace salient {

std::shared_ptr<const Tokenizer> Tokenizer::open(const std::filesystem::path& model_directory) {
    const auto has = [&](const char* name) { return holdsFile(model_directory, name); };
    if (has("tokenizer.json")) return readTokenizerJson(containedPath(model_directory, "tokenizer.json"));
    if (has("tokenizer.model")) {
        return readSentencePiece(containedPath(model_directory, "tokenizer.model"), TokenizerConfig::read(model_directory));
    }
    if (has("vocab.json") && has("merges.txt")) return readVocabAndMerges(model_directory);
    throw Error(ErrorCode::Io, "openTokenizer: " + model_directory.string() +
                                   ": expected tokenizer.json, tokenizer.model, or vocab.json with merges.txt, found none of them");
}

}  // namespace salient
