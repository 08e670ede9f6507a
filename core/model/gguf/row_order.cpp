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

/// Query, key and value of each head in turn, stored as all queries, all keys, all values.
std::vector<Index> asConcatenated(Index n_heads, Index head_dim) {
    std::vector<Index> rows;
    for (Index head = 0; head < n_heads; ++head) {
        for (Index part = 0; part < 3; ++part) {
            for (Index d = 0; d < head_dim; ++d) rows.push_back((part * n_heads + head) * head_dim + d);
        }
    }
    return rows;
}

}  // namespace

std::optional<std::vector<Index>> storedRows(const ModelConfig& config, const Architecture& architecture, Role role) {
    if (architecture.turns_neighbours && role == Role::Query) return asNeighbours(config.n_heads, config.head_dim);
    if (architecture.turns_neighbours && role == Role::Key) return asNeighbours(config.n_kv_heads, config.head_dim);
    if (role == Role::QueryKeyValue && config.family->fused_rows == FusedRows::PerKeyHead)
        return asConcatenated(config.n_heads, config.head_dim);
    return std::nullopt;
}

}  // namespace salient::gguf
