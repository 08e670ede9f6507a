#include "core/exporter/gguf/pack.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "core/error.h"
#include "core/exporter/gguf/block_factor.h"
#include "core/exporter/gguf/k_blocks.h"
#include "core/exporter/gguf/put_half.h"
#include "core/kernels/parallel.h"
#include "core/tensor/float16.h"

namespace salient {
namespace {

constexpr Index kHalf = kGgufBlock / 2;

Index blockBytes(GgufWeights type) {
    return type == GgufWeights::Q4_0 ? 2 + kHalf : type == GgufWeights::Q4_1 ? 4 + kHalf : 2 + kGgufBlock;
}

void requireHalf(std::uint16_t bits, float value, const char* what, Index row, Index block) {
    if (std::isfinite(fromFloat16(bits))) return;
    throw Error(ErrorCode::NonFinite, "export: row " + std::to_string(row) + ", block " + std::to_string(block) + ": " + what +
                                          ": expected a value that F16 can hold, found " + std::to_string(value));
}

std::uint16_t halfOf(float value, const char* what, Index row, Index block) {
    const std::uint16_t bits = toFloat16(value);
    requireHalf(bits, value, what, row, block);
    return bits;
}

/// Codes 0 … 15 of a block as nibbles.
void putNibbles(std::byte* to, const std::uint8_t* codes) {
    for (Index j = 0; j < kHalf; ++j) to[j] = static_cast<std::byte>(codes[j] | (codes[j + kHalf] << 4U));
}

struct Importance {
    std::vector<float> values;  ///< of average 1, and at least a thousandth of it
    std::int64_t n_raised = 0;  ///< to that; all of them where none is positive
};

Importance usableImportance(std::span<const float> given, Index in_features) {
    Importance importance{std::vector<float>(static_cast<std::size_t>(in_features), 1.0F)};
    if (given.empty()) return importance;
    if (static_cast<Index>(given.size()) != in_features) {
        throw Error(ErrorCode::ShapeMismatch, "export: importance of inputs: expected " + std::to_string(in_features) + " values, found " +
                                                  std::to_string(given.size()));
    }
    double sum = 0.0;
    for (const float value : given) {
        if (!std::isfinite(value) || value < 0.0F) {
            throw Error(ErrorCode::NonFinite,
                        "export: importance of inputs: expected numbers that are not negative, found " + std::to_string(value));
        }
        sum += static_cast<double>(value);
    }
    if (sum == 0.0) {
        importance.n_raised = in_features;
        return importance;
    }
    constexpr double kLeast = 1e-3;
    const double average = sum / static_cast<double>(in_features);
    for (std::size_t k = 0; k < given.size(); ++k) {
        const double share = static_cast<double>(given[k]) / average;
        importance.values[k] = static_cast<float>(std::max(kLeast, share));
        importance.n_raised += share < kLeast ? 1 : 0;
    }
    return importance;
}

/// Weights that are not zero, where what they became is zero throughout.
std::int64_t flushedCount(std::span<const float> values, const float* meant) {
    if (std::any_of(meant, meant + values.size(), [](float value) { return value != 0.0F; })) return 0;
    return std::count_if(values.begin(), values.end(), [](float value) { return value != 0.0F; });
}

Index rowAt(std::span<const Index> rows, Index position) { return rows.empty() ? position : rows[static_cast<std::size_t>(position)]; }

}  // namespace

PackedBlocks packCodes(GgufWeights type, const QuantizedTensor& tensor, std::span<const Index> rows) {
    const Index n_blocks = tensor.codes.cols() / kGgufBlock;
    const Index block_bytes = blockBytes(type);
    PackedBlocks packed;
    packed.bytes.resize(static_cast<std::size_t>(tensor.codes.rows() * n_blocks * block_bytes));
    packed.meant.resize(tensor.codes.rows(), tensor.codes.cols());
    std::byte* to = packed.bytes.data();
    for (Index position = 0; position < tensor.codes.rows(); ++position) {
        const Index row = rowAt(rows, position);
        for (Index block = 0; block < n_blocks; ++block, to += block_bytes) {
            const Index first = block * kGgufBlock;
            const Index group = tensor.group_index[static_cast<std::size_t>(first)];
            const float scale = tensor.scale(row, group);
            const float zero = tensor.zero(row, group);
            const std::uint8_t* const codes = &tensor.codes(row, first);
            float* const meant = &packed.meant(row, first);
            putHalf(to, halfOf(scale, "scale", row, block));
            if (type == GgufWeights::Q4_1) {
                const std::uint16_t bits = halfOf(-zero * scale, "offset", row, block);
                const float offset = fromFloat16(bits);
                putHalf(to + 2, bits);
                putNibbles(to + 4, codes);
                for (Index k = 0; k < kGgufBlock; ++k) meant[k] = scale * static_cast<float>(codes[k]) + offset;
                packed.largest_shift = std::max(
                    packed.largest_shift, std::abs(static_cast<double>(offset) / static_cast<double>(scale) + static_cast<double>(zero)));
                continue;
            }
            if (type == GgufWeights::Q4_0) {
                putNibbles(to + 2, codes);
            } else {
                for (Index k = 0; k < kGgufBlock; ++k)
                    to[2 + k] = static_cast<std::byte>(codes[k] ^ 0x80U);  // less 128, as two's complement
            }
            for (Index k = 0; k < kGgufBlock; ++k) meant[k] = scale * (static_cast<float>(codes[k]) - zero);
        }
    }
    return packed;
}

PackedBlocks packQ8_0(const Matrix& weight, std::span<const Index> rows) {
    constexpr float kLargestCode = 127.0F;
    const Index n_blocks = weight.cols() / kGgufBlock;
    const Index block_bytes = blockBytes(GgufWeights::Q8_0);
    PackedBlocks packed;
    packed.bytes.resize(static_cast<std::size_t>(weight.rows() * n_blocks * block_bytes));
    packed.meant.resize(weight.rows(), weight.cols());
    std::byte* to = packed.bytes.data();
    for (Index position = 0; position < weight.rows(); ++position) {
        const Index row = rowAt(rows, position);
        for (Index block = 0; block < n_blocks; ++block, to += block_bytes) {
            const float* const values = &weight(row, block * kGgufBlock);
            float largest = 0.0F;
            for (Index k = 0; k < kGgufBlock; ++k) largest = std::max(largest, std::abs(values[k]));
            // As everywhere in Salient, and unlike ggml's own routine, codes are chosen for the scale that is stored.
            const BlockFactor factor = blockFactor(largest, kLargestCode);
            requireHalf(factor.bits, largest / kLargestCode, "scale", row, block);
            packed.n_raised_factors += factor.is_raised ? 1 : 0;
            const float scale = fromFloat16(factor.bits);
            putHalf(to, factor.bits);
            for (Index k = 0; k < kGgufBlock; ++k) {
                const float rounded =
                    scale > 0.0F ? std::clamp(std::nearbyint(values[k] / scale), -kLargestCode - 1.0F, kLargestCode) : 0.0F;
                const auto code = static_cast<std::int8_t>(rounded);  // which knows no −0: what is meant is what is read back
                to[2 + k] = static_cast<std::byte>(code);
                packed.meant(row, block * kGgufBlock + k) = scale * static_cast<float>(code);
            }
            packed.n_flushed += flushedCount({values, static_cast<std::size_t>(kGgufBlock)}, &packed.meant(row, block * kGgufBlock));
        }
    }
    return packed;
}

PackedBlocks packK(GgufWeights type, const Matrix& weight, std::span<const Index> rows, std::span<const float> importance) {
    constexpr Index kRowsAtOnce = 4;
    const Index n_blocks = weight.cols() / kGgufSuperBlock;
    const bool is_q4 = type == GgufWeights::Q4_K;
    const Index block_bytes = is_q4 ? kQ4_KBytes : kQ6_KBytes;
    const auto encode = is_q4 ? encodeQ4_K : encodeQ6_K;
    const Importance usable = usableImportance(importance, weight.cols());
    PackedBlocks packed;
    packed.n_raised = usable.n_raised;
    packed.bytes.resize(static_cast<std::size_t>(weight.rows() * n_blocks * block_bytes));
    packed.meant.resize(weight.rows(), weight.cols());
    std::vector<std::int64_t> n_flushed(static_cast<std::size_t>(weight.rows()));  // index: row of the file
    std::vector<std::int64_t> n_raised_factors(n_flushed.size());                  // likewise
    parallelFor(weight.rows(), kRowsAtOnce, [&](Index first_position, Index last_position) {
        for (Index position = first_position; position < last_position; ++position) {
            const Index row = rowAt(rows, position);
            for (Index block = 0; block < n_blocks; ++block) {
                const Index first = block * kGgufSuperBlock;
                const std::span<const float, kGgufSuperBlock> values(&weight(row, first), kGgufSuperBlock);
                for (const float value : values) {
                    if (std::abs(value) <= kLargestSuperBlockWeight) continue;
                    throw Error(ErrorCode::NonFinite, "export: row " + std::to_string(row) + ", block " + std::to_string(block) +
                                                          ": expected weights of at most 2097152, found " + std::to_string(value));
                }
                n_raised_factors[static_cast<std::size_t>(position)] +=
                    encode(values, std::span<const float, kGgufSuperBlock>(usable.values.data() + first, kGgufSuperBlock),
                           packed.bytes.data() + (position * n_blocks + block) * block_bytes, &packed.meant(row, first));
                n_flushed[static_cast<std::size_t>(position)] += flushedCount(values, &packed.meant(row, first));
            }
        }
    });
    packed.n_flushed = std::accumulate(n_flushed.begin(), n_flushed.end(), std::int64_t{0});
    packed.n_raised_factors = std::accumulate(n_raised_factors.begin(), n_raised_factors.end(), std::int64_t{0});
    return packed;
}

}  // namespace salient
