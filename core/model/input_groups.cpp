#include <algorithm>

#include "core/model/model_config.h"

namespace salient {

namespace {

bool readsAttentionInput(Role role) {
    return role == Role::Query || role == Role::Key || role == Role::Value || role == Role::QueryKeyValue;
}

bool readsMlpInput(Role role) { return role == Role::Gate || role == Role::Up; }

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
        if (!config.norm_before) return Absorber{};
        return Absorber{Absorber::Kind::Norm, block_prefix + fact, Role::Value};
    };
    const auto linear = [&](Role role, bool can_absorb) {
        const auto found =
            std::find_if(family.linears.begin(), family.linears.end(), [role](const LinearFact& fact) { return fact.role == role; });
        if (!can_absorb || found == family.linears.end()) return Absorber{};
        return Absorber{Absorber::Kind::Linear, block_prefix + found->name, role};
    };

    const bool passes_scales = family.isGated() || config.activation == Activation::Relu;
    return {
        {"attention input", members(readsAttentionInput), config.hidden_size, norm(family.attention_norm)},
        {"attention output", members([](Role role) { return role == Role::AttentionOutput; }), config.n_heads * config.head_dim,
         linear(Role::Value, config.n_heads == config.n_kv_heads)},
        {"MLP input", members(readsMlpInput), config.hidden_size, norm(family.mlp_norm)},
        {"MLP hidden", members([](Role role) { return role == Role::Down; }), config.intermediate_size, linear(Role::Up, passes_scales)},
    };
}

}  // namespace salient
