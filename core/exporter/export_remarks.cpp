// What a format does to the numbers. Remarks, not obstacles: the file is right. What loaders make of it: loader_verdicts.cpp.

#include <algorithm>

#include "core/exporter/gguf/k_blocks.h"
#include "core/exporter/gguf/keys.h"
#include "core/exporter/layer_form.h"
#include "core/quant/quantize_block.h"

namespace salient {
namespace {

void remarkGguf(std::vector<std::string>& remarks, const Model& model, const MethodSpec& method, GgufWeights weights) {
    const GgufWeights type = resolved(weights, method);
    const bool has_codes = keepsCodes(weights, method);
    if (type == GgufWeights::Q4_1 && !method.grid.is_symmetric)
        remarks.emplace_back(
            "Q4_1 stores minus the zero point times the scale as a float16: where that product has too many digits the whole group moves, "
            "by at "
            "most 0.8 % of a step; salient.json says by how much.");
    if (!has_codes && type == GgufWeights::Q8_0)
        remarks.emplace_back("Dequantized weights are rounded once more, to eight bits in blocks of 32, and take 8.5 bits each.");
    if (!has_codes && (type == GgufWeights::F16 || type == GgufWeights::BF16))
        remarks.emplace_back("Dequantized weights take 16 bits each, and are rounded to them.");
    if (has_codes && method.grid.groupSizeFor(kGgufBlock + 1) != kGgufBlock)
        remarks.emplace_back(
            "Blocks have 32 elements: each group's scale is repeated in every block, so the file is as large as with groups of 32.");
    if (roundsWeights(weights)) {
        remarks.push_back("Layers are rounded to " + std::string(name(weights)) +
                          " from their weights, inputs counting by their mean square in the calibration: bits, groups and clipping of the "
                          "method leave no trace in the file, and the errors given for its layers are those of the method's own grid.");
        const std::vector<const LinearInfo*> layers = quantizedLayers(model, method);
        const auto n_others =
            std::count_if(layers.begin(), layers.end(), [](const LinearInfo* layer) { return layer->in_features % kGgufSuperBlock != 0; });
        if (n_others > 0)
            remarks.push_back(std::to_string(n_others) +
                              " layers become Q8_0, for their inputs are no multiple of 256 (llama.cpp's own "
                              "tools fall back to Q5_0 or Q8_0).");
    }
    if (method.scaling != Scaling::None)
        remarks.emplace_back("Scales are folded into the weights and norms, which llama.cpp computes with as they are.");
    for (std::string& remark : ggufModelRemarks(model)) remarks.push_back(std::move(remark));
}

}  // namespace

std::vector<std::string> exportRemarks(const Model& model, const MethodSpec& method, ExportFormat format, GgufWeights gguf_weights) {
    std::vector<std::string> remarks;
    if (const std::string before = model.quantization(); !before.empty() && !quantizedLayers(model, method).empty())
        remarks.push_back("The opened model is quantized already (" + before +
                          "): its weights are rounded a second time. Start from the original where you have it.");
    switch (format) {
        case ExportFormat::Gptq:
            if (!method.grid.is_symmetric) remarks.emplace_back("Asymmetric codes are written as gptq_v2, which holds a zero point of 0.");
            break;
        case ExportFormat::Awq:
            if (model.config.stored_dtype == "bfloat16")
                remarks.emplace_back("Floats are stored as float16, the one type that all AWQ kernels compute in.");
            break;
        case ExportFormat::CompressedTensors:
            break;
        case ExportFormat::Gguf:
            remarkGguf(remarks, model, method, gguf_weights);
            break;
        case ExportFormat::Dequantized:
            remarks.emplace_back("Dequantized weights save no space; each is rounded once more, to the model's own element type.");
            if (method.activations != ActivationScale::None)
                remarks.emplace_back(
                    "Only the weights are stored: a loader of the dequantized model computes with floating-point activations, not int8.");
            break;
    }
    return remarks;
}

}  // namespace salient
