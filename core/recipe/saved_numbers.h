#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/eval/divergence.h"
#include "core/io/json_object.h"
#include "core/quant/quantize_group.h"

namespace salient {

// Measured numbers as JSON and back, bit for bit. JSON has no infinities: they are the strings "inf", "-inf" and "nan" here (a layer
// that rounding left as it was has an infinite signal-to-noise ratio). Reading throws Error{Format}, as JsonObject does.

[[nodiscard]] Json savedNumber(double value);
void readNumber(JsonObject& object, const char* key, double& target);
/// Refuses what is below `least`.
void readCount(JsonObject& object, const char* key, Index& target, Index least = 0);
/// An object of counts, each at most 2^40, since they are added up; nothing where the key is absent.
[[nodiscard]] std::map<std::string, std::int64_t> readCounts(JsonObject& object, const char* key);

[[nodiscard]] Json savedPerplexity(const PerplexityResult& result);
[[nodiscard]] PerplexityResult readPerplexity(const Json& value, const std::string& path, const std::string& origin);

[[nodiscard]] Json savedLayerReport(const LayerReport& layer);
[[nodiscard]] LayerReport readLayerReport(JsonObject& object);

[[nodiscard]] Json savedSensitivities(const std::vector<LayerSensitivity>& layers);
[[nodiscard]] std::vector<LayerSensitivity> readSensitivities(const Json& value, const std::string& path, const std::string& origin);

/// The elements of a list; refuses another value, and a longer list.
[[nodiscard]] const Json& requireList(const Json& value, const std::string& path, const std::string& origin, std::size_t most);

}  // namespace salient
