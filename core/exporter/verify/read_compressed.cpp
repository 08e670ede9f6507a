// compressed-tensors as its loaders read it. pack-quantized: weight_packed [N, ⌈K·b/32⌉], each row a bit stream of q + 2^(b−1);
// weight_scale [N, G]; weight_zero_point [⌈N·b/32⌉, G] when asymmetric, a bit stream down each column; weight_shape [2]; weight_g_idx [K]
// in activation order. int-quantized: weight I8 [N, K], weight_scale [N, 1] or [1], input_scale [1] when it is static.

#include <cstring>

#include "core/exporter/verify/stored_layer.h"
#include "core/exporter/verify/stored_tensor.h"
#include "core/kernels/convert.h"
#include "core/kernels/parallel.h"

namespace salient {
namespace {

Index wordsOf(Index count, int bits) { return (count * bits + 31) / 32; }

void checkShape(const Checkpoint& checkpoint, const LinearInfo& linear) {
    const TensorView& tensor = storedTensor(checkpoint, linear.name + ".weight_shape", DType::I64, {2});
    std::int64_t shape[2] = {};
    std::memcpy(shape, tensor.bytes.data(), sizeof shape);
    tensor.finishReading();
    if (shape[0] != linear.out_features || shape[1] != linear.in_features) {
        failStored(tensor.name, "expected " + std::to_string(linear.out_features) + ", " + std::to_string(linear.in_features) + ", found " +
                                    std::to_string(shape[0]) + ", " + std::to_string(shape[1]));
    }
}

std::vector<std::int32_t> consecutiveGroups(Index n_in, Index group_size) {
    std::vector<std::int32_t> group(static_cast<std::size_t>(n_in));
    for (Index k = 0; k < n_in; ++k) group[static_cast<std::size_t>(k)] = static_cast<std::int32_t>(k / group_size);
    return group;
}

}  // namespace

StoredLayer readPackQuantized(const Checkpoint& checkpoint, const LinearInfo& linear, const LayerScheme& scheme) {
    const Index n_out = linear.out_features;
    const Index n_in = linear.in_features;
    const int bits = scheme.bits;
    if (bits != 4 && bits != 8 && bits != 2)
        failStored(linear.name, "num_bits: expected 2, 4 or 8 (releases pack other widths differently), found " + std::to_string(bits));
    const Index group_size = scheme.group_size < 0 ? n_in : scheme.group_size;
    const Index n_groups = (n_in + group_size - 1) / group_size;
    const Index n_words = wordsOf(n_in, bits);
    checkShape(checkpoint, linear);
    const std::vector<std::int32_t> packed = storedInts(checkpoint, linear.name + ".weight_packed", {n_out, n_words});
    const std::vector<float> scales = storedFloats(checkpoint, linear.name + ".weight_scale", {n_out, n_groups});

    StoredLayer layer;
    layer.bits = bits;
    layer.codes.resize(n_out, n_in);
    parallelFor(n_out, 16, [&](Index first, Index last) {
        for (Index n = first; n < last; ++n) {
            const auto word = [&](Index w) { return packed[static_cast<std::size_t>(n * n_words + w)]; };
            for (Index k = 0; k < n_in; ++k) layer.codes(n, k) = static_cast<std::uint8_t>(bitField(word, k, bits));
        }
    });
    layer.scale = Eigen::Map<const Matrix>(scales.data(), n_out, n_groups);
    layer.zero = Matrix::Constant(n_out, n_groups, static_cast<float>(1 << (bits - 1)));
    if (!scheme.is_symmetric) {
        const std::vector<std::int32_t> zeros =
            storedInts(checkpoint, linear.name + ".weight_zero_point", {wordsOf(n_out, bits), n_groups});
        for (Index g = 0; g < n_groups; ++g) {
            const auto word = [&](Index w) { return zeros[static_cast<std::size_t>(w * n_groups + g)]; };
            for (Index n = 0; n < n_out; ++n) layer.zero(n, g) = static_cast<float>(bitField(word, n, bits));
        }
        layer.has_stored_zeros = true;
    }
    layer.group = consecutiveGroups(n_in, group_size);
    if (scheme.is_ordered) {
        layer.group = storedInts(checkpoint, linear.name + ".weight_g_idx", {n_in});
        layer.has_stored_groups = true;
    }
    return layer;
}

StoredLayer readIntQuantized(const Checkpoint& checkpoint, const LinearInfo& linear, const LayerScheme& scheme) {
    const Index n_out = linear.out_features;
    const Index n_in = linear.in_features;
    if (scheme.bits != 8) failStored(linear.name, "num_bits: expected 8 for int-quantized, found " + std::to_string(scheme.bits));
    const TensorView& weight = storedTensor(checkpoint, linear.name + ".weight", DType::I8, {n_out, n_in});
    const std::string scale_name = linear.name + ".weight_scale";
    if (!checkpoint.contains(scale_name)) failStored(scale_name, "expected one scale per output, found no such tensor");
    const std::vector<std::int64_t>& scale_shape = checkpoint.tensor(scale_name).shape;
    const bool is_per_tensor = scale_shape == std::vector<std::int64_t>{1} && n_out != 1;
    const std::vector<float> scales =
        storedFloats(checkpoint, scale_name, is_per_tensor ? scale_shape : std::vector<std::int64_t>{n_out, 1});

    StoredLayer layer;
    layer.bits = 8;
    layer.codes.resize(n_out, n_in);
    for (Index i = 0; i < layer.codes.size(); ++i)
        layer.codes.data()[i] = static_cast<std::uint8_t>(static_cast<std::uint8_t>(weight.bytes[static_cast<std::size_t>(i)]) ^ 0x80U);
    weight.finishReading();
    layer.scale.resize(n_out, 1);
    for (Index n = 0; n < n_out; ++n) layer.scale(n, 0) = scales[is_per_tensor ? 0 : static_cast<std::size_t>(n)];
    layer.zero = Matrix::Constant(n_out, 1, 128.0F);
    layer.group.assign(static_cast<std::size_t>(n_in), 0);
    layer.activations = scheme.activations;
    if (scheme.activations == ActivationScale::PerTensor)
        layer.input_scale = storedFloats(checkpoint, linear.name + ".input_scale", {1})[0];
    return layer;
}

}  // namespace salient
