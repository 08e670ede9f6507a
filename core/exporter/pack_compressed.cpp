#include "core/exporter/pack_compressed.h"

#include <bit>

#include "core/kernels/convert.h"
#include "core/kernels/parallel.h"

namespace salient {

static_assert(std::endian::native == std::endian::little);

namespace {

Index wordsFor(Index count, int bits) noexcept { return (count * bits + 31) / 32; }

std::span<const float> elements(const Matrix& matrix) { return {matrix.data(), static_cast<std::size_t>(matrix.size())}; }

// Offset binary undoes the sign: what is stored is the unsigned code itself.
std::vector<std::uint32_t> packRows(const CodeMatrix& codes, int bits) {
    const Index n_words = wordsFor(codes.cols(), bits);
    std::vector<std::uint32_t> words(static_cast<std::size_t>(codes.rows() * n_words));
    parallelFor(codes.rows(), 16, [&](Index first, Index last) {
        for (Index n = first; n < last; ++n)
            packBits(&codes(n, 0), codes.cols(), 1, bits, &words[static_cast<std::size_t>(n * n_words)], 1);
    });
    return words;
}

std::vector<std::uint32_t> packZeroPoints(const Matrix& zero, int bits) {
    const CodeMatrix stored = zero.cast<std::uint8_t>();
    std::vector<std::uint32_t> words(static_cast<std::size_t>(wordsFor(zero.rows(), bits) * zero.cols()));
    for (Index g = 0; g < zero.cols(); ++g)
        packBits(&stored(0, g), stored.rows(), stored.cols(), bits, &words[static_cast<std::size_t>(g)], zero.cols());
    return words;
}

}  // namespace

std::vector<TensorLayout> packQuantizedLayout(const std::string& name, Index out_features, Index in_features, const GridSpec& spec,
                                              DType scale_type, bool has_group_index) {
    const Index n_groups = spec.groupCount(in_features);
    std::vector<TensorLayout> layout = {{name + ".weight_packed", DType::I32, {out_features, wordsFor(in_features, spec.bits)}},
                                        {name + ".weight_scale", scale_type, {out_features, n_groups}},
                                        {name + ".weight_shape", DType::I64, {2}}};
    if (!spec.is_symmetric) layout.push_back({name + ".weight_zero_point", DType::I32, {wordsFor(out_features, spec.bits), n_groups}});
    if (has_group_index) layout.push_back({name + ".weight_g_idx", DType::I32, {in_features}});
    return layout;
}

std::vector<PackedTensor> packQuantized(const std::string& name, const QuantizedTensor& tensor, DType scale_type, bool has_group_index) {
    const Index out_features = tensor.codes.rows();
    const Index in_features = tensor.codes.cols();
    std::vector<TensorLayout> layout = packQuantizedLayout(name, out_features, in_features, tensor.spec, scale_type, has_group_index);
    std::vector<PackedTensor> packed;
    packed.push_back({layout[0], bytesOf(packRows(tensor.codes, tensor.spec.bits))});
    packed.push_back({layout[1], fromFloats(elements(tensor.scale), scale_type)});
    packed.push_back({layout[2], bytesOf(std::vector<std::int64_t>{out_features, in_features})});
    if (!tensor.spec.is_symmetric) packed.push_back({layout[3], bytesOf(packZeroPoints(tensor.zero, tensor.spec.bits))});
    if (has_group_index) packed.push_back({layout.back(), bytesOf(tensor.group_index)});
    return packed;
}

std::vector<TensorLayout> intQuantizedLayout(const std::string& name, Index out_features, Index in_features, DType scale_type,
                                             ActivationScale activations) {
    std::vector<TensorLayout> layout = {{name + ".weight", DType::I8, {out_features, in_features}},
                                        {name + ".weight_scale", scale_type, {out_features, 1}}};
    if (activations == ActivationScale::PerTensor) layout.push_back({name + ".input_scale", DType::F32, {1}});
    return layout;
}

std::vector<PackedTensor> intQuantized(const std::string& name, const QuantizedTensor& tensor, DType scale_type,
                                       ActivationScale activations, float input_scale) {
    std::vector<TensorLayout> layout = intQuantizedLayout(name, tensor.codes.rows(), tensor.codes.cols(), scale_type, activations);
    std::vector<std::byte> codes(static_cast<std::size_t>(tensor.codes.size()));
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const int code = tensor.codes.data()[i];
        codes[i] = static_cast<std::byte>(static_cast<std::uint8_t>(code - 128));
    }
    std::vector<PackedTensor> packed;
    packed.push_back({layout[0], std::move(codes)});
    packed.push_back({layout[1], fromFloats(elements(tensor.scale), scale_type)});
    if (activations == ActivationScale::PerTensor) packed.push_back({layout[2], bytesOf(std::vector<float>{input_scale})});
    return packed;
}

}  // namespace salient
