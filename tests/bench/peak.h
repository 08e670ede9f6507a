#pragma once

namespace salient::bench {

/// The most float32 operations per second that all threads reach: nothing but fused multiply-adds of the widest vector.
[[nodiscard]] double peakFlops();

/// Bytes read and written per second by a copy of 256 MiB on all threads.
[[nodiscard]] double peakBytesPerSecond();

}  // namespace salient::bench
