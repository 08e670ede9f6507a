#include "core/tokenizer/word_model.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>

namespace salient {
namespace {

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

WordModel readBpe(const Component& model, const std::string& origin) {
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
    return BpeModel{readVocabulary(model.at("vocab")), readMerges(model), std::move(options), origin};
}

WordModel readUnigram(const Component& model, const std::string& origin) {
    const Component list = model.at("vocab");
    if (!list.json().is_array()) list.malformed("expected an array, found " + std::string(list.json().type_name()));
    std::vector<UnigramModel::Piece> pieces;
    pieces.reserve(list.json().size());
    for (const Json& piece : list.json()) {
        if (!piece.is_array() || piece.size() != 2 || !piece[0].is_string() || !piece[1].is_number()) {
            list.malformed("piece " + std::to_string(pieces.size()) + ": expected [text, score], found " + piece.dump());
        }
        pieces.push_back({piece[0].get<std::string>(), piece[1].get<double>()});
    }
    UnigramOptions options;
    if (model.has("unk_id")) options.unk_id = model.integer("unk_id");
    options.byte_fallback = model.flag("byte_fallback", false);
    return UnigramModel{std::move(pieces), options, origin};
}

WordModel readWordPiece(const Component& model, const std::string& origin) {
    WordPieceOptions options;
    options.unk_token = model.text("unk_token", options.unk_token);
    options.continuing_subword_prefix = model.text("continuing_subword_prefix", options.continuing_subword_prefix);
    if (model.has("max_input_chars_per_word")) options.max_input_chars_per_word = model.integer("max_input_chars_per_word");
    return WordPieceModel{readVocabulary(model.at("vocab")), std::move(options), origin};
}

WordModel readWordLevel(const Component& model, const std::string& origin) {
    return WordLevelModel{readVocabulary(model.at("vocab")), model.text("unk_token"), origin};
}

struct Kind {
    std::string_view name;
    WordModel (*read)(const Component& model, const std::string& origin);
};

constexpr std::array<Kind, 4> kKinds{
    {{"BPE", &readBpe}, {"Unigram", &readUnigram}, {"WordPiece", &readWordPiece}, {"WordLevel", &readWordLevel}}};

/// Early files have no type, so what only one of the models has tells.
std::string typeOf(const Component& model) {
    if (model.has("type")) return model.type();
    if (model.has("merges")) return "BPE";
    if (model.has("max_input_chars_per_word")) return "WordPiece";
    if (model.has("vocab") && model.at("vocab").json().is_array()) return "Unigram";
    if (model.has("vocab") && model.has("unk_token")) return "WordLevel";
    return "without a type";
}

}  // namespace

WordModel readWordModel(const Component& json, const std::string& origin) {
    const std::string type = typeOf(json);
    const auto* const kind = std::ranges::find(kKinds, type, &Kind::name);
    if (kind == kKinds.end()) json.unsupported("model " + type);
    return kind->read(json, origin);
}

std::vector<std::string> wordModelNames() {
    std::vector<std::string> names;
    names.reserve(kKinds.size());
    for (const Kind& kind : kKinds) names.emplace_back(kind.name);
    return names;
}

}  // namespace salient
