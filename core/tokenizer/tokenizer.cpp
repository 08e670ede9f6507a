#include "core/tokenizer/tokenizer.h"

#include <algorithm>

#include "core/error.h"
#include "core/io/contained_path.h"
#include "core/tokenizer/sentencepiece_tokenizer.h"
#include "core/tokenizer/tokenizer_config.h"
#include "core/tokenizer/tokenizer_json.h"
#include "core/tokenizer/vocab_merges.h"
#include "core/tokenizer/word_model.h"

namespace salient {

namespace {

struct Reader {
    TokenizerForm form;
    std::shared_ptr<const Tokenizer> (*read)(const std::filesystem::path& directory);
};

std::shared_ptr<const Tokenizer> readJsonFile(const std::filesystem::path& directory) {
    return readTokenizerJson(containedPath(directory, "tokenizer.json"));
}

std::shared_ptr<const Tokenizer> readModelFile(const std::filesystem::path& directory) {
    return readSentencePiece(containedPath(directory, "tokenizer.model"), TokenizerConfig::read(directory));
}

const std::vector<Reader>& readers() {
    static const std::vector<Reader> kReaders = {{{{"tokenizer.json"}, wordModelNames()}, &readJsonFile},
                                                 {{{"tokenizer.model"}, {"BPE", "Unigram"}}, &readModelFile},
                                                 {{{"vocab.json", "merges.txt"}, {"BPE"}}, &readVocabAndMerges}};
    return kReaders;
}

}  // namespace

std::vector<TokenizerForm> Tokenizer::forms() {
    std::vector<TokenizerForm> forms;
    for (const Reader& reader : readers()) forms.push_back(reader.form);
    return forms;
}

std::shared_ptr<const Tokenizer> Tokenizer::open(const std::filesystem::path& model_directory) {
    for (const Reader& reader : readers()) {
        const std::vector<std::string>& files = reader.form.files;
        const bool holds_all = std::ranges::all_of(files, [&](const std::string& name) { return holdsFile(model_directory, name); });
        if (holds_all) return reader.read(model_directory);
    }
    throw Error(ErrorCode::Io, "openTokenizer: " + model_directory.string() +
                                   ": expected tokenizer.json, tokenizer.model, or vocab.json with merges.txt, found none of them");
}

}  // namespace salient
