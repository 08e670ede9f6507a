#include "core/exporter/pack_gptq.h"

#include <algorithm>
#include <bit>

#include "core/kernels/convert.h"
#include "core/kernels/parallel.h"

namespace salient {

static_assert(std::endian::native == std::endian::little);

GptqVersion gptqVersionFor(const GridSpec& spec) noexcept { return spec.is_symmetric ? GptqVersion::V1 : GptqVersion::V2; }

std::vector<TensorLayout> gptqLayout(const std::string& name, Index out_features, Index in_features, const GridSpec& spec,
                                     DType scale_type) {
    const Index n_groups = spec.groupCount(in_features);
    return {{name + ".qweight", DType::I32, {in_features * spec.bits / 32, out_features}},
            {name + ".qzeros", DType::I32, {n_groups, out_features * spec.bits / 32}},
            {name + ".scales", scale_type, {n_groups, out_features}},
            {name + ".g_idx", DType::I32, {in_features}}};
}

namespace {

/// Tiles of 32 inputs (whole words at every width) × 64 outputs keep both the rows read and the words written in the cache.
std::vector<std::uint32_t> packCodes(const CodeMatrix& codes, int bits) {
    const Index out_features = codes.rows();
    const Index in_features = codes.cols();
    std::vector<std::uint32_t> words(static_cast<std::size_t>(in_features * bits / 32 * out_features));
    constexpr Index kInputs = 32;
    constexpr Index kOutputs = 64;
    parallelFor(in_features / kInputs, 4, [&](Index first, Index last) {
        for (Index n0 = 0; n0 < out_features; n0 += kOutputs) {
            for (Index tile = first; tile < last; ++tile) {
                for (Index n = n0; n < std::min(n0 + kOutputs, out_features); ++n)
                    packBits(&codes(n, tile * kInputs), kInputs, 1, bits, &words[static_cast<std::size_t>(tile * bits * out_features + n)],
                             out_features);
            }
        }
    });
    return words;
}

std::vector<std::uint32_t> packZeros(const Matrix& zero, int bits, GptqVersion version) {
    const Index out_features = zero.rows();
    const Index n_words = out_features * bits / 32;
    const int mask = (1 << bits) - 1;
    std::vector<std::uint32_t> words(static_cast<std::size_t>(zero.cols() * n_words));
    std::vector<std::uint8_t> stored(static_cast<std::size_t>(out_features));
    for (Index g = 0; g < zero.cols(); ++g) {
        for (Index n = 0; n < out_features; ++n) {
            const int z = static_cast<int>(zero(n, g));
            stored[static_cast<std::size_t>(n)] = static_cast<std::uint8_t>((version == GptqVersion::V1 ? z - 1 : z) & mask);
        }
        packBits(stored.data(), out_features, 1, bits, &words[static_cast<std::size_t>(g * n_words)], 1);
    }
    return words;
}

}  // namespace

std::vector<PackedTensor> packGptq(const std::string& name, const QuantizedTensor& tensor, DType scale_type, GptqVersion version) {
    std::vector<TensorLayout> layout = gptqLayout(name, tensor.codes.rows(), tensor.codes.cols(), tensor.spec, scale_type);
    const Matrix scales = tensor.scale.transpose();
    std::vector<PackedTensor> packed;
    packed.push_back({std::move(layout[0]), bytesOf(packCodes(tensor.codes, tensor.spec.bits))});
    packed.push_back({std::move(layout[1]), bytesOf(packZeros(tensor.zero, tensor.spec.bits, version))});
    packed.push_back({std::move(layout[2]), fromFloats({scales.data(), static_cast<std::size_t>(scales.size())}, scale_type)});
    packed.push_back({std::move(layout[3]), bytesOf(tensor.group_index)});
    return packed;
}

}  // namespace salient
