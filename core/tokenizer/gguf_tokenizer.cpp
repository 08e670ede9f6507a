#include "core/tokenizer/gguf_tokenizer.h"

#include <algorithm>

#include "core/error.h"
#include "core/tokenizer/limits.h"
#include "core/tokenizer/pre_tokenizer_names.h"
#include "core/tokenizer/sentencepiece_model.h"
#include "core/tokenizer/sentencepiece_tokenizer.h"
#include "core/tokenizer/tokenizer_json.h"
#include "core/tokenizer/unicode.h"

namespace salient {
namespace {

enum TokenType : std::int64_t { kNormal = 1, kUnknown, kControl, kUserDefined, kUnused, kByte };

std::string quoted(const std::string& text) { return Json(text).dump(); }

class Reader {
public:
    explicit Reader(const GgufFile& file) : file_(file), origin_(file.path().string()) {}

    GgufTokenizer read() {
        const std::optional<std::string> model = file_.text("tokenizer.ggml.model");
        if (!model || *model == "no_vocab" || *model == "none") return {};
        if (*model != "llama" && *model != "gpt2")
            fail(ErrorCode::Unsupported,
                 "tokenizer.ggml.model: expected llama (SentencePiece) or gpt2 (byte-level BPE), found '" + *model + "'");
        readTokens();
        return *model == "llama" ? sentencePiece() : byteLevel();
    }

private:
    [[noreturn]] void fail(ErrorCode code, const std::string& reason) const {
        throw Error(code, "openTokenizer: " + origin_ + ": " + reason);
    }

    void readTokens() {
        const auto* const tokens = file_.texts("tokenizer.ggml.tokens");
        if (tokens == nullptr) fail(ErrorCode::Format, "expected a list of tokens in tokenizer.ggml.tokens, found none");
        if (tokens->size() > static_cast<std::size_t>(tokenizer_limits::kMaxId))
            fail(ErrorCode::Format, "tokenizer.ggml.tokens: expected a vocabulary, found too many tokens");
        tokens_ = tokens;
        types_.assign(tokens->size(), kNormal);
        if (const auto* const types = file_.integers("tokenizer.ggml.token_type")) {
            requireLength(types->size(), "token_type");
            types_ = *types;
        }
        for (std::size_t id = 0; id < tokens->size(); ++id) {
            const std::string& token = (*tokens)[id];
            if (!unicode::isValid(token)) fail(ErrorCode::Format, "token " + std::to_string(id) + ": expected UTF-8");
            if (token.size() > tokenizer_limits::kMaxAddedTokenBytes)
                fail(ErrorCode::Format,
                     "token " + std::to_string(id) + ": expected a word, found " + std::to_string(token.size()) + " bytes");
        }
    }

    void requireLength(std::size_t found, const char* key) const {
        if (found == tokens_->size()) return;
        fail(ErrorCode::Format, std::string("tokenizer.ggml.") + key + ": expected " + std::to_string(tokens_->size()) +
                                    " entries, one for each token, found " + std::to_string(found));
    }

    /// The text of a special token; empty: the file names none.
    [[nodiscard]] std::string special(const char* name) const {
        const std::string key = std::string("tokenizer.ggml.") + name + "_token_id";
        const auto id = file_.integer(key);
        if (!id) return {};
        if (*id < 0 || *id >= static_cast<std::int64_t>(tokens_->size()))
            fail(ErrorCode::Format, key + ": expected an id below " + std::to_string(tokens_->size()) + ", found " + std::to_string(*id));
        return (*tokens_)[static_cast<std::size_t>(*id)];
    }

    [[nodiscard]] bool flag(const char* name, bool fallback) const {
        return file_.boolean(std::string("tokenizer.ggml.") + name).value_or(fallback);
    }

    /// tokenizer_config.json of the same meaning.
    [[nodiscard]] std::string configText(const char* tokenizer_class, bool adds_bos, bool adds_eos) const {
        Json config = {{"tokenizer_class", tokenizer_class}, {"add_bos_token", adds_bos}, {"add_eos_token", adds_eos}};
        const std::pair<const char*, const char*> names[] = {
            {"bos_token", "bos"}, {"eos_token", "eos"}, {"unk_token", "unknown"}, {"pad_token", "padding"}};
        for (const auto& [key, name] : names) {
            if (const std::string token = special(name); !token.empty()) config[key] = token;
        }
        if (const auto chat = file_.text("tokenizer.chat_template")) config["chat_template"] = *chat;
        return config.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
    }

    GgufTokenizer sentencePiece() const {
        const auto* const scores = file_.numbers("tokenizer.ggml.scores");
        if (scores == nullptr) fail(ErrorCode::Format, "expected the scores of the tokens in tokenizer.ggml.scores, found none");
        requireLength(scores->size(), "scores");
        SentencePieceVocabulary vocabulary;
        std::size_t n_bytes = 0;
        for (std::size_t id = 0; id < tokens_->size(); ++id) {
            const std::int64_t type = types_[id];
            if (type < kNormal || type > kByte)
                fail(ErrorCode::Format, "type of token " + std::to_string(id) + ": expected 1 to 6, found " + std::to_string(type));
            n_bytes += type == kByte ? 1U : 0U;
            vocabulary.pieces.push_back({(*tokens_)[id], static_cast<float>((*scores)[id]), static_cast<int>(type)});
        }
        vocabulary.byte_fallback = n_bytes == 256;
        vocabulary.bos = special("bos");
        vocabulary.eos = special("eos");
        vocabulary.padding = special("padding");
        for (const auto& piece : vocabulary.pieces) {
            if (piece.type == kUnknown) vocabulary.unknown = piece.text;
        }
        vocabulary.adds_space_prefix = flag("add_space_prefix", true);
        vocabulary.removes_extra_spaces = flag("remove_extra_whitespaces", false);
        TokenizerConfig config;
        config.add_bos_token = flag("add_bos_token", true);
        config.add_eos_token = flag("add_eos_token", false);
        const std::string model = sentencePieceModel(vocabulary);
        return {readSentencePiece(model, origin_, config),
                {{"tokenizer.model", model},
                 {"tokenizer_config.json", configText("LlamaTokenizer", *config.add_bos_token, *config.add_eos_token)}}};
    }

    /// "left right", the space being the first one after the first character.
    std::pair<std::string, std::string> parts(const std::string& merge) const {
        const std::size_t space = merge.find(' ', 1);
        if (merge.empty() || space == std::string::npos || space + 1 == merge.size())
            fail(ErrorCode::Format, "tokenizer.ggml.merges: expected two parts with a space between, found '" + merge + "'");
        return {merge.substr(0, space), merge.substr(space + 1)};
    }

    GgufTokenizer byteLevel() const {
        const auto* const merges = file_.texts("tokenizer.ggml.merges");
        if (merges == nullptr) fail(ErrorCode::Format, "expected the merges in tokenizer.ggml.merges, found none");
        const std::string name = file_.text("tokenizer.ggml.pre").value_or("default");
        const std::optional<NamedPreTokenizer> known = preTokenizerFromName(name);
        if (!known) return {nullptr, {}, "tokenizer.ggml.pre: expected one of " + preTokenizerNames() + ", found '" + name + "'"};
        const NamedPreTokenizer& pre = *known;
        const bool adds_bos = flag("add_bos_token", pre.adds_bos);
        const bool adds_eos = flag("add_eos_token", false);

        // Written as text, which costs no more than its length; a large object cannot be built key by key (json_file.h).
        std::string json = "{\"version\": \"1.0\", \"added_tokens\": [";
        const char* separator = "";
        for (std::size_t id = 0; id < tokens_->size(); ++id) {
            if ((types_[id] != kControl && types_[id] != kUserDefined) || (*tokens_)[id].empty()) continue;
            json += separator + std::string("{\"id\": ") + std::to_string(id) + ", \"content\": " + quoted((*tokens_)[id]) +
                    R"(, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": )" +
                    (types_[id] == kControl ? "true}" : "false}");
            separator = ", ";
        }
        json += "], \"normalizer\": " + std::string(pre.has_nfc ? R"({"type": "NFC"})" : "null");
        json += ", \"pre_tokenizer\": " + pre.pre_tokenizer.dump();
        json += ", \"post_processor\": " + postProcessor(adds_bos, adds_eos).dump();
        json += R"(, "decoder": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true})";
        json += R"(, "model": {"type": "BPE", "ignore_merges": )" + std::string(pre.ignore_merges ? "true" : "false") + ", \"vocab\": {";
        separator = "";
        for (std::size_t id = 0; id < tokens_->size(); ++id) {
            if ((*tokens_)[id].empty()) continue;
            json += separator + quoted((*tokens_)[id]) + ": " + std::to_string(id);
            separator = ", ";
        }
        json += "}, \"merges\": [";
        separator = "";
        for (const std::string& merge : *merges) {
            if (!unicode::isValid(merge)) fail(ErrorCode::Format, "tokenizer.ggml.merges: expected UTF-8");
            const auto [left, right] = parts(merge);
            json += separator + std::string("[") + quoted(left) + ", " + quoted(right) + "]";
            separator = ", ";
        }
        json += "]}}\n";
        return {readTokenizerJson(parseJson(json, origin_ + " (tokenizer)"), origin_),
                {{"tokenizer.json", json}, {"tokenizer_config.json", configText("PreTrainedTokenizerFast", adds_bos, adds_eos)}}};
    }

    [[nodiscard]] Json postProcessor(bool adds_bos, bool adds_eos) const {
        Json parts = Json::array();
        Json tokens = Json::object();
        const auto add = [&](const char* name) {
            const std::string token = special(name);
            if (token.empty())
                fail(ErrorCode::Format, std::string("expected tokenizer.ggml.") + name + "_token_id, which is to be added, found none");
            parts.push_back({{"SpecialToken", {{"id", token}, {"type_id", 0}}}});
            const auto id = file_.integer(std::string("tokenizer.ggml.") + name + "_token_id");
            tokens[token] = {{"id", token}, {"ids", {*id}}, {"tokens", {token}}};
        };
        if (!adds_bos && !adds_eos) return nullptr;
        if (adds_bos) add("bos");
        parts.push_back({{"Sequence", {{"id", "A"}, {"type_id", 0}}}});
        if (adds_eos) add("eos");
        return {{"type", "TemplateProcessing"}, {"single", parts}, {"pair", Json::array()}, {"special_tokens", tokens}};
    }

    const GgufFile& file_;
    std::string origin_;
    const std::vector<std::string>* tokens_ = nullptr;
    std::vector<std::int64_t> types_;
};

}  // namespace

GgufTokenizer readGgufTokenizer(const GgufFile& file) { return Reader(file).read(); }

}  // namespace salient
