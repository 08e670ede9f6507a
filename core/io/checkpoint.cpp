#include "core/io/checkpoint.h"

#include <algorithm>
#include <set>
#include <system_error>

#include "core/error.h"
#include "core/io/contained_path.h"
#include "core/io/json_file.h"
#include "core/io/pickle.h"
#include "core/io/safetensors.h"

namespace salient {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSingleFile = "model.safetensors";
constexpr const char* kIndexFile = "model.safetensors.index.json";

/// Tensor name → name of the shard that holds it.
std::map<std::string, std::string> readWeightMap(const fs::path& index_path) {
    const auto fail = [&](const std::string& reason) {
        throw Error(ErrorCode::Format, "openCheckpoint: " + index_path.string() + ": " + reason);
    };
    const Json index = readJson(index_path, kMostListBytes);
    const auto map = index.is_object() ? index.find("weight_map") : index.end();
    if (!index.is_object() || map == index.end() || !map->is_object()) fail("expected an object 'weight_map'");
    if (map->empty()) fail("weight_map: expected tensors, found none");
    std::map<std::string, std::string> shards;
    for (const auto& [tensor, shard] : map->items()) {
        if (!shard.is_string()) fail("weight_map: '" + tensor + "': expected a file name, found " + std::string(shard.type_name()));
        shards.emplace(tensor, shard.get<std::string>());
    }
    return shards;
}

/// The one *.safetensors file of a directory that uses a name of its own.
std::string onlySafetensorsFile(const fs::path& directory) {
    const std::vector<std::string> all = namesIn(directory);
    std::vector<std::string> names;
    for (const std::string& name : all) {
        if (fs::path(name).extension() == ".safetensors") names.push_back(name);
    }
    if (names.empty()) {
        for (const std::string& name : all) refusePickle(directory / name);
        throw Error(ErrorCode::Io,
                    "openCheckpoint: " + directory.string() + ": expected " + kSingleFile + " or " + kIndexFile + ", found neither");
    }
    if (names.size() > 1) {
        throw Error(ErrorCode::Io, "openCheckpoint: " + directory.string() + ": expected " + kSingleFile + " or " + kIndexFile +
                                       ", found " + std::to_string(names.size()) +
                                       " other safetensors files and nothing that says which to read");
    }
    return names.front();
}

}  // namespace

Checkpoint Checkpoint::open(const fs::path& directory) {
    std::error_code error;
    if (!fs::is_directory(directory, error)) {
        if (fs::exists(directory, error)) refusePickle(directory);
        throw Error(ErrorCode::Io, "openCheckpoint: " + directory.string() + ": expected a directory, found " +
                                       (fs::exists(directory, error) ? "a file" : "nothing there"));
    }
    Checkpoint checkpoint;
    checkpoint.directory_ = directory;
    const bool has_single_file = holdsFile(directory, kSingleFile);
    if (has_single_file || !holdsFile(directory, kIndexFile)) {
        const std::string name = has_single_file ? kSingleFile : onlySafetensorsFile(directory);
        const fs::path path = containedPath(directory, name);
        checkpoint.tensors_ = SafetensorsFile::open(path).tensors();
        checkpoint.files_.push_back(path);
        return checkpoint;
    }

    const fs::path index_path = containedPath(directory, kIndexFile);
    const std::map<std::string, std::string> weight_map = readWeightMap(index_path);
    std::set<std::string> shard_names;
    for (const auto& [tensor, shard] : weight_map) shard_names.insert(shard);
    std::map<std::string, SafetensorsFile> shards;
    for (const std::string& shard : shard_names) {
        const fs::path path = containedPath(directory, shard);
        refusePickle(path);
        if (!fs::exists(path, error)) {
            throw Error(ErrorCode::Io, "openCheckpoint: " + index_path.string() + ": names the shard " + shard + ", which is missing");
        }
        checkpoint.files_.push_back(path);
        shards.emplace(shard, SafetensorsFile::open(path));
    }
    for (const auto& [name, shard] : weight_map) {
        const auto& held = shards.at(shard).tensors();
        const auto found = held.find(name);
        if (found == held.end()) {
            throw Error(ErrorCode::Format,
                        "openCheckpoint: " + index_path.string() + ": expected tensor '" + name + "' in " + shard + ", found none");
        }
        checkpoint.tensors_.emplace(name, found->second);
    }
    // What the index forgot is still part of the model; where two shards hold a name, the index has decided above.
    for (const auto& [shard, file] : shards) {
        for (const auto& [name, view] : file.tensors()) checkpoint.tensors_.try_emplace(name, view);
    }
    return checkpoint;
}

Checkpoint Checkpoint::of(const fs::path& file, std::map<std::string, TensorView> tensors) {
    Checkpoint checkpoint;
    checkpoint.directory_ = file;
    checkpoint.files_ = {file};
    checkpoint.tensors_ = std::move(tensors);
    return checkpoint;
}

Checkpoint Checkpoint::withTensors(std::map<std::string, TensorView> tensors) const {
    Checkpoint checkpoint = *this;
    checkpoint.stored_bytes_ = sizeBytes();
    checkpoint.tensors_ = std::move(tensors);
    return checkpoint;
}

const TensorView& Checkpoint::tensor(const std::string& name) const {
    const auto found = tensors_.find(name);
    if (found == tensors_.end()) throw Error(ErrorCode::Format, "openCheckpoint: " + directory_.string() + ": no tensor '" + name + "'");
    return found->second;
}

std::int64_t Checkpoint::sizeBytes() const noexcept {
    if (stored_bytes_ >= 0) return stored_bytes_;
    std::int64_t total = 0;
    for (const auto& [name, view] : tensors_) total += static_cast<std::int64_t>(view.bytes.size());
    return total;
}

}  // namespace salient
