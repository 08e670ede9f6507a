#include "core/eval/thinned_series.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "core/error.h"

namespace salient {

namespace {

void keepExtremes(std::vector<Index>& kept, std::span<const double> y, Index begin, Index end) {
    Index first = -1, last = -1, lowest = -1, highest = -1;
    for (Index i = begin; i < end; ++i) {
        const double value = y[static_cast<std::size_t>(i)];
        if (!std::isfinite(value)) continue;
        if (first < 0) first = lowest = highest = i;
        if (value < y[static_cast<std::size_t>(lowest)]) lowest = i;
        if (value > y[static_cast<std::size_t>(highest)]) highest = i;
        last = i;
    }
    if (first < 0) return;
    std::array<Index, 4> picks{first, lowest, highest, last};
    std::sort(picks.begin(), picks.end());
    kept.insert(kept.end(), picks.begin(), std::unique(picks.begin(), picks.end()));
}

}  // namespace

std::vector<Index> thinToPixels(std::span<const double> x, std::span<const double> y, double first, double last, Index n_pixels,
                                bool is_logarithmic) {
    if (x.size() != y.size()) {
        throw Error(ErrorCode::ShapeMismatch,
                    "thinToPixels: y: expected " + std::to_string(x.size()) + " values, found " + std::to_string(y.size()));
    }
    std::vector<Index> kept;
    if (x.empty() || n_pixels <= 0 || !(last >= first)) return kept;
    const auto along = [is_logarithmic](double value) { return is_logarithmic ? std::log(value) : value; };
    const auto at = [&x](Index i) { return x[static_cast<std::size_t>(i)]; };
    const Index start = is_logarithmic ? std::upper_bound(x.begin(), x.end(), 0.0) - x.begin() : 0;
    const Index begin = std::max<Index>(start, std::lower_bound(x.begin(), x.end(), first) - x.begin());
    const Index end = std::upper_bound(x.begin() + begin, x.end(), last) - x.begin();
    if (begin > start && std::isfinite(y[static_cast<std::size_t>(begin - 1)])) kept.push_back(begin - 1);

    const double origin = along(is_logarithmic && first <= 0.0 && begin < end ? at(begin) : first);
    const double per_pixel = (along(last) - origin) / static_cast<double>(n_pixels);
    const auto pixelOf = [&](Index i) {
        if (!(per_pixel > 0.0)) return Index{0};
        return std::min(static_cast<Index>((along(at(i)) - origin) / per_pixel), n_pixels - 1);
    };
    for (Index i = begin; i < end;) {
        const Index pixel = pixelOf(i);
        Index next = i + 1;
        while (next < end && pixelOf(next) == pixel) ++next;
        keepExtremes(kept, y, i, next);
        i = next;
    }
    if (end < static_cast<Index>(x.size()) && std::isfinite(y[static_cast<std::size_t>(end)])) kept.push_back(end);
    return kept;
}

}  // namespace salient
