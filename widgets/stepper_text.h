#pragma once

#include <QString>
#include <vector>

#include "core/tensor/matrix.h"

namespace salient {

/// The numbers of one step of GPTQ for one output row.
struct StepNumbers {
    Index position = 0;              ///< q: columns done before this one
    Index channel = 0;               ///< the input channel that stands there
    Index row = 0;                   ///< output row r
    double weight = 0.0;             ///< w: W[r, q] with all updates so far
    double rounded = 0.0;            ///< ŵ
    std::vector<float> inverse_row;  ///< U[q, q:]
};

/// The update of the paper with these numbers filled in, as rich text of three lines:
/// δ = −(w − ŵ) / U_qq · U[q, q:] = −(0.5 − 0.25) / 2 · (2, −1, …) = (−0.25, 0.125, …).
/// Frantar et al., GPTQ, arXiv:2210.17323, eq. 3 in the Cholesky form of its Algorithm 1.
[[nodiscard]] QString stepEquation(const StepNumbers& numbers);

}  // namespace salient
