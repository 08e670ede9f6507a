#include "core/eval/number_trouble.h"

#include <cmath>
#include <set>
#include <vector>

#include "core/kernels/convert.h"

namespace salient {

namespace {

std::optional<NumberTrouble> inWeights(const Model& model, int block) {
    for (const LinearInfo& linear : model.linearsOf(block)) {
        const TensorView& tensor = model.checkpoint->tensor(linear.name + ".weight");
        const Matrix weight = toMatrix(tensor);
        NumberTrouble trouble;
        for (Index row = 0; row < weight.rows(); ++row) {
            const Index first = firstNonFinite({weight.row(row).data(), static_cast<std::size_t>(weight.cols())});
            if (first < 0) continue;
            if (trouble.n_values == 0) {
                trouble.row = row;
                trouble.channel = first;
            }
            for (Index column = first; column < weight.cols(); ++column) trouble.n_values += std::isfinite(weight(row, column)) ? 0 : 1;
        }
        if (trouble.n_values == 0) continue;
        trouble.is_in_weights = true;
        trouble.subject = tensor.name;
        trouble.n_total = weight.size();
        return trouble;
    }
    return std::nullopt;
}

/// What the inputs of one group hold, chunk after chunk.
struct InputCount {
    NumberTrouble trouble;
    std::set<Index> windows;

    void add(const InputObservation& seen, Index seq_len) {
        trouble.n_total += seen.x.size();
        for (Index row = 0; row < seen.x.rows(); ++row) {
            const Index first = firstNonFinite({seen.x.row(row).data(), static_cast<std::size_t>(seen.x.cols())});
            if (first < 0) continue;
            const Index token = seen.tokenOf(row);
            windows.insert(token / seq_len);
            if (trouble.n_values == 0) {
                trouble.channel = first;
                trouble.token = token;
            }
            for (Index channel = first; channel < seen.x.cols(); ++channel) trouble.n_values += std::isfinite(seen.x(row, channel)) ? 0 : 1;
        }
    }
};

std::optional<NumberTrouble> inInputs(const Model& model, int block, HiddenStates& hidden, const ForwardOptions& options, JobContext& job) {
    std::vector<InputCount> counts(model.groups.size());
    const InputObserver count = [&](const InputObservation& seen) {
        counts[static_cast<std::size_t>(seen.group)].add(seen, hidden.seq_len);
    };
    forwardBlock(model, loadBlock(model, block), block, hidden, options, count, job);
    for (const LinearInfo& linear : model.linearsOf(block)) {  // in the order of computation
        InputCount& found = counts[static_cast<std::size_t>(linear.group)];
        if (found.trouble.n_values == 0) continue;
        found.trouble.subject = linear.name;
        found.trouble.n_windows = static_cast<Index>(found.windows.size());
        return found.trouble;
    }
    return std::nullopt;
}

}  // namespace

std::optional<NumberTrouble> findNumberTrouble(const Model& model, const TokenWindows& windows, const ForwardOptions& options,
                                               JobContext& job) {
    HiddenStates hidden = embed(model, windows);
    for (int block = 0; block < model.config.n_blocks; ++block) {
        if (auto trouble = inWeights(model, block)) return trouble;
        if (auto trouble = inInputs(model, block, hidden, options, job)) return trouble;
    }
    return std::nullopt;
}

}  // namespace salient
