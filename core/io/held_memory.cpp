#include "core/io/held_memory.h"

#include <utility>

#include "core/error.h"
#include "core/io/process_memory.h"

namespace salient {

namespace {

void requireHeldWithin(std::int64_t limit_bytes, const std::string& less, const Progress& now) {
    if (limit_bytes == 0 || heldMemoryBytes() <= limit_bytes) return;
    giveBackFreedMemory();
    const std::int64_t held = heldMemoryBytes();
    if (held <= limit_bytes) return;
    throw Error(ErrorCode::OutOfMemory, inWords(now) + ": max-memory: expected at most " + sizeInWords(limit_bytes) + " held, found " +
                                            sizeInWords(held) + "; " + less + " need less");
}

}  // namespace

void requireForecastWithin(std::int64_t limit_bytes, std::int64_t forecast_bytes, const std::string& less) {
    if (limit_bytes == 0 || forecast_bytes <= limit_bytes) return;
    throw Error(ErrorCode::OutOfMemory, "max-memory: expected a job that needs at most " + sizeInWords(limit_bytes) +
                                            ", found one that is forecast to need " + sizeInWords(forecast_bytes) + "; " + less +
                                            " need less");
}

JobContext heldToMemory(JobContext& job, std::int64_t limit_bytes, std::string less) {
    return JobContext(job.stopToken(), [&job, limit_bytes, less = std::move(less)](const Progress& now) {
        job.checkpoint(now);
        requireHeldWithin(limit_bytes, less, now);
    });
}

}  // namespace salient
