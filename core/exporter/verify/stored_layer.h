#pragma once

#include <string>
#include <vector>

#include "core/exporter/verify/stored_scheme.h"

namespace salient {

/// A quantized layer as it lies in a checkpoint, unpacked: what loaders compute with. Signed codes and zero points are given with
/// 2^(bits − 1) added, so that every format has codes 0 … 2^bits − 1.
struct StoredLayer {
    int bits = 4;
    CodeMatrix codes;                 ///< [out, in]
    Matrix scale;                     ///< [out, n_groups]
    Matrix zero;                      ///< [out, n_groups]
    std::vector<std::int32_t> group;  ///< [in]
    bool has_stored_zeros = false;    ///< zero points come from the file
    bool has_stored_groups = false;   ///< so do groups (g_idx)
    Index n_wrapped_zeros = 0;        ///< zeros of GPTQ v1 stored as 2^bits − 1, of which loaders make 0 or 2^bits
    ActivationScale activations = ActivationScale::None;
    float input_scale = 0.0F;  ///< PerTensor only

    /// scale · (code − zero), [out, in].
    [[nodiscard]] Matrix weight() const;
};

/// Whether the checkpoint holds that layer in the scheme's packed form.
[[nodiscard]] bool isStoredQuantized(const Checkpoint& checkpoint, const StoredScheme& scheme, const std::string& layer);

/// Names of the tensors that this form has for a layer, without its bias.
[[nodiscard]] std::vector<std::string> storedTensorNames(const StoredScheme& scheme, const LayerScheme& layer, const std::string& name);

/// Reads and unpacks. Throws Error{Format} naming tensor, expected and found: a missing tensor, another shape or type, a group outside
/// the table. Shapes are checked before anything is allocated.
[[nodiscard]] StoredLayer readStoredLayer(const Checkpoint& checkpoint, const StoredScheme& scheme, const LinearInfo& linear);

// One reader per format, used by readStoredLayer().
[[nodiscard]] StoredLayer readGptq(const Checkpoint& checkpoint, const LinearInfo& linear, const LayerScheme& scheme, bool is_v2);
[[nodiscard]] StoredLayer readAwq(const Checkpoint& checkpoint, const LinearInfo& linear, const LayerScheme& scheme);
[[nodiscard]] StoredLayer readPackQuantized(const Checkpoint& checkpoint, const LinearInfo& linear, const LayerScheme& scheme);
[[nodiscard]] StoredLayer readIntQuantized(const Checkpoint& checkpoint, const LinearInfo& linear, const LayerScheme& scheme);

}  // namespace salient
