#include "core/model/packed/packed_model.h"

#include <algorithm>
#include <array>
#include <set>

#include "core/error.h"
#include "core/kernels/convert.h"
#include "core/model/packed/activation_scales.h"

namespace salient {
namespace {

constexpr std::string_view kWeight = ".weight";

/// Tensors that a packed matrix X may consist of; X.bias is not one of them.
constexpr std::array<std::string_view, 13> kParts = {".qweight",
                                                     ".qzeros",
                                                     ".scales",
                                                     ".g_idx",
                                                     ".weight_packed",
                                                     ".weight_scale",
                                                     ".weight_zero_point",
                                                     ".weight_shape",
                                                     ".weight_g_idx",
                                                     ".input_scale",
                                                     ".input_zero_point",
                                                     ".output_scale",
                                                     ".weight"};

/// A packed matrix as floats, read row by row or, where the family stores inputs first, column by column.
class PackedForm final : public StoredForm {
public:
    PackedForm(std::shared_ptr<const PackedModel> packed, StoredShape shape, bool is_transposed)
        : packed_(std::move(packed)), shape_(std::move(shape)), is_transposed_(is_transposed) {
        const LayerScheme& layer = packed_->layers.at(shape_.name);
        name_ = packed_->scheme.title() + ", " + std::to_string(layer.bits) + " bits";
    }

    [[nodiscard]] std::string_view name() const noexcept override { return name_; }
    /// Where inputs go down the file, a row touches every page; readStoredLayer() spreads its rows over the threads itself.
    [[nodiscard]] bool rowsStandAlone() const noexcept override { return false; }

    std::span<const std::byte> read(const TensorView& /*tensor*/, std::int64_t first, std::int64_t count, float* to) const override {
        if (is_transposed_) {
            const Matrix weight = rowsOf({0, shape_.out_features});
            Eigen::Map<Matrix>(to, count, weight.rows()) = weight.middleCols(first, count).transpose();
            return {};  // every tensor has been finished where it was read
        }
        // Codes and a second copy of the floats are held for some rows at a time; each time goes over all of the file's codes.
        constexpr Index kElements = Index{1} << 24;
        const Index step = std::max<Index>(1, kElements / shape_.in_features);
        for (Index row = 0; row < count; row += step) {
            const Index n_rows = std::min(step, count - row);
            Eigen::Map<Matrix>(to + row * shape_.in_features, n_rows, shape_.in_features) = rowsOf({first + row, n_rows});
        }
        return {};
    }

private:
    [[nodiscard]] Matrix rowsOf(RowRange rows) const { return readStoredLayer(packed_->stored, packed_->scheme, shape_, rows).weight(); }

    std::shared_ptr<const PackedModel> packed_;
    StoredShape shape_;
    bool is_transposed_;
    std::string name_;
};

std::string moduleOf(const PlannedTensor& planned) { return planned.name.substr(0, planned.name.size() - kWeight.size()); }

bool isMatrix(const PlannedTensor& planned) { return planned.shape.size() == 2 && planned.name.ends_with(kWeight); }

StoredShape shapeOf(const PlannedTensor& planned, bool transposed) {
    const bool is_turned = transposed && planned.is_linear_weight;
    return {moduleOf(planned), planned.shape[is_turned ? 1 : 0], planned.shape[is_turned ? 0 : 1]};
}

/// Old quantizers gave every layer a bias, of zeros where the model has none.
void refuseBias(const Checkpoint& stored, const std::string& name) {
    if (!stored.contains(name)) return;
    const std::vector<float> values = toFloats(stored.tensor(name));
    const auto other = std::find_if(values.begin(), values.end(), [](float value) { return value != 0.0F; });
    if (other == values.end()) return;
    throw Error(ErrorCode::Unsupported, "openModel: tensor '" + name + "': expected no bias in a model of this family, or zeros, found " +
                                            std::to_string(*other) + " at element " + std::to_string(other - values.begin()));
}

std::string settingsText(const StoredScheme& scheme, const LayerScheme& layer) {
    std::string text = std::to_string(layer.bits) + " bits, ";
    text += layer.group_size < 0 ? "one scale per row" : "groups of " + std::to_string(layer.group_size);
    text += layer.is_symmetric ? ", symmetric" : ", asymmetric";
    if (layer.is_ordered) text += ", activation order";
    if (layer.activations == ActivationScale::PerToken) text += ", int8 activations per token";
    if (layer.activations == ActivationScale::PerTensor) text += ", int8 activations of a fixed scale";
    if (layer.has_other_activations) text += ", activations rounded by its loaders, not here";
    if (scheme.roundsKeysAndValues()) text += ", keys and values rounded by its loaders, not here";
    return text;
}

std::set<std::string> namesOf(const std::vector<PlannedTensor>& plan) {
    std::set<std::string> names;
    for (const PlannedTensor& planned : plan) names.insert(planned.name);
    return names;
}

std::string layerCount(std::size_t count) { return std::to_string(count) + (count == 1 ? " layer" : " layers"); }

}  // namespace

std::string PackedModel::description() const {
    std::vector<std::pair<LayerScheme, std::size_t>> kinds;
    for (const auto& [name, layer] : layers) {
        const auto same = std::find_if(kinds.begin(), kinds.end(), [&, &l = layer](const auto& kind) { return kind.first == l; });
        if (same == kinds.end()) {
            kinds.emplace_back(layer, 1);
        } else {
            ++same->second;
        }
    }
    std::stable_sort(kinds.begin(), kinds.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    std::string text = scheme.title();
    if (kinds.empty()) return text + " by its config, every layer in floating point";
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        text += (i == 0 ? ", " : "; " + layerCount(kinds[i].second) + " of ") + settingsText(scheme, kinds[i].first);
    }
    if (!floats.empty()) text += "; " + layerCount(floats.size()) + " in floating point";
    return text;
}

std::int64_t PackedModel::sizeBytes(const std::string& layer) const {
    std::int64_t bytes = 0;
    for (const std::string_view part : kParts) {
        const std::string name = layer + std::string(part);
        if (stored.contains(name)) bytes += static_cast<std::int64_t>(stored.tensor(name).bytes.size());
    }
    return bytes;
}

std::shared_ptr<const PackedModel> findPacked(const Checkpoint& stored, StoredScheme scheme, const std::vector<PlannedTensor>& plan,
                                              bool transposed) {
    auto packed = std::make_shared<PackedModel>(PackedModel{std::move(scheme), stored, {}, {}});
    const std::set<std::string> planned_names = namesOf(plan);
    for (const PlannedTensor& planned : plan) {
        if (!isMatrix(planned)) continue;
        const StoredShape shape = shapeOf(planned, transposed);
        if (!isStoredQuantized(stored, packed->scheme, shape.name)) {
            if (planned.is_linear_weight) packed->floats.push_back(shape.name);
            continue;
        }
        static_cast<void>(readStoredLayer(stored, packed->scheme, shape, {}));
        packed->layers.emplace(shape.name, layerScheme(packed->scheme, shape.name));
        if (const std::string bias = shape.name + ".bias"; !planned_names.contains(bias)) refuseBias(stored, bias);
    }
    if (packed->scheme.kind == StoredScheme::Kind::Awq) refuseUnplacedScales(stored);
    return packed;
}

Checkpoint unpackedCheckpoint(const std::shared_ptr<const PackedModel>& packed, const std::vector<PlannedTensor>& plan, bool transposed) {
    std::map<std::string, TensorView> tensors = packed->stored.tensors();
    const std::set<std::string> planned_names = namesOf(plan);
    for (const PlannedTensor& planned : plan) {
        if (!isMatrix(planned) || !packed->layers.contains(moduleOf(planned))) continue;
        const StoredShape shape = shapeOf(planned, transposed);
        const auto codes = std::find_if(kParts.begin(), kParts.end(), [&](std::string_view part) {
            const auto found = tensors.find(shape.name + std::string(part));
            return found != tensors.end() && (part == ".qweight" || part == ".weight_packed" || part == kWeight);
        });
        TensorView view = tensors.at(shape.name + std::string(*codes));
        for (const std::string_view part : kParts) tensors.erase(shape.name + std::string(part));
        view.name = planned.name;
        view.dtype = DType::F32;
        view.shape = planned.shape;
        view.form = std::make_shared<const PackedForm>(packed, shape, transposed && planned.is_linear_weight);
        tensors.emplace(planned.name, std::move(view));
        if (const std::string bias = shape.name + ".bias"; !planned_names.contains(bias)) tensors.erase(bias);
        for (const std::string& name : keyValueScaleNames(shape.name)) tensors.erase(name);
    }
    if (packed->scheme.kind == StoredScheme::Kind::Awq)
        std::erase_if(tensors, [&](const auto& entry) { return isActivationScales(packed->stored, entry.first); });
    return packed->stored.withTensors(std::move(tensors));
}

}  // namespace salient
