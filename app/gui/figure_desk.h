#pragma once

#include <QObject>
#include <functional>

#include "widgets/figure.h"

class QTableView;

namespace salient {

class Chart;
class HeatmapView;
class ModelMapView;
class NumberGrid;

/// Every picture of a window can be saved, also those that are made while it is open (views of lessons): charts, heatmaps and the model map
/// ask for it by themselves; grids of numbers and tables are given the entry in their context menu here, and tables the one that copies.
class FigureDesk : public QObject {
    Q_OBJECT
public:
    /// `save` is called with the picture that the user wants. The window must outlive its views.
    FigureDesk(QWidget& window, std::function<void(const Figure&)> save);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    [[nodiscard]] bool isOfWindow(const QWidget* widget) const;
    void adopt(QWidget* widget);
    void adoptChart(Chart* chart);
    void adoptHeatmap(HeatmapView* view);
    void adoptMap(ModelMapView* map);
    void adoptGrid(NumberGrid* grid);
    void adoptTable(QTableView* table);

    QWidget& window_;
    std::function<void(const Figure&)> save_;
};

/// The numbers of a grid as comma-separated lines, with every digit; what is not known is empty.
[[nodiscard]] QString gridCsv(const NumberGrid& grid);
/// A table's data as comma-separated lines: with every digit where its model can give them, else as shown.
[[nodiscard]] QString tableCsv(const QTableView& table);

}  // namespace salient
