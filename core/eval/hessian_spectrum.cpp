#include "core/eval/hessian_spectrum.h"

#include <Eigen/Eigenvalues>
#include <Eigen/Householder>
#include <algorithm>
#include <functional>
#include <limits>
#include <string>

#include "core/error.h"
#include "core/kernels/parallel.h"
#include "core/quant/check.h"

namespace salient {

namespace {

constexpr Index kColumnsPerTask = 64;
constexpr Index kColumnsPerReport = 16;

struct Tridiagonal {
    Eigen::VectorXd diagonal;
    Eigen::VectorXd below;
};

/// Reduces a symmetric matrix, column by column: A ← P·A·P with the reflection P = I − τ·v·vᵀ that clears what is below the subdiagonal.
/// Both triangles are kept, so that every product runs along columns. What is left in `a` is of no use.
Tridiagonal reduced(Eigen::MatrixXd& a, JobContext& job) {
    const Index n = a.rows();
    Tridiagonal result{Eigen::VectorXd(n), Eigen::VectorXd(std::max<Index>(n - 1, 0))};
    Eigen::VectorXd v;
    Eigen::VectorXd product;
    for (Index k = 0; k + 1 < n; ++k) {
        if (k % kColumnsPerReport == 0) job.checkpoint({"factorizing", k, n});
        const Index m = n - k - 1;
        const Eigen::VectorXd column = a.col(k).tail(m);
        Eigen::VectorXd essential(m - 1);
        double tau = 0.0;
        column.makeHouseholder(essential, tau, result.below[k]);
        result.diagonal[k] = a(k, k);
        if (tau == 0.0) continue;
        v.resize(m);
        v[0] = 1.0;
        v.tail(m - 1) = essential;
        product.resize(m);
        auto rest = a.bottomRightCorner(m, m);
        parallelFor(m, kColumnsPerTask, [&](Index first, Index last) {
            for (Index j = first; j < last; ++j) product[j] = tau * rest.col(j).dot(v);
        });
        product -= 0.5 * tau * product.dot(v) * v;
        parallelFor(m, kColumnsPerTask, [&](Index first, Index last) {
            for (Index j = first; j < last; ++j) rest.col(j) -= product[j] * v + v[j] * product;
        });
    }
    if (n > 0) result.diagonal[n - 1] = a(n - 1, n - 1);
    job.checkpoint({"factorizing", n, n});
    return result;
}

std::vector<double> eigenvaluesOf(Eigen::MatrixXd& a, JobContext& job) {
    if (a.rows() == 0) return {};
    const Tridiagonal form = reduced(a, job);
    Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver;
    solver.computeFromTridiagonal(form.diagonal, form.below, Eigen::EigenvaluesOnly);
    if (solver.info() != Eigen::Success) {
        throw Error(ErrorCode::NonFinite, "hessianSpectrum: Hessian: expected eigenvalues, found none after the allowed iterations");
    }
    const auto& found = solver.eigenvalues();
    std::vector<double> values(found.data(), found.data() + found.size());
    std::sort(values.begin(), values.end(), std::greater<>());
    return values;
}

/// The channels that are not dead alone, in double precision.
Eigen::MatrixXd livePart(MatrixView hessian, const std::vector<Index>& live) {
    const auto n = static_cast<Index>(live.size());
    Eigen::MatrixXd part(n, n);
    for (Index column = 0; column < n; ++column) {
        const auto row = hessian.row(live[static_cast<std::size_t>(column)]);  // symmetric: along memory
        for (Index i = 0; i < n; ++i) part(i, column) = static_cast<double>(row[live[static_cast<std::size_t>(i)]]);
    }
    return part;
}

}  // namespace

double HessianSpectrum::dampedCondition() const {
    if (eigenvalues.empty()) return 1.0;
    const double least = eigenvalues.back() + damping;
    return least > 0.0 ? (eigenvalues.front() + damping) / least : std::numeric_limits<double>::infinity();
}

HessianSpectrum hessianSpectrum(MatrixView hessian, double damping_fraction, JobContext& job) {
    const Index n = hessian.cols();
    requireHessianShape(hessian, n, "hessianSpectrum");
    requireFinite(hessian, "hessianSpectrum", "Hessian");
    if (n > kWidestSpectrum || !(damping_fraction >= 0.0)) {
        throw Error(ErrorCode::InvalidOption, "hessianSpectrum: expected at most " + std::to_string(kWidestSpectrum) +
                                                  " inputs and a damping of 0 or more, found " + std::to_string(n) + " inputs, damping " +
                                                  std::to_string(damping_fraction));
    }
    HessianSpectrum spectrum;
    std::vector<Index> live;
    double sum = 0.0;
    for (Index j = 0; j < n; ++j) {
        const auto diagonal = static_cast<double>(hessian(j, j));
        if (diagonal != 0.0) live.push_back(j);
        sum += diagonal != 0.0 ? diagonal : 1.0;
    }
    spectrum.n_dead = n - static_cast<Index>(live.size());
    spectrum.damping = n > 0 ? damping_fraction * sum / static_cast<double>(n) : 0.0;
    Eigen::MatrixXd part = livePart(hessian, live);
    spectrum.eigenvalues = eigenvaluesOf(part, job);
    if (spectrum.eigenvalues.empty()) return spectrum;
    const double dust =
        static_cast<double>(live.size()) * static_cast<double>(std::numeric_limits<float>::epsilon()) * spectrum.eigenvalues.front();
    spectrum.n_below_damping = std::ranges::count_if(spectrum.eigenvalues, [&](double value) { return value < spectrum.damping; });
    spectrum.n_singular = std::ranges::count_if(spectrum.eigenvalues, [&](double value) { return value <= dust; });
    return spectrum;
}

}  // namespace salient
