// The one place that says which loader has which of our families, and as of when. A family that is new here is in no list until somebody
// has read the loaders' sources again. Of one that a user describes they say nothing: only our families were looked up.

#include "core/exporter/loader_families.h"

#include <algorithm>
#include <span>

namespace salient {
namespace {

// auto_gptq/modeling/_const.py SUPPORTED_MODELS and auto.py, the last state of a project that has ended. Its stablelm_epoch is another
// model_type than stablelm.
constexpr std::string_view kAutoGptq[] = {"bloom", "falcon",  "gemma",   "gemma2", "gpt2", "gpt_neox", "gptj",
                                          "llama", "mistral", "mixtral", "opt",    "phi",  "qwen2"};
// gptqmodel/models/auto.py, MODEL_MAP.
constexpr std::string_view kGptqModel[] = {"bloom",    "falcon", "gemma",     "gemma2",  "gemma3",    "gemma3_text", "gpt2", "gpt_neo",
                                           "gpt_neox", "gptj",   "llama",     "mistral", "mistral3",  "mixtral",     "opt",  "phi",
                                           "phi3",     "qwen2",  "qwen2_moe", "qwen3",   "qwen3_moe", "stablelm"};
// exllamav2/architecture.py, arch_string: what it does not know it takes for LLaMA. Gemma 3's text model by itself is not there.
constexpr std::string_view kExLlama[] = {"gemma",    "gemma2",  "gemma3", "gpt2",  "llama", "mistral",
                                         "mistral3", "mixtral", "phi3",   "qwen2", "qwen3", "qwen3_moe"};
// vllm/model_executor/models/registry.py. GPT-Neo does not come through its transformers backend either, which
// needs attention that can be exchanged.
constexpr std::string_view kVllm[] = {"bloom", "falcon", "gemma",     "gemma2",   "gemma3",    "gemma3_text", "gpt2", "gpt_neox",
                                      "gptj",  "llama",  "mistral",   "mistral3", "mixtral",   "olmo",        "opt",  "phi",
                                      "phi3",  "qwen2",  "qwen2_moe", "qwen3",    "qwen3_moe", "stablelm"};
// tensorrt_llm/models/__init__.py, MODEL_MAP.
constexpr std::string_view kTensorRtEngines[] = {"bloom",    "falcon", "gemma", "gemma2",    "gemma3_text", "gpt2",
                                                 "gpt_neox", "gptj",   "llama", "mistral",   "mixtral",     "opt",
                                                 "phi",      "phi3",   "qwen2", "qwen2_moe", "qwen3"};
// tensorrt_llm/_torch/models/_arch_index.py, MODEL_ARCH_TO_MODULE.
constexpr std::string_view kTensorRtPyTorch[] = {"gemma3", "gemma3_text", "llama",     "mistral", "mistral3", "mixtral",
                                                 "phi3",   "qwen2",       "qwen2_moe", "qwen3",   "qwen3_moe"};

struct Row {
    const char* read_as;
    std::span<const std::string_view> families;
};

Row rowOf(FamilyList list) noexcept {
    switch (list) {
        case FamilyList::AutoGptq:
            return {"AutoGPTQ 0.8 (April 2025)", kAutoGptq};
        case FamilyList::GptqModel:
            return {"GPTQModel 7.3 (August 2026)", kGptqModel};
        case FamilyList::ExLlama:
            return {"ExLlamaV2 0.3.2 (December 2025)", kExLlama};
        case FamilyList::Vllm:
            return {"vLLM (May 2026)", kVllm};
        case FamilyList::TensorRtEngines:
            return {"TensorRT-LLM's engine builder (2025)", kTensorRtEngines};
        case FamilyList::TensorRtPyTorch:
            return {"TensorRT-LLM (2026)", kTensorRtPyTorch};
    }
    return {"", {}};
}

}  // namespace

bool knowsFamily(FamilyList list, std::string_view model_type) noexcept {
    return std::ranges::find(rowOf(list).families, model_type) != rowOf(list).families.end();
}

std::string readAs(FamilyList list) { return rowOf(list).read_as; }

}  // namespace salient
