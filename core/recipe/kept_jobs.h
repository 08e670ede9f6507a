#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/calib/calibrate.h"
#include "core/quant/quantize_model.h"

namespace salient {

// Long jobs whose results stay in memory, of a session or of a recipe of several runs, with their finished blocks kept in a folder
// (kept_blocks.h): what an earlier start of the same job left there is read instead of made, and the result has the same bits. The folder
// stays when the job is done: whoever saves the result removes it then.

struct KeptCalibration {
    Calibration calibration;
    int n_blocks_resumed = 0;
    std::string failure;  ///< why blocks could not be kept or read; empty: nothing
};
/// Hessians are kept in order until they exceed hessian_budget_bytes; the rest are made again when they are needed.
[[nodiscard]] KeptCalibration calibrateKept(std::shared_ptr<const Model> model, Samples samples, CalibrationOptions options,
                                            const std::string& title, const std::filesystem::path& folder,
                                            std::int64_t hessian_budget_bytes, JobContext& job);

struct KeptQuantization {
    QuantizedModel model;
    int n_blocks_resumed = 0;
    std::string failure;
};
/// compute: of a method that walks the model by itself; the others take the calibration's statistics. A calibration without any (inputs is
/// empty) is one of samples alone: then every method walks by itself.
[[nodiscard]] KeptQuantization quantizeKept(const Calibration& calibration, const MethodSpec& method, Compute compute,
                                            const std::string& title, const std::filesystem::path& folder, JobContext& job);

/// One of several methods on the same statistics, and where its blocks are kept.
struct KeptMethod {
    MethodSpec method;
    std::string title;
    std::filesystem::path folder;
};
/// Several methods in one walk, as quantizeModels() does it, from the first block that one of them does not have; index: method. One that
/// is all there takes no part in it; of one that is ahead, the blocks that are there count.
[[nodiscard]] std::vector<KeptQuantization> quantizeAllKept(const Calibration& calibration, std::span<const KeptMethod> methods,
                                                            JobContext& job);

}  // namespace salient
