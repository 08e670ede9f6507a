// GPTQ as its loaders read it: qweight [K·b/32, N] holds, for output n, the codes of inputs 0 … K−1 as the bit stream that runs down
// column n; qzeros [G, N·b/32] holds the zeros of group g as the bit stream along row g; scales [G, N]; g_idx [K].

#include "core/exporter/verify/stored_layer.h"
#include "core/exporter/verify/stored_tensor.h"
#include "core/kernels/parallel.h"

namespace salient {

StoredLayer readGptq(const Checkpoint& checkpoint, const LinearInfo& linear, const LayerScheme& scheme, bool is_v2) {
    const Index n_out = linear.out_features;
    const Index n_in = linear.in_features;
    const int bits = scheme.bits;
    const Index group_size = scheme.group_size < 0 ? n_in : scheme.group_size;
    const Index n_groups = (n_in + group_size - 1) / group_size;
    if (n_in * bits % 32 != 0 || n_out * bits % 32 != 0)
        failStored(linear.name, "expected sizes that fill 32-bit words, found " + std::to_string(n_out) + " x " + std::to_string(n_in));
    const Index zero_words = n_out * bits / 32;
    const std::vector<std::int32_t> qweight = storedInts(checkpoint, linear.name + ".qweight", {n_in * bits / 32, n_out});
    const std::vector<std::int32_t> qzeros = storedInts(checkpoint, linear.name + ".qzeros", {n_groups, zero_words});
    const std::vector<float> scales = storedFloats(checkpoint, linear.name + ".scales", {n_groups, n_out});

    StoredLayer layer;
    layer.bits = bits;
    layer.has_stored_zeros = true;
    layer.codes.resize(n_out, n_in);
    parallelFor(n_out, 32, [&](Index first, Index last) {
        for (Index k = 0; k < n_in; ++k) {
            for (Index n = first; n < last; ++n) {
                const auto word = [&](Index w) { return qweight[static_cast<std::size_t>(w * n_out + n)]; };
                layer.codes(n, k) = static_cast<std::uint8_t>(bitField(word, k, bits));
            }
        }
    });
    layer.scale.resize(n_out, n_groups);
    layer.zero.resize(n_out, n_groups);
    const unsigned mask = (1U << static_cast<unsigned>(bits)) - 1U;
    for (Index g = 0; g < n_groups; ++g) {
        const auto word = [&](Index w) { return qzeros[static_cast<std::size_t>(g * zero_words + w)]; };
        for (Index n = 0; n < n_out; ++n) {
            const unsigned stored = bitField(word, n, bits);
            if (!is_v2 && stored == mask) ++layer.n_wrapped_zeros;
            layer.zero(n, g) = static_cast<float>(is_v2 ? stored : (stored + 1U) & mask);
            layer.scale(n, g) = scales[static_cast<std::size_t>(g * n_out + n)];
        }
    }
    layer.group.resize(static_cast<std::size_t>(n_in));
    for (Index k = 0; k < n_in; ++k) layer.group[static_cast<std::size_t>(k)] = static_cast<std::int32_t>(k / group_size);
    if (checkpoint.contains(linear.name + ".g_idx")) {
        layer.group = storedInts(checkpoint, linear.name + ".g_idx", {n_in});
        layer.has_stored_groups = true;
    }
    return layer;
}

}  // namespace salient
