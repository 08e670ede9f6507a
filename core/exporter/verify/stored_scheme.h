#pragma once

#include <string>

#include "core/io/json_file.h"
#include "core/model/model.h"

namespace salient {

/// How linear layers are stored in a directory, in one form for all formats, as its config says.
struct StoredScheme {
    enum class Kind {
        Float,          ///< no quantization config: ordinary weights
        Gptq,           ///< qweight packed along the inputs, zeros stored as z − 1
        GptqV2,         ///< the same with zeros stored as z
        Awq,            ///< qweight packed along the outputs, interleaved ("gemm")
        PackQuantized,  ///< compressed-tensors, 16-bit activations
        IntQuantized,   ///< compressed-tensors, int8 activations
    };
    Kind kind = Kind::Float;
    Json config;  ///< the quantization config itself

    [[nodiscard]] bool isGptq() const noexcept { return kind == Kind::Gptq || kind == Kind::GptqV2; }
};

/// What the config says of one layer.
struct LayerScheme {
    bool is_declared_float = false;  ///< named among those that stay in floating point
    int bits = 4;
    Index group_size = -1;  ///< −1: the whole row
    bool is_symmetric = true;
    bool is_ordered = false;  ///< groups follow an activation order (desc_act; actorder "group")
    ActivationScale activations = ActivationScale::None;
};

/// From a directory's config.json; a quantization config missing there is looked for in quantize_config.json and quant_config.json, as
/// loaders do. Throws Error{Format} naming file and key, Error{Unsupported} for a method or layout that is not read here.
[[nodiscard]] StoredScheme readScheme(const std::filesystem::path& directory);

/// Per-layer rules applied: gptq's "dynamic", awq's "modules_to_not_convert", compressed-tensors' groups, targets and "ignore".
/// Throws Error{Format} for a value of the wrong kind or a pattern that is no regular expression.
[[nodiscard]] LayerScheme layerScheme(const StoredScheme& scheme, const std::string& layer);

}  // namespace salient
