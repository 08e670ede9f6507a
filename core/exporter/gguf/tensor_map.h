#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/exporter/gguf/weights.h"
#include "core/io/gguf_writer.h"
#include "core/model/model.h"

namespace salient {

/// Element types that are written, and their numbers in ggml.
enum class GgufElement { F32, F16, BF16, Q4_0, Q4_1, Q8_0, Q4_K, Q6_K };
[[nodiscard]] std::uint32_t ggufTypeId(GgufElement element) noexcept;
[[nodiscard]] std::string_view name(GgufElement element) noexcept;  ///< "F32", "Q4_0"

/// A tensor of the model and what it becomes in a GGUF file.
struct GgufTensor {
    std::string source;       ///< the family's tensor, as the model holds it
    GgufTensorLayout layout;  ///< of it alone, also where it is a slice
    int slice = -1;           ///< ≥ 0: of the tensor of that name, which holds this one of all experts, or of all heads
    GgufElement element = GgufElement::F32;
    int block = -1;                          ///< −1: outside the blocks
    bool is_quantized = false;               ///< the weight of a layer that the method quantizes
    GgufWeights weights = GgufWeights::F16;  ///< how that layer is stored, which its bits, place and width may decide
    bool is_transposed = false;              ///< the family stores it [in, out]
    std::vector<Index> rows;                 ///< for each row of the file the row of the family; empty: the same
    float added = 0.0F;                      ///< to every element, for gains that the family stores lessened
    std::string record_name;                 ///< of a layer, as it is called when the file is opened again

    /// What a writer's records call it: its name, a slice with its number.
    [[nodiscard]] std::string storedName() const;
};

/// Every tensor that the forward pass reads. Norms, biases, positions and routers are F32; layers that the method quantizes what `weights`
/// says for the method of each; everything else F16, or BF16 with GgufWeights::BF16.
[[nodiscard]] std::vector<GgufTensor> ggufTensorMap(const Model& model, const MethodSpec& method, GgufWeights weights);

/// The file's tensors: those of the map, slices joined where the first of them stands. Throws Error{InvalidOption} naming a slice whose
/// type is not that of the others (ggufExpertObstacles() says so before the work).
[[nodiscard]] std::vector<GgufTensorLayout> ggufFileLayout(const std::vector<GgufTensor>& map);

/// Why experts cannot share their tensors: one sentence for each kind of layer whose experts would get different types, by an override or
/// because some are kept. The model is one that ggufModelObstacles() has nothing against. Empty: they can.
[[nodiscard]] std::vector<std::string> ggufExpertObstacles(const Model& model, const MethodSpec& method, GgufWeights weights);

/// The family's values, [rows, …] ([out, in] for a linear layer), as the file has them.
[[nodiscard]] std::vector<float> inFileOrder(const GgufTensor& tensor, std::span<const float> values);

}  // namespace salient
