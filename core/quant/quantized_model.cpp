// What a finished quantization amounts to: its block as it computes, its size, its errors.

#include <algorithm>

#include "core/quant/quantize_block.h"
#include "core/quant/scaling.h"

namespace salient {

namespace {

Eigen::Map<const Eigen::ArrayXf> asArray(std::span<const float> values) { return {values.data(), static_cast<Index>(values.size())}; }

/// tr(W H Wᵀ) of a layer, from either of its two reports.
double outputEnergy(const LayerReport& report) {
    for (const LayerError& error : {report.error, report.nearest}) {
        if (error.relative_output_error > 0.0) return error.output_error / error.relative_output_error;
    }
    return 0.0;
}

}  // namespace

double tokenShare(const LayerReport& report) noexcept {
    return report.passed_tokens > 0 ? static_cast<double>(report.reached_tokens) / static_cast<double>(report.passed_tokens) : 1.0;
}

std::string absorberName(const Absorber& absorber, int block) {
    std::string name = absorber.name;
    if (const std::size_t hole = name.find("{}"); hole != std::string::npos) name.replace(hole, 2, std::to_string(block));
    return name;
}

bool feedsAttention(const InputGroup& group) {
    return std::ranges::any_of(group.members,
                               [](const LinearKey& key) { return key.role == Role::Query || key.role == Role::QueryKeyValue; });
}

std::vector<LayerReport> QuantizedModel::reports() const {
    std::vector<LayerReport> all;
    for (const QuantizedBlock& block : blocks) {
        for (const QuantizedLinear& linear : block.linears) all.push_back(linear.report);
    }
    return all;
}

double relativeOutputError(std::span<const LayerReport> layers) {
    double error = 0.0;
    double energy = 0.0;
    for (const LayerReport& layer : layers) {
        error += tokenShare(layer) * layer.error.output_error;
        energy += tokenShare(layer) * outputEnergy(layer);
    }
    return energy > 0.0 ? error / energy : 0.0;
}

double bitsPerWeight(std::span<const LayerReport> layers) {
    double bytes = 0.0;
    double weights = 0.0;
    for (const LayerReport& layer : layers) {
        bytes += static_cast<double>(layer.bytes);
        weights += static_cast<double>(layer.out_features) * static_cast<double>(layer.in_features);
    }
    return weights > 0.0 ? 8.0 * bytes / weights : 0.0;
}

std::int64_t quantizedSizeBytes(const Model& model, std::span<const LayerReport> layers) {
    std::int64_t bytes = model.checkpoint->sizeBytes();
    for (const LayerReport& layer : layers) {
        bytes += layer.bytes - model.linear(layer.name).stored_bytes;
    }
    return bytes;
}

double QuantizedModel::relativeOutputError() const { return salient::relativeOutputError(reports()); }
std::int64_t QuantizedModel::sizeBytes() const { return quantizedSizeBytes(*original, reports()); }
double QuantizedModel::bitsPerWeight() const { return salient::bitsPerWeight(reports()); }

BlockWeights overlay(BlockWeights original, const Model& model, const QuantizedBlock& block) {
    BlockWeights weights = std::move(original);
    for (const QuantizedLinear& linear : block.linears) {
        LinearWeights& target = weights.linears.at(model.linear(linear.name).key());
        target.bias = linear.bias;
        if (linear.activations == ActivationScale::None) {
            target.weight = linear.tensor.dequantize();
        } else {
            target.int8 = toInt8Weight(linear.tensor, linear.activations, linear.input_scale);
        }
    }
    for (const auto& [name, weight] : block.kept) weights.linears.at(model.linear(name).key()).weight = weight;
    for (const LinearInfo& linear : model.linearsOf(block.block)) {
        if (const auto bias = block.replaced.find(linear.name + ".bias"); bias != block.replaced.end()) {
            weights.linears.at(linear.key()).bias = bias->second;
        }
    }
    for (const InputGroup& group : model.groups) {
        if (group.absorber.kind != Absorber::Kind::Norm || group.expert >= 0) continue;  // experts' is the "MLP input"'s
        const std::string name = absorberName(group.absorber, block.block);
        NormWeights& norm = feedsAttention(group) ? weights.attention_norm : weights.mlp_norm;
        if (const auto gain = block.replaced.find(name + ".weight"); gain != block.replaced.end()) {
            norm.gain = gain->second;
            for (float& value : norm.gain) value += static_cast<float>(model.config.family->norm.gain_offset);
        }
        if (const auto bias = block.replaced.find(name + ".bias"); bias != block.replaced.end()) norm.bias = bias->second;
    }
    return weights;
}

BlockWeights overlayLayer(BlockWeights original, const Model& model, const QuantizedLinear& linear) {
    const LinearInfo& info = model.linear(linear.name);
    BlockWeights weights = std::move(original);
    if (!linear.channel_scale.empty()) weights = foldScales(std::move(weights), model, {{info.group, linear.channel_scale}});
    LinearWeights& target = weights.linears.at(info.key());
    if (linear.activations == ActivationScale::None) {
        target.weight = linear.row_scale.empty() ? linear.tensor.dequantize() : scaledRows(linear.tensor.dequantize(), linear.row_scale);
    } else {
        target.int8 = toInt8Weight(linear.tensor, linear.activations, linear.input_scale);
        for (std::size_t row = 0; row < linear.row_scale.size(); ++row) target.int8->row_scale[row] *= linear.row_scale[row];
    }
    return weights;
}

BlockLoader quantizedBlocks(std::shared_ptr<const QuantizedModel> model) {
    return [model = std::move(model)](int block) {
        BlockWeights weights = loadBlock(*model->original, block);
        for (const QuantizedBlock& quantized : model->blocks) {
            if (quantized.block == block) return overlay(std::move(weights), *model->original, quantized);
        }
        return weights;
    };
}

BlockWeights foldScales(BlockWeights weights, const Model& model, const std::map<int, std::vector<float>>& scales) {
    for (const auto& [index, s] : scales) {
        const InputGroup& group = model.groups.at(static_cast<std::size_t>(index));
        for (const InputGroup& other : model.groups) {
            if (other.scaled_with != group.scaled_with) continue;
            for (const LinearKey& key : other.members) {
                if (const auto linear = weights.linears.find(key); linear != weights.linears.end())
                    linear->second.weight.array().rowwise() *= asArray(s).transpose();
            }
        }
        switch (group.absorber.kind) {
            case Absorber::Kind::None:
                throw Error(ErrorCode::InvalidOption,
                            "foldScales: " + group.title + ": expected a group whose scales can be absorbed, found none");
            case Absorber::Kind::Norm: {
                NormWeights& norm = feedsAttention(group) ? weights.attention_norm : weights.mlp_norm;
                divide(norm.gain, s);
                divide(norm.bias, s);
                break;
            }
            case Absorber::Kind::Linear: {
                const auto absorber = weights.linears.find({group.absorber.role, group.expert});
                if (absorber == weights.linears.end()) break;  // a group that this block does not have
                absorber->second.weight.array().colwise() /= asArray(s);
                divide(absorber->second.bias, s);
                break;
            }
        }
    }
    return weights;
}

}  // namespace salient
