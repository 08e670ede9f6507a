#include "core/model/gguf/open.h"

#include <set>

#include "core/error.h"

#include "core/model/gguf/config.h"
#include "core/model/gguf/forms.h"
#include "core/model/gguf/row_order.h"
#include "core/model/tensor_plan.h"
#include "core/tokenizer/gguf_tokenizer.h"

namespace salient::gguf {
namespace {

std::string text(const std::vector<std::int64_t>& shape) {
    std::string result = "[";
    for (const std::int64_t extent : shape) result += (result.size() > 1 ? ", " : "") + std::to_string(extent);
    return result + "]";
}

/// A stored tensor as the family has it. shape: the family's.
TensorView familyView(const GgufFile& file, const TensorView& stored, const PlannedTensor& planned, const Module& module,
                      const ModelConfig& config, const Architecture& architecture) {
    const bool is_weight = planned.name.ends_with(".weight");
    std::vector<std::int64_t> expected = planned.shape;
    const bool is_transposed = planned.is_linear_weight && config.family->weights_transposed;
    if (is_transposed) std::swap(expected[0], expected[1]);
    if (stored.shape != expected) {
        throw Error(ErrorCode::ShapeMismatch, "openModel: " + file.path().string() + ": tensor '" + stored.name + "': expected shape " +
                                                  text(expected) + " by the file's keys, found " + text(stored.shape));
    }
    TensorView view = stored;
    if (module.kind == Module::Kind::Linear) {
        if (const auto rows = storedRows(config, architecture, module.role)) view = rearranged(view, *rows);
        if (is_transposed) view = transposed(view);
    }
    const auto offset = static_cast<float>(config.family->norm.gain_offset);
    if (module.kind == Module::Kind::Norm && is_weight && offset != 0.0F) view = lessened(view, offset);  // stored as it multiplies
    view.name = planned.name;
    return view;
}

/// Tensors that describe the rotary embedding; configOf() has read them.
bool isRopeTable(const std::string& name) {
    return name == "rope_freqs.weight" || name == "rope_factors_long.weight" || name == "rope_factors_short.weight";
}

}  // namespace

std::map<std::string, TensorView> familyTensors(const GgufFile& file, const Architecture& architecture, const ModelConfig& config,
                                                const std::string& name_prefix) {
    const std::map<std::string, Module> modules = modulesOf(config, name_prefix);
    std::map<std::string, TensorView> tensors;
    std::set<std::string> used;
    for (const PlannedTensor& planned : plannedTensors(config, name_prefix)) {
        const std::size_t dot = planned.name.rfind('.');
        const Module& module = modules.at(planned.name.substr(0, dot));
        const std::string name = module.name + planned.name.substr(dot);
        const auto found = file.tensors().find(name);
        if (found == file.tensors().end())
            file.fail("expected a tensor '" + name + "' " + text(planned.shape) + " of a " + std::string(architecture.name) +
                      " model, found none");
        tensors.emplace(planned.name, familyView(file, found->second, planned, module, config, architecture));
        used.insert(name);
    }
    for (const auto& [name, view] : file.tensors()) {
        // What has no place would be left out of the computation.
        if (!used.contains(name) && !isRopeTable(name))
            file.failUnsupported("tensor '" + name + "': expected only tensors that a " + std::string(architecture.name) +
                                 " model of this configuration has, found one more");
    }
    return tensors;
}

std::shared_ptr<Model> open(const std::filesystem::path& path) {
    const GgufFile file = GgufFile::open(path);
    const std::string name = file.text("general.architecture").value_or("");
    const Architecture* const architecture = findArchitecture(name);
    if (architecture == nullptr)
        file.failUnsupported("general.architecture: expected one of " + architectureNames() + ", found '" + name + "'");
    auto model = std::make_shared<Model>();
    model->directory = path;
    model->config = ModelConfig::parse(configOf(file, *architecture), path.string());
    model->name_prefix = model->config.family->prefixes.front();
    model->checkpoint =
        std::make_shared<const Checkpoint>(Checkpoint::of(path, familyTensors(file, *architecture, model->config, model->name_prefix)));
    GgufTokenizer tokenizer = readGgufTokenizer(file);
    model->tokenizer = std::move(tokenizer.tokenizer);
    model->companion_files = std::move(tokenizer.files);
    model->tokenizer_obstacle = std::move(tokenizer.obstacle);
    return model;
}

}  // namespace salient::gguf
