#include "core/recipe/memory_forecast.h"

#include <algorithm>

#include "core/calib/calibrate.h"
#include "core/io/process_memory.h"
#include "core/model/forward.h"

namespace salient {

namespace {

constexpr std::int64_t kFloat = sizeof(float);
constexpr std::int64_t kProgramBytes = 40'000'000;        // code, oneDNN's kernels, threads' stacks
constexpr std::int64_t kSmallProgramBytes = 16'000'000;   // without a model to run
constexpr std::int64_t kRowsAtOnce = 4096;                // of captured inputs
constexpr std::int64_t kEndless = std::int64_t{1} << 58;  // more than any machine has, and a dozen of them can be added up

/// A product of sizes that may be a stranger's, at most kEndless: a forecast that turned negative would fit everywhere.
std::int64_t times(std::int64_t a, std::int64_t b) {
    std::int64_t product = 0;
    return __builtin_mul_overflow(a, b, &product) ? kEndless : std::min(product, kEndless);
}

/// Codes of one quantized model in memory: a byte per weight, and about an eighth of that for scales and zero points.
std::int64_t quantizedMemoryBytes(const Model& model) {
    std::int64_t bytes = 0;
    for (const LinearInfo& linear : model.linears) bytes += std::int64_t{linear.out_features} * linear.in_features;
    return std::min(bytes + bytes / 8, kEndless);
}

/// Those of the block that needs most: one with experts, where there are any.
std::int64_t mostHessianBytes(const Model& model) {
    std::int64_t most = 0;
    for (int block = 0; block < model.config.n_blocks; ++block) most = std::max(most, hessianBytesOfBlock(model, block));
    return std::min(most, kEndless);
}

/// Extremes, sums and a histogram of one channel.
constexpr std::int64_t kStatisticsBytes =
    3 * sizeof(float) + 2 * sizeof(double) + sizeof(Index) + ChannelStatistics::kBins * sizeof(std::uint32_t);

/// What a calibration keeps of every channel of every input of a block.
std::int64_t statisticsBytes(const Model& model, int block) {
    std::int64_t bytes = 0;
    for (std::size_t group = 0; group < model.groups.size(); ++group) {
        if (model.hasGroup(block, static_cast<int>(group))) bytes += kStatisticsBytes * model.groups[group].in_features;
    }
    return bytes;
}

std::int64_t statisticsBytes(const Model& model) {
    std::int64_t bytes = 0;
    for (int block = 0; block < model.config.n_blocks; ++block) bytes += statisticsBytes(model, block);
    return bytes;
}

/// The largest sum over a block's layers.
template <typename Bytes>
std::int64_t mostInBlock(const Model& model, Bytes bytes) {
    std::int64_t most = 0;
    for (int block = 0; block < model.config.n_blocks; ++block) {
        std::int64_t sum = 0;
        for (const LinearInfo& linear : model.linearsOf(block)) sum += bytes(linear);
        most = std::max(most, sum);
    }
    return most;
}

/// Outputs that are alive for a token inside a block: of one expert and of the shared one, however many there are.
std::int64_t outFeaturesOfBlock(const Model& model) {
    return mostInBlock(model,
                       [](const LinearInfo& linear) { return linear.expert > 0 ? std::int64_t{0} : std::int64_t{linear.out_features}; });
}

/// Activations of one chunk of windows inside a block.
std::int64_t workspaceBytes(const Model& model, std::int64_t n_tokens, std::int64_t seq_len) {
    const std::int64_t chunk = std::min<std::int64_t>(n_tokens, std::max<std::int64_t>(ForwardOptions{}.chunk_tokens, seq_len));
    return times(kFloat * chunk, outFeaturesOfBlock(model) + 2 * model.config.hidden_size);
}

/// One block in float32.
std::int64_t blockBytes(const Model& model) {
    return mostInBlock(model, [](const LinearInfo& linear) { return kFloat * std::int64_t{linear.out_features} * linear.in_features; });
}

/// The head's work on one chunk of tokens: what it multiplies, its weights for a tile of the vocabulary, and their logits.
std::int64_t headBytes(const Model& model, std::int64_t n_tokens) {
    constexpr std::int64_t kTileTokens = 4096;
    const std::int64_t rows = std::min<std::int64_t>(n_tokens, ForwardOptions{}.chunk_tokens);
    const std::int64_t tile = std::min<std::int64_t>(kTileTokens, model.config.vocabulary_size);
    return times(kFloat * tile, rows + model.config.hidden_size) + times(kFloat * rows, model.config.hidden_size);
}

std::int64_t hiddenBytes(const Model& model, std::int64_t n_tokens) { return times(n_tokens, kFloat * model.config.hidden_size); }

std::int64_t fileBytes(const std::filesystem::path& file) {
    std::error_code error;
    const auto bytes = std::filesystem::file_size(file, error);
    return error ? 0 : static_cast<std::int64_t>(std::min<std::uintmax_t>(bytes, kEndless));
}

/// The program with its tokenizer and a text of that many bytes.
std::int64_t programBytes(const Model& model, std::int64_t text_bytes) {
    constexpr std::int64_t kPerTokenizerByte = 8;
    std::int64_t tokenizer_bytes = 0;
    for (const char* tokenizer : {"tokenizer.json", "tokenizer.model"}) tokenizer_bytes += fileBytes(model.directory / tokenizer);
    const std::int64_t per_text_byte = model.tokenizer ? model.tokenizer->bytesPerTextByte() : 1;
    return kProgramBytes + times(kPerTokenizerByte, tokenizer_bytes) + times(per_text_byte, text_bytes);
}

}  // namespace

Index usualWindow(const Model& model) { return std::min<Index>(2048, model.config.max_positions); }

std::int64_t evaluatedTokens(const std::filesystem::path& text, const PerplexitySpec& spec, std::int64_t seq_len) {
    constexpr std::int64_t kBytesPerToken = 3;  // most tokenizers need more for one
    std::int64_t n_tokens = fileBytes(text) / kBytesPerToken;
    if (spec.max_chars > 0) n_tokens = std::min<std::int64_t>(n_tokens, spec.max_chars);
    if (spec.n_windows > 0) n_tokens = std::min(n_tokens, times(spec.n_windows, seq_len));
    return n_tokens;
}

SampleSpec resolved(SampleSpec samples, const Model& model) {
    if (samples.seq_len == 0) samples.seq_len = usualWindow(model);
    return samples;
}

std::size_t runsAtOnce(const Model& model, std::int64_t max_memory_bytes) {
    const std::int64_t each = std::max<std::int64_t>(1, quantizedMemoryBytes(model));
    std::int64_t memory = physicalMemoryBytes();
    if (max_memory_bytes > 0) memory = std::min(memory, max_memory_bytes);
    return static_cast<std::size_t>(std::max<std::int64_t>(1, memory / 2 / each));
}

MemoryForecast forecastMemory(const Model& model, const SampleSpec& samples) {
    MemoryForecast forecast;
    forecast.block_weights = 2 * blockBytes(model);
    std::int64_t largest = 0;
    for (const InputGroup& group : model.groups) largest = std::max(largest, kFloat * group.in_features * group.in_features);
    forecast.hessians = mostHessianBytes(model) + largest;
    const std::int64_t n_tokens = times(samples.n_samples, samples.seq_len);
    forecast.hidden_states = hiddenBytes(model, n_tokens);
    forecast.workspace = workspaceBytes(model, n_tokens, samples.seq_len);
    return forecast;
}

MemoryForecast forecastPerplexity(const Model& model, const std::filesystem::path& text, const PerplexitySpec& spec) {
    const std::int64_t seq_len = spec.seq_len > 0 ? spec.seq_len : usualWindow(model);
    const std::int64_t n_tokens = evaluatedTokens(text, spec, seq_len);
    MemoryForecast forecast;
    forecast.block_weights = blockBytes(model);
    forecast.hidden_states = hiddenBytes(model, n_tokens);
    forecast.workspace = std::max(workspaceBytes(model, n_tokens, seq_len), headBytes(model, n_tokens));
    forecast.program = programBytes(model, fileBytes(text));
    return forecast;
}

MemoryForecast forecastSensitivity(const Model& model, const std::filesystem::path& calibration_text, const SampleSpec& samples,
                                   const std::filesystem::path& text, const PerplexitySpec& spec) {
    const std::int64_t seq_len = spec.seq_len > 0 ? spec.seq_len : usualWindow(model);
    const std::int64_t n_tokens = evaluatedTokens(text, spec, seq_len);
    MemoryForecast quantizing = forecastMemory(model, samples);
    // The original's last hidden states are compared with; the layers of a block advance together, each in a copy of its own.
    quantizing.kept = quantizedMemoryBytes(model) + hiddenBytes(model, n_tokens);
    MemoryForecast comparing;
    comparing.block_weights = 2 * blockBytes(model);
    comparing.hidden_states =
        times(hiddenBytes(model, n_tokens), 1 + mostInBlock(model, [](const LinearInfo&) { return std::int64_t{1}; }));
    comparing.workspace = std::max(workspaceBytes(model, n_tokens, seq_len), 2 * headBytes(model, n_tokens));
    comparing.kept = quantizing.kept;
    MemoryForecast forecast = comparing.total() > quantizing.total() ? comparing : quantizing;
    forecast.program = programBytes(model, std::max(fileBytes(calibration_text), fileBytes(text)));
    return forecast;
}

MemoryForecast forecastCalibrationAb(const Model& model, const std::filesystem::path& text_a, const SampleSpec& a,
                                     const std::filesystem::path& text_b, const SampleSpec& b) {
    MemoryForecast forecast = forecastMemory(model, a);
    const MemoryForecast other = forecastMemory(model, b);
    forecast.hessians += mostHessianBytes(model);
    forecast.hidden_states += other.hidden_states;
    forecast.workspace = std::max(forecast.workspace, other.workspace);
    // Both texts' codes of one block, a byte per weight and an eighth of that for scales and zero points.
    const std::int64_t codes = blockBytes(model) / kFloat;
    forecast.kept = 2 * (codes + codes / 8);
    forecast.program = programBytes(model, std::max(fileBytes(text_a), fileBytes(text_b)));
    return forecast;
}

MemoryForecast forecastStatistics(const Model& model, const std::filesystem::path& text, const SampleSpec& samples) {
    MemoryForecast forecast = forecastMemory(model, samples);
    forecast.block_weights = blockBytes(model);
    forecast.hessians = 0;
    for (int block = 0; block < model.config.n_blocks; ++block) forecast.kept = std::max(forecast.kept, statisticsBytes(model, block));
    forecast.program = programBytes(model, fileBytes(text));
    return forecast;
}

MemoryForecast forecastReadStatistics(const Model& model) {
    MemoryForecast forecast;
    forecast.block_weights = blockBytes(model);
    for (const InputGroup& group : model.groups)
        forecast.workspace = std::max(forecast.workspace, times(kFloat * kRowsAtOnce, group.in_features));
    for (const LinearInfo& linear : model.linears) forecast.kept += kStatisticsBytes * linear.in_features;
    forecast.program = programBytes(model, 0);
    return forecast;
}

MemoryForecast forecastLayer(Index out_features, Index in_features) {
    constexpr std::int64_t kWeights = 6;   // the weight, as it is scaled and clipped, dequantized, and what it is compared by
    constexpr std::int64_t kHessians = 3;  // as gathered, damped and factorized, and what errors are measured by
    MemoryForecast forecast;
    forecast.block_weights = times(kWeights * kFloat, times(out_features, in_features));
    forecast.hessians = times(kHessians * kFloat, times(in_features, in_features));
    forecast.workspace = times(kFloat * kRowsAtOnce, in_features);
    forecast.program = kProgramBytes;
    return forecast;
}

MemoryForecast forecastLayer(Index out_features, Index in_features, Index n_tokens, bool is_run) {
    constexpr std::int64_t kInputs = 2;   // as read, and in the order of the file or with scales undone
    constexpr std::int64_t kOutputs = 3;  // before, after, and int32 sums
    MemoryForecast forecast = forecastLayer(out_features, in_features);
    forecast.program = kSmallProgramBytes;
    forecast.hidden_states = times(kInputs * kFloat, times(n_tokens, in_features));
    forecast.workspace = is_run ? times(kOutputs * kFloat, times(n_tokens, out_features)) : 0;
    return forecast;
}

MemoryForecast forecastVerify(const std::filesystem::path& directory, const Model* original) {
    constexpr std::int64_t kWeights = 6;  // as stored, read, in the original, and in the orders that they are compared in
    constexpr std::int64_t kTensors = 2;  // one that is no layer: as read, and checked
    MemoryForecast forecast;
    forecast.program = kSmallProgramBytes;
    const auto count = [&forecast](const Model& model) {
        for (const LinearInfo& linear : model.linears)
            forecast.block_weights =
                std::max(forecast.block_weights, times(kWeights * kFloat, times(linear.out_features, linear.in_features)));
        for (const auto& [name, tensor] : model.checkpoint->tensors())
            forecast.block_weights = std::max(forecast.block_weights, times(kTensors * kFloat, tensor.elementCount()));
        forecast.program += programBytes(model, 0) - kProgramBytes;  // its tokenizer
    };
    if (original != nullptr) count(*original);
    try {
        count(*Model::open(directory, true));
    } catch (const Error&) {  // is what verification finds
    }
    return forecast;
}

MemoryForecast forecastJob(const Model& model, const Recipe& recipe, bool keep_models, bool has_calibration) {
    const SampleSpec samples = resolved(recipe.samples, model);
    MemoryForecast forecast = forecastMemory(model, samples);
    if (!recipe.inputs.empty()) forecast.hidden_states = forecast.workspace = 0;  // nothing is run

    const std::size_t n_runs = recipe.runs.size();
    // A block once more, in which the reloaded model is compared with the one in memory.
    const bool is_exported = std::ranges::any_of(recipe.runs, [](const RecipeRun& run) { return run.format.has_value(); });
    if (is_exported) forecast.block_weights += forecast.block_weights / 2;
    const auto n_shared = static_cast<std::size_t>(
        std::count_if(recipe.runs.begin(), recipe.runs.end(), [](const RecipeRun& run) { return !needsOwnWalk(run.method); }));
    const bool is_streamed = n_runs == 1 && recipe.inputs.empty() && recipe.runs.front().format && !keep_models && !has_calibration;
    if ((n_shared > 1 || !recipe.inputs.empty()) && !has_calibration) {
        forecast.kept += statisticsBytes(model);
        forecast.kept += std::min(times(mostHessianBytes(model), model.config.n_blocks), CalibrationOptions{}.hessian_budget_bytes);
    }
    const std::size_t n_models =
        keep_models ? n_runs : std::min(std::max<std::size_t>(n_shared, 1), runsAtOnce(model, recipe.max_memory_bytes));
    if (!is_streamed) forecast.kept += times(quantizedMemoryBytes(model), static_cast<std::int64_t>(n_models));

    // Perplexity runs when the samples' hidden states are gone, or before they are there.
    if (!recipe.evaluation_text.empty()) {
        const std::int64_t seq_len = recipe.perplexity.seq_len > 0 ? recipe.perplexity.seq_len : samples.seq_len;
        const std::int64_t n_tokens = evaluatedTokens(recipe.evaluation_text, recipe.perplexity, seq_len);
        const std::int64_t hidden_states = hiddenBytes(model, n_tokens);
        forecast.hidden_states = std::max(forecast.hidden_states, hidden_states);
        forecast.kept += hidden_states;  // the original's, which every run is compared with
        forecast.workspace = std::max(forecast.workspace, workspaceBytes(model, n_tokens, seq_len));
    }

    forecast.program = programBytes(model, std::max(fileBytes(recipe.calibration_text), fileBytes(recipe.evaluation_text)));
    return forecast;
}

}  // namespace salient
