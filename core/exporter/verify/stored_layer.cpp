#include "core/exporter/verify/stored_layer.h"

#include "core/exporter/verify/stored_tensor.h"
#include "core/kernels/parallel.h"

namespace salient {

Matrix StoredLayer::weight() const {
    Matrix result(codes.rows(), codes.cols());
    parallelFor(codes.rows(), 16, [&](Index first, Index last) {
        for (Index n = first; n < last; ++n) {
            for (Index k = 0; k < codes.cols(); ++k) {
                const Index g = group[static_cast<std::size_t>(k)];
                result(n, k) = scale(n, g) * (static_cast<float>(codes(n, k)) - zero(n, g));
            }
        }
    });
    return result;
}

bool isStoredQuantized(const Checkpoint& checkpoint, const StoredScheme& scheme, const std::string& layer) {
    switch (scheme.kind) {
        case StoredScheme::Kind::Gptq:
        case StoredScheme::Kind::GptqV2:
        case StoredScheme::Kind::Awq:
            return checkpoint.contains(layer + ".qweight");
        case StoredScheme::Kind::PackQuantized:
            return checkpoint.contains(layer + ".weight_packed");
        case StoredScheme::Kind::IntQuantized:
            return checkpoint.contains(layer + ".weight") && checkpoint.tensor(layer + ".weight").dtype == DType::I8;
        case StoredScheme::Kind::Float:
            break;
    }
    return false;
}

std::vector<std::string> storedTensorNames(const StoredScheme& scheme, const LayerScheme& layer, const std::string& name) {
    switch (scheme.kind) {
        case StoredScheme::Kind::Gptq:
        case StoredScheme::Kind::GptqV2:
            return {name + ".qweight", name + ".qzeros", name + ".scales", name + ".g_idx"};
        case StoredScheme::Kind::Awq:
            return {name + ".qweight", name + ".qzeros", name + ".scales"};
        case StoredScheme::Kind::PackQuantized: {
            std::vector<std::string> names = {name + ".weight_packed", name + ".weight_scale", name + ".weight_shape"};
            if (!layer.is_symmetric) names.push_back(name + ".weight_zero_point");
            if (layer.is_ordered) names.push_back(name + ".weight_g_idx");
            return names;
        }
        case StoredScheme::Kind::IntQuantized: {
            std::vector<std::string> names = {name + ".weight", name + ".weight_scale"};
            if (layer.activations == ActivationScale::PerTensor) names.push_back(name + ".input_scale");
            return names;
        }
        case StoredScheme::Kind::Float:
            break;
    }
    return {name + ".weight"};
}

namespace {

StoredLayer read(const Checkpoint& checkpoint, const StoredScheme& scheme, const LinearInfo& linear, const LayerScheme& layer) {
    switch (scheme.kind) {
        case StoredScheme::Kind::Gptq:
            return readGptq(checkpoint, linear, layer, false);
        case StoredScheme::Kind::GptqV2:
            return readGptq(checkpoint, linear, layer, true);
        case StoredScheme::Kind::Awq:
            return readAwq(checkpoint, linear, layer);
        case StoredScheme::Kind::PackQuantized:
            return readPackQuantized(checkpoint, linear, layer);
        case StoredScheme::Kind::IntQuantized:
            return readIntQuantized(checkpoint, linear, layer);
        case StoredScheme::Kind::Float:
            break;
    }
    failStored(linear.name, "expected a quantized layer, found a floating-point one");
}

}  // namespace

StoredLayer readStoredLayer(const Checkpoint& checkpoint, const StoredScheme& scheme, const LinearInfo& linear) {
    StoredLayer layer = read(checkpoint, scheme, linear, layerScheme(scheme, linear.name));
    for (std::size_t k = 0; k < layer.group.size(); ++k) {
        if (layer.group[k] >= 0 && layer.group[k] < layer.scale.cols()) continue;
        failStored(linear.name, "g_idx of input " + std::to_string(k) + ": expected 0 … " + std::to_string(layer.scale.cols() - 1) +
                                    ", found " + std::to_string(layer.group[k]));
    }
    return layer;
}

}  // namespace salient
