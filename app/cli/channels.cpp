#include <algorithm>
#include <memory>
#include <numeric>
#include <ostream>
#include <set>

#include "app/cli/input_channels.h"
#include "app/cli/memory_use.h"
#include "app/cli/opened_model.h"
#include "app/cli/options.h"
#include "app/cli/report_text.h"
#include "app/cli/text_format.h"
#include "core/calib/calibrate.h"
#include "core/calib/naming_text.h"
#include "core/eval/weight_metrics.h"
#include "core/quant/smoothquant.h"

namespace salient::cli {

namespace {

using Align = TextTable::Align;

struct Options {
    std::string model;
    std::string layer;
    int top = 10;
    double salient = 0.01;
    CalibrationFlags calibration;
    std::int64_t max_memory_bytes = 0;
};

/// One channel of a layer's input, with where it was largest.
struct Channel {
    Index channel = 0;
    float max_abs = 0.0F;
    float mean_abs = 0.0F;
    float min = 0.0F;
    float max = 0.0F;
    float weight_max_abs = 0.0F;
    bool is_salient = false;
    Index window = 0;
    Index position = 0;
    TokenId token = 0;
    std::string token_text;
    std::string context;
};

/// A layer's input over all calibration tokens.
struct LayerChannels {
    const LinearInfo* linear = nullptr;
    float median_max_abs = 0.0F;
    float weight_max_abs = 0.0F;
    double weight_kurtosis = 0.0;
    Index tokens = 0;           ///< that reached it: all, or those sent to its expert
    bool has_stand_in = false;  ///< they are too few, and the numbers are of other tokens (InputStatistics::is_stand_in)
    std::vector<Channel> top;   ///< by decreasing max |x|
};

float median(std::vector<float> values) {
    if (values.empty()) return 0.0F;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 == 1) return *middle;
    return 0.5F * (*middle + *std::max_element(values.begin(), middle));
}

/// A few tokens around a position, as text on one line.
std::string around(const Tokenizer& tokenizer, std::span<const TokenId> window, Index position) {
    constexpr Index kBefore = 6;
    constexpr Index kAfter = 3;
    const Index first = std::max<Index>(0, position - kBefore);
    const Index last = std::min<Index>(static_cast<Index>(window.size()), position + kAfter + 1);
    std::string text;
    for (Index i = first; i < last; ++i) {
        const std::string token = tokenizer.displayText(window[static_cast<std::size_t>(i)]);
        text += i == position ? "[" + token + "]" : token;
    }
    return text;
}

LayerChannels describe(const Model& model, const LinearInfo& linear, const InputStatistics& input, const TokenWindows& windows,
                       const Matrix& weight, const Options& options) {
    const ChannelStatistics& statistics = input.channels;
    LayerChannels layer;
    layer.linear = &linear;
    layer.tokens = input.reached_tokens;
    layer.has_stand_in = input.is_stand_in;
    layer.median_max_abs = median(statistics.max_abs);
    const std::vector<MatrixView> weights(1, weight);
    const std::vector<float> weight_max = columnMaxAbs(weights);
    layer.weight_max_abs = *std::max_element(weight_max.begin(), weight_max.end());
    layer.weight_kurtosis = weightMetrics(weight).kurtosis;
    const std::vector<Index> salient = salientChannels(statistics, options.salient);
    const std::set<Index> is_salient(salient.begin(), salient.end());
    const std::vector<float> mean_abs = statistics.meanAbs();

    std::vector<Index> order(static_cast<std::size_t>(statistics.channelCount()));
    std::iota(order.begin(), order.end(), Index{0});
    std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) {
        return statistics.max_abs[static_cast<std::size_t>(a)] > statistics.max_abs[static_cast<std::size_t>(b)];
    });
    order.resize(std::min(order.size(), static_cast<std::size_t>(options.top)));
    const Tokenizer& tokenizer = model.requireTokenizer();
    for (const Index index : order) {
        const auto c = static_cast<std::size_t>(index);
        Channel channel;
        channel.channel = index;
        channel.max_abs = statistics.max_abs[c];
        channel.mean_abs = mean_abs[c];
        channel.min = statistics.min[c];
        channel.max = statistics.max[c];
        channel.weight_max_abs = weight_max[c];
        channel.is_salient = is_salient.contains(index);
        channel.window = statistics.max_abs_token[c] / windows.seq_len;
        channel.position = statistics.max_abs_token[c] % windows.seq_len;
        const std::span<const TokenId> window = windows.window(channel.window);
        channel.token = window[static_cast<std::size_t>(channel.position)];
        channel.token_text = tokenizer.displayText(channel.token);
        channel.context = around(tokenizer, window, channel.position);
        layer.top.push_back(std::move(channel));
    }
    return layer;
}

/// The input of one layer alone: the model is run only as far as needed.
LayerChannels oneLayer(const OpenedModel& opened, const LinearInfo& linear, const Samples& samples, const Options& options,
                       JobContext& job) {
    CalibrationOptions gather;
    gather.forward.compute = computeFromName(options.calibration.compute);
    gather.gather_hessians = false;
    HiddenStates hidden = embed(*opened.model, samples.windows);
    const std::int64_t n_tokens = hidden.values.rows();
    const std::int64_t total = (linear.block + 1) * n_tokens;
    for (int block = 0; block <= linear.block; ++block) {
        JobContext part(job.stopToken(), [&](const Progress& now) {
            job.checkpoint({"running", block * n_tokens + std::min(now.done, n_tokens), total, "block " + std::to_string(block)});
        });
        const BlockWeights weights = opened.blocks(block);
        if (block < linear.block) {
            forwardBlock(*opened.model, weights, block, hidden, gather.forward, {}, part);
            continue;
        }
        const std::vector<InputStatistics> statistics = gatherBlock(*opened.model, weights, block, hidden, gather, part, linear.group);
        return describe(*opened.model, linear, statistics[static_cast<std::size_t>(linear.group)], samples.windows,
                        weights.linears.at(linear.key()).weight, options);
    }
    return {};
}

std::vector<LayerChannels> allLayers(const OpenedModel& opened, const Samples& samples, const Options& options, JobContext& job) {
    CalibrationOptions gather;
    gather.forward.compute = computeFromName(options.calibration.compute);
    gather.gather_hessians = false;
    HiddenStates hidden = embed(*opened.model, samples.windows);
    const std::int64_t n_tokens = hidden.values.rows();
    std::vector<LayerChannels> layers;
    for (int block = 0; block < opened.model->config.n_blocks; ++block) {
        JobContext part(job.stopToken(), [&](const Progress& now) {
            job.checkpoint({"running", block * n_tokens + std::min(now.done, n_tokens), opened.model->config.n_blocks * n_tokens,
                            "block " + std::to_string(block)});
        });
        const BlockWeights weights = opened.blocks(block);
        const std::vector<InputStatistics> statistics = gatherBlock(*opened.model, weights, block, hidden, gather, part);
        for (const LinearInfo& linear : opened.model->linearsOf(block)) {
            layers.push_back(describe(*opened.model, linear, statistics[static_cast<std::size_t>(linear.group)], samples.windows,
                                      weights.linears.at(linear.key()).weight, options));
        }
    }
    return layers;
}

Json toJson(const LayerChannels& layer) {
    Json json = {{"layer", layer.linear->name},
                 {"in_features", layer.linear->in_features},
                 {"max_abs", layer.top.empty() ? 0.0F : layer.top.front().max_abs},
                 {"median_max_abs", layer.median_max_abs},
                 {"weight_max_abs", layer.weight_max_abs},
                 {"weight_kurtosis", layer.weight_kurtosis},
                 {"channels", Json::array()}};
    if (layer.linear->expert >= 0) {
        json["tokens"] = layer.tokens;
        json["has_stand_in"] = layer.has_stand_in;
    }
    for (const Channel& channel : layer.top) {
        json["channels"].push_back({{"channel", channel.channel},
                                    {"max_abs", channel.max_abs},
                                    {"mean_abs", channel.mean_abs},
                                    {"min", channel.min},
                                    {"max", channel.max},
                                    {"weight_max_abs", channel.weight_max_abs},
                                    {"salient", channel.is_salient},
                                    {"sample", channel.window},
                                    {"position", channel.position},
                                    {"token", channel.token},
                                    {"token_text", channel.token_text},
                                    {"context", channel.context}});
    }
    return json;
}

/// "812", or "13 (too few: numbers of other tokens)".
std::string tokensText(const LayerChannels& layer) {
    return std::to_string(layer.tokens) + (layer.has_stand_in ? " (too few: numbers of other tokens)" : "");
}

void printOne(const LayerChannels& layer, std::ostream& out) {
    out << layer.linear->name << ": " << layer.linear->in_features << " input channels, median max |x| "
        << significant(layer.median_max_abs) << "\n";
    if (layer.linear->expert >= 0) out << tokensText(layer) << " tokens sent to it\n";
    out << "\n";
    TextTable table({{"channel"},
                     {"max |x|"},
                     {"mean |x|"},
                     {"min"},
                     {"max"},
                     {"max |w|"},
                     {"salient", Align::Left},
                     {"sample"},
                     {"position"},
                     {"where |x| is largest", Align::Left}});
    for (const Channel& channel : layer.top) {
        table.addRow({std::to_string(channel.channel), significant(channel.max_abs), significant(channel.mean_abs),
                      significant(channel.min), significant(channel.max), significant(channel.weight_max_abs),
                      channel.is_salient ? "yes" : "", std::to_string(channel.window), std::to_string(channel.position), channel.context});
    }
    out << table.text();
}

void printAll(const std::vector<LayerChannels>& layers, std::ostream& out) {
    constexpr std::size_t kShown = 4;
    const bool has_experts =
        std::any_of(layers.begin(), layers.end(), [](const LayerChannels& layer) { return layer.linear->expert >= 0; });
    std::vector<TextTable::Column> columns = {{"layer", Align::Left}, {"max |x|"}, {"median"}, {"ratio"}, {"max |w|"}, {"kurtosis of w"}};
    if (has_experts) columns.push_back({"tokens"});
    columns.push_back({"largest channels", Align::Left});
    TextTable table(std::move(columns));
    for (const LayerChannels& layer : layers) {
        std::string largest;
        for (std::size_t i = 0; i < std::min(kShown, layer.top.size()); ++i) {
            largest += (i == 0 ? "" : ", ") + std::to_string(layer.top[i].channel);
        }
        const float max_abs = layer.top.empty() ? 0.0F : layer.top.front().max_abs;
        std::vector<std::string> cells = {layer.linear->name,
                                          significant(max_abs),
                                          significant(layer.median_max_abs),
                                          layer.median_max_abs > 0.0F ? significant(max_abs / layer.median_max_abs, 3) : "",
                                          significant(layer.weight_max_abs),
                                          significant(layer.weight_kurtosis, 3)};
        if (has_experts) cells.push_back(tokensText(layer));
        cells.push_back(largest);
        table.addRow(std::move(cells));
    }
    out << table.text();
}

int run(const Options& options, Context& context) {
    const OpenedModel opened = openAny(options.model);
    const LinearInfo* linear = options.layer.empty() ? nullptr : &opened.model->linear(options.layer);
    if (!options.calibration.inputs.empty()) {
        const auto source = openInputSource(options.calibration.inputs, *opened.model, computeFromName(options.calibration.compute));
        MemoryUse memory(forecastReadStatistics(*opened.model), options.max_memory_bytes, "models of fewer layers", context.job);
        printInputChannels(opened, linear, *source, options.top, options.salient, options.calibration.compute, memory, context);
        return kDone;
    }
    const SampleSpec spec = resolved(sampleSpec(options.calibration, context.common), *opened.model);
    MemoryUse memory(
        forecastStatistics(*opened.model, options.calibration.text, spec), options.max_memory_bytes,
        "fewer samples than " + std::to_string(spec.n_samples) + ", or shorter ones than " + std::to_string(spec.seq_len) + " tokens",
        context.job);
    const Samples samples = namingText(options.calibration.text, [&] {
        return drawSamples(opened.model->requireTokenizer(), readCorpus(options.calibration.text), spec);
    });
    const double passed_blocks = linear == nullptr ? opened.model->config.n_blocks : linear->block + 1;
    const auto n_tokens = static_cast<double>(samples.windows.ids.size());
    const double share = passed_blocks / std::max(1, opened.model->config.n_blocks);
    printTimeForecast(share * forwardWork(*opened.model, n_tokens, spec.seq_len, computeFromName(options.calibration.compute)), context);
    if (samples.windows.count() < spec.n_samples) {
        context.warn("the text holds " + std::to_string(samples.windows.count()) + " windows of " +
                     std::to_string(samples.windows.seq_len) + " tokens, fewer than the " + std::to_string(spec.n_samples) + " asked for");
    }
    Json json = {{"n_windows", samples.windows.count()},
                 {"seq_len", samples.windows.seq_len},
                 {"windows", options.calibration.windows},
                 {"compute", options.calibration.compute}};
    if (linear != nullptr) {
        const LayerChannels layer = oneLayer(opened, *linear, samples, options, memory.job());
        if (context.common.json) {
            json.update(toJson(layer));
        } else {
            printOne(layer, context.out);
        }
    } else {
        const std::vector<LayerChannels> layers = allLayers(opened, samples, options, memory.job());
        if (context.common.json) {
            json["layers"] = Json::array();
            for (const LayerChannels& layer : layers) json["layers"].push_back(toJson(layer));
        } else {
            printAll(layers, context.out);
        }
    }
    if (context.common.json) {
        memory.addTo(json);
        context.print(json);
    } else {
        context.out << "\nover " << samples.windows.count() << " windows of " << samples.windows.seq_len << " tokens, "
                    << options.calibration.compute << "\n"
                    << memory.text() << "\n";
    }
    return kDone;
}

}  // namespace

void addChannels(CLI::App& program, Action& action) {
    CLI::App* command = program.add_subcommand(
        "channels", "Show which input channels are large, beside the weights that read them, and the token that drives each");
    auto options = std::make_shared<Options>();
    command->add_option("model", options->model, "Model directory or GGUF file")->required();
    command->add_option("--layer", options->layer, "One layer, by name or its ending (0.self_attn.q_proj) [a summary of all]");
    command->add_option("--top", options->top, "Channels to show per layer")->check(atLeast(1))->capture_default_str();
    command->add_option("--salient", options->salient, "Share of channels, by mean |x|, that count as salient")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    addCalibrationOptions(*command, options->calibration, true);
    addMemoryOption(*command, options->max_memory_bytes);
    command->callback([options, &action] {
        action = [options](Context& context) {
            requireCalibration(options->calibration);
            return run(*options, context);
        };
    });
}

}  // namespace salient::cli
