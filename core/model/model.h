#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/io/checkpoint.h"
#include "core/kernels/int8.h"
#include "core/model/model_config.h"
#include "core/model/once_text.h"
#include "core/seeded_hash.h"
#include "core/tokenizer/sentencepiece_model.h"
#include "core/tokenizer/tokenizer.h"

namespace salient {

struct PackedModel;

/// One linear layer of a model, as its header tells.
struct LinearInfo {
    int block = 0;
    int group = 0;  ///< index into inputGroups()
    Role role = Role::Query;
    int expert = kNoExpert;  ///< whose it is, where the block holds a mixture
    std::string name;        ///< full module name, "model.layers.0.self_attn.q_proj"
    Index out_features = 0;
    Index in_features = 0;
    bool has_bias = false;
    DType stored = DType::F32;
    std::string_view stored_name = "F32";  ///< as its file calls the type: "F16", "Q4_0"
    std::int64_t stored_bytes = 0;         ///< of its weight, with scales and zero points; 0 where Model::open() left it packed

    [[nodiscard]] LinearKey key() const noexcept { return {role, expert}; }
};

/// An opened model: facts and mapped weights. Opening reads headers only; nothing is converted until a block is loaded.
/// Immutable and safe to share between threads.
struct Model {
    std::filesystem::path directory;  ///< or the GGUF file
    ModelConfig config;
    std::shared_ptr<const Checkpoint> checkpoint;
    std::shared_ptr<const Tokenizer> tokenizer;  ///< null when the directory holds none: what needs text then says so
    std::string tokenizer_obstacle;              ///< why a GGUF file's own could not be read; empty: there is none, or it was
    /// What the model's tokenizer.model does to a text first, read once here, for exports have to say it; nothing without one that can be
    /// read. A tokenizer.json beside it is the tokenizer all the same.
    std::optional<SentencePieceRewriting> rewriting;
    /// Why its tokenizer cannot be written as GGUF keys, or nothing: found when first asked for (exportObstacles()), for that takes as long
    /// as reading the tokenizer.
    OnceText gguf_tokenizer_obstacle;
    std::vector<InputGroup> groups;
    std::vector<LinearInfo> linears;       ///< all blocks, in the order of computation
    StringMap<std::size_t> linear_places;  ///< full name → index into linears; what is missing is looked for
    std::string name_prefix;               ///< put before every name of the family's table, but the head's, in this checkpoint (headName())
    /// Of a GGUF file: what a directory of the same model holds beside config.json and weights, name → content (its tokenizer).
    std::map<std::string, std::string> companion_files;
    /// Of a directory with a quantization config: what its files hold (packed/packed_model.h). Null otherwise, and where open() left
    /// layers packed.
    std::shared_ptr<const PackedModel> packed;

    /// A Hugging Face directory, a GGUF file, or a directory that holds nothing but one. Throws Error{Io}, {Format}, {Unsupported};
    /// {ShapeMismatch} naming a tensor whose shape contradicts config.json. A family that is not known, or one that differs, is read from a
    /// salient-family.json in the directory (family_json.h). Of a nested model (NestedFact) it is the text model; the other parts' tensors
    /// stay in the checkpoint, in floating point or refused. Packed layers of a directory with a quantization config (GPTQ, AWQ,
    /// compressed-tensors; readScheme() refuses others) are tensors like any, dequantized when they are read. leave_packed: they stay as
    /// they are stored, need no ".weight", and may be broken: for verifyCheckpoint().
    [[nodiscard]] static std::shared_ptr<const Model> open(const std::filesystem::path& path, bool leave_packed = false);

    /// Those of one block.
    [[nodiscard]] std::span<const LinearInfo> linearsOf(int block) const;
    /// Whether that block has layers of that group: one with experts has no MLP, and the other way round.
    [[nodiscard]] bool hasGroup(int block, int group) const;
    /// The layer of that full module name, or of that ending when it is unique ("0.self_attn.q_proj").
    /// Throws Error{InvalidOption} listing a few that resemble it.
    [[nodiscard]] const LinearInfo& linear(std::string_view name) const;
    /// Full tensor name for a name of the family's table: prefix and block number filled in, no ".weight".
    [[nodiscard]] std::string moduleName(std::string_view fact, int block = -1) const;
    /// Full name of the head's module, whether or not it has a weight of its own.
    [[nodiscard]] const std::string& headModule() const;
    /// Tensor [vocabulary, embedding size] of the head: its own, or the embedding's where the two are tied.
    [[nodiscard]] std::string headTensor() const;
    /// The tokenizer. Throws Error{Unsupported} naming the directory when it has none.
    [[nodiscard]] const Tokenizer& requireTokenizer() const;
    [[nodiscard]] std::int64_t parameterCount() const;
    /// How its weights were quantized: "gptq v1, 4 bits, groups of 128, symmetric", "GGUF Q4_K (24 layers), Q6_K (4 layers)"; empty for a
    /// model in floating point.
    [[nodiscard]] std::string quantization() const;
    /// Floats of a checkpoint tensor; checked for NaN and infinity. Throws Error{NonFinite} naming tensor and position.
    [[nodiscard]] std::vector<float> floats(const std::string& tensor) const;
};

/// A linear layer ready to compute with: [out, in] float32 whatever the checkpoint stores.
struct LinearWeights {
    Matrix weight;
    std::vector<float> bias;         ///< empty when the layer has none
    std::optional<Int8Weight> int8;  ///< set: compute through real int8 products instead of `weight`
};

/// Gain and bias of a norm, as it multiplies and adds: [hidden], or, for those of queries and keys, [head_dim], or [heads · head_dim] where
/// each head has its own.
struct NormWeights {
    std::vector<float> gain;  ///< the stored one and the family's offset; ones where the checkpoint holds none
    std::vector<float> bias;  ///< empty: the norm adds nothing
    [[nodiscard]] bool exists() const noexcept { return !gain.empty(); }
};

/// One transformer block in memory: about 4 bytes per parameter.
struct BlockWeights {
    NormWeights attention_norm;
    NormWeights mlp_norm;  ///< empty where attention_norm feeds the MLP, too; those below where the family has none
    NormWeights attention_post_norm;
    NormWeights mlp_post_norm;
    NormWeights query_norm;
    NormWeights key_norm;
    std::map<LinearKey, LinearWeights> linears;
};

/// The linear layers of every block, as config and groups have them; types and sizes from the checkpoint where it holds them.
[[nodiscard]] std::vector<LinearInfo> listLinears(const Model& model);

/// Reads and converts one block. Throws Error{NonFinite} naming tensor, row and column of the first NaN or infinity.
[[nodiscard]] BlockWeights loadBlock(const Model& model, int block);
/// The same with the norms alone: no linear layers.
[[nodiscard]] BlockWeights loadNorms(const Model& model, int block);
/// A norm outside the blocks or inside one, by the full name of its module.
[[nodiscard]] NormWeights loadNorm(const Model& model, const std::string& module);
/// One linear weight [out, in] alone, as loadBlock would give it.
[[nodiscard]] Matrix loadLinear(const Model& model, const LinearInfo& linear);

/// Where a pass over the model takes its blocks from: the checkpoint, or a quantized model laid over it.
using BlockLoader = std::function<BlockWeights(int block)>;
[[nodiscard]] BlockLoader originalBlocks(std::shared_ptr<const Model> model);

}  // namespace salient
