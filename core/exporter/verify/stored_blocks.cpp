// A quantized directory as a model that computes.

#include "core/exporter/verify.h"
#include "core/exporter/verify/stored_layer.h"

namespace salient {
namespace {

Int8Weight toInt8(const StoredLayer& layer) {
    Int8Weight weight;
    weight.codes.resize(layer.codes.rows(), layer.codes.cols());
    for (Index i = 0; i < layer.codes.size(); ++i) weight.codes.data()[i] = static_cast<std::int8_t>(layer.codes.data()[i] - 128);
    weight.row_scale.assign(layer.scale.data(), layer.scale.data() + layer.scale.rows());
    weight.activation = layer.activations;
    weight.input_scale = layer.input_scale;
    return weight;
}

LinearWeights readLinear(const Model& model, const StoredScheme& scheme, const LinearInfo& linear) {
    LinearWeights weights;
    if (linear.has_bias) weights.bias = model.floats(linear.name + ".bias");
    if (!isStoredQuantized(*model.checkpoint, scheme, linear.name)) {
        weights.weight = loadLinear(model, linear);
        return weights;
    }
    const StoredLayer layer = readStoredLayer(*model.checkpoint, scheme, linear);
    if (layer.activations == ActivationScale::None) {
        weights.weight = layer.weight();
    } else {
        weights.int8 = toInt8(layer);
    }
    return weights;
}

}  // namespace

BlockLoader storedBlocks(std::shared_ptr<const Model> quantized_directory) {
    StoredScheme scheme = readScheme(quantized_directory->directory);
    if (scheme.kind == StoredScheme::Kind::Float) return originalBlocks(std::move(quantized_directory));
    return [model = std::move(quantized_directory), scheme = std::move(scheme)](int block) {
        BlockWeights weights = loadNorms(*model, block);
        for (const LinearInfo& linear : model->linearsOf(block)) weights.linears.emplace(linear.key(), readLinear(*model, scheme, linear));
        return weights;
    };
}

Matrix readStoredWeight(const Model& quantized_directory, const LinearInfo& linear) {
    const StoredScheme scheme = readScheme(quantized_directory.directory);
    if (!isStoredQuantized(*quantized_directory.checkpoint, scheme, linear.name)) return loadLinear(quantized_directory, linear);
    return readStoredLayer(*quantized_directory.checkpoint, scheme, linear).weight();
}

}  // namespace salient
