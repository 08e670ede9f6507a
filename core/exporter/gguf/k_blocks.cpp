#include "core/exporter/gguf/k_blocks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "core/exporter/gguf/block_factor.h"
#include "core/exporter/gguf/put_half.h"
#include "core/tensor/float16.h"

namespace salient {
namespace {

template <Index Length>
using Run = Eigen::Array<float, static_cast<int>(Length), 1>;
template <Index Length>
using RunView = Eigen::Map<const Run<Length>>;

/// Shares of a run's range that a search begins with.
constexpr std::array<float, 6> kShares = {1.0F, 0.96F, 0.92F, 0.87F, 0.81F, 0.74F};
constexpr int kFits = 2;    // of step and offset to codes, from each of them
constexpr int kPasses = 3;  // over the whole block

constexpr float kLargestHalf = 65504.0F;

/// What a block holds of each of its runs, whatever its factors are.
template <Index Runs, class Factors>
class RoundedRuns {
public:
    RoundedRuns(const float* weights, const float* importance) : weights_(weights), importance_(importance) {}

    [[nodiscard]] float error() const {
        float sum = 0.0F;
        for (const Rounded& run : runs_) sum += run.error;
        return sum;
    }

protected:
    static constexpr Index kLength = kGgufSuperBlock / Runs;
    struct Rounded {
        Factors factors{};
        Run<kLength> codes = Run<kLength>::Zero();
        float error = 0.0F;
    };

    [[nodiscard]] RunView<kLength> weights(Index run) const { return RunView<kLength>(weights_ + run * kLength); }
    [[nodiscard]] RunView<kLength> importance(Index run) const { return RunView<kLength>(importance_ + run * kLength); }
    [[nodiscard]] const Rounded& at(Index run) const { return runs_[static_cast<std::size_t>(run)]; }
    void take(Index run, const Rounded& rounded) { runs_[static_cast<std::size_t>(run)] = rounded; }
    void takeIfBetter(Index run, const Rounded& rounded) {
        if (rounded.error < at(run).error) take(run, rounded);
    }

private:
    const float* weights_;
    const float* importance_;
    std::array<Rounded, static_cast<std::size_t>(Runs)> runs_{};
};

// ---- Q4_K: step·code − offset, both not negative ----------------------------------------------------------------------------------

constexpr Index kRuns4 = 8;
constexpr Index kLength4 = 32;
constexpr float kMaxCode4 = 15.0F;
constexpr float kMaxFactor4 = 63.0F;
using Run4 = Run<kLength4>;

struct Line {
    float step = 0.0F;
    float offset = 0.0F;
};

Run4 codesFor(const RunView<kLength4>& w, Line line) {
    if (line.step <= 0.0F) return Run4::Zero();
    return ((w + line.offset) / line.step).round().max(0.0F).min(kMaxCode4) + 0.0F;  // a code has no −0
}

float errorOf(const RunView<kLength4>& w, const RunView<kLength4>& importance, Line line, const Run4& codes) {
    return (importance * (codes * line.step - line.offset - w).square()).sum();
}

/// The line with the least error for these codes.
Line fitted(const RunView<kLength4>& w, const RunView<kLength4>& importance, const Run4& codes) {
    const Run4 weighted = importance * codes;
    const double n = importance.sum();
    const double q = weighted.sum();
    const double qq = (weighted * codes).sum();
    const double x = (importance * w).sum();
    const double qx = (weighted * w).sum();
    const double determinant = n * qq - q * q;
    if (determinant > 1e-6 * n * qq) {
        const double step = (n * qx - q * x) / determinant;
        const double offset = (q * step - x) / n;
        if (step > 0.0 && offset >= 0.0) return {static_cast<float>(step), static_cast<float>(offset)};
    }
    if (qq > 0.0 && qx > 0.0) return {static_cast<float>(qx / qq), 0.0F};
    return {0.0F, static_cast<float>(n > 0.0 ? std::max(0.0, -x / n) : 0.0)};
}

Line plainLine(const RunView<kLength4>& w) {
    const float lowest = std::min(0.0F, w.minCoeff());
    return {(std::max(lowest, w.maxCoeff()) - lowest) / kMaxCode4, -lowest};
}

Line bestLine(const RunView<kLength4>& w, const RunView<kLength4>& importance) {
    const Line plain = plainLine(w);
    Line best = plain;
    float least = errorOf(w, importance, plain, codesFor(w, plain));
    for (const float share : kShares) {
        const float cut = 0.5F * (1.0F - share) * kMaxCode4 * plain.step;
        Line line{share * plain.step, std::max(0.0F, plain.offset - cut)};
        for (int i = 0; i < kFits; ++i) {
            line = fitted(w, importance, codesFor(w, line));
            const float error = errorOf(w, importance, line, codesFor(w, line));
            if (error >= least) continue;
            least = error;
            best = line;
        }
    }
    return best;
}

/// Of a run, in units of the block's; whole numbers, 0 to 63.
struct Factors4 {
    float step = 0.0F;
    float offset = 0.0F;
};

class Block4 : public RoundedRuns<kRuns4, Factors4> {
public:
    using RoundedRuns::RoundedRuns;

    /// The block's factors from the largest of its runs'; the runs' to nearest.
    void round(const std::array<Line, kRuns4>& lines) {
        float step = 0.0F;
        float offset = 0.0F;
        for (const Line& line : lines) {
            step = std::max(step, line.step);
            offset = std::max(offset, line.offset);
        }
        setFactors(blockFactor(step, kMaxFactor4), blockFactor(offset, kMaxFactor4));
        for (Index run = 0; run < kRuns4; ++run) take(run, rounded(run, nearest(lines[static_cast<std::size_t>(run)])));
    }

    /// The runs' factors, best among the nearest and their neighbours.
    void search(const std::array<Line, kRuns4>& lines) {
        for (Index run = 0; run < kRuns4; ++run) {
            const Factors4 centre = nearest(lines[static_cast<std::size_t>(run)]);
            take(run, rounded(run, centre));
            for (int ds = -1; ds <= 1; ++ds) {
                for (int doff = -1; doff <= 1; ++doff) {
                    const Factors4 factors{centre.step + static_cast<float>(ds), centre.offset + static_cast<float>(doff)};
                    if (isFactor(factors.step) && isFactor(factors.offset)) takeIfBetter(run, rounded(run, factors));
                }
            }
        }
    }

    /// The block's factors with the least error for its codes; false where they stay as they are.
    bool refit() {
        double ss = 0.0;
        double so = 0.0;
        double oo = 0.0;
        double sx = 0.0;
        double ox = 0.0;
        for (Index run = 0; run < kRuns4; ++run) {
            const RunView<kLength4> w = weights(run);
            const RunView<kLength4> v = importance(run);
            const Run4 s = at(run).codes * at(run).factors.step;
            const float o = at(run).factors.offset;
            const Run4 vs = v * s;
            ss += (vs * s).sum();
            so += vs.sum() * o;
            oo += v.sum() * o * o;
            sx += (vs * w).sum();
            ox += (v * w).sum() * o;
        }
        const double determinant = ss * oo - so * so;
        double d = 0.0;
        double dmin = 0.0;
        if (oo == 0.0 && ss > 0.0) {
            d = sx / ss;
            dmin = static_cast<double>(dmin_);
        } else if (determinant > 1e-9 * ss * oo) {
            d = (oo * sx - so * ox) / determinant;
            dmin = (so * sx - ss * ox) / determinant;
        }
        if (d <= 0.0 || dmin < 0.0) return false;
        const std::uint16_t d_bits = toFloat16(std::min(static_cast<float>(d), kLargestHalf));
        const std::uint16_t dmin_bits = toFloat16(std::min(static_cast<float>(dmin), kLargestHalf));
        if (d_bits == d_factor_.bits && dmin_bits == dmin_factor_.bits) return false;
        setFactors(d_bits == d_factor_.bits ? d_factor_ : BlockFactor{d_bits},
                   dmin_bits == dmin_factor_.bits ? dmin_factor_ : BlockFactor{dmin_bits});
        return true;
    }

    /// Factors raised.
    [[nodiscard]] int raisedCount() const { return (d_factor_.is_raised ? 1 : 0) + (dmin_factor_.is_raised ? 1 : 0); }

    void write(std::byte* block, float* meant) const {
        putHalf(block, d_factor_.bits);
        putHalf(block + 2, dmin_factor_.bits);
        std::array<unsigned, 12> scales{};
        for (std::size_t run = 0; run < kRuns4; ++run) {
            const Factors4 factors = at(static_cast<Index>(run)).factors;
            const auto step = static_cast<unsigned>(factors.step);
            const auto offset = static_cast<unsigned>(factors.offset);
            if (run < 4) {
                scales[run] |= step;
                scales[run + 4] |= offset;
            } else {
                scales[run + 4] |= (step & 15U) | ((offset & 15U) << 4U);
                scales[run - 4] |= (step >> 4U) << 6U;
                scales[run] |= (offset >> 4U) << 6U;
            }
        }
        for (std::size_t i = 0; i < scales.size(); ++i) block[4 + i] = static_cast<std::byte>(scales[i]);
        for (Index run = 0; run < kRuns4; run += 2) {
            for (Index l = 0; l < kLength4; ++l) {
                const auto low = static_cast<unsigned>(at(run).codes[l]);
                const auto high = static_cast<unsigned>(at(run + 1).codes[l]);
                block[16 + run / 2 * kLength4 + l] = static_cast<std::byte>(low | (high << 4U));
            }
        }
        for (Index run = 0; run < kRuns4; ++run) {
            const Line line = lineOf(at(run).factors);
            Eigen::Map<Run4>(meant + run * kLength4) = at(run).codes * line.step - line.offset;
        }
    }

private:
    static bool isFactor(float value) { return value >= 0.0F && value <= kMaxFactor4; }
    [[nodiscard]] Line lineOf(Factors4 factors) const { return {d_ * factors.step, dmin_ * factors.offset}; }

    void setFactors(BlockFactor d, BlockFactor dmin) {
        d_factor_ = d;
        dmin_factor_ = dmin;
        d_ = fromFloat16(d.bits);
        dmin_ = fromFloat16(dmin.bits);
    }

    [[nodiscard]] Factors4 nearest(Line line) const {
        const auto of = [](float value, float unit) { return unit > 0.0F ? std::min(std::nearbyint(value / unit), kMaxFactor4) : 0.0F; };
        return {of(line.step, d_), of(line.offset, dmin_)};
    }

    [[nodiscard]] Rounded rounded(Index run, Factors4 factors) const {
        const Run4 codes = codesFor(weights(run), lineOf(factors));
        return {factors, codes, errorOf(weights(run), importance(run), lineOf(factors), codes)};
    }

    BlockFactor d_factor_;
    BlockFactor dmin_factor_;
    float d_ = 0.0F;
    float dmin_ = 0.0F;
};

// ---- Q6_K: step·(code − 32), the step of either sign ------------------------------------------------------------------------------

constexpr Index kRuns6 = 16;
constexpr Index kLength6 = 16;
constexpr float kLowest6 = -32.0F;
constexpr float kHighest6 = 31.0F;
constexpr float kLargestFactor6 = 128.0F;  // with the sign of the negative ones
using Run6 = Run<kLength6>;

Run6 levelsFor(const RunView<kLength6>& w, float step) {
    if (step == 0.0F) return Run6::Zero();
    return (w / step).round().max(kLowest6).min(kHighest6) + 0.0F;
}

float errorOf(const RunView<kLength6>& w, const RunView<kLength6>& importance, float step, const Run6& levels) {
    return (importance * (levels * step - w).square()).sum();
}

/// The weight of largest magnitude lies on the level −32.
float plainStep(const RunView<kLength6>& w) {
    Index place = 0;
    w.abs().maxCoeff(&place);
    return w[place] / kLowest6;
}

float bestStep(const RunView<kLength6>& w, const RunView<kLength6>& importance) {
    const float plain = plainStep(w);
    float best = plain;
    float least = errorOf(w, importance, plain, levelsFor(w, plain));
    constexpr float kWider = 32.0F / 31.0F;
    for (const float share : {kWider, kShares[0], kShares[1], kShares[2]}) {
        for (const float sign : {1.0F, -1.0F}) {
            float step = sign * share * plain;
            for (int i = 0; i < kFits; ++i) {
                const Run6 levels = levelsFor(w, step);
                const Run6 weighted = importance * levels;
                const float energy = (weighted * levels).sum();
                if (energy <= 0.0F) break;
                step = (weighted * w).sum() / energy;
                const float error = errorOf(w, importance, step, levelsFor(w, step));
                if (error >= least) continue;
                least = error;
                best = step;
            }
        }
    }
    return best;
}

class Block6 : public RoundedRuns<kRuns6, float> {
public:
    using RoundedRuns::RoundedRuns;

    void round(const std::array<float, kRuns6>& steps) {
        float largest = 0.0F;
        for (const float step : steps) {
            if (std::abs(step) > std::abs(largest)) largest = step;
        }
        // The run of the largest step takes −128, the one factor without a positive twin.
        BlockFactor factor = blockFactor(std::abs(largest), kLargestFactor6);
        constexpr std::uint16_t kSign = 0x8000;
        if (largest > 0.0F) factor.bits = static_cast<std::uint16_t>(factor.bits | kSign);
        setFactor(factor);
        for (Index run = 0; run < kRuns6; ++run) take(run, rounded(run, nearest(steps[static_cast<std::size_t>(run)])));
    }

    void search(const std::array<float, kRuns6>& steps) {
        for (Index run = 0; run < kRuns6; ++run) {
            const float centre = nearest(steps[static_cast<std::size_t>(run)]);
            take(run, rounded(run, centre));
            for (const float factor : {centre - 1.0F, centre + 1.0F}) {
                if (factor >= -kLargestFactor6 && factor < kLargestFactor6) takeIfBetter(run, rounded(run, factor));
            }
        }
    }

    bool refit() {
        double energy = 0.0;
        double product = 0.0;
        for (Index run = 0; run < kRuns6; ++run) {
            const Run6 s = at(run).codes * at(run).factors;
            const Run6 weighted = importance(run) * s;
            energy += (weighted * s).sum();
            product += (weighted * weights(run)).sum();
        }
        if (energy <= 0.0 || product == 0.0) return false;
        const std::uint16_t bits = toFloat16(std::clamp(static_cast<float>(product / energy), -kLargestHalf, kLargestHalf));
        if (bits == factor_.bits) return false;
        setFactor({bits});
        return true;
    }

    [[nodiscard]] int raisedCount() const { return factor_.is_raised ? 1 : 0; }

    void write(std::byte* block, float* meant) const {
        std::array<unsigned, kGgufSuperBlock> codes{};
        for (Index run = 0; run < kRuns6; ++run) {
            const Rounded& now = at(run);
            Eigen::Map<Run6>(meant + run * kLength6) = now.codes * (d_ * now.factors);
            for (Index l = 0; l < kLength6; ++l)
                codes[static_cast<std::size_t>(run * kLength6 + l)] = static_cast<unsigned>(now.codes[l] - kLowest6);
            block[192 + run] = static_cast<std::byte>(static_cast<std::int8_t>(now.factors));
        }
        for (std::size_t half = 0; half < 2; ++half) {
            const unsigned* const q = codes.data() + 128 * half;
            for (std::size_t l = 0; l < 32; ++l) {
                block[64 * half + l] = static_cast<std::byte>((q[l] & 15U) | ((q[l + 64] & 15U) << 4U));
                block[64 * half + 32 + l] = static_cast<std::byte>((q[l + 32] & 15U) | ((q[l + 96] & 15U) << 4U));
                block[128 + 32 * half + l] = static_cast<std::byte>((q[l] >> 4U) | ((q[l + 32] >> 4U) << 2U) | ((q[l + 64] >> 4U) << 4U) |
                                                                    ((q[l + 96] >> 4U) << 6U));
            }
        }
        putHalf(block + 208, factor_.bits);
    }

private:
    void setFactor(BlockFactor factor) {
        factor_ = factor;
        d_ = fromFloat16(factor.bits);
    }

    [[nodiscard]] float nearest(float step) const {
        return d_ == 0.0F ? 0.0F : std::clamp(std::nearbyint(step / d_), -kLargestFactor6, kLargestFactor6 - 1.0F) + 0.0F;
    }

    [[nodiscard]] Rounded rounded(Index run, float factor) const {
        const Run6 levels = levelsFor(weights(run), d_ * factor);
        return {factor, levels, errorOf(weights(run), importance(run), d_ * factor, levels)};
    }

    BlockFactor factor_;
    float d_ = 0.0F;
};

/// What the header describes: plain: factors of the runs' ranges, best: of their search.
template <class Block, class Factors>
Block searched(Block block, const Factors& plain, const Factors& best) {
    block.round(plain);
    Block now = block;
    now.round(best);
    for (int pass = 0; pass < kPasses; ++pass) {
        now.search(best);
        if (now.error() < block.error()) {
            block = now;
        } else if (pass > 0) {
            break;
        }
        if (!now.refit()) break;
    }
    return block;
}

}  // namespace

int encodeQ4_K(std::span<const float, kGgufSuperBlock> weights, std::span<const float, kGgufSuperBlock> importance, std::byte* block,
               float* meant) {
    std::array<Line, kRuns4> plain;
    std::array<Line, kRuns4> best;
    for (std::size_t run = 0; run < kRuns4; ++run) {
        const RunView<kLength4> w(weights.data() + run * kLength4);
        plain[run] = plainLine(w);
        best[run] = bestLine(w, RunView<kLength4>(importance.data() + run * kLength4));
    }
    const Block4 found = searched(Block4(weights.data(), importance.data()), plain, best);
    found.write(block, meant);
    return found.raisedCount();
}

int encodeQ6_K(std::span<const float, kGgufSuperBlock> weights, std::span<const float, kGgufSuperBlock> importance, std::byte* block,
               float* meant) {
    std::array<float, kRuns6> plain;
    std::array<float, kRuns6> best;
    for (std::size_t run = 0; run < kRuns6; ++run) {
        const RunView<kLength6> w(weights.data() + run * kLength6);
        plain[run] = plainStep(w);
        best[run] = bestStep(w, RunView<kLength6>(importance.data() + run * kLength6));
    }
    const Block6 found = searched(Block6(weights.data(), importance.data()), plain, best);
    found.write(block, meant);
    return found.raisedCount();
}

}  // namespace salient
