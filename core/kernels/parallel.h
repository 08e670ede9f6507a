#pragma once

#include <functional>

#include "core/tensor/matrix.h"

namespace salient {

/// Upper bound on the threads that parallel kernels of this process use from now on; 0 means all cores.
/// Results do not depend on it. Call it once, before the work starts.
void setThreadCount(int n_threads);
[[nodiscard]] int threadCount();

/// Runs body(first, last) over [0, n) in consecutive chunks of `grain`, spread over the threads of the one pool.
/// Chunk borders depend on n and grain only, never on the number of threads, so a sum kept per chunk is reproducible.
/// An exception thrown by a body reaches the caller. Inside a body, oneDNN's own threading is off.
void parallelFor(Index n, Index grain, const std::function<void(Index first, Index last)>& body);

}  // namespace salient
