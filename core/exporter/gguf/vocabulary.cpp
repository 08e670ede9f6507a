#include "core/exporter/gguf/vocabulary.h"

#include <algorithm>
#include <map>

#include "core/error.h"
#include "core/exporter/gguf/vocabulary_files.h"
#include "core/tokenizer/pre_tokenizer_names.h"
#include "core/tokenizer/sentencepiece_check.h"
#include "core/tokenizer/sentencepiece_model.h"
#include "core/tokenizer/tokenizer_config.h"
#include "core/tokenizer/vocab_merges.h"

namespace salient {
namespace {

enum TokenType : std::int32_t { kNormal = 1, kUnknown, kControl, kUserDefined, kUnused, kByte };

[[noreturn]] void refuse(const std::string& reason) { throw Error(ErrorCode::Unsupported, "export: gguf: tokenizer: " + reason); }

std::string_view describe(SentencePieceKind kind) {
    switch (kind) {
        case SentencePieceKind::Unigram:
            return "unigram probabilities";
        case SentencePieceKind::Bpe:
            return "BPE";
        case SentencePieceKind::Word:
            return "whole words";
        case SentencePieceKind::Char:
            return "single characters";
    }
    return "another kind";
}

/// Gathers tokens by id, in whatever order their files have them.
class VocabularyMaker {
public:
    explicit VocabularyMaker(const Model& model) : model_(model), files_(model) {}

    GgufVocabulary make() {
        if (!model_.tokenizer) {
            if (!model_.tokenizer_obstacle.empty()) refuse(model_.tokenizer_obstacle);
            vocabulary_.model = "no_vocab";
            return std::move(vocabulary_);
        }
        // The scores of a tokenizer.model are SentencePiece's own; a tokenizer.json made from it only keeps their order.
        if (const auto model = files_.text("tokenizer.model")) {
            fromSentencePiece(*model);
        } else if (files_.text("tokenizer.json")) {
            fromTokenizerJson(*files_.json("tokenizer.json"));
        } else {
            fromVocabAndMerges();
        }
        fill();
        addSpecialTokens();
        return std::move(vocabulary_);
    }

private:
    void put(std::int64_t id, std::string token, std::int32_t type) {
        if (id < 0 || id >= model_.config.vocabulary_size) {
            refuse("expected ids below " + std::to_string(model_.config.vocabulary_size) + " (rows of the embedding), found " +
                   std::to_string(id) + " for '" + token + "'");
        }
        const auto needed = static_cast<std::size_t>(id) + 1;
        if (vocabulary_.tokens.size() < needed) {
            vocabulary_.tokens.resize(needed);
            vocabulary_.types.resize(needed, 0);
        }
        vocabulary_.tokens[static_cast<std::size_t>(id)] = std::move(token);
        vocabulary_.types[static_cast<std::size_t>(id)] = type;
    }

    void fromSentencePiece(const std::string& model) {
        checkSentencePieceModel(model, "tokenizer.model");
        const SentencePieceVocabulary pieces = sentencePieceVocabulary(model);
        if (pieces.kind != SentencePieceKind::Bpe)
            refuse("expected SentencePiece's BPE, whose scores order merges, found " + std::string(describe(pieces.kind)));
        vocabulary_.model = "llama";
        vocabulary_.pre = "default";
        vocabulary_.adds_space_prefix = pieces.adds_space_prefix;
        for (std::size_t id = 0; id < pieces.pieces.size(); ++id) {
            put(static_cast<std::int64_t>(id), pieces.pieces[id].text, pieces.pieces[id].type);
            vocabulary_.scores.push_back(pieces.pieces[id].score);
        }
        for (const auto& [id, token] : files_.addedTokens()) {
            const bool is_new = static_cast<std::size_t>(id) >= pieces.pieces.size();
            if (is_new) put(id, token.content, token.is_special ? kControl : kUserDefined);
        }
        vocabulary_.bos = idOf(pieces.bos);
        vocabulary_.eos = idOf(pieces.eos);
        vocabulary_.unknown = idOf(pieces.unknown);
        vocabulary_.padding = idOf(pieces.padding);
    }

    void fromTokenizerJson(const Json& document) {
        const Json& model = document.at("model");
        const Json type = model.value("type", Json(model.contains("merges") ? "BPE" : "without a type"));
        if (type != Json("BPE")) refuse("expected a BPE model, found " + type.dump());
        const Json pre_tokenizer = document.value("pre_tokenizer", Json());
        const bool ignores_merges = model.value("ignore_merges", Json(false)) == Json(true);
        const std::string pre = preTokenizerName(pre_tokenizer, ignores_merges);
        const bool is_like_sentencepiece = pre.empty() && model.value("byte_fallback", Json(false)) == Json(true);
        if (pre.empty() && !is_like_sentencepiece)
            refuse("expected a pre-tokenizer that llama.cpp has a name for, found " + pre_tokenizer.dump().substr(0, 200));
        const Json& ids = model.at("vocab");
        for (const auto& [token, id] : ids.items()) put(id.get<std::int64_t>(), token, kNormal);
        for (const Json& merge : model.at("merges")) {
            const std::string pair =
                merge.is_string() ? merge.get<std::string>() : merge.at(0).get<std::string>() + " " + merge.at(1).get<std::string>();
            vocabulary_.merges.push_back(pair);
        }
        for (const auto& [id, token] : files_.addedTokens()) put(id, token.content, token.is_special ? kControl : kUserDefined);
        if (is_like_sentencepiece) {
            asScores(document);
        } else {
            vocabulary_.model = "gpt2";
            vocabulary_.pre = pre;
            const Json normalizer = document.value("normalizer", Json());
            const bool is_nothing = normalizer.is_null() || normalizer.value("normalizers", Json()) == Json::array();
            if (!is_nothing && normalizer.value("type", Json()) != Json("NFC"))
                refuse("expected no normalizer, found " + normalizer.dump().substr(0, 200));
        }
    }

    /// A merge learnt first has the highest score, so that SentencePiece's rule makes the same merges in the same order.
    void asScores(const Json& document) {
        vocabulary_.model = "llama";
        vocabulary_.pre = "default";
        vocabulary_.adds_space_prefix = spacePrefixOf(document);
        constexpr float kNeverMerged = -1e6F;
        std::map<std::string, float> scores;
        for (std::size_t rank = 0; rank < vocabulary_.merges.size(); ++rank) {
            std::string token = vocabulary_.merges[rank];
            const std::size_t space = token.find(' ', 1);
            if (space == std::string::npos) refuse("expected merges of two parts, found '" + token + "'");
            token.erase(space, 1);
            scores.try_emplace(token, -static_cast<float>(rank));
        }
        vocabulary_.merges.clear();
        const Json unknown = document.at("model").value("unk_token", Json());
        for (std::size_t id = 0; id < vocabulary_.tokens.size(); ++id) {
            const std::string& token = vocabulary_.tokens[id];
            const auto score = scores.find(token);
            vocabulary_.scores.push_back(score == scores.end() ? kNeverMerged : score->second);
            // A tokenizer.json looks for added tokens before spaces become ▁, SentencePiece after: runs of spaces are left to the merges.
            if (vocabulary_.types[id] == kUserDefined && token.find("▁") != std::string::npos) vocabulary_.types[id] = kNormal;
            const bool is_byte = token.size() == 6 && token.starts_with("<0x") && token.ends_with('>');
            if (is_byte && vocabulary_.types[id] == kNormal) vocabulary_.types[id] = kByte;
            if (unknown.is_string() && token == unknown.get<std::string>()) {
                vocabulary_.types[id] = kUnknown;
                vocabulary_.unknown = static_cast<std::uint32_t>(id);
            }
        }
        if (!vocabulary_.unknown) refuse("expected an unknown token, as SentencePiece has, found none");
    }

    /// Of a normalizer or pre-tokenizer, one by one.
    static std::vector<Json> stepsOf(const Json& part, const char* list) {
        std::vector<Json> steps;
        if (part.is_null()) return steps;
        if (part.value("type", Json()) != Json("Sequence")) {
            steps.push_back(part);
            return steps;
        }
        for (const Json& step : part.at(list)) {
            const std::vector<Json> inner = stepsOf(step, list);
            steps.insert(steps.end(), inner.begin(), inner.end());
        }
        return steps;
    }

    /// Whether a step is SentencePiece's handling of spaces, or a part of it: ▁ in front, ▁ for each, or a cut that nothing joins across.
    static bool isOfSpaces(const Json& step) {
        const Json type = step.value("type", Json());
        const bool is_of_space = step.value("pattern", Json()) == Json::object({{"String", " "}});
        const Json mark("▁");
        if (type == Json("Prepend")) return step.value("prepend", Json()) == mark;
        if (type == Json("Replace")) return is_of_space && step.value("content", Json()) == mark;
        if (type == Json("Metaspace")) return step.value("replacement", mark) == mark;
        return type == Json("Split") && is_of_space && step.value("behavior", Json()) == Json("MergedWithPrevious") &&
               step.value("invert", Json(false)) == Json(false);
    }

    /// Whether a space is put in front of a text; refuses what is not SentencePiece's handling of spaces.
    static bool spacePrefixOf(const Json& document) {
        const Json normalizer = document.value("normalizer", Json());
        const Json pre_tokenizer = document.value("pre_tokenizer", Json());
        std::vector<Json> steps = stepsOf(normalizer, "normalizers");
        const std::vector<Json> of_pre_tokenizer = stepsOf(pre_tokenizer, "pretokenizers");
        steps.insert(steps.end(), of_pre_tokenizer.begin(), of_pre_tokenizer.end());
        const bool is_one_cut = of_pre_tokenizer.size() <= 1;  // a second one would see parts of a text
        bool adds_prefix = false;
        for (const Json& step : steps) {
            if (!is_one_cut || !isOfSpaces(step)) {
                refuse("expected SentencePiece's handling of spaces alone, found " +
                       (normalizer.dump() + pre_tokenizer.dump()).substr(0, 200));
            }
            const Json type = step.value("type", Json());
            const bool is_metaspace = type == Json("Metaspace");
            if (is_metaspace && step.value("prepend_scheme", Json()) != Json("never") &&
                step.value("add_prefix_space", Json(true)) != Json(false))
                adds_prefix = true;
            if (type == Json("Prepend")) adds_prefix = true;
        }
        return adds_prefix;
    }

    void fromVocabAndMerges() {
        const TokenizerConfig config = TokenizerConfig::read(model_.directory);
        vocabulary_.model = "gpt2";
        vocabulary_.pre = twoFilesForm(config.tokenizer_class, "export: gguf: tokenizer").pre_tokenizer;
        const std::optional<Json> ids = files_.json("vocab.json");
        if (!ids) refuse("expected tokenizer.json, tokenizer.model or vocab.json, found none of them any more");
        const auto isSpecial = [&](const std::string& token) {
            return std::ranges::find(config.special_tokens, token, &AddedToken::content) != config.special_tokens.end();
        };
        for (const auto& [token, id] : ids->items()) put(id.get<std::int64_t>(), token, isSpecial(token) ? kControl : kNormal);
        vocabulary_.merges = files_.mergeLines();
        for (const AddedToken& token : config.added_tokens) put(token.id, token.content, token.special ? kControl : kUserDefined);
        if (config.add_prefix_space) refuse("expected no space in front of a text (add_prefix_space), found one");
    }

    /// Ids without a token, up to the embedding's rows.
    void fill() {
        const auto rows = static_cast<std::size_t>(model_.config.vocabulary_size);
        vocabulary_.tokens.resize(rows);
        vocabulary_.types.resize(rows, 0);
        constexpr float kNeverChosen = -1e6F;
        if (vocabulary_.model == "llama") vocabulary_.scores.resize(rows, kNeverChosen);
        for (std::size_t id = 0; id < rows; ++id) {
            if (vocabulary_.types[id] != 0) continue;
            vocabulary_.tokens[id] = "[PAD" + std::to_string(id) + "]";
            vocabulary_.types[id] = kUnused;
        }
    }

    std::optional<std::uint32_t> idOf(const std::string& token) const {
        if (token.empty()) return std::nullopt;
        const auto found = std::find(vocabulary_.tokens.begin(), vocabulary_.tokens.end(), token);
        if (found == vocabulary_.tokens.end()) return std::nullopt;
        return static_cast<std::uint32_t>(found - vocabulary_.tokens.begin());
    }

    /// By config.json's number, of which the first counts, or by tokenizer_config.json's text.
    void readSpecial(const char* id_key, const char* text_key, std::optional<std::uint32_t>& target) const {
        const Json config = files_.tokenizerConfig();
        if (config.contains(text_key)) {
            const Json& token = config.at(text_key);
            const std::string text = token.is_string()   ? token.get<std::string>()
                                     : token.is_object() ? token.value("content", std::string())
                                                         : "";
            if (const auto id = idOf(text)) target = id;
        }
        Json id = model_.config.raw.value(id_key, Json());
        if (id.is_array() && !id.empty()) id = Json(id.front());
        if (!target && id.is_number_unsigned() && id.get<std::uint64_t>() < vocabulary_.tokens.size()) target = id.get<std::uint32_t>();
    }

    void addSpecialTokens() {
        readSpecial("bos_token_id", "bos_token", vocabulary_.bos);
        readSpecial("eos_token_id", "eos_token", vocabulary_.eos);
        readSpecial("pad_token_id", "pad_token", vocabulary_.padding);
        vocabulary_.chat_template = files_.chatTemplate();
        // What the tokenizer does counts, whatever a file says.
        const std::vector<TokenId> around = model_.tokenizer->encode("", true);
        const std::optional<TokenId> bos = model_.tokenizer->bos();
        vocabulary_.adds_bos = bos.has_value();
        if (bos) vocabulary_.bos = static_cast<std::uint32_t>(*bos);
        if (around.size() == (bos ? 2U : 1U)) {
            vocabulary_.adds_eos = true;
            vocabulary_.eos = static_cast<std::uint32_t>(around.back());
        } else if (around.size() > 2) {
            refuse("expected at most one token before a text and one after it, found " + std::to_string(around.size()));
        }
    }

    const Model& model_;
    VocabularyFiles files_;
    GgufVocabulary vocabulary_;
};

}  // namespace

GgufVocabulary ggufVocabulary(const Model& model) { return VocabularyMaker(model).make(); }

void addVocabularyKeys(GgufKeys& keys, const GgufVocabulary& vocabulary) {
    const std::string prefix = "tokenizer.ggml.";
    keys.addText(prefix + "model", vocabulary.model);
    if (vocabulary.model == "no_vocab") return;
    keys.addText(prefix + "pre", vocabulary.pre);
    keys.addTexts(prefix + "tokens", vocabulary.tokens);
    if (!vocabulary.scores.empty()) keys.addF32s(prefix + "scores", vocabulary.scores);
    keys.addI32s(prefix + "token_type", vocabulary.types);
    if (!vocabulary.merges.empty() || vocabulary.model == "gpt2") keys.addTexts(prefix + "merges", vocabulary.merges);
    const std::pair<const char*, const std::optional<std::uint32_t>&> specials[] = {{"bos_token_id", vocabulary.bos},
                                                                                    {"eos_token_id", vocabulary.eos},
                                                                                    {"unknown_token_id", vocabulary.unknown},
                                                                                    {"padding_token_id", vocabulary.padding}};
    for (const auto& [key, id] : specials) {
        if (id) keys.addU32(prefix + key, *id);
    }
    keys.addBool(prefix + "add_bos_token", vocabulary.adds_bos);
    keys.addBool(prefix + "add_eos_token", vocabulary.adds_eos);
    if (vocabulary.model == "llama") keys.addBool(prefix + "add_space_prefix", vocabulary.adds_space_prefix);
    if (!vocabulary.chat_template.empty()) keys.addText("tokenizer.chat_template", vocabulary.chat_template);
}

}  // namespace salient
