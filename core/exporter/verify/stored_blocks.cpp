// A quantized directory as a model that computes.

#include "core/exporter/verify.h"
#include "core/exporter/verify/checks.h"
#include "core/model/packed/packed_model.h"

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

LinearWeights readLinear(const Model& model, const PackedModel& packed, const LinearInfo& linear) {
    LinearWeights weights;
    if (linear.has_bias) weights.bias = model.floats(linear.name + ".bias");
    if (!isStoredQuantized(packed.stored, packed.scheme, linear.name)) {
        weights.weight = loadLinear(model, linear);
        return weights;
    }
    const StoredLayer layer = readStoredLayer(packed.stored, packed.scheme, storedShape(linear));
    if (layer.activations == ActivationScale::None) {
        weights.weight = layer.weight();
    } else {
        weights.int8 = toInt8(layer);
    }
    return weights;
}

}  // namespace

BlockLoader storedBlocks(std::shared_ptr<const Model> model) {
    std::shared_ptr<const PackedModel> packed = model->packed;
    if (!packed) {  // opened as it is stored, or no quantized model
        StoredScheme scheme = readScheme(model->directory);
        if (scheme.kind == StoredScheme::Kind::Float) return originalBlocks(std::move(model));
        packed = std::make_shared<const PackedModel>(PackedModel{std::move(scheme), *model->checkpoint, {}, {}});
    }
    return [model = std::move(model), packed = std::move(packed)](int block) {
        BlockWeights weights = loadNorms(*model, block);
        for (const LinearInfo& linear : model->linearsOf(block)) weights.linears.emplace(linear.key(), readLinear(*model, *packed, linear));
        return weights;
    };
}

}  // namespace salient
