#pragma once

#include <QString>
#include <span>
#include <string>

#include "core/eval/perplexity.h"
#include "core/quant/method.h"

namespace salient {

/// How a method is written in the field: "GPTQ", "AWQ + GPTQ", "RTN W8A8".
[[nodiscard]] QString methodTitle(std::string_view method_name);
/// "4 bits, groups of 128, asymmetric" or "8 bits per row, int8 inputs per token".
[[nodiscard]] QString gridText(const MethodSpec& method);
/// "stream", "BOS windows", "second half".
[[nodiscard]] QString protocolTitle(PerplexityProtocol protocol);
/// A short name for a run that none of `taken` bears: "GPTQ 4-bit", then "GPTQ 4-bit (2)".
[[nodiscard]] std::string suggestedRunName(const MethodSpec& method, std::span<const std::string> taken);

}  // namespace salient
