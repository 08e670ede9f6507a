#include <vector>

#include "core/kernels/matrix_tiles.h"
#include "core/kernels/parallel.h"
#include "tests/bench/peak.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace salient::bench {

#if defined(__x86_64__)

namespace {

// Twelve independent registers, as in peak.cpp. Returns the operations done: 16 lanes, a pair of multiply-adds each.
__attribute__((target("avx512f,avx512bf16"))) double multiplyPairs(Index rounds, float& result) {
    const __m512bh x = _mm512_cvtne2ps_pbh(_mm512_set1_ps(result), _mm512_set1_ps(result));
    __m512 a = _mm512_set1_ps(0.1F), b = _mm512_set1_ps(0.2F), c = _mm512_set1_ps(0.3F), e = _mm512_set1_ps(0.4F);
    __m512 f = a, g = b, h = c, i = e, j = a, k = b, l = c, m = e;
    for (Index round = 0; round < rounds; ++round) {
        a = _mm512_dpbf16_ps(a, x, x);
        b = _mm512_dpbf16_ps(b, x, x);
        c = _mm512_dpbf16_ps(c, x, x);
        e = _mm512_dpbf16_ps(e, x, x);
        f = _mm512_dpbf16_ps(f, x, x);
        g = _mm512_dpbf16_ps(g, x, x);
        h = _mm512_dpbf16_ps(h, x, x);
        i = _mm512_dpbf16_ps(i, x, x);
        j = _mm512_dpbf16_ps(j, x, x);
        k = _mm512_dpbf16_ps(k, x, x);
        l = _mm512_dpbf16_ps(l, x, x);
        m = _mm512_dpbf16_ps(m, x, x);
    }
    const __m512 sum = ((a + b) + (c + e)) + ((f + g) + (h + i)) + ((j + k) + (l + m));
    result = _mm512_reduce_add_ps(sum);
    return 12.0 * 16.0 * 4.0 * static_cast<double>(rounds);
}

// Four tiles of sums, as the kernel has them. Of 16 × 32 by 32 × 16 values each.
__attribute__((target("avx512f,amx-tile,amx-bf16"))) double multiplyTiles(Index rounds, float& result) {
    alignas(64) float values[16 * 16] = {};
    const TileUnit unit;
    _tile_loadd(4, values, 64);
    _tile_loadd(5, values, 64);
    _tile_loadd(6, values, 64);
    _tile_loadd(7, values, 64);
    _tile_loadd(0, values, 64);
    _tile_loadd(1, values, 64);
    _tile_loadd(2, values, 64);
    _tile_loadd(3, values, 64);
    for (Index round = 0; round < rounds; ++round) {
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
    }
    _tile_stored(0, values, 64);
    result = values[0];
    return 4.0 * 16.0 * 16.0 * 32.0 * 2.0 * static_cast<double>(rounds);
}

}  // namespace

double peakBFloat16Flops() {
    if (!hasBFloat16Products()) return 0.0;
    std::vector<float> value(static_cast<std::size_t>(threadCount()), 0.5F);
    return mostPerSecond([&](Index thread) {
        float& own = value[static_cast<std::size_t>(thread)];
        return hasMatrixTiles() ? multiplyTiles(2'000'000, own) : multiplyPairs(20'000'000, own);
    });
}

#else

double peakBFloat16Flops() { return 0.0; }

#endif

}  // namespace salient::bench
