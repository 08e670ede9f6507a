#include "core/exporter/checkpoint_layout.h"

#include <algorithm>
#include <cstdio>

#include "core/quant/quantize_block.h"

namespace salient {
namespace {

bool isFloat(DType type) noexcept { return type == DType::F64 || type == DType::F32 || type == DType::F16 || type == DType::BF16; }

std::int64_t byteCount(const TensorLayout& tensor) {
    auto bytes = static_cast<std::int64_t>(sizeBytes(tensor.dtype));
    for (const std::int64_t extent : tensor.shape) bytes *= extent;
    return bytes;
}

bool isBuffer(const TensorView& tensor) {
    const std::string& name = tensor.name;
    if (name.ends_with(".rotary_emb.inv_freq") || name.ends_with(".masked_bias")) return true;
    return (name.ends_with(".attn.bias") || name.ends_with(".attention.bias")) && tensor.shape.size() == 4;
}

/// Splits tensors over files of at most shard_bytes (a larger tensor gets one of its own) and names the files.
void assignShards(CheckpointLayout& layout, std::int64_t shard_bytes) {
    std::size_t shard = 0;
    std::int64_t used = 0;
    for (CheckpointTensor& tensor : layout.tensors) {
        const std::int64_t bytes = byteCount(tensor.layout);
        if (used > 0 && used + bytes > shard_bytes) {
            ++shard;
            used = 0;
        }
        tensor.shard = shard;
        used += bytes;
    }
    if (shard == 0) {
        layout.shard_files = {"model.safetensors"};
        return;
    }
    for (std::size_t i = 0; i <= shard; ++i) {
        char file[64];
        std::snprintf(file, sizeof file, "model-%05zu-of-%05zu.safetensors", i + 1, shard + 1);
        layout.shard_files.emplace_back(file);
    }
}

}  // namespace

bool isShardFile(std::string_view name) noexcept {
    constexpr std::string_view kStart = "model";
    constexpr std::string_view kEnd = ".safetensors";
    if (!name.starts_with(kStart) || !name.ends_with(kEnd) || name.size() < kStart.size() + kEnd.size()) return false;
    const std::string_view numbers = name.substr(kStart.size(), name.size() - kStart.size() - kEnd.size());  // "-00001-of-00002"
    if (numbers.empty()) return true;
    const std::size_t of = numbers.find("-of-");
    const auto is_number = [](std::string_view text) {
        return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    };
    return numbers.front() == '-' && of != std::string_view::npos && of > 0 && is_number(numbers.substr(1, of - 1)) &&
           is_number(numbers.substr(of + 4));
}

std::vector<TensorLayout> CheckpointLayout::shard(std::size_t index) const {
    std::vector<TensorLayout> result;
    for (const CheckpointTensor& tensor : tensors) {
        if (tensor.shard == index) result.push_back(tensor.layout);
    }
    return result;
}

std::int64_t CheckpointLayout::sizeBytes() const {
    std::int64_t total = 0;
    for (const CheckpointTensor& tensor : tensors) total += byteCount(tensor.layout);
    return total;
}

DType storedFloatType(ExportFormat format, DType original) noexcept {
    switch (format) {
        case ExportFormat::Awq:
            return DType::F16;
        case ExportFormat::Gptq:
            return original == DType::BF16 ? DType::BF16 : DType::F16;
        case ExportFormat::CompressedTensors:
        case ExportFormat::Dequantized:
        case ExportFormat::Gguf:
            break;
    }
    return original == DType::F64 ? DType::F32 : original;
}

CheckpointLayout checkpointLayout(const Model& model, const MethodSpec& method, ExportFormat format, std::int64_t shard_bytes) {
    CheckpointLayout layout;
    const int n_blocks = model.config.n_blocks;
    std::vector<std::string> block_prefixes;
    std::map<std::string, const LinearInfo*> quantized_weights;
    for (int block = 0; block < n_blocks; ++block) {
        block_prefixes.push_back(model.moduleName(model.config.family->block_prefix, block));
        const BlockLayers layers = blockLayers(model, block, method);
        for (std::size_t i = 0; i < layers.all.size(); ++i) {
            if (layers.is_kept[i]) {
                layout.kept.push_back(layers.all[i]->name);
            } else {
                layout.quantized.emplace(layers.all[i]->name, layers.all[i]);
                quantized_weights.emplace(layers.all[i]->name + ".weight", layers.all[i]);
            }
        }
    }

    const LayerForm form = formOf(format, method);
    const Family& family = *model.config.family;
    const std::string tied_head = model.config.tie_word_embeddings ? model.headModule() + ".weight" : "";
    const DType scale_type = storedScaleType(format, model.config);
    std::vector<std::vector<CheckpointTensor>> parts(static_cast<std::size_t>(n_blocks) + 1);  // outside the blocks, then each block
    for (const auto& [name, view] : model.checkpoint->tensors()) {
        const bool is_other_part = family.isOtherPart(name);
        if (!is_other_part && (isBuffer(view) || name == tied_head)) continue;
        const auto block = std::find_if(block_prefixes.begin(), block_prefixes.end(),
                                        [&, &n = name](const std::string& prefix) { return n.starts_with(prefix); });
        const int number = block == block_prefixes.end() ? -1 : static_cast<int>(block - block_prefixes.begin());
        std::vector<CheckpointTensor>& part = parts[number < 0 ? 0 : static_cast<std::size_t>(number) + 1];
        const auto weight = quantized_weights.find(name);
        if (weight != quantized_weights.end() && form != LayerForm::Float) {
            for (TensorLayout& tensor : layerLayout(form, *weight->second, methodFor(method, weight->second->name), scale_type))
                part.push_back({std::move(tensor), "", number, 0});
        } else {
            const DType type = isFloat(view.dtype) && !is_other_part ? storedFloatType(format, view.dtype) : view.dtype;
            part.push_back({{name, type, view.shape}, weight != quantized_weights.end() ? "" : name, number, 0});
        }
    }
    for (std::vector<CheckpointTensor>& part : parts) std::move(part.begin(), part.end(), std::back_inserter(layout.tensors));
    for (std::size_t i = 0; i < layout.tensors.size(); ++i) layout.by_name.emplace(layout.tensors[i].layout.name, i);
    assignShards(layout, shard_bytes);
    return layout;
}

std::vector<std::string> floatLinears(const Model& model, const CheckpointLayout& layout) {
    const Family& family = *model.config.family;
    std::vector<std::string> names = {model.headModule()};
    for (const std::string& fact : {family.project_in, family.project_out}) {
        if (!fact.empty() && model.checkpoint->contains(model.moduleName(fact) + ".weight")) names.push_back(model.moduleName(fact));
    }
    names.insert(names.end(), layout.kept.begin(), layout.kept.end());
    return names;
}

}  // namespace salient
