#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace salient {

/// A tensor's extents for a message: "[2, 3]".
[[nodiscard]] inline std::string shapeText(std::span<const std::int64_t> shape) {
    std::string text = "[";
    for (const std::int64_t extent : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(extent);
    return text + "]";
}

}  // namespace salient
