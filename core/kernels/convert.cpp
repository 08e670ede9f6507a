#include "core/kernels/convert.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "core/error.h"
#include "core/kernels/parallel.h"
#include "core/kernels/stored.h"
#include "core/tensor/float16.h"

namespace salient {
namespace {

template <typename Stored>
Stored load(const std::byte* bytes, Index i) {
    Stored value;
    std::memcpy(&value, bytes + i * static_cast<Index>(sizeof(Stored)), sizeof(Stored));
    return value;
}

void widen(const std::byte* from, DType type, Index count, float* to) {
    switch (type) {
        case DType::F64:
            for (Index i = 0; i < count; ++i) to[i] = static_cast<float>(load<double>(from, i));
            return;
        case DType::F32:
            std::memcpy(to, from, static_cast<std::size_t>(count) * sizeof(float));
            return;
        case DType::F16:
            widenFloat16(from, static_cast<std::size_t>(count), to);
            return;
        case DType::BF16:
            widenBFloat16(from, static_cast<std::size_t>(count), to);
            return;
        default:
            return;
    }
}

bool isFloatingPoint(DType type) { return type == DType::F64 || type == DType::F32 || type == DType::F16 || type == DType::BF16; }

void checkReadable(const TensorView& tensor) {
    if (!isFloatingPoint(tensor.dtype)) {
        throw Error(ErrorCode::Unsupported,
                    "toFloats: tensor '" + tensor.name + "': expected a floating-point type, found " + std::string(name(tensor.dtype)));
    }
    if (tensor.form) return;  // its maker has compared the sizes
    const auto expected = static_cast<std::size_t>(tensor.elementCount()) * sizeBytes(tensor.dtype);
    if (tensor.bytes.size() != expected) {
        throw Error(ErrorCode::ShapeMismatch, "toFloats: tensor '" + tensor.name + "': expected " + std::to_string(expected) +
                                                  " bytes, found " + std::to_string(tensor.bytes.size()));
    }
}

void widenInParallel(const std::byte* from, DType type, Index count, float* to) {
    constexpr Index kGrain = Index{1} << 18;
    const auto size = static_cast<Index>(sizeBytes(type));
    parallelFor(count, kGrain, [&](Index first, Index last) { widen(from + first * size, type, last - first, to + first); });
}

/// Rows of a tensor in a form of its own, and the end of reading them.
void readForm(const TensorView& tensor, Index first, Index count, float* to) {
    if (count == 0) return;
    if (!tensor.form->rowsStandAlone()) return tensor.finishReading(tensor.form->read(tensor, first, count, to));
    const Index length = tensor.rowLength();
    const Index grain = std::max<Index>(1, (Index{1} << 16) / std::max<Index>(1, length));
    parallelFor(count, grain, [&](Index begin, Index end) {
        tensor.finishReading(tensor.form->read(tensor, first + begin, end - begin, to + begin * length));
    });
}

}  // namespace

std::vector<float> toFloats(const TensorView& tensor) {
    checkReadable(tensor);
    std::vector<float> values(static_cast<std::size_t>(tensor.elementCount()));
    if (tensor.form) {
        readForm(tensor, 0, tensor.rowCount(), values.data());
        return values;
    }
    widenInParallel(tensor.bytes.data(), tensor.dtype, tensor.elementCount(), values.data());
    tensor.finishReading();
    return values;
}

Matrix toMatrixRows(const TensorView& tensor, Index first, Index count) {
    checkReadable(tensor);
    if (tensor.shape.size() != 2) {
        throw Error(ErrorCode::ShapeMismatch,
                    "toMatrix: tensor '" + tensor.name + "': expected 2 dimensions, found " + std::to_string(tensor.shape.size()));
    }
    if (first < 0 || count < 0 || first + count > tensor.shape[0]) {
        throw Error(ErrorCode::ShapeMismatch, "toMatrix: tensor '" + tensor.name + "': expected rows within 0 … " +
                                                  std::to_string(tensor.shape[0]) + ", found " + std::to_string(first) + " … " +
                                                  std::to_string(first + count));
    }
    Matrix values(count, tensor.shape[1]);
    if (tensor.form) {
        readForm(tensor, first, count, values.data());
        return values;
    }
    const auto row_bytes = static_cast<Index>(sizeBytes(tensor.dtype)) * values.cols();
    const auto rows = tensor.bytes.subspan(static_cast<std::size_t>(first * row_bytes), static_cast<std::size_t>(count * row_bytes));
    widenInParallel(rows.data(), tensor.dtype, values.size(), values.data());
    tensor.finishReading(rows);
    return values;
}

Matrix toMatrix(const TensorView& tensor) { return toMatrixRows(tensor, 0, tensor.shape.empty() ? 0 : tensor.shape[0]); }

std::vector<std::byte> fromFloats(std::span<const float> values, DType type) {
    if (type == DType::F64 || !isFloatingPoint(type)) {
        throw Error(ErrorCode::Unsupported, "fromFloats: element type: expected F32, F16 or BF16, found " + std::string(name(type)));
    }
    std::vector<std::byte> bytes(values.size() * sizeBytes(type));
    const auto count = static_cast<Index>(values.size());
    if (type == DType::F32) {
        if (count > 0) std::memcpy(bytes.data(), values.data(), bytes.size());
        return bytes;
    }
    constexpr Index kGrain = Index{1} << 18;
    parallelFor(count, kGrain, [&](Index first, Index last) {
        const auto n = static_cast<std::size_t>(last - first);
        if (type == DType::F16) {
            narrowToFloat16(values.data() + first, n, bytes.data() + 2 * first);
        } else {
            narrowToBFloat16(values.data() + first, n, bytes.data() + 2 * first);
        }
    });
    return bytes;
}

float roundToStored(float value, DType type) noexcept {
    switch (type) {
        case DType::F16:
            return fromFloat16(toFloat16(value));
        case DType::BF16:
            return fromBFloat16(toBFloat16(value));
        default:
            return value;
    }
}

Index firstNonFinite(std::span<const float> values) noexcept {
    constexpr std::size_t kRun = 1024;  // scanned as a whole; only a run that holds one is looked at value by value
    for (std::size_t first = 0; first < values.size(); first += kRun) {
        const std::size_t last = std::min(values.size(), first + kRun);
        if (!hasNonFinite(values.data() + first, last - first)) continue;
        for (std::size_t i = first; i < last; ++i) {
            if (!std::isfinite(values[i])) return static_cast<Index>(i);
        }
    }
    return -1;
}

}  // namespace salient
