#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "core/model/model_config.h"

namespace salient::gguf {

/// What llama.cpp calls a family, and where its files differ from those of Hugging Face.
struct Architecture {
    std::string_view name;        ///< "general.architecture", and the first part of the keys that describe the model
    std::string_view model_type;  ///< Family::model_type
    /// Rows of q and k stand in the order of llama.cpp's rotation, which turns neighbours: row 2p + s of a head is row s·half + p of the
    /// family's.
    bool turns_neighbours = false;
};

/// All of them. Mistral's files say "llama", whose computation is the same but for the sliding window, which they do not mention.
[[nodiscard]] std::span<const Architecture> architectures();
/// The one of that name, or null.
[[nodiscard]] const Architecture* findArchitecture(std::string_view name);
/// How files of a family are written, or null where llama.cpp has no such architecture (OPT, GPT-J, GPT-Neo).
[[nodiscard]] const Architecture* architectureOf(const Family& family);
/// "llama, qwen2, …"
[[nodiscard]] std::string architectureNames();

/// What a module of a model is called in a GGUF file, and what it is.
struct Module {
    enum class Kind { Embedding, Position, Norm, Linear, Head };
    std::string name;  ///< "blk.0.attn_q", without ".weight"
    Kind kind = Kind::Linear;
    Role role = Role::Query;  ///< Kind::Linear only
};

/// Full module name of the family → its module in GGUF, for every module that the configuration has.
[[nodiscard]] std::map<std::string, Module> modulesOf(const ModelConfig& config, std::string_view name_prefix);

}  // namespace salient::gguf
