#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "core/io/gguf.h"
#include "core/io/mapped_file.h"

namespace salient {

/// What stands before the data of a GGUF file, as gguf.h describes it, and views of the data.
struct GgufHeader {
    std::map<std::string, GgufValue> metadata;
    std::map<std::string, TensorView> tensors;
};

/// Throws as GgufFile::open() does.
[[nodiscard]] GgufHeader readGgufHeader(const std::filesystem::path& path, const std::shared_ptr<const MappedFile>& file);

}  // namespace salient
