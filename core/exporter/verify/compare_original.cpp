#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "core/exporter/verify/checks.h"

namespace salient {
namespace {

std::string decimal(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g", value);
    return text;
}

double correlation(const Matrix& a, const Matrix& b) {
    const double product = (a.cast<double>().array() * b.cast<double>().array()).sum();
    const double norms = a.cast<double>().squaredNorm() * b.cast<double>().squaredNorm();
    return norms > 0.0 ? product / std::sqrt(norms) : 0.0;
}

/// Position i of a run holds what belongs at order[i].
using Order = std::vector<Index>;

Matrix reorderedRows(const Matrix& weight, const Order& order) {
    const auto run = static_cast<Index>(order.size());
    Matrix result(weight.rows(), weight.cols());
    for (Index n = 0; n < weight.rows(); ++n) {
        const Index from = n / run * run + order[static_cast<std::size_t>(n % run)];
        result.row(n) = weight.row(std::min(from, weight.rows() - 1));
    }
    return result;
}

/// Inputs permuted within each run, codes and groups staying together.
Matrix reorderedColumns(const Matrix& weight, const Order& order) { return reorderedRows(weight.transpose(), order).transpose(); }

/// Codes with their highest bit turned: signed numbers in two's complement, read as those with 2^(b−1) added.
Matrix withSignTurned(const StoredLayer& layer) {
    StoredLayer turned = layer;
    const auto sign = static_cast<std::uint8_t>(1 << (layer.bits - 1));
    turned.codes = layer.codes.unaryExpr([sign](std::uint8_t code) { return static_cast<std::uint8_t>(code ^ sign); });
    return turned.weight();
}

/// The same of zero points.
Matrix withZerosTurned(const StoredLayer& layer) {
    StoredLayer turned = layer;
    const int sign = 1 << (layer.bits - 1);
    turned.zero = layer.zero.unaryExpr([sign](float zero) { return static_cast<float>(static_cast<int>(zero) ^ sign); });
    return turned.weight();
}

/// The original as the layer was given it: columns multiplied by s, rows divided by what a later layer put on its own columns.
Matrix scaled(const Matrix& original, const std::vector<float>& columns, const std::vector<float>& rows) {
    Matrix result = original;
    if (!columns.empty())
        result.array().rowwise() *= Eigen::Map<const Eigen::ArrayXf>(columns.data(), static_cast<Index>(columns.size())).transpose();
    if (!rows.empty()) result.array().colwise() /= Eigen::Map<const Eigen::ArrayXf>(rows.data(), static_cast<Index>(rows.size()));
    return result;
}

/// Mean of (Ŵ − W) in steps of each group's scale; saturated codes say nothing and are left out.
double meanShift(const Matrix& stored, const Matrix& original, const StoredLayer& layer) {
    double sum = 0.0;
    Index count = 0;
    const int max_code = (1 << layer.bits) - 1;
    for (Index n = 0; n < stored.rows(); ++n) {
        for (Index k = 0; k < stored.cols(); ++k) {
            const float scale = layer.scale(n, layer.group[static_cast<std::size_t>(k)]);
            if (layer.codes(n, k) == 0 || layer.codes(n, k) == max_code || !(scale > 0.0F)) continue;
            sum += (static_cast<double>(stored(n, k)) - static_cast<double>(original(n, k))) / static_cast<double>(scale);
            ++count;
        }
    }
    return count > 0 ? sum / static_cast<double>(count) : 0.0;
}

/// Share of codes that lie nearest to the original's weights on the layer's own grid, ends of the grid included.
double nearestShare(const Matrix& original, const StoredLayer& layer) {
    constexpr double kTie = 0.501;  // a weight in the middle may go either way
    const int max_code = (1 << layer.bits) - 1;
    Index n_nearest = 0;
    for (Index n = 0; n < original.rows(); ++n) {
        for (Index k = 0; k < original.cols(); ++k) {
            const Index g = layer.group[static_cast<std::size_t>(k)];
            const int code = layer.codes(n, k);
            const double wanted =
                static_cast<double>(original(n, k)) / static_cast<double>(layer.scale(n, g)) + static_cast<double>(layer.zero(n, g));
            const bool is_near = std::abs(wanted - code) <= kTie || (code == 0 && wanted < 0.0) || (code == max_code && wanted > max_code);
            n_nearest += is_near ? 1 : 0;
        }
    }
    return static_cast<double>(n_nearest) / static_cast<double>(std::max<Index>(original.size(), 1));
}

/// Whether anything was multiplied; norms that are rounded when they are stored differ by less.
bool isScaled(const std::vector<float>& factors) {
    return std::ranges::any_of(factors, [](float factor) { return !(std::abs(factor - 1.0F) < 0.01F); });
}

Order inverse(const Order& order) {
    Order result(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) result[static_cast<std::size_t>(order[i])] = static_cast<Index>(i);
    return result;
}

void explainUnrelated(const Matrix& stored, const StoredLayer* layer, const Order& file_rows, const Matrix& original, double found,
                      const std::string& name, Findings& findings) {
    std::string message = "weights hardly resemble the original's (correlation " + decimal(found) + ", expected about 1)";
    const auto explains = [&](const Matrix& other, const std::string& what) {
        const double after = correlation(other, original);
        if (after < 0.7) return false;
        message += ": " + what + " (put right, the correlation is " + decimal(after) + ")";
        return true;
    };
    const auto explain = [&] {
        if (!file_rows.empty()) {
            if (explains(reorderedRows(stored, inverse(file_rows)),
                         "rows of heads stand in the order of the model that was converted, not in that of llama.cpp"))
                return;
            if (explains(reorderedRows(stored, file_rows), "rows of heads were put in the order of llama.cpp twice")) return;
        }
        const std::vector<Order> interleaved = {{0, 2, 4, 6, 1, 3, 5, 7}, {0, 4, 1, 5, 2, 6, 3, 7}};
        for (const Order& order : interleaved) {
            if (explains(reorderedRows(stored, order),
                         "outputs are in another order within each run of eight: packed in sequence instead "
                         "of interleaved, or the other way round"))
                return;
        }
        for (const Order& order : interleaved) {
            if (explains(reorderedColumns(stored, order), "inputs are in another order within each run of eight: interleaved as for AWQ"))
                return;
        }
        if (layer == nullptr) return;
        const bool fills_words = 32 % layer->bits == 0;  // three bits run on from word to word
        Order backwards(fills_words ? static_cast<std::size_t>(32 / layer->bits) : 32);
        for (std::size_t i = 0; i < backwards.size(); ++i) backwards[i] = static_cast<Index>(backwards.size() - 1 - i);
        if (explains(reorderedColumns(stored, backwards), std::string("inputs run backwards within each ") +
                                                              (fills_words ? "word" : "run of 32") +
                                                              ": packed with the first in the highest bits"))
            return;
        explains(withSignTurned(*layer),
                 "signed codes are stored in two's complement instead of with " + std::to_string(1 << (layer->bits - 1)) + " added");
    };
    explain();
    findings.push_back({Severity::Failure, name, message});
}

}  // namespace

OriginalComparison compareWithOriginal(const Matrix& stored, const StoredLayer* layer, const LinearInfo& linear, const Matrix& original,
                                       const UndoneScales& scales, const std::vector<Index>& file_rows) {
    OriginalComparison result;
    const std::vector<float>& columns = scales.columns(linear);
    const std::vector<float>& rows = scales.rows(linear);
    const Matrix given = scaled(original, columns, rows);
    result.is_scaled = isScaled(columns) || isScaled(rows);
    double error = 0.0;
    double norm = 0.0;
    for (Index n = 0; n < stored.rows(); ++n) {
        const double row = rows.empty() ? 1.0 : static_cast<double>(rows[static_cast<std::size_t>(n)]);
        for (Index k = 0; k < stored.cols(); ++k) {
            const double column = columns.empty() ? 1.0 : static_cast<double>(columns[static_cast<std::size_t>(k)]);
            const auto w = static_cast<double>(original(n, k));
            const double difference = static_cast<double>(stored(n, k)) * row / column - w;
            error += difference * difference;
            norm += w * w;
        }
    }
    result.relative_error = norm > 0.0 ? std::sqrt(error / norm) : std::sqrt(error);
    if (norm <= 0.0) return result;

    const double likeness = correlation(stored, given);
    // Such zero points are off by half the grid one way or the other, group by group: a likeness is left, and no shift on average.
    if (layer != nullptr && layer->has_stored_zeros && likeness < 0.7) {
        if (const double after = correlation(withZerosTurned(*layer), given); after > 0.9) {
            result.findings.push_back({Severity::Failure, linear.name,
                                       "weights resemble the original's too little (correlation " + decimal(likeness) +
                                           ", expected about 1): zero points are stored in two's complement instead of with " +
                                           std::to_string(1 << (layer->bits - 1)) + " added (put right, the correlation is " +
                                           decimal(after) + ")"});
            return result;
        }
    }
    if (!(likeness > 0.3)) {
        explainUnrelated(stored, layer, file_rows, given, likeness, linear.name, result.findings);
        return result;
    }
    // Codes behind a divided activation are those of columns that were multiplied.
    if (layer == nullptr || !layer->input_divisor.empty()) return result;
    result.nearest_share = nearestShare(given, *layer);
    const double shift = meanShift(stored, given, *layer);
    if (std::abs(shift) > 0.4) {
        result.findings.push_back(
            {Severity::Failure, linear.name,
             "weights lie " + decimal(shift) + " steps beside the original's on average, expected about 0" +
                 (std::abs(std::abs(shift) - 1.0) < 0.3 ? ": zero points are off by one (gptq and gptq_v2 mistaken for each other)" : "")});
    }
    return result;
}

}  // namespace salient
