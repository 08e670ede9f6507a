#pragma once

#include <QString>
#include <cstdint>

namespace salient {

/// What a recipe is forecast to need (core/recipe/memory_forecast.h) beside what there is; says so when it is more than that, or than the
/// recipe's own limit (0: none).
[[nodiscard]] QString memoryText(std::int64_t needed_bytes, std::int64_t there_bytes, std::int64_t limit_bytes = 0);

}  // namespace salient
