#include <algorithm>
#include <set>

#include "core/exporter/files_to_copy.h"
#include "core/exporter/verify/checks.h"
#include "core/io/contained_path.h"
#include "core/io/safetensors.h"

namespace salient {
namespace {

namespace fs = std::filesystem;

constexpr const char* kIndex = "model.safetensors.index.json";

void checkMetadata(const SafetensorsFile& file, Findings& findings) {
    const std::string name = file.path().filename().string();
    const auto format = file.metadata().find("format");
    if (format == file.metadata().end()) {
        findings.push_back({Severity::Failure, name, "metadata: expected \"format\": \"pt\", found none: transformers refuses the file"});
    } else if (format->second != "pt") {
        findings.push_back({Severity::Warning, name, "metadata: expected \"format\": \"pt\", found \"" + format->second + "\""});
    }
}

/// Opens a file's header; a broken one is a finding.
std::optional<SafetensorsFile> openHeader(const fs::path& directory, const std::string& name, Findings& findings) {
    try {
        return SafetensorsFile::open(containedPath(directory, name));
    } catch (const Error& error) {
        findings.push_back({Severity::Failure, name, error.what()});
        return std::nullopt;
    }
}

void checkShards(const fs::path& directory, const Json& index, Findings& findings) {
    const auto map = index.is_object() ? index.find("weight_map") : index.end();
    if (!index.is_object() || map == index.end() || !map->is_object()) {
        findings.push_back({Severity::Failure, kIndex, "expected an object 'weight_map'"});
        return;
    }
    std::map<std::string, std::set<std::string>> listed;  // shard → tensors
    for (const auto& [tensor, shard] : map->items()) {
        if (shard.is_string()) listed[shard.get<std::string>()].insert(tensor);
    }
    std::int64_t bytes = 0;
    for (const auto& [shard, tensors] : listed) {
        if (std::error_code error; !fs::exists(containedPath(directory, shard), error)) {
            findings.push_back({Severity::Failure, kIndex, "names the shard " + shard + ", which is missing"});
            continue;
        }
        const std::optional<SafetensorsFile> file = openHeader(directory, shard, findings);
        if (!file) continue;
        checkMetadata(*file, findings);
        for (const std::string& tensor : tensors) {
            if (!file->tensors().contains(tensor))
                findings.push_back({Severity::Failure, kIndex, "expected " + tensor + " in " + shard + ", found none"});
        }
        for (const auto& [tensor, view] : file->tensors()) {
            bytes += static_cast<std::int64_t>(view.bytes.size());
            if (!tensors.contains(tensor))
                findings.push_back(
                    {Severity::Failure, shard, "holds " + tensor + ", which the index does not list there: llama.cpp's converter stops"});
        }
    }
    const auto metadata = index.find("metadata");
    if (metadata != index.end() && metadata->is_object() && metadata->contains("total_size")) {
        const Json& total = metadata->at("total_size");
        if (total != bytes) {
            findings.push_back({Severity::Note, kIndex, "total_size: expected " + std::to_string(bytes) + " bytes, found " + total.dump()});
        }
    }
}

void checkStrayFiles(const fs::path& directory, const std::set<std::string>& used, Findings& findings) {
    for (const std::string& name : namesIn(directory)) {
        const std::string extension = fs::path(name).extension().string();
        if (extension == ".safetensors" && !used.contains(name))
            findings.push_back(
                {Severity::Warning, name, "a safetensors file that is no part of the model: ExLlamaV2 reads every one in the directory"});
        if (extension == ".bin" || extension == ".pt")
            findings.push_back(
                {Severity::Warning, name, "a pickle file beside the weights: some loaders prefer it, and reading it can run code"});
    }
}

void checkWeights(const fs::path& directory, Findings& findings) {
    std::set<std::string> used;
    const bool is_single = holdsFile(directory, "model.safetensors");
    const bool is_indexed = holdsFile(directory, kIndex);
    if (is_single) {
        used.insert("model.safetensors");
        if (const std::optional<SafetensorsFile> file = openHeader(directory, "model.safetensors", findings))
            checkMetadata(*file, findings);
        if (is_indexed)
            findings.push_back({Severity::Warning, kIndex, "an index beside model.safetensors: some loaders read one, some the other"});
    } else if (is_indexed) {
        const Json index = readJson(containedPath(directory, kIndex), kMostListBytes);
        checkShards(directory, index, findings);
        if (index.is_object() && index.contains("weight_map") && index.at("weight_map").is_object()) {
            for (const auto& [tensor, shard] : index.at("weight_map").items()) {
                if (shard.is_string()) used.insert(shard.get<std::string>());
            }
        }
    } else {
        for (const std::string& name : namesIn(directory)) {
            if (fs::path(name).extension() != ".safetensors") continue;
            used.insert(name);
            findings.push_back({Severity::Warning, name, "expected the name model.safetensors, which transformers looks for"});
            if (const auto file = openHeader(directory, name, findings)) checkMetadata(*file, findings);
        }
    }
    checkStrayFiles(directory, used, findings);
}

void checkTokenizer(const fs::path& directory, const Model* original, Findings& findings) {
    const auto has = [&](const std::string& file) { return holdsFile(directory, file); };
    if (!has("tokenizer.json") && !has("tokenizer.model") && !(has("vocab.json") && has("merges.txt"))) {
        findings.push_back(
            {Severity::Warning, "tokenizer", "expected tokenizer.json, tokenizer.model or vocab.json and merges.txt, found none"});
    }
    if (!has("tokenizer_config.json"))
        findings.push_back({Severity::Note, "tokenizer_config.json", "missing: transformers then guesses the tokenizer's class"});
    if (original == nullptr) return;
    for (const std::string& file : filesToCopy(*original)) {
        if (!has(file)) {
            findings.push_back({Severity::Warning, file, "the original has it, this directory does not"});
        } else if (readText(containedPath(original->directory, file)) != readText(containedPath(directory, file))) {
            findings.push_back({Severity::Note, file, "differs from the original's"});
        }
    }
}

}  // namespace

Findings checkFiles(const fs::path& directory, const Model* original) {
    Findings findings;
    try {
        checkWeights(directory, findings);
        checkTokenizer(directory, original, findings);
    } catch (const Error& error) {
        findings.push_back({Severity::Failure, directory.filename().string(), error.what()});
    }
    return findings;
}

}  // namespace salient
