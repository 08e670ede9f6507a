#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/tensor/tensor_view.h"

namespace salient {

/// All tensors of a model. Of a Hugging Face directory: model.safetensors, or the shards named by model.safetensors.index.json, or the
/// only *.safetensors file there is. Opening reads headers only. Which symbolic links are followed: containedPath().
class Checkpoint {
public:
    /// Throws Error{Io} for a missing shard (naming it and the index), Error{Format} for an index that names a file outside
    /// the directory or a tensor its shard does not hold, Error{Unsupported} for pickle files with advice: refusePickle().
    [[nodiscard]] static Checkpoint open(const std::filesystem::path& directory);
    /// Tensors that were read from somewhere else: a GGUF file, which then stands for the directory, too.
    [[nodiscard]] static Checkpoint of(const std::filesystem::path& file, std::map<std::string, TensorView> tensors);
    /// The same files (and their size) with other tensors, made of theirs.
    [[nodiscard]] Checkpoint withTensors(std::map<std::string, TensorView> tensors) const;

    [[nodiscard]] const std::map<std::string, TensorView>& tensors() const noexcept { return tensors_; }
    [[nodiscard]] bool contains(const std::string& name) const { return tensors_.contains(name); }
    /// Throws Error{Format} naming the directory when there is no such tensor.
    [[nodiscard]] const TensorView& tensor(const std::string& name) const;
    [[nodiscard]] const std::filesystem::path& directory() const noexcept { return directory_; }
    /// The files that hold them, in order.
    [[nodiscard]] const std::vector<std::filesystem::path>& files() const noexcept { return files_; }
    /// Sum of all tensors' bytes as the files hold them.
    [[nodiscard]] std::int64_t sizeBytes() const noexcept;

private:
    std::filesystem::path directory_;
    std::vector<std::filesystem::path> files_;
    std::map<std::string, TensorView> tensors_;
    std::int64_t stored_bytes_ = -1;  ///< −1: those of tensors_
};

}  // namespace salient
