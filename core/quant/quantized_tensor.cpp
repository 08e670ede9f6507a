#include <algorithm>

#include "core/kernels/parallel.h"
#include "core/kernels/round.h"
#include "core/quant/grid.h"

namespace salient {

namespace {

// Width of the groups when they are runs of consecutive columns, as everywhere but after GPTQ's act order; else 0.
Index consecutiveWidth(const std::vector<std::int32_t>& group_index) {
    const auto next = std::find_if(group_index.begin(), group_index.end(), [](std::int32_t group) { return group != 0; });
    const Index width = next - group_index.begin();
    for (std::size_t col = 0; col < group_index.size(); ++col) {
        if (width == 0 || group_index[col] != static_cast<Index>(col) / width) return 0;
    }
    return width;
}

}  // namespace

Matrix QuantizedTensor::dequantize() const {
    Matrix weight(codes.rows(), codes.cols());
    const Index width = consecutiveWidth(group_index);
    const auto n_columns = static_cast<std::size_t>(codes.cols());
    const auto n_groups = static_cast<std::size_t>(scale.cols());
    parallelFor(codes.rows(), 16, [&](Index first, Index last) {
        for (Index row = first; row < last; ++row) {
            if (width > 0) {
                dequantizeRow({codes.row(row).data(), n_columns}, width, {scale.row(row).data(), n_groups},
                              {zero.row(row).data(), n_groups}, {weight.row(row).data(), n_columns});
                continue;
            }
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
    const CodeRange range = spec.codeRange();
    std::vector<Index> saturated(static_cast<std::size_t>(codes.rows()));
    parallelFor(codes.rows(), 16, [&](Index first, Index last) {
        for (Index row = first; row < last; ++row) {
            const auto row_codes = codes.row(row).array();
            saturated[static_cast<std::size_t>(row)] = (row_codes <= static_cast<std::uint8_t>(range.least)).count() +
                                                       (row_codes >= static_cast<std::uint8_t>(range.greatest)).count();
        }
    });
    Index total = 0;
    for (const Index n : saturated) total += n;
    return static_cast<double>(total) / static_cast<double>(codes.size());
}

std::int64_t GridSpec::packedBytes(Index out_features, Index in_features) const noexcept {
    const auto bytesOf = [](std::int64_t n_bits) { return (n_bits + 7) / 8; };
    const std::int64_t n_scales = per_tensor ? 1 : out_features * groupCount(in_features);
    const std::int64_t zero_bytes = is_symmetric ? 0 : bytesOf(n_scales * bits);
    return bytesOf(out_features * in_features * bits) + n_scales * static_cast<std::int64_t>(sizeBytes(scale_type)) + zero_bytes;
}

}  // namespace salient
