#include <memory>
#include <ostream>

#include "app/cli/memory_use.h"
#include "app/cli/options.h"
#include "app/cli/text_format.h"
#include "core/recipe/quantize_layers.h"
#include "core/recipe/run.h"

namespace salient::cli {

namespace {

using Align = TextTable::Align;

struct Options {
    std::string checkpoint;
    std::string inputs;
    std::string out;
    std::string compute = "float32";
    MethodFlags method;
    std::int64_t max_memory_bytes = 0;
};

int run(const Options& options, const MethodSpec& method, Context& context) {
    const Checkpoint checkpoint = Checkpoint::open(options.checkpoint);
    const auto source = openCapturedInputs(options.inputs, computeFromName(options.compute));
    MemoryUse memory(forecastLayers(checkpoint, options.inputs), options.max_memory_bytes, "layers with fewer inputs and outputs",
                     context.job);
    const LayersResult result = quantizeLayers(checkpoint, *source, method, options.out, memory.job());
    RunCounts counts = countsOf(result.layers);
    counts.n_flushed_values = result.n_flushed_values;
    counts.n_subnormal_values = result.n_subnormal_values;
    for (const LayerReport& layer : result.layers) {
        if (layer.damping_tries.size() > 1)
            context.warn(layer.name + ": the Hessian needed damping " + significant(layer.damping_tries.back(), 3));
        if (layer.n_dead_columns > 0) context.warn(layer.name + ": " + std::to_string(layer.n_dead_columns) + " inputs are never active");
    }
    if (context.common.json) {
        Json json = {{"method", methodName(method)},
                     {"inputs", source->description()},
                     {"compute", options.compute},
                     {"relative_output_error", result.relativeOutputError()},
                     {"bits_per_weight", bitsPerWeight(result.layers)},
                     {"seconds", result.seconds},
                     {"left", result.left},
                     {"counts", toJson(counts)},
                     {"layers", Json::array()}};
        for (const LayerReport& layer : result.layers) json["layers"].push_back(toJson(layer));
        if (!options.out.empty()) json["out"] = options.out;
        memory.addTo(json);
        context.print(json);
        return kDone;
    }
    TextTable table({{"layer", Align::Left}, {"out"}, {"in"}, {"output error"}, {"plain rounding"}, {"weight SQNR"}});
    for (const LayerReport& layer : result.layers) {
        table.addRow({layer.name, std::to_string(layer.out_features), std::to_string(layer.in_features),
                      percentage(layer.error.relative_output_error), percentage(layer.nearest.relative_output_error),
                      significant(layer.error.weight_sqnr_db, 3) + " dB"});
    }
    context.out << table.text() << "\n"
                << methodName(method) << ": output error " << percentage(result.relativeOutputError()) << " over " << result.layers.size()
                << " layers, " << significant(bitsPerWeight(result.layers), 3) << " bits per weight, " << significant(result.seconds, 3)
                << " s; " << source->description() << ", " << options.compute << "\n";
    if (!result.left.empty()) context.out << result.left.size() << " weights have no inputs there and stay as they are\n";
    if (!options.out.empty()) context.out << "written: " << options.out << "\n";
    context.out << "counted: " << inWords(counts) << "\n" << memory.text() << "\n";
    return kDone;
}

}  // namespace

void addLayers(CLI::App& program, Action& action) {
    CLI::App* command = program.add_subcommand(
        "layers",
        "Quantize the layers of any checkpoint, whatever its architecture, against captured inputs; each layer by itself, since what could "
        "absorb scales is not known");
    auto options = std::make_shared<Options>();
    command->add_option("checkpoint", options->checkpoint, "Directory with safetensors")->required();
    command
        ->add_option("--inputs", options->inputs,
                     "Captured inputs: .safetensors or .npz with an array [tokens, in] called NAME for each weight NAME.weight to quantize")
        ->required();
    command->add_option("--out", options->out,
                        "Directory to write: the same checkpoint with dequantized weights in the type they had [nothing is written]");
    addMethodOptions(*command, options->method, true);
    addComputeOption(*command, options->compute);
    addMemoryOption(*command, options->max_memory_bytes);
    command->callback([options, &action] {
        action = [options](Context& context) {
            const MethodSpec method = understood([&] { return methodFromFlags(options->method); });
            return run(*options, method, context);
        };
    });
}

}  // namespace salient::cli
