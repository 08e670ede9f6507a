#include "core/model/gguf/row_order.h"

namespace salient::gguf {
namespace {

/// Heads of two halves that turn together, stored as pairs.
std::vector<Index> asNeighbours(Index n_heads, Index head_dim) {
    const Index half = head_dim / 2;
    std::vector<Index> rows;
    for (Index head = 0; head < n_heads; ++head) {
        for (Index s = 0; s < 2; ++s) {
            for (Index p = 0; p < half; ++p) rows.push_back(head * head_dim + 2 * p + s);
        }
    }
    return rows;
}

/// For each key head the queries that share it, its key and its value, stored as all queries, all keys, all values.
std::vector<Index> asConcatenated(Index n_heads, Index n_kv_heads, Index head_dim) {
    const Index n_sharing = n_heads / n_kv_heads;
    std::vector<Index> rows;
    const auto addHead = [&](Index stored_head) {
        for (Index d = 0; d < head_dim; ++d) rows.push_back(stored_head * head_dim + d);
    };
    for (Index shared = 0; shared < n_kv_heads; ++shared) {
        for (Index query = 0; query < n_sharing; ++query) addHead(shared * n_sharing + query);
        addHead(n_heads + shared);
        addHead(n_heads + n_kv_heads + shared);
    }
    return rows;
}

}  // namespace

std::optional<std::vector<Index>> storedRows(const ModelConfig& config, const Architecture& architecture, Role role) {
    if (architecture.turns_neighbours && role == Role::Query) return asNeighbours(config.n_heads, config.head_dim);
    if (architecture.turns_neighbours && role == Role::Key) return asNeighbours(config.n_kv_heads, config.head_dim);
    if (role == Role::QueryKeyValue && config.family->fused_rows == FusedRows::PerKeyHead)
        return asConcatenated(config.n_heads, config.n_kv_heads, config.head_dim);
    return std::nullopt;
}

}  // namespace salient::gguf
