// Runs whole jobs for a given time and ends with status 1 as soon as memory, open files or files on the disk grow, or bits change.

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "core/io/process_memory.h"
#include "tests/soak/soak_job.h"

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kWarmUpJobs = 60;          // every kind once, and what libraries keep for good
constexpr std::int64_t kMostGrowth = 48'000'000;  // of memory held, beyond the most of the warm-up; jobs take turns of different sizes
// From here on, too few jobs to judge growth are a failure. A job takes seconds, so a minute for each means that something hangs; the five
// minutes of CI only say so, or a slow machine would fail for nothing but its speed.
constexpr double kLongEnough_s = 3600.0;

std::int64_t openFiles() {
    std::int64_t n = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++n;
    return n;
}

std::int64_t heldNow() {
    salient::giveBackFreedMemory();  // what the allocator keeps for later is no growth
    return salient::heldMemoryBytes();
}

int soak(double seconds, std::uint64_t seed, const std::filesystem::path& folder) {
    salient::soak::Jobs jobs(folder, seed);
    const Clock::time_point start = Clock::now();
    const auto elapsed = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
    std::int64_t warm = 0;
    std::int64_t files = 0;
    double next_line = 0.0;
    while (elapsed() < seconds) {
        jobs.runOne();
        const salient::soak::Tally& tally = jobs.tally();
        const std::int64_t held = heldNow();
        const std::int64_t now_open = openFiles();
        if (tally.n_jobs <= kWarmUpJobs) {
            warm = std::max(warm, held);
            files = std::max(files, now_open);
        } else {
            if (held > warm + kMostGrowth) {
                throw std::runtime_error("memory grows: " + std::to_string(held) + " bytes held after job " + std::to_string(tally.n_jobs) +
                                         ", at most " + std::to_string(warm) + " in the first " + std::to_string(kWarmUpJobs));
            }
            if (now_open > files)
                throw std::runtime_error("files stay open: " + std::to_string(now_open) + ", " + std::to_string(files) +
                                         " after the warm-up");
        }
        if (elapsed() < next_line) continue;
        next_line = elapsed() + 60.0;
        std::printf("%6.0f s: %lld jobs, %lld cancelled, %lld failed, %lld resumed, %lld compared; %.1f MB held, %lld files open\n",
                    elapsed(), static_cast<long long>(tally.n_jobs), static_cast<long long>(tally.n_cancelled),
                    static_cast<long long>(tally.n_failed), static_cast<long long>(tally.n_resumed),
                    static_cast<long long>(tally.n_compared), static_cast<double>(held) / 1e6, static_cast<long long>(now_open));
        std::fflush(stdout);
    }
    const salient::soak::Tally& tally = jobs.tally();
    const std::string growth = tally.n_jobs > kWarmUpJobs ? "nothing grew"
                                                          : "too few jobs to judge growth (" + std::to_string(tally.n_jobs) +
                                                                " of more than " + std::to_string(kWarmUpJobs) + ")";
    std::printf("done: %lld jobs, %lld cancelled, %lld failed, %lld resumed, %lld compared, %s\n", static_cast<long long>(tally.n_jobs),
                static_cast<long long>(tally.n_cancelled), static_cast<long long>(tally.n_failed), static_cast<long long>(tally.n_resumed),
                static_cast<long long>(tally.n_compared), growth.c_str());
    if (tally.n_jobs <= kWarmUpJobs && seconds >= kLongEnough_s) throw std::runtime_error(growth);
    if (tally.n_compared == 0) throw std::runtime_error("no two exports of the same settings were compared: it takes more time");
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    salient::keepFreedMemory();  // as the programs do
    if (argc != 3) {
        std::fprintf(stderr, "usage: soak SECONDS SEED\n");
        return 2;
    }
    std::string folder = (std::filesystem::temp_directory_path() / "salient-soak-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) {
        std::perror("soak: mkdtemp");
        return 1;
    }
    int status = 1;
    try {
        status = soak(std::strtod(argv[1], nullptr), std::strtoull(argv[2], nullptr, 10), folder);
        std::filesystem::remove_all(folder);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "soak, seed %s: %s\n", argv[2], error.what());  // the folder stays, to look at
    }
    return status;
}
