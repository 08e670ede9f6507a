#include <algorithm>
#include <array>
#include <functional>

#include "core/exporter/checkpoint_layout.h"
#include "core/exporter/gguf/keys.h"
#include "core/exporter/gguf/tensor_map.h"
#include "core/exporter/gguf/vocabulary.h"
#include "core/exporter/layer_settings.h"
#include "core/quant/quantize_block.h"

namespace salient {
namespace {

std::string number(Index value) { return std::to_string(value); }

/// The same layer of another block, or of another expert.
bool isSameKind(const LinearInfo& a, const LinearInfo& b) {
    return a.role == b.role && (a.expert == b.expert || (a.expert >= 0 && b.expert >= 0));
}

/// Sentences about layers, one per kind of layer: the same one in every block is the same reason.
class LayerSentences {
public:
    explicit LayerSentences(std::vector<const LinearInfo*> layers) : layers_(std::move(layers)) {}

    void add(const std::function<bool(const LinearInfo&)>& is_affected, const std::function<std::string(const LinearInfo&)>& reason) {
        std::vector<const LinearInfo*> firsts;
        for (const LinearInfo* layer : layers_) {
            if (!is_affected(*layer)) continue;
            const auto same = [&](const LinearInfo* first) { return isSameKind(*first, *layer); };
            if (std::none_of(firsts.begin(), firsts.end(), same)) firsts.push_back(layer);
        }
        for (const LinearInfo* first : firsts) {
            const auto others = std::count_if(layers_.begin(), layers_.end(), [&](const LinearInfo* layer) {
                return layer != first && isSameKind(*layer, *first) && is_affected(*layer);
            });
            const std::string others_are = first->expert >= 0 ? " other expert" : " other block";
            const std::string also = others == 0 ? "" : " (and in " + number(others) + others_are + (others == 1 ? ")" : "s)");
            sentences.push_back(first->name + also + ": " + reason(*first) + ".");
        }
    }

    std::vector<std::string> sentences;

private:
    std::vector<const LinearInfo*> layers_;
};

std::string groupAdvice(const std::vector<const LinearInfo*>& layers) {
    std::string sizes;
    for (const Index size : {128, 64, 32, 16}) {
        if (std::all_of(layers.begin(), layers.end(), [&](const LinearInfo* layer) { return layer->in_features % size == 0; }))
            sizes += (sizes.empty() ? "" : ", ") + number(size);
    }
    return sizes.empty() ? "choose one scale per row (-1) or keep the layer in 16 bits"
                         : "every layer can be divided by " + sizes + "; or choose one scale per row (-1)";
}

void addGroupSizes(LayerSentences& layers, const MethodSpec& method, const std::vector<const LinearInfo*>& all) {
    const auto size = [&](const LinearInfo& layer) { return methodFor(method, layer.name).grid.group_size; };
    if (method.grid.per_tensor) return;
    layers.add([&](const LinearInfo& layer) { return size(layer) > 0 && layer.in_features % size(layer) != 0; },
               [&](const LinearInfo& layer) {
                   const Index group_size = size(layer);
                   return "its " + number(layer.in_features) + " inputs cannot be divided by the group size " + number(group_size) +
                          " (remainder " + number(layer.in_features % group_size) + "): " + groupAdvice(all);
               });
}

void addMultiple(LayerSentences& layers, ExportFormat format, Index multiple, bool of_inputs) {
    const auto extent = [of_inputs](const LinearInfo& layer) { return of_inputs ? layer.in_features : layer.out_features; };
    layers.add([&](const LinearInfo& layer) { return extent(layer) % multiple != 0; },
               [&](const LinearInfo& layer) {
                   return "its " + number(extent(layer)) + (of_inputs ? " inputs" : " outputs") + " are not a multiple of " +
                          number(multiple) + ", as the packing of " + std::string(name(format)) +
                          " needs: keep the layer in 16 bits or choose dequantized";
               });
}

void addGptq(std::vector<std::string>& reasons, LayerSentences& layers, const std::vector<MethodSpec>& methods) {
    constexpr std::array<int, 4> kBits = {2, 3, 4, 8};
    for (const MethodSpec& method : methods) {
        if (std::find(kBits.begin(), kBits.end(), method.grid.bits) == kBits.end())
            reasons.push_back("gptq holds 2, 3, 4 or 8 bits, found " + number(method.grid.bits) + ".");
    }
    addMultiple(layers, ExportFormat::Gptq, 32, true);
    addMultiple(layers, ExportFormat::Gptq, 32, false);
}

void addAwq(std::vector<std::string>& reasons, LayerSentences& layers, const Model& model, const MethodSpec& method,
            const std::vector<MethodSpec>& methods) {
    for (const MethodSpec& own : methods) {
        if (own.grid.bits != 4) reasons.push_back("awq holds 4 bits, found " + number(own.grid.bits) + ".");
        if (own.grid.group_size != method.grid.group_size) {
            reasons.push_back("awq has one group size for all layers, found " + number(method.grid.group_size) + " and " +
                              number(own.grid.group_size) + ".");
        }
    }
    if (std::any_of(methods.begin(), methods.end(), storesGroupIndex)) {
        reasons.emplace_back(
            "awq has no place for the groups that activation order makes (no g_idx): choose static groups, no activation order, or gptq.");
    }
    addMultiple(layers, ExportFormat::Awq, 8, false);
    // Its loaders skip every layer whose name contains a kept one's.
    const CheckpointLayout names = checkpointLayout(model, method, ExportFormat::Dequantized, std::int64_t{1} << 40);
    for (const std::string& kept : names.kept) {
        for (const auto& [quantized, info] : names.quantized) {
            if (quantized.find(kept) == std::string::npos) continue;
            reasons.push_back("awq loaders would also leave " + quantized + " unquantized, whose name contains that of the kept layer " +
                              kept + ".");
        }
    }
}

void addInt8(std::vector<std::string>& reasons, const GridSpec& grid) {
    if (grid.bits != 8)
        reasons.push_back("int8 activations need 8-bit weights in compressed-tensors, found " + number(grid.bits) + " bits.");
    if (!grid.is_symmetric) reasons.emplace_back("int8 activations need symmetric weights in compressed-tensors, found asymmetric ones.");
    if (grid.group_size > 0 && !grid.per_tensor) {
        reasons.push_back("int8 activations need one weight scale per row (group size -1) in compressed-tensors, found groups of " +
                          number(grid.group_size) + ".");
    }
}

void addCompressed(std::vector<std::string>& reasons, LayerSentences& layers, const MethodSpec& method,
                   const std::vector<MethodSpec>& methods) {
    int fewest_bits = 8;
    for (const MethodSpec& own : methods) {
        if (own.activations != ActivationScale::None) {
            addInt8(reasons, own.grid);
        } else if (own.grid.bits != 4 && own.grid.bits != 8) {
            reasons.push_back("compressed-tensors holds 4 or 8 bits (its releases disagree on other widths), found " +
                              number(own.grid.bits) + ".");
        }
        fewest_bits = std::min(fewest_bits, own.grid.bits);
    }
    if (!reasons.empty() || method.activations != ActivationScale::None) return;
    addMultiple(layers, ExportFormat::CompressedTensors, 32 / fewest_bits, true);
    if (!method.grid.is_symmetric) addMultiple(layers, ExportFormat::CompressedTensors, 32 / fewest_bits, false);
}

std::string describe(const GridSpec& grid) {
    return number(grid.bits) + " bits, " + (grid.is_symmetric ? "symmetric" : "asymmetric") + ", group size " + number(grid.group_size);
}

/// Codes can be moved into blocks of 32 or not at all; dequantized values go into any type.
void addGguf(std::vector<std::string>& reasons, LayerSentences& layers, const Model& model, const MethodSpec& whole,
             const std::vector<MethodSpec>& methods, GgufWeights weights) {
    if (std::any_of(methods.begin(), methods.end(), [](const MethodSpec& own) { return own.activations != ActivationScale::None; }))
        reasons.emplace_back(
            "gguf cannot say that activations are int8 (W8A8): choose compressed-tensors, or dequantized for the weights alone.");
    const bool stores_codes = weights == GgufWeights::Lossless || weights == GgufWeights::Q4_0 || weights == GgufWeights::Q4_1;
    for (const MethodSpec& method : methods) {
        if (!stores_codes || keepsCodes(weights, method)) continue;
        const std::string wanted = weights == GgufWeights::Q4_0   ? "q4_0 takes 4 bits, symmetric"
                                   : weights == GgufWeights::Q4_1 ? "q4_1 takes 4 bits"
                                                                  : "gguf's blocks take 4 bits, or 8 bits symmetric";
        reasons.push_back(wanted + ", in groups of 32 (or a multiple of 32) in their own order, found " + describe(method.grid) +
                          (storesGroupIndex(method) ? " with groups in activation order (choose static groups)" : "") +
                          ": choose bits 4 and group size 32, or the gguf type q8_0, f16 or bf16, which stores dequantized values.");
    }
    for (const MethodSpec& method : methods) {
        if (!roundsWeights(weights) || method.rounding == Rounding::Nearest) continue;
        reasons.push_back(std::string(name(weights)) + " chooses its codes from the weights themselves, so those of " +
                          std::string(methodName(method)) +
                          " would be lost: choose rtn or awq (whose scales stay), or the gguf type lossless, q8_0, f16 or bf16.");
    }
    if (weights != GgufWeights::F16 && weights != GgufWeights::BF16) addMultiple(layers, ExportFormat::Gguf, kGgufBlock, true);
    const std::vector<std::string> of_model = ggufModelObstacles(model);
    reasons.insert(reasons.end(), of_model.begin(), of_model.end());
    if (!of_model.empty()) return;
    const std::vector<std::string> of_experts = ggufExpertObstacles(model, whole, weights);
    reasons.insert(reasons.end(), of_experts.begin(), of_experts.end());
    try {
        const std::string& of_tokenizer = model.gguf_tokenizer_obstacle.get([&]() -> std::string {
            try {
                static_cast<void>(ggufVocabulary(model));
            } catch (const Error& error) {
                if (error.code() == ErrorCode::Io) throw;  // it may be readable the next time
                return error.what();
            }
            return {};
        });
        if (!of_tokenizer.empty()) reasons.push_back(of_tokenizer);
    } catch (const Error& error) {
        reasons.emplace_back(error.what());
    }
}

}  // namespace

std::vector<std::string> exportObstacles(const Model& model, const MethodSpec& method, ExportFormat format, GgufWeights gguf_weights) {
    std::vector<std::string> reasons;
    const std::vector<const LinearInfo*> all = quantizedLayers(model, method);
    LayerSentences layers(all);
    if (format != ExportFormat::Dequantized) addGroupSizes(layers, method, all);  // which holds weights, not groups
    const std::vector<MethodSpec> methods = methodsInUse(method, all);
    const bool has_int8_activations = method.activations != ActivationScale::None;
    if (has_int8_activations && (format == ExportFormat::Gptq || format == ExportFormat::Awq)) {
        reasons.push_back(std::string(name(format)) +
                          " cannot say that activations are int8 (W8A8): choose compressed-tensors, or dequantized for the weights alone.");
    }
    switch (format) {
        case ExportFormat::Gptq:
            addGptq(reasons, layers, methods);
            break;
        case ExportFormat::Awq:
            addAwq(reasons, layers, model, method, methods);
            break;
        case ExportFormat::CompressedTensors:
            addCompressed(reasons, layers, method, methods);
            break;
        case ExportFormat::Gguf:
            addGguf(reasons, layers, model, method, methods, gguf_weights);
            break;
        case ExportFormat::Dequantized:
            break;
    }
    reasons.insert(reasons.end(), layers.sentences.begin(), layers.sentences.end());
    return reasons;
}

}  // namespace salient
