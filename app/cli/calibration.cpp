#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <ostream>

#include "app/cli/memory_use.h"
#include "app/cli/options.h"
#include "app/cli/report_text.h"
#include "app/cli/text_format.h"
#include "core/calib/naming_text.h"
#include "core/eval/calibration_ab.h"
#include "core/recipe/recipe.h"

namespace salient::cli {

namespace {

using Align = TextTable::Align;

constexpr std::array kLetters = {"A", "B"};
constexpr const char* kAgainstGroup = "The other text";

struct Options {
    std::string model;
    MethodFlags method;
    CalibrationFlags calibration;
    // The other text; what is not given is as for the first.
    std::string against;
    std::optional<int> against_n_samples;
    std::optional<Index> against_seq_len;
    std::optional<std::string> against_windows;
    std::optional<std::uint64_t> against_seed;
    int top = 10;
    std::int64_t max_memory_bytes = 0;
};

/// One of the two: a text, and which windows of it.
struct Side {
    CalibrationFlags flags;
    SampleSpec spec;
    Samples samples;
};

std::array<Side, 2> sidesOf(const Options& options, const CommonOptions& common, const Model& model) {
    CalibrationFlags against = options.calibration;
    against.text = options.against;
    against.n_samples = options.against_n_samples.value_or(against.n_samples);
    against.seq_len = options.against_seq_len.value_or(against.seq_len);
    against.windows = options.against_windows.value_or(against.windows);
    std::array<Side, 2> sides;
    sides[0].flags = options.calibration;
    sides[1].flags = against;
    for (Side& side : sides) side.spec = resolved(sampleSpec(side.flags, common), model);
    sides[1].spec.seed = options.against_seed.value_or(sides[1].spec.seed);
    return sides;
}

void draw(Side& side, const Model& model, Context& context) {
    side.samples =
        namingText(side.flags.text, [&] { return drawSamples(model.requireTokenizer(), readCorpus(side.flags.text), side.spec); });
    const TokenWindows& windows = side.samples.windows;
    if (windows.count() < side.spec.n_samples) {
        context.warn(side.flags.text + " holds " + std::to_string(windows.count()) + " windows of " + std::to_string(windows.seq_len) +
                     " tokens, fewer than the " + std::to_string(side.spec.n_samples) + " asked for");
    }
}

JobWork workOf(const std::array<Side, 2>& sides, const Model& model, const MethodSpec& method) {
    JobWork work;
    for (const Side& side : sides) {
        const auto n_tokens = static_cast<double>(side.samples.windows.ids.size());
        const Compute compute = computeFromName(side.flags.compute);
        work += calibrationWork(model, n_tokens, side.spec.seq_len, compute) + quantizationWork(model, method);
    }
    return work;
}

Json toJson(const AbTable& table) {
    return {{"a_on_a", table[0][0]}, {"a_on_b", table[0][1]}, {"b_on_a", table[1][0]}, {"b_on_b", table[1][1]}};
}

Json toJson(const Side& side) {
    return {{"text", side.flags.text},
            {"windows", side.flags.windows},
            {"n_windows", side.samples.windows.count()},
            {"seq_len", side.samples.windows.seq_len},
            {"n_tokens", side.samples.windows.ids.size()},
            {"seed", side.spec.seed}};
}

Json toJson(const LayerAb& layer) {
    return {{"layer", layer.layer},
            {"hessian_cosine", layer.hessian_cosine},
            {"same_solution", layer.is_same_solution},
            {"relative_output_error", toJson(layer.error)},
            {"tokens", {{"a", layer.reached_tokens[0]}, {"b", layer.reached_tokens[1]}}},
            {"has_stand_in", {{"a", layer.has_stand_in[0]}, {"b", layer.has_stand_in[1]}}}};
}

Json document(const Options& options, const MethodSpec& method, const std::array<Side, 2>& sides, const CalibrationAb& found) {
    Json json = {{"model", options.model},
                 {"method", methodName(method)},
                 {"relative_output_error", toJson(found.model_error)},
                 {"geometric_mean_error", toJson(found.mean_error)},
                 {"n_layers_in_mean", found.n_in_mean},
                 {"same_solution", found.isSameSolution()},
                 {"seconds", found.seconds},
                 {"layers", Json::array()}};
    for (const LayerAb& layer : found.layers) json["layers"].push_back(toJson(layer));
    json["protocol"] = {{"a", toJson(sides[0])},
                        {"b", toJson(sides[1])},
                        {"compute", options.calibration.compute},
                        {"settings", salient::toJson(method)},
                        {"version", SALIENT_VERSION}};
    return json;
}

/// What the other text costs, where it costs most.
double worstFactor(const LayerAb& layer) { return std::max(foreignFactor(layer.error, 0), foreignFactor(layer.error, 1)); }

std::vector<std::string> cells(const std::string& title, const std::string& cosine, const AbTable& error) {
    std::vector<std::string> row = {title, cosine};
    for (std::size_t on = 0; on < 2; ++on) {
        row.push_back(percentage(error[on][on]));
        row.push_back(percentage(error[1 - on][on]));
        row.push_back(significant(foreignFactor(error, on), 3));
    }
    return row;
}

std::string inWords(const MethodSpec& method, const CalibrationAb& found) {
    const std::string name(methodName(method));
    if (found.isSameSolution()) return name + " makes the same weights of either text: it does not matter which one calibrates it";
    const auto clause = [&](std::size_t on) {
        return std::string("calibrated on ") + kLetters[1 - on] + " instead of " + kLetters[on] + ", its error on " + kLetters[on] +
               " is " + significant(foreignFactor(found.mean_error, on), 3) + " times as large";
    };
    return name + ": " + clause(0) + "; " + clause(1) + " (geometric means)";
}

std::string textLine(const Side& side, const char* letter) {
    return std::string(letter) + ": " + std::to_string(side.samples.windows.count()) + " windows of " +
           std::to_string(side.samples.windows.seq_len) + " tokens of " + side.flags.text + " (" + side.flags.windows + ", seed " +
           std::to_string(side.spec.seed) + ", " + side.flags.compute + ")\n";
}

void print(const Options& options, const MethodSpec& method, const std::array<Side, 2>& sides, const CalibrationAb& found,
           std::ostream& out) {
    TextTable table(
        {{"layer", Align::Left}, {"cosine of H"}, {"on A: from A"}, {"from B"}, {"ratio"}, {"on B: from B"}, {"from A"}, {"ratio"}});
    std::vector<LayerAb> layers = found.layers;
    std::ranges::stable_sort(layers, std::ranges::greater(), worstFactor);
    const std::size_t n_shown = std::min(layers.size(), static_cast<std::size_t>(options.top));
    for (std::size_t i = 0; i < n_shown; ++i) table.addRow(cells(layers[i].layer, significant(layers[i].hessian_cosine), layers[i].error));
    table.addRow(cells("geometric mean of " + std::to_string(found.n_in_mean) + " layers", "", found.mean_error));
    table.addRow(cells("whole model", "", found.model_error));
    out << table.text() << "\n";
    if (n_shown < layers.size()) out << "shown: the " << n_shown << " of " << layers.size() << " layers that the other text costs most\n";
    for (std::size_t i = 0; i < sides.size(); ++i) out << textLine(sides[i], kLetters[i]);
    out << "on A, from B: output error tr(D H D') / tr(W H W') with H of A, of weights that " << methodName(method) << " at "
        << method.grid.bits << " bits made from B; cosine of H: <H_A, H_B> / (|H_A| |H_B|)\n"
        << "what it means: " << inWords(method, found) << "\n";
}

int run(const Options& options, Context& context) {
    const MethodSpec method = understood([&] { return methodFromFlags(options.method); });
    const auto model = Model::open(options.model);
    checkCalibrationAb(*model, method);
    std::array<Side, 2> sides = sidesOf(options, context.common, *model);
    MemoryUse memory(forecastCalibrationAb(*model, sides[0].flags.text, sides[0].spec, sides[1].flags.text, sides[1].spec),
                     options.max_memory_bytes, "fewer or shorter windows", context.job);
    for (Side& side : sides) draw(side, *model, context);
    printTimeForecast(workOf(sides, *model, method), context);
    const ForwardOptions forward{.compute = computeFromName(options.calibration.compute)};
    const CalibrationAb found = calibrationAb(*model, sides[0].samples, sides[1].samples, method, forward, memory.job());
    for (std::size_t text = 0; text < sides.size(); ++text) {
        const auto n_stand_ins = std::ranges::count_if(found.layers, [&](const LayerAb& layer) { return layer.has_stand_in[text]; });
        if (n_stand_ins == 0) continue;
        context.warn(std::to_string(n_stand_ins) + " layers of experts saw too few tokens of " + kLetters[text] +
                     ": other tokens stand in for theirs");
    }
    if (context.common.json) {
        Json json = document(options, method, sides, found);
        memory.addTo(json);
        context.print(json);
        return kDone;
    }
    print(options, method, sides, found, context.out);
    context.out << memory.text() << "\n";
    return kDone;
}

}  // namespace

void addCalibration(CLI::App& program, Action& action) {
    CLI::App* command = program.add_subcommand(
        "calibration",
        "Compare two calibration texts: quantize every layer with the statistics of each, and measure both solutions on both. The same "
        "text with another --against-seed shows how much the choice of windows alone does");
    auto options = std::make_shared<Options>();
    command->add_option("model", options->model, "Model directory or GGUF file")->required();
    addMethodOptions(*command, options->method, true);
    addLayerOptions(*command, options->method);
    addCalibrationOptions(*command, options->calibration, false);
    command->add_option("--against", options->against, "The text to compare with --text")->required()->group(kAgainstGroup);
    command->add_option("--against-n-samples", options->against_n_samples, "Windows of it to run [as --n-samples]")
        ->check(atLeast(1))
        ->group(kAgainstGroup);
    command->add_option("--against-seq-len", options->against_seq_len, "Tokens per window of it [as --seq-len]")
        ->check(atLeast(1))
        ->group(kAgainstGroup);
    command->add_option("--against-windows", options->against_windows, "Which windows of it [as --windows]")
        ->check(CLI::IsMember({"random", "stream", "bos-windows"}))
        ->group(kAgainstGroup);
    command->add_option("--against-seed", options->against_seed, "Seed of the choice of its windows [as --seed]")->group(kAgainstGroup);
    command->add_option("--top", options->top, "Layers to show, those that the other text costs most")
        ->check(atLeast(1))
        ->capture_default_str();
    addMemoryOption(*command, options->max_memory_bytes);
    command->callback([options, &action] { action = [options](Context& context) { return run(*options, context); }; });
}

}  // namespace salient::cli
