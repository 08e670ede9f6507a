#pragma once

#include <filesystem>
#include <memory>

#include "core/io/gguf.h"
#include "core/model/gguf/architecture.h"
#include "core/model/model.h"

namespace salient::gguf {

/// The model in a GGUF file, in the terms of its family: the config.json that it stands for (ModelConfig::raw holds it), tensors under the
/// family's names and in its order of rows, its own tokenizer. Groups and linear layers are not listed yet: Model::open() does that for
/// every model. Throws Error{Unsupported} naming an architecture that is not known, a tensor that the family has no place for, or a
/// tokenizer that is not; Error{Format}, {ShapeMismatch} naming a tensor.
[[nodiscard]] std::shared_ptr<Model> open(const std::filesystem::path& path);

/// The file's tensors as the family has them, for a configuration read from it.
[[nodiscard]] std::map<std::string, TensorView> familyTensors(const GgufFile& file, const Architecture& architecture,
                                                              const ModelConfig& config, const std::string& name_prefix);

}  // namespace salient::gguf
