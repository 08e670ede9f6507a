#include "core/tokenizer/tokenizer_json.h"

#include <utility>
#include <variant>
#include <vector>

#include "core/tokenizer/component.h"
#include "core/tokenizer/limits.h"
#include "core/tokenizer/pipeline_tokenizer.h"
#include "core/tokenizer/word_model.h"

namespace salient {
namespace {

using tokenizer_limits::kMaxId;

std::vector<AddedToken> readAddedTokens(const Component& root, const WordModel& model) {
    std::vector<AddedToken> tokens;
    if (!root.has("added_tokens")) return tokens;
    for (const Component& json : root.list("added_tokens")) {
        AddedToken token;
        token.content = json.text("content");
        if (token.content.empty()) continue;
        if (token.content.size() > tokenizer_limits::kMaxAddedTokenBytes) {
            json.malformed("content: expected at most " + std::to_string(tokenizer_limits::kMaxAddedTokenBytes) + " bytes, found " +
                           std::to_string(token.content.size()));
        }
        const std::int64_t id = json.integer("id");
        if (id < 0 || id > kMaxId) json.malformed("id: expected 0 to " + std::to_string(kMaxId) + ", found " + std::to_string(id));
        // The vocabulary decides where the two disagree, as in the reference implementation.
        const auto known = std::visit([&](const auto& words) { return words.idOf(token.content); }, model);
        token.id = known.value_or(static_cast<TokenId>(id));
        token.single_word = json.flag("single_word", false);
        token.lstrip = json.flag("lstrip", false);
        token.rstrip = json.flag("rstrip", false);
        token.special = json.flag("special", false);
        token.normalized = json.flag("normalized", !token.special);
        tokens.push_back(std::move(token));
    }
    return tokens;
}

}  // namespace

std::shared_ptr<const Tokenizer> readTokenizerJson(const std::filesystem::path& path) {
    return readTokenizerJson(readJson(path, kMostListBytes), path.string());
}

std::shared_ptr<const Tokenizer> readTokenizerJson(const Json& document, const std::string& origin) {
    const Json null;
    const Component root(document, origin);
    const auto optional = [&](const char* key) { return root.has(key) ? root.at(key) : Component(null, origin + "." + key); };

    constexpr const char* kVersion = "1.0";
    if (const std::string version = root.text("version", kVersion); version != kVersion) root.unsupported("version " + version);
    WordModel model = readWordModel(root.at("model"), origin);
    std::vector<AddedToken> added = readAddedTokens(root, model);
    return std::make_shared<PipelineTokenizer>(
        PipelineParts{std::move(added), Normalizer(optional("normalizer")), PreTokenizer(optional("pre_tokenizer")), std::move(model),
                      PostProcessor::read(optional("post_processor")), Decoder(optional("decoder"))});
}

}  // namespace salient
