#include "core/exporter/layer_form.h"

#include <cmath>

#include "core/exporter/pack_awq.h"
#include "core/exporter/pack_compressed.h"
#include "core/exporter/pack_gptq.h"
#include "core/kernels/convert.h"

namespace salient {

LayerForm formOf(ExportFormat format, const MethodSpec& method) noexcept {
    switch (format) {
        case ExportFormat::Gptq:
            return LayerForm::Gptq;
        case ExportFormat::Awq:
            return LayerForm::Awq;
        case ExportFormat::CompressedTensors:
            return method.activations == ActivationScale::None ? LayerForm::PackQuantized : LayerForm::IntQuantized;
        case ExportFormat::Dequantized:
        case ExportFormat::Gguf:
            break;
    }
    return LayerForm::Float;
}

bool storesGroupIndex(const MethodSpec& method) noexcept {
    const bool is_ordered = method.gptq.act_order || !method.gptq.column_order.empty();
    return method.rounding == Rounding::Gptq && is_ordered && !method.gptq.static_groups && method.grid.group_size > 0;
}

std::vector<TensorLayout> layerLayout(LayerForm form, const LinearInfo& linear, const MethodSpec& method, DType scale_type) {
    const Index out_features = linear.out_features;
    const Index in_features = linear.in_features;
    switch (form) {
        case LayerForm::Gptq:
            return gptqLayout(linear.name, out_features, in_features, method.grid, scale_type);
        case LayerForm::Awq:
            return awqLayout(linear.name, out_features, in_features, method.grid, scale_type);
        case LayerForm::PackQuantized:
            return packQuantizedLayout(linear.name, out_features, in_features, method.grid, scale_type, storesGroupIndex(method));
        case LayerForm::IntQuantized:
            return intQuantizedLayout(linear.name, out_features, in_features, scale_type, method.activations);
        case LayerForm::Float:
        case LayerForm::GgufBlocks:
            break;
    }
    return {};
}

std::vector<PackedTensor> packLayer(LayerForm form, const QuantizedLinear& linear, const MethodSpec& method, DType scale_type) {
    switch (form) {
        case LayerForm::Gptq:
            return packGptq(linear.name, linear.tensor, scale_type, gptqVersionFor(method.grid));
        case LayerForm::Awq:
            return packAwq(linear.name, linear.tensor, scale_type);
        case LayerForm::PackQuantized:
            return packQuantized(linear.name, linear.tensor, scale_type, storesGroupIndex(method));
        case LayerForm::IntQuantized:
            return intQuantized(linear.name, linear.tensor, scale_type, method.activations, linear.input_scale);
        case LayerForm::Float:
        case LayerForm::GgufBlocks:
            break;
    }
    return {};
}

namespace {

[[noreturn]] void refuse(ErrorCode code, const std::string& subject, const std::string& reason) {
    throw Error(code, "export: " + subject + ": " + reason);
}

std::string place(const std::string& name, Index row, Index group) {
    return name + " row " + std::to_string(row) + " group " + std::to_string(group);
}

void checkGrid(const std::string& name, const QuantizedTensor& tensor, DType scale_type) {
    const auto max_code = static_cast<float>((1 << tensor.spec.bits) - 1);
    const auto middle = static_cast<float>(1 << (tensor.spec.bits - 1));
    for (Index n = 0; n < tensor.scale.rows(); ++n) {
        for (Index g = 0; g < tensor.scale.cols(); ++g) {
            const float scale = tensor.scale(n, g);
            const float zero = tensor.zero(n, g);
            if (!std::isfinite(scale) || scale <= 0.0F)
                refuse(ErrorCode::NonFinite, place(name, n, g), "scale: expected a positive number, found " + std::to_string(scale));
            // Codes were chosen for this scale; another one would shift every weight of the group.
            if (roundToStored(scale, scale_type) != scale) {
                refuse(ErrorCode::InvalidOption, place(name, n, g),
                       "scale: expected a value of type " + std::string(salient::name(scale_type)) +
                           " (set the grid's scale type before quantizing), found " + std::to_string(scale));
            }
            if (zero != std::nearbyint(zero) || zero < 0.0F || zero > max_code || (tensor.spec.is_symmetric && zero != middle)) {
                refuse(ErrorCode::InvalidOption, place(name, n, g),
                       "zero point: expected " + (tensor.spec.is_symmetric ? std::to_string(middle) : "a whole number on the grid") +
                           ", found " + std::to_string(zero));
            }
        }
    }
    if (static_cast<float>(tensor.codes.maxCoeff()) > max_code) {
        refuse(ErrorCode::InvalidOption, name,
               "codes: expected at most " + std::to_string(static_cast<int>(max_code)) + ", found " +
                   std::to_string(static_cast<int>(tensor.codes.maxCoeff())));
    }
}

void checkGroups(const std::string& name, const QuantizedTensor& tensor, bool is_ordered) {
    const Index group_size = tensor.spec.per_tensor ? tensor.codes.cols() : tensor.spec.groupSizeFor(tensor.codes.cols());
    std::vector<Index> members(static_cast<std::size_t>(tensor.scale.cols()), 0);
    for (Index k = 0; k < tensor.codes.cols(); ++k) {
        const Index group = tensor.group_index[static_cast<std::size_t>(k)];
        if (group < 0 || group >= tensor.scale.cols() || (!is_ordered && group != k / group_size)) {
            refuse(ErrorCode::InvalidOption, name,
                   "group of input " + std::to_string(k) + ": expected " +
                       (is_ordered ? "0 … " + std::to_string(tensor.scale.cols() - 1)
                                   : std::to_string(k / group_size) + " (consecutive inputs)") +
                       ", found " + std::to_string(group));
        }
        ++members[static_cast<std::size_t>(group)];
    }
    for (const Index count : members) {
        if (count != group_size)
            refuse(ErrorCode::InvalidOption, name,
                   "groups: expected " + std::to_string(group_size) + " inputs in each, found one with " + std::to_string(count));
    }
}

}  // namespace

void checkLayer(LayerForm form, const QuantizedLinear& linear, const LinearInfo& info, const MethodSpec& method, DType scale_type) {
    const QuantizedTensor& tensor = linear.tensor;
    const Index n_groups = method.grid.groupCount(info.in_features);
    const auto expect = [&](bool holds, const std::string& reason) {
        if (!holds) refuse(ErrorCode::ShapeMismatch, info.name, reason);
    };
    expect(tensor.codes.rows() == info.out_features && tensor.codes.cols() == info.in_features,
           "codes: expected [" + std::to_string(info.out_features) + ", " + std::to_string(info.in_features) + "], found [" +
               std::to_string(tensor.codes.rows()) + ", " + std::to_string(tensor.codes.cols()) + "]");
    expect(tensor.group_index.size() == static_cast<std::size_t>(info.in_features), "group index: expected one entry per input");
    expect(tensor.scale.rows() == info.out_features && tensor.zero.rows() == info.out_features &&
               tensor.scale.cols() == tensor.zero.cols() && (tensor.scale.cols() == n_groups || form == LayerForm::Float),
           "scales: expected " + std::to_string(n_groups) + " groups, found " + std::to_string(tensor.scale.cols()));
    if (form == LayerForm::Float) return;  // only the product of scale and code is stored
    expect(tensor.spec.bits == method.grid.bits && tensor.spec.is_symmetric == method.grid.is_symmetric,
           "grid: expected " + std::to_string(method.grid.bits) + " bits as planned, found " + std::to_string(tensor.spec.bits));
    checkGrid(info.name, tensor, scale_type);
    checkGroups(info.name, tensor, storesGroupIndex(method));
}

}  // namespace salient
