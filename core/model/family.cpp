#include "core/model/family.h"

#include <algorithm>

#include "core/model/family_rows.h"

namespace salient {

std::string_view name(Role role) noexcept {
    switch (role) {
        case Role::Query:
            return "query";
        case Role::Key:
            return "key";
        case Role::Value:
            return "value";
        case Role::QueryKeyValue:
            return "query-key-value";
        case Role::AttentionOutput:
            return "attention-output";
        case Role::Gate:
            return "gate";
        case Role::Up:
            return "up";
        case Role::GateUp:
            return "gate-up";
        case Role::Down:
            return "down";
        case Role::Router:
            return "router";
        case Role::SharedRouter:
            return "shared-router";
    }
    return "unknown";
}

std::string name(const LinearKey& key) {
    std::string role(name(key.role));
    if (key.expert == kNoExpert) return role;
    return (key.expert == kSharedExpert ? "shared expert's " : "expert " + std::to_string(key.expert) + "'s ") + role;
}

const LinearFact* Family::find(Role role) const {
    const auto found = std::find_if(linears.begin(), linears.end(), [role](const LinearFact& fact) { return fact.role == role; });
    return found == linears.end() ? nullptr : &*found;
}

bool Family::isGated() const {
    const auto is_gate = [](const LinearFact& fact) { return fact.role == Role::Gate || fact.role == Role::GateUp; };
    return std::any_of(linears.begin(), linears.end(), is_gate) || std::any_of(experts.linears.begin(), experts.linears.end(), is_gate);
}

bool Family::isOtherPart(std::string_view module) const {
    return std::any_of(nested.other_parts.begin(), nested.other_parts.end(), [module](const std::string& part) {
        return module.starts_with(part) && (module.size() == part.size() || module[part.size()] == '.');
    });
}

const std::string& Family::headName(std::string_view prefix) const {
    const auto place = static_cast<std::size_t>(std::find(prefixes.begin(), prefixes.end(), prefix) - prefixes.begin());
    return place > 0 && place <= other_heads.size() ? other_heads[place - 1] : head;
}

std::span<const std::shared_ptr<const Family>> families() {
    static const std::vector<std::shared_ptr<const Family>> kFamilies = [] {
        std::vector<std::shared_ptr<const Family>> all;
        for (const auto row : {rows::llama,    rows::mistral, rows::mistral3, rows::mixtral, rows::qwen2,
                               rows::qwen2Moe, rows::qwen3,   rows::qwen3Moe, rows::phi3,    rows::stableLm,
                               rows::olmo,     rows::gemma,   rows::gemma2,   rows::gemma3,  rows::gemma3WithVision,
                               rows::opt,      rows::gpt2,    rows::gptNeo,   rows::gptJ,    rows::gptNeoX,
                               rows::phi,      rows::bloom,   rows::falcon})
            all.push_back(std::make_shared<const Family>(row()));
        return all;
    }();
    return kFamilies;
}

}  // namespace salient
