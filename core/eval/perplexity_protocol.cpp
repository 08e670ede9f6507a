#include <algorithm>
#include <array>

#include "core/error.h"
#include "core/eval/perplexity.h"

namespace salient {

namespace {

constexpr std::array<std::string_view, 3> kNames = {"stream", "bos-windows", "second-half"};

}  // namespace

std::string_view name(PerplexityProtocol protocol) noexcept { return kNames[static_cast<std::size_t>(protocol)]; }

const std::vector<std::string>& perplexityProtocolNames() {
    static const std::vector<std::string> names(kNames.begin(), kNames.end());
    return names;
}

PerplexityProtocol perplexityProtocolFromName(std::string_view name) {
    const auto* const found = std::find(kNames.begin(), kNames.end(), name);
    if (found != kNames.end()) return static_cast<PerplexityProtocol>(found - kNames.begin());
    throw Error(ErrorCode::InvalidOption,
                "perplexity: protocol: expected stream, bos-windows or second-half, found '" + std::string(name) + "'");
}

}  // namespace salient
