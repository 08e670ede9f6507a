#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "core/calib/calibrate.h"

namespace salient {

// A calibration of a session as one file, "salient-calibration 3": the windows (token ids) and, for each group of layers that share an
// input, BLOCK.GROUP.min, .max, .max_abs F32, .sum_abs, .sum_squares F64, .max_abs_token I64 [in], .histogram I32 [in, bins] (the bits
// of unsigned counts), .hessian F32 [in, in] where it is kept, .clip_hessian likewise.

/// Hessians are kept in order until they exceed the budget; the rest are made again when they are needed, as those that a calibration
/// never kept are. Checkpoints per tensor. Throws Error{Io}.
void saveCalibration(const Calibration& calibration, const std::filesystem::path& file, std::int64_t hessian_budget_bytes, JobContext& job);

/// Reads it back, bit for bit. Every size is that of `model`, or Error{Format}.
[[nodiscard]] Calibration loadCalibration(const std::filesystem::path& file, const std::shared_ptr<const Model>& model, JobContext& job);

/// The statistics of one block (index: group) as a file of their own, "salient-block-statistics 2", for a calibration under way.
/// with_hessians: false leaves them out, to be made again when they are needed. Throws Error{Io}.
void saveBlockStatistics(std::span<const InputStatistics> inputs, const Model& model, int block, bool with_hessians,
                         const std::filesystem::path& file, JobContext& job);
/// Reads them back, bit for bit. n_tokens: of the samples. Throws Error{Format} when they are not those of that block of that model.
[[nodiscard]] std::vector<InputStatistics> loadBlockStatistics(const std::filesystem::path& file, const Model& model, int block,
                                                               Index n_tokens);

}  // namespace salient
