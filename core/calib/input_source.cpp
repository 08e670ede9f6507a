#include "core/calib/input_source.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <span>
#include <string>

#include "core/calib/expert_statistics.h"
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

/// An importance matrix knows each expert's inputs; captured ones are of layers that all tokens reach.
void refuseExperts(const Model& model, const InputSource& source) {
    if (!model.config.family->hasExperts() || source.isDiagonal()) return;
    throw Error(ErrorCode::Unsupported, "inputs: " + source.description() +
                                            ": expected a family without experts, each of which would need inputs of its own, found " +
                                            model.config.family->model_type);
}

/// Statistics of one group from the first of its layers that the source has.
InputStatistics readGroup(const Model& model, int block, int group, const InputSource& source, bool with_hessian, JobContext& job) {
    std::string readers;
    for (const LinearInfo& linear : model.linearsOf(block)) {
        if (linear.group != group) continue;
        job.checkpoint({"reading inputs", 0, 0, linear.name});
        std::optional<InputStatistics> found = source.read(linear.name, linear.in_features, with_hessian, job);
        if (found) {
            found->passed_tokens = found->reached_tokens = found->channels.n_tokens;
            return std::move(*found);
        }
        readers += (readers.empty() ? "'" : ", '") + linear.name + "'";
    }
    throw Error(ErrorCode::InvalidOption,
                "inputs: " + source.description() + ": expected the inputs of one of " + readers + ", found none of them");
}

/// Of experts the source knows the tokens that were sent to them: how many passed their block, and what stands in for too few.
void finishExperts(const Model& model, std::vector<InputStatistics>& gathered, Index passed_tokens, bool with_hessians) {
    for (std::size_t group = 0; group < gathered.size(); ++group) {
        if (model.groups[group].expert < 0 || gathered[group].channels.max_abs.empty()) continue;
        gathered[group].passed_tokens = std::max(passed_tokens, gathered[group].reached_tokens);
    }
    standInForExperts(model, gathered, with_hessians);
    for (std::size_t group = 0; group < gathered.size(); ++group) {
        if (gathered[group].channels.max_abs.empty() || gathered[group].channels.n_tokens > 0) continue;
        throw Error(ErrorCode::InvalidOption,
                    "inputs: " + model.groups[group].title + ": expected tokens of at least one expert, found none");
    }
}

}  // namespace

std::shared_ptr<const InputSource> openInputSource(const std::filesystem::path& file, const Model& model, Compute compute) {
    if (isZip(file) || isSafetensors(file)) return openCapturedInputs(file, compute, &model);
    return openImatrixInputs(file, model);
}

std::vector<InputStatistics> gatherBlock(const Model& model, int block, const InputSource& source, bool with_hessians, JobContext& job,
                                         int only_group) {
    refuseExperts(model, source);
    const bool has_experts = model.config.hasExperts(block);
    const int mlp_input = groupPlaces(model.config).mlp_input;
    const auto stageOf = [&](int group) { return model.groups[static_cast<std::size_t>(group)].stage; };
    // An expert of which too little is known borrows from the others of its stage.
    const auto is_wanted = [&](int group) {
        return only_group < 0 || group == only_group || (has_experts && stageOf(group) == stageOf(only_group));
    };
    std::vector<InputStatistics> gathered(model.groups.size());
    bool has_gathered_experts = false;
    for (int group = 0; group < static_cast<int>(model.groups.size()); ++group) {
        if (!is_wanted(group) || !model.hasGroup(block, group)) continue;
        const bool with_hessian = with_hessians && (only_group < 0 || group == only_group || group == mlp_input);
        gathered[static_cast<std::size_t>(group)] = readGroup(model, block, group, source, with_hessian, job);
        has_gathered_experts = has_gathered_experts || model.groups[static_cast<std::size_t>(group)].expert >= 0;
    }
    if (!has_gathered_experts) return gathered;  // what feeds attention has nothing to do with them
    const Index passed_tokens = is_wanted(mlp_input) ? gathered[static_cast<std::size_t>(mlp_input)].passed_tokens
                                                     : readGroup(model, block, mlp_input, source, false, job).passed_tokens;
    finishExperts(model, gathered, passed_tokens, with_hessians);
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
