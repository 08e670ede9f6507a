#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "core/model/model.h"

namespace salient {

/// Tokens whose int8 scale was held at the least one (Int8Weight::n_raised_tokens), by layer, in every pass over the blocks that it was
/// given.
class RaisedTokens {
public:
    /// Makes the block's layers count here. One call at a time; the block may compute on any thread, and outlive this.
    void count(BlockWeights& weights, const Model& model, int block);
    /// Layers that had any.
    [[nodiscard]] std::map<std::string, std::int64_t> layers() const;

private:
    std::map<std::string, std::shared_ptr<std::atomic<std::int64_t>>> counts_;
};

}  // namespace salient
