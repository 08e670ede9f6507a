#include "core/model/model_config.h"

#include <algorithm>

namespace salient {

namespace {

bool readsAttentionInput(Role role) {
    return role == Role::Query || role == Role::Key || role == Role::Value || role == Role::QueryKeyValue;
}

bool readsMlpInput(Role role) { return role == Role::Gate || role == Role::Up || role == Role::GateUp; }

bool isDown(Role role) { return role == Role::Down; }

/// Of a block, for groups that do not depend on each other.
enum Stage { kAttentionInput, kAttentionOutput, kMlpInput, kMlpHidden };

using Blocks = InputGroup::Blocks;

class GroupList {
public:
    GroupList(const ModelConfig& config, std::string_view name_prefix)
        : config_(config), block_prefix_(std::string(name_prefix) + config.family->block_prefix), places_(groupPlaces(config)) {}

    std::vector<InputGroup> make() {
        const Family& family = *config_.family;
        const Absorber of_attention = norm(config_.attention_norm);
        const bool value_passes_scales = config_.n_heads == config_.n_kv_heads && config_.clip_qkv == 0.0;
        const auto is_output = [](Role role) { return role == Role::AttentionOutput; };
        if (config_.shares_norm) {
            const auto reads_block_input = [](Role role) { return readsAttentionInput(role) || readsMlpInput(role); };
            add("block input", members(family.linears, reads_block_input), config_.hidden_size, of_attention, kAttentionInput);
        } else {
            add("attention input", members(family.linears, readsAttentionInput), config_.hidden_size, of_attention, kAttentionInput);
        }
        add("attention output", members(family.linears, is_output), config_.n_heads * config_.head_dim,
            linear(family.linears, Role::Value, value_passes_scales), kAttentionOutput);
        if (places_.mlp_input >= 0) addMlpInputs();
        addMlpHidden();
        return std::move(groups_);
    }

private:
    void addMlpInputs() {
        const ExpertsFact& fact = config_.family->experts;
        const Absorber of_mlp = norm(config_.mlp_norm);
        std::vector<LinearKey> readers;
        if (places_.mlp_hidden >= 0) readers = members(config_.family->linears, readsMlpInput);
        if (config_.experts.count > 0) readers.emplace_back(Role::Router);
        if (config_.experts.shared_size > 0) {
            for (const LinearKey& key : members(fact.shared_linears, readsMlpInput, kSharedExpert)) readers.push_back(key);
            readers.emplace_back(Role::SharedRouter);
        }
        add("MLP input", std::move(readers), config_.hidden_size, of_mlp, kMlpInput);
        for (int expert = 0; expert < static_cast<int>(config_.experts.count); ++expert) {
            InputGroup& group = add("expert " + std::to_string(expert) + " input", members(fact.linears, readsMlpInput, expert),
                                    config_.hidden_size, of_mlp, kMlpInput, Blocks::WithExperts);
            group.expert = expert;
            group.scaled_with = places_.mlp_input;
        }
    }

    void addMlpHidden() {
        const Family& family = *config_.family;
        const ExpertsFact& fact = family.experts;
        const bool up_passes_scales = family.isGated() || config_.activation == Activation::Relu;
        if (places_.mlp_hidden >= 0) {
            add("MLP hidden", members(family.linears, isDown), config_.intermediate_size,
                linear(family.linears, Role::Up, up_passes_scales), config_.shares_norm ? kMlpInput : kMlpHidden,
                config_.experts.count > 0 ? Blocks::WithMlp : Blocks::All);
        }
        if (places_.shared_hidden >= 0) {
            InputGroup& group =
                add("shared expert hidden", members(fact.shared_linears, isDown, kSharedExpert), config_.experts.shared_size,
                    linear(fact.shared_linears, Role::Up, up_passes_scales), kMlpHidden, Blocks::WithExperts);
            group.expert = kSharedExpert;
        }
        for (int expert = 0; expert < static_cast<int>(config_.experts.count); ++expert) {
            InputGroup& group =
                add("expert " + std::to_string(expert) + " hidden", members(fact.linears, isDown, expert), config_.experts.size,
                    linear(fact.linears, Role::Up, up_passes_scales, expert), kMlpHidden, Blocks::WithExperts);
            group.expert = expert;
        }
    }

    InputGroup& add(std::string title, std::vector<LinearKey> members, Index in_features, Absorber absorber, int stage,
                    Blocks blocks = Blocks::All) {
        InputGroup& group = groups_.emplace_back();
        group.title = std::move(title);
        group.members = std::move(members);
        group.in_features = in_features;
        group.absorber = std::move(absorber);
        group.stage = stage;
        group.scaled_with = static_cast<int>(groups_.size()) - 1;
        group.blocks = blocks;
        return group;
    }

    template <typename Belongs>
    static std::vector<LinearKey> members(const std::vector<LinearFact>& linears, Belongs belongs, int expert = kNoExpert) {
        std::vector<LinearKey> keys;
        for (const LinearFact& linear : linears) {
            if (belongs(linear.role)) keys.emplace_back(linear.role, expert);
        }
        return keys;
    }

    [[nodiscard]] Absorber norm(const std::string& fact) const {
        if (!config_.norm_before || !config_.family->norm.has_gain) return {};
        return {Absorber::Kind::Norm, block_prefix_ + fact, Role::Value};
    }

    /// An expert's number is filled in; the block's stays a hole.
    [[nodiscard]] Absorber linear(const std::vector<LinearFact>& linears, Role role, bool can_absorb, int expert = kNoExpert) const {
        const auto found = std::find_if(linears.begin(), linears.end(), [role](const LinearFact& fact) { return fact.role == role; });
        if (!can_absorb || found == linears.end()) return {};
        std::string name = found->name;
        if (const std::size_t hole = name.find("{}"); hole != std::string::npos) name.replace(hole, 2, std::to_string(expert));
        return {Absorber::Kind::Linear, block_prefix_ + name, role};
    }

    const ModelConfig& config_;
    std::string block_prefix_;
    GroupPlaces places_;
    std::vector<InputGroup> groups_;
};

}  // namespace

GroupPlaces groupPlaces(const ModelConfig& config) {
    GroupPlaces places;
    int next = kMlpInput;
    if (!config.shares_norm) places.mlp_input = next++;
    const auto count = static_cast<int>(config.experts.count);
    const std::vector<bool>& in_block = config.experts.in_block;
    if (count > 0) {
        places.expert_inputs = next;
        next += count;
    }
    if (std::find(in_block.begin(), in_block.end(), false) != in_block.end() || count == 0) places.mlp_hidden = next++;
    if (config.experts.shared_size > 0) places.shared_hidden = next++;
    if (count > 0) places.expert_hidden = next;
    return places;
}

std::vector<InputGroup> inputGroups(const ModelConfig& config, std::string_view name_prefix) {
    return GroupList(config, name_prefix).make();
}

}  // namespace salient
