#pragma once

#include <functional>

#include "core/tensor/matrix.h"

namespace salient::bench {

/// The most float32 operations per second that all threads reach: nothing but fused multiply-adds of the widest vector.
[[nodiscard]] double peakFlops();

/// The same of bfloat16 products that are summed in float32, by the instructions that core/kernels/matrix_tiles.h uses on this processor:
/// matrix tiles, else vectors of pairs. 0 where it has neither.
[[nodiscard]] double peakBFloat16Flops();

/// Bytes read and written per second by a copy of 256 MiB on all threads.
[[nodiscard]] double peakBytesPerSecond();

/// The best of three runs: work(thread), on each thread at once, returns the operations that it did.
[[nodiscard]] double mostPerSecond(const std::function<double(Index thread)>& work);

}  // namespace salient::bench
