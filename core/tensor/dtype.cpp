#include "core/tensor/dtype.h"

#include <algorithm>
#include <array>

namespace salient {
namespace {

struct Row {
    DType type;
    std::string_view name;
    std::size_t size_bytes;
};

constexpr std::array<Row, 10> kTable{{
    {DType::F64, "F64", 8},
    {DType::F32, "F32", 4},
    {DType::F16, "F16", 2},
    {DType::BF16, "BF16", 2},
    {DType::I64, "I64", 8},
    {DType::I32, "I32", 4},
    {DType::I16, "I16", 2},
    {DType::I8, "I8", 1},
    {DType::U8, "U8", 1},
    {DType::Bool, "BOOL", 1},
}};

// The table is indexed by the enumerator, so their order must agree.
constexpr bool tableFollowsEnum() {
    for (std::size_t i = 0; i < kTable.size(); ++i) {
        if (static_cast<std::size_t>(kTable[i].type) != i) return false;
    }
    return true;
}
static_assert(tableFollowsEnum());

}  // namespace

std::size_t sizeBytes(DType type) noexcept { return kTable[static_cast<std::size_t>(type)].size_bytes; }

std::string_view name(DType type) noexcept { return kTable[static_cast<std::size_t>(type)].name; }

std::optional<DType> dtypeFromName(std::string_view name) noexcept {
    const auto* const row = std::find_if(kTable.begin(), kTable.end(), [&](const Row& r) { return r.name == name; });
    if (row == kTable.end()) return std::nullopt;
    return row->type;
}

}  // namespace salient
