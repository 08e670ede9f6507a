#include "core/kernels/gram.h"
#include "core/kernels/layout.h"

namespace salient {

void accumulateGramPlain(MatrixView x, float factor, MatrixSpan hessian, Compute compute) {
    const Matrix channels = packRowsPlain(x, true, compute);  // [in, tokens]
    for (Index i = 0; i < channels.rows(); ++i) {
        for (Index j = 0; j <= i; ++j) {
            double sum = 0.0;
            for (Index t = 0; t < channels.cols(); ++t) sum += static_cast<double>(channels(i, t)) * static_cast<double>(channels(j, t));
            hessian(i, j) = static_cast<float>(static_cast<double>(hessian(i, j)) + static_cast<double>(factor) * sum);
        }
    }
}

}  // namespace salient
