#include "app/cli/input_channels.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <ostream>
#include <set>

#include "app/cli/text_format.h"
#include "core/quant/smoothquant.h"

namespace salient::cli {

namespace {

using Align = TextTable::Align;

/// The input of a layer, its channels by decreasing size.
struct InputChannels {
    const LinearInfo* linear = nullptr;
    ChannelStatistics statistics;
    std::vector<float> root_mean_square;
    std::vector<float> weight_max_abs;
    std::vector<Index> order;
    std::set<Index> salient;

    /// Max |x|, or the root mean square where that alone is known.
    [[nodiscard]] float size(Index channel) const {
        const auto c = static_cast<std::size_t>(channel);
        return statistics.knows_squares_alone ? root_mean_square[c] : statistics.max_abs[c];
    }
    [[nodiscard]] float largest() const { return order.empty() ? 0.0F : size(order.front()); }
    [[nodiscard]] float median() const { return order.empty() ? 0.0F : size(order[order.size() / 2]); }
};

InputChannels describe(const LinearInfo& linear, const ChannelStatistics& statistics, const Matrix& weight, double salient) {
    InputChannels input;
    input.linear = &linear;
    input.statistics = statistics;
    for (const double sum : statistics.sum_squares)
        input.root_mean_square.push_back(static_cast<float>(std::sqrt(sum / static_cast<double>(statistics.n_tokens))));
    const std::vector<MatrixView> weights(1, weight);
    input.weight_max_abs = columnMaxAbs(weights);
    const std::vector<Index> largest = salientChannels(statistics, salient);
    input.salient.insert(largest.begin(), largest.end());
    input.order.resize(static_cast<std::size_t>(statistics.channelCount()));
    std::iota(input.order.begin(), input.order.end(), Index{0});
    std::ranges::stable_sort(input.order, [&](Index a, Index b) { return input.size(a) > input.size(b); });
    return input;
}

std::size_t shown(const InputChannels& input, int top) { return std::min(input.order.size(), static_cast<std::size_t>(top)); }

Json toJson(const InputChannels& input, int top) {
    const ChannelStatistics& statistics = input.statistics;
    Json json = {{"layer", input.linear->name}, {"in_features", input.linear->in_features}, {"n_tokens", statistics.n_tokens}};
    json["channels"] = Json::array();
    const std::vector<float> mean_abs = statistics.meanAbs();
    for (std::size_t i = 0; i < shown(input, top); ++i) {
        const auto c = static_cast<std::size_t>(input.order[i]);
        Json channel = {{"channel", input.order[i]}, {"root_mean_square", input.root_mean_square[c]}};
        if (!statistics.knows_squares_alone) {
            channel.update({{"max_abs", statistics.max_abs[c]},
                            {"mean_abs", mean_abs[c]},
                            {"min", statistics.min[c]},
                            {"max", statistics.max[c]},
                            {"token", statistics.max_abs_token[c]}});
        }
        channel.update({{"weight_max_abs", input.weight_max_abs[c]}, {"salient", input.salient.contains(input.order[i])}});
        json["channels"].push_back(std::move(channel));
    }
    return json;
}

void printOne(const InputChannels& input, int top, std::ostream& out) {
    const ChannelStatistics& statistics = input.statistics;
    const bool by_squares = statistics.knows_squares_alone;
    out << input.linear->name << ": " << input.linear->in_features << " input channels, median " << (by_squares ? "rms x " : "max |x| ")
        << significant(input.median()) << "\n\n";
    const std::vector<float> mean_abs = statistics.meanAbs();
    TextTable table =
        by_squares
            ? TextTable({{"channel"}, {"rms x"}, {"max |w|"}, {"salient", Align::Left}})
            : TextTable(
                  {{"channel"}, {"max |x|"}, {"mean |x|"}, {"rms x"}, {"min"}, {"max"}, {"max |w|"}, {"salient", Align::Left}, {"token"}});
    for (std::size_t i = 0; i < shown(input, top); ++i) {
        const auto c = static_cast<std::size_t>(input.order[i]);
        const std::string number = std::to_string(input.order[i]);
        const std::string weight = significant(input.weight_max_abs[c]);
        const std::string is_salient = input.salient.contains(input.order[i]) ? "yes" : "";
        if (by_squares) {
            table.addRow({number, significant(input.root_mean_square[c]), weight, is_salient});
        } else {
            table.addRow({number, significant(statistics.max_abs[c]), significant(mean_abs[c]), significant(input.root_mean_square[c]),
                          significant(statistics.min[c]), significant(statistics.max[c]), weight, is_salient,
                          std::to_string(statistics.max_abs_token[c])});
        }
    }
    out << table.text();
}

void printAll(const std::vector<InputChannels>& inputs, bool by_squares, std::ostream& out) {
    constexpr std::size_t kShown = 4;
    TextTable table({{"layer", Align::Left},
                     {by_squares ? "rms x" : "max |x|"},
                     {"median"},
                     {"ratio"},
                     {"max |w|"},
                     {"largest channels", Align::Left}});
    for (const InputChannels& input : inputs) {
        std::string largest;
        for (std::size_t i = 0; i < std::min(kShown, input.order.size()); ++i) {
            largest += (i == 0 ? "" : ", ") + std::to_string(input.order[i]);
        }
        table.addRow({input.linear->name, significant(input.largest()), significant(input.median()),
                      input.median() > 0.0F ? significant(input.largest() / input.median(), 3) : "",
                      significant(*std::ranges::max_element(input.weight_max_abs)), largest});
    }
    out << table.text();
}

}  // namespace

void printInputChannels(const OpenedModel& opened, const LinearInfo* only, const InputSource& source, int top, double salient,
                        const std::string& compute, MemoryUse& memory, const Context& context) {
    const Model& model = *opened.model;
    std::vector<InputChannels> inputs;
    for (int block = 0; block < model.config.n_blocks; ++block) {
        if (only != nullptr && only->block != block) continue;
        const std::vector<InputStatistics> statistics =
            gatherBlock(model, block, source, false, memory.job(), only != nullptr ? only->group : -1);
        const BlockWeights weights = opened.blocks(block);
        for (const LinearInfo& linear : model.linearsOf(block)) {
            if (only != nullptr && &linear != only) continue;
            inputs.push_back(describe(linear, statistics[static_cast<std::size_t>(linear.group)].channels,
                                      weights.linears.at(linear.key()).weight, salient));
        }
    }
    if (context.common.json) {
        Json json = {{"inputs", source.description()}, {"compute", compute}};
        if (only != nullptr) {
            json.update(toJson(inputs.front(), top));
        } else {
            json["layers"] = Json::array();
            for (const InputChannels& input : inputs) json["layers"].push_back(toJson(input, top));
        }
        memory.addTo(json);
        context.print(json);
        return;
    }
    if (only != nullptr) {
        printOne(inputs.front(), top, context.out);
    } else {
        printAll(inputs, source.isDiagonal(), context.out);
    }
    context.out << "\nfrom " << source.description() << ", " << compute << "\n" << memory.text() << "\n";
}

}  // namespace salient::cli
