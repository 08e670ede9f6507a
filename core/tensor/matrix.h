#pragma once

#include <Eigen/Core>
#include <cstdint>

namespace salient {

using Index = Eigen::Index;

/// Row-major float matrix. Shapes have one order everywhere: weight [out_features, in_features],
/// activation [tokens, in_features], Hessian [in_features, in_features], scales [out_features, n_groups].
using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
/// Read-only view of a Matrix or of a block of one; rows are contiguous, the distance between rows is free.
using MatrixView = Eigen::Ref<const Matrix>;
/// Writable view of a Matrix or of a block of one.
using MatrixSpan = Eigen::Ref<Matrix>;

/// Integer codes of a quantized weight, [out_features, in_features].
using CodeMatrix = Eigen::Matrix<std::uint8_t, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
/// Signed 8-bit operands of an integer product.
using Int8Matrix = Eigen::Matrix<std::int8_t, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
/// 32-bit accumulators of an integer product.
using Int32Matrix = Eigen::Matrix<std::int32_t, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

}  // namespace salient
