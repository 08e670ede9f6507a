#include "widgets/channel_table_model.h"

#include <QFont>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "widgets/value_text.h"

namespace salient {

ChannelTableModel::ChannelTableModel(QObject* parent) : QAbstractTableModel(parent) {}

void ChannelTableModel::setChannels(ChannelData channels) {
    beginResetModel();
    data_ = std::move(channels);
    const Index count = data_.statistics ? data_.statistics->channelCount() : 0;
    mean_abs_.clear();
    if (data_.statistics) {
        const std::vector<float> mean = data_.statistics->meanAbs();
        mean_abs_.assign(mean.begin(), mean.end());
    }
    salient_.assign(static_cast<std::size_t>(count), false);
    order_.resize(static_cast<std::size_t>(count));
    std::iota(order_.begin(), order_.end(), Index{0});
    row_of_.resize(order_.size());
    std::iota(row_of_.begin(), row_of_.end(), 0);
    refreshPercentiles();
    endResetModel();
    if (sort_column_ != Channel || sort_order_ != Qt::AscendingOrder) sort(sort_column_, sort_order_);
}

void ChannelTableModel::setPercentile(double fraction) {
    if (fraction == fraction_) return;
    fraction_ = fraction;
    refreshPercentiles();
    emit headerDataChanged(Qt::Horizontal, Percentile, Percentile);
    if (rowCount() > 0) emit dataChanged(index(0, Percentile), index(rowCount() - 1, Percentile));
}

void ChannelTableModel::refreshPercentiles() {
    percentiles_.resize(order_.size());
    for (std::size_t i = 0; i < percentiles_.size(); ++i) {
        percentiles_[i] = static_cast<double>(data_.statistics->percentile(static_cast<Index>(i), fraction_));
    }
}

void ChannelTableModel::setSalient(const std::vector<Index>& channels) {
    std::fill(salient_.begin(), salient_.end(), false);
    for (const Index channel : channels) {
        if (channel >= 0 && channel < static_cast<Index>(salient_.size())) salient_[static_cast<std::size_t>(channel)] = true;
    }
    if (rowCount() > 0) emit dataChanged(index(0, 0), index(rowCount() - 1, kColumns - 1));
}

bool ChannelTableModel::isSalient(Index channel) const noexcept {
    return channel >= 0 && channel < static_cast<Index>(salient_.size()) && salient_[static_cast<std::size_t>(channel)];
}

Index ChannelTableModel::channelAt(int row) const noexcept {
    return row >= 0 && row < static_cast<int>(order_.size()) ? order_[static_cast<std::size_t>(row)] : -1;
}

int ChannelTableModel::rowOf(Index channel) const noexcept {
    return channel >= 0 && channel < static_cast<Index>(row_of_.size()) ? row_of_[static_cast<std::size_t>(channel)] : -1;
}

int ChannelTableModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : static_cast<int>(order_.size()); }
int ChannelTableModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : kColumns; }

double ChannelTableModel::value(Index channel, int column) const {
    const auto i = static_cast<std::size_t>(channel);
    const ChannelStatistics& statistics = *data_.statistics;
    switch (column) {
        case Channel:
            return static_cast<double>(channel);
        case Lowest:
            return static_cast<double>(statistics.min[i]);
        case Highest:
            return static_cast<double>(statistics.max[i]);
        case MaxAbs:
            return static_cast<double>(statistics.max_abs[i]);
        case MeanAbs:
            return mean_abs_[i];
        case Percentile:
            return percentiles_[i];
        case WeightMax:
            return i < data_.weight_max.size() ? static_cast<double>(data_.weight_max[i]) : std::numeric_limits<double>::quiet_NaN();
        default:
            return salient_[i] ? 1.0 : 0.0;
    }
}

QVariant ChannelTableModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
    const Index channel = order_[static_cast<std::size_t>(index.row())];
    const int column = index.column();
    switch (role) {
        case Qt::DisplayRole:
            if (column == Channel) return QString::number(channel);
            if (column == Salient) return salient_[static_cast<std::size_t>(channel)] ? tr("salient") : QString();
            return std::isnan(value(channel, column)) ? tr("–") : numberText(value(channel, column));
        case kSortRole:
            return value(channel, column);
        case Qt::TextAlignmentRole:
            return QVariant(column == Salient ? Qt::AlignCenter : Qt::AlignRight | Qt::AlignVCenter);
        case Qt::FontRole:
            if (salient_[static_cast<std::size_t>(channel)]) {
                QFont font;
                font.setBold(true);
                return font;
            }
            return {};
        default:
            return {};
    }
}

QVariant ChannelTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= kColumns) return {};
    if (role == Qt::TextAlignmentRole) return QVariant(section == Salient ? Qt::AlignCenter : Qt::AlignRight | Qt::AlignVCenter);
    const QString percent = numberText(100.0 * fraction_, 5);
    if (role == Qt::DisplayRole) {
        switch (section) {
            case Channel:
                return tr("Channel");
            case Lowest:
                return tr("Min x");
            case Highest:
                return tr("Max x");
            case MaxAbs:
                return tr("Max |x|");
            case MeanAbs:
                return tr("Mean |x|");
            case Percentile:
                return tr("%1 % |x|").arg(percent);
            case WeightMax:
                return tr("Max |w|");
            default:
                return tr("Salient");
        }
    }
    if (role == Qt::ToolTipRole) {
        switch (section) {
            case Channel:
                return tr("Input channel: a column of the weight, counted from 0");
            case Lowest:
                return tr("Smallest activation over all calibration tokens (no unit)");
            case Highest:
                return tr("Largest activation over all calibration tokens (no unit)");
            case MaxAbs:
                return tr("Largest magnitude of an activation over all calibration tokens (no unit)");
            case MeanAbs:
                return tr("Mean magnitude of the activations: what AWQ takes its scales from (no unit)");
            case Percentile:
                return tr("%1 % of this channel's activations have a smaller magnitude (no unit; exact to half an octave)").arg(percent);
            case WeightMax:
                return tr("Largest magnitude in this column of the weights that read the channel (no unit)");
            default:
                return tr("Whether the channel is among those with the largest mean magnitude");
        }
    }
    return {};
}

void ChannelTableModel::sort(int column, Qt::SortOrder order) {
    sort_column_ = column;
    sort_order_ = order;
    if (order_.empty() || column < 0 || column >= kColumns) return;
    emit layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
    const QModelIndexList before = persistentIndexList();
    std::vector<Index> kept;
    kept.reserve(static_cast<std::size_t>(before.size()));
    for (const QModelIndex& index : before) kept.push_back(channelAt(index.row()));

    std::iota(order_.begin(), order_.end(), Index{0});
    std::vector<double> keys(order_.size());
    for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = value(static_cast<Index>(i), column);
    std::stable_sort(order_.begin(), order_.end(), [&keys, order](Index a, Index b) {
        const double x = keys[static_cast<std::size_t>(a)];
        const double y = keys[static_cast<std::size_t>(b)];
        if (std::isnan(x) || std::isnan(y)) return !std::isnan(x) && std::isnan(y);
        return order == Qt::AscendingOrder ? x < y : x > y;
    });
    for (std::size_t row = 0; row < order_.size(); ++row) row_of_[static_cast<std::size_t>(order_[row])] = static_cast<int>(row);

    QModelIndexList after;
    for (qsizetype i = 0; i < before.size(); ++i) {
        after.push_back(index(rowOf(kept[static_cast<std::size_t>(i)]), before[i].column()));
    }
    changePersistentIndexList(before, after);
    emit layoutChanged({}, QAbstractItemModel::VerticalSortHint);
}

}  // namespace salient
