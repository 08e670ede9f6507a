#include "core/tokenizer/tokenizer_json.h"

#include <limits>
#include <utility>

#include "core/tokenizer/bpe_tokenizer.h"
#include "core/tokenizer/component.h"
#include "core/tokenizer/limits.h"

namespace salient {
namespace {

using tokenizer_limits::kMaxId;

StringMap<TokenId> readVocabulary(const Component& vocabulary) {
    if (!vocabulary.json().is_object()) vocabulary.malformed("expected an object, found " + std::string(vocabulary.json().type_name()));
    StringMap<TokenId> ids;
    ids.reserve(vocabulary.json().size());
    for (const auto& [token, id] : vocabulary.json().items()) {
        if (!id.is_number_unsigned() || id.get<std::uint64_t>() > std::numeric_limits<TokenId>::max()) {
            vocabulary.malformed("token '" + token + "': expected an id, found " + id.dump());
        }
        ids.emplace(token, id.get<TokenId>());
    }
    return ids;
}

/// A merge is "left right" in older files and ["left", "right"] in newer ones, where parts may hold spaces.
BpeModel::Merges readMerges(const Component& model) {
    BpeModel::Merges merges;
    const Component list = model.at("merges");
    if (!list.json().is_array()) list.malformed("expected an array, found " + std::string(list.json().type_name()));
    merges.reserve(list.json().size());
    for (const Json& merge : list.json()) {
        if (merge.is_string()) {
            const auto& text = merge.get_ref<const std::string&>();
            const std::size_t space = text.find(' ');
            if (space == std::string::npos || text.find(' ', space + 1) != std::string::npos) {
                list.malformed("expected two parts with one space between, found '" + text + "'");
            }
            merges.emplace_back(text.substr(0, space), text.substr(space + 1));
        } else if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
            merges.emplace_back(merge[0].get<std::string>(), merge[1].get<std::string>());
        } else {
            list.malformed("expected \"left right\" or [\"left\", \"right\"], found " + merge.dump());
        }
    }
    return merges;
}

BpeModel readModel(const Component& model, const std::string& origin) {
    const std::string type = model.text("type", model.has("merges") ? "BPE" : "without a type");
    if (type != "BPE") model.unsupported("model " + type);
    for (const char* const key : {"continuing_subword_prefix", "end_of_word_suffix"}) {
        if (!model.text(key, "").empty()) model.unsupported(std::string(key) + " '" + model.text(key) + "'");
    }
    if (model.has("dropout") && !(model.at("dropout").json().is_number() && model.at("dropout").json().get<double>() == 0.0)) {
        model.unsupported("dropout, which makes the same text give different tokens");
    }
    BpeOptions options;
    if (model.has("unk_token")) options.unk_token = model.text("unk_token");
    options.fuse_unk = model.flag("fuse_unk", false);
    options.byte_fallback = model.flag("byte_fallback", false);
    options.ignore_merges = model.flag("ignore_merges", false);
    return {readVocabulary(model.at("vocab")), readMerges(model), std::move(options), origin};
}

std::vector<AddedToken> readAddedTokens(const Component& root, const BpeModel& model) {
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
        token.id = model.idOf(token.content).value_or(static_cast<TokenId>(id));
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

    BpeModel model = readModel(root.at("model"), origin);
    std::vector<AddedToken> added = readAddedTokens(root, model);
    return std::make_shared<BpeTokenizer>(BpeParts{std::move(added), Normalizer(optional("normalizer")),
                                                   PreTokenizer(optional("pre_tokenizer")), std::move(model),
                                                   PostProcessor::read(optional("post_processor")), Decoder(optional("decoder"))});
}

}  // namespace salient
