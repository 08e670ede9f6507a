// GPTQ as its loaders read it: qweight [K·b/32, N] holds, for output n, the codes of inputs 0 … K−1 as the bit stream that runs down
// column n; qzeros [G, N·b/32] holds the zeros of group g as the bit stream along row g; scales [G, N]; g_idx [K].

#include "core/kernels/convert.h"
#include "core/kernels/parallel.h"
#include "core/model/packed/stored_layer.h"
#include "core/model/packed/stored_tensor.h"

namespace salient {

StoredLayer readGptq(const Checkpoint& checkpoint, const StoredShape& shape, const LayerScheme& scheme, bool is_v2, RowRange rows) {
    const Index n_out = shape.out_features;
    const Index n_in = shape.in_features;
    const int bits = scheme.bits;
    const Index group_size = scheme.group_size < 0 ? n_in : scheme.group_size;
    const Index n_groups = (n_in + group_size - 1) / group_size;
    if (n_in * bits % 32 != 0 || n_out * bits % 32 != 0)
        failStored(shape.name, "expected sizes that fill 32-bit words, found " + std::to_string(n_out) + " x " + std::to_string(n_in));
    const Index zero_words = n_out * bits / 32;
    const StoredElements<std::int32_t> qweight = storedWords(checkpoint, shape.name + ".qweight", {n_in * bits / 32, n_out});
    const StoredElements<std::int32_t> qzeros = storedWords(checkpoint, shape.name + ".qzeros", {n_groups, zero_words});
    const TensorView& scales = storedFloats(checkpoint, shape.name + ".scales", {n_groups, n_out});

    StoredLayer layer;
    layer.bits = bits;
    layer.has_stored_zeros = true;
    layer.scale_type = scales.dtype;
    layer.group = consecutiveGroups(n_in, group_size);
    if (checkpoint.contains(shape.name + ".g_idx")) {
        layer.group = storedInts(checkpoint, shape.name + ".g_idx", {n_in});
        layer.has_stored_groups = true;
    } else if (scheme.is_ordered && n_groups > 1) {
        failStored(shape.name + ".g_idx", "expected [" + std::to_string(n_in) + "], the groups of inputs that desc_act put in another " +
                                              "order, found no such tensor");
    }
    if (rows.count == 0) return layer;

    layer.codes.resize(rows.count, n_in);
    parallelFor(rows.count, 32, [&](Index first, Index last) {
        for (Index k = 0; k < n_in; ++k) {
            for (Index row = first; row < last; ++row) {
                const auto word = [&](Index w) { return qweight[w * n_out + rows.first + row]; };
                layer.codes(row, k) = static_cast<std::uint8_t>(bitField(word, k, bits));
            }
        }
    });
    qweight.finish();
    layer.scale = toMatrix(scales).middleCols(rows.first, rows.count).transpose();
    layer.zero.resize(rows.count, n_groups);
    const unsigned mask = (1U << static_cast<unsigned>(bits)) - 1U;
    for (Index g = 0; g < n_groups; ++g) {
        const auto word = [&](Index w) { return qzeros[g * zero_words + w]; };
        for (Index row = 0; row < rows.count; ++row) {
            const unsigned stored = bitField(word, rows.first + row, bits);
            if (!is_v2 && stored == mask) ++layer.n_wrapped_zeros;
            layer.zero(row, g) = static_cast<float>(is_v2 ? stored : (stored + 1U) & mask);
        }
    }
    qzeros.finish();
    return layer;
}

}  // namespace salient
