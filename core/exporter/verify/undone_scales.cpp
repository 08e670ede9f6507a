#include <algorithm>
#include <cmath>

#include "core/exporter/checksum.h"
#include "core/exporter/verify/checks.h"
#include "core/quant/quantize_block.h"

namespace salient {
namespace {

const std::vector<float> kNone;

/// s of a group behind a norm: original gain / stored gain.
std::vector<float> fromNorm(const NormWeights& stored, const NormWeights& original) {
    std::vector<float> scales = original.gain;
    const std::vector<float>& divided = stored.gain;
    for (std::size_t j = 0; j < scales.size(); ++j) scales[j] = divided[j] != 0.0F && scales[j] != 0.0F ? scales[j] / divided[j] : 1.0F;
    return scales;
}

/// s of a group behind another layer, from that layer's rows, which were divided by it: the factor that brings each stored row, its own
/// columns undone, closest to the original one. Rows are better witnesses than the group's columns, which may have been rounded to
/// nothing. Taken for scales only if a tenth of the rows differ by a tenth: rounding alone changes a row's length far less.
std::vector<float> fromRows(const Matrix& stored, const Matrix& original, const std::vector<float>& columns) {
    std::vector<float> scales(static_cast<std::size_t>(stored.rows()), 1.0F);
    Index n_scaled = 0;
    for (Index n = 0; n < stored.rows(); ++n) {
        double product = 0.0;
        double norm = 0.0;
        for (Index k = 0; k < stored.cols(); ++k) {
            const double w = static_cast<double>(original(n, k));
            const double column = columns.empty() ? 1.0 : static_cast<double>(columns[static_cast<std::size_t>(k)]);
            product += static_cast<double>(stored(n, k)) / column * w;
            norm += w * w;
        }
        if (norm <= 0.0 || product <= 0.0) continue;
        scales[static_cast<std::size_t>(n)] = static_cast<float>(norm / product);
        n_scaled += std::abs(product / norm - 1.0) > 0.1 ? 1 : 0;
    }
    if (n_scaled * 10 < stored.rows()) scales.clear();
    return scales;
}

Matrix storedWeight(const Model& stored, const StoredScheme& scheme, const LinearInfo& linear) {
    if (!isStoredQuantized(*stored.checkpoint, scheme, linear.name)) return loadLinear(stored, linear);
    return readStoredLayer(*stored.checkpoint, scheme, storedShape(linear)).weight();
}

}  // namespace

UndoneScales::UndoneScales(const Model& stored, const StoredScheme& scheme, const Model& original, const SalientRecord* record)
    : original_(original) {
    for (std::size_t i = 0; i < original.linears.size(); ++i) {
        const LinearInfo& linear = original.linears[i];
        const std::pair key{linear.block, linear.group};
        if (by_group_.contains(key)) continue;
        if (record != nullptr) {
            const auto layer = record->layers.find(linear.name);
            if (layer == record->layers.end() || layer->second.scales.empty()) continue;
            const auto text = record->scales.find(layer->second.scales);
            const auto scales = text == record->scales.end() ? std::nullopt : floatsFromText(text->second);
            if (scales && static_cast<Index>(scales->size()) == linear.in_features) by_group_[key] = *scales;
            continue;
        }
        const Absorber& absorber = original.groups[static_cast<std::size_t>(linear.group)].absorber;
        const Absorber& there = stored.groups[static_cast<std::size_t>(stored.linears[i].group)].absorber;
        if (absorber.kind != there.kind || absorber.kind == Absorber::Kind::None) continue;
        const std::string name = absorberName(absorber, linear.block);
        const std::string name_there = absorberName(there, linear.block);
        if (absorber.kind == Absorber::Kind::Norm) {
            by_group_[key] = fromNorm(loadNorm(stored, name_there), loadNorm(original, name));
        } else {
            // Earlier in the order of computation, so that its columns' scales are known by now.
            const LinearInfo& earlier = original.linear(name);
            by_group_[key] =
                fromRows(storedWeight(stored, scheme, stored.linear(name_there)), loadLinear(original, earlier), columns(earlier));
        }
    }
}

const std::vector<float>& UndoneScales::columns(const LinearInfo& linear) const {
    const auto found = by_group_.find({linear.block, linear.group});
    return found == by_group_.end() ? kNone : found->second;
}

const std::vector<float>& UndoneScales::rows(const LinearInfo& linear) const {
    for (std::size_t group = 0; group < original_.groups.size(); ++group) {
        const Absorber& absorber = original_.groups[group].absorber;
        if (absorber.kind != Absorber::Kind::Linear || LinearKey(absorber.role, original_.groups[group].expert) != linear.key()) continue;
        const auto found = by_group_.find({linear.block, static_cast<int>(group)});
        if (found != by_group_.end()) return found->second;
    }
    return kNone;
}

}  // namespace salient
