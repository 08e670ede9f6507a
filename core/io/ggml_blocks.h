#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/tensor/dtype.h"
#include "core/tensor/stored_form.h"

namespace salient {

// ggml's element types. A block type stores a run of elements of one row, always the same number, in always the same number of bytes:
// codes q and what they are multiplied with. All numbers are little-endian; d, m and dmin are IEEE binary16.
//
// 32 elements. Byte j (0 … 15) of qs holds the code of element j in its low four bits, that of element j + 16 in its high four; bit j of
// the 32-bit word qh is the fifth bit of element j.
//   Q4_0  d, qs[16]         d·(q − 8)      Q4_1  d, m, qs[16]         d·q + m
//   Q5_0  d, qh, qs[16]     d·(q − 16)     Q5_1  d, m, qh, qs[16]     d·q + m
//   Q8_0  d, q[32] signed   d·q
//
// 256 elements.
//   Q4_K, Q5_K  eight runs of 32, each with a six-bit scale s and a six-bit offset o: (d·s)·q − (dmin·o)
//   Q6_K        sixteen runs of 16, each with a signed eight-bit scale s: (d·s)·(q − 32)
// Their layouts stand in ggml_k_blocks.cpp.

/// One element type of ggml: its number in a GGUF file, and how its elements lie.
struct GgmlType {
    std::uint32_t id = 0;
    std::string_view name;
    std::int64_t block_elements = 1;
    std::int64_t block_bytes = 0;
    DType dtype = DType::F32;                ///< holds every element exactly
    std::shared_ptr<const StoredForm> form;  ///< none: elements of type dtype, one after the other
};

/// The type of that number, or null for one that is not read.
[[nodiscard]] const GgmlType* findGgmlType(std::uint32_t id);
/// What that number stands for in ggml, read here or not: "Q4_0", "IQ2_XS", "type 77".
[[nodiscard]] std::string ggmlTypeName(std::uint32_t id);
/// Names of those that are read: "F32", "F16", …
[[nodiscard]] std::vector<std::string> readGgmlTypeNames();
/// The same in one text, "F32, F16, …".
[[nodiscard]] std::string readGgmlTypes();

// One block as floats, by the definitions above: every product is taken in float32 in the order written.
void decodeQ4_0(const std::byte* block, float* to) noexcept;
void decodeQ4_1(const std::byte* block, float* to) noexcept;
void decodeQ5_0(const std::byte* block, float* to) noexcept;
void decodeQ5_1(const std::byte* block, float* to) noexcept;
void decodeQ8_0(const std::byte* block, float* to) noexcept;
void decodeQ4_K(const std::byte* block, float* to) noexcept;
void decodeQ5_K(const std::byte* block, float* to) noexcept;
void decodeQ6_K(const std::byte* block, float* to) noexcept;

}  // namespace salient
