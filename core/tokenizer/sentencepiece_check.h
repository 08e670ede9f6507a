#pragma once

#include <optional>
#include <string_view>

#include "core/tokenizer/charsmap.h"

namespace salient {

/// Checks a tokenizer.model before the SentencePiece library sees it. The library trusts three things that it should not: the
/// automaton of its normalizer, whose offsets it follows without looking where they lead, the texts and scores of the pieces, and
/// that one text begins with no more pieces or entries than it has room for.
/// This reads the serialized protobuf by itself, and throws Error{Format} naming `origin` when
///  - the wire format is broken;
///  - a piece is empty, too long, no UTF-8, holds a NUL, or has a score that is no finite number;
///  - a state of the automaton that can be reached leads out of it, or its replacements are not texts of their own;
///  - a text may begin with more than 64 user-defined pieces, or with more than 32 entries of the automaton.
/// Following the automaton takes most of the time: gives the normalizer's as it was read then, or nothing for a model without one.
std::optional<Charsmap> checkSentencePieceModel(std::string_view model, std::string_view origin);

}  // namespace salient
