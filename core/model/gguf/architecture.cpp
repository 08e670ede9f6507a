#include "core/model/gguf/architecture.h"

#include <algorithm>
#include <array>

#include "core/model/tensor_plan.h"

namespace salient::gguf {
namespace {

constexpr std::array<Architecture, 19> kArchitectures{{
    {"llama", "llama", true},
    {"llama", "mistral", true},
    {"llama", "mixtral", true},
    {"mistral3", "mistral", true},
    {"qwen2", "qwen2"},
    {"qwen3", "qwen3"},
    {.name = "qwen2moe", .model_type = "qwen2_moe", .normalizes_experts = false},
    {"qwen3moe", "qwen3_moe"},
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
    {"falcon", "falcon"},
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
        case Role::Router:
            return "ffn_gate_inp";
        case Role::SharedRouter:
            return "ffn_gate_inp_shexp";
    }
    return "";
}

/// prefix: the block's, "blk.0.".
Module linearModule(const std::string& prefix, const LinearKey& key, const ExpertsConfig& experts) {
    Module module;
    module.name = prefix + std::string(linearName(key.role));
    module.kind = Module::Kind::Linear;
    module.role = key.role;
    if (key.expert == kSharedExpert) module.name += "_shexp";
    if (key.expert < 0) return module;
    module.former_name = module.name + "." + std::to_string(key.expert);
    module.name += "_exps";
    module.n_slices = static_cast<int>(experts.count);
    module.slice = key.expert;
    return module;
}

}  // namespace

std::span<const Architecture> architectures() { return kArchitectures; }

const Architecture* findArchitecture(std::string_view name, bool has_experts) {
    const Architecture* first = nullptr;
    for (const Architecture& architecture : architectures()) {
        if (architecture.name != name) continue;
        if (familyOf(architecture).hasExperts() == has_experts) return &architecture;
        if (first == nullptr) first = &architecture;
    }
    return first;
}

const Architecture* architectureOf(const Family& family) {
    const auto all = architectures();
    const std::string& model_type = family.hasOtherParts() ? family.nested.model_type : family.model_type;
    const auto found = std::find_if(all.begin(), all.end(), [&](const Architecture& a) { return a.model_type == model_type; });
    return found == all.end() ? nullptr : &*found;
}

const Family& familyOf(const Architecture& architecture) {
    const auto all = families();
    return **std::find_if(all.begin(), all.end(), [&](const auto& family) { return family->model_type == architecture.model_type; });
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
    const auto put = [&](std::string module_name, std::string name, Kind kind) {
        Module& module = modules[std::move(module_name)];
        module.name = std::move(name);
        module.kind = kind;
    };
    const auto add = [&](const std::string& fact, std::string name, Kind kind) {
        if (!fact.empty()) put(fillName(name_prefix, fact, -1), std::move(name), kind);
    };
    add(family.embedding, "token_embd", Kind::Embedding);
    add(family.embedding_norm, "token_embd_norm", Kind::Norm);
    add(family.position_embedding, "position_embd", Kind::Position);
    add(family.final_norm, "output_norm", Kind::Norm);
    put(family.headName(name_prefix), "output", Kind::Head);
    // Falcon's blocks with a norm for each half: the MLP's is the one that all of its blocks have.
    const bool has_newer_norms = !family.newer_attention_norm.empty() && config.attention_norm == family.newer_attention_norm;
    for (int block = 0; block < config.n_blocks; ++block) {
        const std::string prefix = "blk." + std::to_string(block) + ".";
        const auto addNorm = [&](const std::string& fact, std::string_view name) {
            if (!fact.empty()) put(fillName(name_prefix, family.block_prefix + fact, block), prefix + std::string(name), Kind::Norm);
        };
        addNorm(config.attention_norm, has_newer_norms ? "attn_norm_2" : "attn_norm");
        addNorm(config.shares_norm ? "" : config.mlp_norm, has_newer_norms ? "attn_norm" : "ffn_norm");
        addNorm(family.attention_post_norm, "post_attention_norm");
        addNorm(family.mlp_post_norm, "post_ffw_norm");
        const auto addHeadNorms = [&](const std::string& norm, Index n_heads, std::string_view name) {
            const std::vector<std::string> of_heads = headNormModules(config, name_prefix, norm, block, n_heads);
            for (std::size_t head = 0; head < of_heads.size(); ++head) {
                put(of_heads[head], prefix + std::string(name), Kind::Norm);
                if (of_heads.size() == 1) continue;  // one for all
                modules[of_heads[head]].n_slices = static_cast<int>(of_heads.size());
                modules[of_heads[head]].slice = static_cast<int>(head);
            }
        };
        addHeadNorms(config.query_norm, config.n_heads, "attn_q_norm");
        addHeadNorms(config.key_norm, config.n_kv_heads, "attn_k_norm");
        for (const BlockLinear& linear : linearsOf(config, name_prefix, block))
            modules[linear.name] = linearModule(prefix, linear.key, config.experts);
    }
    return modules;
}

}  // namespace salient::gguf
