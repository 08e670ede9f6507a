#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "core/tokenizer/vocabulary.h"

namespace salient {

/// The tokens of words seen before in one text, which repeat themselves: most words of a text need no model. Bounded.
class WordCache {
public:
    static constexpr std::size_t kMaxBytes = 64;  ///< longer words hardly ever come twice

    /// Appends a word's tokens to `ids`: those kept, or those that `compute` appends.
    template <typename Compute>
    void append(std::string_view word, std::vector<TokenId>& ids, Compute&& compute) {
        if (word.size() > kMaxBytes) return compute();
        if (const auto found = words_.find(word); found != words_.end()) {
            ids.insert(ids.end(), found->second.begin(), found->second.end());
            return;
        }
        const std::size_t before = ids.size();
        compute();
        if (words_.size() < kMaxWords) {
            words_.emplace(word, std::vector<TokenId>(ids.begin() + static_cast<std::ptrdiff_t>(before), ids.end()));
        }
    }

private:
    static constexpr std::size_t kMaxWords = 1 << 16;
    StringMap<std::vector<TokenId>> words_;
};

}  // namespace salient
