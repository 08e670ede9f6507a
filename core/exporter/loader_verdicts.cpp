// What loaders make of a checkpoint, as a table of facts, each with the place where the loader says so. Where versions differ, the newest
// that was read (2026) counts, unless the clause says otherwise.

#include "core/exporter/loader_verdicts.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "core/exporter/gguf/keys.h"
#include "core/exporter/layer_form.h"
#include "core/exporter/layer_settings.h"
#include "core/exporter/loader_families.h"
#include "core/exporter/quantization_config.h"
#include "core/quant/quantize_block.h"

namespace salient {
namespace {

constexpr std::array<std::string_view, 4> kAcceptances = {"accepts", "slow", "in part", "refuses"};

enum Loader : std::size_t { kTransformers, kGptqModel, kExLlama, kVllm, kTensorRt, kLlamaCpp };
constexpr std::array<const char*, 6> kLoaders = {"transformers", "AutoGPTQ/GPTQModel", "ExLlamaV2", "vLLM", "TensorRT-LLM", "llama.cpp"};

constexpr unsigned bit(ExportFormat format) { return 1U << static_cast<unsigned>(format); }
constexpr unsigned kGptq = bit(ExportFormat::Gptq);
constexpr unsigned kAwq = bit(ExportFormat::Awq);
constexpr unsigned kCompressed = bit(ExportFormat::CompressedTensors);
constexpr unsigned kDequantized = bit(ExportFormat::Dequantized);
constexpr unsigned kGguf = bit(ExportFormat::Gguf);

/// What the facts ask about.
class Settings {
public:
    Settings(const Model& model, const MethodSpec& method, ExportFormat format)
        : model_(model),
          method_(method),
          format_(format),
          layers_(quantizedLayers(model, method)),
          methods_(methodsInUse(method, layers_)),
          names_(checkpointLayout(model, method, ExportFormat::Dequantized, std::int64_t{1} << 40)) {}

    [[nodiscard]] ExportFormat exportFormat() const { return format_; }
    [[nodiscard]] bool isSymmetric() const { return method_.grid.is_symmetric; }
    [[nodiscard]] bool isInt8() const { return method_.activations != ActivationScale::None; }
    [[nodiscard]] bool isInt8PerTensor() const { return method_.activations == ActivationScale::PerTensor; }
    [[nodiscard]] bool hasExperts() const { return family().hasExperts(); }
    [[nodiscard]] bool isTransposed() const { return family().weights_transposed; }
    [[nodiscard]] bool isFused() const { return family().find(Role::QueryKeyValue) != nullptr; }
    [[nodiscard]] bool isOf(std::initializer_list<std::string_view> families) const {
        return std::ranges::count(families, std::string_view(family().model_type)) > 0;
    }
    [[nodiscard]] const std::string& modelType() const { return family().model_type; }
    /// A family of the user's, of whose loaders nothing is known; it may go by a known one's name, from which it differs.
    [[nodiscard]] bool isDescribed() const {
        return std::ranges::none_of(families(), [&](const auto& known) { return *known == family(); });
    }
    [[nodiscard]] bool hasOtherParts() const { return family().hasOtherParts(); }
    [[nodiscard]] const std::string& namePrefix() const { return model_.name_prefix; }
    [[nodiscard]] bool hasNormsOfSingleHeads() const { return model_.config.query_norm.find("{}") != std::string::npos; }

    [[nodiscard]] bool hasBits(std::initializer_list<int> bits) const {
        return any([&](const MethodSpec& own) { return std::ranges::count(bits, own.grid.bits) > 0; });
    }
    [[nodiscard]] bool hasOtherBitsThan(std::initializer_list<int> bits) const {
        return any([&](const MethodSpec& own) { return std::ranges::count(bits, own.grid.bits) == 0; });
    }
    /// −1: one scale per row.
    [[nodiscard]] bool hasOtherGroupsThan(std::initializer_list<Index> sizes) const {
        return any([&](const MethodSpec& own) { return std::ranges::count(sizes, own.grid.group_size) == 0; });
    }
    /// Others than those of Marlin's kernels.
    [[nodiscard]] bool hasUnusualGroups() const { return hasOtherGroupsThan({-1, 32, 64, 128}); }
    [[nodiscard]] bool hasGroupsThatAreNoMultipleOf(Index size) const {
        return any([&](const MethodSpec& own) { return own.grid.group_size > 0 && own.grid.group_size % size != 0; });
    }
    [[nodiscard]] bool hasGroupsThatAreNoPowerOfTwo() const {
        return any([](const MethodSpec& own) {
            return own.grid.group_size > 0 && !std::has_single_bit(static_cast<std::uint64_t>(own.grid.group_size));
        });
    }
    [[nodiscard]] bool isPerRow() const { return method_.grid.group_size < 0; }
    [[nodiscard]] bool isOrdered() const { return any(storesGroupIndex); }
    [[nodiscard]] bool isOverridden() const {
        return any([&](const MethodSpec& own) { return !isDeclaredAlike(own, method_); });
    }
    [[nodiscard]] bool overridesBits() const { return hasOtherBitsThan({method_.grid.bits}); }
    [[nodiscard]] bool shapesDivide(Index inputs, Index outputs) const {
        return std::ranges::all_of(
            layers_, [&](const LinearInfo* layer) { return layer->in_features % inputs == 0 && layer->out_features % outputs == 0; });
    }

    /// Layers that could be quantized and are not; every method keeps the routers.
    [[nodiscard]] bool keepsLayers() const {
        return std::ranges::any_of(
            model_.linears, [&](const LinearInfo& layer) { return !isRouter(layer.role) && !names_.quantized.contains(layer.name); });
    }
    [[nodiscard]] bool keepsPartOfAKind() const {
        return keepsLayers() && !quantizationConfig(model_, method_, ExportFormat::Gptq, names_).contains("modules_in_block_to_quantize");
    }
    [[nodiscard]] bool fusedLayersDiffer() const {
        return !std::ranges::all_of(fusedLayers(model_),
                                    [&](const FusedLayer& fused) { return membersAgree(fused, method_, names_.quantized); });
    }

    /// Over how many GPUs vLLM can divide the inputs of the layers whose inputs it divides; empty: 8 and more.
    [[nodiscard]] std::string parallelLimit() const {
        for (const Index n : {2, 4, 8}) {
            for (const LinearInfo* layer : layers_) {
                if (layer->role != Role::AttentionOutput && layer->role != Role::Down) continue;
                const Index group = methodFor(method_, layer->name).grid.group_size;
                if (group <= 0 || layer->in_features % (n * group) == 0) continue;
                const std::string most = n == 2 ? "no tensor parallel" : "tensor parallel over at most " + std::to_string(n / 2) + " GPUs";
                return most + ": the " + std::to_string(layer->in_features) + " inputs of " + layer->name + " divided by " +
                       std::to_string(n) + " are no whole groups of " + std::to_string(group);
            }
        }
        return {};
    }

    /// Why llama.cpp cannot compute the model, whatever the file: a clause; empty: it can.
    [[nodiscard]] std::string llamaCppObstacle() const {
        const std::vector<std::string> sentences = ggufModelObstacles(model_);
        if (sentences.empty()) return {};
        std::string clause = sentences.front();
        if (clause.ends_with('.')) clause.pop_back();
        constexpr std::string_view kSubject = "llama.cpp ";  // whose verdict it is stands in front already
        return clause.starts_with(kSubject) ? clause.substr(kSubject.size()) : clause;
    }

private:
    [[nodiscard]] const Family& family() const { return *model_.config.family; }
    template <typename Holds>
    [[nodiscard]] bool any(const Holds& holds) const {
        return std::ranges::any_of(methods_, holds);
    }

    const Model& model_;
    const MethodSpec& method_;
    ExportFormat format_;
    std::vector<const LinearInfo*> layers_;  // those that are quantized
    std::vector<MethodSpec> methods_;        // theirs
    CheckpointLayout names_;
};

struct Fact {
    Loader loader;
    unsigned formats;  ///< bit() of each
    Acceptance acceptance;
    bool (*holds)(const Settings&);
    const char* why;
};

constexpr auto kAlways = [](const Settings&) { return true; };
constexpr const char* kIndexLookup = "groups in activation order, whose number is looked up for every input: static groups avoid it";
constexpr const char* kZerosOfThreeBits =
    "GPTQModel before 7.0 shifts the zero points of symmetric three-bit codes and computes wrong weights";
constexpr const char* kConverter = "convert_hf_to_gguf.py dequantizes the codes to 16 bits: choose gguf to keep them";

constexpr Fact kFacts[] = {
    // Transformers documentation, Quantization, GPTQ.
    {kTransformers, kGptq, Acceptance::Accepts, kAlways, "through optimum and GPTQModel"},
    // optimum, gptq/quantizer.py: one width, one group size; modules_in_block_to_quantize holds ends of names.
    {kTransformers, kGptq, Acceptance::Refuses, [](const Settings& s) { return s.isOverridden(); },
     "gives all layers one width and group size, so that layers of another do not load"},
    {kTransformers, kGptq, Acceptance::Refuses, [](const Settings& s) { return s.keepsPartOfAKind(); },
     "leaves whole kinds of layers in 16 bits, not those of single blocks"},
    {kTransformers, kGptq, Acceptance::Partly, [](const Settings& s) { return s.isSymmetric() && s.hasBits({3}); }, kZerosOfThreeBits},
    // optimum, gptq/quantizer.py, post_init_model(): BACKEND.EXLLAMA_V1. Loaded with optimum 2.1 and GPTQModel 7.3.
    {kTransformers, kGptq, Acceptance::Partly, [](const Settings& s) { return s.isOrdered(); },
     "optimum up to 2.1 stops at groups in activation order beside GPTQModel 5.8 and later: static groups avoid it"},
    // Transformers 4.52 gave the text models inside larger ones other names; 4.50 is the first version with gemma3 and mistral3.
    {kTransformers, kGptq, Acceptance::Partly, [](const Settings& s) { return s.hasOtherParts(); },
     "version 4.52 and later alone: 4.50 and 4.51 have the text model's blocks under another name than block_name_to_quantize says and "
     "find none to load"},
    // Transformers documentation, Quantization, AWQ; AutoAWQ_kernels, gemm_cuda_gen.cu: group size % 32, OC % 64.
    {kTransformers, kAwq, Acceptance::Accepts, kAlways, "through AutoAWQ or GPTQModel"},
    {kTransformers, kAwq, Acceptance::Partly, [](const Settings& s) { return s.hasGroupsThatAreNoMultipleOf(32); },
     "AutoAWQ's GEMM kernel needs groups that are a multiple of 32"},
    {kTransformers, kAwq, Acceptance::Partly, [](const Settings& s) { return !s.shapesDivide(1, 64); },
     "AutoAWQ's GEMM kernel needs outputs that are a multiple of 64"},
    // Transformers, integrations/awq.py and compressed_tensors: both replace torch.nn.Linear alone.
    {kTransformers, kAwq | kCompressed, Acceptance::Refuses, [](const Settings& s) { return s.isTransposed(); },
     "keeps GPT-2's layers as Conv1D, which have no quantized form here"},
    // Transformers documentation, Quantization, compressed-tensors: CompressedLinear.
    {kTransformers, kCompressed, Acceptance::Slow, kAlways, "decompresses the weights to 16 bits in place of kernels of its own"},
    // compressed-tensors, compressors/pack_quantized and naive_quantized: module_type == torch.nn.Linear. Loaded in transformers 5.5.
    {kTransformers, kCompressed, Acceptance::Refuses, [](const Settings& s) { return s.isOf({"falcon"}); },
     "quantizes torch.nn.Linear itself alone, and Falcon's layers are a class of their own: it leaves them without weights"},
    // Loaded in transformers 5.5 with compressed-tensors 0.12 to 0.18.
    {kTransformers, kCompressed, Acceptance::Partly, [](const Settings& s) { return !s.isInt8() && !s.isSymmetric(); },
     "compressed-tensors before 0.14 stops at asymmetric codes"},
    {kTransformers, kCompressed, Acceptance::Partly, [](const Settings& s) { return s.isOrdered(); },
     "compressed-tensors before 0.15 stops at groups in activation order"},
    // Transformers, integrations/awq.py, AWQ_SCALES_MAPPINGS; modeling_utils.py, _move_missing_keys_from_meta_to_device().
    {kTransformers, kAwq, Acceptance::Partly,
     [](const Settings& s) {
         return s.isOf({"bloom", "falcon", "gpt_neox", "gptj"});
     },
     "version 4 alone: it puts scales of 1 behind the activation, which version 5 leaves uninitialized where the files have none"},
    // Transformers documentation, Quantization, GGUF.
    {kTransformers, kGguf, Acceptance::Slow, kAlways, "dequantizes the file as it loads (gguf_file=), for the architectures that it knows"},
    // Transformers 5, modeling of mixtures: experts are one parameter.
    {kTransformers, kGptq | kAwq | kCompressed, Acceptance::Partly, [](const Settings& s) { return s.hasExperts(); },
     "version 4 alone: version 5 holds all experts of a block in one tensor, which no quantized layer replaces"},

    // GPTQModel, README, Dynamic Quantization; AutoGPTQ, quantization/config.py has no such key.
    {kGptqModel, kGptq, Acceptance::Partly, [](const Settings& s) { return s.isOverridden() || s.keepsLayers(); },
     "GPTQModel reads \"dynamic\", which declares layers of other settings; AutoGPTQ does not and reads them wrongly"},
    // AutoGPTQ, pull request 640 (gptq_v2).
    {kGptqModel, kGptq, Acceptance::Partly, [](const Settings& s) { return !s.isSymmetric(); },
     "GPTQModel reads asymmetric codes (gptq_v2); old AutoGPTQ takes them for v1 and computes wrong weights"},
    // GPTQModel, nn_modules/qlinear: SUPPORTS_BITS, SUPPORTS_GROUP_SIZE of torch, tritonv2, exllamav2, marlin.
    {kGptqModel, kGptq, Acceptance::Partly,
     [](const Settings& s) {
         return s.hasOtherGroupsThan({-1, 16, 32, 64, 128, 256, 512, 1024});
     },
     "GPTQModel knows groups of -1 and of 16 to 1024 in powers of two"},
    {kGptqModel, kGptq, Acceptance::Slow, [](const Settings& s) { return s.hasUnusualGroups(); },
     "fast kernels know groups of -1, 32, 64 and 128"},
    {kGptqModel, kGptq, Acceptance::Slow, [](const Settings& s) { return s.hasBits({3}); }, "GPTQModel computes 3 bits in plain torch"},
    // GPTQModel, utils/model.py, convert_gptq_v1_to_v2_format_module(), mended in pull request 2763.
    {kGptqModel, kGptq, Acceptance::Partly, [](const Settings& s) { return s.isSymmetric() && s.hasBits({3}); }, kZerosOfThreeBits},
    // AutoGPTQ, issues 49, 77 and 513.
    {kGptqModel, kGptq, Acceptance::Slow, [](const Settings& s) { return s.isOrdered(); }, kIndexLookup},
    // GPTQModel, README, formats.
    {kGptqModel, kAwq, Acceptance::Partly, kAlways, "GPTQModel reads AWQ, AutoGPTQ does not"},
    {kGptqModel, kCompressed | kGguf, Acceptance::Refuses, kAlways, "reads GPTQ and AWQ directories"},
    {kGptqModel, kDequantized, Acceptance::Refuses, kAlways, "takes a model in 16 bits to quantize it, not to run it"},

    // ExLlamaV2, README (GPTQ and EXL2); module.py load_weight(): qweight, q_weight, weight.
    {kExLlama, kAwq | kCompressed | kGguf, Acceptance::Refuses, kAlways, "reads GPTQ, EXL2 and 16-bit directories"},
    // ExLlamaV2, architecture.py, lm_prefix.
    {kExLlama, kGptq | kDequantized, Acceptance::Refuses,
     [](const Settings& s) { return s.hasOtherParts() && s.namePrefix() != "language_model.model."; },
     "looks for the text model's tensors under language_model.model alone, as they were named before transformers 4.52"},
    // ExLlamaV2, module.py load_weight_fused(): "weight" alone.
    {kExLlama, kGptq, Acceptance::Refuses, [](const Settings& s) { return s.isFused(); },
     "splits layers that hold q, k and v in one in 16 bits alone"},
    // ExLlamaV2, q_matrix.cu: four-bit rows; the group size is rounded up to a power of two.
    {kExLlama, kGptq, Acceptance::Refuses, [](const Settings& s) { return s.hasOtherBitsThan({4}); }, "reads 4 bits alone"},
    {kExLlama, kGptq, Acceptance::Refuses, [](const Settings& s) { return s.hasGroupsThatAreNoPowerOfTwo(); },
     "takes groups for the next power of two and computes wrong weights"},
    // ExLlamaV2, ext.py make_q_matrix(), offset_qzeros.
    {kExLlama, kGptq, Acceptance::Partly, [](const Settings& s) { return !s.isSymmetric(); },
     "shifts the zero points of asymmetric codes eight at a time: one of 0 spoils its neighbours; old versions shift none"},

    // vLLM, model_executor/models/stablelm.py: no norms of q and k.
    {kVllm, kGptq | kAwq | kCompressed | kDequantized, Acceptance::Refuses, [](const Settings& s) { return s.hasNormsOfSingleHeads(); },
     "has no norms of queries and keys in this architecture"},
    // vLLM, quantization/auto_gptq.py, TYPE_MAP.
    {kVllm, kGptq, Acceptance::Refuses,
     [](const Settings& s) {
         return s.hasOtherBitsThan({4, 8});
     },
     "reads 4 and 8 bits"},
    {kVllm, kGptq, Acceptance::Refuses, [](const Settings& s) { return !s.isSymmetric(); },
     "reads symmetric codes alone: choose compressed-tensors or awq"},
    // vLLM, quantization/utils/marlin_utils.py, MARLIN_SUPPORTED_GROUP_SIZES; auto_gptq.py refuses the others.
    {kVllm, kGptq, Acceptance::Refuses, [](const Settings& s) { return s.hasUnusualGroups(); },
     "its kernels know groups of -1, 32, 64 and 128"},
    // vLLM, gptq_utils.py, compressed_tensors/utils.py, quant_utils.py is_layer_skipped(): one scheme for a fused module.
    {kVllm, kGptq | kAwq | kCompressed, Acceptance::Refuses, [](const Settings& s) { return s.fusedLayersDiffer(); },
     "computes q, k and v (gate and up; the experts of a block) as one layer, and here some differ in bits, groups or being quantized"},
    // vLLM, marlin_utils.py, marlin_sort_g_idx(): inputs are permuted, and nothing is padded.
    {kVllm, kGptq | kCompressed, Acceptance::Slow, [](const Settings& s) { return s.isOrdered(); }, kIndexLookup},
    // vLLM, issues 9913 and 13640: GPTQ_MARLIN_MIN_THREAD_K, _N.
    {kVllm, kGptq | kCompressed, Acceptance::Accepts, [](const Settings& s) { return !s.isInt8() && !s.shapesDivide(128, 64); },
     "older versions refuse layers that are no multiples of 128 inputs and 64 outputs"},
    // vLLM, quantization/auto_awq.py: without Marlin the AWQ kernel; issue 1258; kernels/linear/mixed_precision: marlin, triton_w4a16.
    {kVllm, kAwq, Acceptance::Refuses, [](const Settings& s) { return s.hasGroupsThatAreNoMultipleOf(32); },
     "its AWQ kernel needs groups that are a multiple of 32"},
    {kVllm, kAwq | kCompressed, Acceptance::Slow, [](const Settings& s) { return s.hasUnusualGroups(); },
     "groups other than -1, 32, 64 and 128 miss the Marlin kernels"},
    // vLLM, kernels/linear/mixed_precision: marlin, machete.
    {kVllm, kCompressed, Acceptance::Partly, [](const Settings& s) { return !s.isInt8() && !s.isSymmetric() && s.hasBits({8}); },
     "8 bits with zero points have a kernel on Hopper GPUs alone"},
    // vLLM, compressed_tensors_moe: symmetric codes; a scale per token.
    {kVllm, kCompressed, Acceptance::Refuses, [](const Settings& s) { return !s.isInt8() && !s.isSymmetric() && s.hasExperts(); },
     "reads experts with symmetric codes alone: choose them, or awq"},
    {kVllm, kCompressed, Acceptance::Refuses, [](const Settings& s) { return s.isInt8PerTensor() && s.hasExperts(); },
     "computes W8A8 experts with a scale per token alone"},
    // vLLM, csrc/quantization/w8a8/cutlass: int8 products of 16 by 16; model_executor/models/gpt2.py load_weights().
    {kVllm, kCompressed, Acceptance::Refuses, [](const Settings& s) { return s.isInt8() && !s.shapesDivide(16, 16); },
     "its int8 kernels need multiples of 16 inputs and outputs"},
    {kVllm, kCompressed, Acceptance::Refuses, [](const Settings& s) { return s.isInt8() && s.isTransposed(); },
     "transposes every GPT-2 tensor named .weight, int8 ones too"},
    // vLLM documentation, Quantization, GGUF.
    {kVllm, kGguf, Acceptance::Slow, kAlways, "through vllm-gguf-plugin, which is experimental and not optimized"},

    // TensorRT-LLM, examples/models/core/llama, README (AWQ, GPTQ) and convert_checkpoint.py; llmapi/llm_utils.py refuses both; issues 377,
    // 988, 1528, 2458.
    {kTensorRt, kGptq | kAwq, Acceptance::Partly, kAlways,
     "convert_checkpoint.py of its llama example, in releases that build engines, converts it; the LLM API refuses it"},
    {kTensorRt, kGptq | kAwq, Acceptance::Refuses, [](const Settings& s) { return !s.isOf({"llama", "mistral"}); },
     "converts LLaMA's architecture alone"},
    {kTensorRt, kGptq, Acceptance::Refuses, [](const Settings& s) { return s.hasOtherBitsThan({4}); }, "converts 4 bits alone"},
    {kTensorRt, kGptq, Acceptance::Refuses, [](const Settings& s) { return !s.isSymmetric(); },
     "takes asymmetric codes (gptq_v2) for v1 and computes wrong weights"},
    {kTensorRt, kGptq, Acceptance::Refuses, [](const Settings& s) { return s.isOrdered(); },
     "refuses groups in activation order (desc_act)"},
    {kTensorRt, kGptq | kAwq, Acceptance::Refuses, [](const Settings& s) { return s.hasOtherGroupsThan({64, 128}); },
     "its kernels know groups of 64 and 128"},
    {kTensorRt, kGptq | kAwq, Acceptance::Refuses, [](const Settings& s) { return s.isOverridden() || s.keepsLayers(); },
     "gives all layers of the blocks one width and group size"},
    // TensorRT-LLM, models/quant_config_utils.py; issue 6988.
    {kTensorRt, kCompressed, Acceptance::Refuses, kAlways, "takes 8 bits for FP8 and 4 bits for FP4, and integers for neither"},
    {kTensorRt, kGguf, Acceptance::Refuses, kAlways, "reads directories of safetensors"},

    // llama.cpp, conversion/base.py, dequant_model().
    {kLlamaCpp, kDequantized, Acceptance::Partly, kAlways, "once its convert_hf_to_gguf.py has made a GGUF file of it"},
    {kLlamaCpp, kGptq | kCompressed, Acceptance::Partly, kAlways, kConverter},
    {kLlamaCpp, kGptq, Acceptance::Refuses, [](const Settings& s) { return s.hasBits({3}); }, "its converter reads 2, 4 and 8 bits"},
    {kLlamaCpp, kGptq, Acceptance::Refuses, [](const Settings& s) { return s.overridesBits(); },
     "its converter takes all layers for one width"},
    {kLlamaCpp, kCompressed, Acceptance::Refuses, [](const Settings& s) { return s.isOverridden(); },
     "its converter takes all layers for one width and group size"},
    {kLlamaCpp, kCompressed, Acceptance::Refuses, [](const Settings& s) { return !s.isInt8() && s.isPerRow(); },
     "its converter reads packed codes in groups alone"},
    {kLlamaCpp, kAwq, Acceptance::Refuses, kAlways, "its converter reads no AWQ: choose gguf"},
};

using Reasons = std::vector<std::pair<Acceptance, std::string>>;

/// "AutoGPTQ 0.8 (April 2025) has no qwen3"
std::string lacks(FamilyList list, const Settings& settings) { return readAs(list) + " has no " + settings.modelType(); }

/// What a loader has no code for, in formats that it could read otherwise.
void addFamilyReasons(Loader loader, const Settings& settings, Reasons& reasons) {
    const auto isIn = [&](unsigned formats) { return (bit(settings.exportFormat()) & formats) != 0; };
    const auto knows = [&](FamilyList list) { return knowsFamily(list, settings.modelType()); };
    if (settings.isDescribed() && loader != kLlamaCpp) {
        const unsigned readable = loader == kTransformers ? ~0U
                                  : loader == kGptqModel  ? kGptq | kAwq
                                  : loader == kExLlama    ? kGptq | kDequantized
                                  : loader == kVllm       ? kGptq | kAwq | kCompressed | kDequantized
                                                          : kDequantized;
        if (isIn(readable))
            reasons.emplace_back(Acceptance::Partly,
                                 "whether it has " + settings.modelType() + " as this model's family file describes it is not known here");
        return;
    }
    switch (loader) {
        case kGptqModel:
            if (isIn(kGptq) && !knows(FamilyList::AutoGptq))
                reasons.emplace_back(Acceptance::Partly, lacks(FamilyList::AutoGptq, settings));
            // GPTQModel, models/auto.py, check_and_get_model_definition(): others are a BaseQModel, whose layers it looks for.
            if (isIn(kGptq | kAwq) && !knows(FamilyList::GptqModel))
                reasons.emplace_back(Acceptance::Partly, lacks(FamilyList::GptqModel, settings) + " and guesses which layers there are");
            break;
        case kExLlama:
            if (isIn(kGptq | kDequantized) && !knows(FamilyList::ExLlama))
                reasons.emplace_back(Acceptance::Refuses, lacks(FamilyList::ExLlama, settings) + " and takes it for LLaMA");
            break;
        case kVllm:
            if (isIn(kGptq | kAwq | kCompressed | kDequantized) && !knows(FamilyList::Vllm))
                reasons.emplace_back(Acceptance::Refuses, lacks(FamilyList::Vllm, settings));
            break;
        case kTensorRt:
            if (!isIn(kDequantized) || knows(FamilyList::TensorRtPyTorch)) break;
            if (knows(FamilyList::TensorRtEngines))
                reasons.emplace_back(Acceptance::Partly,
                                     lacks(FamilyList::TensorRtPyTorch, settings) + "; releases that build engines convert it");
            else
                reasons.emplace_back(Acceptance::Refuses,
                                     lacks(FamilyList::TensorRtPyTorch, settings) + ", nor has " + readAs(FamilyList::TensorRtEngines));
            break;
        case kLlamaCpp:
            // AWQ is refused whatever the model, and for gguf these are obstacles, not verdicts.
            if (isIn(kGptq | kCompressed | kDequantized)) {
                if (std::string obstacle = settings.llamaCppObstacle(); !obstacle.empty())
                    reasons.emplace_back(Acceptance::Refuses, std::move(obstacle));
            }
            break;
        case kTransformers:
            break;  // every family here is one of its
    }
}

LoaderVerdict verdictOf(Loader loader, const Settings& settings) {
    Reasons reasons;
    addFamilyReasons(loader, settings, reasons);
    for (const Fact& fact : kFacts) {
        if (fact.loader == loader && (fact.formats & bit(settings.exportFormat())) != 0 && fact.holds(settings))
            reasons.emplace_back(fact.acceptance, fact.why);
    }
    // vLLM, issues 1816, 5675 and 21695: (inputs / tensor parallel) % group size.
    if (loader == kVllm && (bit(settings.exportFormat()) & (kGptq | kAwq | kCompressed)) != 0) {
        if (std::string limit = settings.parallelLimit(); !limit.empty()) reasons.emplace_back(Acceptance::Accepts, std::move(limit));
    }
    LoaderVerdict verdict{kLoaders[loader], Acceptance::Accepts, {}};
    for (const auto& [acceptance, why] : reasons) verdict.acceptance = std::max(verdict.acceptance, acceptance);
    for (const auto& [acceptance, why] : reasons) {
        // Beside a refusal nothing else counts.
        if (verdict.acceptance == Acceptance::Refuses && acceptance != Acceptance::Refuses) continue;
        verdict.why += (verdict.why.empty() ? "" : "; ") + why;
    }
    return verdict;
}

}  // namespace

std::string_view name(Acceptance acceptance) noexcept { return kAcceptances[static_cast<std::size_t>(acceptance)]; }

std::vector<LoaderVerdict> loaderVerdicts(const Model& model, const MethodSpec& method, ExportFormat format) {
    const Settings settings(model, method, format);
    std::vector<LoaderVerdict> verdicts;
    for (const Loader loader : {kTransformers, kGptqModel, kExLlama, kVllm, kTensorRt, kLlamaCpp})
        verdicts.push_back(verdictOf(loader, settings));
    return verdicts;
}

Json toJson(const LoaderVerdict& verdict) {
    return {{"loader", verdict.loader}, {"verdict", name(verdict.acceptance)}, {"why", verdict.why}};
}

}  // namespace salient
