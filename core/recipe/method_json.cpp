// Methods as JSON. A method may be given by its name alone ({"name": "awq"}); every other key then changes one of its settings.

#include "core/io/json_object.h"
#include "core/recipe/recipe.h"

namespace salient {

namespace {

const std::vector<std::string> kScalings = {"none", "awq", "smoothquant"};
const std::vector<std::string> kRoundings = {"nearest", "gptq"};
const std::vector<std::string> kActivationScales = {"none", "token", "tensor"};
const std::vector<std::string> kFeeds = {"quantized", "original"};
const std::vector<std::string> kGridRules = {"gptq", "awq", "int8"};
const std::vector<std::string> kScaleTypes = {"F32", "F16", "BF16"};
const std::vector<std::string> kClipLayers = {"all", "published"};
const std::vector<std::string> kGroupParameters = {"published", "fresh"};

/// Names follow the order of the enumerators.
template <typename Enum>
void readEnum(JsonObject& object, const char* key, const std::vector<std::string>& names, Enum& target) {
    auto position = static_cast<std::size_t>(target);
    object.readName(key, names, position);
    target = static_cast<Enum>(position);
}

template <typename Enum>
const std::string& nameOf(const std::vector<std::string>& names, Enum value) {
    return names[static_cast<std::size_t>(value)];
}

Json toJson(const GridSpec& grid) {
    return {{"bits", grid.bits},
            {"symmetric", grid.is_symmetric},
            {"group_size", grid.group_size},
            {"per_tensor", grid.per_tensor},
            {"rule", nameOf(kGridRules, grid.rule)},
            {"mse_search", grid.mse_search},
            {"scale_type", name(grid.scale_type)}};
}

void read(const Json& value, const std::string& path, GridSpec& grid) {
    JsonObject object(value, path, "recipe");
    object.read("bits", grid.bits);
    object.read("symmetric", grid.is_symmetric);
    object.read("group_size", grid.group_size);
    object.read("per_tensor", grid.per_tensor);
    readEnum(object, "rule", kGridRules, grid.rule);
    object.read("mse_search", grid.mse_search);
    std::size_t scale_type = 0;
    const std::vector<DType> types = {DType::F32, DType::F16, DType::BF16};
    while (scale_type < types.size() && types[scale_type] != grid.scale_type) ++scale_type;
    object.readName("scale_type", kScaleTypes, scale_type);
    grid.scale_type = types.at(scale_type);
    object.finish();
}

Json toJson(const AwqOptions& awq) {
    Json json = {{"n_grid", awq.n_grid},
                 {"duo", awq.duo},
                 {"fixed_ratio", awq.fixed_ratio},
                 {"search_scale", awq.search_scale},
                 {"search_clip", awq.search_clip},
                 {"n_clip_levels", awq.n_clip_levels},
                 {"clip_layers", nameOf(kClipLayers, awq.clip_layers)},
                 {"joint_loss", awq.joint_loss}};
    if (awq.fixed_clip >= 0.0) json["fixed_clip"] = awq.fixed_clip;
    return json;
}

void read(const Json& value, const std::string& path, AwqOptions& awq) {
    JsonObject object(value, path, "recipe");
    object.read("n_grid", awq.n_grid);
    object.read("duo", awq.duo);
    object.read("fixed_ratio", awq.fixed_ratio);
    object.read("search_scale", awq.search_scale);
    object.read("search_clip", awq.search_clip);
    object.read("fixed_clip", awq.fixed_clip);
    object.read("n_clip_levels", awq.n_clip_levels);
    readEnum(object, "clip_layers", kClipLayers, awq.clip_layers);
    object.read("joint_loss", awq.joint_loss);
    object.finish();
}

Json toJson(const SmoothQuantOptions& smoothquant) {
    return {{"alpha", smoothquant.alpha}, {"search_alpha", smoothquant.search_alpha}, {"activation_only", smoothquant.activation_only}};
}

void read(const Json& value, const std::string& path, SmoothQuantOptions& smoothquant) {
    JsonObject object(value, path, "recipe");
    object.read("alpha", smoothquant.alpha);
    object.read("search_alpha", smoothquant.search_alpha);
    object.read("activation_only", smoothquant.activation_only);
    object.finish();
}

Json toJson(const GptqOptions& gptq) {
    Json json = {{"damping", gptq.damping},
                 {"max_damping_tries", gptq.max_damping_tries},
                 {"block_size", gptq.block_size},
                 {"act_order", gptq.act_order},
                 {"static_groups", gptq.static_groups},
                 {"group_parameters", nameOf(kGroupParameters, gptq.group_parameters)}};
    if (!gptq.column_order.empty()) json["column_order"] = gptq.column_order;
    if (!gptq.keep_columns.empty()) json["keep_columns"] = gptq.keep_columns;
    return json;
}

void read(const Json& value, const std::string& path, GptqOptions& gptq) {
    JsonObject object(value, path, "recipe");
    object.read("damping", gptq.damping);
    object.read("max_damping_tries", gptq.max_damping_tries);
    object.read("block_size", gptq.block_size);
    object.read("act_order", gptq.act_order);
    object.read("static_groups", gptq.static_groups);
    readEnum(object, "group_parameters", kGroupParameters, gptq.group_parameters);
    object.read("column_order", gptq.column_order);
    object.read("keep_columns", gptq.keep_columns);
    object.finish();
}

Json toJson(const LayerOverride& change) {
    Json json = {{"layers", change.layers}};
    if (change.method) json["method"] = *change.method;
    if (change.bits) json["bits"] = *change.bits;
    if (change.group_size) json["group_size"] = *change.group_size;
    if (change.alpha) json["alpha"] = *change.alpha;
    if (change.ratio) json["ratio"] = *change.ratio;
    if (change.clip) json["clip"] = *change.clip;
    return json;
}

template <typename Value>
void readOptional(JsonObject& object, const char* key, std::optional<Value>& target) {
    Value value{};
    if (object.find(key) == nullptr) return;
    object.read(key, value);
    target = value;
}

LayerOverride readOverride(const Json& value, const std::string& path) {
    JsonObject object(value, path, "recipe");
    LayerOverride change;
    object.read("layers", change.layers);
    readOptional(object, "method", change.method);
    readOptional(object, "bits", change.bits);
    readOptional(object, "group_size", change.group_size);
    readOptional(object, "alpha", change.alpha);
    readOptional(object, "ratio", change.ratio);
    readOptional(object, "clip", change.clip);
    object.finish();
    return change;
}

}  // namespace

Json toJson(const MethodSpec& method) {
    Json json = {{"name", methodName(method)},
                 {"scaling", nameOf(kScalings, method.scaling)},
                 {"rounding", nameOf(kRoundings, method.rounding)},
                 {"activations", nameOf(kActivationScales, method.activations)},
                 {"grid", toJson(method.grid)},
                 {"awq", toJson(method.awq)},
                 {"smoothquant", toJson(method.smoothquant)},
                 {"gptq", toJson(method.gptq)},
                 {"true_sequential", method.true_sequential},
                 {"feed", nameOf(kFeeds, method.feed)},
                 {"fold_into_linears", method.fold_into_linears},
                 {"keep", method.keep}};
    for (const LayerOverride& change : method.overrides) json["overrides"].push_back(toJson(change));
    return json;
}

MethodSpec methodFromJson(const Json& document) {
    JsonObject object(document, "method", "recipe");
    MethodSpec method;
    const Json* grid = object.find("grid");
    std::string name;
    object.read("name", name);
    if (!name.empty()) {
        if (grid != nullptr) read(*grid, object.pathOf("grid"), method.grid);
        method = methodFromName(name, method);
    }
    readEnum(object, "scaling", kScalings, method.scaling);
    readEnum(object, "rounding", kRoundings, method.rounding);
    readEnum(object, "activations", kActivationScales, method.activations);
    if (grid != nullptr) read(*grid, object.pathOf("grid"), method.grid);
    if (const Json* awq = object.find("awq")) read(*awq, object.pathOf("awq"), method.awq);
    if (const Json* smoothquant = object.find("smoothquant")) read(*smoothquant, object.pathOf("smoothquant"), method.smoothquant);
    if (const Json* gptq = object.find("gptq")) read(*gptq, object.pathOf("gptq"), method.gptq);
    object.read("true_sequential", method.true_sequential);
    readEnum(object, "feed", kFeeds, method.feed);
    object.read("fold_into_linears", method.fold_into_linears);
    object.read("keep", method.keep);
    if (const Json* overrides = object.find("overrides")) {
        if (!overrides->is_array()) object.refuse("overrides", "a list", *overrides);
        for (std::size_t i = 0; i < overrides->size(); ++i) {
            method.overrides.push_back(readOverride((*overrides)[i], object.pathOf("overrides") + "[" + std::to_string(i) + "]"));
        }
    }
    object.finish();
    method.validate();
    if (!name.empty() && name != methodName(method)) {
        throw Error(ErrorCode::InvalidOption, "recipe: method: name: expected '" + std::string(methodName(method)) +
                                                  "', which the other settings describe, found '" + name + "'");
    }
    return method;
}

}  // namespace salient
