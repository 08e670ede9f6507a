#include "core/model/tensor_plan.h"

#include <tuple>

namespace salient {

std::string fillName(std::string_view prefix, std::string_view fact, int block, int expert) {
    std::string name(prefix);
    name += fact;
    for (const int number : {block, expert}) {
        if (const auto hole = name.find("{}"); hole != std::string::npos) name.replace(hole, 2, std::to_string(number));
    }
    return name;
}

std::vector<std::string> headNormModules(const ModelConfig& config, std::string_view name_prefix, const std::string& norm, int block,
                                         Index n_heads) {
    if (norm.empty()) return {};
    const Index n_norms = norm.find("{}") == std::string::npos ? 1 : n_heads;
    std::vector<std::string> modules;
    for (Index head = 0; head < n_norms; ++head)
        modules.push_back(fillName(name_prefix, config.family->block_prefix + norm, block, static_cast<int>(head)));
    return modules;
}

std::vector<BlockLinear> linearsOf(const ModelConfig& config, std::string_view name_prefix, int block) {
    const Family& family = *config.family;
    std::vector<BlockLinear> linears;
    const auto add = [&](const LinearFact& fact, int expert) {
        BlockLinear linear;
        linear.key = {fact.role, expert};
        linear.name = fillName(name_prefix, family.block_prefix + fact.name, block, expert);
        std::tie(linear.out_features, linear.in_features) = config.linearShape(linear.key);
        linear.has_bias = config.hasBias(fact);
        linears.push_back(std::move(linear));
    };
    const bool has_experts = config.hasExperts(block);
    for (const LinearFact& fact : family.linears) {
        const bool is_mlp = fact.role == Role::Gate || fact.role == Role::Up || fact.role == Role::GateUp || fact.role == Role::Down;
        if (!is_mlp || !has_experts) add(fact, kNoExpert);
    }
    if (!has_experts) return linears;
    add({Role::Router, family.experts.router}, kNoExpert);
    for (int expert = 0; expert < static_cast<int>(config.experts.count); ++expert) {
        for (const LinearFact& fact : family.experts.linears) add(fact, expert);
    }
    if (config.experts.shared_size == 0) return linears;
    for (const LinearFact& fact : family.experts.shared_linears) add(fact, kSharedExpert);
    add({Role::SharedRouter, family.experts.shared_router}, kNoExpert);
    return linears;
}

std::vector<PlannedTensor> plannedTensors(const ModelConfig& config, std::string_view name_prefix) {
    const Family& family = *config.family;
    std::vector<PlannedTensor> plan;
    const auto add = [&](const std::string& fact, int block, std::string_view part, std::vector<std::int64_t> shape) {
        plan.push_back({fillName(name_prefix, fact, block) + std::string(part), std::move(shape)});
    };
    const auto addNorm = [&](const std::string& fact, int block) {
        if (family.norm.has_gain) add(fact, block, ".weight", {config.hidden_size});
        if (family.norm.has_bias) add(fact, block, ".bias", {config.hidden_size});
    };
    const auto addNormIfAny = [&](const std::string& fact, int block) {
        if (!fact.empty()) addNorm(family.block_prefix + fact, block);
    };
    const auto addHeadNorms = [&](const std::string& norm, int block, Index n_heads) {
        for (const std::string& module : headNormModules(config, name_prefix, norm, block, n_heads))
            plan.push_back({module + ".weight", {config.head_dim}});
    };

    add(family.embedding, -1, ".weight", {config.vocabulary_size, config.embedding_size});
    if (config.embedding_size != config.hidden_size) {
        add(family.project_in, -1, ".weight", {config.hidden_size, config.embedding_size});
        add(family.project_out, -1, ".weight", {config.embedding_size, config.hidden_size});
    }
    if (!family.embedding_norm.empty()) addNorm(family.embedding_norm, -1);
    if (family.position == PositionKind::Learned) {
        add(family.position_embedding, -1, ".weight", {config.max_positions + family.position_offset, config.hidden_size});
    }
    for (int block = 0; block < config.n_blocks; ++block) {
        addNorm(family.block_prefix + config.attention_norm, block);
        addNormIfAny(config.shares_norm ? "" : config.mlp_norm, block);
        addNormIfAny(family.attention_post_norm, block);
        addNormIfAny(family.mlp_post_norm, block);
        addHeadNorms(config.query_norm, block, config.n_heads);
        addHeadNorms(config.key_norm, block, config.n_kv_heads);
        for (const BlockLinear& linear : linearsOf(config, name_prefix, block)) {
            std::vector<std::int64_t> shape = {linear.out_features, linear.in_features};
            if (family.weights_transposed) std::swap(shape.front(), shape.back());
            plan.push_back({linear.name + ".weight", std::move(shape), !isRouter(linear.key.role)});
            if (linear.has_bias) plan.push_back({linear.name + ".bias", {linear.out_features}});
        }
    }
    if (config.final_norm) addNorm(family.final_norm, -1);
    const std::string& head = family.headName(name_prefix);
    if (!config.tie_word_embeddings) plan.push_back({head + ".weight", {config.vocabulary_size, config.embedding_size}});
    if (family.head_has_bias) plan.push_back({head + ".bias", {config.vocabulary_size}});
    return plan;
}

}  // namespace salient
