#pragma once

#include <string>
#include <vector>

#include "core/io/checkpoint.h"
#include "core/model/packed/stored_scheme.h"

namespace salient {

/// A quantized matrix of a checkpoint: its module's name and its extents.
struct StoredShape {
    std::string name;
    Index out_features = 0;
    Index in_features = 0;
};

/// Rows (outputs) [first, first + count) of a matrix.
struct RowRange {
    Index first = 0;
    Index count = 0;
};

/// A quantized layer as it lies in a checkpoint, unpacked: what loaders compute with. Signed codes and zero points are given with
/// 2^(bits − 1) added, so that every format has codes 0 … 2^bits − 1. `out` below: as many as rows were asked for.
struct StoredLayer {
    int bits = 4;
    CodeMatrix codes;                 ///< [out, in]
    Matrix scale;                     ///< [out, n_groups]
    Matrix zero;                      ///< [out, n_groups]
    std::vector<std::int32_t> group;  ///< [in]
    bool has_stored_zeros = false;    ///< zero points come from the file
    bool has_stored_groups = false;   ///< so do groups (g_idx)
    Index n_wrapped_zeros = 0;        ///< zeros of GPTQ v1 stored as 2^bits − 1, of which loaders make 0 or 2^bits
    DType scale_type = DType::F32;    ///< in which the file holds scales
    ActivationScale activations = ActivationScale::None;
    float input_scale = 0.0F;          ///< PerTensor only
    std::vector<float> input_divisor;  ///< what the activation in front is divided by (activation_scales.h), [in]; empty: nothing

    /// scale · (code − zero), [out, in], columns divided by input_divisor; exact in float32 for scales of 16 bits where there is none.
    [[nodiscard]] Matrix weight() const;
};

/// Whether the checkpoint holds that layer in the scheme's packed form.
[[nodiscard]] bool isStoredQuantized(const Checkpoint& checkpoint, const StoredScheme& scheme, const std::string& layer);

/// Names of the tensors that a layer has in this form, without its bias: those it must have and those it may have.
[[nodiscard]] std::vector<std::string> storedTensorNames(const StoredScheme& scheme, const LayerScheme& layer, const std::string& name);

/// Tensors beside the layers of attention with which loaders may round keys and values (kv_cache_scheme).
[[nodiscard]] std::vector<std::string> keyValueScaleNames(const std::string& layer);

/// Reads and unpacks some rows. Throws Error{Format} naming tensor, expected and found: a missing tensor, another shape or type, a group
/// outside the table. Shapes and groups are checked before anything is allocated, for no rows at all, too.
[[nodiscard]] StoredLayer readStoredLayer(const Checkpoint& checkpoint, const StoredScheme& scheme, const StoredShape& shape,
                                          RowRange rows);
/// All rows.
[[nodiscard]] StoredLayer readStoredLayer(const Checkpoint& checkpoint, const StoredScheme& scheme, const StoredShape& shape);

// One reader per format, used by readStoredLayer().
[[nodiscard]] StoredLayer readGptq(const Checkpoint& checkpoint, const StoredShape& shape, const LayerScheme& scheme, bool is_v2,
                                   RowRange rows);
[[nodiscard]] StoredLayer readAwq(const Checkpoint& checkpoint, const StoredShape& shape, const LayerScheme& scheme, RowRange rows);
[[nodiscard]] StoredLayer readPackQuantized(const Checkpoint& checkpoint, const StoredShape& shape, const LayerScheme& scheme,
                                            RowRange rows);
[[nodiscard]] StoredLayer readIntQuantized(const Checkpoint& checkpoint, const StoredShape& shape, const LayerScheme& scheme,
                                           RowRange rows);

/// Groups of inputs that follow one another.
[[nodiscard]] std::vector<std::int32_t> consecutiveGroups(Index n_in, Index group_size);

}  // namespace salient
