#include "core/tokenizer/sentencepiece_model.h"

#include <cstring>
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

// Numbers of the fields in sentencepiece_model.proto.
enum ModelField : unsigned { kPieces = 1, kTrainer = 2, kNormalizer = 3 };
enum PieceField : unsigned { kText = 1, kScore = 2, kType = 3 };
enum TrainerField : unsigned {
    kModelType = 3,
    kVocabularySize = 4,
    kByteFallback = 35,
    kUnkPiece = 45,
    kBosPiece = 46,
    kEosPiece = 47,
    kPadPiece = 48
};
enum NormalizerField : unsigned { kName = 1, kDummyPrefix = 3, kRemoveExtraSpaces = 4, kEscapeSpaces = 5 };
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
    appendNumber(trainer, kModelType, kBpe);
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
    appendBytes(normalizer, kName, "identity");
    appendNumber(normalizer, kDummyPrefix, vocabulary.adds_space_prefix ? 1 : 0);
    appendNumber(normalizer, kRemoveExtraSpaces, vocabulary.removes_extra_spaces ? 1 : 0);
    appendNumber(normalizer, kEscapeSpaces, 1);
    appendBytes(model, kNormalizer, normalizer);
    return model;
}

}  // namespace salient
