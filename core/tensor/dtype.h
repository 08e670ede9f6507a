#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace salient {

/// Element types of tensors, as safetensors files hold them. Salient computes with F32; the others are stored forms.
enum class DType { F64, F32, F16, BF16, I64, I32, I16, I8, U8, Bool };

/// Bytes of one element.
[[nodiscard]] std::size_t sizeBytes(DType type) noexcept;
/// Name as safetensors spells it: "F32", "BF16", "I8", …
[[nodiscard]] std::string_view name(DType type) noexcept;
/// The type of that safetensors name, or nothing.
[[nodiscard]] std::optional<DType> dtypeFromName(std::string_view name) noexcept;

}  // namespace salient
