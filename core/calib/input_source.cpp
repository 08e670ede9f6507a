#include "core/calib/input_source.h"

#include <chrono>
#include <iterator>
#include <span>
#include <string>

#include "core/error.h"
#include "core/io/file_descriptor.h"
#include "core/io/npz.h"

namespace salient {

namespace {

/// Eight bytes of its header's length, and the brace that the header begins with. An old importance matrix has a letter of a name there.
bool isSafetensors(const std::filesystem::path& path) {
    FileDescriptor file = FileDescriptor::openForReading(path);
    std::string start(9, '\0');
    return file.read(std::as_writable_bytes(std::span(start))) == start.size() && start.back() == '{';
}

void refuseExperts(const Model& model, const InputSource& source) {
    if (!model.config.family->hasExperts()) return;
    throw Error(ErrorCode::Unsupported, "inputs: " + source.description() +
                                            ": expected a family without experts, each of which would need inputs of its own, found " +
                                            model.config.family->model_type);
}

}  // namespace

std::shared_ptr<const InputSource> openInputSource(const std::filesystem::path& file, const Model& model, Compute compute) {
    if (isZip(file) || isSafetensors(file)) return openCapturedInputs(file, compute);
    return openImatrixInputs(file, model);
}

std::vector<InputStatistics> gatherBlock(const Model& model, int block, const InputSource& source, bool with_hessians, JobContext& job,
                                         int only_group) {
    refuseExperts(model, source);
    std::vector<InputStatistics> gathered(model.groups.size());
    for (int group = 0; group < static_cast<int>(model.groups.size()); ++group) {
        if ((only_group >= 0 && group != only_group) || !model.hasGroup(block, group)) continue;
        std::optional<InputStatistics> found;
        std::string readers;
        for (const LinearInfo& linear : model.linearsOf(block)) {
            if (linear.group != group || found) continue;
            job.checkpoint({"reading inputs", 0, 0, linear.name});
            found = source.read(linear.name, linear.in_features, with_hessians, job);
            readers += (readers.empty() ? "'" : ", '") + linear.name + "'";
        }
        if (!found) {
            throw Error(ErrorCode::InvalidOption,
                        "inputs: " + source.description() + ": expected the inputs of one of " + readers + ", found none of them");
        }
        found->passed_tokens = found->reached_tokens = found->channels.n_tokens;
        gathered[static_cast<std::size_t>(group)] = std::move(*found);
    }
    return gathered;
}

Calibration calibrateFrom(std::shared_ptr<const Model> model, std::shared_ptr<const InputSource> source, const CalibrationOptions& options,
                          JobContext& job) {
    const auto start = std::chrono::steady_clock::now();
    Calibration calibration;
    calibration.model = std::move(model);
    calibration.compute = options.forward.compute;
    calibration.source = std::move(source);
    std::int64_t kept_bytes = 0;
    for (int block = 0; block < calibration.model->config.n_blocks; ++block) {
        const std::int64_t block_bytes = hessianBytesOfBlock(*calibration.model, block);
        const bool with_hessians = options.gather_hessians && kept_bytes + block_bytes <= options.hessian_budget_bytes;
        if (with_hessians) kept_bytes += block_bytes;
        std::vector<InputStatistics> gathered = gatherBlock(*calibration.model, block, *calibration.source, with_hessians, job);
        std::move(gathered.begin(), gathered.end(), std::back_inserter(calibration.inputs));
    }
    calibration.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return calibration;
}

}  // namespace salient
