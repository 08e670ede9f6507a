#pragma once

#include <cstdint>

namespace salient {

/// IEEE binary16 bits of a float, rounded to nearest even; overflow gives infinity.
[[nodiscard]] std::uint16_t toFloat16(float value) noexcept;
/// The float that binary16 bits stand for, exactly.
[[nodiscard]] float fromFloat16(std::uint16_t bits) noexcept;
/// bfloat16 bits of a float, rounded to nearest even; NaN stays NaN.
[[nodiscard]] std::uint16_t toBFloat16(float value) noexcept;
/// The float that bfloat16 bits stand for, exactly.
[[nodiscard]] float fromBFloat16(std::uint16_t bits) noexcept;

}  // namespace salient
