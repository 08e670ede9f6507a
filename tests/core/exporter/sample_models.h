#pragma once

#include <QTemporaryDir>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>
#include <span>

#include "core/exporter/export_checkpoint.h"
#include "core/exporter/verify.h"
#include "core/io/safetensors.h"
#include "core/kernels/convert.h"
#include "core/model/tensor_plan.h"
#include "tests/core/model/small_models.h"

/// Small seeded random models of every family, and their quantization, for tests of export and verification.
namespace salient::samples {

/// Families whose configuration is that of a small model, with other widths.
inline bool isEnlarged(const std::string& family) {
    return family != "llama" && family != "mistral" && family != "qwen2" && family != "gpt2" && family != "opt";
}

/// The configuration of a small model with widths that every export format can hold.
inline Json enlarged(Json config) {
    const std::shared_ptr<const Family> family = ModelConfig::parse(config, "config.json").family;
    const ConfigKeys& keys = family->keys;
    Json& sizes = family->nested.config_key.empty() ? config : config[family->nested.config_key];
    for (const char* width : {"hidden_size", "n_embed", "n_embd"}) {
        if (sizes.contains(width)) sizes[width] = 64;
    }
    if (!keys.intermediate_size.empty()) sizes[keys.intermediate_size] = 128;
    for (const char* width : {"moe_intermediate_size", "shared_expert_intermediate_size"}) {
        if (sizes.contains(width)) sizes[width] = 64;
    }
    if (!keys.head_dim.empty()) sizes[keys.head_dim] = 32;
    return config;
}

/// Tensors of what stands beside a nested model's text part, under the names that they have with the first of its prefixes. Some are named
/// like layers of the text model.
inline std::vector<TensorLayout> otherParts(const Family& family, DType type) {
    if (!family.hasOtherParts()) return {};
    return {{"multi_modal_projector.linear_1.weight", type, {64, 16}},
            {"multi_modal_projector.mm_input_projection_weight", type, {16, 64}},
            {"vision_tower.encoder.layers.0.self_attn.q_proj.bias", type, {16}},
            {"vision_tower.encoder.layers.0.self_attn.q_proj.weight", type, {16, 16}},
            {"vision_tower.encoder.layers.0.mlp.down_proj.weight", type, {16, 48}},
            {"vision_tower.patch_embedding.weight", type, {16, 3, 2, 2}}};
}

inline Json familyConfig(const std::string& family) {
    if (family == "gpt2") {
        return Json::parse(R"({"architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "vocab_size": 64, "n_embd": 64, "n_layer": 2,
            "n_head": 4, "n_positions": 64, "n_inner": 128, "layer_norm_epsilon": 1e-05, "activation_function": "gelu_new"})");
    }
    if (family == "opt") {
        return Json::parse(
            R"({"architectures": ["OPTForCausalLM"], "model_type": "opt", "vocab_size": 64, "hidden_size": 64, "ffn_dim": 128,
            "num_hidden_layers": 2, "num_attention_heads": 4, "max_position_embeddings": 64, "activation_function": "relu",
            "word_embed_proj_dim": 64, "do_layer_norm_before": true})");
    }
    if (isEnlarged(family)) return enlarged(readJson(smallModelDirectory(family) / "config.json"));
    Json config = Json::parse(R"({"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 64, "hidden_size": 64,
        "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
        "max_position_embeddings": 64, "hidden_act": "silu", "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "tie_word_embeddings": true})");
    if (family == "llama") config["num_key_value_heads"] = 4;  // the value layer can absorb scales; the others have grouped queries
    if (family == "mistral") {
        config["model_type"] = "mistral";
        config["architectures"] = {"MistralForCausalLM"};
        config["tie_word_embeddings"] = false;
    }
    if (family == "qwen2") {
        config["model_type"] = "qwen2";
        config["architectures"] = {"Qwen2ForCausalLM"};
    }
    return config;
}

inline const char* configName(DType type) { return type == DType::F32 ? "float32" : type == DType::BF16 ? "bfloat16" : "float16"; }

/// Writes a model directory: weights around zero, gains around one, and a few columns with large activations.
inline void writeModel(const std::filesystem::path& directory, const std::string& family, DType type, Json config = {}) {
    if (config.is_null()) config = familyConfig(family);
    config["torch_dtype"] = configName(type);
    const ModelConfig parsed = ModelConfig::parse(config, "config.json");
    std::filesystem::create_directories(directory);
    writeJson(directory / "config.json", config);
    writeJson(directory / "generation_config.json", Json::object({{"bos_token_id", 0}}));
    std::mt19937 random(7);
    std::normal_distribution<float> normal;
    // Attention that is far from uniform: its output is then no mean of all values, the same for every token.
    const float spread = isEnlarged(family) ? 0.3F : 0.1F;
    std::vector<TensorLayout> layout;
    for (const PlannedTensor& planned : plannedTensors(parsed, parsed.family->prefixes.front()))
        layout.push_back({planned.name, type, planned.shape});
    for (TensorLayout& tensor : otherParts(*parsed.family, type)) layout.push_back(std::move(tensor));
    SafetensorsWriter writer(directory / "model.safetensors", layout);
    for (const TensorLayout& tensor : layout) {
        std::int64_t count = 1;
        for (const std::int64_t extent : tensor.shape) count *= extent;
        std::vector<float> values(static_cast<std::size_t>(count));
        const bool is_gain = tensor.shape.size() == 1 && tensor.name.ends_with(".weight");
        // Behind a norm of the embedding the same columns would stand out twice.
        const bool feeds_norms = tensor.name.find("embeddings_layernorm") != std::string::npos;
        for (std::size_t i = 0; i < values.size(); ++i) {
            values[i] = is_gain ? 1.0F + 0.1F * normal(random) : spread * normal(random);
            if (is_gain && !feeds_norms && i % 16 == 3) values[i] *= 8.0F;
        }
        writer.write(tensor.name, fromFloats(values, type));
    }
    writer.finish();
}

/// Tensors of a single-file checkpoint, to be changed and written again.
struct OpenFile {
    std::vector<TensorLayout> layout;
    std::map<std::string, std::vector<std::byte>> bytes;

    explicit OpenFile(const std::filesystem::path& path) {
        const SafetensorsFile file = SafetensorsFile::open(path);
        for (const auto& [name, view] : file.tensors()) {
            layout.push_back({name, view.dtype, view.shape});
            bytes[name].assign(view.bytes.begin(), view.bytes.end());
        }
    }
    template <typename T>
    std::span<T> as(const std::string& name) {
        auto& data = bytes.at(name);
        return {reinterpret_cast<T*>(data.data()), data.size() / sizeof(T)};
    }
    void add(const TensorLayout& tensor, std::vector<std::byte> content) {
        layout.push_back(tensor);
        bytes[tensor.name] = std::move(content);
    }
    void remove(const std::string& name) {
        std::erase_if(layout, [&](const TensorLayout& tensor) { return tensor.name == name; });
    }
    void save(const std::filesystem::path& path) const {
        std::filesystem::remove(path);
        SafetensorsWriter writer(path, layout);
        for (const TensorLayout& tensor : layout) writer.write(tensor.name, bytes.at(tensor.name));
        writer.finish();
    }
};

/// Of floats that become float16: those whose nearest multiple of 2^-24, the last place of its subnormals, is not zero and further away
/// than half the last place of a normal number.
inline std::int64_t losingDigitsInFloat16(std::span<const float> values) {
    std::int64_t n_losing = 0;
    for (const float value : values) {
        const double exact = std::abs(static_cast<double>(value));
        const double nearest = std::nearbyint(exact * 0x1p24) * 0x1p-24;
        n_losing += exact < 0x1p-14 && nearest != 0.0 && std::abs(nearest - exact) > exact / 2048.0 ? 1 : 0;
    }
    return n_losing;
}

inline Calibration calibrateRandomly(const std::shared_ptr<const Model>& model) {
    Samples samples;
    samples.windows.seq_len = 32;
    std::mt19937 random(11);
    for (int i = 0; i < 128; ++i)
        samples.windows.ids.push_back(static_cast<TokenId>(random() % static_cast<unsigned>(model->config.vocabulary_size)));
    JobContext job;
    return calibrate(model, samples, {}, job);
}

/// The method of that name on that grid, its scales in the type that the format stores.
inline MethodSpec methodFor(const Model& model, ExportFormat format, const std::string& name, GridSpec grid) {
    grid.scale_type = storedScaleType(format, model.config);
    MethodSpec base;
    base.grid = grid;
    return methodFromName(name, base);
}

inline QuantizedModel quantizeRandomly(const std::shared_ptr<const Model>& model, const MethodSpec& method) {
    JobContext job;
    return quantizeModel(calibrateRandomly(model), method, job);
}

inline void exportTo(const QuantizedModel& model, const std::filesystem::path& target, ExportFormat format) {
    JobContext job;
    ExportOptions options;
    options.format = format;
    exportCheckpoint(model, target, options, job);
}

inline std::filesystem::path pathOf(const QTemporaryDir& directory, const char* name) {
    return std::filesystem::path(directory.path().toStdString()) / name;
}

/// All findings of that severity or worse, one to a line.
inline QString text(const VerifyReport& report, Severity least = Severity::Failure) {
    QString result;
    for (const Finding& finding : report.findings) {
        if (finding.severity >= least) result += QString::fromStdString(finding.subject + ": " + finding.message + "\n");
    }
    return result;
}

}  // namespace salient::samples
