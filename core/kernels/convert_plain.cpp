#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "core/error.h"
#include "core/kernels/convert.h"
#include "core/tensor/float16.h"

namespace salient {
namespace {

[[noreturn]] void refuse(const char* operation, const char* expected, DType type) {
    throw Error(ErrorCode::Unsupported,
                std::string(operation) + ": element type: expected " + expected + ", found " + std::string(name(type)));
}

template <typename Stored>
Stored load(const std::byte* bytes) {
    Stored value;
    std::memcpy(&value, bytes, sizeof value);
    return value;
}

template <typename Stored>
void store(Stored value, std::byte* bytes) {
    std::memcpy(bytes, &value, sizeof value);
}

float floatAt(const std::byte* bytes, DType type) {
    switch (type) {
        case DType::F64:
            return static_cast<float>(load<double>(bytes));
        case DType::F32:
            return load<float>(bytes);
        case DType::F16:
            return fromFloat16(load<std::uint16_t>(bytes));
        case DType::BF16:
            return fromBFloat16(load<std::uint16_t>(bytes));
        default:
            refuse("toFloats", "a floating-point type", type);
    }
}

}  // namespace

std::vector<float> toFloatsPlain(const TensorView& tensor) {
    const std::size_t size = sizeBytes(tensor.dtype);
    std::vector<float> values;
    values.reserve(tensor.bytes.size() / size);
    for (std::size_t at = 0; at < tensor.bytes.size(); at += size) values.push_back(floatAt(tensor.bytes.data() + at, tensor.dtype));
    tensor.finishReading();
    return values;
}

std::vector<std::byte> fromFloatsPlain(std::span<const float> values, DType type) {
    if (type != DType::F32 && type != DType::F16 && type != DType::BF16) refuse("fromFloats", "F32, F16 or BF16", type);
    const std::size_t size = sizeBytes(type);
    std::vector<std::byte> bytes(values.size() * size);
    for (std::size_t i = 0; i < values.size(); ++i) {
        std::byte* to = bytes.data() + i * size;
        if (type == DType::F32) {
            store(values[i], to);
        } else {
            store(type == DType::F16 ? toFloat16(values[i]) : toBFloat16(values[i]), to);
        }
    }
    return bytes;
}

Index firstNonFinitePlain(std::span<const float> values) noexcept {
    const auto found = std::ranges::find_if(values, [](float value) { return !std::isfinite(value); });
    return found == values.end() ? -1 : static_cast<Index>(found - values.begin());
}

}  // namespace salient
