#include "core/tokenizer/sentencepiece_tokenizer.h"

#include <sentencepiece_processor.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "core/error.h"
#include "core/io/json_file.h"
#include "core/tokenizer/display_text.h"
#include "core/tokenizer/limits.h"
#include "core/tokenizer/sentencepiece_check.h"
#include "core/tokenizer/sentencepiece_words.h"
#include "core/tokenizer/unicode.h"
#include "core/tokenizer/word_cache.h"

namespace salient {
namespace {

constexpr std::string_view kSpace = "▁";
constexpr std::int64_t kUncutBytes = 160;  // SentencePiece 0.1.97 takes 133 to 147 for a byte of a text of 20 MB, BPE and Unigram

class SentencePieceTokenizer final : public Tokenizer {
public:
    SentencePieceTokenizer(const std::string& model, const std::string& origin, const TokenizerConfig& config) {
        const std::optional<Charsmap> charsmap = checkSentencePieceModel(model, origin);
        const auto refuse = [&](const std::string& reason) {
            throw Error(ErrorCode::Format, "openTokenizer: " + origin + ": expected a SentencePiece model: " + reason);
        };
        try {
            const auto status = processor_.LoadFromSerializedProto(model);
            if (!status.ok()) refuse(status.ToString());
        } catch (const Error&) {
            throw;
        } catch (const std::exception& error) {  // of the trie that the library builds from the pieces
            refuse(error.what());
        }
        if (config.add_bos_token.value_or(true) && processor_.bos_id() >= 0) bos_ = processor_.bos_id();
        if (config.add_eos_token.value_or(false) && processor_.eos_id() >= 0) eos_ = processor_.eos_id();
        if (putsSpaceInFront()) words_ = SentencePieceWords(sentencePieceVocabulary(model), charsmap);
        added_ = AddedTokenMatcher(config.added_tokens);
        for (const AddedToken& token : config.added_tokens) added_by_id_.emplace(token.id, token);
    }

    std::vector<TokenId> encode(std::string_view text, bool add_special) const override {
        std::string repaired;
        if (!unicode::isValid(text)) {
            repaired = unicode::replaceBroken(text);
            text = repaired;
        }
        std::vector<TokenId> ids;
        WordCache seen;
        if (add_special && bos_) ids.push_back(*bos_);
        added_.split(text, [&](std::string_view piece, const AddedToken* token) {
            if (token != nullptr) {
                ids.push_back(token->id);
            } else {
                encodePlain(piece, seen, ids);
            }
        });
        if (add_special && eos_) ids.push_back(*eos_);
        return ids;
    }

    std::string decode(std::span<const TokenId> ids, bool skip_special) const override {
        std::string text;
        std::vector<int> run;
        const auto flush = [&] {
            std::string part;
            const auto status = processor_.Decode(run, &part);
            if (!status.ok()) throw Error(ErrorCode::Format, "decode: SentencePiece: " + status.ToString());
            text += part;
            run.clear();
        };
        for (const TokenId id : ids) {
            if (const auto added = added_by_id_.find(id); added != added_by_id_.end()) {
                if (skip_special && added->second.special) continue;
                flush();
                text += added->second.content;
                continue;
            }
            if (id < 0 || id >= processor_.GetPieceSize()) continue;
            if (processor_.IsControl(id)) {
                if (skip_special) continue;
                flush();
                text += processor_.IdToPiece(id);
            } else {
                run.push_back(id);
            }
        }
        flush();
        return text;
    }

    std::string displayText(TokenId id) const override {
        if (const auto added = added_by_id_.find(id); added != added_by_id_.end()) return escapedForDisplay(added->second.content);
        if (id < 0 || id >= processor_.GetPieceSize()) return {};
        std::string piece = processor_.IdToPiece(id);
        if (processor_.IsByte(id)) {
            unsigned byte = 0;
            std::from_chars(piece.data() + 3, piece.data() + 5, byte, 16);
            piece.assign(1, static_cast<char>(byte));
        } else {
            for (std::size_t at = piece.find(kSpace); at != std::string::npos; at = piece.find(kSpace, at))
                piece.replace(at, kSpace.size(), " ");
        }
        return escapedForDisplay(piece);
    }

    std::optional<TokenId> bos() const override { return bos_; }
    std::int64_t bytesPerTextByte() const override { return words_.cuts() ? Tokenizer::bytesPerTextByte() : kUncutBytes; }
    int vocabularySize() const override {
        TokenId size = processor_.GetPieceSize();
        for (const auto& [id, token] : added_by_id_) size = std::max(size, id + 1);
        return size;
    }

private:
    /// Appends the ids of a text without added tokens.
    void encodePlain(std::string_view text, WordCache& seen, std::vector<TokenId>& ids) const {
        std::vector<int> part_ids;
        while (!text.empty()) {
            const std::string_view part = text.substr(0, words_.firstEnd(text));
            seen.append(part, ids, [&] {
                const auto status = processor_.Encode({part.data(), part.size()}, &part_ids);
                if (!status.ok()) throw Error(ErrorCode::Unsupported, "encode: SentencePiece: " + status.ToString());
                ids.insert(ids.end(), part_ids.begin(), part_ids.end());
            });
            text.remove_prefix(std::min(part.size() + 1, text.size()));  // the space itself comes back as the next part's own prefix
        }
    }

    bool putsSpaceInFront() const {
        std::vector<std::string> pieces;
        return processor_.Encode("a", &pieces).ok() && !pieces.empty() && std::string_view(pieces.front()).starts_with(kSpace);
    }

    sentencepiece::SentencePieceProcessor processor_;
    std::optional<TokenId> bos_;
    std::optional<TokenId> eos_;
    SentencePieceWords words_;
    AddedTokenMatcher added_;
    std::unordered_map<TokenId, AddedToken> added_by_id_;
};

}  // namespace

std::shared_ptr<const Tokenizer> readSentencePiece(const std::filesystem::path& path, const TokenizerConfig& config) {
    return readSentencePiece(readText(path, tokenizer_limits::kMaxSentencePieceBytes), path.string(), config);
}

std::shared_ptr<const Tokenizer> readSentencePiece(const std::string& model, const std::string& origin, const TokenizerConfig& config) {
    return std::make_shared<SentencePieceTokenizer>(model, origin, config);
}

}  // namespace salient
