#pragma once

#include <QString>

namespace salient {

/// "model.layers.3.mlp.up_proj" as "3 · mlp.up_proj": the rest is the same in every row of a table.
[[nodiscard]] QString shortLayerName(const QString& layer);

}  // namespace salient
