// The ranges of the methods' options, apart from the arithmetic that obeys them: whoever reads a recipe needs these alone.

#include <cmath>
#include <string>

#include "core/error.h"
#include "core/quant/awq.h"
#include "core/quant/gptq.h"
#include "core/quant/smoothquant.h"

namespace salient {
namespace {

[[noreturn]] void refuse(const std::string& option, const std::string& expected, const std::string& found) {
    throw Error(ErrorCode::InvalidOption, option + ": expected " + expected + ", found " + found);
}

}  // namespace

void GridSpec::validate() const {
    if (bits < 2 || bits > 8) refuse("grid: bits", "2 … 8", std::to_string(bits));
    if (group_size != -1 && group_size < 1) refuse("grid: group size", "-1 (the whole row) or at least 1", std::to_string(group_size));
    if (rule == GridRule::Awq && is_symmetric) refuse("grid: rule", "asymmetric rounding with the AWQ rule", "symmetric");
    if (rule == GridRule::Int8 && !is_symmetric) refuse("grid: rule", "symmetric rounding with the int8 rule", "asymmetric");
    if (per_tensor && rule != GridRule::Int8)
        refuse("grid: per tensor", "the int8 rule", rule == GridRule::Awq ? "the AWQ rule" : "the GPTQ rule");
    if (scale_type != DType::F32 && scale_type != DType::F16 && scale_type != DType::BF16)
        refuse("grid: scale type", "F32, F16 or BF16", std::string(name(scale_type)));
}

void AwqOptions::validate() const {
    if (n_grid < 1) refuse("awq: ratios", "at least 1", std::to_string(n_grid));
    if (fixed_ratio > 1.0 || std::isnan(fixed_ratio))
        refuse("awq: fixed ratio", "0 … 1 (or negative: search)", std::to_string(fixed_ratio));
    if (!(fixed_clip < 0.0 || (fixed_clip >= kLeastClip && fixed_clip <= 1.0)))
        refuse("awq: fixed clip", "0.05 … 1 (or negative: search)", std::to_string(fixed_clip));
    if (n_clip_levels < 1 || n_clip_levels > 20) refuse("awq: clip levels", "1 … 20", std::to_string(n_clip_levels));
}

void SmoothQuantOptions::validate() const {
    if (!(alpha >= 0.0 && alpha <= 1.0)) refuse("smoothquant: alpha", "0 … 1", std::to_string(alpha));
}

void GptqOptions::validate() const {
    if (!(damping >= 0.0 && damping <= 1.0)) refuse("quantizeGptq: damping", "a fraction 0 … 1", std::to_string(damping));
    if (max_damping_tries < 1) refuse("quantizeGptq: damping tries", "at least 1", std::to_string(max_damping_tries));
    if (block_size < 1) refuse("quantizeGptq: block size", "at least 1", std::to_string(block_size));
    for (const Index column : keep_columns) {
        if (column < 0) refuse("quantizeGptq: kept column", "an index of at least 0", std::to_string(column));
    }
}

}  // namespace salient
