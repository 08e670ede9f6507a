#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "core/kernels/gemm.h"
#include "core/tensor/matrix.h"

namespace salient {

// Products of bfloat16 values, accumulated in float32: on the processor's matrix tiles (AMX), 16 × 32 by 32 × 16 values per instruction,
// about twelve times the rate of float32 vector products, or on its vectors of pairs (AVX512_BF16), twice that rate.
// A float32 operand is held as one bfloat16 (its nearest) or as three (h + m + l, all
// 24 bits of it); six of the nine products of such terms carry a float32 result, the three left out are below its last place.
// Henry, Tang & Heinecke, Leveraging the bfloat16 Artificial Intelligence Datatype For Higher-Precision Computations, arXiv:1904.06376.
// Values below 2^-126 count as zero, as the processor takes them; what an infinite operand touches is not finite, but may be NaN.
// Shapes are taken on trust. The definitions, …Plain, read and write the same operands one value after the other, in double precision; they
// run on any processor.

/// Whether this process may use matrix tiles. False where oneDNN is told to do without (ONEDNN_MAX_CPU_ISA). Any thread.
[[nodiscard]] bool hasMatrixTiles() noexcept;
/// Whether it may use tiles or vectors of pairs: operands of one term are then multiplied faster than float32 ones. Those of three
/// terms only on tiles.
[[nodiscard]] bool hasBFloat16Products() noexcept;

/// Whether operands packed in strips multiply faster than float32 ones of that precision: large products ask before they pack.
[[nodiscard]] inline bool stripsPay(Compute compute) noexcept {
    return compute == Compute::BFloat16 ? hasBFloat16Products() : hasMatrixTiles();
}

/// Outer indices (rows of C for a left operand, columns for a right one) that a strip holds.
inline constexpr Index kStripWidth = 32;
/// Inner indices that a block of a strip holds.
inline constexpr Index kStripBlock = 32;

/// One operand of a product in the order that the tiles read it: strips of 32 outer indices, each a run of blocks of 32 inner ones. A block
/// is two tiles of 16 outer indices, each 16 rows of 32 values: a left tile has a row per outer index, its 32 inner ones in order; a right
/// one has a row per pair of inner indices, the pairs of the 16 outer ones in order. Edges are filled with zeros.
/// All but packPlain() and value() needs hasBFloat16Products().
class TileOperand {
public:
    enum class Side { Left, Right };
    enum class Terms : int { One = 1, Three = 3 };
    [[nodiscard]] static Terms termsFor(Compute compute) noexcept { return compute == Compute::BFloat16 ? Terms::One : Terms::Three; }
    TileOperand(Side side, Terms terms) : side_(side), n_terms_(static_cast<Index>(terms)) {}

    /// Takes the shape; the memory of an earlier, larger one is kept. Values are undefined until packed.
    void resize(Index outer, Index inner);
    /// Packs one strip from its own values: [≤ 32 outer, inner], or [inner, ≤ 32 outer] with inner_in_rows. On the calling thread.
    void packStrip(Index strip, MatrixView values, bool inner_in_rows);
    /// Takes the shape of m and packs all of it, spread over all threads, or on the calling one.
    void pack(MatrixView m, bool inner_in_rows);
    void packAlone(MatrixView m, bool inner_in_rows);
    /// The definition of them all: h = bfloat16(v), m = bfloat16(v − h), l = bfloat16(v − h − m), nearest even, value by value.
    void packPlain(MatrixView m, bool inner_in_rows);

    [[nodiscard]] Side side() const noexcept { return side_; }
    [[nodiscard]] Index outer() const noexcept { return outer_; }
    [[nodiscard]] Index inner() const noexcept { return inner_; }
    [[nodiscard]] Index strips() const noexcept { return (outer_ + kStripWidth - 1) / kStripWidth; }
    [[nodiscard]] Index blocks() const noexcept { return (inner_ + kStripBlock - 1) / kStripBlock; }
    [[nodiscard]] Index terms() const noexcept { return n_terms_; }
    [[nodiscard]] const std::uint16_t* block(Index term, Index strip, Index block) const noexcept;
    /// One value of a term; outer and inner may lie on the edge, up to whole strips and blocks.
    [[nodiscard]] float value(Index term, Index outer, Index inner) const noexcept;

private:
    void packStripOf(MatrixView m, bool inner_in_rows, Index strip);
    struct Free {
        void operator()(std::uint16_t* values) const noexcept;
    };
    Side side_;
    Index n_terms_;
    Index outer_ = 0;
    Index inner_ = 0;
    std::size_t capacity_ = 0;
    std::unique_ptr<std::uint16_t[], Free> values_;
};

/// Holds the tiles of the calling thread, if there are any, ready for multiplyStrips(), from construction to destruction. Call nothing of
/// oneDNN meanwhile.
class TileUnit {
public:
    TileUnit() noexcept;
    TileUnit(const TileUnit&) = delete;
    TileUnit& operator=(const TileUnit&) = delete;
    ~TileUnit();
};

/// One strip by one strip: 32 × 32 sums, row-major.
struct alignas(64) StripSums {
    float values[kStripWidth * kStripWidth] = {};
};

/// In as many calls, one part each, multiplyStrips() brings the next right strip into the cache.
inline constexpr Index kAheadParts = 8;

/// sums += Σ over the inner blocks [first, last) of left strip · right strip. The operands have equal terms and inner sizes; without matrix
/// tiles `left` may be packed for either side, so that XᵀX takes one operand twice. Who goes through left strips under one right strip
/// numbers the calls in `part`; from kAheadParts on, nothing is brought.
void multiplyStrips(const TileOperand& left, Index left_strip, const TileOperand& right, Index right_strip, Index first, Index last,
                    StripSums& sums, Index part) noexcept;
/// The definition: sum_ij += Σ_{p+q≤2} Σ_l left^p_il right^q_jl over the terms p, q and the inner indices l of those blocks.
void multiplyStripsPlain(const TileOperand& left, Index left_strip, const TileOperand& right, Index right_strip, Index first, Index last,
                         StripSums& sums);

/// C = alpha · left · right + beta · C, where C holds what the left strips from first_left on and the right ones from first_right on
/// give; it ends where it likes. beta = 0 overwrites whatever C holds. On the calling thread.
void multiplyStripRange(const TileOperand& left, Index first_left, const TileOperand& right, Index first_right, MatrixSpan c, float alpha,
                        float beta);
/// The definition: each entry the sum that multiplyStripsPlain() defines, over all inner indices.
void multiplyStripRangePlain(const TileOperand& left, Index first_left, const TileOperand& right, Index first_right, MatrixSpan c,
                             float alpha, float beta);

/// row_sums[i] += Σ_j l_ij · (left · lower)_ij over all rows of `left` [rows, n], where `lower` [n, n] is a right operand that counts only
/// at and below its diagonal blocks: quadratic forms of the rows at half the work of a full product. Three terms of left make l_ij the
/// float32 value, one term its bfloat16. Sums in float32 over 128 columns j at most, in double across. On the calling thread.
void addLowerForms(const TileOperand& left, const TileOperand& lower, std::span<double> row_sums);
/// The definition: row_sums_i += Σ_j l_ij Σ_{k ≥ 32⌊j/32⌋} (left_ik lower_kj) with the products of terms of multiplyStripsPlain().
void addLowerFormsPlain(const TileOperand& left, const TileOperand& lower, std::span<double> row_sums);

}  // namespace salient
