#include "core/error.h"
#include "core/kernels/convert.h"
#include "core/model/model.h"
#include "core/model/tensor_plan.h"

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

/// The gain as it multiplies.
std::vector<float> loadGain(const Model& model, const std::string& module) {
    std::vector<float> gain = model.floats(module + ".weight");
    const auto offset = static_cast<float>(model.config.family->norm.gain_offset);
    if (offset != 0.0F) {
        for (float& value : gain) value += offset;
    }
    return gain;
}

void requireBlock(const Model& model, int block) {
    if (block >= 0 && block < model.config.n_blocks) return;
    throw Error(ErrorCode::InvalidOption,
                "loadBlock: block: expected 0 to " + std::to_string(model.config.n_blocks - 1) + ", found " + std::to_string(block));
}

}  // namespace

NormWeights loadNorm(const Model& model, const std::string& module) {
    const NormFact& fact = model.config.family->norm;
    NormWeights norm;
    if (fact.has_gain) {
        norm.gain = loadGain(model, module);
    } else {
        norm.gain.assign(static_cast<std::size_t>(model.config.hidden_size), 1.0F);
    }
    if (fact.has_bias) norm.bias = model.floats(module + ".bias");
    return norm;
}

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

BlockWeights loadNorms(const Model& model, int block) {
    requireBlock(model, block);
    const Family& family = *model.config.family;
    const auto module = [&](const std::string& fact) { return model.moduleName(family.block_prefix + fact, block); };
    const auto norm = [&](const std::string& fact) { return fact.empty() ? NormWeights{} : loadNorm(model, module(fact)); };
    const auto head_norm = [&](const std::string& fact, Index n_heads) {
        NormWeights heads;
        for (const std::string& name : headNormModules(model.config, model.name_prefix, fact, block, n_heads)) {
            const std::vector<float> gain = loadGain(model, name);
            heads.gain.insert(heads.gain.end(), gain.begin(), gain.end());
        }
        return heads;
    };
    BlockWeights weights;
    weights.attention_norm = norm(model.config.attention_norm);
    if (!model.config.shares_norm) weights.mlp_norm = norm(model.config.mlp_norm);
    weights.attention_post_norm = norm(family.attention_post_norm);
    weights.mlp_post_norm = norm(family.mlp_post_norm);
    weights.query_norm = head_norm(model.config.query_norm, model.config.n_heads);
    weights.key_norm = head_norm(model.config.key_norm, model.config.n_kv_heads);
    return weights;
}

BlockWeights loadBlock(const Model& model, int block) {
    BlockWeights weights = loadNorms(model, block);
    for (const LinearInfo& info : model.linearsOf(block)) {
        LinearWeights& linear = weights.linears[info.key()];
        linear.weight = loadLinear(model, info);
        if (info.has_bias) linear.bias = model.floats(info.name + ".bias");
    }
    return weights;
}

BlockLoader originalBlocks(std::shared_ptr<const Model> model) {
    return [model = std::move(model)](int block) { return loadBlock(*model, block); };
}

}  // namespace salient
