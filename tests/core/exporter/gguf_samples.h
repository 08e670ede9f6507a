#pragma once

#include "core/io/gguf.h"
#include "tests/core/exporter/sample_models.h"

/// Small models that are written as GGUF files.
namespace salient::gguf_samples {

using namespace salient::samples;
namespace fs = std::filesystem;

/// A setting of an export, and what becomes of the layers.
struct Case {
    const char* method = "rtn";
    int bits = 4;
    bool symmetric = true;
    Index group_size = 32;
    GgufWeights weights = GgufWeights::Lossless;
    const char* stored = "Q4_0";  ///< type of the layers
    bool act_order = false;       ///< with static groups
};

/// Widths of whole blocks of 256.
inline const Json kWide = {{"hidden_size", 256}, {"intermediate_size", 512}};

inline MethodSpec methodOf(const Model& model, const Case& c) {
    GridSpec grid;
    grid.bits = c.bits;
    grid.is_symmetric = c.symmetric;
    grid.group_size = c.group_size;
    MethodSpec method = methodFor(model, ExportFormat::Gguf, c.method, grid);
    method.gptq.act_order = c.act_order;
    method.gptq.static_groups = c.act_order;
    return method;
}

/// A small model of the family, as llama.cpp computes it.
inline Json configOf(const std::string& family) {
    Json config = familyConfig(family);
    Json& own = config.contains("text_config") ? config["text_config"] : config;  // of a model inside a larger one
    if (family.starts_with("gemma2") || family.starts_with("gemma3")) own["query_pre_attn_scalar"] = 32;
    const bool shares_width = family.starts_with("phi") || family.starts_with("stablelm") || family.starts_with("olmo");
    if (shares_width || family == "qwen2_moe") own["head_dim"] = 16;  // four heads of it are as wide as the model
    if (own.contains("sliding_window_pattern")) own["sliding_window_pattern"] = 6;
    if (own.contains("rope_scaling") && own["rope_scaling"].is_object() && own["rope_scaling"].contains("short_factor")) {
        constexpr std::size_t kPairs = 6;  // three quarters of 16 dimensions turn
        own["rope_scaling"]["short_factor"] = std::vector<double>(kPairs, 1.25);
        own["rope_scaling"]["long_factor"] = std::vector<double>(kPairs, 3.5);
    }
    return config;
}

inline void exportGguf(const QuantizedModel& model, const fs::path& target, GgufWeights weights) {
    JobContext job;
    ExportOptions options;
    options.format = ExportFormat::Gguf;
    options.gguf_weights = weights;
    exportCheckpoint(model, target, options, job);
}

inline std::shared_ptr<const Model> makeModel(const fs::path& directory, const std::string& family, DType type = DType::F16,
                                              const Json& changes = Json::object()) {
    Json config = configOf(family);
    for (const auto& [key, value] : changes.items()) config[key] = value;
    writeModel(directory, family, type, config);
    return Model::open(directory);
}

/// Changes a byte of a tensor in a file, whose first tensor is the embedding.
inline void flipBits(const fs::path& path, const std::string& tensor, std::size_t byte, unsigned char bits) {
    std::size_t offset = 0;
    std::string first;
    {
        const GgufFile gguf = GgufFile::open(path);
        const std::span<const std::byte> embedding = gguf.tensors().at("token_embd.weight").bytes;
        offset = static_cast<std::size_t>(gguf.tensors().at(tensor).bytes.data() - embedding.data());
        first.assign(reinterpret_cast<const char*>(embedding.data()), 256);
    }
    std::string bytes = readText(path);
    char& changed = bytes[bytes.find(first) + offset + byte];
    changed = static_cast<char>(static_cast<unsigned char>(changed) ^ bits);
    std::ofstream(path, std::ios::binary) << bytes;
}

/// One to a line.
inline QString joined(const std::vector<std::string>& sentences) {
    QString all;
    for (const std::string& sentence : sentences) all += QString::fromStdString(sentence) + "\n";
    return all;
}

}  // namespace salient::gguf_samples
