#pragma once

#include <QString>
#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/kernels/convert.h"
#include "core/model/packed/packed_model.h"
#include "core/model/tensor_plan.h"
#include "core/tensor/float16.h"
#include "tests/core/exporter/sample_models.h"

/// A quantized model written, opened again and compared number by number, with what the formats' descriptions say and none of the packing
/// code. Functions that return a text say what is wrong; empty: nothing.
namespace salient::samples {

struct ExportSetting {
    ExportFormat format = ExportFormat::Gptq;
    MethodSpec method = {};
    GgufWeights gguf_weights = GgufWeights::Lossless;  ///< ExportFormat::Gguf only
};

inline ExportOptions optionsOf(const ExportSetting& setting) {
    ExportOptions options;
    options.format = setting.format;
    options.gguf_weights = setting.gguf_weights;
    return options;
}

inline std::vector<std::string> obstaclesOf(const Model& model, const ExportSetting& setting) {
    return exportObstacles(model, setting.method, setting.format, setting.gguf_weights);
}

/// In memory where the system has such a folder: hundreds of checkpoints are written, each flushed to what holds it.
inline std::unique_ptr<QTemporaryDir> quickFolder() {
    auto folder = std::make_unique<QTemporaryDir>(QStringLiteral("/dev/shm/salient-XXXXXX"));
    if (!folder->isValid()) folder = std::make_unique<QTemporaryDir>();
    return folder;
}

/// Whether inputs join groups in the order of processing, which then must be stored: with one group per row it leaves no trace.
inline bool hasOrderedGroups(const MethodSpec& method) {
    return method.gptq.act_order && !method.gptq.static_groups && method.grid.group_size > 0;
}

/// The type of GGUF that holds a grid's codes as they are. ggml's blocks have 32 consecutive elements and one scale: four bits around 8
/// (Q4_0) or with an offset (Q4_1), or signed bytes (Q8_0).
inline std::optional<GgufWeights> blocksOf(const MethodSpec& method) {
    constexpr Index kBlock = 32;
    const GridSpec& grid = method.grid;
    const bool is_whole = grid.group_size < 0 || grid.group_size % kBlock == 0;
    if (!is_whole || hasOrderedGroups(method) || method.activations != ActivationScale::None) return std::nullopt;
    if (grid.bits == 4) return grid.is_symmetric ? GgufWeights::Q4_0 : GgufWeights::Q4_1;
    if (grid.bits == 8 && grid.is_symmetric) return GgufWeights::Q8_0;
    return std::nullopt;
}

inline bool isPacked(ExportFormat format) { return format != ExportFormat::Dequantized && format != ExportFormat::Gguf; }

template <typename AnyMatrix>
bool isSame(const AnyMatrix& a, const AnyMatrix& b) {
    return a.rows() == b.rows() && a.cols() == b.cols() && a == b;
}

/// ŵ = scale · (code − zero), element by element.
inline Matrix definedWeight(const QuantizedTensor& tensor) {
    Matrix weight(tensor.codes.rows(), tensor.codes.cols());
    for (Index n = 0; n < weight.rows(); ++n) {
        for (Index k = 0; k < weight.cols(); ++k) {
            const Index g = tensor.group_index[static_cast<std::size_t>(k)];
            weight(n, k) = tensor.scale(n, g) * (static_cast<float>(tensor.codes(n, k)) - tensor.zero(n, g));
        }
    }
    return weight;
}

inline Matrix roundedTo(DType type, const Matrix& weight) {
    return weight.unaryExpr([type](float value) { return roundToStored(value, type); });
}

/// Q8_0 of weights that are no codes of it: in each 32, whole steps of the largest magnitude / 127 as float16 holds it, or of the float16
/// above where the largest would be cut off by more than half a step.
inline Matrix roundedToBytes(const Matrix& weight) {
    constexpr Index kBlock = 32;
    Matrix rounded(weight.rows(), weight.cols());
    for (Index n = 0; n < weight.rows(); ++n) {
        for (Index first = 0; first < weight.cols(); first += kBlock) {
            const float largest = weight.block(n, first, 1, kBlock).cwiseAbs().maxCoeff();
            float step = roundToStored(largest / 127.0F, DType::F16);
            if (largest > 127.5F * step) step = fromFloat16(static_cast<std::uint16_t>(toFloat16(step) + 1));
            for (Index k = first; k < first + kBlock; ++k)
                rounded(n, k) = step > 0.0F ? step * std::clamp(std::nearbyint(weight(n, k) / step), -128.0F, 127.0F) : 0.0F;
        }
    }
    return rounded;
}

/// Q4_1 stores −zero · scale as a float16.
inline Matrix withStoredOffset(const QuantizedTensor& tensor) {
    Matrix weight(tensor.codes.rows(), tensor.codes.cols());
    for (Index n = 0; n < weight.rows(); ++n) {
        for (Index k = 0; k < weight.cols(); ++k) {
            const Index g = tensor.group_index[static_cast<std::size_t>(k)];
            const float scale = tensor.scale(n, g);
            weight(n, k) = scale * static_cast<float>(tensor.codes(n, k)) + roundToStored(-tensor.zero(n, g) * scale, DType::F16);
        }
    }
    return weight;
}

/// The weight that a loader must get, from the definition of its form. Nothing for the types of 256 elements, whose codes are their own.
inline std::optional<Matrix> meantWeight(const QuantizedTensor& tensor, const ExportSetting& setting, DType original) {
    if (setting.format == ExportFormat::Dequantized) return roundedTo(original, definedWeight(tensor));
    if (setting.format != ExportFormat::Gguf) return definedWeight(tensor);
    const std::optional<GgufWeights> blocks = blocksOf(setting.method);
    switch (setting.gguf_weights) {
        case GgufWeights::Lossless:
            return blocks == GgufWeights::Q4_1 ? withStoredOffset(tensor) : definedWeight(tensor);
        case GgufWeights::Q4_0:
            return definedWeight(tensor);
        case GgufWeights::Q4_1:
            return withStoredOffset(tensor);
        case GgufWeights::Q8_0:
            return blocks == GgufWeights::Q8_0 ? definedWeight(tensor) : roundedToBytes(definedWeight(tensor));
        case GgufWeights::F16:
            return roundedTo(DType::F16, definedWeight(tensor));
        case GgufWeights::BF16:
            return roundedTo(DType::BF16, definedWeight(tensor));
        case GgufWeights::Q4_K:
        case GgufWeights::Q6_K:
        case GgufWeights::Q4_K_M:
            break;
    }
    return std::nullopt;
}

/// Of a GGUF file: the name of the type that quantized layers have in it; empty where it depends on the layer.
inline QString storedTypeOf(const ExportSetting& setting) {
    if (setting.gguf_weights == GgufWeights::Q4_K_M) return {};
    const bool is_free = setting.gguf_weights == GgufWeights::Lossless;
    const GgufWeights type = is_free ? blocksOf(setting.method).value_or(setting.gguf_weights) : setting.gguf_weights;
    return QString::fromStdString(std::string(name(type))).toUpper();
}

/// Whether the format keeps a tensor that is not quantized in that type. GPTQ's and AWQ's kernels compute in 16 bits, AWQ's in float16
/// alone; a GGUF file has vectors in float32, and of matrices at least positions and routers.
inline bool mayBeStoredAs(DType found, const ExportSetting& setting, DType original, bool is_matrix) {
    switch (setting.format) {
        case ExportFormat::Gptq:
            return found == (original == DType::BF16 ? DType::BF16 : DType::F16);
        case ExportFormat::Awq:
            return found == DType::F16;
        case ExportFormat::CompressedTensors:
        case ExportFormat::Dequantized:
            return found == original;
        case ExportFormat::Gguf:
            break;
    }
    const DType half = setting.gguf_weights == GgufWeights::BF16 ? DType::BF16 : DType::F16;
    return found == DType::F32 || (is_matrix && found == half);
}

/// Everything that is no quantized weight: embeddings, norms, biases, routers, layers that were kept. Each must be the original's, rounded
/// once to the type it is stored in.
inline QString floatDifference(const Model& original, const Model& opened, const ExportSetting& setting,
                               const std::set<std::string>& quantized) {
    const std::vector<PlannedTensor> meant = plannedTensors(original.config, original.name_prefix);
    const std::vector<PlannedTensor> found = plannedTensors(opened.config, opened.name_prefix);
    if (meant.size() != found.size()) return "another number of tensors";
    const auto offset = static_cast<float>(original.config.family->norm.gain_offset);
    for (std::size_t i = 0; i < meant.size(); ++i) {
        const std::string& name = meant[i].name;
        if (name.ends_with(".weight") && quantized.contains(name.substr(0, name.rfind('.')))) continue;
        const QString tensor = QString::fromStdString(name);
        const bool is_matrix = meant[i].shape.size() > 1;
        const std::optional<DType> type = dtypeFromName(opened.checkpoint->tensor(found[i].name).storedName());
        if (!type || !mayBeStoredAs(*type, setting, original.checkpoint->tensor(name).dtype, is_matrix)) return tensor + ": element type";
        // A GGUF file holds gains as they multiply, the family some of them less one.
        const bool is_moved = setting.format == ExportFormat::Gguf && !is_matrix && name.ends_with(".weight");
        const std::vector<float> before = original.floats(name);
        const std::vector<float> after = opened.floats(found[i].name);
        if (before.size() != after.size()) return tensor + ": another number of elements";
        for (std::size_t j = 0; j < before.size(); ++j) {
            const float value = is_moved ? (before[j] + offset) - offset : before[j];
            if (roundToStored(value, *type) != after[j]) return tensor + ": element " + QString::number(j);
        }
    }
    return {};
}

/// Codes, scales, zero points and groups as the reader of packed layers finds them.
inline QString packedDifference(const QuantizedLinear& linear, const Model& opened, const LinearInfo& info) {
    const PackedModel& packed = *opened.packed;
    const StoredLayer layer = readStoredLayer(packed.stored, packed.scheme, {info.name, info.out_features, info.in_features});
    if (layer.bits != linear.tensor.spec.bits || !isSame(layer.codes, linear.tensor.codes)) return "codes";
    if (!isSame(layer.scale, linear.tensor.scale)) return "scales";
    if (!isSame(layer.zero, linear.tensor.zero)) return "zero points";
    if (layer.group != linear.tensor.group_index) return "groups of inputs";
    if (layer.activations != linear.activations || layer.input_scale != linear.input_scale) return "activations";
    return {};
}

/// What the config says of each layer, as loaders read it.
inline QString schemeDifference(const Model& original, const Model& opened, const ExportSetting& setting,
                                const std::set<std::string>& quantized) {
    LayerScheme meant;
    meant.bits = setting.method.grid.bits;
    meant.group_size = setting.method.grid.group_size;
    meant.is_symmetric = setting.method.grid.is_symmetric && setting.format != ExportFormat::Awq;  // which stores every zero point
    meant.is_ordered = hasOrderedGroups(setting.method);
    meant.activations = setting.method.activations;
    for (std::size_t i = 0; i < original.linears.size(); ++i) {
        const LayerScheme found = layerScheme(opened.packed->scheme, opened.linears[i].name);
        const bool is_quantized = quantized.contains(original.linears[i].name);
        const bool is_right = is_quantized ? found == meant : found.is_declared_float;
        if (!is_right) return QString::fromStdString(opened.linears[i].name) + ": the config says otherwise";
    }
    return {};
}

/// The model that was opened against the one that was written. Layers are paired by their place, for a GGUF file may have another prefix.
inline QString modelDifference(const QuantizedModel& written, const ExportSetting& setting, const Model& opened) {
    const Model& original = *written.original;
    if (opened.linears.size() != original.linears.size()) return "another number of layers";
    if (isPacked(setting.format) != (opened.packed != nullptr)) return "opened in another form";
    std::set<std::string> quantized;
    for (const QuantizedBlock& block : written.blocks) {
        for (const QuantizedLinear& linear : block.linears) {
            quantized.insert(linear.name);
            const LinearInfo& before = original.linear(linear.name);
            const LinearInfo& after = opened.linears[static_cast<std::size_t>(&before - original.linears.data())];
            const QString layer = QString::fromStdString(linear.name) + ": ";
            const std::optional<Matrix> meant = meantWeight(linear.tensor, setting, before.stored);
            if (meant && !isSame(loadLinear(opened, after), *meant)) return layer + "weights";
            if (opened.packed) {
                if (const QString part = packedDifference(linear, opened, after); !part.isEmpty()) return layer + part;
            }
            const QString type = QString::fromStdString(std::string(after.stored_name));
            const QString meant_type = storedTypeOf(setting);
            if (setting.format == ExportFormat::Gguf && !meant_type.isEmpty() && type != meant_type) return layer + "stored as " + type;
        }
    }
    if (opened.packed) {
        if (const QString problem = schemeDifference(original, opened, setting, quantized); !problem.isEmpty()) return problem;
    }
    return floatDifference(original, opened, setting, quantized);
}

/// Keys that `found` must have, objects in it likewise; it may have others.
inline QString keyDifference(const Json& found, const Json& meant, const std::string& place) {
    for (const auto& [key, value] : meant.items()) {
        const bool is_there = found.is_object() && found.contains(key);
        if (is_there && value.is_object()) {
            if (const QString inside = keyDifference(found.at(key), value, place + key + ": "); !inside.isEmpty()) return inside;
            continue;
        }
        if (is_there && found.at(key) == value) continue;
        return QString::fromStdString(place + key + ": expected " + value.dump() + ", found " +
                                      (is_there ? found.at(key).dump() : std::string("none")));
    }
    return {};
}

/// compressed-tensors' description of the one group of layers.
inline Json compressedGroupOf(const MethodSpec& method) {
    const bool is_grouped = method.grid.group_size > 0;
    Json weights = {{"num_bits", method.grid.bits},
                    {"type", "int"},
                    {"symmetric", method.grid.is_symmetric},
                    {"strategy", is_grouped ? "group" : "channel"},
                    {"group_size", is_grouped ? Json(method.grid.group_size) : Json()},
                    {"dynamic", false}};
    if (hasOrderedGroups(method)) weights["actorder"] = "group";
    Json activations;
    if (method.activations != ActivationScale::None) {
        const bool is_dynamic = method.activations == ActivationScale::PerToken;
        activations = {
            {"num_bits", 8}, {"type", "int"}, {"symmetric", true}, {"strategy", is_dynamic ? "token" : "tensor"}, {"dynamic", is_dynamic}};
        if (is_dynamic) activations["observer"] = nullptr;
    }
    return {{"targets", Json::array({"Linear"})}, {"weights", weights}, {"input_activations", activations}};
}

/// The quantization config as each format's loaders read it.
inline QString configDifference(const std::filesystem::path& target, const ExportSetting& setting) {
    if (setting.format == ExportFormat::Gguf) return {};
    const GridSpec& grid = setting.method.grid;
    const Json config = readJson(target / "config.json");
    const bool is_described = config.contains("quantization_config");
    if (is_described != isPacked(setting.format)) return "config.json: quantization_config";
    if (!is_described) return {};
    const Json& found = config.at("quantization_config");
    const std::string place = "quantization_config: ";
    if (setting.format == ExportFormat::Gptq) {
        if (readJson(target / "quantize_config.json") != found) return "quantize_config.json: not that of config.json";
        const Json meant = {{"quant_method", "gptq"},
                            {"bits", grid.bits},
                            {"group_size", grid.group_size},
                            {"sym", grid.is_symmetric},
                            {"desc_act", hasOrderedGroups(setting.method)},
                            {"static_groups", setting.method.gptq.static_groups},
                            {"checkpoint_format", grid.is_symmetric ? "gptq" : "gptq_v2"},
                            {"lm_head", false}};
        return keyDifference(found, meant, place);
    }
    if (setting.format == ExportFormat::Awq) {
        const Json meant = {
            {"quant_method", "awq"}, {"bits", 4}, {"group_size", grid.group_size}, {"zero_point", true}, {"version", "gemm"}};
        return keyDifference(found, meant, place);
    }
    const bool is_int8 = setting.method.activations != ActivationScale::None;
    const Json meant = {{"quant_method", "compressed-tensors"},
                        {"format", is_int8 ? "int-quantized" : "pack-quantized"},
                        {"config_groups", Json::object({{"group_0", compressedGroupOf(setting.method)}})}};
    if (found.at("config_groups").size() != 1) return "quantization_config: config_groups: expected one";
    return keyDifference(found, meant, place);
}

struct RoundTrip {
    QString problem;
    VerifyReport report;  ///< of verifyCheckpoint()
};

/// Writes, opens, compares, verifies and removes. original: what verification compares with; null: only with what was recorded.
inline RoundTrip roundTrip(const QuantizedModel& quantized, const ExportSetting& setting, const std::filesystem::path& target,
                           const std::shared_ptr<const Model>& original) {
    RoundTrip result;
    try {
        JobContext job;
        exportCheckpoint(quantized, target, optionsOf(setting), job);
        result.problem = configDifference(target, setting);
        if (result.problem.isEmpty()) result.problem = modelDifference(quantized, setting, *Model::open(target));
        result.report = verifyCheckpoint(target, original, job);
        Index n_layers = 0;
        for (const QuantizedBlock& block : quantized.blocks) n_layers += static_cast<Index>(block.linears.size());
        if (result.problem.isEmpty() && result.report.format != name(setting.format)) result.problem = "verified as another format";
        if (result.problem.isEmpty() && result.report.n_layers_identical != n_layers) result.problem = "layers with another checksum";
        if (!result.report.passed()) result.problem += " " + text(result.report);
    } catch (const std::exception& error) {
        result.problem = error.what();
    }
    std::error_code ignored;
    std::filesystem::remove_all(target, ignored);
    return result;
}

/// What is wrong with a refusal: the writer must say each obstacle, as an option that is not valid, and leave nothing.
inline QString refusalProblem(const std::shared_ptr<const Model>& model, const ExportSetting& setting,
                              const std::filesystem::path& target) {
    const std::vector<std::string> obstacles = obstaclesOf(*model, setting);
    if (obstacles.empty()) return "no obstacle";
    try {
        const CheckpointWriter writer(model, setting.method, target, optionsOf(setting));
    } catch (const Error& error) {
        const std::string said = error.what();
        const auto is_said = [&](const std::string& obstacle) { return said.find(onOneLine(obstacle)) != std::string::npos; };
        if (error.code() != ErrorCode::InvalidOption || !std::all_of(obstacles.begin(), obstacles.end(), is_said)) return error.what();
        return std::filesystem::exists(target) ? "something was left behind" : QString();
    }
    return "taken by the writer, whose obstacles are: " + QString::fromStdString(obstacles.front());
}

}  // namespace salient::samples
