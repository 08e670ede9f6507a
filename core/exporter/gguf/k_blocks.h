#pragma once

#include <cstddef>
#include <span>

#include "core/tensor/matrix.h"

namespace salient {

/// Elements of a block of Q4_K and Q6_K.
inline constexpr Index kGgufSuperBlock = 256;
inline constexpr Index kQ4_KBytes = 144;
inline constexpr Index kQ6_KBytes = 210;
/// The largest magnitude that encodeQ4_K() and encodeQ6_K() take, so that no factor of a block leaves float16.
inline constexpr float kLargestSuperBlockWeight = 0x1p21F;

// Layouts: core/io/ggml_k_blocks.cpp. Both choose factors and codes so that Σ importance·(ŵ − w)² gets small, judged by the factors as they
// are stored. The search begins with plain rounding (each run's smallest and largest weight, everything to nearest) and takes what is
// better: its error is never larger than that one's.
// 1. For each run a real step (and offset): from ranges shrunk more and more at both ends, codes and the least-squares step for these codes
//    are found in turn.
// 2. The block's factors from the largest step (and offset); each run's stored factors are the best of the rounded ones and their
// neighbours.
// 3. The block's factors again by least squares over all its codes, then step 2 again, as long as that helps.
// ggml's own routine instead weighs each weight by its size where no importance is given (here all are alike), walks through a fixed series
// of steps with the offset held at the smallest weight, and rounds the block's factors once, without looking at what the rounding does.
// That the error is taken with the stored factors, the second search over runs and step 3 are ours.

/// Rounds 256 finite weights to one block of Q4_K and says what it stands for. importance [256]: not negative, not all zero.
/// Returns how many of the block's factors are raised (block_factor.h).
[[nodiscard]] int encodeQ4_K(std::span<const float, kGgufSuperBlock> weights, std::span<const float, kGgufSuperBlock> importance,
                             std::byte* block, float* meant);
/// The same for Q6_K, whose runs have no offset.
[[nodiscard]] int encodeQ6_K(std::span<const float, kGgufSuperBlock> weights, std::span<const float, kGgufSuperBlock> importance,
                             std::byte* block, float* meant);

}  // namespace salient
