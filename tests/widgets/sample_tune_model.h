#pragma once

#include <memory>

#include "tests/widgets/sample_layers.h"
#include "widgets/tune_model.h"

namespace salient::testing {

/// Two layers [out, in] and [out / 2, in] on one input, 3 bits in groups of 16; to be completed().
inline TuneModel sampleTuneModel(Index out, Index in) {
    const Matrix x = sampleActivations(200, in);
    const auto statistics = sampleStatistics(x);
    TuneModel model;
    model.layer = "layer";
    model.weights = {std::make_shared<const Matrix>(sampleWeight(out, in, 3)),
                     std::make_shared<const Matrix>(sampleWeight(out / 2, in, 4))};
    model.hessian = std::make_shared<const Matrix>(sampleHessian(x));
    model.mean_abs = statistics->meanAbs();
    model.max_abs = statistics->max_abs;
    model.awq_grid.bits = 3;
    model.awq_grid.group_size = 16;
    return model;
}

}  // namespace salient::testing
