#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/model/packed/stored_layer.h"
#include "core/model/tensor_plan.h"

namespace salient {

/// What the files of a quantized model hold, and how to read it.
struct PackedModel {
    StoredScheme scheme;
    Checkpoint stored;                          ///< every tensor as it lies in the files
    std::map<std::string, LayerScheme> layers;  ///< of the packed matrices, by module name
    std::vector<std::string> floats;            ///< linear layers of the blocks that are stored in floating point

    /// "gptq v1, 4 bits, groups of 128, symmetric; 2 layers in floating point". Layers of other settings follow, most frequent first.
    [[nodiscard]] std::string description() const;
    /// Bytes of all tensors of a packed matrix: codes, scales, zero points, groups.
    [[nodiscard]] std::int64_t sizeBytes(const std::string& layer) const;
};

/// Finds the packed ones among the matrices of a plan (linear layers, and the head where it is packed, too). transposed: the family
/// stores linear weights as [in, out], which packed ones never are. Headers and g_idx are checked, codes are not read. Throws
/// Error{Format} naming tensor, expected and found; Error{Unsupported} for a bias where the model has none, and for scales of an
/// activation of which it cannot be told what they divide.
[[nodiscard]] std::shared_ptr<const PackedModel> findPacked(const Checkpoint& stored, StoredScheme scheme,
                                                            const std::vector<PlannedTensor>& plan, bool transposed);

/// The checkpoint in which each packed matrix is one tensor X.weight of the plan's shape, F32, whose elements are dequantized when they
/// are read (TensorView::form); the tensors that it was packed in are left out, and those with which loaders scale activations, keys and
/// values. All others stay.
[[nodiscard]] Checkpoint unpackedCheckpoint(const std::shared_ptr<const PackedModel>& packed, const std::vector<PlannedTensor>& plan,
                                            bool transposed);

}  // namespace salient
