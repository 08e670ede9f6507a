#pragma once

#include <cstdint>
#include <string>

#include "core/job.h"

namespace salient {

/// Throws Error{OutOfMemory} when a job is forecast to need more than limit_bytes (0: no limit). less: what would need less, as the
/// beginning of "… need less".
void requireForecastWithin(std::int64_t limit_bytes, std::int64_t forecast_bytes, const std::string& less);

/// `job`, held to limit_bytes (0: no limit) at each checkpoint: throws Error{OutOfMemory}, saying what is being done, where the process
/// holds more than that (heldMemoryBytes()) although it gave back what it does not use. `job` must outlive it.
[[nodiscard]] JobContext heldToMemory(JobContext& job, std::int64_t limit_bytes, std::string less);

}  // namespace salient
