#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/exporter/gguf/weights.h"
#include "core/io/json_file.h"
#include "core/io/resumable_directory.h"
#include "core/job.h"
#include "core/quant/quantize_model.h"

namespace salient {

/// What other programs load. Layouts: see each format's source file.
enum class ExportFormat { Gptq, Awq, CompressedTensors, Dequantized, Gguf };
[[nodiscard]] std::string_view name(ExportFormat format) noexcept;  ///< "gptq", "awq", "compressed-tensors", "dequantized", "gguf"
[[nodiscard]] ExportFormat exportFormatFromName(std::string_view name);
[[nodiscard]] const std::vector<std::string>& exportFormatNames();

struct ExportOptions {
    ExportFormat format = ExportFormat::Gptq;
    std::int64_t shard_bytes = std::int64_t{4} << 30;
    GgufWeights gguf_weights = GgufWeights::Lossless;  ///< ExportFormat::Gguf only
    Json provenance = Json::object();                  ///< settings and calibration, kept in salient.json beside the weights
};

/// The stored type of scales in that format for this model: set GridSpec::scale_type to it before quantizing.
[[nodiscard]] DType storedScaleType(ExportFormat format, const ModelConfig& config) noexcept;

/// Why a method or model cannot be written in a format, before any work is done: one sentence per reason, naming layer and number
/// (K divisible by 32, group size divides, bits, zero points …). Empty: it can.
[[nodiscard]] std::vector<std::string> exportObstacles(const Model& model, const MethodSpec& method, ExportFormat format,
                                                       GgufWeights gguf_weights = GgufWeights::Lossless);

/// What the format does to the numbers, and what is lost: one sentence each. Nothing here keeps the checkpoint from being written. What
/// other programs make of it: loaderVerdicts().
[[nodiscard]] std::vector<std::string> exportRemarks(const Model& model, const MethodSpec& method, ExportFormat format,
                                                     GgufWeights gguf_weights = GgufWeights::Lossless);

/// Bytes of the weights in an export of these settings that has no obstacle; the files are larger by their headers and the tokenizer.
/// Zero with obstacles.
[[nodiscard]] std::int64_t exportedWeightBytes(const Model& model, const MethodSpec& method, ExportFormat format,
                                               GgufWeights gguf_weights = GgufWeights::Lossless);

/// Whether a CheckpointWriter gives a file that name while blocks are added to it.
[[nodiscard]] bool isWeightsFile(std::string_view name) noexcept;

/// What a writer did otherwise than plainly.
struct WriteCounts {
    std::int64_t n_flushed_values = 0;  ///< of floats that became 0 in their stored type
    /// Layers in GGUF's Q4_K and Q6_K, and how many of their inputs count as the least that any counts, a thousandth of the average.
    std::map<std::string, std::int64_t> raised_importances = {};
    /// Layers in its Q8_0, Q4_K and Q6_K, and how many factors of their blocks are the float16 above the nearest, for which the largest
    /// weights would have been cut off: with small numbers float16 has few digits left.
    std::map<std::string, std::int64_t> raised_factors = {};
    /// Of other floats that lost digits to being subnormal in their stored type (StoredFloats).
    std::int64_t n_subnormal_values = 0;
};

/// Writes a quantized model while it is made: give it to quantizeModel() as the sink, then call finish(). The directory appears only
/// then, complete: config.json with the quantization config, weights, tokenizer files, and salient.json with a checksum of every
/// dequantized weight for verifyCheckpoint(). ExportFormat::Gguf: model.gguf, which holds all of that, and salient.json.
class CheckpointWriter {
public:
    /// Throws Error{InvalidOption} with the obstacles, Error{Io}.
    CheckpointWriter(std::shared_ptr<const Model> model, const MethodSpec& method, const std::filesystem::path& target,
                     ExportOptions options);
    /// Writes in a directory that outlives the process, and goes on where an earlier writer of the same model, method and options was
    /// flushed; `done` is what that one's flush() gave, null: from the beginning. Throws also Error{Format} when the directory does not
    /// hold what `done` says.
    CheckpointWriter(std::shared_ptr<const Model> model, const MethodSpec& method, ResumableDirectory& directory, ExportOptions options,
                     const Json& done = nullptr);
    ~CheckpointWriter();
    void add(const QuantizedBlock& block);
    /// With a ResumableDirectory: puts the blocks added so far on the disk, and says which tensors and checksums those are.
    [[nodiscard]] Json flush();
    /// Writes what is left and renames the directory. Throws Error{Io}.
    void finish(JobContext& job);

    /// So far.
    [[nodiscard]] WriteCounts counts() const;

private:
    struct State;
    std::unique_ptr<State> state_;  // of safetensors directories
    std::unique_ptr<class GgufExport> gguf_;
};

/// A model in memory, written at once.
WriteCounts exportCheckpoint(const QuantizedModel& model, const std::filesystem::path& target, const ExportOptions& options,
                             JobContext& job);

}  // namespace salient
