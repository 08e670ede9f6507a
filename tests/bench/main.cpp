#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/process_memory.h"
#include "core/kernels/gram.h"
#include "core/kernels/matrix_tiles.h"
#include "core/kernels/parallel.h"
#include "core/quant/awq.h"
#include "core/quant/gptq.h"
#include "core/quant/scaling.h"
#include "core/tensor/float16.h"
#include "tests/bench/gemm_time.h"
#include "tests/bench/inputs.h"
#include "tests/bench/peak.h"

// Times the kernels that a quantization spends its life in, in GEMM-times: the time of one 4096×4096×4096 float32 product on the same
// cores in the same run. One JSON line per case.

namespace salient::bench {
namespace {

// What the fraction_of_peak of a case is a fraction of: the rate, measured here and now, of the arithmetic that the case is done with.
enum class Peak {
    Vectors,   // multiply-adds of float32 vectors
    Float32,   // products of float32 grade: where there are matrix tiles, a sixth of their rate, for six products of terms make one
    BFloat16,  // products of bfloat16 values, on tiles or vectors of pairs; Vectors where there are neither
    Memory,    // bytes read and written by a copy
};

std::string_view nameOf(Peak peak) {
    switch (peak) {
        case Peak::Vectors:
            return "float32 vectors";
        case Peak::Float32:
            return hasMatrixTiles() ? "float32 on tiles" : "float32 vectors";
        case Peak::BFloat16:
            return hasMatrixTiles() ? "bfloat16 tiles" : hasBFloat16Products() ? "bfloat16 pairs" : "float32 vectors";
        case Peak::Memory:
            break;
    }
    return "memory";
}

class Peaks {
public:
    [[nodiscard]] double of(Peak peak) const {
        switch (peak) {
            case Peak::Vectors:
                break;
            case Peak::Float32:
                return hasMatrixTiles() ? bfloat16_ / 6.0 : vectors_;
            case Peak::BFloat16:
                return hasBFloat16Products() ? bfloat16_ : vectors_;
            case Peak::Memory:
                return memory_;
        }
        return vectors_;
    }

private:
    double vectors_ = peakFlops();
    double bfloat16_ = peakBFloat16Flops();
    double memory_ = peakBytesPerSecond();
};

// A case and the least it has to do: float operations, of symmetric forms those of one triangle, or bytes moved.
struct Case {
    std::string_view name;
    double least;
    Peak peak;
    std::function<Timing(GemmClock&)> run;
};

GridSpec fourBits(bool is_symmetric = true) {
    GridSpec grid;
    grid.is_symmetric = is_symmetric;
    if (!is_symmetric) grid.rule = GridRule::Awq;
    return grid;
}

Timing timeHessian(GemmClock& clock, Compute compute) {
    constexpr Index kTokens = 32768;
    constexpr Index kChannels = 4096;
    Matrix x = activations(kTokens, kChannels, 3);
    if (compute == Compute::BFloat16) {
        parallelFor(kTokens, 16, [&](Index first, Index last) {
            x.middleRows(first, last - first) =
                x.middleRows(first, last - first).unaryExpr([](float v) { return fromBFloat16(toBFloat16(v)); }).eval();
        });
    }
    Matrix hessian = Matrix::Zero(kChannels, kChannels);
    return timeInGemms(clock, [&] { accumulateGram(x, 2.0F / kTokens, hessian, compute); });
}

Timing timeGptq(GemmClock& clock, Index out_features, Index in_features) {
    const Matrix weight = weights(out_features, in_features, 4);
    const Matrix hessian = statistics(in_features + in_features / 4, in_features, 5).hessian;
    const GptqOptions options;
    return timeInGemms(clock, [&] {
        JobContext job;
        (void)quantizeGptq(weight, hessian, fourBits(), options, job);
    });
}

// The best of 20 points, or the losses of all of them.
Timing timeAwqScale(GemmClock& clock, bool whole_curve) {
    const Matrix weight = weights(4096, 4096, 6);
    const Statistics input = statistics(8192, 4096, 7);
    const std::vector<MatrixView> judged{weight};
    return timeInGemms(clock, [&] {
        JobContext job;
        if (whole_curve) {
            (void)awqSearch(judged, input.hessian, input.mean_abs, fourBits(false), AwqOptions{}, job);
        } else {
            (void)awqChoose(judged, input.hessian, input.mean_abs, fourBits(false), AwqOptions{}, job);
        }
    });
}

Timing timeAwqClip(GemmClock& clock) {
    const Matrix weight = weights(4096, 4096, 8);
    const Matrix hessian = statistics(8192, 4096, 9).hessian;
    return timeInGemms(clock, [&] {
        JobContext job;
        (void)awqClip(weight, hessian, fourBits(false), AwqOptions{}, job);
    });
}

Timing timeNearest(GemmClock& clock, bool mse_search) {
    const Matrix weight = weights(4096, 4096, 10);
    GridSpec grid = fourBits();
    grid.mse_search = mse_search;
    return timeInGemms(clock, [&] { (void)quantizeNearest(weight, grid); });
}

double gptqFlop(double out_features, double in_features) {
    return out_features * in_features * in_features + in_features * in_features * in_features / 3.0;
}

std::vector<Case> allCases() {
    constexpr double n = 4096.0;
    // The share of rows on which the race for AWQ's scales judges all of its points. Those that are left then go through the other rows as
    // well; how many they are depends on the weights, and they are not counted. Losses are products of int8 where there is VNNI and no
    // tiles: even so the fraction is one of float32 vectors, which have a quarter of that rate.
    constexpr double kRaced = 1.0 / 16.0 + 15.0 / 16.0 / 8.0;
    return {
        {"hessian_bf16_4096", 32768.0 * n * n, Peak::BFloat16, [](GemmClock& clock) { return timeHessian(clock, Compute::BFloat16); }},
        {"hessian_f32_4096", 32768.0 * n * n, Peak::Float32, [](GemmClock& clock) { return timeHessian(clock, Compute::Float32); }},
        {"gptq_solve_4096x4096", gptqFlop(n, n), Peak::Vectors, [](GemmClock& clock) { return timeGptq(clock, 4096, 4096); }},
        {"gptq_solve_11008x4096", gptqFlop(11008.0, n), Peak::Vectors, [](GemmClock& clock) { return timeGptq(clock, 11008, 4096); }},
        {"gptq_solve_4096x11008", gptqFlop(n, 11008.0), Peak::Vectors, [](GemmClock& clock) { return timeGptq(clock, 4096, 11008); }},
        {"awq_scale_4096", 20.0 * kRaced * n * n * n, hasMatrixTiles() ? Peak::BFloat16 : Peak::Vectors,
         [](GemmClock& clock) { return timeAwqScale(clock, false); }},
        {"awq_curve_4096", 20.0 * n * n * n, Peak::Float32, [](GemmClock& clock) { return timeAwqScale(clock, true); }},
        {"awq_clip_4096", 10.0 * n * n * 128.0, Peak::Vectors, timeAwqClip},
        {"rtn_4096", n * n * 5.0, Peak::Memory, [](GemmClock& clock) { return timeNearest(clock, false); }},
        {"rtn_mse_4096", n * n * 5.0, Peak::Memory, [](GemmClock& clock) { return timeNearest(clock, true); }},
    };
}

int run(std::string_view only) {
    bool found = false;
    GemmClock clock;
    const Peaks peaks;
    for (const Case& one : allCases()) {
        if (!only.empty() && one.name != only) continue;
        found = true;
        const Timing timing = one.run(clock);
        const std::string_view peak = nameOf(one.peak);
        std::printf(
            "{\"case\": \"%.*s\", \"gemm_times\": %.4f, \"seconds\": %.5f, \"gemm_gflops\": %.1f, \"fraction_of_peak\": %.3f, "
            "\"peak\": \"%.*s\", \"gemm_times_of_cpu\": %.4f}\n",
            static_cast<int>(one.name.size()), one.name.data(), timing.gemmTimes(), timing.seconds,
            GemmClock::kFlop / timing.gemm_seconds / 1e9, one.least / timing.seconds / peaks.of(one.peak), static_cast<int>(peak.size()),
            peak.data(), timing.gemmTimesOfCpu());
        std::fflush(stdout);
    }
    if (found) return 0;
    std::fprintf(stderr, "salient_bench: case '%.*s': expected one of:", static_cast<int>(only.size()), only.data());
    for (const Case& one : allCases()) std::fprintf(stderr, " %.*s", static_cast<int>(one.name.size()), one.name.data());
    std::fprintf(stderr, "\n");
    return 2;
}

}  // namespace
}  // namespace salient::bench

int main(int argc, char** argv) {
    salient::keepFreedMemory();  // as the programs do
    std::string_view only;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--case" && i + 1 < argc) {
            only = argv[++i];
        } else if (argument == "--threads" && i + 1 < argc) {
            salient::setThreadCount(std::atoi(argv[++i]));
        } else {
            std::fprintf(stderr, "usage: salient_bench [--case NAME] [--threads N]\n");
            return 2;
        }
    }
    try {
        return salient::bench::run(only);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "salient_bench: %s\n", error.what());
        return 1;
    }
}
