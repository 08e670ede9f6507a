#pragma once

#include <QString>
#include <cstdint>

namespace salient {

/// What a recipe is forecast to need (core/recipe/memory_forecast.h) beside what there is; says so when it is more.
[[nodiscard]] QString memoryText(std::int64_t needed_bytes, std::int64_t there_bytes);

}  // namespace salient
