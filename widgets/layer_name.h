#pragma once

#include <QString>

class QFontMetrics;

namespace salient {

/// "model.layers.3.mlp.up_proj" as "3 · mlp.up_proj": the rest is the same in every row of a table.
[[nodiscard]] QString shortLayerName(const QString& layer);

/// A short name on so many pixels. Block and module stay: what goes, from the front, is what lies between them, "3 · …up_proj" of the one
/// above; where even that does not fit, the front of the module.
[[nodiscard]] QString elidedLayerName(const QString& short_name, const QFontMetrics& metrics, int width);

}  // namespace salient
