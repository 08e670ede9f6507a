#include "tests/bench/gemm_time.h"

#include <omp.h>
#include <oneapi/dnnl/dnnl.h>

#include <algorithm>
#include <chrono>
#include <ctime>

#include "core/kernels/gemm.h"
#include "core/kernels/parallel.h"
#include "tests/bench/inputs.h"

namespace salient::bench {
namespace {

double cpuNow() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

Seconds secondsOf(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    const double cpu_start = cpuNow();
    work();
    return {std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), cpuNow() - cpu_start};
}

}  // namespace

double median(std::vector<double> values) {
    std::ranges::sort(values);
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2.0;
}

GemmClock::GemmClock() : a_(uniformMatrix(4096, 4096, 1)), b_(uniformMatrix(4096, 4096, 2)), c_(4096, 4096) { (void)measure(); }

Seconds GemmClock::measure() {
    constexpr dnnl_dim_t n = 4096;
    omp_set_num_threads(threadCount());
    const Seconds library = secondsOf([&] { dnnl_sgemm('N', 'N', n, n, n, 1.0F, a_.data(), n, b_.data(), n, 0.0F, c_.data(), n); });
    omp_set_num_threads(1);
    // The same library, its calls spread by our pool: sometimes faster than by its own threads.
    constexpr Index kTile = 512;
    const Seconds spread = secondsOf([&] {
        parallelFor(n / kTile * (n / kTile), 1, [&](Index tile, Index) {
            const Index row = tile / (n / kTile) * kTile;
            const Index col = tile % (n / kTile) * kTile;
            gemmTile(a_.middleRows(row, kTile), false, b_.middleCols(col, kTile), false, c_.block(row, col, kTile, kTile));
        });
    });
    return {std::min(library.wall, spread.wall), std::min(library.cpu, spread.cpu)};
}

Timing timeInGemms(GemmClock& clock, const std::function<void()>& work, double budget_seconds) {
    constexpr int kRepetitions = 5;
    std::vector<double> wall, cpu, gemm_wall, gemm_cpu;
    const auto measureGemm = [&] {
        const Seconds gemm = clock.measure();
        gemm_wall.push_back(gemm.wall);
        gemm_cpu.push_back(gemm.cpu);
    };
    measureGemm();
    work();
    double spent = 0.0;
    while (static_cast<int>(wall.size()) < kRepetitions && (wall.empty() || spent < budget_seconds)) {
        const Seconds seconds = secondsOf(work);
        wall.push_back(seconds.wall);
        cpu.push_back(seconds.cpu);
        spent += seconds.wall;
        measureGemm();
    }
    return {median(wall), median(cpu), median(gemm_cpu), median(gemm_wall)};
}

}  // namespace salient::bench
