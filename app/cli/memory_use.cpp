#include "app/cli/memory_use.h"

#include "app/cli/text_format.h"
#include "core/io/held_memory.h"
#include "core/io/process_memory.h"

namespace salient::cli {

MemoryUse::MemoryUse(const MemoryForecast& forecast, std::int64_t max_memory_bytes, const std::string& less, JobContext& job)
    : forecast_bytes_(forecast.total()), job_(heldToMemory(job, max_memory_bytes, less)) {
    requireForecastWithin(max_memory_bytes, forecast_bytes_, less);
}

void MemoryUse::addTo(Json& document) const {
    document["memory_forecast_bytes"] = forecast_bytes_;
    document["peak_memory_bytes"] = peakMemoryBytes();
}

std::string MemoryUse::text() const { return memoryText(peakMemoryBytes(), forecast_bytes_); }

std::string memoryText(std::int64_t peak_bytes, std::int64_t forecast_bytes) {
    return "peak memory: " + byteSize(peak_bytes) + " (forecast " + byteSize(forecast_bytes) + ")";
}

}  // namespace salient::cli
