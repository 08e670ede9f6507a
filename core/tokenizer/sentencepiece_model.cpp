#include "core/tokenizer/sentencepiece_model.h"

#include <cstring>
#include <functional>
#include <string_view>

namespace salient {
namespace {

// protobuf's wire format: each field is its number times eight plus its kind (0 a varint, 2 a length and bytes, 5 four bytes), and its
// value.

void appendVarint(std::string& to, std::uint64_t value) {
    while (value >= 0x80) {
        to.push_back(static_cast<char>((value & 0x7FU) | 0x80U));
        value >>= 7U;
    }
    to.push_back(static_cast<char>(value));
}

void appendNumber(std::string& to, unsigned field, std::uint64_t value) {
    appendVarint(to, field << 3U);
    appendVarint(to, value);
}

void appendBytes(std::string& to, unsigned field, std::string_view bytes) {
    appendVarint(to, field << 3U | 2U);
    appendVarint(to, bytes.size());
    to += bytes;
}

void appendFloat(std::string& to, unsigned field, float value) {
    appendVarint(to, field << 3U | 5U);
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    to.append(bytes, sizeof bytes);
}

struct Field {
    std::uint64_t number = 0;
    std::uint64_t value = 0;  ///< of a varint
    std::string_view bytes;
};

std::uint64_t varint(std::string_view& from) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; !from.empty() && shift < 64; shift += 7) {
        const auto byte = static_cast<unsigned char>(from.front());
        from.remove_prefix(1);
        value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
        if (byte < 0x80) break;
    }
    return value;
}

/// Whatever is cut short ends where the bytes end. A number where bytes should stand has none, which the library passes over, too.
void forEachField(std::string_view from, const std::function<void(const Field&)>& found) {
    while (!from.empty()) {
        const std::uint64_t tag = varint(from);
        Field field{tag >> 3U, 0, {}};
        if ((tag & 7U) == 0) {
            field.value = varint(from);
        } else {
            const std::uint64_t length = (tag & 7U) == 2 ? varint(from) : (tag & 7U) == 5 ? 4 : 8;
            field.bytes = from.substr(0, length);
            from.remove_prefix(field.bytes.size());
        }
        found(field);
    }
}

// Numbers of the fields in sentencepiece_model.proto.
enum ModelField : unsigned { kPieces = 1, kTrainer = 2, kNormalizer = 3 };
enum PieceField : unsigned { kText = 1, kScore = 2, kType = 3 };
enum TrainerField : unsigned {
    kModelType = 3,
    kVocabularySize = 4,
    kSpaceAsSuffix = 24,
    kByteFallback = 35,
    kUnkPiece = 45,
    kBosPiece = 46,
    kEosPiece = 47,
    kPadPiece = 48
};
enum NormalizerField : unsigned { kName = 1, kCharsmap = 2, kDummyPrefix = 3, kRemoveExtraSpaces = 4, kEscapeSpaces = 5 };
constexpr std::uint64_t kUnigram = 1;
constexpr std::uint64_t kBpe = 2;

}  // namespace

std::string sentencePieceModel(const SentencePieceVocabulary& vocabulary) {
    std::string model;
    for (const SentencePieceVocabulary::Piece& piece : vocabulary.pieces) {
        std::string bytes;
        appendBytes(bytes, kText, piece.text);
        appendFloat(bytes, kScore, piece.score);
        appendNumber(bytes, kType, static_cast<std::uint64_t>(piece.type));
        appendBytes(model, kPieces, bytes);
    }
    std::string trainer;
    appendNumber(trainer, kModelType, vocabulary.is_bpe ? kBpe : kUnigram);
    appendNumber(trainer, kVocabularySize, vocabulary.pieces.size());
    appendNumber(trainer, kByteFallback, vocabulary.byte_fallback ? 1 : 0);
    const auto addPiece = [&](unsigned field, const std::string& text) {
        if (!text.empty()) appendBytes(trainer, field, text);
    };
    addPiece(kUnkPiece, vocabulary.unknown);
    addPiece(kBosPiece, vocabulary.bos);
    addPiece(kEosPiece, vocabulary.eos);
    addPiece(kPadPiece, vocabulary.padding);
    appendBytes(model, kTrainer, trainer);
    std::string normalizer;
    appendBytes(normalizer, kName, vocabulary.charsmap.empty() ? "identity" : "user_defined");
    if (!vocabulary.charsmap.empty()) appendBytes(normalizer, kCharsmap, vocabulary.charsmap);
    appendNumber(normalizer, kDummyPrefix, vocabulary.adds_space_prefix ? 1 : 0);
    appendNumber(normalizer, kRemoveExtraSpaces, vocabulary.removes_extra_spaces ? 1 : 0);
    appendNumber(normalizer, kEscapeSpaces, 1);
    appendBytes(model, kNormalizer, normalizer);
    return model;
}

SentencePieceVocabulary sentencePieceVocabulary(std::string_view model) {
    SentencePieceVocabulary vocabulary;
    vocabulary.is_bpe = false;  // the model's default is unigram
    vocabulary.byte_fallback = false;
    vocabulary.removes_extra_spaces = true;
    vocabulary.bos = "<s>";
    vocabulary.eos = "</s>";
    vocabulary.unknown = "<unk>";
    vocabulary.padding = "<pad>";
    bool is_space_behind = false;
    const auto readPiece = [&](const Field& field, SentencePieceVocabulary::Piece& piece) {
        if (field.number == kText && !field.bytes.empty()) piece.text = std::string(field.bytes);
        if (field.number == kScore && field.bytes.size() == sizeof piece.score)
            std::memcpy(&piece.score, field.bytes.data(), sizeof piece.score);
        if (field.number == kType) piece.type = static_cast<int>(field.value);
    };
    const auto readTrainer = [&](const Field& field) {
        if (field.number == kModelType) vocabulary.is_bpe = field.value == kBpe;
        if (field.number == kByteFallback) vocabulary.byte_fallback = field.value != 0;
        if (field.number == kSpaceAsSuffix) is_space_behind = field.value != 0;
        if (field.number == kUnkPiece) vocabulary.unknown = std::string(field.bytes);
        if (field.number == kBosPiece) vocabulary.bos = std::string(field.bytes);
        if (field.number == kEosPiece) vocabulary.eos = std::string(field.bytes);
        if (field.number == kPadPiece) vocabulary.padding = std::string(field.bytes);
    };
    const auto readNormalizer = [&](const Field& field) {
        if (field.number == kCharsmap && !field.bytes.empty()) vocabulary.charsmap = std::string(field.bytes);
        if (field.number == kDummyPrefix) vocabulary.adds_space_prefix = field.value != 0;
        if (field.number == kRemoveExtraSpaces) vocabulary.removes_extra_spaces = field.value != 0;
    };
    forEachField(model, [&](const Field& field) {
        if (field.number == kPieces) {
            SentencePieceVocabulary::Piece& piece = vocabulary.pieces.emplace_back();
            forEachField(field.bytes, [&](const Field& part) { readPiece(part, piece); });
        }
        if (field.number == kTrainer) forEachField(field.bytes, readTrainer);
        if (field.number == kNormalizer) forEachField(field.bytes, readNormalizer);
    });
    if (is_space_behind) vocabulary.adds_space_prefix = false;
    return vocabulary;
}

}  // namespace salient
