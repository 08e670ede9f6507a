#include <cmath>

#include "core/kernels/matrix_tiles.h"
#include "core/tensor/float16.h"

namespace salient {
namespace {

constexpr Index kTileOuter = 16;
constexpr Index kTileValues = kTileOuter * kStripBlock;
constexpr float kSmallestNormal = 0x1p-126F;

// Where a value lies in its block; outer and inner are counted from the block's corner.
Index placeInBlock(TileOperand::Side side, Index outer, Index inner) {
    const Index tile = outer / kTileOuter * kTileValues;
    const Index i = outer % kTileOuter;
    return side == TileOperand::Side::Left ? tile + i * kStripBlock + inner : tile + inner / 2 * kStripBlock + 2 * i + inner % 2;
}

float withoutSubnormals(float value) { return std::abs(value) < kSmallestNormal ? std::copysign(0.0F, value) : value; }

// Σ_{p+q≤2} Σ_l left^p_il right^q_jl over the inner indices l from first on, before last.
double productOfTerms(const TileOperand& left, Index i, const TileOperand& right, Index j, Index first, Index last) {
    double sum = 0.0;
    for (Index p = 0; p < left.terms(); ++p) {
        for (Index q = 0; q < right.terms() && p + q <= 2; ++q) {
            for (Index l = first; l < last; ++l)
                sum += static_cast<double>(left.value(p, i, l)) * static_cast<double>(right.value(q, j, l));
        }
    }
    return sum;
}

double sumOfTerms(const TileOperand& operand, Index outer, Index inner) {
    double sum = 0.0;
    for (Index term = 0; term < operand.terms(); ++term) sum += static_cast<double>(operand.value(term, outer, inner));
    return sum;
}

}  // namespace

float TileOperand::value(Index term, Index outer, Index inner) const noexcept {
    const std::uint16_t* from = block(term, outer / kStripWidth, inner / kStripBlock);
    return fromBFloat16(from[placeInBlock(side_, outer % kStripWidth, inner % kStripBlock)]);
}

void TileOperand::packPlain(MatrixView m, bool inner_in_rows) {
    resize(inner_in_rows ? m.cols() : m.rows(), inner_in_rows ? m.rows() : m.cols());
    for (Index outer = 0; outer < strips() * kStripWidth; ++outer) {
        for (Index inner = 0; inner < blocks() * kStripBlock; ++inner) {
            float rest = 0.0F;
            if (outer < outer_ && inner < inner_) rest = inner_in_rows ? m(inner, outer) : m(outer, inner);
            for (Index term = 0; term < n_terms_; ++term) {
                std::uint16_t* to = values_.get() + (block(term, outer / kStripWidth, inner / kStripBlock) - values_.get());
                std::uint16_t& bits = to[placeInBlock(side_, outer % kStripWidth, inner % kStripBlock)];
                bits = toBFloat16(withoutSubnormals(rest));
                rest -= fromBFloat16(bits);
            }
        }
    }
}

void multiplyStripsPlain(const TileOperand& left, Index left_strip, const TileOperand& right, Index right_strip, Index first, Index last,
                         StripSums& sums) {
    for (Index i = 0; i < kStripWidth; ++i) {
        for (Index j = 0; j < kStripWidth; ++j) {
            float& sum = sums.values[i * kStripWidth + j];
            sum = static_cast<float>(static_cast<double>(sum) + productOfTerms(left, left_strip * kStripWidth + i, right,
                                                                               right_strip * kStripWidth + j, first * kStripBlock,
                                                                               last * kStripBlock));
        }
    }
}

void multiplyStripRangePlain(const TileOperand& left, Index first_left, const TileOperand& right, Index first_right, MatrixSpan c,
                             float alpha, float beta) {
    for (Index i = 0; i < c.rows(); ++i) {
        for (Index j = 0; j < c.cols(); ++j) {
            double sum = productOfTerms(left, first_left * kStripWidth + i, right, first_right * kStripWidth + j, 0, left.inner());
            sum *= static_cast<double>(alpha);
            if (beta != 0.0F) sum += static_cast<double>(beta) * static_cast<double>(c(i, j));
            c(i, j) = static_cast<float>(sum);
        }
    }
}

void addLowerFormsPlain(const TileOperand& left, const TileOperand& lower, std::span<double> row_sums) {
    for (Index i = 0; i < left.outer(); ++i) {
        double form = 0.0;
        for (Index j = 0; j < lower.outer(); ++j) {
            const Index first = j / kStripBlock * kStripBlock;
            form += sumOfTerms(left, i, j) * productOfTerms(left, i, lower, j, first, left.inner());
        }
        row_sums[static_cast<std::size_t>(i)] += form;
    }
}

}  // namespace salient
