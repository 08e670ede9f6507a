#pragma once

#include <string>
#include <string_view>

namespace salient {

/// Programs, or parts of them, that have a list of the families which they compute. llama.cpp's: core/model/gguf/architecture.h.
enum class FamilyList { AutoGptq, GptqModel, ExLlama, Vllm, TensorRtEngines, TensorRtPyTorch };

/// Whether that list, as it was read, holds a family of families() (Family::model_type).
[[nodiscard]] bool knowsFamily(FamilyList list, std::string_view model_type) noexcept;

/// Whose list it is and as of when, for a sentence: "AutoGPTQ 0.8 (April 2025)".
[[nodiscard]] std::string readAs(FamilyList list);

}  // namespace salient
