#include "core/eval/settings_forecast.h"

#include <optional>

#include "core/quant/quantize_block.h"

namespace salient {

namespace {

/// A layer's settings; none where it stays in 16 bits.
using Settings = std::optional<MethodSpec>;

std::vector<Settings> settingsOf(const Model& model, int block, const MethodSpec& method) {
    const BlockLayers layers = blockLayers(model, block, method);
    std::vector<Settings> settings;
    for (std::size_t i = 0; i < layers.all.size(); ++i) {
        settings.push_back(layers.is_kept[i] ? Settings() : Settings(methodFor(method, layers.all[i]->name)));
    }
    return settings;
}

bool isSame(const Settings& a, const Settings& b) {
    if (a.has_value() != b.has_value()) return false;
    if (!a) return true;
    if (a->scaling == Scaling::Awq && !(a->awq == b->awq)) return false;
    if (a->scaling == Scaling::SmoothQuant && !(a->smoothquant == b->smoothquant)) return false;
    return a->grid == b->grid && a->scaling == b->scaling && a->rounding == b->rounding && a->activations == b->activations;
}

struct ChangedLayer {
    const LinearInfo* layer = nullptr;
    Settings before;
    Settings after;
};

std::vector<ChangedLayer> changes(const Model& model, const MethodSpec& before, const MethodSpec& after) {
    std::vector<ChangedLayer> changed;
    for (int block = 0; block < model.config.n_blocks; ++block) {
        const BlockLayers layers = blockLayers(model, block, before);
        const std::vector<Settings> old_settings = settingsOf(model, block, before);
        const std::vector<Settings> new_settings = settingsOf(model, block, after);
        for (std::size_t i = 0; i < layers.all.size(); ++i) {
            if (!isSame(old_settings[i], new_settings[i])) changed.push_back({layers.all[i], old_settings[i], new_settings[i]});
        }
    }
    return changed;
}

std::int64_t bytesOf(const LinearInfo& layer, const Settings& settings) {
    if (settings) return settings->grid.packedBytes(layer.out_features, layer.in_features);
    return std::int64_t{layer.out_features} * layer.in_features * static_cast<std::int64_t>(sizeBytes(layer.stored));
}

/// Σ d² · H_jj, H = XᵀX · 2 / n.
double roundingError(const Matrix& weight, const Settings& settings, const ChannelStatistics& channels) {
    if (!settings) return 0.0;
    const Matrix difference = quantizeNearest(weight, settings->grid).dequantize() - weight;
    double sum = 0.0;
    for (Index j = 0; j < difference.cols(); ++j) {
        const double energy = 2.0 * channels.sum_squares[static_cast<std::size_t>(j)] / static_cast<double>(channels.n_tokens);
        sum += energy * difference.col(j).cast<double>().squaredNorm();
    }
    return sum;
}

}  // namespace

std::vector<std::string> changedLayers(const Model& model, const MethodSpec& before, const MethodSpec& after) {
    std::vector<std::string> names;
    for (const ChangedLayer& change : changes(model, before, after)) names.push_back(change.layer->name);
    return names;
}

SettingsForecast forecastSettings(const Calibration& calibration, const MethodSpec& before, const MethodSpec& after, JobContext& job) {
    SettingsForecast forecast;
    const std::vector<ChangedLayer> changed = changes(*calibration.model, before, after);
    for (const ChangedLayer& change : changed) {
        job.checkpoint({"comparing settings", static_cast<std::int64_t>(forecast.layers.size()), static_cast<std::int64_t>(changed.size()),
                        change.layer->name});
        forecast.layers.push_back(change.layer->name);
        forecast.bytes_before += bytesOf(*change.layer, change.before);
        forecast.bytes_after += bytesOf(*change.layer, change.after);
        const Matrix weight = loadLinear(*calibration.model, *change.layer);
        const ChannelStatistics& channels = calibration.of(*change.layer).channels;
        forecast.error_before += roundingError(weight, change.before, channels);
        forecast.error_after += roundingError(weight, change.after, channels);
    }
    return forecast;
}

}  // namespace salient
