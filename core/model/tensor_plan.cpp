#include "core/model/tensor_plan.h"

namespace salient {

std::string fillName(std::string_view prefix, std::string_view fact, int block) {
    std::string name(prefix);
    name += fact;
    if (const auto hole = name.find("{}"); hole != std::string::npos) name.replace(hole, 2, std::to_string(block));
    return name;
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
    const auto addHeadNorm = [&](const std::string& fact, int block) {
        if (!fact.empty()) add(family.block_prefix + fact, block, ".weight", {config.head_dim});
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
        addNorm(family.block_prefix + family.attention_norm, block);
        addNormIfAny(config.shares_norm ? "" : family.mlp_norm, block);
        addNormIfAny(family.attention_post_norm, block);
        addNormIfAny(family.mlp_post_norm, block);
        addHeadNorm(family.query_norm, block);
        addHeadNorm(family.key_norm, block);
        for (const LinearFact& linear : family.linears) {
            auto [rows, cols] = config.linearShape(linear.role);
            const Index out_features = rows;
            if (family.weights_transposed) std::swap(rows, cols);
            add(family.block_prefix + linear.name, block, ".weight", {rows, cols});
            plan.back().is_linear_weight = true;
            if (config.hasBias(linear)) add(family.block_prefix + linear.name, block, ".bias", {out_features});
        }
    }
    if (config.final_norm) addNorm(family.final_norm, -1);
    if (!config.tie_word_embeddings) plan.push_back({family.head + ".weight", {config.vocabulary_size, config.embedding_size}});
    if (family.head_has_bias) plan.push_back({family.head + ".bias", {config.vocabulary_size}});
    return plan;
}

}  // namespace salient
