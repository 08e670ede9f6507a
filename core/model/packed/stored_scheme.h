#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "core/io/json_file.h"
#include "core/kernels/int8.h"

namespace salient {

/// How linear layers are stored in a directory, in one form for all formats, as its config says.
struct StoredScheme {
    enum class Kind {
        Float,          ///< no quantization config: ordinary weights
        Gptq,           ///< qweight packed along the inputs, zeros stored as z − 1
        GptqV2,         ///< the same with zeros stored as z
        Awq,            ///< qweight packed along the outputs, interleaved ("gemm")
        PackQuantized,  ///< compressed-tensors, several codes in a 32-bit word
        IntQuantized,   ///< compressed-tensors, one byte for each code (int-quantized, naive-quantized)
    };
    Kind kind = Kind::Float;
    Json config;            ///< the quantization config itself
    std::string file_name;  ///< of the file it stands in: "config.json", "quantize_config.json", "quant_config.json"

    [[nodiscard]] bool isGptq() const noexcept { return kind == Kind::Gptq || kind == Kind::GptqV2; }
    [[nodiscard]] bool isCompressed() const noexcept { return kind == Kind::PackQuantized || kind == Kind::IntQuantized; }
    /// Whether loaders round keys and values, which is not computed here ("kv_cache_scheme").
    [[nodiscard]] bool roundsKeysAndValues() const;
    /// "gptq v1", "gptq v2", "awq gemm", "compressed-tensors pack-quantized"; empty for Kind::Float.
    [[nodiscard]] std::string title() const;
};

/// One of the forms that are read.
struct ReadableForm {
    std::string_view method;  ///< "quant_method": "gptq"
    std::string_view format;  ///< what tells the forms of a method apart, "gptq_v2"
    std::string_view title;   ///< "v2"
    StoredScheme::Kind kind = StoredScheme::Kind::Float;
};
/// All of them, those of one method one after the other.
[[nodiscard]] std::span<const ReadableForm> readableForms();

/// What the config says of one layer.
struct LayerScheme {
    bool is_declared_float = false;  ///< named among those that stay in floating point
    int bits = 4;                    ///< 0: nothing says how the layer is packed
    Index group_size = -1;           ///< −1: the whole row
    bool is_symmetric = true;
    bool is_ordered = false;  ///< groups follow an activation order (desc_act; actorder "group")
    ActivationScale activations = ActivationScale::None;
    /// Loaders round inputs in a way that is not computed here (4 bits, asymmetric, groups), or outputs.
    bool has_other_activations = false;
    bool operator==(const LayerScheme&) const = default;
};

/// From a directory's config.json ("quantization_config", of old "compression_config", there or in its "text_config"); where it is
/// missing, it is looked for in quantize_config.json and quant_config.json, as loaders do. Throws Error{Format} naming file and key,
/// Error{Unsupported} naming the method or layout that is not read here, and those that are.
[[nodiscard]] StoredScheme readScheme(const std::filesystem::path& directory);

/// Per-layer rules applied: gptq's "dynamic", awq's "modules_to_not_convert", compressed-tensors' groups, targets and "ignore".
/// Throws Error{Format} for a value of the wrong kind or a pattern that is no regular expression.
[[nodiscard]] LayerScheme layerScheme(const StoredScheme& scheme, const std::string& layer);

}  // namespace salient
