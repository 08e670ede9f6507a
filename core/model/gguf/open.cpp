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

/// A tensor of the family where the file has it.
struct StoredTensor {
    std::string name;  ///< the file's
    TensorView view;   ///< of the family's extents, as the file stores them
};

/// Looks tensors of a model up in a file.
class TensorFinder {
public:
    TensorFinder(const GgufFile& file, const Architecture& architecture, const ModelConfig& config)
        : file_(file), architecture_(architecture), config_(config) {}

    /// Throws Error{Format} for a tensor that is missing, Error{ShapeMismatch} for one of other extents.
    [[nodiscard]] StoredTensor find(const PlannedTensor& planned, const Module& module) const {
        const std::string part = planned.name.substr(planned.name.rfind('.'));
        const std::string name = module.name + part;
        std::vector<std::int64_t> expected = planned.shape;
        if (planned.is_linear_weight && config_.family->weights_transposed) std::swap(expected[0], expected[1]);
        if (module.n_slices > 0) return findSlice(name, module, part, std::move(expected));
        const TensorView* const found = tensor(name);
        if (found == nullptr) failMissing(name, expected);
        TensorView view = *found;
        // A matrix of one row, which ggml keeps as a vector.
        const bool is_row = expected.size() == 2 && expected.front() == 1 && view.shape.size() == 1;
        if (is_row) view.shape.insert(view.shape.begin(), 1);
        requireShape(view, expected);
        return {name, std::move(view)};
    }

private:
    [[nodiscard]] const TensorView* tensor(const std::string& name) const {
        const auto found = file_.tensors().find(name);
        return found == file_.tensors().end() ? nullptr : &found->second;
    }

    /// One tensor holds this module of all experts or heads; in older files each expert has its own.
    [[nodiscard]] StoredTensor findSlice(const std::string& merged, const Module& module, const std::string& part,
                                         std::vector<std::int64_t> expected) const {
        const TensorView* const found = tensor(merged);
        const std::string own = module.former_name + part;
        if (const TensorView* const alone = module.former_name.empty() ? nullptr : tensor(own); alone != nullptr && found == nullptr) {
            requireShape(*alone, expected);
            return {own, *alone};
        }
        expected.insert(expected.begin(), module.n_slices);
        if (found == nullptr) failMissing(merged, expected);
        requireShape(*found, expected);
        return {merged, sliced(*found, module.slice)};
    }

    [[noreturn]] void failMissing(const std::string& name, const std::vector<std::int64_t>& expected) const {
        file_.fail("expected a tensor '" + name + "' " + text(expected) + " of a " + std::string(architecture_.name) +
                   " model, found none");
    }

    void requireShape(const TensorView& stored, const std::vector<std::int64_t>& expected) const {
        if (stored.shape == expected) return;
        throw Error(ErrorCode::ShapeMismatch, "openModel: " + file_.path().string() + ": tensor '" + stored.name + "': expected shape " +
                                                  text(expected) + " by the file's keys, found " + text(stored.shape));
    }

    const GgufFile& file_;
    const Architecture& architecture_;
    const ModelConfig& config_;
};

/// A stored tensor as the family has it.
TensorView familyView(TensorView view, const PlannedTensor& planned, const Module& module, const ModelConfig& config,
                      const Architecture& architecture) {
    const bool is_weight = planned.name.ends_with(".weight");
    if (module.kind == Module::Kind::Linear) {
        if (const auto rows = storedRows(config, architecture, module.role)) view = rearranged(view, *rows);
        if (planned.is_linear_weight && config.family->weights_transposed) view = transposed(view);
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
    const TensorFinder finder(file, architecture, config);
    std::map<std::string, TensorView> tensors;
    std::set<std::string> used;
    for (const PlannedTensor& planned : plannedTensors(config, name_prefix)) {
        const Module& module = modules.at(planned.name.substr(0, planned.name.rfind('.')));
        StoredTensor stored = finder.find(planned, module);
        tensors.emplace(planned.name, familyView(std::move(stored.view), planned, module, config, architecture));
        used.insert(std::move(stored.name));
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
    const Architecture* const architecture = architectureOf(file);
    if (architecture == nullptr)
        file.failUnsupported("general.architecture: expected one of " + architectureNames() + ", found '" +
                             file.text("general.architecture").value_or("") + "'");
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
