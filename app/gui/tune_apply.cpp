#include "app/gui/tune_apply.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include "app/gui/layer_methods.h"
#include "core/error.h"
#include "core/io/name_pattern.h"
#include "core/quant/quantize_block.h"
#include "widgets/method_text.h"

namespace salient {

namespace {

constexpr const char* kSubject = "method: override";

bool isNumber(const std::string& text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<std::string> partsOf(const std::string& name) {
    std::vector<std::string> parts;
    std::istringstream stream(name);
    for (std::string part; std::getline(stream, part, '.');) parts.push_back(part);
    return parts;
}

std::string joined(std::span<const std::string> texts, const std::string& between) {
    std::string all;
    for (std::size_t i = 0; i < texts.size(); ++i) all += (i == 0 ? "" : between) + texts[i];
    return all;
}

/// Names that differ in their numbers alone.
using Shape = std::vector<std::string>;  // parts of the name, empty where a number stands
/// Which numbers stand in each part.
using Numbers = std::vector<std::set<std::string>>;

std::map<Shape, Numbers> shapesOf(std::span<const LinearInfo* const> layers) {
    std::map<Shape, Numbers> shapes;
    for (const LinearInfo* layer : layers) {
        const std::vector<std::string> parts = partsOf(layer->name);
        Shape shape = parts;
        for (std::string& part : shape) {
            if (isNumber(part)) part.clear();
        }
        Numbers& numbers = shapes[shape];
        numbers.resize(parts.size());
        for (std::size_t i = 0; i < parts.size(); ++i) {
            if (shape[i].empty()) numbers[i].insert(parts[i]);
        }
    }
    return shapes;
}

std::string numberPattern(const std::set<std::string>& wanted, const std::set<std::string>& all) {
    if (wanted.size() == 1) return *wanted.begin();
    if (wanted == all) return R"(\d+)";
    const std::vector<std::string> listed(wanted.begin(), wanted.end());
    return "(?:" + joined(listed, "|") + ")";
}

/// "^prefix\.(?:a|b)$" of patterns that are cut into parts.
std::string combined(const std::vector<std::vector<std::string>>& patterns) {
    const std::string dot = R"(\.)";
    std::size_t n_common = patterns.front().size() - 1;
    for (const std::vector<std::string>& pattern : patterns) {
        const auto differs = std::ranges::mismatch(pattern, patterns.front()).in1;
        n_common = std::min({n_common, static_cast<std::size_t>(differs - pattern.begin()), pattern.size() - 1});
    }
    std::vector<std::string> rests;
    rests.reserve(patterns.size());
    for (const std::vector<std::string>& pattern : patterns) rests.push_back(joined(std::span(pattern).subspan(n_common), dot));
    const std::string prefix = joined(std::span(patterns.front()).first(n_common), dot);
    const std::string rest = rests.size() == 1 ? rests.front() : "(?:" + joined(rests, "|") + ")";
    return "^" + prefix + (prefix.empty() ? "" : dot) + rest + "$";
}

std::vector<const LinearInfo*> roundableLayers(const Model& model) {
    std::vector<const LinearInfo*> layers;
    for (const LinearInfo& linear : model.linears) {
        if (!isRouter(linear.role)) layers.push_back(&linear);
    }
    return layers;
}

bool meansExactly(const std::string& expression, std::span<const LinearInfo* const> layers, std::span<const LinearInfo* const> all) {
    const NamePattern pattern(expression, kSubject);
    return std::ranges::all_of(all, [&](const LinearInfo* linear) {
        return pattern.occursIn(linear->name) == (std::ranges::find(layers, linear) != layers.end());
    });
}

/// Which of the overrides counts for a layer; their number: none.
std::size_t overrideOf(const std::vector<LayerOverride>& overrides, const std::string& layer) {
    const auto matches = [&](const LayerOverride& change) { return NamePattern(change.layers, kSubject).occursIn(layer); };
    return static_cast<std::size_t>(std::ranges::find_if(overrides, matches) - overrides.begin());
}

RecipeRun newRun(const Recipe& recipe, const LinearInfo& layer, bool is_awq) {
    std::vector<std::string> taken;
    for (const RecipeRun& known : recipe.runs) taken.push_back(known.name);
    MethodSpec base;
    base.grid = stepperMethod(recipe, layer.name).grid;
    RecipeRun run;
    run.method = methodFromName(is_awq ? "awq" : "smoothquant", base);
    run.name = suggestedRunName(run.method, taken);
    return run;
}

std::optional<double>& valueOf(LayerOverride& change, TunedSetting setting) {
    switch (setting) {
        case TunedSetting::SmoothAlpha:
            return change.alpha;
        case TunedSetting::AwqClip:
            return change.clip;
        case TunedSetting::AwqRatio:
            break;
    }
    return change.ratio;
}

}  // namespace

std::vector<const LinearInfo*> layersOfReach(const Model& model, const LinearInfo& layer, TuneReach reach) {
    std::vector<const LinearInfo*> layers = roundableLayers(model);
    std::erase_if(layers, [&](const LinearInfo* linear) {
        const bool is_like_it = scaleGroup(model, linear->group) == scaleGroup(model, layer.group);
        return !is_like_it || (reach == TuneReach::OneInput && linear->block != layer.block);
    });
    return layers;
}

std::string expressionOf(const Model& model, std::span<const LinearInfo* const> layers) {
    if (layers.empty()) throw Error(ErrorCode::InvalidOption, "method: override: expected a layer, found none");
    const std::vector<const LinearInfo*> all = roundableLayers(model);
    const std::map<Shape, Numbers> everywhere = shapesOf(all);
    std::vector<std::vector<std::string>> patterns;
    for (const auto& [shape, numbers] : shapesOf(layers)) {
        std::vector<std::string>& pattern = patterns.emplace_back();
        for (std::size_t i = 0; i < shape.size(); ++i)
            pattern.push_back(numbers[i].empty() ? NamePattern::escaped(shape[i]) : numberPattern(numbers[i], everywhere.at(shape)[i]));
    }
    std::string expression = combined(patterns);
    constexpr std::size_t kLongest = 1000;  // bytes that a recipe's expression may have
    if (expression.size() <= kLongest && meansExactly(expression, layers, all)) return expression;
    std::vector<std::string> names;
    for (const LinearInfo* layer : layers) names.push_back(NamePattern::escaped(layer->name));
    expression = "^(?:" + joined(names, "|") + ")$";
    static_cast<void>(NamePattern(expression, kSubject));
    return expression;
}

TunedRecipe applyTuned(const Model& model, const Recipe& recipe, const LinearInfo& layer, TunedSetting setting, double value,
                       TuneReach reach) {
    const bool is_awq = setting != TunedSetting::SmoothAlpha;
    TunedRecipe tuned;
    tuned.recipe = recipe;
    std::vector<RecipeRun>& runs = tuned.recipe.runs;
    auto run = std::ranges::find_if(runs, [&](const RecipeRun& candidate) {
        if (keepsLayer(candidate.method, layer.name)) return false;
        const MethodSpec own = methodFor(candidate.method, layer.name);
        return is_awq ? own.scaling == Scaling::Awq && own.activations == ActivationScale::None : own.scaling == Scaling::SmoothQuant;
    });
    tuned.is_new_run = run == runs.end();
    if (tuned.is_new_run) {
        runs.push_back(newRun(recipe, layer, is_awq));
        run = std::prev(runs.end());
    }
    tuned.run = run->name;

    std::vector<LayerOverride>& overrides = run->method.overrides;
    std::map<std::size_t, std::vector<const LinearInfo*>> parts;  // by the override that counts for them so far
    for (const LinearInfo* linear : layersOfReach(model, layer, reach)) {
        parts[overrideOf(overrides, linear->name)].push_back(linear);
        ++tuned.n_layers;
    }
    std::vector<LayerOverride> changes;
    for (const auto& [known, layers] : parts) {
        LayerOverride change = known < overrides.size() ? overrides[known] : LayerOverride{};
        change.layers = expressionOf(model, layers);
        valueOf(change, setting) = value;
        changes.push_back(std::move(change));
    }
    // Before the others: the first whose expression matches counts.
    std::erase_if(overrides, [&](const LayerOverride& known) {
        return std::ranges::find(changes, known.layers, &LayerOverride::layers) != changes.end();
    });
    overrides.insert(overrides.begin(), changes.begin(), changes.end());
    checkMethod(model, run->method);
    return tuned;
}

ScaleTarget scaleTarget(const Model& model, const Recipe& recipe, const LinearInfo& layer) {
    const Absorber& absorber = model.groups[static_cast<std::size_t>(scaleGroup(model, layer.group))].absorber;
    ScaleTarget target;
    target.kind = absorber.kind;
    if (absorber.kind == Absorber::Kind::None) return target;
    target.name = QString::fromStdString(absorberName(absorber, layer.block));
    if (absorber.kind == Absorber::Kind::Norm) return target;
    const std::optional<MethodSpec> awq = awqMethod(recipe, layer.name);
    const std::optional<MethodSpec> smooth = int8Method(recipe, layer.name);
    target.takes_awq = !awq || awq->fold_into_linears;
    target.takes_smooth = !smooth || smooth->fold_into_linears;
    return target;
}

}  // namespace salient
