#include "core/tokenizer/pair_table.h"

#include <random>

namespace salient {

std::uint64_t PairTable::secretOfThisProcess() {
    static const std::uint64_t kSecret = [] {
        std::random_device random;
        return (static_cast<std::uint64_t>(random()) << 32U | random()) | 1U;
    }();
    return kSecret;
}

}  // namespace salient
