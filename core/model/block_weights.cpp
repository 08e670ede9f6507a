#include "core/error.h"
#include "core/kernels/convert.h"
#include "core/model/model.h"

namespace salient {

namespace {

/// values are the tensor's elements in stored order, so that the position named is the one in the file.
void requireFinite(std::span<const float> values, const TensorView& tensor) {
    const Index position = firstNonFinite(values);
    if (position < 0) return;
    const Index n_cols = tensor.shape.empty() ? 1 : tensor.shape.back();
    const std::string where = tensor.shape.size() < 2
                                  ? "element " + std::to_string(position)
                                  : "row " + std::to_string(position / n_cols) + ", column " + std::to_string(position % n_cols);
    throw Error(ErrorCode::NonFinite, "loadWeights: tensor '" + tensor.name + "': expected finite numbers, found " +
                                          std::to_string(values[static_cast<std::size_t>(position)]) + " at " + where);
}

NormWeights loadNorm(const Model& model, const std::string& module) {
    NormWeights norm;
    norm.gain = model.floats(module + ".weight");
    if (model.config.family->norm == NormKind::LayerNorm) norm.bias = model.floats(module + ".bias");
    return norm;
}

}  // namespace

std::vector<float> Model::floats(const std::string& tensor) const {
    const TensorView& view = checkpoint->tensor(tensor);
    std::vector<float> values = toFloats(view);
    requireFinite(values, view);
    return values;
}

Matrix loadLinear(const Model& model, const LinearInfo& linear) {
    const TensorView& tensor = model.checkpoint->tensor(linear.name + ".weight");
    Matrix stored = toMatrix(tensor);
    requireFinite({stored.data(), static_cast<std::size_t>(stored.size())}, tensor);
    if (!model.config.family->weights_transposed) return stored;
    return stored.transpose();
}

BlockWeights loadBlock(const Model& model, int block) {
    const Family& family = *model.config.family;
    if (block < 0 || block >= model.config.n_blocks) {
        throw Error(ErrorCode::InvalidOption,
                    "loadBlock: block: expected 0 to " + std::to_string(model.config.n_blocks - 1) + ", found " + std::to_string(block));
    }
    BlockWeights weights;
    weights.attention_norm = loadNorm(model, model.moduleName(family.block_prefix + family.attention_norm, block));
    weights.mlp_norm = loadNorm(model, model.moduleName(family.block_prefix + family.mlp_norm, block));
    for (const LinearInfo& info : model.linears) {
        if (info.block != block) continue;
        LinearWeights& linear = weights.linears[info.role];
        linear.weight = loadLinear(model, info);
        if (info.has_bias) linear.bias = model.floats(info.name + ".bias");
    }
    return weights;
}

BlockLoader originalBlocks(std::shared_ptr<const Model> model) {
    return [model = std::move(model)](int block) { return loadBlock(*model, block); };
}

}  // namespace salient
