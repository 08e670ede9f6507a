#pragma once

#include <QString>

namespace salient {

/// The folder of the bundled demo (with model/, calib.txt and eval.txt): share/salient/demo of the installation the program belongs to, or
/// resources/demo of the source tree it was built from. Empty when neither is there.
[[nodiscard]] QString demoFolder(const QString& application_folder);

}  // namespace salient
