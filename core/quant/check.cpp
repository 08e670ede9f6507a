#include "core/quant/check.h"

#include <cmath>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/kernels/convert.h"
#include "core/kernels/parallel.h"

namespace salient {

std::optional<MatrixPlace> nonFinitePlace(MatrixView values) {
    constexpr Index kRows = 64;
    std::vector<Index> bad_row(static_cast<std::size_t>((values.rows() + kRows - 1) / kRows), -1);
    const auto columnOf = [&](Index row) {
        return firstNonFinite(std::span(values.row(row).data(), static_cast<std::size_t>(values.cols())));
    };
    parallelFor(values.rows(), kRows, [&](Index first, Index last) {
        for (Index row = first; row < last; ++row) {
            if (columnOf(row) < 0) continue;
            bad_row[static_cast<std::size_t>(first / kRows)] = row;
            return;
        }
    });
    for (const Index row : bad_row) {
        if (row >= 0) return MatrixPlace{row, columnOf(row)};
    }
    return std::nullopt;
}

void requireFinite(MatrixView values, const char* operation, const char* subject) {
    const std::optional<MatrixPlace> bad = nonFinitePlace(values);
    if (!bad) return;
    throw Error(ErrorCode::NonFinite, std::string(operation) + ": " + subject + ": expected finite numbers, found " +
                                          std::to_string(values(bad->row, bad->column)) + " at row " + std::to_string(bad->row) +
                                          ", column " + std::to_string(bad->column));
}

void requireFiniteScale(const GridPoint& grid, const GridSpec& spec, const char* operation, Index row, Index group) {
    if (std::isfinite(grid.scale)) return;
    throw Error(ErrorCode::NonFinite, std::string(operation) + ": scale of row " + std::to_string(row) + ", group " +
                                          std::to_string(group) + ": expected a value that " + std::string(name(spec.scale_type)) +
                                          " can hold, found " + std::to_string(grid.scale));
}

void requireHessianShape(MatrixView hessian, Index in_features, const char* operation) {
    if (hessian.rows() == in_features && hessian.cols() == in_features) return;
    throw Error(ErrorCode::ShapeMismatch, std::string(operation) + ": Hessian: expected [" + std::to_string(in_features) + ", " +
                                              std::to_string(in_features) + "], found [" + std::to_string(hessian.rows()) + ", " +
                                              std::to_string(hessian.cols()) + "]");
}

}  // namespace salient
