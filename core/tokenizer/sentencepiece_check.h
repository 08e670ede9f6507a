#pragma once

#include <string_view>

namespace salient {

/// Checks a tokenizer.model before the SentencePiece library sees it. The library trusts two things that it should not: the
/// automaton of its normalizer, whose offsets it follows without looking where they lead, and the texts and scores of the pieces.
/// This reads the serialized protobuf by itself, and throws Error{Format} naming `origin` when
///  - the wire format is broken;
///  - a piece is empty, too long, no UTF-8, holds a NUL, or has a score that is no finite number;
///  - a state of the automaton that can be reached leads out of it, or its replacements are not texts of their own.
void checkSentencePieceModel(std::string_view model, std::string_view origin);

}  // namespace salient
