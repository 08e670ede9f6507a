#include <algorithm>
#include <memory>
#include <ostream>

#include "app/cli/command.h"
#include "app/cli/text_format.h"
#include "core/error.h"
#include "core/model/model.h"
#include "core/model/packed/packed_model.h"
#include "core/recipe/memory_forecast.h"
#include "core/recipe/time_forecast.h"

namespace salient::cli {

namespace {

using Align = TextTable::Align;

struct Options {
    std::string model;
};

const SampleSpec kForecastSamples{.n_samples = 128, .seq_len = 2048};

/// To calibrate on these and to quantize with GPTQ.
JobWork forecastWork(const Model& model) {
    const double n_tokens = static_cast<double>(kForecastSamples.n_samples) * static_cast<double>(kForecastSamples.seq_len);
    return calibrationWork(model, n_tokens, kForecastSamples.seq_len, Compute::Float32) + quantizationWork(model, methodFromName("gptq"));
}

std::string absorberText(const Absorber& absorber) {
    switch (absorber.kind) {
        case Absorber::Kind::Norm:
            return "norm: " + absorber.name;
        case Absorber::Kind::Linear:
            return "linear: " + absorber.name;
        case Absorber::Kind::None:
            break;
    }
    return "none";
}

Json absorberJson(const Absorber& absorber) {
    if (absorber.kind == Absorber::Kind::None) return nullptr;
    return {{"kind", absorber.kind == Absorber::Kind::Norm ? "norm" : "linear"}, {"name", absorber.name}};
}

std::string memberNames(const InputGroup& group) {
    std::string names;
    for (const LinearKey& key : group.members) names += (names.empty() ? "" : ", ") + name(key);
    return names;
}

Json quantizedJson(const PackedModel& packed) {
    Json layers = Json::object();
    for (const auto& [name, layer] : packed.layers) {
        layers[name] = {{"bits", layer.bits},
                        {"group_size", layer.group_size},
                        {"symmetric", layer.is_symmetric},
                        {"act_order", layer.is_ordered},
                        {"int8_activations", layer.activations != ActivationScale::None}};
    }
    return {{"method", packed.scheme.title()},
            {"description", packed.description()},
            {"layers", layers},
            {"float_layers", packed.floats},
            {"config", packed.scheme.config}};
}

Json describe(const Model& model) {
    const ModelConfig& config = model.config;
    Json json = {{"model", model.directory.string()},
                 {"family", config.family->model_type},
                 {"parameters", model.parameterCount()},
                 {"size_bytes", model.checkpoint->sizeBytes()},
                 {"n_files", model.checkpoint->files().size()},
                 {"dtype", config.stored_dtype},
                 {"hidden_size", config.hidden_size},
                 {"intermediate_size", config.intermediate_size},
                 {"n_blocks", config.n_blocks},
                 {"n_heads", config.n_heads},
                 {"n_kv_heads", config.n_kv_heads},
                 {"head_dim", config.head_dim},
                 {"vocabulary_size", config.vocabulary_size},
                 {"max_positions", config.max_positions},
                 {"tie_word_embeddings", config.tie_word_embeddings}};
    json["quantized"] = model.packed ? quantizedJson(*model.packed) : Json(nullptr);
    if (config.experts.count > 0) {
        json["experts"] = {{"count", config.experts.count},
                           {"per_token", config.experts.per_token},
                           {"intermediate_size", config.experts.size},
                           {"shared_intermediate_size", config.experts.shared_size},
                           {"weights_sum_to_one", config.experts.is_normalized},
                           {"blocks", config.experts.in_block}};
    }
    json["groups"] = Json::array();
    for (const InputGroup& group : model.groups) {
        Json members = Json::array();
        for (const LinearKey& key : group.members) members.push_back(name(key));
        json["groups"].push_back(
            {{"title", group.title}, {"members", members}, {"in_features", group.in_features}, {"absorber", absorberJson(group.absorber)}});
    }
    json["layers"] = Json::array();
    for (const LinearInfo& linear : model.linears) {
        json["layers"].push_back({{"name", linear.name},
                                  {"block", linear.block},
                                  {"role", name(linear.key())},
                                  {"out_features", linear.out_features},
                                  {"in_features", linear.in_features},
                                  {"bias", linear.has_bias},
                                  {"dtype", linear.stored_name}});
    }
    const MemoryForecast forecast = forecastMemory(model, kForecastSamples);
    json["memory_forecast"] = {{"n_samples", kForecastSamples.n_samples},
                               {"seq_len", kForecastSamples.seq_len},
                               {"block_weights_bytes", forecast.block_weights},
                               {"hessians_bytes", forecast.hessians},
                               {"hidden_states_bytes", forecast.hidden_states},
                               {"workspace_bytes", forecast.workspace},
                               {"total_bytes", forecast.total()}};
    const TimeForecast time = forecastTime(forecastWork(model), productRates());
    json["time_forecast"] = {{"method", "gptq"},
                             {"n_samples", kForecastSamples.n_samples},
                             {"seq_len", kForecastSamples.seq_len},
                             {"low_seconds", time.low_seconds},
                             {"high_seconds", time.high_seconds}};
    return json;
}

void print(const Model& model, std::ostream& out) {
    const ModelConfig& config = model.config;
    out << "model       " << model.directory.string() << "\nfamily      " << config.family->model_type << ", stored as "
        << config.stored_dtype << "\nsize        " << compactNumber(static_cast<double>(model.parameterCount())) << " parameters, "
        << byteSize(model.checkpoint->sizeBytes()) << " in " << model.checkpoint->files().size()
        << (model.checkpoint->files().size() == 1 ? " file" : " files") << "\nblocks      " << config.n_blocks << ", hidden "
        << config.hidden_size << ", intermediate " << config.intermediate_size << "\nattention   " << config.n_heads << " heads of "
        << config.head_dim << ", " << config.n_kv_heads << " key/value heads\nvocabulary  " << config.vocabulary_size << " tokens, "
        << (config.tie_word_embeddings ? "head tied to the embedding" : "head of its own") << "\npositions   " << config.max_positions
        << "\n";
    if (const std::string quantization = model.quantization(); !quantization.empty())
        out << "quantized   " << onOneLine(quantization) << "\n";
    if (config.experts.count > 0) {
        out << "experts     " << config.experts.count << " of width " << config.experts.size << ", " << config.experts.per_token
            << " for a token"
            << (config.experts.shared_size > 0 ? ", one more of " + std::to_string(config.experts.shared_size) + " for all" : "") << "; in "
            << std::count(config.experts.in_block.begin(), config.experts.in_block.end(), true) << " of the blocks\n";
    }
    TextTable groups({{"layers that share an input", Align::Left}, {"members", Align::Left}, {"inputs"}, {"scales go into", Align::Left}});
    for (const InputGroup& group : model.groups) {
        if (group.expert > 0) continue;  // alike but for the number
        groups.addRow({group.title, memberNames(group), std::to_string(group.in_features), absorberText(group.absorber)});
    }
    out << '\n' << groups.text() << '\n';
    TextTable layers({{"layer of block 0", Align::Left}, {"out"}, {"in"}, {"dtype", Align::Left}, {"bias", Align::Left}});
    for (const LinearInfo& linear : model.linears) {
        if (linear.block != 0 || linear.expert > 0) continue;
        layers.addRow({linear.name, std::to_string(linear.out_features), std::to_string(linear.in_features),
                       std::string(linear.stored_name), linear.has_bias ? "yes" : "no"});
    }
    const MemoryForecast forecast = forecastMemory(model, kForecastSamples);
    out << layers.text() << "\nmemory      " << byteSize(forecast.total()) << " to calibrate and quantize on " << kForecastSamples.n_samples
        << " x " << kForecastSamples.seq_len << " tokens (block " << byteSize(forecast.block_weights) << ", Hessians "
        << byteSize(forecast.hessians) << ", hidden states " << byteSize(forecast.hidden_states) << ", workspace "
        << byteSize(forecast.workspace) << ")\ntime        " << inWords(forecastTime(forecastWork(model), productRates()))
        << " for that on this machine, with GPTQ\n";
}

}  // namespace

void addInfo(CLI::App& program, Action& action) {
    CLI::App* command = program.add_subcommand("info", "Describe a model: family, sizes, layers, what can absorb scales, memory needed");
    auto options = std::make_shared<Options>();
    command->add_option("model", options->model, "Model directory or GGUF file")->required();
    command->callback([options, &action] {
        action = [options](Context& context) {
            const std::shared_ptr<const Model> model = Model::open(options->model);
            if (context.common.json) {
                context.print(describe(*model));
            } else {
                print(*model, context.out);
            }
            return kDone;
        };
    });
}

}  // namespace salient::cli
