#pragma once

#include <QWidget>
#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "core/eval/layer_metrics.h"
#include "widgets/figure.h"

class QComboBox;
class QGridLayout;
class QLabel;
class QMenu;
class QTimer;
class QToolButton;

namespace salient {

class Chart;
class ColourBar;
class HeatmapView;

/// One layer's error under one method.
struct ComparedError {
    QString title;  ///< the run's name
    std::shared_ptr<const ErrorMap> map;
    std::optional<double> with_activations = {};  ///< relative output error with rounded activations counted, where they are (W8A8)
};

/// Up to four error maps of the chosen layer that share colours, zoom and cursor until they are unlinked: side by side, two under a divider
/// (swipe), or two in turn (blink); as they are or as differences from one of them. Below, where each method's output error comes from.
class ErrorMapsPanel : public QWidget {
    Q_OBJECT
public:
    static constexpr std::size_t kMaxMaps = 4;
    enum Arrangement { SideBySide, Swipe, Blink };

    explicit ErrorMapsPanel(QWidget* parent = nullptr);

    void setRuns(const QStringList& runs);
    /// Names of the runs whose maps are shown: those ticked, at most kMaxMaps.
    [[nodiscard]] std::vector<std::string> comparedRuns() const;
    /// Runs that the user took out of the comparison.
    [[nodiscard]] const std::vector<std::string>& hiddenRuns() const noexcept { return unticked_; }
    void setHiddenRuns(std::vector<std::string> runs);
    void setErrors(const QString& layer, const std::vector<ComparedError>& errors);
    void setSelectedCell(Index row, Index channel);
    /// What the others are shown as differences from, whenever its map is among those set; empty: none.
    void setBaseline(const QString& run);
    /// The legend of maps that share one, for pictures of them; nothing while each has its own.
    [[nodiscard]] std::optional<FigureScale> sharedScale() const;

signals:
    /// The maps of other runs are wanted.
    void comparedRunsChanged();
    /// The user chose what the others are compared with; empty: nothing.
    void baselineChosen(const QString& run);
    void cellChosen(salient::Index row, salient::Index channel);

private:
    [[nodiscard]] QWidget* makeMaps();
    [[nodiscard]] QWidget* makeProfile();
    void linkMaps();
    void moveOthers(const HeatmapView* moved);
    void noteSurplus();
    /// What the colours stand for.
    [[nodiscard]] QString unit() const;
    /// Side by side and unlinked: each map has colours and a legend of its own.
    [[nodiscard]] bool areColoursOwn() const;
    void rebuildChoice();
    void rebuildBaseline();
    /// The error that the others are compared with, or null.
    [[nodiscard]] const ComparedError* baseline() const;
    /// What is shown: all, or all but the baseline.
    [[nodiscard]] std::vector<const ComparedError*> shownErrors() const;
    [[nodiscard]] std::shared_ptr<const Matrix> valuesOf(const ComparedError& error) const;
    [[nodiscard]] QString titleOf(const ComparedError& error) const;
    void showErrors();
    void arrange(std::size_t n_maps);
    void showProfile();

    QStringList runs_;
    std::vector<std::string> unticked_;  ///< remembered by name, so that new runs show by themselves
    std::vector<ComparedError> errors_;
    QString wanted_baseline_;  ///< remembered by name while its map is not there
    QComboBox* what_;
    QComboBox* arrangement_;
    QComboBox* baseline_;
    QToolButton* choice_;
    QMenu* choice_menu_;
    QToolButton* linked_;
    QLabel* surplus_;
    QLabel* layer_label_;
    QGridLayout* grid_;
    ColourBar* legend_;
    QComboBox* profile_axis_;
    Chart* profile_;
    QTimer* blink_;
    std::array<HeatmapView*, kMaxMaps> views_{};
    const HeatmapView* last_moved_ = nullptr;
};

}  // namespace salient
