#include "core/model/model_config.h"

namespace salient {

namespace {

bool readsAttentionInput(Role role) {
    return role == Role::Query || role == Role::Key || role == Role::Value || role == Role::QueryKeyValue;
}

bool readsMlpInput(Role role) { return role == Role::Gate || role == Role::Up || role == Role::GateUp; }

}  // namespace

std::vector<InputGroup> inputGroups(const ModelConfig& config, std::string_view name_prefix) {
    const Family& family = *config.family;
    const std::string block_prefix = std::string(name_prefix) + family.block_prefix;

    const auto members = [&](auto&& belongs) {
        std::vector<Role> roles;
        for (const LinearFact& linear : family.linears) {
            if (belongs(linear.role)) roles.push_back(linear.role);
        }
        return roles;
    };
    const auto norm = [&](const std::string& fact) {
        if (!config.norm_before || !family.norm.has_gain) return Absorber{};
        return Absorber{Absorber::Kind::Norm, block_prefix + fact, Role::Value};
    };
    const auto linear = [&](Role role, bool can_absorb) {
        const LinearFact* found = family.find(role);
        if (!can_absorb || found == nullptr) return Absorber{};
        return Absorber{Absorber::Kind::Linear, block_prefix + found->name, role};
    };

    const bool value_passes_scales = config.n_heads == config.n_kv_heads && config.clip_qkv == 0.0;
    const bool up_passes_scales = family.isGated() || config.activation == Activation::Relu;
    const InputGroup attention_output = {"attention output", members([](Role role) { return role == Role::AttentionOutput; }),
                                         config.n_heads * config.head_dim, linear(Role::Value, value_passes_scales)};
    const InputGroup mlp_hidden = {"MLP hidden", members([](Role role) { return role == Role::Down; }), config.intermediate_size,
                                   linear(Role::Up, up_passes_scales)};
    if (config.shares_norm) {
        const auto reads_block_input = [](Role role) { return readsAttentionInput(role) || readsMlpInput(role); };
        return {{"block input", members(reads_block_input), config.hidden_size, norm(family.attention_norm)}, attention_output, mlp_hidden};
    }
    return {
        {"attention input", members(readsAttentionInput), config.hidden_size, norm(family.attention_norm)},
        attention_output,
        {"MLP input", members(readsMlpInput), config.hidden_size, norm(family.mlp_norm)},
        mlp_hidden,
    };
}

}  // namespace salient
