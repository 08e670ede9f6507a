#pragma once

#include <filesystem>

#include "core/calib/samples.h"
#include "core/model/model.h"
#include "core/recipe/recipe.h"

namespace salient {

/// What calibration and block-wise quantization will hold in memory, in bytes, before any of it is done. Mapped weights are not
/// counted: the system can drop their pages.
struct MemoryForecast {
    std::int64_t block_weights = 0;  ///< one block in float32, and once more while it is changed
    std::int64_t hessians = 0;       ///< one block's, float32, with a working copy of the largest
    std::int64_t hidden_states = 0;  ///< all windows between two blocks
    std::int64_t workspace = 0;      ///< activations of one chunk inside a block
    std::int64_t kept = 0;           ///< a job's: Hessians for all methods that share them, and quantized models
    std::int64_t program = 0;        ///< a job's: the program itself, tokenizer and texts
    [[nodiscard]] std::int64_t total() const noexcept { return block_weights + hessians + hidden_states + workspace + kept + program; }
};
[[nodiscard]] MemoryForecast forecastMemory(const Model& model, const SampleSpec& samples);

/// The same of a whole job: the largest of its parts, perplexity included. keep_models: the quantized models stay (the window);
/// has_calibration: statistics that are there already are not counted again.
[[nodiscard]] MemoryForecast forecastJob(const Model& model, const Recipe& recipe, bool keep_models, bool has_calibration);

/// The same of perplexity() alone, on the file of its text.
[[nodiscard]] MemoryForecast forecastPerplexity(const Model& model, const std::filesystem::path& text, const PerplexitySpec& spec);
/// The same of quantizing a model in memory and measuring its layerSensitivity(): the larger of the two.
[[nodiscard]] MemoryForecast forecastSensitivity(const Model& model, const std::filesystem::path& calibration_text,
                                                 const SampleSpec& samples, const std::filesystem::path& text, const PerplexitySpec& spec);
/// The same of calibrationAb() on samples of two texts.
[[nodiscard]] MemoryForecast forecastCalibrationAb(const Model& model, const std::filesystem::path& text_a, const SampleSpec& a,
                                                   const std::filesystem::path& text_b, const SampleSpec& b);
/// The same of running samples of a text for the statistics of inputs, one block's at a time and without Hessians.
[[nodiscard]] MemoryForecast forecastStatistics(const Model& model, const std::filesystem::path& text, const SampleSpec& samples);
/// The same of reading them from a file of inputs and keeping all.
[[nodiscard]] MemoryForecast forecastReadStatistics(const Model& model);
/// The same of quantizing one layer [out, in] by itself, from captured inputs.
[[nodiscard]] MemoryForecast forecastLayer(Index out_features, Index in_features);
/// … and of one whose n_tokens inputs are all in memory; is_run: and carried through the layer before and after.
[[nodiscard]] MemoryForecast forecastLayer(Index out_features, Index in_features, Index n_tokens, bool is_run);
/// The same of verifyCheckpoint(): the largest layer with what it is compared with, or the largest tensor. original: null where none is
/// given. A directory that cannot be opened costs nothing but the program: that is what is found.
[[nodiscard]] MemoryForecast forecastVerify(const std::filesystem::path& directory, const Model* original);

/// About how many tokens of a text an evaluation runs, by the size of its file.
[[nodiscard]] std::int64_t evaluatedTokens(const std::filesystem::path& text, const PerplexitySpec& spec, std::int64_t seq_len);
/// Tokens of a window where nothing else is asked for.
[[nodiscard]] Index usualWindow(const Model& model);
/// A recipe's samples with the length that this model gives them.
[[nodiscard]] SampleSpec resolved(SampleSpec samples, const Model& model);
/// How many quantized models are held at a time: as many as fit into half of the memory, or of the limit if that is less; at least one.
[[nodiscard]] std::size_t runsAtOnce(const Model& model, std::int64_t max_memory_bytes);

}  // namespace salient
