#include "core/exporter/gguf/weights.h"

#include <algorithm>
#include <array>

#include "core/error.h"

namespace salient {
namespace {

constexpr std::array<std::string_view, 6> kNames = {"lossless", "f16", "bf16", "q8_0", "q4_0", "q4_1"};

}  // namespace

std::string_view name(GgufWeights weights) noexcept { return kNames[static_cast<std::size_t>(weights)]; }

GgufWeights ggufWeightsFromName(std::string_view name) {
    const auto* const found = std::find(kNames.begin(), kNames.end(), name);
    if (found == kNames.end()) {
        std::string known;
        for (const std::string_view each : kNames) known += (known.empty() ? "" : ", ") + std::string(each);
        throw Error(ErrorCode::InvalidOption, "export: GGUF type: expected one of " + known + ", found '" + std::string(name) + "'");
    }
    return static_cast<GgufWeights>(found - kNames.begin());
}

const std::vector<std::string>& ggufWeightsNames() {
    static const std::vector<std::string> names(kNames.begin(), kNames.end());
    return names;
}

}  // namespace salient
