#pragma once

#include <QWidget>
#include <vector>

#include "widgets/channel_table_model.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QSlider;
class QTableView;

namespace salient {

class Chart;
class SpectrumPanel;
class TokenMapPanel;

/// The input channels of a layer: what the activations do beside what the weights do, salient channels marked, one channel's
/// histogram, and the token that drove it furthest; under tabs of their own, single tokens and the spectrum of the Hessian.
class ChannelsPanel : public QWidget {
    Q_OBJECT

public:
    explicit ChannelsPanel(QWidget* parent = nullptr);

    /// Null statistics show the empty state.
    void setChannels(const ChannelData& channels);
    [[nodiscard]] Index selectedChannel() const noexcept { return selected_; }
    /// Share of channels counted as salient, 0 … 1.
    [[nodiscard]] double salientShare() const;
    [[nodiscard]] const std::vector<Index>& salientChannels() const noexcept { return salient_; }
    /// Its channelSelected() comes out as this panel's.
    [[nodiscard]] TokenMapPanel& tokens() noexcept { return *tokens_; }
    [[nodiscard]] SpectrumPanel& spectrum() noexcept { return *spectrum_; }

public slots:
    /// −1: none. Does not emit.
    void setSelectedChannel(salient::Index channel);
    void setSalientShare(double share);
    /// Which text caused the channel's largest activation (plain text, with the token in context); answers originWanted().
    void setOrigin(salient::Index channel, const QString& text);

signals:
    void channelSelected(salient::Index channel);
    /// The user looks at this channel: tell which token caused its maximum. batch_position: see ChannelStatistics::max_abs_token.
    void originWanted(salient::Index channel, salient::Index batch_position);
    void salientShareChanged(double share);

private:
    void buildControls();
    void refreshOrder();
    void refreshSalient();
    void refreshCharts();
    void refreshSelection();
    void refreshHistogram();
    void choose(Index channel);
    [[nodiscard]] Index positionOf(Index channel) const;

    ChannelTableModel* model_;
    QTableView* table_;
    QComboBox* order_;
    QCheckBox* logarithmic_;
    QDoubleSpinBox* percentile_;
    QDoubleSpinBox* share_spin_;
    QSlider* share_slider_;
    QLabel* summary_;
    Chart* activations_;
    Chart* weights_;
    Chart* histogram_;
    QLabel* origin_;
    TokenMapPanel* tokens_;
    SpectrumPanel* spectrum_;
    std::vector<Index> shown_order_;  // place in the charts → channel
    std::vector<Index> place_of_;     // channel → place in the charts
    std::vector<Index> salient_;
    Index selected_ = -1;
};

}  // namespace salient
