#include "core/recipe/method_flags.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <type_traits>

#include "core/error.h"
#include "core/recipe/number_text.h"
#include "core/recipe/override_text.h"
#include "core/recipe/recipe.h"

namespace salient {

namespace {

/// What a method must have for a flag to mean something.
enum class Needs { Anything, Bits, WeightOnly, Int8, Gptq, Awq, SmoothQuant, Scaling };

std::string_view describe(Needs needs) {
    switch (needs) {
        case Needs::Anything:
            return "any method";
        case Needs::Bits:
            return "a method that has a choice of bits";
        case Needs::WeightOnly:
            return "a method that leaves activations alone";
        case Needs::Int8:
            return "a method with int8 activations (smoothquant, w8a8)";
        case Needs::Gptq:
            return "a gptq method";
        case Needs::Awq:
            return "an awq method";
        case Needs::SmoothQuant:
            return "a smoothquant method";
        case Needs::Scaling:
            return "an awq or smoothquant method";
    }
    return "";
}

bool isAlwaysInt8(std::string_view name) { return name == "smoothquant" || name == "w8a8"; }

bool applies(Needs needs, std::string_view name, int bits) {
    const bool has_gptq = name == "gptq" || name.ends_with("+gptq");
    const bool has_awq = name.starts_with("awq");
    const bool has_smoothquant = name.starts_with("smoothquant");
    const bool is_int8 = isAlwaysInt8(name) || (name == "smoothquant+gptq" && bits == 8);
    switch (needs) {
        case Needs::Anything:
            return true;
        case Needs::Bits:
            return !isAlwaysInt8(name);
        case Needs::WeightOnly:
            return !is_int8;
        case Needs::Int8:
            return is_int8;
        case Needs::Gptq:
            return has_gptq;
        case Needs::Awq:
            return has_awq;
        case Needs::SmoothQuant:
            return has_smoothquant;
        case Needs::Scaling:
            return has_awq || has_smoothquant;
    }
    return false;
}

/// Every flag with its spelling and its condition, in the order of a help page.
template <typename Flags, typename Visit>
void forEachFlag(Flags& flags, const Visit& visit) {
    visit("--bits", flags.bits, Needs::Bits);
    visit("--group-size", flags.group_size, Needs::WeightOnly);
    visit("--symmetric", flags.symmetric, Needs::WeightOnly);
    visit("--mse", flags.mse, Needs::Anything);
    visit("--weight-scale", flags.weight_scale, Needs::Anything);
    visit("--activation-scale", flags.activation_scale, Needs::Int8);
    visit("--act-order", flags.act_order, Needs::Gptq);
    visit("--static-groups", flags.static_groups, Needs::Gptq);
    visit("--damping", flags.damping, Needs::Gptq);
    visit("--damping-tries", flags.damping_tries, Needs::Gptq);
    visit("--block-size", flags.block_size, Needs::Gptq);
    visit("--group-parameters", flags.group_parameters, Needs::Gptq);
    visit("--ratio", flags.ratio, Needs::Awq);
    visit("--ratios", flags.ratios, Needs::Awq);
    visit("--duo", flags.duo, Needs::Awq);
    visit("--no-scale", flags.no_scale, Needs::Awq);
    visit("--no-clip", flags.no_clip, Needs::Awq);
    visit("--clip", flags.clip, Needs::Awq);
    visit("--clip-levels", flags.clip_levels, Needs::Awq);
    visit("--clip-layers", flags.clip_layers, Needs::Awq);
    visit("--separate-loss", flags.separate_loss, Needs::Awq);
    visit("--alpha", flags.alpha, Needs::SmoothQuant);
    visit("--alpha-search", flags.alpha_search, Needs::SmoothQuant);
    visit("--activation-only", flags.activation_only, Needs::SmoothQuant);
    visit("--true-sequential", flags.true_sequential, Needs::Anything);
    visit("--feed", flags.feed, Needs::Anything);
    visit("--norms-only", flags.norms_only, Needs::Scaling);
}

[[noreturn]] void refuse(std::string_view flag, std::string_view expected, std::string_view found) {
    throw Error(ErrorCode::InvalidOption, std::string(flag) + ": expected " + std::string(expected) + ", found " + std::string(found));
}

/// An int8 layer has 8 bits, one scale per row or tensor and no zero point: saying so again is fine, anything else is not.
bool agreesWithInt8(const MethodFlags& flags, std::string_view flag) {
    if (flag == "--bits") return flags.bits == 8;
    if (flag == "--group-size") return flags.group_size == -1;
    if (flag == "--symmetric") return flags.symmetric == true;
    return false;
}

std::size_t position(std::string_view flag, const std::string& value, std::initializer_list<std::string_view> names) {
    const auto found = std::find(names.begin(), names.end(), value);
    if (found == names.end()) {
        std::string list;
        for (const std::string_view name : names) list += (list.empty() ? "" : ", ") + std::string(name);
        refuse(flag, "one of " + list, "'" + value + "'");
    }
    return static_cast<std::size_t>(found - names.begin());
}

void applyWeightScale(const std::string& value, bool is_int8, GridSpec& grid) {
    switch (position("--weight-scale", value, {"group", "row", "tensor"})) {
        case 0:
            if (is_int8) refuse("--weight-scale", "row or tensor with int8 activations", "'group'");
            break;
        case 1:
            grid.group_size = -1;
            break;
        default:
            if (!is_int8) refuse("--weight-scale", "group or row without int8 activations", "'tensor'");
            grid.per_tensor = true;
    }
}

bool hasGroups(const MethodSpec& method) {
    const auto is_grouped = [](const LayerOverride& change) { return change.group_size.value_or(-1) > 0; };
    return method.grid.group_size > 0 || std::ranges::any_of(method.overrides, is_grouped);
}

template <auto Flag>
bool isSaid(const MethodFlags& flags) {
    const auto& value = flags.*Flag;
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::optional<bool>>) {
        return value.value_or(false);
    } else {
        return value.has_value();
    }
}

template <auto Flag>
void forget(MethodFlags& flags) {
    (flags.*Flag).reset();
}

/// A setting that another one leaves without effect.
struct IdleSetting {
    std::string_view flag;
    bool (*is_said)(const MethodFlags& flags);
    void (*forget)(MethodFlags& flags);
    bool (*is_idle)(const MethodSpec& method);
    void (*copy)(const MethodSpec& from, MethodSpec& to);
    std::string_view expected;  ///< what would give it an effect
    std::string_view found;
};

template <auto Flag>
constexpr IdleSetting idleSetting(std::string_view flag, bool (*is_idle)(const MethodSpec&), void (*copy)(const MethodSpec&, MethodSpec&),
                                  std::string_view expected, std::string_view found) {
    return {flag, isSaid<Flag>, forget<Flag>, is_idle, copy, expected, found};
}

/// Every such setting, with the only statement of when it is one.
constexpr std::array kIdleSettings = {
    idleSetting<&MethodFlags::static_groups>(
        "--static-groups", [](const MethodSpec& method) { return !hasGroups(method); },
        [](const MethodSpec& from, MethodSpec& to) { to.gptq.static_groups = from.gptq.static_groups; }, "a group size",
        "one scale per row"),
    idleSetting<&MethodFlags::group_parameters>(
        "--group-parameters", [](const MethodSpec& method) { return hasGroups(method) && method.gptq.static_groups; },
        [](const MethodSpec& from, MethodSpec& to) { to.gptq.group_parameters = from.gptq.group_parameters; }, "groups that are not static",
        "--static-groups"),
    idleSetting<&MethodFlags::ratio>(
        "--ratio", [](const MethodSpec& method) { return !method.awq.search_scale; },
        [](const MethodSpec& from, MethodSpec& to) { to.awq.fixed_ratio = from.awq.fixed_ratio; }, "a search or use of scales",
        "--no-scale"),
    idleSetting<&MethodFlags::ratios>(
        "--ratios", [](const MethodSpec& method) { return !method.awq.search_scale; },
        [](const MethodSpec& from, MethodSpec& to) { to.awq.n_grid = from.awq.n_grid; }, "a search for scales", "--no-scale"),
    idleSetting<&MethodFlags::ratios>(
        "--ratios", [](const MethodSpec& method) { return method.awq.fixed_ratio >= 0.0; },
        [](const MethodSpec& from, MethodSpec& to) { to.awq.n_grid = from.awq.n_grid; }, "a search for scales", "--ratio"),
    idleSetting<&MethodFlags::duo>(
        "--duo", [](const MethodSpec& method) { return !method.awq.search_scale; },
        [](const MethodSpec& from, MethodSpec& to) { to.awq.duo = from.awq.duo; }, "a search or use of scales", "--no-scale"),
    idleSetting<&MethodFlags::separate_loss>(
        "--separate-loss", [](const MethodSpec& method) { return !method.awq.search_scale; },
        [](const MethodSpec& from, MethodSpec& to) { to.awq.joint_loss = from.awq.joint_loss; }, "a search for scales", "--no-scale"),
    idleSetting<&MethodFlags::separate_loss>(
        "--separate-loss", [](const MethodSpec& method) { return method.awq.fixed_ratio >= 0.0; },
        [](const MethodSpec& from, MethodSpec& to) { to.awq.joint_loss = from.awq.joint_loss; }, "a search for scales", "--ratio"),
    idleSetting<&MethodFlags::clip>(
        "--clip", [](const MethodSpec& method) { return !method.awq.search_clip; },
        [](const MethodSpec& from, MethodSpec& to) { to.awq.fixed_clip = from.awq.fixed_clip; }, "a search or use of clips", "--no-clip"),
    idleSetting<&MethodFlags::clip_levels>(
        "--clip-levels", [](const MethodSpec& method) { return method.awq.fixed_clip >= 0.0; },
        [](const MethodSpec& from, MethodSpec& to) { to.awq.n_clip_levels = from.awq.n_clip_levels; }, "a clip search", "--clip"),
    idleSetting<&MethodFlags::clip_levels>(
        "--clip-levels", [](const MethodSpec& method) { return !method.awq.search_clip; },
        [](const MethodSpec& from, MethodSpec& to) { to.awq.n_clip_levels = from.awq.n_clip_levels; }, "a clip search", "--no-clip"),
    idleSetting<&MethodFlags::clip_layers>(
        "--clip-layers", [](const MethodSpec& method) { return !method.awq.search_clip; },
        [](const MethodSpec& from, MethodSpec& to) { to.awq.clip_layers = from.awq.clip_layers; }, "a search or use of clips", "--no-clip"),
    idleSetting<&MethodFlags::alpha>(
        "--alpha", [](const MethodSpec& method) { return method.smoothquant.search_alpha; },
        [](const MethodSpec& from, MethodSpec& to) { to.smoothquant.alpha = from.smoothquant.alpha; }, "no search beside it",
        "--alpha-search")};

/// Flags that others contradict or leave without effect.
void refuseIdleFlags(const MethodFlags& flags, const MethodSpec& method) {
    if (flags.weight_scale == "row" && flags.group_size.value_or(-1) != -1)
        refuse("--weight-scale", "group beside a --group-size", "'row'");
    if (flags.weight_scale == "group" && flags.group_size == -1) refuse("--weight-scale", "row beside --group-size -1", "'group'");
    for (const IdleSetting& setting : kIdleSettings) {
        if (setting.is_said(flags) && setting.is_idle(method)) refuse(setting.flag, setting.expected, setting.found);
    }
}

/// The flags without those that refuseIdleFlags() refuses.
MethodFlags withoutIdle(MethodFlags flags, const MethodSpec& method) {
    for (const IdleSetting& setting : kIdleSettings) {
        if (setting.is_idle(method)) setting.forget(flags);
    }
    return flags;
}

/// Copies the settings without effect, which those flags would say.
void copyIdle(const MethodSpec& from, MethodSpec& to) {
    for (const IdleSetting& setting : kIdleSettings) {
        if (setting.is_idle(from)) setting.copy(from, to);
    }
}

/// The flags without those that this method has no use for.
MethodFlags usedBy(MethodFlags flags, const std::string& name) {
    const int bits = flags.bits.value_or(4);
    forEachFlag(flags, [&](const char*, auto& value, Needs needs) {
        if (!applies(needs, name, bits)) value.reset();
    });
    if (flags.weight_scale == "tensor" && applies(Needs::WeightOnly, name, bits)) flags.weight_scale.reset();
    if (flags.weight_scale == "group" && applies(Needs::Int8, name, bits)) flags.weight_scale.reset();
    flags.method = name;
    return flags;
}

}  // namespace

MethodSpec methodFromFlags(const MethodFlags& flags) {
    const int bits = flags.bits.value_or(4);
    const bool is_int8 = applies(Needs::Int8, flags.method, bits);
    MethodSpec base;
    base.grid.bits = bits;
    base.grid.group_size = flags.group_size.value_or(128);
    base.grid.is_symmetric = flags.symmetric.value_or(!flags.method.starts_with("awq"));
    base.grid.mse_search = flags.mse.value_or(false);
    MethodSpec method = methodFromName(flags.method, base);
    forEachFlag(flags, [&](std::string_view flag, const auto& value, Needs needs) {
        if (value && !applies(needs, flags.method, bits) && !agreesWithInt8(flags, flag)) {
            refuse(flag, describe(needs), "'" + flags.method + "'" + (is_int8 ? ", which is W8A8" : ""));
        }
    });
    if (is_int8 && flags.method == "smoothquant+gptq") {
        if (flags.group_size && flags.group_size != -1)
            refuse("--group-size", "-1 with 8 bits, which mean W8A8", shortest(*flags.group_size));
        if (flags.symmetric == false) refuse("--asymmetric", "symmetric weights with 8 bits, which mean W8A8", "asymmetric");
    }
    if (flags.weight_scale) applyWeightScale(*flags.weight_scale, is_int8, method.grid);
    if (flags.activation_scale) {
        method.activations = position("--activation-scale", *flags.activation_scale, {"token", "tensor"}) == 0 ? ActivationScale::PerToken
                                                                                                               : ActivationScale::PerTensor;
    }
    method.gptq.act_order = flags.act_order.value_or(method.gptq.act_order);
    method.gptq.static_groups = flags.static_groups.value_or(method.gptq.static_groups);
    method.gptq.damping = flags.damping.value_or(method.gptq.damping);
    method.gptq.max_damping_tries = flags.damping_tries.value_or(method.gptq.max_damping_tries);
    method.gptq.block_size = flags.block_size.value_or(method.gptq.block_size);
    if (flags.group_parameters) {
        method.gptq.group_parameters = position("--group-parameters", *flags.group_parameters, {"published", "fresh"}) == 0
                                           ? GptqOptions::GroupParameters::Published
                                           : GptqOptions::GroupParameters::Fresh;
    }
    if (flags.ratio && *flags.ratio < 0.0) refuse("--ratio", "a number from 0 to 1", shortest(*flags.ratio));
    method.awq.fixed_ratio = flags.ratio.value_or(method.awq.fixed_ratio);
    method.awq.n_grid = flags.ratios.value_or(method.awq.n_grid);
    method.awq.duo = flags.duo.value_or(method.awq.duo);
    method.awq.search_scale = !flags.no_scale.value_or(!method.awq.search_scale);
    method.awq.search_clip = !flags.no_clip.value_or(!method.awq.search_clip);
    if (flags.clip && *flags.clip < 0.0) refuse("--clip", "a number from 0.05 to 1", shortest(*flags.clip));
    method.awq.fixed_clip = flags.clip.value_or(method.awq.fixed_clip);
    method.awq.n_clip_levels = flags.clip_levels.value_or(method.awq.n_clip_levels);
    if (flags.clip_layers) {
        method.awq.clip_layers = position("--clip-layers", *flags.clip_layers, {"all", "published"}) == 0
                                     ? AwqOptions::ClipLayers::All
                                     : AwqOptions::ClipLayers::Published;
    }
    method.awq.joint_loss = !flags.separate_loss.value_or(!method.awq.joint_loss);
    method.smoothquant.alpha = flags.alpha.value_or(method.smoothquant.alpha);
    method.smoothquant.search_alpha = flags.alpha_search.value_or(method.smoothquant.search_alpha);
    method.smoothquant.activation_only = flags.activation_only.value_or(method.smoothquant.activation_only);
    method.true_sequential = flags.true_sequential.value_or(method.true_sequential);
    if (flags.feed) {
        method.feed =
            position("--feed", *flags.feed, {"original", "quantized"}) == 0 ? MethodSpec::Feed::Original : MethodSpec::Feed::Quantized;
    }
    method.fold_into_linears = !flags.norms_only.value_or(!method.fold_into_linears);
    method.keep = flags.keep;
    for (const std::string& text : flags.overrides) method.overrides.push_back(overrideFromText(text));
    refuseIdleFlags(flags, method);
    method.validate();
    return method;
}

std::vector<MethodSpec> comparedMethods(const std::vector<std::string>& names, const MethodFlags& flags) {
    MethodFlags common = flags;
    if (!common.symmetric) common.symmetric = false;
    std::vector<MethodSpec> methods;
    methods.reserve(names.size());
    for (const std::string& name : names) methods.push_back(methodFromFlags(usedBy(common, name)));
    forEachFlag(flags, [&](std::string_view flag, const auto& value, Needs needs) {
        const bool used =
            std::any_of(names.begin(), names.end(), [&](const std::string& name) { return applies(needs, name, flags.bits.value_or(4)); });
        // Bits, group size and symmetry may be said although every method is W8A8: the row says what was run.
        if (value && !used && needs != Needs::WeightOnly && needs != Needs::Bits)
            refuse(flag, std::string(describe(needs)) + " among --methods", "none");
    });
    return methods;
}

std::optional<MethodFlags> flagsFromMethod(const MethodSpec& method) {
    const auto unless = [](auto value, auto default_value) { return value == default_value ? std::nullopt : std::optional(value); };
    MethodFlags flags;
    flags.method = methodName(method);
    const bool is_int8 = method.activations != ActivationScale::None;
    if (!isAlwaysInt8(flags.method)) {
        flags.bits = method.grid.bits;
        if (!is_int8) {
            flags.group_size = method.grid.group_size;
            flags.symmetric = unless(method.grid.is_symmetric, !flags.method.starts_with("awq"));
        }
    }
    flags.mse = unless(method.grid.mse_search, false);
    if (is_int8) {
        if (method.grid.per_tensor) flags.weight_scale = "tensor";
        if (method.activations == ActivationScale::PerTensor) flags.activation_scale = "tensor";
    }
    const GptqOptions gptq;
    flags.act_order = unless(method.gptq.act_order, gptq.act_order);
    flags.static_groups = unless(method.gptq.static_groups, gptq.static_groups);
    flags.damping = unless(method.gptq.damping, gptq.damping);
    flags.damping_tries = unless(method.gptq.max_damping_tries, gptq.max_damping_tries);
    flags.block_size = unless(method.gptq.block_size, gptq.block_size);
    if (method.gptq.group_parameters == GptqOptions::GroupParameters::Fresh) flags.group_parameters = "fresh";
    if (method.awq.fixed_ratio >= 0.0) flags.ratio = method.awq.fixed_ratio;
    const AwqOptions awq;
    flags.ratios = unless(method.awq.n_grid, awq.n_grid);
    flags.duo = unless(method.awq.duo, false);
    flags.no_scale = unless(!method.awq.search_scale, false);
    flags.no_clip = unless(!method.awq.search_clip, false);
    if (method.awq.fixed_clip >= 0.0) flags.clip = method.awq.fixed_clip;
    flags.clip_levels = unless(method.awq.n_clip_levels, awq.n_clip_levels);
    if (method.awq.clip_layers == AwqOptions::ClipLayers::Published) flags.clip_layers = "published";
    flags.separate_loss = unless(!method.awq.joint_loss, false);
    const SmoothQuantOptions smoothquant;
    flags.alpha = unless(method.smoothquant.alpha, smoothquant.alpha);
    flags.alpha_search = unless(method.smoothquant.search_alpha, false);
    flags.activation_only = unless(method.smoothquant.activation_only, false);
    flags.true_sequential = unless(method.true_sequential, false);
    if (method.feed == MethodSpec::Feed::Quantized) flags.feed = "quantized";
    flags.norms_only = unless(!method.fold_into_linears, false);
    flags.keep = method.keep;
    for (const LayerOverride& change : method.overrides) flags.overrides.push_back(toText(change));
    // Settings of parts that the method does not use need no flag.
    flags = usedBy(withoutIdle(flags, method), flags.method);

    // The type that scales are stored in follows from the export format, not from a flag.
    MethodSpec meant;
    try {
        meant = methodFromFlags(flags);
    } catch (const Error&) {
        return std::nullopt;
    }
    meant.grid.scale_type = method.grid.scale_type;
    copyIdle(method, meant);
    // What the method does not use may be anything, unless an override brings in another method, which may.
    const bool is_only_method = std::none_of(method.overrides.begin(), method.overrides.end(), [](const auto& o) { return o.method; });
    if (is_only_method) {
        if (method.rounding == Rounding::Nearest) meant.gptq = method.gptq;
        if (method.scaling != Scaling::Awq) meant.awq = method.awq;
        if (method.scaling != Scaling::SmoothQuant) meant.smoothquant = method.smoothquant;
        if (method.scaling == Scaling::None) meant.fold_into_linears = method.fold_into_linears;
    }
    if (toJson(meant) != toJson(method)) return std::nullopt;
    return flags;
}

std::vector<std::string> arguments(const MethodFlags& flags, bool with_method) {
    std::vector<std::string> words;
    if (with_method) words = {"--method", flags.method};
    forEachFlag(flags, [&](std::string_view flag, const auto& value, Needs) {
        if (!value) return;
        using Value = std::decay_t<decltype(*value)>;
        if constexpr (std::is_same_v<Value, bool>) {
            if (flag == "--symmetric") {
                words.emplace_back(*value ? "--symmetric" : "--asymmetric");
            } else if (*value) {
                words.emplace_back(flag);
            }
        } else {
            words.emplace_back(flag);
            if constexpr (std::is_same_v<Value, std::string>) {
                words.push_back(*value);
            } else {
                words.push_back(shortest(*value));
            }
        }
    });
    for (const std::string& pattern : flags.keep) {
        words.emplace_back("--keep");
        words.push_back(pattern);
    }
    for (const std::string& text : flags.overrides) {
        words.emplace_back("--override");
        words.push_back(text);
    }
    return words;
}

}  // namespace salient
