#include "core/kernels/parallel.h"

/// A race between two bodies of parallelFor(). The thread sanitizer must report it: what is suppressed of oneTBB may not hide ours.
int main() {
    salient::setThreadCount(4);
    salient::Index sum = 0;
    salient::parallelFor(10'000, 1, [&](salient::Index first, salient::Index) { sum += first; });
    return sum < 0 ? 1 : 0;
}
