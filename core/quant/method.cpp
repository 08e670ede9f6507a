#include "core/quant/method.h"

#include <algorithm>

#include "core/error.h"
#include "core/io/name_pattern.h"

namespace salient {
namespace {

[[noreturn]] void refuse(const std::string& option, const std::string& expected, const std::string& found) {
    throw Error(ErrorCode::InvalidOption, "method: " + option + ": expected " + expected + ", found " + found);
}

std::string joinedNames() {
    std::string joined;
    for (const std::string& name : methodNames()) joined += (joined.empty() ? "" : ", ") + name;
    return joined;
}

// Weights per row on [-127, 127]: the only grid whose codes an int8 product takes as they are.
GridSpec int8Grid(const GridSpec& base) {
    GridSpec grid = base;
    grid.bits = 8;
    grid.is_symmetric = true;
    grid.group_size = -1;
    grid.rule = GridRule::Int8;
    return grid;
}

ActivationScale int8Activations(const MethodSpec& base) {
    return base.activations == ActivationScale::None ? ActivationScale::PerToken : base.activations;
}

}  // namespace

void MethodSpec::validate() const {
    grid.validate();
    awq.validate();
    smoothquant.validate();
    gptq.validate();
    if (activations != ActivationScale::None) {
        if (!grid.is_symmetric) refuse("int8 activations", "symmetric weights", "asymmetric");
        if (grid.group_size != -1)
            refuse("int8 activations", "one weight scale per row (group size -1)", "group size " + std::to_string(grid.group_size));
    }
    for (const std::string& pattern : keep) static_cast<void>(NamePattern(pattern, "method: keep"));
    for (const LayerOverride& change : overrides) {
        change.validate();
        const MethodSpec changed = overridden(*this, change);
        const std::string subject = "override of \"" + change.layers + "\"";
        if (changed.activations != activations)
            refuse(subject, "a method of the same activations as " + std::string(methodName(*this)), std::string(methodName(changed)));
        if (change.alpha && changed.scaling != Scaling::SmoothQuant)
            refuse(subject + ": alpha", "a smoothquant method", std::string(methodName(changed)));
        if (change.ratio && (changed.scaling != Scaling::Awq || !changed.awq.search_scale))
            refuse(subject + ": ratio", "an awq method that scales", std::string(methodName(changed)));
        if (change.clip && changed.scaling != Scaling::Awq) refuse(subject + ": clip", "an awq method", std::string(methodName(changed)));
        try {
            changed.validate();
        } catch (const Error& error) {
            throw Error(error.code(), "method: " + subject + ": " + error.what());
        }
    }
}

void LayerOverride::validate() const {
    static_cast<void>(NamePattern(layers, "method: override"));
    if (!method && !bits && !group_size && !alpha && !ratio && !clip)
        refuse("override of \"" + layers + "\"", "a method, bits, a group size, alpha, ratio or clip", "nothing");
    if (ratio && *ratio < 0.0) refuse("override of \"" + layers + "\": ratio", "0 to 1", std::to_string(*ratio));
    if (clip && *clip < 0.0) refuse("override of \"" + layers + "\": clip", "0.05 to 1", std::to_string(*clip));
}

MethodSpec overridden(const MethodSpec& method, const LayerOverride& change) {
    MethodSpec changed = method;
    changed.overrides.clear();
    if (change.bits) changed.grid.bits = *change.bits;
    if (change.group_size) changed.grid.group_size = *change.group_size;
    if (change.alpha) {
        changed.smoothquant.alpha = *change.alpha;
        changed.smoothquant.search_alpha = false;
    }
    if (change.ratio) changed.awq.fixed_ratio = *change.ratio;
    if (change.clip) {
        changed.awq.fixed_clip = *change.clip;
        changed.awq.search_clip = true;
        changed.awq.clip_layers = AwqOptions::ClipLayers::All;
    }
    // A name means a rule of rounding, too, which stays where the name does.
    return change.method ? methodFromName(*change.method, changed) : changed;
}

MethodSpec methodFor(const MethodSpec& method, const std::string& layer) {
    for (const LayerOverride& change : method.overrides) {
        if (NamePattern(change.layers, "method: override").occursIn(layer)) return overridden(method, change);
    }
    MethodSpec same = method;
    same.overrides.clear();
    return same;
}

const std::vector<std::string>& methodNames() {
    static const std::vector<std::string> names{"rtn", "gptq", "awq", "smoothquant", "awq+gptq", "smoothquant+gptq", "w8a8"};
    return names;
}

std::string_view methodName(const MethodSpec& spec) noexcept {
    const bool gptq = spec.rounding == Rounding::Gptq;
    switch (spec.scaling) {
        case Scaling::Awq:
            return gptq ? "awq+gptq" : "awq";
        case Scaling::SmoothQuant:
            return gptq ? "smoothquant+gptq" : "smoothquant";
        case Scaling::None:
            break;
    }
    if (gptq) return "gptq";
    return spec.activations == ActivationScale::None ? "rtn" : "w8a8";
}

MethodSpec methodFromName(std::string_view name, const MethodSpec& base) {
    if (std::find(methodNames().begin(), methodNames().end(), name) == methodNames().end())
        refuse("name", "one of " + joinedNames(), "\"" + std::string(name) + "\"");
    MethodSpec spec = base;
    const auto starts = [&](std::string_view prefix) { return name.substr(0, prefix.size()) == prefix; };
    spec.scaling = starts("awq") ? Scaling::Awq : starts("smoothquant") ? Scaling::SmoothQuant : Scaling::None;
    spec.rounding = name == "gptq" || name.ends_with("+gptq") ? Rounding::Gptq : Rounding::Nearest;
    spec.activations = ActivationScale::None;
    if (name == "smoothquant" || name == "w8a8" || (name == "smoothquant+gptq" && base.grid.bits == 8)) {
        spec.grid = int8Grid(base.grid);
        spec.activations = int8Activations(base);
        return spec;
    }
    spec.grid.per_tensor = false;
    spec.grid.rule = name == "awq" && !spec.grid.is_symmetric ? GridRule::Awq : GridRule::Gptq;
    return spec;
}

}  // namespace salient
