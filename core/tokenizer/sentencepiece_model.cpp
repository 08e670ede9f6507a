#include "core/tokenizer/sentencepiece_model.h"

#include "core/tokenizer/piece_proto.h"
#include "core/tokenizer/wire_format.h"

namespace salient {
namespace {

using namespace piece_proto;

constexpr std::string_view kPlace = "openTokenizer: tokenizer.model: expected a SentencePiece model";

// A field of a kind or a value that is none of its own is passed over, as the library does, and of fields that come twice the last counts.

bool isText(const WireField& field, std::uint64_t number) { return field.is(number, WireKind::Bytes); }

bool isNumber(const WireField& field, std::uint64_t number) { return field.is(number, WireKind::Varint); }

SentencePieceVocabulary::Piece readPiece(std::string_view message) {
    SentencePieceVocabulary::Piece piece;
    WireReader fields(message, kPlace);
    while (const std::optional<WireField> field = fields.next()) {
        if (isText(*field, kText)) piece.text = std::string(field->bytes);
        if (field->is(kScore, WireKind::Four)) piece.score = field->asFloat();
        const int type = static_cast<int>(field->value);
        if (isNumber(*field, kType) && type >= kNormal && type <= kByte) piece.type = type;
    }
    return piece;
}

void readTrainer(std::string_view message, SentencePieceVocabulary& vocabulary, bool& is_space_behind) {
    WireReader fields(message, kPlace);
    while (const std::optional<WireField> field = fields.next()) {
        const int kind = static_cast<int>(field->value);
        const bool is_kind = kind >= static_cast<int>(SentencePieceKind::Unigram) && kind <= static_cast<int>(SentencePieceKind::Char);
        if (isNumber(*field, kModelType) && is_kind) vocabulary.kind = static_cast<SentencePieceKind>(kind);
        if (isNumber(*field, kByteFallback)) vocabulary.byte_fallback = field->value != 0;
        if (isNumber(*field, kSpaceAsSuffix)) is_space_behind = field->value != 0;
        if (isText(*field, kUnkPiece)) vocabulary.unknown = std::string(field->bytes);
        if (isText(*field, kBosPiece)) vocabulary.bos = std::string(field->bytes);
        if (isText(*field, kEosPiece)) vocabulary.eos = std::string(field->bytes);
        if (isText(*field, kPadPiece)) vocabulary.padding = std::string(field->bytes);
    }
}

void readNormalizer(std::string_view message, SentencePieceVocabulary& vocabulary) {
    WireReader fields(message, kPlace);
    while (const std::optional<WireField> field = fields.next()) {
        if (isText(*field, kCharsmap)) vocabulary.charsmap = std::string(field->bytes);
        if (isNumber(*field, kDummyPrefix)) vocabulary.adds_space_prefix = field->value != 0;
        if (isNumber(*field, kRemoveExtraSpaces)) vocabulary.removes_extra_spaces = field->value != 0;
    }
}

SentencePieceVocabulary readModel(std::string_view model, bool with_pieces) {
    SentencePieceVocabulary vocabulary;
    vocabulary.kind = SentencePieceKind::Unigram;  // the model's default, like those that follow
    vocabulary.byte_fallback = false;
    vocabulary.removes_extra_spaces = true;
    vocabulary.bos = "<s>";
    vocabulary.eos = "</s>";
    vocabulary.unknown = "<unk>";
    vocabulary.padding = "<pad>";
    bool is_space_behind = false;
    WireReader fields(model, kPlace);
    while (const std::optional<WireField> field = fields.next()) {
        if (with_pieces && isText(*field, kPieces)) vocabulary.pieces.push_back(readPiece(field->bytes));
        if (isText(*field, kTrainer)) readTrainer(field->bytes, vocabulary, is_space_behind);
        if (isText(*field, kNormalizer)) readNormalizer(field->bytes, vocabulary);
    }
    if (is_space_behind) vocabulary.adds_space_prefix = false;
    return vocabulary;
}

}  // namespace

std::string sentencePieceModel(const SentencePieceVocabulary& vocabulary) {
    std::string model;
    for (const SentencePieceVocabulary::Piece& piece : vocabulary.pieces) {
        std::string bytes;
        appendWireBytes(bytes, kText, piece.text);
        appendWireFloat(bytes, kScore, piece.score);
        appendWireNumber(bytes, kType, static_cast<std::uint64_t>(piece.type));
        appendWireBytes(model, kPieces, bytes);
    }
    std::string trainer;
    appendWireNumber(trainer, kModelType, static_cast<std::uint64_t>(vocabulary.kind));
    appendWireNumber(trainer, kVocabularySize, vocabulary.pieces.size());
    appendWireNumber(trainer, kByteFallback, vocabulary.byte_fallback ? 1 : 0);
    const auto addPiece = [&](unsigned field, const std::string& text) {
        if (!text.empty()) appendWireBytes(trainer, field, text);
    };
    addPiece(kUnkPiece, vocabulary.unknown);
    addPiece(kBosPiece, vocabulary.bos);
    addPiece(kEosPiece, vocabulary.eos);
    addPiece(kPadPiece, vocabulary.padding);
    appendWireBytes(model, kTrainer, trainer);
    std::string normalizer;
    appendWireBytes(normalizer, kName, vocabulary.charsmap.empty() ? "identity" : "user_defined");
    if (!vocabulary.charsmap.empty()) appendWireBytes(normalizer, kCharsmap, vocabulary.charsmap);
    appendWireNumber(normalizer, kDummyPrefix, vocabulary.adds_space_prefix ? 1 : 0);
    appendWireNumber(normalizer, kRemoveExtraSpaces, vocabulary.removes_extra_spaces ? 1 : 0);
    appendWireNumber(normalizer, kEscapeSpaces, 1);
    appendWireBytes(model, kNormalizer, normalizer);
    return model;
}

SentencePieceVocabulary sentencePieceVocabulary(std::string_view model) { return readModel(model, true); }

SentencePieceRewriting sentencePieceRewriting(std::string_view model) {
    const SentencePieceVocabulary found = readModel(model, false);
    return {!found.charsmap.empty(), found.removes_extra_spaces};
}

}  // namespace salient
