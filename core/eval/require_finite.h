#pragma once

#include <string>

#include "core/model/forward.h"

namespace salient {

// A number that is none, named where it enters, as calibrate() names it: a NaN at the end of a pass does not say where it came from.

/// Throws Error{NonFinite} "subject: expected finite hidden states, found nan in channel C, sample S, token T, …" for the first NaN or
/// infinity. One pass over the states.
void requireFiniteStates(const HiddenStates& hidden, const std::string& subject);

/// For a prediction whose loss is no number: throws Error{NonFinite} naming the first entry of the vocabulary whose logit after that row of
/// the final hidden states is none, its sample and its token.
[[noreturn]] void refuseLogits(const Model& model, MatrixView hidden, Index row, Index seq_len, const ForwardOptions& options,
                               const std::string& subject);

}  // namespace salient
