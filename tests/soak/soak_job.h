#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>

#include "core/recipe/run.h"

namespace salient::soak {

/// How a job is made to end.
enum class Fate { Completes, IsCancelled, IsCancelledAndResumed, Fails, FailsAndIsResumed, RunsOutOfMemory };

/// What the jobs so far came to.
struct Tally {
    std::int64_t n_jobs = 0;
    std::int64_t n_cancelled = 0;
    std::int64_t n_failed = 0;
    std::int64_t n_resumed = 0;
    std::int64_t n_compared = 0;
};

/// Whole jobs of random settings and fates on the demo model, in one folder that is empty between them.
class Jobs {
public:
    Jobs(std::filesystem::path folder, std::uint64_t seed) : folder_(std::move(folder)), random_(seed) {}

    /// Runs one. Throws std::runtime_error when it leaves files, ends otherwise than it was made to, or its export differs from that of
    /// an earlier job of the same settings.
    void runOne();
    [[nodiscard]] const Tally& tally() const noexcept { return tally_; }

private:
    [[nodiscard]] Recipe randomRecipe();
    [[nodiscard]] unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
    /// Runs until the checkpoint and ends there by that fate; returns whether it came so far.
    bool runUntil(const Recipe& recipe, const RunOptions& options, Fate fate, unsigned checkpoint);
    /// The exports that are there with those of earlier jobs of the same settings; removes them.
    void compare(const Recipe& recipe);
    void requireEmptyFolder(const std::string& after) const;

    std::filesystem::path folder_;
    std::mt19937_64 random_;
    std::map<std::string, std::uint64_t> seen_;      ///< settings → checksum of the export
    std::map<std::string, unsigned> n_checkpoints_;  ///< of an uninterrupted job
    Tally tally_;
};

}  // namespace salient::soak
