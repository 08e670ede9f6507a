// What each loader makes of a checkpoint, from the loaders' own limits. Remarks, not obstacles: the file is right.

#include <algorithm>
#include <array>

#include "core/exporter/gguf/k_blocks.h"
#include "core/exporter/gguf/keys.h"
#include "core/exporter/layer_form.h"
#include "core/quant/quantize_block.h"

namespace salient {
namespace {

/// Whether every quantized layer's inputs and outputs are such multiples.
bool shapesDivide(const Model& model, const MethodSpec& method, Index inputs, Index outputs) {
    const std::vector<const LinearInfo*> layers = quantizedLayers(model, method);
    return std::all_of(layers.begin(), layers.end(),
                       [&](const LinearInfo* layer) { return layer->in_features % inputs == 0 && layer->out_features % outputs == 0; });
}

bool isUsualGroup(Index group_size) {
    constexpr std::array<Index, 4> kSizes = {-1, 32, 64, 128};
    return std::find(kSizes.begin(), kSizes.end(), group_size) != kSizes.end();
}

bool isLoadedAlike(const MethodSpec& a, const MethodSpec& b) {
    return a.grid.bits == b.grid.bits && a.grid.group_size == b.grid.group_size && storesGroupIndex(a) == storesGroupIndex(b);
}

/// vLLM and others join the layers that read one input, q, k and v say, into one, and the experts of a block as well.
bool joinedLayersDiffer(const Model& model, const MethodSpec& method) {
    for (int block = 0; block < model.config.n_blocks; ++block) {
        const BlockLayers layers = blockLayers(model, block, method);
        for (std::size_t i = 1; i < layers.all.size(); ++i) {
            const LinearInfo& before = *layers.all[i - 1];
            const LinearInfo& layer = *layers.all[i];
            if (layer.group != before.group && (layer.expert < 0 || before.expert < 0)) continue;
            if (layers.is_kept[i] != layers.is_kept[i - 1]) return true;
            if (!layers.is_kept[i] && !isLoadedAlike(methodFor(method, layer.name), methodFor(method, before.name))) return true;
        }
    }
    return false;
}

void remarkGptq(std::vector<std::string>& remarks, const Model& model, const MethodSpec& method) {
    const GridSpec& grid = method.grid;
    if (grid.bits == 2 || grid.bits == 3)
        remarks.emplace_back(
            "vLLM refuses 2 and 3 bits in its current versions; AutoGPTQ and GPTQModel load them; ExLlamaV2 reads 4 bits only.");
    if (grid.bits == 8) remarks.emplace_back("ExLlamaV2 reads 4 bits only and refuses 8.");
    if (!grid.is_symmetric) {
        remarks.emplace_back(
            "Asymmetric codes are written as gptq_v2, which holds a zero point of 0: GPTQModel and transformers load it, current vLLM "
            "refuses asymmetric "
            "GPTQ, and ExLlamaV2 and old AutoGPTQ, which take every file for v1, would compute wrong weights. For vLLM choose "
            "compressed-tensors or awq.");
    }
    if (storesGroupIndex(method))
        remarks.emplace_back(
            "Activation order with groups makes kernels slower (g_idx is looked up for every input); static groups avoid it.");
    if (!isUsualGroup(grid.group_size))
        remarks.push_back("Groups of " + std::to_string(grid.group_size) +
                          ": the fast kernels of vLLM and GPTQModel know -1, 32, 64 and 128.");
    if (!shapesDivide(model, method, 128, 64))
        remarks.emplace_back(
            "Some layers are not multiples of 128 inputs and 64 outputs: older vLLM versions refuse them with Marlin kernels.");
    if (!method.overrides.empty()) {
        remarks.emplace_back(
            "Layers of another width or group size are declared under \"dynamic\", which vLLM and GPTQModel read; AutoGPTQ and "
            "transformers "
            "without GPTQModel do not and would read them wrongly.");
    }
    if (!method.keep.empty()) {
        remarks.emplace_back(
            "Layers kept in 16 bits are declared under \"dynamic\", which vLLM and GPTQModel read; AutoGPTQ does not and would find "
            "weights missing.");
    }
}

void remarkAwq(std::vector<std::string>& remarks, const Model& model, const MethodSpec& method) {
    if (method.grid.group_size > 0 && method.grid.group_size % 32 != 0)
        remarks.push_back("Groups of " + std::to_string(method.grid.group_size) + ": AWQ's GEMM kernel needs a multiple of 32.");
    if (!shapesDivide(model, method, 1, 64))
        remarks.emplace_back("Some layers are not multiples of 64 outputs, which AWQ's GEMM kernel needs; vLLM's Marlin kernel pads them.");
    if (model.config.stored_dtype == "bfloat16")
        remarks.emplace_back("Floats are stored as float16, the one type that all AWQ kernels compute in.");
    if (model.config.family->weights_transposed)
        remarks.emplace_back("AutoAWQ has no GPT-2 and transformers no AWQ form of its Conv1D layers: vLLM is the loader to try.");
}

void remarkCompressed(std::vector<std::string>& remarks, const Model& model, const MethodSpec& method) {
    remarks.emplace_back("compressed-tensors is read by vLLM and transformers, not by AutoGPTQ or ExLlamaV2.");
    if (formOf(ExportFormat::CompressedTensors, method) == LayerForm::IntQuantized) {
        if (!shapesDivide(model, method, 16, 16))
            remarks.emplace_back("Some layers are not multiples of 16 inputs and outputs, which vLLM's int8 kernels need.");
        if (model.config.family->weights_transposed)
            remarks.emplace_back(
                "vLLM transposes every GPT-2 tensor named .weight, int8 ones too, and transformers keeps these layers as Conv1D: no loader "
                "reads W8A8 of GPT-2.");
        return;
    }
    if (!isUsualGroup(method.grid.group_size))
        remarks.push_back("Groups of " + std::to_string(method.grid.group_size) + ": vLLM's Marlin kernel knows -1, 32, 64 and 128.");
    if (model.config.family->weights_transposed)
        remarks.emplace_back(
            "transformers keeps GPT-2's layers as Conv1D, which compressed-tensors does not replace: vLLM is the loader to try.");
}

void remarkGguf(std::vector<std::string>& remarks, const Model& model, const MethodSpec& method, GgufWeights weights) {
    remarks.emplace_back("gguf is read by llama.cpp and what is built on it, not by transformers' or vLLM's quantized kernels.");
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

/// What loaders make of experts. The tables of models that AutoGPTQ and AutoAWQ know are closed: neither is developed any more.
void remarkExperts(std::vector<std::string>& remarks, const std::string& family, const MethodSpec& method, ExportFormat format) {
    remarks.emplace_back(
        "transformers holds all experts of a block in one tensor from version 5 on, which is no layer that a quantized one replaces: load "
        "with "
        "vLLM or transformers 4.");
    if (format == ExportFormat::CompressedTensors && method.activations == ActivationScale::None && !method.grid.is_symmetric)
        remarks.emplace_back("vLLM reads experts of compressed-tensors with symmetric codes only: choose them, or awq.");
    if (format == ExportFormat::CompressedTensors && method.activations == ActivationScale::PerTensor)
        remarks.emplace_back("vLLM computes W8A8 experts with a scale per token only, found one per tensor.");
    if (format == ExportFormat::Awq && family == "qwen2_moe") remarks.emplace_back("AutoAWQ has no qwen2_moe: vLLM is the loader to try.");
    if (format == ExportFormat::Gptq && family == "qwen3_moe") remarks.emplace_back("AutoGPTQ has no qwen3_moe: GPTQModel and vLLM have.");
}

}  // namespace

std::vector<std::string> exportRemarks(const Model& model, const MethodSpec& method, ExportFormat format, GgufWeights gguf_weights) {
    std::vector<std::string> remarks;
    if (const std::string before = model.quantization(); !before.empty() && !quantizedLayers(model, method).empty())
        remarks.push_back("The opened model is quantized already (" + before +
                          "): its weights are rounded a second time. Start from the original where you have it.");
    if (format != ExportFormat::Dequantized && joinedLayersDiffer(model, method)) {
        remarks.emplace_back(
            "Layers that read the same input (q, k, v; gate, up; those of all experts) do not all have the same bits and groups: vLLM "
            "computes "
            "them as one layer and refuses the model.");
    }
    const bool is_packed = format != ExportFormat::Dequantized && format != ExportFormat::Gguf;
    if (is_packed && model.config.family->hasExperts()) remarkExperts(remarks, model.config.family->model_type, method, format);
    switch (format) {
        case ExportFormat::Gptq:
            remarkGptq(remarks, model, method);
            break;
        case ExportFormat::Awq:
            remarkAwq(remarks, model, method);
            break;
        case ExportFormat::CompressedTensors:
            remarkCompressed(remarks, model, method);
            break;
        case ExportFormat::Gguf:
            remarkGguf(remarks, model, method, gguf_weights);
            break;
        case ExportFormat::Dequantized:
            remarks.emplace_back(
                "Dequantized weights load everywhere and save no space; each is rounded once more, to the model's own element type.");
            if (method.activations != ActivationScale::None)
                remarks.emplace_back(
                    "Only the weights are stored: a loader of the dequantized model computes with floating-point activations, not int8.");
            break;
    }
    return remarks;
}

}  // namespace salient
