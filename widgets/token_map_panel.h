#pragma once

#include <QStringList>
#include <QWidget>
#include <memory>
#include <vector>

#include "core/tensor/matrix.h"

class QLabel;
class QPushButton;
class QSpinBox;
class QStandardItemModel;
class QTableView;

namespace salient {

class HeatmapView;
class TokenRuler;

/// What the tokens of one calibration window gave a layer's input.
struct TokenMap {
    Index window = 0;
    std::shared_ptr<const Matrix> values;  ///< [rows, in_features]
    std::vector<Index> positions;          ///< [rows] in the window
    QStringList tokens;                    ///< [rows]
};

/// A token that drove a channel far.
struct LargeToken {
    Index window = 0;
    Index position = 0;
    float value = 0.0F;
    QString text;  ///< the token with the text around it
};

/// Tokens × channels of one window as a heatmap, and the tokens with the largest |activation| of one channel over all windows.
/// Asks for what it shows when it is looked at.
class TokenMapPanel : public QWidget {
    Q_OBJECT
public:
    explicit TokenMapPanel(QWidget* parent = nullptr);

    /// Another layer, or another calibration: nothing is known of it yet. An obstacle, if any, says why there is nothing to ask for.
    void setSubject(Index n_windows, const QString& obstacle);
    void setMap(const TokenMap& map);
    /// What was asked for does not come: ask again when next looked at.
    void forget() { is_stale_ = n_windows_ > 0; }
    /// Whether the largest tokens are being looked for.
    void setSearching(bool is_searching);
    /// Answers largestTokensWanted(); largest first.
    void setLargest(Index channel, const std::vector<LargeToken>& tokens);
    /// −1: none. Does not emit.
    void setSelectedChannel(Index channel);
    [[nodiscard]] Index window() const;

signals:
    /// The activations of that window are to be shown.
    void mapWanted(salient::Index window);
    void largestTokensWanted(salient::Index channel);
    void channelSelected(salient::Index channel);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void askForMap();
    void goTo(const LargeToken& token);
    void selectRow(Index row);
    void showSelection();
    void tell(Index row, Index channel, float value);
    void refreshSearch();
    void listLargest();
    [[nodiscard]] QWidget* makeMapSide();
    [[nodiscard]] QWidget* makeLargestSide();

    QSpinBox* window_;
    QLabel* n_windows_label_;
    HeatmapView* heatmap_;
    TokenRuler* ruler_;
    QLabel* read_out_;
    QPushButton* find_;
    QLabel* largest_title_;
    QStandardItemModel* largest_model_;
    QTableView* largest_table_;
    TokenMap map_;
    std::vector<LargeToken> largest_;
    Index largest_channel_ = -1;
    Index channel_ = -1;
    Index row_ = -1;
    Index wanted_position_ = -1;  ///< in the window that was asked for
    Index n_windows_ = 0;
    bool is_stale_ = false;
    bool is_searching_ = false;
};

}  // namespace salient
