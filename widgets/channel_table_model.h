#pragma once

#include <QAbstractTableModel>
#include <QString>
#include <memory>
#include <vector>

#include "core/calib/channel_statistics.h"

namespace salient {

/// What is known of the input channels that a group of layers shares.
struct ChannelData {
    QString layer;  ///< name shown in titles
    std::shared_ptr<const ChannelStatistics> statistics;
    std::vector<float> weight_max;  ///< [in] largest |w| of each input column; empty: not known
};

/// One line per input channel, sortable by every column. Formats what ChannelData holds; percentiles and means are read from it once.
class ChannelTableModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Channel, MeanAbs, MaxAbs, Percentile, WeightMax, Lowest, Highest, Salient, kColumns };
    /// Value for sorting: the number itself as double.
    static constexpr int kSortRole = Qt::UserRole;

    explicit ChannelTableModel(QObject* parent = nullptr);
    void setChannels(ChannelData channels);
    [[nodiscard]] const ChannelData& channelData() const noexcept { return data_; }
    /// Which |x| the percentile column shows: that fraction of a channel's values lie below it.
    void setPercentile(double fraction);
    /// Marks these channels as salient.
    void setSalient(const std::vector<Index>& channels);

    [[nodiscard]] const std::vector<double>& meanAbs() const noexcept { return mean_abs_; }
    [[nodiscard]] const std::vector<double>& percentiles() const noexcept { return percentiles_; }
    [[nodiscard]] bool isSalient(Index channel) const noexcept;
    [[nodiscard]] Index channelAt(int row) const noexcept;
    [[nodiscard]] int rowOf(Index channel) const noexcept;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    /// Stable; NaN last whatever the order. Selections follow their channels.
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

private:
    [[nodiscard]] double value(Index channel, int column) const;
    void refreshPercentiles();

    ChannelData data_;
    double fraction_ = 0.999;
    std::vector<double> mean_abs_;
    std::vector<double> percentiles_;
    std::vector<bool> salient_;
    std::vector<Index> order_;  // row → channel
    std::vector<int> row_of_;   // channel → row
    int sort_column_ = Channel;
    Qt::SortOrder sort_order_ = Qt::AscendingOrder;
};

}  // namespace salient
