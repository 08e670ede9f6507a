#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "core/exporter/layer_form.h"
#include "core/kernels/convert.h"
#include "core/quant/quantize_block.h"

/// Quantized models that no pass over a text was needed for: what is packed is codes, whoever chose them.
namespace salient::samples {

/// Every layer that the method quantizes, as `make` gives it.
inline QuantizedModel quantizedBy(const std::shared_ptr<const Model>& model, const MethodSpec& method,
                                  const std::function<QuantizedTensor(const LinearInfo&)>& make) {
    constexpr float kInputScale = 0.03125F;  // of int8 activations with one scale for all
    QuantizedModel quantized;
    quantized.original = model;
    quantized.method = method;
    quantized.blocks.resize(static_cast<std::size_t>(model->config.n_blocks));
    for (std::size_t block = 0; block < quantized.blocks.size(); ++block) quantized.blocks[block].block = static_cast<int>(block);
    for (const LinearInfo* info : quantizedLayers(*model, method)) {
        QuantizedLinear& linear = quantized.blocks[static_cast<std::size_t>(info->block)].linears.emplace_back();
        linear.name = info->name;
        linear.tensor = make(*info);
        linear.activations = method.activations;
        if (method.activations == ActivationScale::PerTensor) linear.input_scale = kInputScale;
    }
    return quantized;
}

/// Each weight rounded to nearest.
inline QuantizedModel roundedToNearest(const std::shared_ptr<const Model>& model, const MethodSpec& method) {
    return quantizedBy(model, method, [&](const LinearInfo& info) { return quantizeNearest(loadLinear(*model, info), method.grid); });
}

/// Random codes, zero points and scales, among them the first and the last of each that the grid has. Inputs join groups in the given
/// order.
inline QuantizedTensor anyCodes(Index out_features, const GridSpec& spec, std::span<const Index> order, std::mt19937& random) {
    const auto in_features = static_cast<Index>(order.size());
    const Index n_groups = spec.groupCount(in_features);
    const Index group_size = spec.groupSizeFor(in_features);
    const unsigned n_codes = 1U << static_cast<unsigned>(spec.bits);
    const auto last = static_cast<std::uint8_t>(n_codes - 1U);
    const auto code = [&] { return static_cast<std::uint8_t>(random() % n_codes); };
    const auto scale = [&] {
        const float digits = 1.0F + static_cast<float>(random() % 4096U) / 4096.0F;  // more than 16 bits hold
        return roundToStored(std::ldexp(digits, -3 - static_cast<int>(random() % 10U)), spec.scale_type);
    };
    const auto fill = [](auto& elements, const auto& draw) {
        for (Index i = 0; i < elements.size(); ++i) elements.data()[i] = draw();
    };
    QuantizedTensor tensor;
    tensor.spec = spec;
    tensor.codes.resize(out_features, in_features);
    fill(tensor.codes, code);
    tensor.codes(0, 0) = 0;
    tensor.codes(0, 1) = last;
    tensor.scale.resize(out_features, n_groups);
    fill(tensor.scale, scale);
    tensor.zero = Matrix::Constant(out_features, n_groups, static_cast<float>(n_codes / 2U));
    if (!spec.is_symmetric) {
        fill(tensor.zero, [&] { return static_cast<float>(code()); });
        tensor.zero(0, 0) = 0.0F;
        tensor.zero(1, 0) = static_cast<float>(last);
    }
    tensor.group_index.resize(order.size());
    for (std::size_t position = 0; position < order.size(); ++position)
        tensor.group_index[static_cast<std::size_t>(order[position])] =
            static_cast<std::int32_t>(static_cast<Index>(position) / group_size);
    return tensor;
}

/// anyCodes() for every layer, whatever its weights; where the method's groups follow an order of inputs, in a random one, the same for all
/// layers that read one input.
inline QuantizedModel withAnyCodes(const std::shared_ptr<const Model>& model, const MethodSpec& method) {
    std::mt19937 random(23);
    std::map<std::pair<int, int>, std::vector<Index>> orders;  // (block, group) → processing position → input
    return quantizedBy(model, method, [&](const LinearInfo& info) {
        std::vector<Index>& order = orders[{info.block, info.group}];
        if (order.empty()) {
            order.resize(static_cast<std::size_t>(info.in_features));
            std::iota(order.begin(), order.end(), Index{0});
            if (storesGroupIndex(method)) std::shuffle(order.begin(), order.end(), random);
        }
        return anyCodes(info.out_features, method.grid, order, random);
    });
}

}  // namespace salient::samples
