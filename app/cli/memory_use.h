#pragma once

#include <string>

#include "app/cli/command.h"
#include "core/recipe/memory_forecast.h"

namespace salient::cli {

/// The memory of a command's work: refused before it where more is forecast than --max-memory allows, held to that during it, and told
/// behind it.
class MemoryUse {
public:
    /// less: what would need less, as the beginning of "… need less". Throws Error{OutOfMemory}. `job` must outlive it.
    MemoryUse(const MemoryForecast& forecast, std::int64_t max_memory_bytes, const std::string& less, JobContext& job);

    /// What the work is to be done in.
    [[nodiscard]] JobContext& job() noexcept { return job_; }
    /// Adds "memory_forecast_bytes" and "peak_memory_bytes".
    void addTo(Json& document) const;
    /// "peak memory: 162 MB (forecast 171 MB)".
    [[nodiscard]] std::string text() const;

private:
    std::int64_t forecast_bytes_;
    JobContext job_;
};

/// The same line of a job that holds itself to its limit.
[[nodiscard]] std::string memoryText(std::int64_t peak_bytes, std::int64_t forecast_bytes);

}  // namespace salient::cli
