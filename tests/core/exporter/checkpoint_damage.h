#pragma once

#include <functional>
#include <stdexcept>

#include "tests/core/exporter/sample_models.h"

/// Changes to files of a written checkpoint.
namespace salient::samples {

inline void changeTensors(const std::filesystem::path& directory, const std::function<void(OpenFile&)>& change) {
    OpenFile file(directory / "model.safetensors");
    change(file);
    file.save(directory / "model.safetensors");
}

inline void changeJson(const std::filesystem::path& path, const std::function<void(Json&)>& change) {
    Json json = readJson(path);
    change(json);
    writeJson(path, json);
}

inline void changeConfig(const std::filesystem::path& directory, const std::function<void(Json&)>& change) {
    changeJson(directory / "config.json", [&](Json& config) { change(config["quantization_config"]); });
    if (std::filesystem::exists(directory / "quantize_config.json")) changeJson(directory / "quantize_config.json", change);
}

inline void replaceInFile(const std::filesystem::path& path, const std::string& from, const std::string& to) {
    std::string content = readText(path);
    const std::size_t at = content.find(from);
    if (at == std::string::npos) throw std::runtime_error("nothing to replace in " + path.string());
    content.replace(at, from.size(), to);
    std::ofstream(path, std::ios::binary) << content;
}

}  // namespace salient::samples
