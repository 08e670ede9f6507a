#include "core/kernels/triangular.h"

namespace salient {

void solveUpperTilePlain(MatrixView factor, MatrixSpan tile) {
    for (Index row = 0; row < tile.cols(); ++row) {
        for (Index j = 0; j < tile.rows(); ++j) {
            auto sum = static_cast<double>(tile(j, row));
            for (Index i = 0; i < j; ++i) sum -= static_cast<double>(tile(i, row)) * static_cast<double>(factor(i, j));
            tile(j, row) = static_cast<float>(sum / static_cast<double>(factor(j, j)));
        }
    }
}

}  // namespace salient
