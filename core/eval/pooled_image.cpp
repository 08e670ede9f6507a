#include "core/eval/pooled_image.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "core/error.h"
#include "core/kernels/parallel.h"

namespace salient {

namespace {

// NaN compares false with everything, so "not smaller" lets it in and "already NaN" keeps it there.
inline float larger(float a, float b) noexcept {
    if (std::isnan(a)) return a;
    return std::fabs(b) <= std::fabs(a) ? a : b;
}

using RowVector = Eigen::RowVectorXf;
using ConstRow = Eigen::Map<const RowVector>;

/// Highest and lowest of some rows, column by column; the two vectorize where "the larger magnitude" does not. NaN stays NaN in both.
struct RowExtremes {
    RowVector highest;
    RowVector lowest;

    void start(const ConstRow& row) { highest = lowest = row; }
    void add(const ConstRow& row) {
        // Eigen 3.4 can propagate NaN only through its functors.
        highest = highest.binaryExpr(row, Eigen::internal::scalar_max_op<float, float, Eigen::PropagateNaN>());
        lowest = lowest.binaryExpr(row, Eigen::internal::scalar_min_op<float, float, Eigen::PropagateNaN>());
    }
    [[nodiscard]] float strongest(Index column) const noexcept { return larger(highest[column], lowest[column]); }
};

/// First element of each pixel along one axis, and one past the last. Empty pixels (zoomed in) get the element under their centre;
/// pixels outside get first == last.
struct Axis {
    std::vector<Index> first;
    std::vector<Index> last;
};

Axis cutAxis(double first, double length, Index n_pixels, Index n_elements) {
    Axis axis;
    axis.first.resize(static_cast<std::size_t>(n_pixels));
    axis.last.resize(static_cast<std::size_t>(n_pixels));
    const double step = length / static_cast<double>(n_pixels);
    const auto border = [&](Index pixel) { return std::ceil(first + static_cast<double>(pixel) * step - 0.5); };
    for (Index p = 0; p < n_pixels; ++p) {
        double begin = border(p);
        double end = border(p + 1);
        if (end <= begin) {
            begin = std::floor(first + (static_cast<double>(p) + 0.5) * step);
            end = begin + 1.0;
        }
        const auto bounded = [n_elements](double e) { return static_cast<Index>(std::clamp(e, 0.0, static_cast<double>(n_elements))); };
        axis.first[static_cast<std::size_t>(p)] = bounded(begin);
        axis.last[static_cast<std::size_t>(p)] = bounded(end);
    }
    return axis;
}

// A matrix of so few elements is pooled as it is.
constexpr Index kEnough = Index{256} * 256;

float finiteMaxAbs(const Matrix& values) noexcept {
    float strongest = 0.0F;
    for (Index i = 0; i < values.size(); ++i) {
        const float magnitude = std::fabs(values.data()[i]);
        if (std::isfinite(magnitude)) strongest = std::max(strongest, magnitude);
    }
    return strongest;
}

void checkPicture(const MatrixRegion& region, Index rows, Index cols) {
    const bool is_valid = std::isfinite(region.first_row) && std::isfinite(region.first_col) && std::isfinite(region.n_rows) &&
                          std::isfinite(region.n_cols) && region.n_rows > 0.0 && region.n_cols > 0.0;
    if (!is_valid || rows <= 0 || cols <= 0) {
        throw Error(ErrorCode::InvalidOption, "poolByMagnitude: region: expected finite and positive, for at least one pixel, found " +
                                                  std::to_string(region.n_rows) + " x " + std::to_string(region.n_cols) + " elements on " +
                                                  std::to_string(rows) + " x " + std::to_string(cols) + " pixels");
    }
}

}  // namespace

Matrix poolByMagnitude(MatrixView values, const MatrixRegion& region, Index rows, Index cols) {
    checkPicture(region, rows, cols);
    Matrix picture = Matrix::Constant(rows, cols, std::numeric_limits<float>::quiet_NaN());
    const Axis row_axis = cutAxis(region.first_row, region.n_rows, rows, values.rows());
    const Axis col_axis = cutAxis(region.first_col, region.n_cols, cols, values.cols());
    const auto [lowest, highest] = std::pair{*std::min_element(col_axis.first.begin(), col_axis.first.end()),
                                             *std::max_element(col_axis.last.begin(), col_axis.last.end())};
    if (highest <= lowest) return picture;
    const Index left = lowest;
    const Index width = highest - lowest;
    parallelFor(rows, 32, [&](Index first_pixel, Index last_pixel) {
        RowExtremes folded;
        Index folded_first = -1;
        Index folded_last = -1;
        for (Index p = first_pixel; p < last_pixel; ++p) {
            const Index begin = row_axis.first[static_cast<std::size_t>(p)];
            const Index end = row_axis.last[static_cast<std::size_t>(p)];
            if (begin >= end) continue;
            if (begin == folded_first && end == folded_last) {  // zoomed in: the same element row again
                picture.row(p) = picture.row(p - 1);
                continue;
            }
            folded_first = begin;
            folded_last = end;
            folded.start(ConstRow(values.row(begin).data() + left, width));
            for (Index r = begin + 1; r < end; ++r) folded.add(ConstRow(values.row(r).data() + left, width));
            float* out = picture.row(p).data();
            for (Index c = 0; c < cols; ++c) {
                const Index from = col_axis.first[static_cast<std::size_t>(c)];
                const Index to = col_axis.last[static_cast<std::size_t>(c)];
                if (from >= to) continue;
                float strongest = folded.strongest(from - left);
                for (Index e = from + 1; e < to; ++e) strongest = larger(strongest, folded.strongest(e - left));
                out[c] = strongest;
            }
        }
    });
    return picture;
}

MagnitudePyramid::MagnitudePyramid(std::shared_ptr<const Matrix> values) : values_(std::move(values)) {
    // Levels 4, 8, 16, …: below 4 elements a pixel the matrix itself is quick enough to read.
    const auto smallest = [this]() -> const Matrix& { return levels_.empty() ? *values_ : levels_.back().cells; };
    while (smallest().size() > kEnough) {
        const Index ratio = levels_.empty() ? 4 : 2;
        const Index rows = (smallest().rows() + ratio - 1) / ratio;
        const Index cols = (smallest().cols() + ratio - 1) / ratio;
        const MatrixRegion whole{0.0, 0.0, static_cast<double>(rows * ratio), static_cast<double>(cols * ratio)};
        Matrix cells = poolByMagnitude(smallest(), whole, rows, cols);
        levels_.push_back({levels_.empty() ? ratio : levels_.back().factor * ratio, std::move(cells)});
    }
    // The smallest copy knows the answer, unless something that is not finite hides its neighbours there.
    max_abs_ = finiteMaxAbs(smallest().allFinite() ? smallest() : *values_);
}

Matrix MagnitudePyramid::pool(const MatrixRegion& region, Index rows, Index cols) const {
    checkPicture(region, rows, cols);
    // Where rows and columns are pooled by different amounts, the level suits their mean: at most twice too coarse for one of them,
    // rather than many times too fine for the other.
    const double rows_per_pixel = region.n_rows / static_cast<double>(rows);
    const double cols_per_pixel = region.n_cols / static_cast<double>(cols);
    const double coarsest = std::min(std::sqrt(rows_per_pixel * cols_per_pixel), 2.0 * std::min(rows_per_pixel, cols_per_pixel));
    const Level* best = nullptr;
    for (const Level& level : levels_) {
        if (static_cast<double>(level.factor) <= coarsest) best = &level;
    }
    if (best == nullptr) return poolByMagnitude(*values_, region, rows, cols);
    const auto factor = static_cast<double>(best->factor);
    return poolByMagnitude(
        best->cells, {region.first_row / factor, region.first_col / factor, region.n_rows / factor, region.n_cols / factor}, rows, cols);
}

}  // namespace salient
