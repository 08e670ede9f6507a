// AWQ "GEMM" as its kernels read it: qweight [K, N/8] and qzeros [K/g, N/8]; output c of each run of eight sits in nibble
// 0, 4, 1, 5, 2, 6, 3, 7 (c = 0 … 7) of its word; zeros are stored as they are; scales [K/g, N]. Scales of an activation in front: see
// activation_scales.h.

#include <array>

#include "core/kernels/convert.h"
#include "core/kernels/parallel.h"
#include "core/model/packed/activation_scales.h"
#include "core/model/packed/stored_layer.h"
#include "core/model/packed/stored_tensor.h"

namespace salient {
namespace {

constexpr std::array<unsigned, 8> kShiftOfOutput = {0, 16, 4, 20, 8, 24, 12, 28};

unsigned nibble(std::int32_t word, Index output) {
    return (static_cast<std::uint32_t>(word) >> kShiftOfOutput[static_cast<std::size_t>(output & 7)]) & 15U;
}

}  // namespace

StoredLayer readAwq(const Checkpoint& checkpoint, const StoredShape& shape, const LayerScheme& scheme, RowRange rows) {
    const Index n_out = shape.out_features;
    const Index n_in = shape.in_features;
    if (scheme.bits != 4) failStored(shape.name, "bits: expected 4 for awq, found " + std::to_string(scheme.bits));
    const Index group_size = scheme.group_size < 0 ? n_in : scheme.group_size;
    if (n_in % group_size != 0 || n_out % 8 != 0) {
        failStored(shape.name, "expected inputs divisible by the group size " + std::to_string(group_size) + " and outputs by 8, found " +
                                   std::to_string(n_in) + " and " + std::to_string(n_out));
    }
    const Index n_groups = n_in / group_size;
    const Index n_words = n_out / 8;
    const StoredElements<std::int32_t> qweight = storedWords(checkpoint, shape.name + ".qweight", {n_in, n_words});
    const StoredElements<std::int32_t> qzeros = storedWords(checkpoint, shape.name + ".qzeros", {n_groups, n_words});
    const TensorView& scales = storedFloats(checkpoint, shape.name + ".scales", {n_groups, n_out});

    StoredLayer layer;
    layer.bits = 4;
    layer.has_stored_zeros = true;
    layer.scale_type = scales.dtype;
    layer.group = consecutiveGroups(n_in, group_size);
    if (const TensorView* divisor = findActivationScales(checkpoint, shape.name); divisor != nullptr)
        layer.input_divisor = toFloats(storedFloats(checkpoint, divisor->name, {n_in}));
    if (rows.count == 0) return layer;

    layer.codes.resize(rows.count, n_in);
    parallelFor(rows.count, 32, [&](Index first, Index last) {
        for (Index k = 0; k < n_in; ++k) {
            for (Index row = first; row < last; ++row) {
                const Index n = rows.first + row;
                layer.codes(row, k) = static_cast<std::uint8_t>(nibble(qweight[k * n_words + n / 8], n));
            }
        }
    });
    qweight.finish();
    layer.scale = toMatrix(scales).middleCols(rows.first, rows.count).transpose();
    layer.zero.resize(rows.count, n_groups);
    for (Index g = 0; g < n_groups; ++g) {
        for (Index row = 0; row < rows.count; ++row) {
            const Index n = rows.first + row;
            layer.zero(row, g) = static_cast<float>(nibble(qzeros[g * n_words + n / 8], n));
        }
    }
    qzeros.finish();
    return layer;
}

}  // namespace salient
