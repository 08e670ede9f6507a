#pragma once

#include <cstring>
#include <numeric>

#include "core/model/forward.h"

namespace salient {

[[nodiscard]] inline bool sameBits(std::span<const float> a, std::span<const float> b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size_bytes()) == 0);
}

[[nodiscard]] inline bool sameBits(const Matrix& a, const Matrix& b) {
    return a.rows() == b.rows() &&
           sameBits(std::span(a.data(), static_cast<std::size_t>(a.size())), std::span(b.data(), static_cast<std::size_t>(b.size())));
}

/// What a model makes of a few tokens.
[[nodiscard]] inline Matrix logitsOf(const Model& model) {
    std::vector<TokenId> ids(24);
    std::iota(ids.begin(), ids.end(), 3);
    HiddenStates hidden = embed(model, {ids, static_cast<Index>(ids.size())});
    JobContext job;
    for (int block = 0; block < model.config.n_blocks; ++block) forwardBlock(model, loadBlock(model, block), block, hidden, {}, {}, job);
    return logits(model, hidden.values, {});
}

}  // namespace salient
