#include "core/exporter/gguf/tensor_map.h"

#include <algorithm>
#include <map>

#include "core/error.h"
#include "core/exporter/gguf/k_blocks.h"
#include "core/model/gguf/architecture.h"
#include "core/model/tensor_plan.h"
#include "core/quant/quantize_block.h"

namespace salient {
namespace {

using gguf::Module;

/// llama.cpp's rotation turns neighbours: the two halves of a head's rows are shuffled into each other.
std::vector<Index> shuffledHalves(Index n_heads, Index head_dim) {
    std::vector<Index> rows(static_cast<std::size_t>(n_heads * head_dim));
    for (Index row = 0; row < n_heads * head_dim; ++row) {
        const Index head = row / head_dim;
        const Index within = row % head_dim;
        rows[static_cast<std::size_t>(row)] = head * head_dim + within % 2 * (head_dim / 2) + within / 2;
    }
    return rows;
}

/// Of key heads that are followed by their key and value, each after the queries that share it: first the queries of all heads, then the
/// keys, then the values.
std::vector<Index> gatheredParts(Index n_heads, Index n_kv_heads, Index head_dim) {
    const Index n_sharing = n_heads / n_kv_heads;
    std::vector<Index> rows(static_cast<std::size_t>((n_heads + 2 * n_kv_heads) * head_dim));
    for (Index row = 0; row < static_cast<Index>(rows.size()); ++row) {
        const Index head = row / head_dim;
        const bool is_query = head < n_heads;
        const Index shared = is_query ? head / n_sharing : (head - n_heads) % n_kv_heads;
        const Index within = is_query ? head % n_sharing : n_sharing + (head - n_heads) / n_kv_heads;
        rows[static_cast<std::size_t>(row)] = ((n_sharing + 2) * shared + within) * head_dim + row % head_dim;
    }
    return rows;
}

std::vector<Index> fileRows(const ModelConfig& config, const gguf::Architecture& architecture, Role role) {
    if (architecture.turns_neighbours && role == Role::Query) return shuffledHalves(config.n_heads, config.head_dim);
    if (architecture.turns_neighbours && role == Role::Key) return shuffledHalves(config.n_kv_heads, config.head_dim);
    if (role == Role::QueryKeyValue && config.family->fused_rows == FusedRows::PerKeyHead)
        return gatheredParts(config.n_heads, config.n_kv_heads, config.head_dim);
    return {};
}

std::int64_t byteCount(GgufElement element, std::int64_t n_elements) {
    switch (element) {
        case GgufElement::F32:
            return 4 * n_elements;
        case GgufElement::F16:
        case GgufElement::BF16:
            return 2 * n_elements;
        case GgufElement::Q4_0:
            return n_elements / kGgufBlock * 18;
        case GgufElement::Q4_1:
            return n_elements / kGgufBlock * 20;
        case GgufElement::Q8_0:
            return n_elements / kGgufBlock * 34;
        case GgufElement::Q4_K:
            return n_elements / kGgufSuperBlock * kQ4_KBytes;
        case GgufElement::Q6_K:
            return n_elements / kGgufSuperBlock * kQ6_KBytes;
    }
    return 0;
}

GgufElement elementOf(GgufWeights weights) {
    switch (weights) {
        case GgufWeights::BF16:
            return GgufElement::BF16;
        case GgufWeights::Q8_0:
            return GgufElement::Q8_0;
        case GgufWeights::Q4_0:
            return GgufElement::Q4_0;
        case GgufWeights::Q4_1:
            return GgufElement::Q4_1;
        case GgufWeights::Q4_K:
            return GgufElement::Q4_K;
        case GgufWeights::Q6_K:
            return GgufElement::Q6_K;
        case GgufWeights::F16:
        case GgufWeights::Lossless:
        case GgufWeights::Q4_K_M:
            break;
    }
    return GgufElement::F16;
}

/// Quantized layers by the names of their weights.
std::map<std::string, const LinearInfo*> quantizedWeights(const Model& model, const MethodSpec& method) {
    std::map<std::string, const LinearInfo*> weights;
    for (const LinearInfo* layer : quantizedLayers(model, method)) weights.emplace(layer->name + ".weight", layer);
    return weights;
}

int blockOf(const std::string& file_name) { return file_name.starts_with("blk.") ? std::stoi(file_name.substr(4)) : -1; }

}  // namespace

std::uint32_t ggufTypeId(GgufElement element) noexcept {
    constexpr std::uint32_t kIds[] = {0, 1, 30, 2, 3, 8, 12, 14};
    return kIds[static_cast<std::size_t>(element)];
}

std::string_view name(GgufElement element) noexcept {
    constexpr std::string_view kNames[] = {"F32", "F16", "BF16", "Q4_0", "Q4_1", "Q8_0", "Q4_K", "Q6_K"};
    return kNames[static_cast<std::size_t>(element)];
}

std::string GgufTensor::storedName() const { return slice < 0 ? layout.name : ggufPartName(layout.name, slice); }

std::vector<GgufTensor> ggufTensorMap(const Model& model, const MethodSpec& method, GgufWeights weights) {
    const ModelConfig& config = model.config;
    const Family& family = *config.family;
    const gguf::Architecture& architecture = *gguf::architectureOf(family);
    const std::map<std::string, Module> modules = gguf::modulesOf(config, model.name_prefix);
    const std::map<std::string, const LinearInfo*> quantized = quantizedWeights(model, method);
    std::vector<GgufTensor> map;
    for (const PlannedTensor& planned : plannedTensors(config, model.name_prefix)) {
        const std::size_t dot = planned.name.rfind('.');
        const Module& module = modules.at(planned.name.substr(0, dot));
        GgufTensor tensor;
        tensor.source = planned.name;
        tensor.layout.name = module.name + planned.name.substr(dot);
        tensor.layout.shape = planned.shape;
        if (module.n_slices > 0) tensor.slice = module.slice;
        tensor.block = blockOf(module.name);
        const auto layer = quantized.find(planned.name);
        tensor.is_quantized = layer != quantized.end();
        tensor.is_transposed = planned.is_linear_weight && family.weights_transposed;
        if (tensor.is_transposed) std::swap(tensor.layout.shape[0], tensor.layout.shape[1]);
        if (module.kind == Module::Kind::Linear) tensor.rows = fileRows(config, architecture, module.role);
        const bool is_gain = module.kind == Module::Kind::Norm && planned.name.ends_with(".weight");
        if (is_gain) tensor.added = static_cast<float>(family.norm.gain_offset);
        if (tensor.is_quantized) {
            const LinearInfo& linear = *layer->second;
            tensor.weights = layerWeights(resolved(weights, methodFor(method, linear.name)), linear, config);
            tensor.element = elementOf(tensor.weights);
            tensor.record_name = gguf::familyOf(architecture).prefixes.front() + linear.name.substr(model.name_prefix.size());
        } else if (module.kind == Module::Kind::Linear && isRouter(module.role)) {
            // F32, as llama.cpp keeps them; the weight of the shared expert's is a vector there.
            if (module.role == Role::SharedRouter) tensor.layout.shape = {planned.shape.back()};
        } else if (planned.shape.size() > 1 && module.kind != Module::Kind::Position) {
            tensor.element = weights == GgufWeights::BF16 ? GgufElement::BF16 : GgufElement::F16;
        }
        std::int64_t n_elements = 1;
        for (const std::int64_t extent : planned.shape) n_elements *= extent;
        tensor.layout.type = ggufTypeId(tensor.element);
        tensor.layout.size_bytes = byteCount(tensor.element, n_elements);
        map.push_back(std::move(tensor));
    }
    return map;
}

std::vector<float> inFileOrder(const GgufTensor& tensor, std::span<const float> values) {
    std::int64_t count = 1;
    for (const std::int64_t extent : tensor.layout.shape) count *= extent;
    if (count != static_cast<std::int64_t>(values.size())) {
        throw Error(ErrorCode::ShapeMismatch,
                    "export: " + tensor.source + ": expected " + std::to_string(count) + " values, found " + std::to_string(values.size()));
    }
    std::vector<float> ordered(values.begin(), values.end());
    if (!tensor.rows.empty()) {
        const std::size_t length = values.size() / tensor.rows.size();
        for (std::size_t row = 0; row < tensor.rows.size(); ++row) {
            const auto from = values.subspan(static_cast<std::size_t>(tensor.rows[row]) * length, length);
            std::copy(from.begin(), from.end(), ordered.begin() + static_cast<std::ptrdiff_t>(row * length));
        }
    }
    if (tensor.added != 0.0F) {
        for (float& value : ordered) value += tensor.added;
    }
    return ordered;
}

}  // namespace salient
