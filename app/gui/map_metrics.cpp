#include "app/gui/map_metrics.h"

#include <QCoreApplication>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <utility>

#include "core/eval/layer_metrics.h"

namespace salient {

namespace {

class Words {
    Q_DECLARE_TR_FUNCTIONS(mapMetrics)
};

/// One value per layer of the model, in its order, from what is known by name; NaN elsewhere.
std::vector<double> inModelOrder(const Model& model, const std::map<std::string, double>& known) {
    std::vector<double> values;
    values.reserve(model.linears.size());
    for (const LinearInfo& linear : model.linears) {
        const auto found = known.find(linear.name);
        values.push_back(found == known.end() ? std::numeric_limits<double>::quiet_NaN() : found->second);
    }
    return values;
}

std::vector<double> fromReports(const Model& model, const RunResult& run, const std::function<double(const LayerReport&)>& value) {
    std::map<std::string, double> known;
    for (const LayerReport& report : run.layers) known[report.name] = value(report);
    return inModelOrder(model, known);
}

/// Every layer of an expert has its expert's count; NaN for the others.
std::vector<double> expertTokens(const Model& model, const ExpertCoverage& coverage) {
    std::map<std::pair<int, int>, double> tokens;
    for (const ExpertTokenCount& one : coverage.experts) tokens[{one.block, one.expert}] = static_cast<double>(one.reached_tokens);
    std::map<std::string, double> known;
    for (const LinearInfo& linear : model.linears) {
        const auto found = tokens.find({linear.block, linear.expert});
        if (linear.expert >= 0 && found != tokens.end()) known[linear.name] = found->second;
    }
    return inModelOrder(model, known);
}

/// Of the weights as they are stored, before anything is done to them.
void addWeightMetrics(const std::vector<WeightMetrics>& weights, bool is_cancelled, std::size_t n_layers,
                      std::vector<LayerMetric>& metrics) {
    LayerMetric largest{Words::tr("Largest |w|"), {}, {}, true, Words::tr("Largest magnitude of the layer's weights, in their own unit")};
    LayerMetric kurtosis{Words::tr("Kurtosis of the weights"),
                         {},
                         {},
                         true,
                         Words::tr("Fourth moment about the mean over the squared variance, without unit: 3 for normally distributed "
                                   "weights, more where a few stand far out")};
    for (const WeightMetrics& layer : weights) {
        largest.values.push_back(layer.max_abs);
        kurtosis.values.push_back(layer.kurtosis);
    }
    for (LayerMetric* metric : {&largest, &kurtosis}) {
        metric->is_awaited = weights.size() < n_layers;
        metric->is_cancelled = is_cancelled;
        metrics.push_back(std::move(*metric));
    }
}

}  // namespace

std::vector<LayerMetric> mapMetrics(const Session& session, const std::vector<WeightMetrics>& weight_metrics, bool is_reading_cancelled) {
    std::vector<LayerMetric> metrics;
    if (!session.model()) return metrics;
    const Model& model = *session.model();

    for (const auto& run : session.runs()) {
        const QString name = QString::fromStdString(run->name);
        metrics.push_back({Words::tr("Relative output error: %1").arg(name), QStringLiteral("%"),
                           fromReports(model, *run, [](const LayerReport& r) { return r.error.relative_output_error; }), true});
    }
    for (const auto& [name, layers] : session.sensitivities()) {
        std::map<std::string, double> known;
        for (const LayerSensitivity& layer : layers) known[layer.layer] = layer.mean_kl;
        metrics.push_back({Words::tr("KL when quantized alone: %1").arg(QString::fromStdString(name)), Words::tr("nats"),
                           inModelOrder(model, known), true});
    }
    if (session.calibration()) {
        LayerMetric outliers{Words::tr("Outlier ratio: largest channel over median channel"), {}, {}, true};
        LayerMetric largest{Words::tr("Largest |x|"), {}, {}, true};
        LayerMetric mean{Words::tr("Mean |x|"), {}, {}, true};
        for (const LayerMetrics& layer : layerMetrics(*session.calibration())) {
            outliers.values.push_back(layer.outlier_ratio);
            largest.values.push_back(layer.max_abs);
            mean.values.push_back(layer.mean_abs);
        }
        metrics.push_back(std::move(outliers));
        metrics.push_back(std::move(largest));
        metrics.push_back(std::move(mean));
    }
    for (const auto& run : session.runs()) {
        const QString name = QString::fromStdString(run->name);
        metrics.push_back(
            {Words::tr("Bits per weight: %1").arg(name), QStringLiteral("bits"), fromReports(model, *run, [](const LayerReport& r) {
                 return 8.0 * static_cast<double>(r.bytes) / static_cast<double>(r.out_features * r.in_features);
             })});
        metrics.push_back({Words::tr("Codes at the ends of the grid: %1").arg(name), QStringLiteral("%"),
                           fromReports(model, *run, [](const LayerReport& r) { return r.saturated_fraction; })});
        if (run->experts.experts.empty()) continue;
        metrics.push_back({Words::tr("Calibration tokens of the expert: %1").arg(name), Words::tr("tokens"),
                           expertTokens(model, run->experts), false,
                           Words::tr("Tokens of the calibration that were sent to the expert: its statistics are of these alone, or a "
                                     "stand-in's where they are too few")});
    }
    LayerMetric weights{Words::tr("Number of weights"), QStringLiteral("weights"), {}};
    for (const LinearInfo& linear : model.linears) weights.values.push_back(static_cast<double>(linear.out_features * linear.in_features));
    metrics.push_back(std::move(weights));
    addWeightMetrics(weight_metrics, is_reading_cancelled, model.linears.size(), metrics);
    return metrics;
}

}  // namespace salient
