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
    /// Of a mixture: the shares of the experts that a token is sent to are divided by their sum. No key of a file says otherwise.
    bool normalizes_experts = true;
};

/// All of them. Mistral's files say "llama", whose computation is the same but for the sliding window, which they do not mention; so do
/// Mixtral's, whose experts tell them apart. Of Mistral 3's, those from before December 2025 say so, too, later ones "mistral3".
[[nodiscard]] std::span<const Architecture> architectures();
/// The first of that name whose family has experts or has none, as asked; else the first of that name; or null.
[[nodiscard]] const Architecture* findArchitecture(std::string_view name, bool has_experts);
/// How files of a family are written, or null where llama.cpp has no such architecture (OPT, GPT-J, GPT-Neo). Of a text model inside a
/// larger one that of the text model: what stands beside it has a file of its own there.
[[nodiscard]] const Architecture* architectureOf(const Family& family);
/// The family of an architecture.
[[nodiscard]] const Family& familyOf(const Architecture& architecture);
/// "llama, qwen2, …"
[[nodiscard]] std::string architectureNames();

/// What a module of a model is called in a GGUF file, and what it is.
struct Module {
    enum class Kind { Embedding, Position, Norm, Linear, Head };
    std::string name;  ///< "blk.0.attn_q", without ".weight"
    Kind kind = Kind::Linear;
    Role role = Role::Query;  ///< Kind::Linear only
    /// > 0: the tensor of that name holds this module of so many experts, or heads, one after the other; this is the slice of number
    /// `slice`.
    int n_slices = 0;
    int slice = 0;
    std::string former_name = {};  ///< of an expert's layer: its own tensor in files from before April 2024, "blk.0.ffn_gate.3"
};

/// Full module name of the family → its module in GGUF, for every module that the configuration has.
[[nodiscard]] std::map<std::string, Module> modulesOf(const ModelConfig& config, std::string_view name_prefix);

}  // namespace salient::gguf
