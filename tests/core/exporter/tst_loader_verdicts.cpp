#include "core/exporter/loader_verdicts.h"

#include <QTemporaryDir>
#include <QTest>
#include <algorithm>

#include "core/exporter/loader_families.h"
#include "core/model/family_json.h"
#include "tests/core/exporter/sample_models.h"

using namespace salient;
using namespace salient::samples;

namespace {

struct Expected {
    const char* loader;
    Acceptance acceptance;
    const char* clause = "";  ///< that "why" holds
};

struct Setting {
    const char* family;
    ExportFormat format;
    const char* method;
    int bits;
    bool symmetric;
    Index group_size;
};

/// A setting, what else is changed, and what some loaders make of it.
struct Case {
    const char* title;
    Setting setting;
    std::vector<Expected> expected;
    void (*change)(MethodSpec&) = nullptr;
};

constexpr const char* kGm = "AutoGPTQ/GPTQModel";
constexpr const char* kEx = "ExLlamaV2";
constexpr const char* kTrt = "TensorRT-LLM";
constexpr auto kAccepts = Acceptance::Accepts;
constexpr auto kSlow = Acceptance::Slow;
constexpr auto kPartly = Acceptance::Partly;
constexpr auto kRefuses = Acceptance::Refuses;
constexpr auto kGptq = ExportFormat::Gptq;
constexpr auto kAwq = ExportFormat::Awq;
constexpr auto kCompressed = ExportFormat::CompressedTensors;

// One fact to a line, under the settings that it is about. The layers of "llama" have 64 and 128 inputs, in two blocks.
const std::vector<Case> kCases = {
    {"gptq",
     {"llama", kGptq, "rtn", 4, true, 64},
     {{"transformers", kAccepts, "through optimum"},
      {kGm, kAccepts},
      {kEx, kAccepts},
      {"vLLM", kAccepts, "no tensor parallel: the 64 inputs of model.layers.0.self_attn.o_proj divided by 2"},
      {"vLLM", kAccepts, "older versions refuse layers that are no multiples of 128 inputs"},
      {kTrt, kPartly, "the LLM API refuses it"},
      {"llama.cpp", kPartly, "choose gguf"}}},
    {"gptq in smaller groups",
     {"llama", kGptq, "rtn", 4, true, 32},
     {{"vLLM", kAccepts, "over at most 2 GPUs: the 64 inputs of model.layers.0.self_attn.o_proj divided by 4 are no whole groups of 32"},
      {kTrt, kRefuses, "groups of 64 and 128"}}},
    {"gptq, three bits",
     {"llama", kGptq, "rtn", 3, true, 64},
     {{"transformers", kPartly, "GPTQModel before 7.0"},
      {kGm, kPartly, "GPTQModel before 7.0"},
      {kGm, kPartly, "plain torch"},
      {kEx, kRefuses, "4 bits alone"},
      {"vLLM", kRefuses, "reads 4 and 8 bits"},
      {kTrt, kRefuses, "4 bits alone"},
      {"llama.cpp", kRefuses, "2, 4 and 8 bits"}}},
    {"gptq, three bits, asymmetric", {"llama", kGptq, "rtn", 3, false, 64}, {{"transformers", kAccepts}}},
    {"gptq, two bits",
     {"llama", kGptq, "rtn", 2, true, 64},
     {{kGm, kAccepts}, {kEx, kRefuses}, {"vLLM", kRefuses, "reads 4 and 8 bits"}, {"llama.cpp", kPartly}}},
    {"gptq, eight bits", {"llama", kGptq, "rtn", 8, true, 64}, {{kGm, kAccepts}, {kEx, kRefuses, "4 bits alone"}, {"vLLM", kAccepts}}},
    {"gptq, asymmetric",
     {"llama", kGptq, "rtn", 4, false, 64},
     {{"transformers", kAccepts},
      {kGm, kPartly, "gptq_v2"},
      {kEx, kPartly, "zero points"},
      {"vLLM", kRefuses, "choose compressed-tensors or awq"},
      {kTrt, kRefuses, "gptq_v2"}}},
    {"gptq, activation order",
     {"llama", kGptq, "gptq", 4, true, 64},
     {{"transformers", kPartly, "optimum up to 2.1 stops"},
      {kGm, kSlow, "static groups avoid it"},
      {kEx, kAccepts},
      {"vLLM", kSlow, "static groups avoid it"},
      {kTrt, kRefuses, "desc_act"}},
     [](MethodSpec& method) { method.gptq.act_order = true; }},
    {"gptq, activation order with static groups",
     {"llama", kGptq, "gptq", 4, true, 64},
     {{"transformers", kAccepts}, {kGm, kAccepts}, {"vLLM", kAccepts}, {kTrt, kPartly}},
     [](MethodSpec& method) { method.gptq.act_order = method.gptq.static_groups = true; }},
    {"gptq in groups of 16",
     {"llama", kGptq, "rtn", 4, true, 16},
     {{kGm, kSlow, "-1, 32, 64 and 128"}, {kEx, kAccepts}, {"vLLM", kRefuses, "-1, 32, 64 and 128"}}},
    {"gptq in groups of 48",
     {"llama", kGptq, "rtn", 4, true, 48},
     {{kGm, kPartly, "powers of two"}, {kEx, kRefuses, "next power of two"}, {"vLLM", kRefuses}}},
    {"gptq, one of q, k and v wider",
     {"llama", kGptq, "rtn", 4, true, 64},
     {{"transformers", kRefuses, "one width and group size"},
      {kGm, kPartly, "\"dynamic\""},
      {kEx, kRefuses, "4 bits alone"},
      {"vLLM", kRefuses, "computes q, k and v"},
      {kTrt, kRefuses, "one width"},
      {"llama.cpp", kRefuses, "one width"}},
     [](MethodSpec& method) { method.overrides = {{.layers = R"(0\.self_attn\.q_proj$)", .bits = 8}}; }},
    {"gptq, q, k and v wider",
     {"llama", kGptq, "rtn", 4, true, 64},
     {{"vLLM", kAccepts}, {kGm, kPartly}},
     [](MethodSpec& method) { method.overrides = {{.layers = R"(0\.self_attn\.[qkv]_proj$)", .bits = 8}}; }},
    {"gptq, a kind of layers kept",
     {"llama", kGptq, "rtn", 4, true, 64},
     {{"transformers", kAccepts}, {kGm, kPartly, "AutoGPTQ does not"}, {"vLLM", kAccepts}, {kTrt, kRefuses}},
     [](MethodSpec& method) { method.keep = {"down_proj$"}; }},
    {"gptq, a block's layer kept",
     {"llama", kGptq, "rtn", 4, true, 64},
     {{"transformers", kRefuses, "not those of single blocks"}, {"vLLM", kAccepts}},
     [](MethodSpec& method) { method.keep = {R"(layers\.0\.mlp\.down_proj$)"}; }},
    {"gptq, one of gate and up kept",
     {"llama", kGptq, "rtn", 4, true, 64},
     {{"vLLM", kRefuses, "gate and up"}},
     [](MethodSpec& method) { method.keep = {"gate_proj$"}; }},
    {"gptq of GPT-2", {"gpt2", kGptq, "rtn", 4, true, 64}, {{kEx, kRefuses, "q, k and v in one"}, {kTrt, kRefuses, "LLaMA's"}}},
    {"gptq of OPT",
     {"opt", kGptq, "rtn", 4, true, 64},
     {{kEx, kRefuses, "has no opt and takes it for LLaMA"},
      {kGm, kAccepts},
      {"vLLM", kAccepts},
      {"llama.cpp", kRefuses, "has no architecture for opt"}}},
    {"gptq of phi, whose fc1 reads what q reads",
     {"phi", kGptq, "rtn", 4, true, 64},
     {{"vLLM", kAccepts}},
     [](MethodSpec& method) { method.keep = {"fc1$"}; }},
    {"gptq of a text model beside an image encoder",
     {"gemma3", kGptq, "rtn", 4, true, 64},
     {{"transformers", kPartly, "version 4.52 and later alone"},
      {"vLLM", kAccepts},
      {kEx, kAccepts},
      {kGm, kPartly, "AutoGPTQ 0.8 (April 2025) has no gemma3"},
      {"llama.cpp", kRefuses, "query_pre_attn_scalar"}}},
    {"gptq of a text model beside an image encoder, both of Mistral 3",
     {"mistral3", kGptq, "rtn", 4, true, 64},
     {{kEx, kAccepts}, {kGm, kPartly, "has no mistral3"}, {"vLLM", kAccepts}, {"llama.cpp", kPartly, "choose gguf"}}},
    {"awq of a text model beside an image encoder", {"gemma3", kAwq, "rtn", 4, false, 64}, {{"transformers", kAccepts}}},
    {"gguf of a text model beside an image encoder", {"mistral3", ExportFormat::Gguf, "rtn", 4, true, 32}, {{"llama.cpp", kAccepts}}},
    {"gptq of experts",
     {"qwen3_moe", kGptq, "rtn", 4, true, 64},
     {{"transformers", kPartly, "version 4 alone"}, {kGm, kPartly, "AutoGPTQ 0.8 (April 2025) has no qwen3_moe"}, {"vLLM", kAccepts}}},
    {"gptq of experts and one for all tokens, beside a router", {"qwen2_moe", kGptq, "rtn", 4, true, 64}, {{"vLLM", kAccepts}}},
    {"gptq, one expert wider",
     {"qwen2_moe", kGptq, "rtn", 4, true, 64},
     {{"vLLM", kRefuses, "experts of a block"}},
     [](MethodSpec& method) { method.overrides = {{.layers = R"(0\.mlp\.experts\.1\.)", .bits = 8}}; }},

    {"awq",
     {"llama", kAwq, "awq", 4, false, 64},
     {{"transformers", kAccepts, "AutoAWQ"},
      {kGm, kPartly, "AutoGPTQ does not"},
      {kEx, kRefuses, "reads GPTQ, EXL2"},
      {"vLLM", kAccepts, "no tensor parallel"},
      {kTrt, kPartly, "converts it"},
      {"llama.cpp", kRefuses, "choose gguf"}}},
    {"awq in groups of 32", {"llama", kAwq, "awq", 4, false, 32}, {{"vLLM", kAccepts}, {kTrt, kRefuses, "64 and 128"}}},
    {"awq in groups of 16",
     {"llama", kAwq, "awq", 4, false, 16},
     {{"transformers", kPartly, "multiple of 32"}, {"vLLM", kRefuses, "multiple of 32"}}},
    {"awq in groups of 256", {"llama", kAwq, "awq", 4, false, 256}, {{"vLLM", kSlow, "miss the Marlin kernels"}, {kTrt, kRefuses}}},
    {"awq, one scale per row", {"llama", kAwq, "awq", 4, false, -1}, {{"vLLM", kAccepts}, {kTrt, kRefuses, "64 and 128"}}},
    {"awq, one of q, k and v kept",
     {"llama", kAwq, "awq", 4, false, 64},
     {{"vLLM", kRefuses, "computes q, k and v"}},
     [](MethodSpec& method) { method.keep = {"k_proj$"}; }},
    {"awq of GPT-NeoX", {"gpt_neox", kAwq, "rtn", 4, false, 64}, {{"transformers", kPartly, "scales of 1 behind the activation"}}},
    {"awq of GPT-2", {"gpt2", kAwq, "rtn", 4, false, 64}, {{"transformers", kRefuses, "Conv1D"}}},

    {"compressed-tensors",
     {"llama", kCompressed, "rtn", 4, true, 64},
     {{"transformers", kSlow, "decompresses"},
      {kGm, kRefuses},
      {kEx, kRefuses},
      {"vLLM", kAccepts, "no tensor parallel"},
      {kTrt, kRefuses, "FP8"},
      {"llama.cpp", kPartly, "choose gguf"}}},
    {"compressed-tensors, asymmetric",
     {"llama", kCompressed, "rtn", 4, false, 64},
     {{"transformers", kPartly, "before 0.14 stops at asymmetric codes"}, {"vLLM", kAccepts}}},
    {"compressed-tensors, eight bits, asymmetric", {"llama", kCompressed, "rtn", 8, false, 64}, {{"vLLM", kPartly, "Hopper"}}},
    {"compressed-tensors, one scale per row",
     {"llama", kCompressed, "rtn", 4, true, -1},
     {{"vLLM", kAccepts}, {"llama.cpp", kRefuses, "in groups alone"}}},
    {"compressed-tensors in groups of 16", {"llama", kCompressed, "rtn", 4, true, 16}, {{"vLLM", kSlow, "Marlin"}}},
    {"compressed-tensors, activation order",
     {"llama", kCompressed, "gptq", 4, true, 64},
     {{"transformers", kPartly, "before 0.15 stops at groups in activation order"}, {"vLLM", kSlow, "static groups avoid it"}},
     [](MethodSpec& method) { method.gptq.act_order = true; }},
    {"compressed-tensors, activation order with static groups",
     {"llama", kCompressed, "gptq", 4, true, 64},
     {{"transformers", kSlow}, {"vLLM", kAccepts}},
     [](MethodSpec& method) { method.gptq.act_order = method.gptq.static_groups = true; }},
    {"compressed-tensors of falcon",
     {"falcon", kCompressed, "rtn", 4, true, 64},
     {{"transformers", kRefuses, "Falcon's layers are a class of their own"}}},
    {"compressed-tensors, one of q, k and v wider",
     {"llama", kCompressed, "rtn", 4, true, 64},
     {{"vLLM", kRefuses, "computes q, k and v"}, {"llama.cpp", kRefuses, "one width and group size"}},
     [](MethodSpec& method) { method.overrides = {{.layers = "v_proj$", .bits = 8}}; }},
    {"compressed-tensors of experts, asymmetric", {"qwen2_moe", kCompressed, "rtn", 4, false, 64}, {{"vLLM", kRefuses, "symmetric codes"}}},
    {"W8A8", {"llama", kCompressed, "w8a8", 8, true, -1}, {{"vLLM", kAccepts}, {kTrt, kRefuses, "FP8"}, {"llama.cpp", kPartly}}},
    {"W8A8 of experts, a scale per tensor",
     {"qwen2_moe", kCompressed, "w8a8", 8, true, -1},
     {{"vLLM", kRefuses, "scale per token"}},
     [](MethodSpec& method) { method.activations = ActivationScale::PerTensor; }},
    {"W8A8 of GPT-2",
     {"gpt2", kCompressed, "w8a8", 8, true, -1},
     {{"transformers", kRefuses, "Conv1D"}, {"vLLM", kRefuses, "transposes every GPT-2 tensor"}}},

    {"gguf",
     {"llama", ExportFormat::Gguf, "rtn", 4, true, 32},
     {{"transformers", kSlow, "dequantizes"},
      {kGm, kRefuses},
      {kEx, kRefuses},
      {"vLLM", kSlow, "vllm-gguf-plugin"},
      {kTrt, kRefuses},
      {"llama.cpp", kAccepts}}},
    {"gguf of experts", {"qwen3_moe", ExportFormat::Gguf, "rtn", 4, true, 32}, {{"transformers", kSlow}, {"llama.cpp", kAccepts}}},
    {"gguf of falcon", {"falcon", ExportFormat::Gguf, "rtn", 4, true, 32}, {{"llama.cpp", kAccepts}}},
    {"dequantized mixtral", {"mixtral", ExportFormat::Dequantized, "rtn", 4, true, 64}, {{"llama.cpp", kPartly, "convert_hf_to_gguf.py"}}},
    {"dequantized falcon", {"falcon", ExportFormat::Dequantized, "rtn", 4, true, 64}, {{"llama.cpp", kPartly, "convert_hf_to_gguf.py"}}},
    {"dequantized",
     {"llama", ExportFormat::Dequantized, "rtn", 4, true, 64},
     {{"transformers", kAccepts},
      {kGm, kRefuses, "to quantize it"},
      {kEx, kAccepts},
      {"vLLM", kAccepts},
      {kTrt, kAccepts},
      {"llama.cpp", kPartly, "convert_hf_to_gguf.py"}}},
    {"dequantized OPT",
     {"opt", ExportFormat::Dequantized, "rtn", 4, true, 64},
     {{kEx, kRefuses}, {kTrt, kPartly, "releases that build engines"}, {"llama.cpp", kRefuses, "no architecture for opt"}}},

    // Families that a loader's source, as read, does not list: GPTNeoForCausalLM, say, in no line of vLLM's registry.py.
    {"gptq of GPT-Neo",
     {"gpt_neo", kGptq, "rtn", 4, true, 64},
     {{"transformers", kAccepts},
      {kGm, kPartly, "AutoGPTQ 0.8 (April 2025) has no gpt_neo"},
      {kEx, kRefuses, "has no gpt_neo"},
      {"vLLM", kRefuses, "vLLM (May 2026) has no gpt_neo"},
      {kTrt, kRefuses, "LLaMA's"},
      {"llama.cpp", kRefuses, "no architecture for gpt_neo"}}},
    {"awq of GPT-Neo", {"gpt_neo", kAwq, "rtn", 4, false, 64}, {{kGm, kPartly, "AutoGPTQ does not"}, {"vLLM", kRefuses, "has no gpt_neo"}}},
    {"compressed-tensors of GPT-Neo", {"gpt_neo", kCompressed, "rtn", 4, true, 64}, {{"vLLM", kRefuses, "has no gpt_neo"}}},
    {"dequantized GPT-Neo",
     {"gpt_neo", ExportFormat::Dequantized, "rtn", 4, true, 64},
     {{"vLLM", kRefuses, "has no gpt_neo"}, {kTrt, kRefuses, "has no gpt_neo, nor has TensorRT-LLM's engine builder"}}},
    {"gptq of OLMo",
     {"olmo", kGptq, "rtn", 4, true, 64},
     {{kGm, kPartly, "AutoGPTQ 0.8 (April 2025) has no olmo; GPTQModel 7.3 (August 2026) has no olmo and guesses"},
      {kEx, kRefuses, "has no olmo"},
      {"vLLM", kAccepts}}},
    {"awq of OLMo", {"olmo", kAwq, "rtn", 4, false, 64}, {{kGm, kPartly, "GPTQModel 7.3 (August 2026) has no olmo"}, {"vLLM", kAccepts}}},
    {"dequantized OLMo", {"olmo", ExportFormat::Dequantized, "rtn", 4, true, 64}, {{"vLLM", kAccepts}, {kTrt, kRefuses, "has no olmo"}}},
    {"gptq of Qwen3",
     {"qwen3", kGptq, "rtn", 4, true, 64},
     {{kGm, kPartly, "AutoGPTQ 0.8 (April 2025) has no qwen3"}, {kEx, kAccepts}, {"vLLM", kAccepts}}},
    {"awq of Qwen3", {"qwen3", kAwq, "rtn", 4, false, 64}, {{kGm, kPartly, "AutoGPTQ does not"}}},
    {"dequantized Qwen3", {"qwen3", ExportFormat::Dequantized, "rtn", 4, true, 64}, {{kEx, kAccepts}, {kTrt, kAccepts}}},
    {"gptq of StableLM, which AutoGPTQ knows by an older name alone",
     {"stablelm", kGptq, "rtn", 4, true, 64},
     {{kGm, kPartly, "AutoGPTQ 0.8 (April 2025) has no stablelm"}, {kEx, kRefuses, "has no stablelm"}, {"vLLM", kAccepts}}},
    {"gptq of Gemma 3's text model alone",
     {"gemma3_text", kGptq, "rtn", 4, true, 64},
     {{kGm, kPartly, "has no gemma3_text"}, {kEx, kRefuses, "has no gemma3_text"}, {"vLLM", kAccepts}}},
    {"dequantized GPT-2", {"gpt2", ExportFormat::Dequantized, "rtn", 4, true, 64}, {{kEx, kAccepts}, {kTrt, kPartly, "build engines"}}},

    // What llama.cpp cannot compute although it has the architecture.
    {"gptq of Falcon with ALiBi",
     {"falcon-alibi", kGptq, "rtn", 4, true, 64},
     {{"llama.cpp", kRefuses, "llama.cpp's falcon turns queries and keys; this model has ALiBi"}, {"vLLM", kAccepts}}},
    {"dequantized Falcon with ALiBi",
     {"falcon-alibi", ExportFormat::Dequantized, "rtn", 4, true, 64},
     {{"llama.cpp", kRefuses, "has ALiBi"}}},
    {"compressed-tensors with dynamic rope scaling",
     {"llama-dynamic", kCompressed, "rtn", 4, true, 64},
     {{"llama.cpp", kRefuses, "has no dynamic rope scaling"}, {"vLLM", kAccepts}}},
    {"dequantized with dynamic rope scaling",
     {"llama-dynamic", ExportFormat::Dequantized, "rtn", 4, true, 64},
     {{"llama.cpp", kRefuses, "has no dynamic rope scaling"}}},
};

const LoaderVerdict* find(const std::vector<LoaderVerdict>& verdicts, const std::string& loader) {
    const auto found = std::ranges::find(verdicts, loader, &LoaderVerdict::loader);
    return found == verdicts.end() ? nullptr : &*found;
}

}  // namespace

/// What six loaders make of which settings: the facts, one by one.
class TestLoaderVerdicts : public QObject {
    Q_OBJECT

private slots:
    void aFactIsSaidWhereItHolds_data() {
        QTest::addColumn<int>("which");
        for (std::size_t i = 0; i < kCases.size(); ++i) QTest::newRow(kCases[i].title) << static_cast<int>(i);
    }
    void aFactIsSaidWhereItHolds() {
        QFETCH(int, which);
        const Case& c = kCases[static_cast<std::size_t>(which)];
        const std::vector<LoaderVerdict> verdicts = verdictsOf(c, {});
        QCOMPARE(verdicts.size(), std::size_t{6});
        for (const Expected& expected : c.expected) {
            const LoaderVerdict* verdict = find(verdicts, expected.loader);
            QVERIFY2(verdict != nullptr, expected.loader);
            const std::string said = verdict->loader + " " + std::string(name(verdict->acceptance)) + ": " + verdict->why;
            QVERIFY2(verdict->acceptance == expected.acceptance, said.c_str());
            QVERIFY2(verdict->why.find(expected.clause) != std::string::npos, said.c_str());
        }
    }

    void kernelsNeedWholeTiles() {
        const Case awq = {"", {"llama", kAwq, "awq", 4, false, 32}, {}};
        const LoaderVerdict narrow = *find(verdictsOf(awq, Json::object({{"intermediate_size", 96}})), "transformers");
        QVERIFY2(narrow.acceptance == kPartly && narrow.why.find("multiple of 64") != std::string::npos, narrow.why.c_str());
        const Case int8 = {"", {"llama", kCompressed, "w8a8", 8, true, -1}, {}};
        const LoaderVerdict ragged = *find(verdictsOf(int8, Json::object({{"intermediate_size", 72}})), "vLLM");
        QVERIFY2(ragged.acceptance == kRefuses && ragged.why.find("multiples of 16") != std::string::npos, ragged.why.c_str());
        const Case gptq = {"", {"llama", kGptq, "rtn", 4, true, 32}, {}};
        const LoaderVerdict wide = *find(verdictsOf(gptq, Json::object({{"hidden_size", 256}, {"intermediate_size", 512}})), "vLLM");
        QCOMPARE(QString::fromStdString(wide.why), QString());  // whole tiles, and groups for eight GPUs
    }

    void normsOfSingleHeadsAreToldApart() {
        const Case stablelm = {"", {"stablelm", kGptq, "rtn", 4, true, 64}, {}};
        QCOMPARE(find(verdictsOf(stablelm, {}), "vLLM")->acceptance, kAccepts);
        const LoaderVerdict normed = *find(verdictsOf(stablelm, Json::object({{"qk_layernorm", true}})), "vLLM");
        QVERIFY2(normed.acceptance == kRefuses && normed.why.find("no norms of queries and keys") != std::string::npos, normed.why.c_str());
    }

    /// A model that llama.cpp's architecture computes, but for biases that config.json asks for.
    void biasesOfQwen3AreNotLlamaCpps() {
        const Case qwen3 = {"", {"qwen3", ExportFormat::Dequantized, "rtn", 4, true, 64}, {}};
        QCOMPARE(find(verdictsOf(qwen3, {}), "llama.cpp")->acceptance, kPartly);
        const std::vector<LoaderVerdict> verdicts = verdictsOf(qwen3, Json::object({{"attention_bias", true}}));
        const LoaderVerdict* const biased = find(verdicts, "llama.cpp");
        QVERIFY2(biased->acceptance == kRefuses && biased->why.find("no biases in attention") != std::string::npos, biased->why.c_str());
        QVERIFY2(!biased->why.ends_with('.'), biased->why.c_str());  // a clause
    }

    /// Of a family that the user describes no list says anything, so no verdict does.
    void ofADescribedFamilyNothingIsClaimed() {
        const QTemporaryDir directory;
        const std::filesystem::path folder = pathOf(directory, "model");
        Json config = familyConfig("llama");
        writeModel(folder, "llama", DType::F16, config);
        config["model_type"] = "quartz";
        config["architectures"] = {"QuartzForCausalLM"};
        writeJson(folder / "config.json", config);
        writeJson(folder / kFamilyFile,
                  Json::object({{"like", "llama"}, {"model_type", "quartz"}, {"architectures", {"QuartzForCausalLM"}}}));
        const auto model = Model::open(folder);
        QCOMPARE(model->config.family->model_type, std::string("quartz"));
        const auto verdicts =
            loaderVerdicts(*model, methodFor(*model, ExportFormat::Dequantized, "rtn", GridSpec()), ExportFormat::Dequantized);
        for (const char* loader : {"transformers", kEx, "vLLM", kTrt}) {
            const LoaderVerdict* const verdict = find(verdicts, loader);
            QVERIFY2(verdict->acceptance == kPartly, loader);
            QVERIFY2(
                verdict->why.find("whether it has quartz as this model's family file describes it is not known here") != std::string::npos,
                verdict->why.c_str());
        }
        const LoaderVerdict* const llama_cpp = find(verdicts, "llama.cpp");
        QVERIFY2(llama_cpp->acceptance == kRefuses && llama_cpp->why.find("no architecture for quartz") != std::string::npos,
                 llama_cpp->why.c_str());
    }

    /// It may go by the name of the one that it differs from.
    void ofADescribedFamilyWithAKnownNameNothingIsClaimed() {
        const QTemporaryDir directory;
        const std::filesystem::path folder = pathOf(directory, "model");
        writeModel(folder, "llama", DType::F16);
        writeJson(folder / kFamilyFile, Json::object({{"like", "llama"}, {"parallel_residual", true}}));
        const auto model = Model::open(folder);
        QCOMPARE(model->config.family->model_type, std::string("llama"));
        const auto verdicts =
            loaderVerdicts(*model, methodFor(*model, ExportFormat::Dequantized, "rtn", GridSpec()), ExportFormat::Dequantized);
        for (const char* loader : {"transformers", kEx, "vLLM", kTrt}) QVERIFY2(find(verdicts, loader)->acceptance == kPartly, loader);
        QVERIFY(find(verdicts, "llama.cpp")->acceptance == kRefuses);
    }

    void everyLoaderHasAList() {
        for (const FamilyList list : {FamilyList::AutoGptq, FamilyList::GptqModel, FamilyList::ExLlama, FamilyList::Vllm,
                                      FamilyList::TensorRtEngines, FamilyList::TensorRtPyTorch}) {
            QVERIFY(!readAs(list).empty());
            QVERIFY2(knowsFamily(list, "llama"), readAs(list).c_str());
            QVERIFY2(!knowsFamily(list, "a family of nobody"), readAs(list).c_str());
        }
    }

    void aVerdictAsJson() {
        const Json json = toJson(LoaderVerdict{"vLLM", Acceptance::Partly, "on some GPUs"});
        const Json expected = {{"loader", "vLLM"}, {"verdict", "in part"}, {"why", "on some GPUs"}};
        QVERIFY(json == expected);
    }

private:
    static std::vector<LoaderVerdict> verdictsOf(const Case& c, const Json& sizes) {
        const QTemporaryDir directory;
        Json config = familyConfig(c.setting.family);
        if (sizes.is_object()) config.update(sizes);
        writeModel(pathOf(directory, "model"), c.setting.family, DType::F16, config);
        const auto model = Model::open(pathOf(directory, "model"));
        GridSpec grid;
        grid.bits = c.setting.bits;
        grid.is_symmetric = c.setting.symmetric;
        grid.group_size = c.setting.group_size;
        MethodSpec method = methodFor(*model, c.setting.format, c.setting.method, grid);
        if (c.change != nullptr) c.change(method);
        return loaderVerdicts(*model, method, c.setting.format);
    }
};

QTEST_APPLESS_MAIN(TestLoaderVerdicts)
#include "tst_loader_verdicts.moc"
