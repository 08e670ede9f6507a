#include "widgets/metrics_model.h"

#include <QLocale>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "widgets/method_text.h"
#include "widgets/number_text.h"
#include "widgets/plain_text.h"
#include "widgets/value_text.h"

namespace salient {

namespace {
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
const QString kNothing = QStringLiteral("–");

/// The column that a difference is one of.
int comparedColumn(int delta) {
    switch (delta) {
        case MetricsModel::DeltaOutputError:
            return MetricsModel::OutputError;
        case MetricsModel::DeltaPerplexity:
            return MetricsModel::Perplexity;
        case MetricsModel::DeltaMeanKl:
            return MetricsModel::MeanKl;
        default:
            return MetricsModel::Bytes;
    }
}

/// With its sign; nothing where there is no difference, as on the baseline itself.
QString deltaText(int column, double value) {
    if (value == 0.0) return kNothing;
    const QString sign = value > 0.0 ? QStringLiteral("+") : QString(QChar(0x2212));
    const double size = std::abs(value);
    switch (column) {
        case MetricsModel::DeltaOutputError:
            return sign + percentText(size);
        case MetricsModel::DeltaPerplexity:
            return sign + fixedText(size, 4);
        case MetricsModel::DeltaMeanKl:
            return sign + numberText(size, 3);
        default:
            return sign + bytesText(static_cast<std::int64_t>(size));
    }
}
}  // namespace

MetricsModel::MetricsModel(QObject* parent) : QAbstractTableModel(parent) {}

void MetricsModel::setResults(std::vector<std::shared_ptr<const RunResult>> runs, std::optional<PerplexityResult> full_precision,
                              std::int64_t original_bytes, double original_bits) {
    beginResetModel();
    runs_ = std::move(runs);
    full_precision_ = std::move(full_precision);
    original_bytes_ = original_bytes;
    original_bits_ = original_bits;
    endResetModel();
}

int MetricsModel::rowOf(const std::string& run) const {
    if (run.empty() || rowCount() == 0) return -1;
    const auto found = std::ranges::find_if(runs_, [&](const auto& known) { return known->name == run; });
    return found == runs_.end() ? -1 : static_cast<int>(found - runs_.begin()) + 1;
}

void MetricsModel::setBaseline(const std::string& run) {
    if (run == baseline_) return;
    const bool had = hasBaseline();
    const bool has = rowOf(run) >= 0;
    if (has && !had) beginInsertColumns({}, DeltaOutputError, ColumnCount - 1);
    if (had && !has) beginRemoveColumns({}, DeltaOutputError, ColumnCount - 1);
    baseline_ = run;
    if (has && !had) endInsertColumns();
    if (had && !has) endRemoveColumns();
    if (!has || !had) return;
    emit dataChanged(index(0, DeltaOutputError), index(rowCount() - 1, ColumnCount - 1));
    emit headerDataChanged(Qt::Horizontal, DeltaOutputError, ColumnCount - 1);
}

std::shared_ptr<const RunResult> MetricsModel::run(int row) const {
    return row >= 1 && row < rowCount() ? runs_[static_cast<std::size_t>(row - 1)] : nullptr;
}

int MetricsModel::rowCount(const QModelIndex& parent) const {
    if (parent.isValid() || original_bytes_ == 0) return 0;
    return static_cast<int>(runs_.size()) + 1;
}

int MetricsModel::columnCount(const QModelIndex& parent) const {
    if (parent.isValid()) return 0;
    return hasBaseline() ? ColumnCount : DeltaOutputError;
}

double MetricsModel::number(int row, int column) const {
    const std::shared_ptr<const RunResult> result = run(row);
    switch (column) {
        case OutputError:
            return result ? result->relative_output_error : 0.0;
        case Perplexity: {
            const auto& perplexity = result ? result->perplexity : full_precision_;
            return perplexity ? perplexity->perplexity : kUnknown;
        }
        case PerplexityChange:
            return result && full_precision_ ? number(row, Perplexity) / full_precision_->perplexity - 1.0 : kUnknown;
        case MeanKl:
        case SameTop:
            if (!result || !result->perplexity || !result->perplexity->divergence) return kUnknown;
            return column == MeanKl ? result->perplexity->divergence->mean_kl : result->perplexity->divergence->same_top;
        case BitsPerWeight:
            return result ? result->bits_per_weight : original_bits_;
        case Bytes:
            return static_cast<double>(result ? result->bytes : original_bytes_);
        case Seconds:
            return result ? result->seconds : kUnknown;
        case DeltaOutputError:
        case DeltaPerplexity:
        case DeltaMeanKl:
        case DeltaBytes:
            return number(row, comparedColumn(column)) - number(baselineRow(), comparedColumn(column));
        default:
            return kUnknown;
    }
}

QString MetricsModel::protocolText(int row) const {
    const std::shared_ptr<const RunResult> result = run(row);
    const auto& perplexity = result ? result->perplexity : full_precision_;
    if (!perplexity) return tr("Not measured yet");
    return tr("protocol %1, %2 predictions in %n window(s) of %3 tokens, %4", nullptr, static_cast<int>(perplexity->n_windows))
        .arg(protocolTitle(perplexity->protocol))
        .arg(perplexity->n_tokens)
        .arg(perplexity->seq_len)
        .arg(perplexity->compute == Compute::Float32 ? tr("float32") : tr("bfloat16"));
}

QString MetricsModel::lossText(int row) const {
    const std::shared_ptr<const RunResult> result = run(row);
    const auto& perplexity = result ? result->perplexity : full_precision_;
    if (!perplexity) return protocolText(row);
    return tr("Mean loss %1 nats: %2").arg(fixedText(perplexity->mean_nll, 5), protocolText(row));
}

QString MetricsModel::divergenceText(int row) const {
    const Divergence& divergence = *run(row)->perplexity->divergence;
    return tr("KL: mean %1, median %2, 99 % of predictions below %3, largest %4 nats: %5")
        .arg(numberText(divergence.mean_kl, 4), numberText(divergence.median_kl, 3), numberText(divergence.p99_kl, 3),
             numberText(divergence.max_kl, 3), protocolText(row));
}

QVariant MetricsModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
    const int row = index.row();
    const int column = index.column();
    const double value = number(row, column);
    if (role == Qt::TextAlignmentRole) return QVariant((column == Name ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole) {
        if (column == Perplexity || column == PerplexityChange) return lossText(row);
        if ((column == MeanKl || column == SameTop) && !std::isnan(value)) return divergenceText(row);
        return std::isnan(value) ? QVariant() : QVariant(numberText(value, 10));
    }
    if (role == kSortRole) return column == Name ? data(index, Qt::DisplayRole) : QVariant(value);
    if (role != Qt::DisplayRole) return {};
    if (column == Name) return run(row) ? QString::fromStdString(run(row)->name) : tr("Original");
    if (std::isnan(value)) return kNothing;
    switch (column) {
        case OutputError:
            return run(row) ? percentText(value) : kNothing;
        case Perplexity:
            return fixedText(value, 4);
        case PerplexityChange:
            return (value >= 0 ? QStringLiteral("+") : QString()) + percentText(value);
        case MeanKl:
            return numberText(value, 3);
        case SameTop:
            return percentText(value);
        case BitsPerWeight:
            return fixedText(value, 2);
        case Bytes:
            return bytesText(static_cast<std::int64_t>(value));
        case Seconds:
            return durationText(value);
        default:
            return deltaText(column, value);
    }
}

QVariant MetricsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
    if (role == Qt::TextAlignmentRole) return QVariant((section == Name ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole) return tipOf(section);
    return role == Qt::DisplayRole ? QVariant(titleOf(section)) : QVariant();
}

QString MetricsModel::tipOf(int column) const {
    const QString baseline = QString::fromStdString(baseline_);
    switch (column) {
        case OutputError:
            return tr("Energy of the output error over energy of the output, all layers together, on the calibration text");
        case Perplexity:
            return tr("On the evaluation text; lower is better. Point at a number to see its protocol");
        case PerplexityChange:
            return tr("Against the original model");
        case MeanKl:
            return tr("Mean KL divergence of the next-token distribution from the original's, in nats, on the evaluation text");
        case SameTop:
            return tr("Share of the predictions whose likeliest token is the original's");
        case BitsPerWeight:
            return tr("Of the quantized layers, scales and zero points included");
        case Bytes:
            return tr("Whole model: packed layers and everything else as stored");
        case Seconds:
            return tr("Quantization alone, without calibration");
        case DeltaOutputError:
            return plainTip(tr("Relative output error minus that of %1, in percentage points").arg(baseline));
        case DeltaPerplexity:
            return plainTip(tr("Perplexity minus that of %1").arg(baseline));
        case DeltaMeanKl:
            return plainTip(tr("KL divergence minus that of %1, in nats").arg(baseline));
        case DeltaBytes:
            return plainTip(tr("Size minus that of %1").arg(baseline));
        default:
            return {};
    }
}

QString MetricsModel::titleOf(int column) const {
    switch (column) {
        case Name:
            return tr("Method");
        case OutputError:
            return tr("Rel. output error");
        case Perplexity:
            return tr("Perplexity");
        case PerplexityChange:
            return tr("Change");
        case MeanKl:
            return tr("KL, nats");
        case SameTop:
            return tr("Same top");
        case BitsPerWeight:
            return tr("Bits/weight");
        case Bytes:
            return tr("Size");
        case Seconds:
            return tr("Time");
        case DeltaOutputError:
            return tr("Δ error");
        case DeltaPerplexity:
            return tr("Δ perplexity");
        case DeltaMeanKl:
            return tr("Δ KL");
        case DeltaBytes:
            return tr("Δ size");
        default:
            return {};
    }
}

QString MetricsModel::toCsv() const {
    QString csv =
        QStringLiteral("method,relative_output_error,perplexity,perplexity_change,mean_kl,same_top,bits_per_weight,bytes,seconds");
    if (hasBaseline()) csv += QStringLiteral(",delta_relative_output_error,delta_perplexity,delta_mean_kl,delta_bytes");
    csv += QLatin1Char('\n');
    for (int row = 0; row < rowCount(); ++row) {
        csv += QLatin1Char('"') + data(index(row, Name), Qt::DisplayRole).toString().replace(QLatin1Char('"'), QStringLiteral("\"\"")) +
               QLatin1Char('"');
        for (int column = Name + 1; column < columnCount(); ++column) {
            const double value = number(row, column);
            csv += QLatin1Char(',') + (std::isnan(value) ? QString() : QLocale::c().toString(value, 'g', 17));
        }
        csv += QLatin1Char('\n');
    }
    return csv;
}

}  // namespace salient
