// The loops of the engine for its readers under a fuzzer: in order, on the calling thread, without oneTBB.
#include <algorithm>

#include "core/kernels/parallel.h"

namespace salient {

void parallelFor(Index n, Index grain, const std::function<void(Index, Index)>& body) {
    for (Index first = 0; first < n; first += grain) body(first, std::min(n, first + grain));
}

}  // namespace salient
