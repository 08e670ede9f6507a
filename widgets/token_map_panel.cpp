#include "widgets/token_map_panel.h"

#include <QHBoxLayout>
#include <QItemSelectionModel>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QSplitter>
#include <QStandardItemModel>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "widgets/empty_text.h"
#include "widgets/flow_row.h"
#include "widgets/heatmap_view.h"
#include "widgets/kept_settings.h"
#include "widgets/plain_text.h"
#include "widgets/table_look.h"
#include "widgets/token_ruler.h"
#include "widgets/value_text.h"

namespace salient {

namespace {

constexpr int kRowPadding = 6;

enum Column { Value, Window, Position, Text, ColumnCount };

}  // namespace

TokenMapPanel::TokenMapPanel(QWidget* parent)
    : QWidget(parent),
      window_(new QSpinBox),
      n_windows_label_(plainLabel(nullptr)),
      heatmap_(new HeatmapView),
      ruler_(new TokenRuler(*heatmap_)),
      read_out_(plainLabel(nullptr)),
      find_(new QPushButton(tr("Find largest tokens"))),
      largest_title_(plainLabel(nullptr)),
      largest_model_(new QStandardItemModel(0, ColumnCount, this)),
      largest_table_(new QTableView) {
    auto* split = new QSplitter(Qt::Horizontal);
    split->addWidget(makeMapSide());
    split->addWidget(makeLargestSide());
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 2);
    split->setChildrenCollapsible(false);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 6, 0, 0);
    layout->addWidget(split);
    keepSetting(window_, "tokens.window");
    keepSetting(split, "tokens.split");
    setSubject(0, {});
}

QWidget* TokenMapPanel::makeMapSide() {
    window_->setMinimum(1);
    window_->setKeyboardTracking(false);
    window_->setAccessibleName(tr("Window"));
    window_->setToolTip(tr("The calibration window whose tokens are shown"));
    auto* caption = new QLabel(tr("&Window"));
    caption->setBuddy(window_);
    auto* controls = new FlowRow;
    controls->add({caption, window_, n_windows_label_});
    heatmap_->setTitle(tr("Tokens × channels"));
    heatmap_->setUnit(tr("activation x"));
    heatmap_->setAxisNames(tr("row"), tr("input channel"));
    read_out_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    read_out_->setAccessibleName(tr("Token under the cursor"));
    read_out_->setWordWrap(true);

    auto* side = new QWidget;
    auto* picture = new QHBoxLayout;
    picture->setSpacing(0);
    picture->addWidget(ruler_);
    picture->addWidget(heatmap_, 1);
    auto* layout = new QVBoxLayout(side);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(controls);
    layout->addLayout(picture, 1);
    layout->addWidget(read_out_);

    connect(window_, &QSpinBox::valueChanged, this, [this] {
        is_stale_ = n_windows_ > 0;
        if (isVisible()) askForMap();
    });
    connect(heatmap_, &HeatmapView::crosshairMoved, this, [this](Index row, Index channel, float value) {
        if (row < 0) {
            showSelection();
        } else {
            tell(row, channel, value);
        }
    });
    connect(heatmap_, &HeatmapView::cellChosen, this, [this](Index row, Index channel) {
        selectRow(row);
        const bool is_other = channel != channel_;
        setSelectedChannel(channel);
        showSelection();
        if (is_other) emit channelSelected(channel);
    });
    return side;
}

QWidget* TokenMapPanel::makeLargestSide() {
    largest_title_->setWordWrap(true);
    find_->setAutoDefault(false);
    find_->setToolTip(
        tr("Runs all calibration windows up to this layer once more, and lists the ten tokens with the largest |x| of the chosen channel"));
    largest_model_->setHorizontalHeaderLabels({tr("Value"), tr("Window"), tr("Token"), tr("Text")});
    largest_table_->setModel(largest_model_);
    largest_table_->setAccessibleName(tr("Largest tokens"));
    showAsRows(*largest_table_, kRowPadding);
    keepColumnWidth(*largest_table_, Value, 12);
    keepColumnWidth(*largest_table_, Window, 8);
    keepColumnWidth(*largest_table_, Position, 8);
    sayWhenEmpty(*largest_table_, tr("Choose a channel, then find its largest tokens."));

    auto* side = new QWidget;
    auto* layout = new QVBoxLayout(side);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* row = new QHBoxLayout;
    row->addWidget(find_);
    row->addStretch(1);
    layout->addLayout(row);
    layout->addWidget(largest_title_);
    layout->addWidget(largest_table_, 1);

    connect(find_, &QPushButton::clicked, this, [this] {
        if (channel_ >= 0) emit largestTokensWanted(channel_);
    });
    connect(largest_table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& now) {
        if (now.isValid() && now.row() < static_cast<int>(largest_.size())) goTo(largest_[static_cast<std::size_t>(now.row())]);
    });
    return side;
}

Index TokenMapPanel::window() const { return window_->value() - 1; }

void TokenMapPanel::setSubject(Index n_windows, const QString& obstacle) {
    n_windows_ = obstacle.isEmpty() ? n_windows : 0;
    {
        const QSignalBlocker block(window_);
        window_->setMaximum(static_cast<int>(std::max<Index>(n_windows_, 1)));
    }
    window_->setEnabled(n_windows_ > 0);
    n_windows_label_->setText(n_windows_ > 0 ? tr("of %1").arg(n_windows_) : QString());
    map_ = {};
    row_ = -1;
    wanted_position_ = -1;
    heatmap_->setMatrix(nullptr);
    heatmap_->setEmptyText(obstacle.isEmpty() ? tr("Choose a layer to see what a window of the calibration text does to its channels.")
                                              : obstacle);
    ruler_->setTokens({});
    read_out_->clear();
    is_searching_ = false;
    largest_channel_ = -1;
    largest_.clear();
    listLargest();
    refreshSearch();
    is_stale_ = n_windows_ > 0;
    if (isVisible()) askForMap();
}

void TokenMapPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    askForMap();
}

void TokenMapPanel::askForMap() {
    if (!is_stale_) return;
    is_stale_ = false;
    emit mapWanted(window());
}

void TokenMapPanel::setMap(const TokenMap& map) {
    map_ = map;
    row_ = -1;
    heatmap_->setMatrix(map_.values);
    heatmap_->setTitle(tr("Tokens × channels, window %1").arg(map_.window + 1));
    if (map_.positions.empty()) heatmap_->setEmptyText(tr("No token of this window reached this input."));
    ruler_->setTokens(map_.tokens);
    if (wanted_position_ >= 0 && map_.window == window()) {
        const auto row = std::ranges::find(map_.positions, wanted_position_);
        wanted_position_ = -1;
        if (row != map_.positions.end()) selectRow(row - map_.positions.begin());
    }
    showSelection();
}

void TokenMapPanel::setSelectedChannel(Index channel) {
    if (channel == channel_) return;
    channel_ = channel;
    showSelection();
    refreshSearch();
}

void TokenMapPanel::selectRow(Index row) {
    row_ = row;
    ruler_->setCurrentRow(row);
    // Into sight, with its neighbours, where the picture is zoomed.
    MatrixRegion shown = heatmap_->viewport();
    const auto at = static_cast<double>(row);
    if (at >= shown.first_row && at + 1.0 <= shown.first_row + shown.n_rows) return;
    shown.first_row = at - 0.5 * shown.n_rows;
    heatmap_->setViewport(shown);
    ruler_->update();
}

void TokenMapPanel::showSelection() {
    const bool is_inside = map_.values && channel_ >= 0 && channel_ < map_.values->cols();
    heatmap_->setSelectedCell(row_, is_inside ? channel_ : -1);
    if (is_inside && row_ >= 0 && row_ < map_.values->rows()) {
        tell(row_, channel_, (*map_.values)(row_, channel_));
    } else {
        read_out_->clear();
    }
}

void TokenMapPanel::tell(Index row, Index channel, float value) {
    if (row >= static_cast<Index>(map_.positions.size()) || row >= map_.tokens.size()) return;
    const QString position = QString::number(map_.positions[static_cast<std::size_t>(row)] + 1);
    // All at once: a token may look like a place for the next.
    read_out_->setText(tr("Token %1 “%2”, channel %3: %4").arg(position, map_.tokens.at(row), QString::number(channel), exactText(value)));
}

void TokenMapPanel::goTo(const LargeToken& token) {
    wanted_position_ = token.position;
    if (token.window != window()) {
        window_->setValue(static_cast<int>(token.window) + 1);
        return;
    }
    const auto row = std::ranges::find(map_.positions, token.position);
    if (map_.window != token.window || row == map_.positions.end()) return;  // it is on its way
    wanted_position_ = -1;
    selectRow(row - map_.positions.begin());
    showSelection();
}

void TokenMapPanel::setSearching(bool is_searching) {
    is_searching_ = is_searching;
    refreshSearch();
}

void TokenMapPanel::setLargest(Index channel, const std::vector<LargeToken>& tokens) {
    largest_channel_ = channel;
    largest_ = tokens;
    is_searching_ = false;
    listLargest();
    refreshSearch();
}

void TokenMapPanel::refreshSearch() {
    find_->setEnabled(n_windows_ > 0 && channel_ >= 0 && !is_searching_);
    if (is_searching_) {
        largest_title_->setText(tr("Looking through all windows …"));
    } else if (largest_channel_ >= 0) {
        largest_title_->setText(tr("Largest tokens of channel %1").arg(largest_channel_));
    } else {
        largest_title_->setText(channel_ < 0 ? tr("Choose a channel, in the heatmap or under Channels.") : QString());
    }
}

void TokenMapPanel::listLargest() {
    largest_model_->setRowCount(0);
    for (const LargeToken& token : largest_) {
        QList<QStandardItem*> row;
        for (const QString& text : {numberText(static_cast<double>(token.value)), QString::number(token.window + 1),
                                    QString::number(token.position + 1), token.text}) {
            auto* item = new QStandardItem(text);
            item->setEditable(false);
            item->setTextAlignment((row.size() == Text ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
            row << item;
        }
        row.last()->setToolTip(plainTip(token.text));
        largest_model_->appendRow(row);
    }
}

}  // namespace salient
