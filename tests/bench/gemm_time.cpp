#include "tests/bench/gemm_time.h"

#include <omp.h>
#include <oneapi/dnnl/dnnl.h>

#include <algorithm>
#include <chrono>

#include "core/kernels/gemm.h"
#include "core/kernels/parallel.h"
#include "tests/bench/inputs.h"

namespace salient::bench {
namespace {

double secondsOf(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

double median(std::vector<double> values) {
    std::ranges::sort(values);
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2.0;
}

GemmClock::GemmClock() : a_(uniformMatrix(4096, 4096, 1)), b_(uniformMatrix(4096, 4096, 2)), c_(4096, 4096) { (void)measure(); }

double GemmClock::measure() {
    constexpr dnnl_dim_t n = 4096;
    omp_set_num_threads(threadCount());
    const double library = secondsOf([&] { dnnl_sgemm('N', 'N', n, n, n, 1.0F, a_.data(), n, b_.data(), n, 0.0F, c_.data(), n); });
    omp_set_num_threads(1);
    const double ours = secondsOf([&] { gemm(a_, false, b_, false, c_); });
    return std::min(library, ours);
}

Timing timeInGemms(GemmClock& clock, const std::function<void()>& work, double budget_seconds) {
    constexpr int kRepetitions = 5;
    std::vector<double> work_seconds;
    std::vector<double> gemm_seconds{clock.measure()};
    work();
    double spent = 0.0;
    while (static_cast<int>(work_seconds.size()) < kRepetitions && (work_seconds.empty() || spent < budget_seconds)) {
        work_seconds.push_back(secondsOf(work));
        gemm_seconds.push_back(clock.measure());
        spent += work_seconds.back() + gemm_seconds.back();
    }
    return {median(work_seconds), median(gemm_seconds)};
}

}  // namespace salient::bench
