#include "core/model/gguf/architecture.h"

#include <algorithm>
#include <array>

#include "core/model/tensor_plan.h"

namespace salient::gguf {
namespace {

constexpr std::array<Architecture, 14> kArchitectures{{
    {"llama", "llama", true},
    {"llama", "mistral", true},
    {"qwen2", "qwen2"},
    {"qwen3", "qwen3"},
    {"phi2", "phi"},
    {"phi3", "phi3"},
    {"gemma", "gemma"},
    {"gemma2", "gemma2"},
    {"gemma3", "gemma3_text"},
    {"gpt2", "gpt2"},
    {"gptneox", "gpt_neox"},
    {"bloom", "bloom"},
    {"stablelm", "stablelm"},
    {"olmo", "olmo", true},
}};

std::string_view linearName(Role role) {
    switch (role) {
        case Role::Query:
            return "attn_q";
        case Role::Key:
            return "attn_k";
        case Role::Value:
            return "attn_v";
        case Role::QueryKeyValue:
            return "attn_qkv";
        case Role::AttentionOutput:
            return "attn_output";
        case Role::Gate:
            return "ffn_gate";
        case Role::Up:
        case Role::GateUp:  // both halves in one, the gate first
            return "ffn_up";
        case Role::Down:
            return "ffn_down";
        case Role::Router:  // mixtures are neither read nor written here
        case Role::SharedRouter:
            break;
    }
    return "";
}

}  // namespace

std::span<const Architecture> architectures() { return kArchitectures; }

const Architecture* findArchitecture(std::string_view name) {
    const auto all = architectures();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Architecture& a) { return a.name == name; });
    return found == all.end() ? nullptr : &*found;
}

const Architecture* architectureOf(const Family& family) {
    const auto all = architectures();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Architecture& a) { return a.model_type == family.model_type; });
    return found == all.end() ? nullptr : &*found;
}

std::string architectureNames() {
    std::string names;
    std::string_view last;
    for (const Architecture& architecture : architectures()) {
        if (architecture.name == last) continue;
        last = architecture.name;
        names += (names.empty() ? "" : ", ") + std::string(last);
    }
    return names;
}

std::map<std::string, Module> modulesOf(const ModelConfig& config, std::string_view name_prefix) {
    using Kind = Module::Kind;
    const Family& family = *config.family;
    std::map<std::string, Module> modules;
    const auto add = [&](const std::string& fact, std::string name, Kind kind) {
        if (!fact.empty()) modules[fillName(name_prefix, fact, -1)] = {std::move(name), kind, {}};
    };
    add(family.embedding, "token_embd", Kind::Embedding);
    add(family.embedding_norm, "token_embd_norm", Kind::Norm);
    add(family.position_embedding, "position_embd", Kind::Position);
    add(family.final_norm, "output_norm", Kind::Norm);
    modules[family.head] = {"output", Kind::Head, {}};
    for (int block = 0; block < config.n_blocks; ++block) {
        const std::string prefix = "blk." + std::to_string(block) + ".";
        const auto addToBlock = [&](const std::string& fact, std::string_view name, Kind kind, Role role = {}) {
            if (fact.empty()) return;
            modules[fillName(name_prefix, family.block_prefix + fact, block)] = {prefix + std::string(name), kind, role};
        };
        addToBlock(family.attention_norm, "attn_norm", Kind::Norm);
        addToBlock(config.shares_norm ? "" : family.mlp_norm, "ffn_norm", Kind::Norm);
        addToBlock(family.attention_post_norm, "post_attention_norm", Kind::Norm);
        addToBlock(family.mlp_post_norm, "post_ffw_norm", Kind::Norm);
        addToBlock(family.query_norm, "attn_q_norm", Kind::Norm);
        addToBlock(family.key_norm, "attn_k_norm", Kind::Norm);
        for (const LinearFact& linear : family.linears) addToBlock(linear.name, linearName(linear.role), Kind::Linear, linear.role);
    }
    return modules;
}

}  // namespace salient::gguf
