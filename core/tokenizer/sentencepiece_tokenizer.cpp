#include "core/tokenizer/sentencepiece_tokenizer.h"

#include <sentencepiece_processor.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "core/error.h"
#include "core/io/json_file.h"
#include "core/tokenizer/display_text.h"
#include "core/tokenizer/sentencepiece_check.h"
#include "core/tokenizer/unicode.h"

namespace salient {
namespace {

constexpr std::string_view kSpace = "▁";
constexpr std::size_t kChunkBytes = std::size_t{1} << 12U;  // what the library makes of it stays in a core's own cache

class SentencePieceTokenizer final : public Tokenizer {
public:
    SentencePieceTokenizer(const std::string& model, const std::string& origin, const TokenizerConfig& config) {
        checkSentencePieceModel(model, origin);
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
        can_cut_ = wordsStandAlone();
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
        if (add_special && bos_) ids.push_back(*bos_);
        added_.split(text, [&](std::string_view piece, const AddedToken* token) {
            if (token != nullptr) {
                ids.push_back(token->id);
            } else {
                encodePlain(piece, ids);
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
    int vocabularySize() const override {
        TokenId size = processor_.GetPieceSize();
        for (const auto& [id, token] : added_by_id_) size = std::max(size, id + 1);
        return size;
    }

private:
    /// Appends the ids of a text without added tokens.
    void encodePlain(std::string_view text, std::vector<TokenId>& ids) const {
        while (!text.empty()) {
            const std::size_t end = chunkEnd(text);
            std::vector<int> chunk;
            const auto status = processor_.Encode({text.data(), end}, &chunk);
            if (!status.ok()) throw Error(ErrorCode::Unsupported, "encode: SentencePiece: " + status.ToString());
            ids.insert(ids.end(), chunk.begin(), chunk.end());
            text.remove_prefix(std::min(end + 1, text.size()));  // the space itself comes back as the next chunk's own prefix
        }
    }

    /// Whether a text may be cut at a single space and its parts encoded apart: SentencePiece puts a space before each part,
    /// and no piece holds a space after another character. It needs some hundred bytes of memory per byte of a part, so a
    /// long text must be cut.
    bool wordsStandAlone() const {
        std::vector<std::string> pieces;
        if (!processor_.Encode("a", &pieces).ok() || pieces.empty() || !std::string_view(pieces.front()).starts_with(kSpace)) return false;
        for (int id = 0; id < processor_.GetPieceSize(); ++id) {
            std::string_view piece = processor_.IdToPiece(id);
            while (piece.starts_with(kSpace)) piece.remove_prefix(kSpace.size());
            if (piece.find(kSpace) != std::string_view::npos) return false;
        }
        return true;
    }

    /// Position of a space between two ASCII letters, beyond the chunk size; or the end.
    std::size_t chunkEnd(std::string_view text) const {
        if (!can_cut_ || text.size() <= kChunkBytes) return text.size();
        const auto isLetter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
        for (std::size_t i = text.find(' ', kChunkBytes); i != std::string_view::npos && i + 1 < text.size(); i = text.find(' ', i + 1)) {
            if (isLetter(text[i - 1]) && isLetter(text[i + 1])) return i;
        }
        return text.size();
    }

    sentencepiece::SentencePieceProcessor processor_;
    std::optional<TokenId> bos_;
    std::optional<TokenId> eos_;
    bool can_cut_ = false;
    AddedTokenMatcher added_;
    std::unordered_map<TokenId, AddedToken> added_by_id_;
};

}  // namespace

std::shared_ptr<const Tokenizer> readSentencePiece(const std::filesystem::path& path, const TokenizerConfig& config) {
    constexpr std::size_t kMostBytes = std::size_t{64} << 20U;  // ten times the largest in use
    return readSentencePiece(readText(path, kMostBytes), path.string(), config);
}

std::shared_ptr<const Tokenizer> readSentencePiece(const std::string& model, const std::string& origin, const TokenizerConfig& config) {
    return std::make_shared<SentencePieceTokenizer>(model, origin, config);
}

}  // namespace salient
