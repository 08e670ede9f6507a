#include "core/model/packed/stored_layer.h"

#include "core/kernels/parallel.h"
#include "core/model/packed/stored_tensor.h"

namespace salient {

Matrix StoredLayer::weight() const {
    Matrix result(codes.rows(), codes.cols());
    parallelFor(codes.rows(), 16, [&](Index first, Index last) {
        for (Index n = first; n < last; ++n) {
            for (Index k = 0; k < codes.cols(); ++k) {
                const Index g = group[static_cast<std::size_t>(k)];
                result(n, k) = scale(n, g) * (static_cast<float>(codes(n, k)) - zero(n, g));
            }
            if (!input_divisor.empty())
                result.row(n).array() /= Eigen::Map<const Eigen::ArrayXf>(input_divisor.data(), codes.cols()).transpose();
        }
    });
    return result;
}

std::vector<std::int32_t> consecutiveGroups(Index n_in, Index group_size) {
    std::vector<std::int32_t> group(static_cast<std::size_t>(n_in));
    for (Index k = 0; k < n_in; ++k) group[static_cast<std::size_t>(k)] = static_cast<std::int32_t>(k / group_size);
    return group;
}

namespace {

/// compressed-tensors may mix its two forms; the tensor's name or type tells which a layer has.
bool isPackQuantized(const Checkpoint& checkpoint, const std::string& layer) { return checkpoint.contains(layer + ".weight_packed"); }

bool isIntQuantized(const Checkpoint& checkpoint, const std::string& layer) {
    return checkpoint.contains(layer + ".weight") && checkpoint.tensor(layer + ".weight").dtype == DType::I8;
}

}  // namespace

bool isStoredQuantized(const Checkpoint& checkpoint, const StoredScheme& scheme, const std::string& layer) {
    if (scheme.isGptq() || scheme.kind == StoredScheme::Kind::Awq) return checkpoint.contains(layer + ".qweight");
    return scheme.isCompressed() && (isPackQuantized(checkpoint, layer) || isIntQuantized(checkpoint, layer));
}

std::vector<std::string> storedTensorNames(const StoredScheme& scheme, const LayerScheme& layer, const std::string& name) {
    switch (scheme.kind) {
        case StoredScheme::Kind::Gptq:
        case StoredScheme::Kind::GptqV2:
            return {name + ".qweight", name + ".qzeros", name + ".scales", name + ".g_idx"};
        case StoredScheme::Kind::Awq:
            return {name + ".qweight", name + ".qzeros", name + ".scales"};
        case StoredScheme::Kind::PackQuantized:
        case StoredScheme::Kind::IntQuantized: {
            std::vector<std::string> names = {name + ".weight_packed", name + ".weight", name + ".weight_scale", name + ".weight_shape"};
            if (!layer.is_symmetric) names.push_back(name + ".weight_zero_point");
            if (layer.is_ordered) names.push_back(name + ".weight_g_idx");
            if (layer.activations == ActivationScale::PerTensor || layer.has_other_activations) names.push_back(name + ".input_scale");
            if (layer.has_other_activations) names.push_back(name + ".input_zero_point");
            if (layer.has_other_activations || scheme.roundsKeysAndValues()) names.push_back(name + ".output_scale");
            return names;
        }
        case StoredScheme::Kind::Float:
            break;
    }
    return {name + ".weight"};
}

std::vector<std::string> keyValueScaleNames(const std::string& layer) {
    const std::string attention = layer.substr(0, layer.rfind('.') + 1);
    return {attention + "k_scale", attention + "v_scale", attention + "k_zero_point", attention + "v_zero_point"};
}

namespace {

StoredLayer read(const Checkpoint& checkpoint, const StoredScheme& scheme, const StoredShape& shape, RowRange rows) {
    const LayerScheme layer = layerScheme(scheme, shape.name);
    if (layer.bits == 0) failStored(shape.name, "packed, but no group of the quantization config names it");
    switch (scheme.kind) {
        case StoredScheme::Kind::Gptq:
            return readGptq(checkpoint, shape, layer, false, rows);
        case StoredScheme::Kind::GptqV2:
            return readGptq(checkpoint, shape, layer, true, rows);
        case StoredScheme::Kind::Awq:
            return readAwq(checkpoint, shape, layer, rows);
        case StoredScheme::Kind::PackQuantized:
        case StoredScheme::Kind::IntQuantized:
            return isPackQuantized(checkpoint, shape.name) ? readPackQuantized(checkpoint, shape, layer, rows)
                                                           : readIntQuantized(checkpoint, shape, layer, rows);
        case StoredScheme::Kind::Float:
            break;
    }
    failStored(shape.name, "expected a quantized layer, found a floating-point one");
}

}  // namespace

StoredLayer readStoredLayer(const Checkpoint& checkpoint, const StoredScheme& scheme, const StoredShape& shape, RowRange rows) {
    StoredLayer layer = read(checkpoint, scheme, shape, rows);
    const LayerScheme config = layerScheme(scheme, shape.name);
    const Index group_size = config.group_size < 0 ? shape.in_features : config.group_size;
    const Index n_groups = (shape.in_features + group_size - 1) / group_size;
    for (std::size_t k = 0; k < layer.group.size(); ++k) {
        if (layer.group[k] >= 0 && layer.group[k] < n_groups) continue;
        failStored(shape.name, "g_idx of input " + std::to_string(k) + ": expected 0 … " + std::to_string(n_groups - 1) + ", found " +
                                   std::to_string(layer.group[k]));
    }
    return layer;
}

StoredLayer readStoredLayer(const Checkpoint& checkpoint, const StoredScheme& scheme, const StoredShape& shape) {
    return readStoredLayer(checkpoint, scheme, shape, {0, shape.out_features});
}

}  // namespace salient
