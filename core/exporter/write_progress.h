#pragma once

#include <set>
#include <string>

#include "core/exporter/salient_record.h"

namespace salient {

/// How far a writer of a checkpoint is: what a later one needs to go on in the same directory.
struct WriteProgress {
    std::set<std::string> written;  ///< tensors
    std::set<int> blocks;
    SalientRecord record;

    /// Throws Error{InvalidOption} for a block that the model does not have or that was added before.
    void beginBlock(int block, int n_blocks);
    /// Throws Error{InvalidOption} when one was not added.
    void requireAllBlocks(int n_blocks) const;
    /// Throws Error{InvalidOption} for a tensor that was written before.
    void tensorDone(const std::string& name);
};

[[nodiscard]] Json toJson(const WriteProgress& progress);
/// A stranger's document. origin: what it came from, for messages. Throws Error{Format}.
[[nodiscard]] WriteProgress writeProgressFromJson(const Json& document, const std::string& origin);

}  // namespace salient
