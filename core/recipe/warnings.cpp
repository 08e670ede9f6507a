#include "core/recipe/warnings.h"

#include <algorithm>
#include <sstream>

#include "core/eval/diagnosis.h"
#include "core/recipe/expert_coverage.h"

namespace salient {

namespace {

std::string percent(double fraction) {
    std::ostringstream text;
    text.precision(3);
    text << 100.0 * fraction << " %";
    return text.str();
}

/// "first_layer", or "first_layer and 3 more layers".
std::string layersNamed(const std::vector<const LayerReport*>& layers) {
    if (layers.size() == 1) return layers.front()->name;
    return layers.front()->name + " and " + std::to_string(layers.size() - 1) + " more layer" + (layers.size() == 2 ? "" : "s");
}

template <typename Condition>
std::vector<const LayerReport*> layersWith(std::span<const LayerReport> layers, const Condition& condition) {
    std::vector<const LayerReport*> found;
    for (const LayerReport& layer : layers) {
        if (condition(layer)) found.push_back(&layer);
    }
    return found;
}

/// The tokens that a layer's Hessian is made of; what stands in for too few is made of all.
Index tokensOf(const LayerReport& layer, Index calibration_tokens) {
    return layer.passed_tokens > 0 && !layer.has_stand_in ? layer.reached_tokens : calibration_tokens;
}

void addExpertWarnings(std::vector<std::string>& warnings, const Model& model, std::span<const LayerReport> layers) {
    const ExpertCoverage coverage = expertCoverage(model, layers);
    if (coverage.n_stand_ins == 0) return;
    warnings.push_back(
        std::to_string(coverage.n_stand_ins) + " of " + std::to_string(coverage.experts.size()) +
        " experts saw too few calibration tokens for statistics of their own (block " + std::to_string(coverage.fewest->block) +
        ", expert " + std::to_string(coverage.fewest->expert) + " saw " + std::to_string(coverage.fewest->reached_tokens) +
        "): their inputs are taken to be those of all tokens, and their down layers are rounded weight by weight; more text helps");
}

}  // namespace

std::vector<std::string> runWarnings(const Model& model, const MethodSpec& method, std::span<const LayerReport> layers,
                                     Index calibration_tokens) {
    std::vector<std::string> warnings;
    if (const std::string before = model.quantization(); !before.empty()) {
        warnings.push_back("the weights were rounded before (" + before +
                           "): errors and divergence are measured from the model that was opened, not from its original");
    }
    for (const LayerReport& layer : layers) {
        if (layer.damping_tries.size() > 1) {
            warnings.push_back(layer.name + ": the Hessian needed damping " + percent(layer.damping_tries.back()) + " instead of " +
                               percent(layer.damping_tries.front()) + " (" + std::to_string(layer.damping_tries.size()) + " tries)");
        }
    }
    for (const bool by_gptq : {true, false}) {
        const auto dead = layersWith(
            layers, [by_gptq](const LayerReport& layer) { return layer.n_dead_columns > 0 && layer.method.ends_with("gptq") == by_gptq; });
        if (dead.empty()) continue;
        Index columns = 0;
        for (const LayerReport* layer : dead) columns += layer->n_dead_columns;
        warnings.push_back(layersNamed(dead) + ": " + std::to_string(columns) + " input channels were never active in calibration; " +
                           (by_gptq ? "their weights are set to 0" : "what rounding their weights costs is not counted"));
    }
    const auto starved = layersWith(layers, [&](const LayerReport& layer) {
        return layer.method.ends_with("gptq") && layer.in_features > tokensOf(layer, calibration_tokens);
    });
    if (!starved.empty()) {
        warnings.push_back(layersNamed(starved) + ": more inputs than the " +
                           std::to_string(tokensOf(*starved.front(), calibration_tokens)) + " calibration tokens" +
                           (model.config.experts.count > 0 ? " that reach it" : "") + "; the Hessian is singular but for its damping");
    }
    addExpertWarnings(warnings, model, layers);
    if (method.scaling != Scaling::None) {
        for (const InputGroup& group : model.groups) {
            if (group.expert > 0) continue;  // what holds for one expert holds for all
            const bool by_norm = group.absorber.kind == Absorber::Kind::Norm;
            const bool by_linear = group.absorber.kind == Absorber::Kind::Linear && method.fold_into_linears;
            if (!by_norm && !by_linear) warnings.push_back(group.title + ": not scaled, as nothing before it can take the scales");
        }
    }
    const auto tiny =
        layersWith(layers, [](const LayerReport& layer) { return layer.grids.n_raised_scales > 0 || layer.grids.n_clamped_zeros > 0; });
    if (!tiny.empty()) {
        Index groups = 0;
        for (const LayerReport* layer : tiny) groups += std::max(layer->grids.n_raised_scales, layer->grids.n_clamped_zeros);
        warnings.push_back(layersNamed(tiny) + ": " + std::to_string(groups) + " groups have weights too small for a scale in " +
                           std::string(name(method.grid.scale_type)) + ", so that their grid does not fit them");
    }
    const auto saturated = layersWith(
        layers, [&](const LayerReport& layer) { return layer.bits > 2 && layer.saturated_fraction > saturationLimit(layer.bits); });
    if (!saturated.empty()) {
        warnings.push_back(layersNamed(saturated) + ": " + percent(saturated.front()->saturated_fraction) +
                           " of codes lie at an end of the grid");
    }
    return warnings;
}

std::vector<std::string> sampleWarnings(const Samples& samples, int asked) {
    if (samples.windows.count() >= asked) return {};
    return {"calibration: the text holds " + std::to_string(samples.windows.count()) + " windows of " +
            std::to_string(samples.windows.seq_len) + " tokens, fewer than the " + std::to_string(asked) + " asked for"};
}

}  // namespace salient
