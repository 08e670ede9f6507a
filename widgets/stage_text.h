#pragma once

#include <QString>

namespace salient {

/// What a job is doing, in the language of the window. The engine knows no translations: its stages are English literals, and the few of
/// them are listed here. One that is not comes out as it went in.
[[nodiscard]] QString stageText(const QString& stage);
/// What the job is at: "block 3" and "files" are translated, names of layers and tensors stay.
[[nodiscard]] QString detailText(const QString& detail);

}  // namespace salient
