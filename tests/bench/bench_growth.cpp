#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/io/process_memory.h"
#include "core/kernels/gram.h"
#include "core/kernels/parallel.h"
#include "core/quant/awq.h"
#include "core/quant/gptq.h"
#include "core/recipe/svg_chart.h"
#include "tests/bench/gemm_time.h"
#include "tests/bench/inputs.h"

// Does cost grow as the mathematics says? Times each kernel against tokens, width, rows and threads, beside what its operation count
// predicts from the smallest size. One JSON line per point; with --plot FILE also a page of charts. Never part of pass or fail.

namespace salient::bench {
namespace {

struct Law {
    std::string name;
    std::string against;
    std::vector<Index> sizes;
    std::function<double(double size)> operations;             // up to a factor
    std::function<std::function<void()>(Index size)> prepare;  // returns what is timed
};

struct Point {
    Index size;
    double seconds;
    double expected;
};

double secondsOf(const std::function<void()>& work) {
    constexpr int kRepetitions = 3;
    work();
    std::vector<double> seconds;
    for (int i = 0; i < kRepetitions; ++i) {
        const auto start = std::chrono::steady_clock::now();
        work();
        seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    return median(seconds);
}

std::function<void()> hessianWork(Index tokens, Index width) {
    return [x = activations(tokens, width, 1), h = Matrix(Matrix::Zero(width, width))]() mutable { accumulateGram(x, 1.0F, h); };
}

std::function<void()> gptqWork(Index rows, Index width) {
    return [w = weights(rows, width, 2), h = statistics(width + width / 4, width, 3).hessian] {
        JobContext job;
        (void)quantizeGptq(w, h, GridSpec{}, GptqOptions{}, job);
    };
}

std::function<void()> awqWork(Index rows, Index width) {
    return [w = weights(rows, width, 4), s = statistics(2 * width, width, 5)] {
        GridSpec grid;
        grid.is_symmetric = false;
        grid.rule = GridRule::Awq;
        const std::vector<MatrixView> judged{w};
        JobContext job;
        (void)awqSearch(judged, s.hessian, s.mean_abs, grid, AwqOptions{}, job);
    };
}

std::function<void()> nearestWork(Index rows, Index width) {
    return [w = weights(rows, width, 6)] { (void)quantizeNearest(w, GridSpec{}); };
}

std::vector<Index> threadCounts() {
    std::vector<Index> counts;
    const auto n_cores = static_cast<Index>(std::max(1U, std::thread::hardware_concurrency()));
    for (Index n = 1; n < n_cores; n *= 2) counts.push_back(n);
    counts.push_back(n_cores);
    return counts;
}

// The same work with more threads.
Law threadLaw(std::string name, std::function<std::function<void()>()> work) {
    return {std::move(name), "threads", threadCounts(), [](double n) { return 1.0 / n; },
            [work = std::move(work)](Index n) {
                return [run = work(), n] {
                    setThreadCount(static_cast<int>(n));
                    run();
                    setThreadCount(0);
                };
            }};
}

std::vector<Law> allLaws() {
    const auto linear = [](double n) { return n; };
    const auto square = [](double n) { return n * n; };
    const std::vector<Index> lengths{2048, 4096, 8192, 16384};
    const std::vector<Index> widths{1024, 2048, 4096};
    return {
        {"hessian", "tokens", lengths, linear, [](Index n) { return hessianWork(n, 2048); }},
        {"hessian", "width", widths, square, [](Index n) { return hessianWork(4096, n); }},
        {"gptq", "rows", {1024, 2048, 4096, 8192}, [](double n) { return n + 2048.0 / 3.0; }, [](Index n) { return gptqWork(n, 2048); }},
        {"gptq", "width", widths, [](double n) { return n * n * (2048.0 + n / 3.0); }, [](Index n) { return gptqWork(2048, n); }},
        {"awq", "rows", {1024, 2048, 4096}, linear, [](Index n) { return awqWork(n, 2048); }},
        {"awq", "width", widths, square, [](Index n) { return awqWork(1024, n); }},
        {"rtn", "rows", lengths, linear, [](Index n) { return nearestWork(n, 2048); }},
        threadLaw("hessian", [] { return hessianWork(4096, 2048); }),
        threadLaw("gptq", [] { return gptqWork(2048, 2048); }),
        threadLaw("awq", [] { return awqWork(1024, 2048); }),
    };
}

std::vector<Point> measure(const Law& law) {
    std::vector<Point> points;
    for (const Index size : law.sizes) {
        const double seconds = secondsOf(law.prepare(size));
        const double first = points.empty() ? seconds : points.front().seconds;
        const double growth = law.operations(static_cast<double>(size)) / law.operations(static_cast<double>(law.sizes.front()));
        points.push_back({size, seconds, first * growth});
        std::printf("{\"case\": \"%s_by_%s\", \"size\": %ld, \"seconds\": %.5f, \"expected_seconds\": %.5f, \"of_expected\": %.2f}\n",
                    law.name.c_str(), law.against.c_str(), static_cast<long>(size), seconds, points.back().expected,
                    seconds / points.back().expected);
        std::fflush(stdout);
    }
    return points;
}

std::string chartOf(const Law& law, const std::vector<Point>& points) {
    std::vector<ScatterPoint> scatter;
    for (const Point& point : points) {
        const auto size = static_cast<double>(point.size);
        scatter.push_back({"measured, " + std::to_string(point.size), size, 1e3 * point.seconds, false});
        if (&point != &points.front()) scatter.push_back({"expected", size, 1e3 * point.expected, true});
    }
    const std::string title = law.name + " against " + law.against;
    return "<h2>" + title + "</h2>\n" + svgScatter(scatter, law.against, "milliseconds", title) + "\n";
}

// Whether there is such a case.
bool run(const std::string& only, const std::string& plot) {
    std::string charts;
    bool found = false;
    for (const Law& law : allLaws()) {
        if (!only.empty() && law.name != only) continue;
        found = true;
        charts += chartOf(law, measure(law));
    }
    if (plot.empty() || !found) return found;
    std::ofstream page(plot);
    page
        << "<!DOCTYPE html><meta charset=\"utf-8\"><title>Salient: growth of cost</title>\n<style>body{font:14px sans-serif;max-width:60em;"
           "margin:2em "
           "auto}.axis,.grid{stroke:#bbb}.label{font-size:11px}circle{fill:#2a6ebb}circle.reference{fill:#c44}</style>\n<h1>Growth "
           "of "
           "cost</h1>\n<p>Blue: measured, median of three. Red: what the operation count predicts from the smallest size.</p>\n"
        << charts;
    if (!page.flush()) throw std::runtime_error("--plot: " + plot + ": cannot be written");
    return true;
}

int refuseCase(const std::string& name) {
    std::string known;
    for (const Law& law : allLaws()) {
        if (known.find(" " + law.name) == std::string::npos) known += " " + law.name;
    }
    std::fprintf(stderr, "salient_bench_growth: case '%s': expected one of:%s\n", name.c_str(), known.c_str());
    return 2;
}

}  // namespace
}  // namespace salient::bench

int main(int argc, char** argv) {
    salient::keepFreedMemory();  // as the programs do
    std::string only;
    std::string plot;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--case" && i + 1 < argc) {
            only = argv[++i];
        } else if (argument == "--plot" && i + 1 < argc) {
            plot = argv[++i];
        } else {
            std::fprintf(stderr, "usage: salient_bench_growth [--case hessian|gptq|awq|rtn] [--plot FILE.html]\n");
            return 2;
        }
    }
    try {
        if (!salient::bench::run(only, plot)) return salient::bench::refuseCase(only);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "salient_bench_growth: %s\n", error.what());
        return 1;
    }
    return 0;
}
