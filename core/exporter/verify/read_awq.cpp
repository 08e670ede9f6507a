// AWQ "GEMM" as its kernels read it: qweight [K, N/8] and qzeros [K/g, N/8]; output c of each run of eight sits in nibble
// 0, 4, 1, 5, 2, 6, 3, 7 (c = 0 … 7) of its word; zeros are stored as they are; scales [K/g, N].

#include <array>

#include "core/exporter/verify/stored_layer.h"
#include "core/exporter/verify/stored_tensor.h"
#include "core/kernels/parallel.h"

namespace salient {
namespace {

constexpr std::array<unsigned, 8> kShiftOfOutput = {0, 16, 4, 20, 8, 24, 12, 28};

unsigned nibble(std::int32_t word, Index output) {
    return (static_cast<std::uint32_t>(word) >> kShiftOfOutput[static_cast<std::size_t>(output & 7)]) & 15U;
}

}  // namespace

StoredLayer readAwq(const Checkpoint& checkpoint, const LinearInfo& linear, const LayerScheme& scheme) {
    const Index n_out = linear.out_features;
    const Index n_in = linear.in_features;
    if (scheme.bits != 4) failStored(linear.name, "bits: expected 4 for awq, found " + std::to_string(scheme.bits));
    const Index group_size = scheme.group_size < 0 ? n_in : scheme.group_size;
    if (n_in % group_size != 0 || n_out % 8 != 0) {
        failStored(linear.name, "expected inputs divisible by the group size " + std::to_string(group_size) + " and outputs by 8, found " +
                                    std::to_string(n_in) + " and " + std::to_string(n_out));
    }
    const Index n_groups = n_in / group_size;
    const Index n_words = n_out / 8;
    const std::vector<std::int32_t> qweight = storedInts(checkpoint, linear.name + ".qweight", {n_in, n_words});
    const std::vector<std::int32_t> qzeros = storedInts(checkpoint, linear.name + ".qzeros", {n_groups, n_words});
    const std::vector<float> scales = storedFloats(checkpoint, linear.name + ".scales", {n_groups, n_out});

    StoredLayer layer;
    layer.bits = 4;
    layer.has_stored_zeros = true;
    layer.codes.resize(n_out, n_in);
    parallelFor(n_out, 32, [&](Index first, Index last) {
        for (Index k = 0; k < n_in; ++k) {
            for (Index n = first; n < last; ++n)
                layer.codes(n, k) = static_cast<std::uint8_t>(nibble(qweight[static_cast<std::size_t>(k * n_words + n / 8)], n));
        }
    });
    layer.scale.resize(n_out, n_groups);
    layer.zero.resize(n_out, n_groups);
    for (Index g = 0; g < n_groups; ++g) {
        for (Index n = 0; n < n_out; ++n) {
            layer.zero(n, g) = static_cast<float>(nibble(qzeros[static_cast<std::size_t>(g * n_words + n / 8)], n));
            layer.scale(n, g) = scales[static_cast<std::size_t>(g * n_out + n)];
        }
    }
    layer.group.resize(static_cast<std::size_t>(n_in));
    for (Index k = 0; k < n_in; ++k) layer.group[static_cast<std::size_t>(k)] = static_cast<std::int32_t>(k / group_size);
    return layer;
}

}  // namespace salient
