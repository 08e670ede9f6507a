#pragma once

// What sentencepiece_model.proto calls the parts of a tokenizer.model: the numbers of its fields and the values of its enumerations. All of
// a message's other fields are passed over.

namespace salient::piece_proto {

enum ModelField : unsigned { kPieces = 1, kTrainer = 2, kNormalizer = 3, kSelfTest = 4, kDenormalizer = 5 };
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

/// What a piece is; kNormal where it does not say.
enum PieceType : int { kNormal = 1, kUnknown, kControl, kUserDefined, kUnused, kByte };

}  // namespace salient::piece_proto
