#include "core/recipe/memory_forecast.h"

#include <algorithm>

#include "core/model/forward.h"

namespace salient {

MemoryForecast forecastMemory(const Model& model, const SampleSpec& samples) {
    constexpr std::int64_t kFloat = sizeof(float);
    MemoryForecast forecast;
    std::int64_t out_features = 0;
    for (const LinearInfo& linear : model.linears) {
        if (linear.block != 0) continue;
        forecast.block_weights += 2 * kFloat * linear.out_features * linear.in_features;
        out_features += linear.out_features;
    }
    std::int64_t largest = 0;
    for (const InputGroup& group : model.groups) {
        const std::int64_t bytes = kFloat * group.in_features * group.in_features;
        forecast.hessians += bytes;
        largest = std::max(largest, bytes);
    }
    forecast.hessians += largest;
    const std::int64_t n_tokens = samples.n_samples * samples.seq_len;
    forecast.hidden_states = kFloat * n_tokens * model.config.hidden_size;
    const std::int64_t chunk = std::min<std::int64_t>(n_tokens, std::max<std::int64_t>(ForwardOptions{}.chunk_tokens, samples.seq_len));
    forecast.workspace = kFloat * chunk * (out_features + 2 * model.config.hidden_size);
    return forecast;
}

}  // namespace salient
