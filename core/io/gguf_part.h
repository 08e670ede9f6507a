#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace salient {

/// One of the equal slices, along its first extent, that a tensor of a GGUF file is written in: an expert's. Records of what was written
/// call it "blk.0.ffn_up_exps.weight[3]".
struct GgufPart {
    std::string tensor;
    std::int64_t number = -1;  ///< −1: the whole tensor
    bool operator==(const GgufPart&) const = default;
};

[[nodiscard]] std::string ggufPartName(std::string_view tensor, std::int64_t number);
/// What such a name stands for; a name that ends otherwise is that of a whole tensor.
[[nodiscard]] GgufPart ggufPartOf(std::string_view name);

}  // namespace salient
