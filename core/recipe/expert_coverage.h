#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/quant/quantize_model.h"

namespace salient {

/// How many of the calibration's tokens were sent to one expert.
struct ExpertTokenCount {
    int block = 0;
    int expert = 0;
    Index reached_tokens = 0;
    Index passed_tokens = 0;  ///< that went through the block
    bool has_stand_in = false;
};
/// The part of all tokens that were sent to it.
[[nodiscard]] double tokenShare(const ExpertTokenCount& expert) noexcept;

/// Those of all experts of which a layer was quantized; none for a model without experts.
struct ExpertCoverage {
    std::vector<ExpertTokenCount> experts;   ///< by block, then number
    std::optional<ExpertTokenCount> fewest;  ///< the first with the fewest tokens
    Index median_tokens = 0;
    std::int64_t n_stand_ins = 0;  ///< too few tokens for statistics of their own
};
[[nodiscard]] ExpertCoverage expertCoverage(const Model& model, std::span<const LayerReport> layers);

/// "256 experts; of 8192 calibration tokens an expert saw 1024 (median), …", on one line; empty without experts.
[[nodiscard]] std::string inWords(const ExpertCoverage& coverage);

}  // namespace salient
