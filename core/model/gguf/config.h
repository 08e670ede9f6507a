#pragma once

#include "core/io/gguf.h"
#include "core/io/json_file.h"
#include "core/model/gguf/architecture.h"

namespace salient::gguf {

/// The architecture that a file names, by its "general.architecture" and by whether it has experts; null for one that is not known.
[[nodiscard]] const Architecture* architectureOf(const GgufFile& file);

/// The config.json that a GGUF file stands for: its keys as the family spells them, what its tensors show (vocabulary, biases, a head of
/// its own), and what llama.cpp takes for granted, said aloud. Throws Error{Unsupported} for what changes the computation and has no place
/// in the family (experts, another routing, a sliding window), Error{Format} for a missing key, and what GgufFile's accessors throw.
[[nodiscard]] Json configOf(const GgufFile& file, const Architecture& architecture);

/// "rope_scaling" as the file describes it: by its keys, or by tensors of factors (rope_freqs, rope_factors_long and _short). Null where
/// frequencies are not rescaled.
[[nodiscard]] Json ropeScalingOf(const GgufFile& file, const std::string& architecture, Index rotary_dim, double theta);

/// A float32 as the shortest decimal that means it: 1e-05 and not 9.99999974737875e-06.
[[nodiscard]] double tidied(double float32);

}  // namespace salient::gguf
