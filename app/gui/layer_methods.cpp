#include "app/gui/layer_methods.h"

#include <algorithm>
#include <vector>

#include "core/io/name_pattern.h"

namespace salient {

namespace {

/// What the runs that round the layer do to it, in their order.
std::vector<MethodSpec> methodsOf(const Recipe& recipe, const std::string& layer) {
    std::vector<MethodSpec> methods;
    for (const RecipeRun& run : recipe.runs) {
        if (!keepsLayer(run.method, layer)) methods.push_back(methodFor(run.method, layer));
    }
    return methods;
}

template <typename Condition>
std::optional<MethodSpec> firstOf(const std::vector<MethodSpec>& methods, Condition condition) {
    const auto found = std::ranges::find_if(methods, condition);
    return found == methods.end() ? std::nullopt : std::optional(*found);
}

}  // namespace

bool keepsLayer(const MethodSpec& method, const std::string& layer) {
    return std::ranges::any_of(method.keep,
                               [&](const std::string& expression) { return NamePattern(expression, "method: keep").occursIn(layer); });
}

MethodSpec stepperMethod(const Recipe& recipe, const std::string& layer) {
    const std::vector<MethodSpec> methods = methodsOf(recipe, layer);
    const auto is_gptq = [](const MethodSpec& method) { return method.rounding == Rounding::Gptq; };
    const auto is_gptq_alone = [&](const MethodSpec& method) { return is_gptq(method) && method.scaling == Scaling::None; };
    if (auto method = firstOf(methods, is_gptq_alone)) return *std::move(method);
    if (auto method = firstOf(methods, is_gptq)) return *std::move(method);
    MethodSpec base;
    const auto has_weights_alone = [](const MethodSpec& method) { return method.activations == ActivationScale::None; };
    if (const auto method = firstOf(methods, has_weights_alone)) base.grid = method->grid;
    base.grid.rule = GridRule::Gptq;
    return methodFromName("gptq", base);
}

std::optional<MethodSpec> awqMethod(const Recipe& recipe, const std::string& layer) {
    return firstOf(methodsOf(recipe, layer),
                   [](const MethodSpec& method) { return method.scaling == Scaling::Awq && method.activations == ActivationScale::None; });
}

GridSpec tunedGrid(const Recipe& recipe, const std::string& layer) {
    if (const auto method = awqMethod(recipe, layer)) return method->grid;
    MethodSpec base;
    base.grid = stepperMethod(recipe, layer).grid;
    return methodFromName("awq", base).grid;
}

std::optional<MethodSpec> int8Method(const Recipe& recipe, const std::string& layer) {
    const std::vector<MethodSpec> methods = methodsOf(recipe, layer);
    const auto is_int8 = [](const MethodSpec& method) { return method.activations != ActivationScale::None; };
    const auto is_smooth = [&](const MethodSpec& method) { return is_int8(method) && method.scaling == Scaling::SmoothQuant; };
    if (auto method = firstOf(methods, is_smooth)) return method;
    return firstOf(methods, is_int8);
}

}  // namespace salient
