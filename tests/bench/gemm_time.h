#pragma once

#include <functional>
#include <vector>

#include "core/tensor/matrix.h"

namespace salient::bench {

/// What one case cost, in seconds and in the unit that makes machines comparable.
struct Timing {
    double seconds = 0.0;      ///< median of the repetitions
    double cpu_seconds = 0.0;  ///< processor time of all threads, median
    double gemm_cpu_seconds = 0.0;
    double gemm_seconds = 0.0;  ///< one 4096×4096×4096 float32 product on the same cores, median of those run in between
    [[nodiscard]] double gemmTimes() const noexcept { return seconds / gemm_seconds; }
    /// The same from processor time: hardly disturbed by other programs, but blind to idle threads.
    [[nodiscard]] double gemmTimesOfCpu() const noexcept { return cpu_seconds / gemm_cpu_seconds; }
};

/// Elapsed time and processor time of all threads.
struct Seconds {
    double wall = 0.0;
    double cpu = 0.0;
};

/// The reference product: 4096³ in float32 by oneDNN, on all cores: once on its own threads and once in tiles spread by our pool. The
/// faster of the two counts.
class GemmClock {
public:
    GemmClock();
    [[nodiscard]] Seconds measure();
    static constexpr double kFlop = 2.0 * 4096.0 * 4096.0 * 4096.0;

private:
    Matrix a_, b_, c_;
};

/// Runs `work` a few times, each between two reference products, after one run to warm up. Stops repeating after `budget_seconds`.
[[nodiscard]] Timing timeInGemms(GemmClock& clock, const std::function<void()>& work, double budget_seconds = 20.0);

[[nodiscard]] double median(std::vector<double> values);

}  // namespace salient::bench
