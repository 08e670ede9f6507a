#include "core/kernels/matrix_tiles.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <vector>

#include "core/kernels/onednn.h"
#include "core/kernels/parallel.h"

namespace salient {
namespace {

constexpr Index kTileRows = 16;
constexpr Index kTileValues = 512;               // 16 rows of 64 bytes
constexpr Index kBlockValues = 2 * kTileValues;  // the two tiles of a strip's block
constexpr std::size_t kAlignment = 64;

}  // namespace

void TileOperand::Free::operator()(std::uint16_t* values) const noexcept { std::free(values); }

void TileOperand::resize(Index outer, Index inner) {
    outer_ = outer;
    inner_ = inner;
    const auto needed = static_cast<std::size_t>(n_terms_ * strips() * blocks() * kBlockValues);
    if (needed <= capacity_) return;
    values_.reset();
    values_.reset(static_cast<std::uint16_t*>(std::aligned_alloc(kAlignment, needed * sizeof(std::uint16_t))));
    if (!values_) throw std::bad_alloc();
    capacity_ = needed;
}

const std::uint16_t* TileOperand::block(Index term, Index strip, Index block) const noexcept {
    return values_.get() + ((term * strips() + strip) * blocks() + block) * kBlockValues;
}

void TileOperand::packStripOf(MatrixView m, bool inner_in_rows, Index strip) {
    const Index begin = strip * kStripWidth;
    const Index width = std::min(kStripWidth, outer_ - begin);
    packStrip(strip, inner_in_rows ? MatrixView(m.middleCols(begin, width)) : MatrixView(m.middleRows(begin, width)), inner_in_rows);
}

void TileOperand::pack(MatrixView m, bool inner_in_rows) {
    resize(inner_in_rows ? m.cols() : m.rows(), inner_in_rows ? m.rows() : m.cols());
    parallelFor(strips(), 2, [&](Index first, Index last) {
        for (Index strip = first; strip < last; ++strip) packStripOf(m, inner_in_rows, strip);
    });
}

void TileOperand::packAlone(MatrixView m, bool inner_in_rows) {
    resize(inner_in_rows ? m.cols() : m.rows(), inner_in_rows ? m.rows() : m.cols());
    for (Index strip = 0; strip < strips(); ++strip) packStripOf(m, inner_in_rows, strip);
}

}  // namespace salient

#if defined(__x86_64__)

#ifndef __clang__
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // GCC 12's own intrinsics start from undefined vectors
#endif
#include <immintrin.h>
#ifndef __clang__
#pragma GCC diagnostic pop
#endif
#include <sys/syscall.h>
#include <unistd.h>

// Functions that hold these instructions are reached only after hasBFloat16Products() and, those with tiles, hasMatrixTiles().
#define SALIENT_PAIRS __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")))
#define SALIENT_TILES __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,amx-tile,amx-bf16")))

namespace salient {
namespace {

// Linux grants the tiles' registers to a process that asks for them.
bool requestTiles() noexcept {
    constexpr long kRequestPermission = 0x1023;
    constexpr long kTileData = 18;
    return hasTileInstructions() && syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

struct alignas(64) TileConfiguration {
    std::uint8_t palette = 1;
    std::uint8_t start_row = 0;
    std::uint8_t reserved[14] = {};
    std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};
constexpr TileConfiguration kConfiguration;

SALIENT_TILES void configureTiles() noexcept { _tile_loadconfig(&kConfiguration); }
SALIENT_TILES void releaseTiles() noexcept { _tile_release(); }

SALIENT_PAIRS inline __m512 widened(__m256i halves) { return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16)); }

// Two vectors of floats as their bfloat16 terms, first · 16 | second · 16; what the terms leave is kept in the vectors.
SALIENT_PAIRS inline __m512i nextTerm(__m512& first, __m512& second) {
    const auto term = reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(second, first));
    first = _mm512_sub_ps(first, widened(_mm512_castsi512_si256(term)));
    second = _mm512_sub_ps(second, widened(_mm512_extracti64x4_epi64(term, 1)));
    return term;
}

// Lane 2i of the first half beside lane i of the second: 16 pairs of values that follow each other along the inner index.
SALIENT_PAIRS inline __m512i paired(__m512i halves) {
    alignas(64) static constexpr std::uint16_t kOrder[32] = {0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
                                                             8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
    return _mm512_permutexvar_epi16(_mm512_load_si512(kOrder), halves);
}

// Where the lanes of two rows go when squares of 1, 2, 4 and 8 are swapped between them: from the first row 0 … 15, from the second 16
// … 31.
struct SwapOrders {
    alignas(64) std::int32_t first[4][16] = {};
    alignas(64) std::int32_t second[4][16] = {};
    constexpr SwapOrders() {
        for (int round = 0; round < 4; ++round) {
            const int size = 1 << round;
            for (int lane = 0; lane < 16; ++lane) {
                const bool is_upper = (lane & size) != 0;
                first[round][lane] = is_upper ? 16 + lane - size : lane;
                second[round][lane] = is_upper ? 16 + lane : lane + size;
            }
        }
    }
};
constexpr SwapOrders kSwapOrders;

// A 16 × 16 square of pairs, mirrored.
SALIENT_PAIRS inline void transposePairs(__m512i (&rows)[kTileRows]) {
    for (int round = 0; round < 4; ++round) {
        const __m512i first_order = _mm512_load_si512(kSwapOrders.first[round]);
        const __m512i second_order = _mm512_load_si512(kSwapOrders.second[round]);
        const int size = 1 << round;
        for (int i = 0; i < 16; ++i) {
            if ((i & size) != 0) continue;
            const __m512i a = rows[i];
            const __m512i b = rows[i + size];
            rows[i] = _mm512_permutex2var_epi32(a, first_order, b);
            rows[i + size] = _mm512_permutex2var_epi32(a, second_order, b);
        }
    }
}

SALIENT_PAIRS inline __m512 loadUpTo(const float* from, Index count) {
    if (count >= 16) return _mm512_loadu_ps(from);
    return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1U << std::max<Index>(count, 0)) - 1U), from);
}

// One tile: 16 outer by 32 inner values from the corner of a matrix whose rows run along the inner index (or along the outer one).
// to: the tile's place in the first term, the next terms `term_stride` values on.
SALIENT_PAIRS void packTile(const float* from, Index stride, Index n_outer, Index n_inner, bool inner_in_rows, bool is_transposed,
                            Index n_terms, std::uint16_t* to, Index term_stride) {
    __m512 first[kTileRows];
    __m512 second[kTileRows];
    for (Index i = 0; i < kTileRows; ++i) {
        if (inner_in_rows) {  // a pair of rows, 16 outer indices wide
            first[i] = 2 * i < n_inner ? loadUpTo(from + 2 * i * stride, n_outer) : _mm512_setzero_ps();
            second[i] = 2 * i + 1 < n_inner ? loadUpTo(from + (2 * i + 1) * stride, n_outer) : _mm512_setzero_ps();
        } else {  // one row, 32 inner indices long
            first[i] = i < n_outer ? loadUpTo(from + i * stride, n_inner) : _mm512_setzero_ps();
            second[i] = i < n_outer && n_inner > 16 ? loadUpTo(from + i * stride + 16, n_inner - 16) : _mm512_setzero_ps();
        }
    }
    for (Index term = 0; term < n_terms; ++term) {
        __m512i rows[kTileRows];
        for (Index i = 0; i < kTileRows; ++i) {
            rows[i] = nextTerm(first[i], second[i]);
            if (inner_in_rows) rows[i] = paired(rows[i]);
        }
        if (is_transposed) transposePairs(rows);
        for (Index i = 0; i < kTileRows; ++i) _mm512_store_si512(to + term * term_stride + i * 32, rows[i]);
    }
}

// Values that will be needed soon: so many cache lines of them are asked for with every block multiplied. The processor does not see
// these reads coming, and half of the time would go into waiting for them.
struct Ahead {
    const std::uint16_t* from = nullptr;
    Index lines_per_block = 0;
};

// Adds n blocks of one term by one term to the four sums in tiles 0 to 3.
SALIENT_TILES inline void addProducts(const std::uint16_t* left, const std::uint16_t* right, Index n, Ahead ahead) {
    constexpr Index kLineValues = 32;
    for (Index block = 0; block < n; ++block) {
        _tile_loadd(4, left, 64);
        _tile_loadd(6, right, 64);
        _tile_loadd(5, left + kTileValues, 64);
        _tile_loadd(7, right + kTileValues, 64);
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
        for (Index line = 0; line < ahead.lines_per_block; ++line) {
            _mm_prefetch(ahead.from, _MM_HINT_T1);
            ahead.from += kLineValues;
        }
        left += kBlockValues;
        right += kBlockValues;
    }
}

// Adds n blocks of one term by one term to eight rows of the sums. Pairs of the left operand lie `row_step` values apart from row to row,
// `pair_step` along the inner index.
template <Index row_step, Index pair_step>
SALIENT_PAIRS inline void addPairProducts(const std::uint16_t* left, const std::uint16_t* right, Index n, float* sums) {
    constexpr int kRows = 8;  // sixteen vectors of sums: enough to hide the latency, few enough for the registers
    __m512 first[kRows];
    __m512 second[kRows];
    for (int i = 0; i < kRows; ++i) {
        first[i] = _mm512_load_ps(sums + i * kStripWidth);
        second[i] = _mm512_load_ps(sums + i * kStripWidth + kTileRows);
    }
    for (Index block = 0; block < n; ++block) {
        for (Index at = 0; at < kTileValues; at += kStripBlock) {  // a row of the right tiles: a pair of inner indices
            const auto b = reinterpret_cast<__m512bh>(_mm512_load_si512(right + at));
            const auto c = reinterpret_cast<__m512bh>(_mm512_load_si512(right + kTileValues + at));
#pragma GCC unroll 8
            for (int i = 0; i < kRows; ++i) {
                std::int32_t pair = 0;
                std::memcpy(&pair, left + i * row_step + at / kStripBlock * pair_step, sizeof pair);
                const auto a = reinterpret_cast<__m512bh>(_mm512_set1_epi32(pair));
                first[i] = _mm512_dpbf16_ps(first[i], a, b);
                second[i] = _mm512_dpbf16_ps(second[i], a, c);
            }
        }
        left += kBlockValues;
        right += kBlockValues;
    }
    for (int i = 0; i < kRows; ++i) {
        _mm512_store_ps(sums + i * kStripWidth, first[i]);
        _mm512_store_ps(sums + i * kStripWidth + kTileRows, second[i]);
    }
}

// to = alpha · sums + beta · to for one row.
SALIENT_PAIRS void storeRow(const float* sums, float alpha, float beta, float* to, Index count) {
    const __m512 a = _mm512_set1_ps(alpha);
    const __m512 b = _mm512_set1_ps(beta);
    for (Index col = 0; col < count; col += 16) {
        const auto mask = static_cast<__mmask16>(count - col >= 16 ? 0xffffU : (1U << (count - col)) - 1U);
        __m512 value = _mm512_mul_ps(a, _mm512_load_ps(sums + col));
        if (beta != 0.0F) value = _mm512_fmadd_ps(b, _mm512_maskz_loadu_ps(mask, to + col), value);
        _mm512_mask_storeu_ps(to + col, mask, value);
    }
}

// partial[i] += the 16-lane products of row i of the sums with the same 32 values of the left operand's block.
SALIENT_PAIRS void addRowProducts(const TileOperand& left, Index strip, Index block, const StripSums& sums,
                                  float (&partial)[kStripWidth][16]) {
    for (Index i = 0; i < kStripWidth; ++i) {
        const Index at = i / kTileRows * kTileValues + i % kTileRows * kStripBlock;
        __m512 first = _mm512_setzero_ps();
        __m512 second = _mm512_setzero_ps();
        for (Index term = left.terms() - 1; term >= 0; --term) {
            const __m512i halves = _mm512_load_si512(left.block(term, strip, block) + at);
            first = _mm512_add_ps(first, widened(_mm512_castsi512_si256(halves)));
            second = _mm512_add_ps(second, widened(_mm512_extracti64x4_epi64(halves, 1)));
        }
        const float* row = sums.values + i * kStripWidth;
        __m512 products = _mm512_fmadd_ps(first, _mm512_load_ps(row), _mm512_load_ps(partial[i]));
        products = _mm512_fmadd_ps(second, _mm512_load_ps(row + 16), products);
        _mm512_store_ps(partial[i], products);
    }
}

}  // namespace

bool hasMatrixTiles() noexcept {
    static const bool is_granted = requestTiles();
    return is_granted;
}

bool hasBFloat16Products() noexcept {
    static const bool has_some = hasMatrixTiles() || hasBFloat16Instructions();
    return has_some;
}

void TileOperand::packStrip(Index strip, MatrixView values, bool inner_in_rows) {
    const Index term_stride = strips() * blocks() * kBlockValues;
    const Index width = inner_in_rows ? values.cols() : values.rows();
    // A right tile holds pairs along the inner index in its rows: what comes from rows of pairs needs no mirroring.
    const bool is_transposed = inner_in_rows == (side_ == Side::Left);
    for (Index block = 0; block < blocks(); ++block) {
        std::uint16_t* to = values_.get() + (strip * blocks() + block) * kBlockValues;
        const Index inner = block * kStripBlock;
        const Index n_inner = std::min(inner_ - inner, kStripBlock);
        for (Index half = 0; half < 2; ++half) {
            const Index outer = half * kTileRows;
            const Index n_outer = std::clamp<Index>(width - outer, 0, kTileRows);
            const Index row = inner_in_rows ? inner : outer;
            const Index col = inner_in_rows ? outer : inner;
            const float* from = n_outer > 0 ? values.data() + row * values.outerStride() + col : values.data();  // no values: none are read
            packTile(from, values.outerStride(), n_outer, n_inner, inner_in_rows, is_transposed, n_terms_, to + half * kTileValues,
                     term_stride);
        }
    }
}

TileUnit::TileUnit() noexcept {
    if (hasMatrixTiles()) configureTiles();
}

TileUnit::~TileUnit() {
    if (hasMatrixTiles()) releaseTiles();
}

namespace {

// Terms of left and right whose products count. The small ones come first, while the sums they are added to are small.
constexpr Index kPairs[6][2] = {{2, 0}, {0, 2}, {1, 1}, {1, 0}, {0, 1}, {0, 0}};

template <TileOperand::Side left_side>
SALIENT_PAIRS void multiplyOnPairs(const TileOperand& left, Index left_strip, const TileOperand& right, Index right_strip, Index first,
                                   Index last, StripSums& sums) noexcept {
    constexpr Index kBlocks = 8;  // of both strips, in the L1 cache
    constexpr Index kRows = 8;
    constexpr Index kPair = 2;
    constexpr Index kRowStep = left_side == TileOperand::Side::Left ? kStripBlock : kPair;
    constexpr Index kPairStep = left_side == TileOperand::Side::Left ? kPair : kStripBlock;
    for (Index pair = left.terms() == 1 ? 5 : 0; pair < 6; ++pair) {
        for (Index block = first; block < last; block += kBlocks) {
            const std::uint16_t* l = left.block(kPairs[pair][0], left_strip, block);
            const std::uint16_t* r = right.block(kPairs[pair][1], right_strip, block);
            for (Index row = 0; row < kStripWidth; row += kRows) {
                addPairProducts<kRowStep, kPairStep>(l + row / kTileRows * kTileValues + row % kTileRows * kRowStep, r,
                                                     std::min(kBlocks, last - block), sums.values + row * kStripWidth);
            }
        }
    }
}

SALIENT_TILES void multiplyOnTiles(const TileOperand& left, Index left_strip, const TileOperand& right, Index right_strip, Index first,
                                   Index last, StripSums& sums, Index part) noexcept {
    constexpr Index kStride = kStripWidth * Index{sizeof(float)};
    asm volatile("" ::: "memory");  // the tile loads do not tell the compiler what they read
    _tile_loadd(0, sums.values, kStride);
    _tile_loadd(1, sums.values + kTileRows, kStride);
    _tile_loadd(2, sums.values + kTileRows * kStripWidth, kStride);
    _tile_loadd(3, sums.values + kTileRows * kStripWidth + kTileRows, kStride);
    const Index n = last - first;
    const Index n_pairs = left.terms() == 1 ? 1 : 6;
    const bool has_next = part < kAheadParts && right_strip + 1 < right.strips();
    for (Index pair = 6 - n_pairs; pair < 6; ++pair) {
        Ahead ahead;
        if (has_next) {  // this part of the next right strip: one term of it in as many turns as there are pairs per term
            const Index turns = n_pairs / right.terms();
            const Index turn = pair - (6 - n_pairs);
            const Index share = n * kBlockValues / kAheadParts;
            ahead.lines_per_block = kBlockValues / 32 / kAheadParts / turns;
            ahead.from = right.block(turn / turns, right_strip + 1, first) + part * share + turn % turns * (share / turns);
        }
        addProducts(left.block(kPairs[pair][0], left_strip, first), right.block(kPairs[pair][1], right_strip, first), n, ahead);
    }
    _tile_stored(0, sums.values, kStride);
    _tile_stored(1, sums.values + kTileRows, kStride);
    _tile_stored(2, sums.values + kTileRows * kStripWidth, kStride);
    _tile_stored(3, sums.values + kTileRows * kStripWidth + kTileRows, kStride);
    asm volatile("" ::: "memory");
}

}  // namespace

void multiplyStrips(const TileOperand& left, Index left_strip, const TileOperand& right, Index right_strip, Index first, Index last,
                    StripSums& sums, Index part) noexcept {
    if (hasMatrixTiles()) {
        multiplyOnTiles(left, left_strip, right, right_strip, first, last, sums, part);
    } else if (left.side() == TileOperand::Side::Left) {
        multiplyOnPairs<TileOperand::Side::Left>(left, left_strip, right, right_strip, first, last, sums);
    } else {
        multiplyOnPairs<TileOperand::Side::Right>(left, left_strip, right, right_strip, first, last, sums);
    }
}

void multiplyStripRange(const TileOperand& left, Index first_left, const TileOperand& right, Index first_right, MatrixSpan c, float alpha,
                        float beta) {
    // What eight strips of the left and one of the right hold of so many blocks stays in the L2 cache beside the sums.
    const Index blocks_at_once = left.terms() == 1 ? 32 : 8;
    // Sums are kept side by side until they are complete: the rows of C may lie far apart.
    const Index n_across = (c.cols() + kStripWidth - 1) / kStripWidth;
    const Index n_down = (c.rows() + kStripWidth - 1) / kStripWidth;
    std::vector<StripSums> sums(static_cast<std::size_t>(n_across * n_down));
    const auto sumsAt = [&](Index i, Index j) -> StripSums& { return sums[static_cast<std::size_t>(i * n_across + j)]; };
    {
        const TileUnit unit;
        for (Index block = 0; block < left.blocks(); block += blocks_at_once) {
            const Index end = std::min(block + blocks_at_once, left.blocks());
            for (Index j = 0; j < n_across; ++j) {
                for (Index i = 0; i < n_down; ++i) {
                    multiplyStrips(left, first_left + i, right, first_right + j, block, end, sumsAt(i, j), i);
                }
            }
        }
    }
    for (Index row = 0; row < c.rows(); ++row) {
        for (Index j = 0; j < n_across; ++j) {
            const Index col = j * kStripWidth;
            storeRow(sumsAt(row / kStripWidth, j).values + row % kStripWidth * kStripWidth, alpha, beta,
                     c.data() + row * c.outerStride() + col, std::min(kStripWidth, c.cols() - col));
        }
    }
}

void addLowerForms(const TileOperand& left, const TileOperand& lower, std::span<double> row_sums) {
    const Index blocks_at_once = left.terms() == 1 ? 64 : 16;
    constexpr Index kStripsInFloat = 4;
    struct alignas(64) Partial {
        float lanes[kStripWidth][16] = {};
    };
    std::vector<Partial> partial(static_cast<std::size_t>(left.strips()));
    const auto collect = [&] {
        for (Index row = 0; row < left.outer(); ++row) {
            double sum = 0.0;
            for (float& product : partial[static_cast<std::size_t>(row / kStripWidth)].lanes[row % kStripWidth]) {
                sum += static_cast<double>(product);
                product = 0.0F;
            }
            row_sums[static_cast<std::size_t>(row)] += sum;
        }
    };
    const TileUnit unit;
    for (Index block = 0; block < left.blocks(); block += blocks_at_once) {
        const Index end = std::min(block + blocks_at_once, left.blocks());
        for (Index j = 0; j < end; ++j) {
            for (Index i = 0; i < left.strips(); ++i) {
                StripSums sums;
                // A block of the inner index is as wide as a strip: column strip j begins at block j.
                multiplyStrips(left, i, lower, j, std::max(block, j), end, sums, i);
                addRowProducts(left, i, j, sums, partial[static_cast<std::size_t>(i)].lanes);
            }
            if (j % kStripsInFloat == kStripsInFloat - 1) collect();
        }
    }
    collect();
}

}  // namespace salient

#else  // no such tiles

namespace salient {

bool hasMatrixTiles() noexcept { return false; }
bool hasBFloat16Products() noexcept { return false; }
void TileOperand::packStrip(Index, MatrixView, bool) { std::abort(); }
TileUnit::TileUnit() noexcept = default;
TileUnit::~TileUnit() = default;
void multiplyStrips(const TileOperand&, Index, const TileOperand&, Index, Index, Index, StripSums&, Index) noexcept { std::abort(); }
void multiplyStripRange(const TileOperand&, Index, const TileOperand&, Index, MatrixSpan, float, float) { std::abort(); }
void addLowerForms(const TileOperand&, const TileOperand&, std::span<double>) { std::abort(); }

}  // namespace salient

#endif
