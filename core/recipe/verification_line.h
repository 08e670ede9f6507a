#pragma once

#include <string>

#include "core/exporter/verify.h"

namespace salient {

/// What reading an export back found, on one line: "28 quantized layers read back, 28 bit for bit as meant, …".
[[nodiscard]] std::string verificationLine(const VerifyReport& report);

}  // namespace salient
