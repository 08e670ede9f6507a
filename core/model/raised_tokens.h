#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "core/model/model.h"

namespace salient {

/// What int8 layers rounded otherwise than plainly, by layer, in every pass over the blocks that it was given: tokens whose scale was held
/// at the least one (Int8Weight::n_raised_tokens), and inputs beyond a scale that calibration fixed (Int8Weight::n_saturated_inputs).
class RaisedTokens {
public:
    /// Makes the block's layers count here. One call at a time; the block may compute on any thread, and outlive this.
    void count(BlockWeights& weights, const Model& model, int block);
    /// Layers that had such tokens.
    [[nodiscard]] std::map<std::string, std::int64_t> layers() const;
    /// Layers that had such inputs.
    [[nodiscard]] std::map<std::string, std::int64_t> saturatedInputs() const;

private:
    using Counters = std::map<std::string, std::shared_ptr<std::atomic<std::int64_t>>>;
    static const std::shared_ptr<std::atomic<std::int64_t>>& counterOf(Counters& counters, const std::string& layer);
    [[nodiscard]] static std::map<std::string, std::int64_t> positive(const Counters& counters);

    Counters counts_;
    Counters saturated_inputs_;
};

}  // namespace salient
