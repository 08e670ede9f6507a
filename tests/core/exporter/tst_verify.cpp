#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <functional>
#include <set>
#include <utility>

#include "core/exporter/verify/checks.h"
#include "core/exporter/verify/reload_check.h"
#include "core/io/gguf.h"
#include "core/tensor/float16.h"
#include "tests/core/exporter/named_damage.h"
#include "tests/support/places.h"

using namespace salient;
using namespace salient::samples;
namespace fs = std::filesystem;

/// Each diagnosis on a checkpoint damaged in exactly that way.
class TestVerify : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void damageIsNamed_data();
    void damageIsNamed();
    void flippedBitFailsTheChecksum();
    void zeroPointsOffByOneShowAgainstTheOriginal();
    void floatsOfOtherToolsAreComparedWithTheOriginals_data();
    void floatsOfOtherToolsAreComparedWithTheOriginals();
    void whatOtherToolsRoundIsNoDamage();
    void anotherFunctionIsFoundByItsPerplexity();
    void roundedFormsAreJudgedByTheirPerplexity_data();
    void roundedFormsAreJudgedByTheirPerplexity();
    void aModelThatPredictsWorseThanChanceIsNotJudged();
    void anotherModelAsOriginalIsRefused();
    void scaledAwqIsNoPlainRounding();
    void oneLayerOfPlainRoundingIsNamed();
    void aPaddedVocabularyIsTheOriginals();
    void otherPartsThatTheConfigDoesNotMentionAreNamed_data();
    void otherPartsThatTheConfigDoesNotMentionAreNamed();
    void aRecordBehindALinkIsNotFollowed();
    void ordinaryModelPassesAsFloat();
    void missingDirectoryIsAnError();
    void cancelStopsAtEveryCheckpoint();

private:
    [[nodiscard]] fs::path exported(ExportFormat format, const char* method, bool symmetric) {
        return exports_->write(format, exports_->method(format, method, symmetric));
    }

    std::unique_ptr<SmallExports> exports_;
};

namespace {

/// A packed layer of GPTQ as one of zeros in floating point.
void makeFloat(OpenFile& file, const std::string& layer) {
    for (const char* part : {".qweight", ".qzeros", ".scales", ".g_idx"}) file.remove(layer + part);
    file.add({layer + ".weight", DType::F16, {64, 64}}, std::vector<std::byte>(std::size_t{2} * 64 * 64));
}

void writeTiedHead(const fs::path& directory) {
    changeTensors(directory, [](OpenFile& f) { f.add({"lm_head.weight", DType::F16, {64, 64}}, f.bytes.at("model.embed_tokens.weight")); });
}

/// Zero points without the 8 that compressed-tensors adds.
void turnZeroPoints(const fs::path& directory) {
    changeTensors(directory, [](OpenFile& f) {
        for (std::uint32_t& word : f.as<std::uint32_t>(kQuery + ".weight_zero_point")) word ^= 0x88888888U;
    });
}

/// Codes of three bits, 32 to three words of a column, in the opposite order.
void turnThreeBits(std::span<std::uint32_t> words, std::size_t n_columns) {
    for (std::size_t run = 0; run < words.size(); run += 3 * n_columns) {
        for (std::size_t column = 0; column < n_columns; ++column) {
            const auto place = [&](std::size_t bit) { return run + bit / 32 * n_columns + column; };
            std::array<std::uint32_t, 3> turned = {};
            for (std::size_t bit = 0; bit < 96; ++bit) {
                const std::size_t to = 3 * (31 - bit / 3) + bit % 3;
                turned[to / 32] |= ((words[place(bit)] >> (bit % 32)) & 1U) << (to % 32);
            }
            for (std::size_t word = 0; word < 3; ++word) words[place(32 * word)] = turned[word];
        }
    }
}

const std::vector<Damage>& damages() {
    using F = ExportFormat;
    static const std::vector<Damage> all = {
        {"v1 zeros under the name gptq_v2", F::Gptq, "rtn", true, false, Severity::Failure,
         "zero points: expected 8 everywhere (sym is true; stored as 8 in gptq_v2), found 7: off by one, as if the file were v1",
         [](const fs::path& d) { changeConfig(d, [](Json& c) { c["checkpoint_format"] = "gptq_v2"; }); }},
        {"v2 zeros under the name gptq", F::Gptq, "rtn", true, false, Severity::Failure,
         "zero points: expected 8 everywhere (sym is true; stored as 7 in gptq v1), found 9: off by one, as if the file were gptq_v2",
         [](const fs::path& d) {
             changeTensors(d, [](OpenFile& f) {
                 for (std::uint32_t& word : f.as<std::uint32_t>(kQuery + ".qzeros")) word += 0x11111111U;
             });
         }},
        {"zeros of 0 under the name v1", F::Gptq, "rtn", false, false, Severity::Failure,
         "zero points of 0, which gptq v1 cannot hold (stored as 15)",
         [](const fs::path& d) {
             changeConfig(d, [](Json& c) { c["checkpoint_format"] = "gptq"; });
             changeTensors(d, [](OpenFile& f) { f.as<std::uint32_t>(kQuery + ".qzeros")[0] |= 15U; });
         }},
        {"two configs that disagree", F::Gptq, "rtn", true, false, Severity::Failure,
         "group_size: expected 32 as in config.json, found 128",
         [](const fs::path& d) { changeJson(d / "quantize_config.json", [](Json& c) { c["group_size"] = 128; }); }},
        {"no sym", F::Gptq, "rtn", true, false, Severity::Failure, "sym: missing",
         [](const fs::path& d) { changeConfig(d, [](Json& c) { c.erase("sym"); }); }},
        {"bits as text", F::Gptq, "rtn", true, false, Severity::Failure, "bits: expected a whole number, found \"4\"",
         [](const fs::path& d) { changeConfig(d, [](Json& c) { c["bits"] = "4"; }); }},
        {"no quantization_config", F::Gptq, "rtn", true, false, Severity::Failure,
         "quantization_config: missing: transformers and vLLM take the model for",
         [](const fs::path& d) { changeJson(d / "config.json", [](Json& c) { c.erase("quantization_config"); }); }},
        {"g_idx against desc_act false", F::Gptq, "rtn", true, false, Severity::Failure, "g_idx of input 5: expected 0 (desc_act is false",
         [](const fs::path& d) {
             changeTensors(
                 d, [](OpenFile& f) { std::swap(f.as<std::int32_t>(kQuery + ".g_idx")[5], f.as<std::int32_t>(kQuery + ".g_idx")[40]); });
         }},
        {"g_idx all zero", F::Gptq, "gptq", true, true, Severity::Failure, "g_idx: all zero with 2 groups",
         [](const fs::path& d) {
             changeTensors(d, [](OpenFile& f) {
                 for (std::int32_t& g : f.as<std::int32_t>(kQuery + ".g_idx")) g = 0;
             });
         }},
        {"uneven groups", F::Gptq, "gptq", true, true, Severity::Failure, "g_idx: expected 32 inputs in each group, found 3",
         [](const fs::path& d) {
             changeTensors(d, [](OpenFile& f) {
                 auto g = f.as<std::int32_t>(kQuery + ".g_idx");
                 g[0] = 1 - g[0];
             });
         }},
        {"g_idx beyond the groups", F::Gptq, "gptq", true, true, Severity::Failure, "g_idx of input 9: expected 0 … 1, found 2",
         [](const fs::path& d) { changeTensors(d, [](OpenFile& f) { f.as<std::int32_t>(kQuery + ".g_idx")[9] = 2; }); }},
        {"q and k in different orders", F::Gptq, "gptq", true, true, Severity::Failure, "g_idx: expected that of ",
         [](const fs::path& d) {
             changeTensors(d, [](OpenFile& f) {
                 auto g = f.as<std::int32_t>(kKey + ".g_idx");
                 for (std::int32_t& group : g) group = 1 - group;
             });
         }},
        {"g_idx missing in activation order", F::Gptq, "gptq", true, true, Severity::Failure,
         "q_proj.g_idx: expected [64], the groups of inputs that desc_act put in another order, found no such tensor",
         [](const fs::path& d) { changeTensors(d, [](OpenFile& f) { f.remove(kQuery + ".g_idx"); }); }},
        {"g_idx missing", F::Gptq, "rtn", true, false, Severity::Warning, "g_idx: missing: AutoGPTQ, ExLlama and llama.cpp's converter",
         [](const fs::path& d) {
             fs::remove(d / "salient.json");
             changeTensors(d, [](OpenFile& f) { f.remove(kQuery + ".g_idx"); });
         }},
        {"zero points of AWQ less one", F::Awq, "rtn", false, false, Severity::Failure,
         "steps beside the original's on average, expected about 0: zero points are off by one",
         [](const fs::path& d) {
             changeTensors(d, [](OpenFile& f) {
                 for (std::uint32_t& word : f.as<std::uint32_t>(kQuery + ".qzeros")) {
                     std::uint32_t less = 0;
                     for (unsigned c = 0; c < 32; c += 4) less |= (((word >> c) & 15U) == 0 ? 0U : ((word >> c) & 15U) - 1U) << c;
                     word = less;
                 }
             });
         }},
        {"codes in two's complement", F::CompressedTensors, "rtn", true, false, Severity::Failure,
         "signed codes are stored in two's complement instead of with 8 added",
         [](const fs::path& d) {
             changeTensors(d, [](OpenFile& f) {
                 for (std::uint32_t& word : f.as<std::uint32_t>(kQuery + ".weight_packed")) word ^= 0x88888888U;
             });
         }},
        {"inputs backwards in each word", F::Gptq, "rtn", true, false, Severity::Failure, "inputs run backwards within each word",
         [](const fs::path& d) {
             changeTensors(d, [](OpenFile& f) {
                 for (std::uint32_t& word : f.as<std::uint32_t>(kQuery + ".qweight")) {
                     std::uint32_t turned = 0;
                     for (unsigned i = 0; i < 8; ++i) turned |= ((word >> (4 * i)) & 15U) << (28 - 4 * i);
                     word = turned;
                 }
             });
         }},
        {"inputs interleaved as outputs of AWQ", F::Gptq, "rtn", true, false, Severity::Failure,
         "inputs are in another order within each run",
         [](const fs::path& d) {
             changeTensors(d, [](OpenFile& f) {
                 for (std::uint32_t& word : f.as<std::uint32_t>(kQuery + ".qweight")) {
                     constexpr unsigned kOrder[] = {0, 2, 4, 6, 1, 3, 5, 7};
                     std::uint32_t interleaved = 0;
                     for (unsigned i = 0; i < 8; ++i) interleaved |= ((word >> (4 * kOrder[i])) & 15U) << (4 * i);
                     word = interleaved;
                 }
             });
         }},
        {"plain rounding called gptq", F::Gptq, "rtn", true, false, Severity::Warning,
         "all 14 layers, model.layers.0.self_attn.q_proj to model.layers.1.mlp.down_proj: codes are those of rounding the original's "
         "weights to nearest",
         [](const fs::path& d) { fs::remove(d / "salient.json"); }},
        {"columns packed in sequence", F::Awq, "rtn", false, false, Severity::Failure,
         "outputs are in another order within each run of eight",
         [](const fs::path& d) {
             changeTensors(d, [](OpenFile& f) {
                 for (const char* part : {".qweight", ".qzeros"}) {
                     for (std::uint32_t& word : f.as<std::uint32_t>(kQuery + part)) {
                         constexpr unsigned kSlot[] = {0, 4, 1, 5, 2, 6, 3, 7};
                         std::uint32_t sequence = 0;
                         for (unsigned c = 0; c < 8; ++c) sequence |= ((word >> (4 * kSlot[c])) & 15U) << (4 * c);
                         word = sequence;
                     }
                 }
             });
         }},
        {"infinite scale", F::Gptq, "rtn", true, false, Severity::Failure,
         "scale of output 3, group 0: expected a finite number, found infinity: F16 holds nothing beyond 65504",
         [](const fs::path& d) { changeTensors(d, [](OpenFile& f) { f.as<std::uint16_t>(kQuery + ".scales")[3] = 0x7C00; }); }},
        {"scale that was too small", F::Gptq, "rtn", true, false, Severity::Warning,
         "scale of output 3, group 0: expected a positive number, found 0: what is smaller than 6e-8 is nothing in F16",
         [](const fs::path& d) {
             fs::remove(d / "salient.json");
             changeTensors(d, [](OpenFile& f) { f.as<std::uint16_t>(kQuery + ".scales")[3] = 0; });
         }},
        {"NaN in a norm", F::Gptq, "rtn", true, false, Severity::Failure, "model.norm.weight: element 2: expected a finite number",
         [](const fs::path& d) { changeTensors(d, [](OpenFile& f) { f.as<std::uint16_t>("model.norm.weight")[2] = 0x7E00; }); }},
        {"tied head written again", F::CompressedTensors, "rtn", true, false, Severity::Failure,
         "lm_head.weight: written beside the embedding", writeTiedHead},
        {"tied head written again, gptq", F::Gptq, "rtn", true, false, Severity::Failure, "lm_head.weight: written beside the embedding",
         writeTiedHead},
        {"tied head written again, awq", F::Awq, "rtn", false, false, Severity::Failure, "lm_head.weight: written beside the embedding",
         writeTiedHead},
        {"tied head written again, dequantized", F::Dequantized, "rtn", true, false, Severity::Failure,
         "lm_head.weight: written beside the embedding", writeTiedHead},
        {"zero points in two's complement", F::CompressedTensors, "rtn", false, false, Severity::Failure,
         "zero points are stored in two's complement instead of with 8 added (put right, the correlation is 0.99",
         turnZeroPoints},
        {"zero points packed along the inputs", F::CompressedTensors, "rtn", false, false, Severity::Failure,
         "q_proj.weight_zero_point: expected 8 words for 64 codes of 4 bits, found 64",
         [](const fs::path& d) {
             changeTensors(d, [](OpenFile& f) {
                 const std::string name = kQuery + ".weight_zero_point";
                 f.remove(name);
                 f.add({name, DType::I32, {64, 1}}, std::vector<std::byte>(std::size_t{4} * 64));
             });
         }},
        {"inputs backwards in each word of eight bits", F::Gptq, "rtn", true, false, Severity::Failure,
         "inputs run backwards within each word: packed with the first in the highest bits",
         [](const fs::path& d) {
             changeTensors(d, [](OpenFile& f) {
                 for (std::uint32_t& word : f.as<std::uint32_t>(kQuery + ".qweight"))
                     word = word >> 24U | (word >> 8U & 0xFF00U) | (word << 8U & 0xFF0000U) | word << 24U;
             });
         },
         8},
        {"inputs backwards in each run of three bits", F::Gptq, "rtn", true, false, Severity::Failure,
         "inputs run backwards within each run of 32: packed with the first in the highest bits",
         [](const fs::path& d) {
             changeTensors(d, [](OpenFile& f) { turnThreeBits(f.as<std::uint32_t>(kQuery + ".qweight"), 64); });
         },
         3},
        {"stray zero points", F::CompressedTensors, "rtn", true, false, Severity::Failure,
         "zero points of a layer whose config says symmetric",
         [](const fs::path& d) {
             changeTensors(d, [](OpenFile& f) { f.add({kQuery + ".weight_zero_point", DType::I32, {1}}, std::vector<std::byte>(4)); });
         }},
        {"unknown key", F::CompressedTensors, "rtn", true, false, Severity::Failure,
         "clip_ratio: compressed-tensors refuses keys it does not know",
         [](const fs::path& d) { changeConfig(d, [](Json& c) { c["config_groups"]["group_0"]["weights"]["clip_ratio"] = 1; }); }},
        {"int-quantized without activations", F::CompressedTensors, "w8a8", true, false, Severity::Failure,
         "int-quantized without input_activations",
         [](const fs::path& d) { changeConfig(d, [](Json& c) { c["config_groups"]["group_0"]["input_activations"] = nullptr; }); }},
        {"packed layer on the ignore list", F::CompressedTensors, "rtn", true, false, Severity::Failure,
         "packed, but the config says that it stays in floating point",
         [](const fs::path& d) { changeConfig(d, [](Json& c) { c["ignore"].push_back(kQuery); }); }},
        {"wrong weight_shape", F::CompressedTensors, "rtn", true, false, Severity::Failure, "weight_shape: expected 64, 64, found 63, 64",
         [](const fs::path& d) { changeTensors(d, [](OpenFile& f) { f.as<std::int64_t>(kQuery + ".weight_shape")[0] = 63; }); }},
        {"layer missing", F::Awq, "rtn", false, false, Severity::Failure, "expected a weight, packed or in floating point, found neither",
         [](const fs::path& d) { changeTensors(d, [](OpenFile& f) { f.remove(kQuery + ".qweight"); }); }},
        {"scales missing", F::Awq, "rtn", false, false, Severity::Failure, "q_proj.scales: expected [2, 64], found no such tensor",
         [](const fs::path& d) { changeTensors(d, [](OpenFile& f) { f.remove(kQuery + ".scales"); }); }},
        {"no format in the metadata", F::Gptq, "rtn", true, false, Severity::Failure, "expected \"format\": \"pt\", found none",
         [](const fs::path& d) { replaceInFile(d / "model.safetensors", "\"format\":\"pt\"", "\"farmot\":\"pt\""); }},
        {"truncated weights", F::Gptq, "rtn", true, false, Severity::Failure, "model.safetensors",
         [](const fs::path& d) { fs::resize_file(d / "model.safetensors", fs::file_size(d / "model.safetensors") - 100); }},
        {"a shard missing", F::Gptq, "rtn", true, false, Severity::Failure,
         "model.safetensors.index.json: names the shard model-00002-of-00002.safetensors, which is missing",
         [](const fs::path& d) {
             Json index = Json::object({{"weight_map", Json::object()}});
             const OpenFile file(d / "model.safetensors");
             for (const TensorLayout& tensor : file.layout)
                 index["weight_map"][tensor.name] =
                     tensor.name == kQuery + ".qweight" ? "model-00002-of-00002.safetensors" : "model-00001-of-00002.safetensors";
             fs::rename(d / "model.safetensors", d / "model-00001-of-00002.safetensors");
             writeJson(d / "model.safetensors.index.json", index);
         }},
        {"weights missing", F::Gptq, "rtn", true, false, Severity::Failure, "expected model.safetensors or model.safetensors.index.json",
         [](const fs::path& d) { fs::remove(d / "model.safetensors"); }},
        {"config missing", F::Gptq, "rtn", true, false, Severity::Failure,
         "/config.json: ", [](const fs::path& d) { fs::remove(d / "config.json"); }},
        {"quantize_config.json missing", F::Gptq, "rtn", true, false, Severity::Warning,
         "quantize_config.json: missing: AutoGPTQ reads nothing", [](const fs::path& d) { fs::remove(d / "quantize_config.json"); }},
        {"a norm missing", F::Awq, "rtn", false, false, Severity::Failure, "model.norm.weight",
         [](const fs::path& d) { changeTensors(d, [](OpenFile& f) { f.remove("model.norm.weight"); }); }},
        {"a method that is not read", F::Gptq, "rtn", true, false, Severity::Failure,
         "quant_method: expected gptq (v1, v2), awq (gemm) or compressed-tensors",
         [](const fs::path& d) { changeConfig(d, [](Json& c) { c["quant_method"] = "bitsandbytes"; }); }},
        {"stray safetensors file", F::Gptq, "rtn", true, false, Severity::Warning,
         "old.safetensors: a safetensors file that is no part of the model",
         [](const fs::path& d) { fs::copy_file(d / "model.safetensors", d / "old.safetensors"); }},
        {"file of the original left behind", F::Gptq, "rtn", true, false, Severity::Warning,
         "generation_config.json: the original has it, this directory does not",
         [](const fs::path& d) { fs::remove(d / "generation_config.json"); }},
        {"broken record", F::Gptq, "rtn", true, false, Severity::Failure, "layout: expected 1, found 7",
         [](const fs::path& d) { changeJson(d / "salient.json", [](Json& r) { r["layout"] = 7; }); }},
        {"chat template left behind", F::Gptq, "rtn", true, false, Severity::Warning,
         "chat_template.json: the original has it, this directory does not",
         [](const fs::path& d) { fs::remove(d / "chat_template.json"); }},
        {"Python file of auto_map left behind", F::Gptq, "rtn", true, false, Severity::Warning,
         "modeling_small.py: the original has it, this directory does not", [](const fs::path& d) { fs::remove(d / "modeling_small.py"); }},
        {"another generation config", F::Gptq, "rtn", true, false, Severity::Note, "generation_config.json: differs from the original's",
         [](const fs::path& d) { changeJson(d / "generation_config.json", [](Json& c) { c["bos_token_id"] = 5; }); }},
        {"index beside a single file", F::Gptq, "rtn", true, false, Severity::Warning,
         "model.safetensors.index.json: an index beside model.safetensors",
         [](const fs::path& d) { writeJson(d / "model.safetensors.index.json", Json::object({{"weight_map", Json::object()}})); }},
        {"pickle beside the weights", F::Gptq, "rtn", true, false, Severity::Warning, "pytorch_model.bin: a pickle file beside the weights",
         [](const fs::path& d) { std::ofstream(d / "pytorch_model.bin") << "x"; }},
        {"tensor that the index does not list", F::Gptq, "rtn", true, false, Severity::Failure,
         "model-00001-of-00001.safetensors: holds model.layers.0.self_attn.q_proj.g_idx, which the index does not list there",
         [](const fs::path& d) { moveToShard(d, kQuery + ".g_idx"); }},
        {"wrong total size", F::Gptq, "rtn", true, false, Severity::Note, "model.safetensors.index.json: total_size: expected ",
         [](const fs::path& d) {
             moveToShard(d, "");
             changeJson(d / "model.safetensors.index.json", [](Json& index) { index["metadata"]["total_size"] = 1; });
         }},
        {"weights under another name", F::Gptq, "rtn", true, false, Severity::Warning,
         "gptq_model-4bit-32g.safetensors: expected the name model.safetensors",
         [](const fs::path& d) { fs::rename(d / "model.safetensors", d / "gptq_model-4bit-32g.safetensors"); }},
        {"no architectures", F::Gptq, "rtn", true, false, Severity::Warning, "config.json: architectures: missing",
         [](const fs::path& d) { changeJson(d / "config.json", [](Json& c) { c.erase("architectures"); }); }},
        {"no desc_act", F::Gptq, "rtn", true, false, Severity::Failure, "config.json: quantization_config: desc_act: missing",
         [](const fs::path& d) { changeConfig(d, [](Json& c) { c.erase("desc_act"); }); }},
        {"no checkpoint_format", F::Gptq, "rtn", true, false, Severity::Warning,
         "config.json: quantization_config: checkpoint_format: missing",
         [](const fs::path& d) { changeConfig(d, [](Json& c) { c.erase("checkpoint_format"); }); }},
        {"key of a newer release", F::CompressedTensors, "rtn", true, false, Severity::Warning,
         "config.json: quantization_config: group_0: weights: scale_dtype: releases before 0.13 refuse this key",
         [](const fs::path& d) { changeConfig(d, [](Json& c) { c["config_groups"]["group_0"]["weights"]["scale_dtype"] = "float16"; }); }},
        {"strategy against the group size", F::CompressedTensors, "rtn", true, false, Severity::Failure,
         "config.json: quantization_config: group_0: weights: strategy: expected \"group\" with a positive group size and only then, found "
         "\"channel\"",
         [](const fs::path& d) { changeConfig(d, [](Json& c) { c["config_groups"]["group_0"]["weights"]["strategy"] = "channel"; }); }},
        {"config under its old name", F::CompressedTensors, "rtn", true, false, Severity::Warning,
         "config.json: compression_config: expected the name quantization_config",
         [](const fs::path& d) {
             changeJson(d / "config.json", [](Json& c) {
                 const Json quantization = c["quantization_config"];
                 c.erase("quantization_config");
                 c["compression_config"] = quantization;
             });
         }},
        {"no zero_point", F::Awq, "rtn", false, false, Severity::Failure, "config.json: quantization_config: zero_point: missing",
         [](const fs::path& d) { changeConfig(d, [](Json& c) { c.erase("zero_point"); }); }},
        {"awq without bits", F::Awq, "rtn", false, false, Severity::Failure, "config.json: quantization_config: bits: missing",
         [](const fs::path& d) { changeConfig(d, [](Json& c) { c.erase("bits"); }); }},
        {"awq of eight bits", F::Awq, "rtn", false, false, Severity::Failure, "config.json: quantization_config: bits: expected 4, ",
         [](const fs::path& d) { changeConfig(d, [](Json& c) { c["bits"] = 8; }); }},
        {"awq without a group size", F::Awq, "rtn", false, false, Severity::Failure, "config.json: quantization_config: group_size: missing",
         [](const fs::path& d) { changeConfig(d, [](Json& c) { c.erase("group_size"); }); }},
        {"group size under its old name", F::Awq, "rtn", false, false, Severity::Failure,
         "config.json: quantization_config: q_group_size: expected the name group_size, without which transformers assumes 128, found 32",
         [](const fs::path& d) {
             changeConfig(d, [](Json& c) {
                 c["q_group_size"] = 32;
                 c.erase("group_size");
             });
         }},
        {"awq without a version", F::Awq, "rtn", false, false, Severity::Warning, "config.json: quantization_config: version: missing",
         [](const fs::path& d) { changeConfig(d, [](Json& c) { c.erase("version"); }); }},
        {"awq in another layout", F::Awq, "rtn", false, false, Severity::Failure, "found awq in the layout 'gemv'",
         [](const fs::path& d) { changeConfig(d, [](Json& c) { c["version"] = "gemv"; }); }},
        {"plain rounding called awq", F::Awq, "rtn", false, false, Severity::Warning,
         "all 14 layers, model.layers.0.self_attn.q_proj to model.layers.1.mlp.down_proj: codes are those of rounding the original's "
         "weights to nearest (99.9 % or more), though the config says awq",
         [](const fs::path& d) { fs::remove(d / "salient.json"); }},
        {"layer stored twice", F::Gptq, "rtn", true, false, Severity::Failure,
         "model.layers.0.self_attn.q_proj: stored twice: packed and as .weight",
         [](const fs::path& d) {
             changeTensors(d, [](OpenFile& f) {
                 f.add({kQuery + ".weight", DType::F16, {64, 64}}, std::vector<std::byte>(std::size_t{2} * 64 * 64));
             });
         }},
        {"float layer that the config does not mention", F::Gptq, "rtn", true, false, Severity::Failure,
         "model.layers.0.self_attn.q_proj: in floating point, but the config does not say so",
         [](const fs::path& d) { changeTensors(d, [](OpenFile& f) { makeFloat(f, kQuery); }); }},
        {"half of a fused layer in floating point", F::Gptq, "rtn", true, false, Severity::Warning,
         "model.layers.0.self_attn.k_proj: one of this layer and model.layers.0.self_attn.q_proj is quantized and one is not",
         [](const fs::path& d) {
             fs::remove(d / "salient.json");
             changeConfig(d, [](Json& c) { c["dynamic"] = Json::object({{"-:" + kKey, Json::object()}}); });
             const OpenFile original(d.parent_path() / "model" / "model.safetensors");
             changeTensors(d, [&](OpenFile& f) {
                 makeFloat(f, kKey);
                 f.bytes[kKey + ".weight"] = original.bytes.at(kKey + ".weight");
             });
         }},
        {"another scheme in a fused layer", F::Gptq, "rtn", true, false, Severity::Warning,
         "model.layers.0.self_attn.k_proj: another scheme than model.layers.0.self_attn.q_proj",
         [](const fs::path& d) {
             changeConfig(d, [](Json& c) { c["dynamic"] = Json::object({{"+:" + kKey, Json::object({{"sym", false}})}}); });
         }},
        {"tensor of no module", F::Gptq, "rtn", true, false, Severity::Failure,
         "model.layers.0.mlp.extra.weight: no module of this model has that name",
         [](const fs::path& d) {
             changeTensors(
                 d, [](OpenFile& f) { f.add({"model.layers.0.mlp.extra.weight", DType::F16, {1}}, std::vector<std::byte>(2)); });
         }},
        {"buffer that loaders make", F::Gptq, "rtn", true, false, Severity::Warning,
         "model.layers.0.self_attn.rotary_emb.inv_freq: a buffer that loaders make again",
         [](const fs::path& d) {
             changeTensors(d, [](OpenFile& f) {
                 f.add({"model.layers.0.self_attn.rotary_emb.inv_freq", DType::F16, {1}}, std::vector<std::byte>(2));
             });
         }},
        {"zeros for a bias", F::Gptq, "rtn", true, false, Severity::Warning,
         "model.layers.0.self_attn.q_proj.bias: zeros where the model has no bias",
         [](const fs::path& d) {
             changeTensors(d, [](OpenFile& f) { f.add({kQuery + ".bias", DType::F16, {64}}, std::vector<std::byte>(128)); });
         }},
        {"bias where the family has none", F::Gptq, "rtn", true, false, Severity::Failure,
         "model.layers.0.self_attn.q_proj.bias: no module of this model has that name",
         [](const fs::path& d) {
             changeTensors(
                 d, [](OpenFile& f) { f.add({kQuery + ".bias", DType::F16, {64}}, std::vector<std::byte>(128, std::byte{0x3C})); });
         }},
        {"layer that the record lacks", F::Gptq, "rtn", true, false, Severity::Failure,
         "model.layers.0.self_attn.q_proj: quantized, but not by what salient.json records",
         [](const fs::path& d) { changeJson(d / "salient.json", [](Json& r) { r["layers"].erase(kQuery); }); }},
        {"recorded layer that is not there", F::Gptq, "rtn", true, false, Severity::Failure,
         "model.layers.9.mlp.up_proj: expected a layer that was written, found none",
         [](const fs::path& d) {
             changeJson(d / "salient.json", [](Json& r) { r["layers"]["model.layers.9.mlp.up_proj"] = Json::object({{"weight", "0"}}); });
         }},
        {"recorded tensor that is not there", F::Gptq, "rtn", true, false, Severity::Failure,
         "model.extra.weight: expected a tensor that was written, found none",
         [](const fs::path& d) { changeJson(d / "salient.json", [](Json& r) { r["tensors"]["model.extra.weight"] = "0"; }); }},
        {"recorded tensor that is not in the GGUF file", F::Gguf, "rtn", true, false, Severity::Failure,
         "blk.9.attn_norm.weight: expected a tensor that was written, found none",
         [](const fs::path& d) { changeJson(d / "salient.json", [](Json& r) { r["tensors"]["blk.9.attn_norm.weight"] = "0"; }); }},
        {"scale that is no number", F::Gptq, "rtn", true, false, Severity::Failure,
         "scale of output 3, group 0: expected a finite number, found NaN",
         [](const fs::path& d) { changeTensors(d, [](OpenFile& f) { f.as<std::uint16_t>(kQuery + ".scales")[3] = 0x7E00; }); }},
        {"negative scale", F::Gptq, "rtn", true, false, Severity::Warning,
         "scale of output 3, group 0: expected a positive number, found -0.00781\n",
         [](const fs::path& d) {
             fs::remove(d / "salient.json");
             changeTensors(d, [](OpenFile& f) { f.as<std::uint16_t>(kQuery + ".scales")[3] = 0xA000; });
         }},
        {"several zero points of a symmetric layer", F::Gptq, "rtn", true, false, Severity::Failure,
         "zero points: expected 8 everywhere (sym is true; stored as 7 in gptq v1), found 3 … 8\n",
         [](const fs::path& d) {
             changeTensors(d, [](OpenFile& f) {
                 std::uint32_t& word = f.as<std::uint32_t>(kQuery + ".qzeros")[0];
                 word = (word & ~15U) | 2U;
             });
         }},
        {"zero points of AWQ less two", F::Awq, "rtn", false, false, Severity::Failure,
         "steps beside the original's on average, expected about 0\n",
         [](const fs::path& d) {
             changeTensors(d, [](OpenFile& f) {
                 for (std::uint32_t& word : f.as<std::uint32_t>(kQuery + ".qzeros")) {
                     std::uint32_t less = 0;
                     for (unsigned c = 0; c < 32; c += 4) less |= (std::max((word >> c) & 15U, 2U) - 2U) << c;
                     word = less;
                 }
             });
         }},
        {"another layer's weights", F::Gptq, "rtn", true, false, Severity::Failure, ", expected about 1)\n",
         [](const fs::path& d) {
             changeTensors(d, [](OpenFile& f) {
                 for (const char* part : {".qweight", ".scales"})
                     std::swap(f.bytes.at(kQuery + part), f.bytes.at("model.layers.0.self_attn.o_proj" + std::string(part)));
             });
         }},
        {"g_idx of compressed-tensors all zero", F::CompressedTensors, "gptq", true, true, Severity::Failure,
         "model.layers.0.self_attn.q_proj: g_idx: all zero with 2 groups",
         [](const fs::path& d) {
             changeTensors(d, [](OpenFile& f) {
                 for (std::int32_t& g : f.as<std::int32_t>(kQuery + ".weight_g_idx")) g = 0;
             });
         }},
        {"no scales to be undone, for a layer cannot be read", F::Gptq, "rtn", true, false, Severity::Failure,
         "scales: readStoredLayer: model.layers.0.self_attn.v_proj: g_idx of input 9: expected 0 … 1, found 2",
         [](const fs::path& d) {
             fs::remove(d / "salient.json");
             changeTensors(d, [](OpenFile& f) { f.as<std::int32_t>("model.layers.0.self_attn.v_proj.g_idx")[9] = 2; });
         }},
        {"changed norm", F::Dequantized, "rtn", true, false, Severity::Failure, "model.norm.weight: bytes: expected checksum",
         [](const fs::path& d) { changeTensors(d, [](OpenFile& f) { f.as<std::uint16_t>("model.norm.weight")[2] ^= 1U; }); }},
    };
    return all;
}

}  // namespace

void TestVerify::otherPartsThatTheConfigDoesNotMentionAreNamed_data() {
    QTest::addColumn<int>("format");
    QTest::addColumn<QString>("list");
    QTest::newRow("gptq") << static_cast<int>(ExportFormat::Gptq) << "dynamic";
    QTest::newRow("awq") << static_cast<int>(ExportFormat::Awq) << "modules_to_not_convert";
    QTest::newRow("compressed-tensors") << static_cast<int>(ExportFormat::CompressedTensors) << "ignore";
}

void TestVerify::otherPartsThatTheConfigDoesNotMentionAreNamed() {
    QFETCH(int, format);
    QFETCH(QString, list);
    const auto which = static_cast<ExportFormat>(format);
    QTemporaryDir directory;
    writeModel(pathOf(directory, "model"), "gemma3", DType::BF16);
    const auto model = Model::open(pathOf(directory, "model"));
    GridSpec grid;
    grid.group_size = 32;
    grid.is_symmetric = false;
    exportTo(quantizeRandomly(model, methodFor(*model, which, "rtn", grid)), pathOf(directory, "out"), which);
    const QString message = "multi_modal_projector.linear_1: beside the text model and in floating point, but the config does not say so";
    JobContext job;
    QVERIFY(!text(verifyCheckpoint(pathOf(directory, "out"), model, job), Severity::Warning).contains(message));
    changeConfig(pathOf(directory, "out"), [&](Json& config) {
        if (list == "dynamic") {
            config["dynamic"] = Json::object();
        } else {
            config[list.toStdString()] = Json::array({"lm_head"});
        }
    });
    const VerifyReport report = verifyCheckpoint(pathOf(directory, "out"), model, job);
    QVERIFY2(report.passed() && text(report, Severity::Warning).contains(message), qPrintable(text(report, Severity::Note)));
}

void TestVerify::initTestCase() { exports_ = std::make_unique<SmallExports>(); }

void TestVerify::damageIsNamed_data() {
    QTest::addColumn<int>("which");
    for (int i = 0; i < static_cast<int>(damages().size()); ++i) QTest::newRow(damages()[static_cast<std::size_t>(i)].title) << i;
}

void TestVerify::damageIsNamed() {
    QFETCH(int, which);
    const QString problem = diagnosisProblem(*exports_, damages()[static_cast<std::size_t>(which)]);
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
}

void TestVerify::flippedBitFailsTheChecksum() {
    for (const auto& [format, tensor] : {std::pair(ExportFormat::Gptq, ".qweight"), std::pair(ExportFormat::Awq, ".qzeros"),
                                         std::pair(ExportFormat::CompressedTensors, ".weight_scale")}) {
        const fs::path target = exported(format, "rtn", false);
        changeTensors(target, [&, part = tensor](OpenFile& f) { f.as<std::uint16_t>(kQuery + part)[7] ^= 2U; });
        JobContext job;
        const VerifyReport report = verifyCheckpoint(target, nullptr, job);
        QVERIFY(!report.passed());
        QCOMPARE(report.n_layers, static_cast<Index>(exports_->model()->linears.size()));
        QCOMPARE(report.n_layers_identical, report.n_layers - 1);
        QVERIFY2(text(report).contains("q_proj: weights: expected checksum"), qPrintable(text(report)));
    }
}

void TestVerify::zeroPointsOffByOneShowAgainstTheOriginal() {
    const fs::path target = exported(ExportFormat::Gptq, "rtn", false);
    changeConfig(target, [](Json& c) { c["checkpoint_format"] = "gptq"; });
    fs::remove(target / "salient.json");
    JobContext job;
    const VerifyReport report = verifyCheckpoint(target, exports_->model(), job);
    QVERIFY2(text(report).contains("zero points are off by one (gptq and gptq_v2 mistaken for each other)"), qPrintable(text(report)));
    // Without the original the mean of the codes is the only hint.
    QVERIFY2(text(verifyCheckpoint(target, nullptr, job), Severity::Warning).contains("zero points may be off by -1"),
             qPrintable(text(report)));
}

void TestVerify::anotherModelAsOriginalIsRefused() {
    const fs::path target = exported(ExportFormat::Gptq, "rtn", true);
    writeModel(exports_->path("opt"), "opt", DType::F16);
    JobContext job;
    const VerifyReport report = verifyCheckpoint(target, Model::open(exports_->path("opt")), job);
    QVERIFY2(text(report).contains("expected an original with the same layers and shapes"), qPrintable(text(report)));
    QCOMPARE(report.worst_relative_weight_error, -1.0);
}

void TestVerify::scaledAwqIsNoPlainRounding() {
    const fs::path target = exported(ExportFormat::Awq, "awq", false);
    fs::remove(target / "salient.json");
    JobContext job;
    const VerifyReport report = verifyCheckpoint(target, exports_->model(), job);
    QVERIFY2(report.passed() && !text(report, Severity::Note).contains("to nearest"), qPrintable(text(report, Severity::Note)));
}

/// Rows of tokens that there are not, as some tools add them: to the embedding, the head and the head's bias.
void TestVerify::aPaddedVocabularyIsTheOriginals() {
    constexpr std::int64_t kAdded = 8;
    const QTemporaryDir folder;
    const fs::path original = pathOf(folder, "model");
    const fs::path padded = pathOf(folder, "padded");
    writeModel(original, "gptj", DType::F16);
    fs::copy(original, padded);
    Json config = readJson(padded / "config.json");
    config["vocab_size"] = config["vocab_size"].get<std::int64_t>() + kAdded;
    writeJson(padded / "config.json", config);
    std::set<std::string> grown;
    const auto change = [&](const std::function<void(OpenFile&)>& with) {
        OpenFile file(padded / "model.safetensors");
        with(file);
        file.save(padded / "model.safetensors");
    };
    change([&](OpenFile& file) {
        for (TensorLayout& tensor : file.layout) {
            if (!tensor.name.starts_with("lm_head.") && !tensor.name.ends_with("wte.weight")) continue;
            std::vector<std::byte>& bytes = file.bytes.at(tensor.name);
            const std::size_t row = bytes.size() / static_cast<std::size_t>(tensor.shape.front());
            bytes.resize(bytes.size() + row * kAdded);
            tensor.shape.front() += kAdded;
            grown.insert(tensor.name);
        }
    });
    QVERIFY(grown == (std::set<std::string>{"lm_head.bias", "lm_head.weight", "transformer.wte.weight"}));
    const auto found = [&] {
        JobContext job;
        return compareFloats(*Model::open(padded), *Model::open(original), job);
    };
    for (const Finding& finding : found()) QFAIL((finding.subject + ": " + finding.message).c_str());
    change([](OpenFile& file) { file.as<std::uint16_t>("lm_head.bias")[3] ^= 0x4000U; });
    QCOMPARE(found().size(), std::size_t{1});
    QCOMPARE(found().front().subject, std::string("lm_head.bias"));
}

void TestVerify::oneLayerOfPlainRoundingIsNamed() {
    MethodSpec method = exports_->method(ExportFormat::Gptq, "gptq", true);
    method.overrides = {{R"(\.0\.self_attn\.q_proj$)", "rtn"}};
    const fs::path target = exports_->write(ExportFormat::Gptq, method);
    JobContext job;
    QVERIFY(!text(verifyCheckpoint(target, exports_->model(), job), Severity::Note).contains("to nearest"));  // as its record says
    fs::remove(target / "salient.json");
    const VerifyReport report = verifyCheckpoint(target, exports_->model(), job);
    const QString found = text(report, Severity::Warning);
    const QString said = QString::fromStdString(kQuery) + ": codes are those of rounding the original's weights to nearest";
    QVERIFY2(report.passed() && found.contains(said), qPrintable(found));
    QCOMPARE(found.count(QStringLiteral("to nearest")), 1);
}

void TestVerify::aRecordBehindALinkIsNotFollowed() {
    for (const ExportFormat format : {ExportFormat::Gptq, ExportFormat::Gguf}) {
        const fs::path target = exported(format, "rtn", true);
        const fs::path outside = exports_->path("elsewhere.json");
        fs::rename(target / "salient.json", outside);
        fs::create_symlink(outside, target / "salient.json");
        JobContext job;
        const VerifyReport report = verifyCheckpoint(target, nullptr, job);
        QVERIFY2(text(report).contains("symbolic link leads out of the model directory"), qPrintable(text(report)));
        QCOMPARE(report.n_layers_identical, Index{0});
    }
}

void TestVerify::ordinaryModelPassesAsFloat() {
    JobContext job;
    const VerifyReport report = verifyCheckpoint(exports_->path("model"), nullptr, job);
    QVERIFY2(report.passed(), qPrintable(text(report)));
    QCOMPARE(report.format, std::string("float"));
    QCOMPARE(report.n_layers, Index{0});
}

void TestVerify::missingDirectoryIsAnError() {
    JobContext job;
    QVERIFY_EXCEPTION_THROWN(static_cast<void>(verifyCheckpoint(exports_->path("nowhere"), nullptr, job)), Error);
}

void TestVerify::floatsOfOtherToolsAreComparedWithTheOriginals_data() {
    QTest::addColumn<QString>("tensor");
    QTest::addColumn<QString>("said");
    const auto row = [](const char* tensor, const char* said) { QTest::newRow(tensor) << QString(tensor) << QString(said); };
    row("model.embed_tokens.weight", "model.embed_tokens.weight: element 0: expected ");
    row("lm_head.weight", "lm_head.weight: element 0: expected ");
    row("model.norm.weight", " as in the original, found ");
    row("model.layers.1.self_attn.k_proj.bias", "(32 of 32 elements differ)");
    row("model.layers.0.self_attn.o_proj.weight",
        "model.layers.0.self_attn.o_proj: in floating point, but weights differ from the original's by 0.5 of their norm, expected at "
        "most");
}

/// Halved, so that no correlation and no checksum shows it: other tools write no record.
void TestVerify::floatsOfOtherToolsAreComparedWithTheOriginals() {
    QFETCH(QString, tensor);
    QFETCH(QString, said);
    QTemporaryDir directory;
    Json config = familyConfig("qwen2");  // with biases
    config["tie_word_embeddings"] = false;
    writeModel(pathOf(directory, "model"), "qwen2", DType::BF16, config);
    const auto model = Model::open(pathOf(directory, "model"));
    GridSpec grid;
    grid.group_size = 32;
    MethodSpec method = methodFor(*model, ExportFormat::Gptq, "rtn", grid);
    method.keep = {R"(\.0\.self_attn\.o_proj$)"};
    const fs::path target = pathOf(directory, "out");
    exportTo(quantizeRandomly(model, method), target, ExportFormat::Gptq);
    fs::remove(target / "salient.json");
    JobContext job;
    const VerifyReport before = verifyCheckpoint(target, model, job);
    QVERIFY2(before.passed(), qPrintable(text(before)));
    changeTensors(target, [&](OpenFile& f) {
        for (std::uint16_t& value : f.as<std::uint16_t>(tensor.toStdString())) {
            if ((value & 0x7F80U) != 0) value = static_cast<std::uint16_t>(value - 0x80U);  // one less in the exponent
        }
    });
    const VerifyReport report = verifyCheckpoint(target, model, job);
    QVERIFY2(!report.passed() && text(report).contains(said), qPrintable(text(report)));
    QVERIFY2(text(report).startsWith(tensor.chopped(tensor.endsWith(".weight") && tensor.contains("o_proj") ? 7 : 0)),
             qPrintable(text(report)));
    QCOMPARE(text(report).count('\n'), qsizetype{1});
    QVERIFY(verifyCheckpoint(target, nullptr, job).passed());  // nothing else can tell
}

/// Float16 by way of BFloat16.
void TestVerify::whatOtherToolsRoundIsNoDamage() {
    const fs::path target = exported(ExportFormat::Gptq, "rtn", true);
    fs::remove(target / "salient.json");
    changeTensors(target, [](OpenFile& f) {
        for (const char* tensor : {"model.embed_tokens.weight", "model.norm.weight"}) {
            for (std::uint16_t& value : f.as<std::uint16_t>(tensor)) value = toFloat16(roundToStored(fromFloat16(value), DType::BF16));
        }
    });
    JobContext job;
    const VerifyReport report = verifyCheckpoint(target, exports_->model(), job);
    QVERIFY2(report.passed(), qPrintable(text(report)));
    changeTensors(target, [](OpenFile& f) { f.as<std::uint16_t>("model.norm.weight")[5] ^= 0x0040U; });  // a sixteenth of a power of two
    const QString found = text(verifyCheckpoint(target, exports_->model(), job));
    QVERIFY2(found.startsWith("model.norm.weight: element 5: expected ") && found.endsWith("(1 of 64 elements differ)\n"),
             qPrintable(found));
}

void TestVerify::anotherFunctionIsFoundByItsPerplexity() {
    JobContext job;
    const fs::path demo = salient::test::resourceFolder() / "demo";
    const std::shared_ptr<const Model> model = Model::open(demo / "model");
    const Samples drawn = drawSamples(model->requireTokenizer(), readText(demo / "calib.txt"), {.n_samples = 4, .seq_len = 160});
    const Calibration calibration = calibrate(model, drawn, {}, job);
    const QuantizedModel quantized =
        quantizeModel(calibration, salient::samples::methodFor(*model, ExportFormat::Gptq, "gptq", GridSpec{}), job);
    const fs::path target = exports_->path("reloaded");
    exportTo(quantized, target, ExportFormat::Gptq);
    ExportOptions options;
    options.format = ExportFormat::Gptq;
    const auto find = [&] { return reloadFinding(quantized, drawn.windows, {}, options, target, job); };
    QVERIFY(find() && find()->severity == Severity::Note);
    QVERIFY2(find()->message.starts_with("perplexity of 256 calibration tokens "), find()->message.c_str());
    const auto measured = reloadComparison(quantized, drawn.windows, {}, options, target, job);
    QVERIFY(measured && measured->agrees() && measured->tolerance_nats > 0.0);
    // Embedding and norms are float16 in the original, too: the very same function, the perplexity of which is that of a text it can read.
    QVERIFY2(std::abs(std::exp(measured->found_nats - measured->meant_nats) - 1.0) < 0.01, find()->message.c_str());
    QVERIFY(measured->meant_nats > 0.5 && measured->meant_nats < std::log(static_cast<double>(model->config.vocabulary_size)));
    // Half of what enters the head: no weight of a layer differs.
    changeTensors(target, [](OpenFile& file) {
        for (std::uint16_t& gain : file.as<std::uint16_t>("model.norm.weight")) gain = toFloat16(0.5F * fromFloat16(gain));
    });
    QVERIFY(find() && find()->severity == Severity::Failure);
    QVERIFY2(find()->message.ends_with("expected cross-entropies that agree to 1 % or 0.01 nats"), find()->message.c_str());
    QVERIFY(!reloadFinding(quantized, {}, {}, options, target, job));
}

void TestVerify::roundedFormsAreJudgedByTheirPerplexity_data() {
    QTest::addColumn<int>("weights");
    QTest::addColumn<double>("per_cent");
    QTest::newRow("f16") << static_cast<int>(GgufWeights::F16) << 1.0;
    QTest::newRow("bf16") << static_cast<int>(GgufWeights::BF16) << 1.0;
    QTest::newRow("q8_0") << static_cast<int>(GgufWeights::Q8_0) << 3.0;
}

/// What GGUF rounds once more is close to what was meant, or is not what was meant.
void TestVerify::roundedFormsAreJudgedByTheirPerplexity() {
    QFETCH(int, weights);
    QFETCH(double, per_cent);
    JobContext job;
    const fs::path demo = salient::test::resourceFolder() / "demo";
    const std::shared_ptr<const Model> model = Model::open(demo / "model");
    const Samples drawn = drawSamples(model->requireTokenizer(), readText(demo / "calib.txt"), {.n_samples = 2, .seq_len = 128});
    GridSpec grid;
    grid.group_size = 32;
    grid.is_symmetric = false;
    const QuantizedModel quantized =
        quantizeModel(calibrate(model, drawn, {}, job), methodFor(*model, ExportFormat::Gguf, "rtn", grid), job);
    ExportOptions options;
    options.format = ExportFormat::Gguf;
    options.gguf_weights = static_cast<GgufWeights>(weights);
    const fs::path target = exports_->path(QTest::currentDataTag());
    exportCheckpoint(quantized, target, options, job);
    const auto measure = [&] { return reloadComparison(quantized, drawn.windows, {}, options, target, job); };
    const auto before = measure();
    QVERIFY(before && before->agrees());
    QVERIFY(std::abs(before->tolerance_nats - per_cent * std::max(0.01, 0.01 * before->meant_nats)) < 1e-12);
    QVERIFY(before->finding().severity == Severity::Note);

    std::string gains;
    {
        const GgufFile file = GgufFile::open(target / "model.gguf");
        const TensorView& norm = file.tensors().at("output_norm.weight");
        QVERIFY(norm.dtype == DType::F32);
        gains.assign(reinterpret_cast<const char*>(norm.bytes.data()), norm.bytes.size());
    }
    std::string halved = gains;
    for (std::size_t at = 0; at < halved.size(); at += sizeof(float)) {
        float gain = 0.0F;
        std::memcpy(&gain, gains.data() + at, sizeof gain);
        gain *= 0.5F;
        std::memcpy(halved.data() + at, &gain, sizeof gain);
    }
    replaceInFile(target / "model.gguf", gains, halved);
    const auto after = measure();
    QVERIFY(after && !after->agrees());
    QVERIFY(after->finding().severity == Severity::Failure);
    const std::string expected = "expected cross-entropies that agree to " + std::to_string(static_cast<int>(per_cent)) + " %";
    QVERIFY2(after->finding().message.find(expected) != std::string::npos, after->finding().message.c_str());
}

void TestVerify::aModelThatPredictsWorseThanChanceIsNotJudged() {
    JobContext job;
    const std::shared_ptr<const Model>& model = exports_->model();  // of random numbers
    const Calibration calibration = calibrateRandomly(model);
    const QuantizedModel quantized = quantizeModel(calibration, exports_->method(ExportFormat::Gptq, "rtn", true), job);
    const fs::path target = exports_->path("random");
    exportTo(quantized, target, ExportFormat::Gptq);
    ExportOptions options;
    options.format = ExportFormat::Gptq;
    const auto measured = reloadComparison(quantized, calibration.samples.windows, {}, options, target, job);
    QVERIFY(measured && measured->meant_nats > std::log(static_cast<double>(model->config.vocabulary_size)));
    QCOMPARE(measured->tolerance_nats, 0.0);
    const Finding finding = measured->finding();
    QVERIFY(finding.severity == Severity::Note);
    QVERIFY2(finding.message.ends_with("; not judged, since the model predicts worse than chance"), finding.message.c_str());
}

void TestVerify::cancelStopsAtEveryCheckpoint() {
    const fs::path target = exported(ExportFormat::Gptq, "rtn", true);
    int n_checkpoints = 0;
    JobContext counting({}, [&](const Progress&) { ++n_checkpoints; });
    QVERIFY(verifyCheckpoint(target, exports_->model(), counting).passed());
    QVERIFY(n_checkpoints > 10);
    for (int stop_at = 0; stop_at < n_checkpoints; ++stop_at) {
        std::stop_source stop;
        int seen = 0;
        JobContext job(stop.get_token(), [&](const Progress&) {
            if (seen++ == stop_at) stop.request_stop();
        });
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(verifyCheckpoint(target, exports_->model(), job)), Cancelled);
    }
}

QTEST_APPLESS_MAIN(TestVerify)
#include "tst_verify.moc"
