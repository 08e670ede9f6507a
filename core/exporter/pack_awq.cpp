#include "core/exporter/pack_awq.h"

#include <algorithm>
#include <array>
#include <bit>

#include "core/kernels/convert.h"
#include "core/kernels/parallel.h"

namespace salient {

static_assert(std::endian::native == std::endian::little);

std::vector<TensorLayout> awqLayout(const std::string& name, Index out_features, Index in_features, const GridSpec& spec,
                                    DType scale_type) {
    const Index n_groups = spec.groupCount(in_features);
    return {{name + ".qweight", DType::I32, {in_features, out_features / 8}},
            {name + ".qzeros", DType::I32, {n_groups, out_features / 8}},
            {name + ".scales", scale_type, {n_groups, out_features}}};
}

namespace {

constexpr std::array<Index, 8> kOutputOfNibble = {0, 2, 4, 6, 1, 3, 5, 7};

/// value(column, output) for each of the eight outputs of a run.
template <typename Value>
std::uint32_t packRun(const Value& value, Index column, Index first_output) {
    std::uint32_t word = 0;
    for (unsigned nibble = 0; nibble < 8; ++nibble)
        word |= static_cast<std::uint32_t>(value(first_output + kOutputOfNibble[nibble], column)) << (4U * nibble);
    return word;
}

template <typename Value>
std::vector<std::uint32_t> packColumns(const Value& value, Index out_features, Index n_columns) {
    const Index n_words = out_features / 8;
    std::vector<std::uint32_t> words(static_cast<std::size_t>(n_columns * n_words));
    // 64 columns at a time: eight rows of 64 codes are one cache line each.
    parallelFor(n_columns, 64, [&](Index first, Index last) {
        for (Index run = 0; run < n_words; ++run)
            for (Index column = first; column < last; ++column)
                words[static_cast<std::size_t>(column * n_words + run)] = packRun(value, column, run * 8);
    });
    return words;
}

}  // namespace

std::vector<PackedTensor> packAwq(const std::string& name, const QuantizedTensor& tensor, DType scale_type) {
    const Index out_features = tensor.codes.rows();
    std::vector<TensorLayout> layout = awqLayout(name, out_features, tensor.codes.cols(), tensor.spec, scale_type);
    const Matrix scales = tensor.scale.transpose();
    const auto code = [&](Index n, Index k) { return tensor.codes(n, k); };
    const auto zero = [&](Index n, Index g) { return static_cast<std::uint8_t>(tensor.zero(n, g)); };
    std::vector<PackedTensor> packed;
    packed.push_back({std::move(layout[0]), bytesOf(packColumns(code, out_features, tensor.codes.cols()))});
    packed.push_back({std::move(layout[1]), bytesOf(packColumns(zero, out_features, tensor.zero.cols()))});
    packed.push_back({std::move(layout[2]), fromFloats({scales.data(), static_cast<std::size_t>(scales.size())}, scale_type)});
    return packed;
}

}  // namespace salient
