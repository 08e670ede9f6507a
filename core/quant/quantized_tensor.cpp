#include "core/kernels/parallel.h"
#include "core/quant/grid.h"

namespace salient {

Matrix QuantizedTensor::dequantize() const {
    Matrix weight(codes.rows(), codes.cols());
    parallelFor(codes.rows(), 16, [&](Index first, Index last) {
        for (Index row = first; row < last; ++row) {
            for (Index col = 0; col < codes.cols(); ++col) {
                const Index group = group_index[static_cast<std::size_t>(col)];
                weight(row, col) = scale(row, group) * (static_cast<float>(codes(row, col)) - zero(row, group));
            }
        }
    });
    return weight;
}

double QuantizedTensor::saturatedFraction() const {
    if (codes.size() == 0) return 0.0;
    const int highest = (1 << spec.bits) - 1;
    const int lowest = spec.rule == GridRule::Int8 ? 1 : 0;  // the int8 rule is symmetric about its zero
    std::vector<Index> saturated(static_cast<std::size_t>(codes.rows()));
    parallelFor(codes.rows(), 16, [&](Index first, Index last) {
        for (Index row = first; row < last; ++row) {
            const auto row_codes = codes.row(row).array();
            saturated[static_cast<std::size_t>(row)] =
                (row_codes <= static_cast<std::uint8_t>(lowest)).count() + (row_codes >= static_cast<std::uint8_t>(highest)).count();
        }
    });
    Index total = 0;
    for (const Index n : saturated) total += n;
    return static_cast<double>(total) / static_cast<double>(codes.size());
}

std::int64_t QuantizedTensor::packedBytes() const noexcept {
    const auto bytesOf = [](std::int64_t n_bits) { return (n_bits + 7) / 8; };
    const std::int64_t n_scales = spec.per_tensor ? 1 : scale.size();
    const std::int64_t zero_bytes = spec.is_symmetric ? 0 : bytesOf(n_scales * spec.bits);
    return bytesOf(codes.size() * spec.bits) + n_scales * static_cast<std::int64_t>(sizeBytes(spec.scale_type)) + zero_bytes;
}

}  // namespace salient
