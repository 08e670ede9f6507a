#include "app/gui/figure_desk.h"

#include <QAbstractProxyModel>
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QEvent>
#include <QTableView>
#include <algorithm>
#include <cmath>
#include <utility>

#include "widgets/chart.h"
#include "widgets/context_action.h"
#include "widgets/error_maps_panel.h"
#include "widgets/heatmap_view.h"
#include "widgets/layer_table_model.h"
#include "widgets/metrics_model.h"
#include "widgets/model_map_view.h"
#include "widgets/number_grid.h"
#include "widgets/table_copy.h"

namespace salient {

namespace {

constexpr const char* kAdopted = "figure_adopted";

template <class Wanted>
Wanted* ancestorOf(const QWidget* widget) {
    for (QWidget* above = widget->parentWidget(); above != nullptr; above = above->parentWidget()) {
        if (auto* found = qobject_cast<Wanted*>(above)) return found;
    }
    return nullptr;
}

QKeySequence saveKeys() { return {Qt::CTRL | Qt::SHIFT | Qt::Key_F}; }

/// What it shows is its model's, whatever sorts it.
const QAbstractItemModel* sourceOf(const QAbstractItemModel* model) {
    while (const auto* proxy = qobject_cast<const QAbstractProxyModel*>(model)) model = proxy->sourceModel();
    return model;
}

bool hasCopy(const QWidget& widget) {
    return std::ranges::any_of(widget.actions(),
                               [](const QAction* action) { return action->shortcut() == QKeySequence(QKeySequence::Copy); });
}

}  // namespace

FigureDesk::FigureDesk(QWidget& window, std::function<void(const Figure&)> save)
    : QObject(&window), window_(window), save_(std::move(save)) {
    for (QWidget* widget : window_.findChildren<QWidget*>()) adopt(widget);
    QApplication::instance()->installEventFilter(this);
}

/// When it is shown, a widget is complete and in its place, and nobody has asked it for anything yet.
bool FigureDesk::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Show && watched->isWidgetType()) {
        auto* widget = static_cast<QWidget*>(watched);
        if (isOfWindow(widget)) adopt(widget);
    }
    return QObject::eventFilter(watched, event);
}

/// Also of a page that has a window of its own.
bool FigureDesk::isOfWindow(const QWidget* widget) const {
    while (widget != nullptr && widget != &window_) widget = widget->parentWidget();
    return widget != nullptr;
}

void FigureDesk::adopt(QWidget* widget) {
    if (widget->property(kAdopted).toBool()) return;
    if (auto* chart = qobject_cast<Chart*>(widget)) {
        adoptChart(chart);
    } else if (auto* heatmap = qobject_cast<HeatmapView*>(widget)) {
        adoptHeatmap(heatmap);
    } else if (auto* map = qobject_cast<ModelMapView*>(widget)) {
        adoptMap(map);
    } else if (auto* grid = qobject_cast<NumberGrid*>(widget)) {
        adoptGrid(grid);
    } else if (auto* table = qobject_cast<QTableView*>(widget)) {
        adoptTable(table);
    } else {
        return;
    }
    widget->setProperty(kAdopted, true);
}

void FigureDesk::adoptChart(Chart* chart) {
    connect(chart, &Chart::figureWanted, this, [this, chart] { save_({chart, chart->title(), [chart] { return chart->toCsv(); }}); });
}

void FigureDesk::adoptHeatmap(HeatmapView* view) {
    connect(view, &HeatmapView::figureWanted, this, [this, view] {
        Figure figure{view, view->title(), [view] { return view->toCsv(); }};
        if (const auto* maps = ancestorOf<ErrorMapsPanel>(view)) figure.scale = maps->sharedScale();
        save_(figure);
    });
}

void FigureDesk::adoptMap(ModelMapView* map) {
    connect(map, &ModelMapView::figureWanted, this, [this, map] {
        save_({map->picture(), map->model().metric().name, [map] { return map->model().toCsv(); }});
    });
}

void FigureDesk::adoptGrid(NumberGrid* grid) {
    addContextAction(grid, tr("Copy data"), QKeySequence::Copy, [grid] { QApplication::clipboard()->setText(gridCsv(*grid)); });
    addContextAction(grid, tr("Save as figure…"), saveKeys(), [this, grid] {
        save_({grid, grid->title(), [grid] { return gridCsv(*grid); }});
    });
}

void FigureDesk::adoptTable(QTableView* table) {
    if (!hasCopy(*table)) offerCopy(*table);
    if (ancestorOf<ModelMapView>(table) != nullptr) return;  // the map with its legend is the picture
    addContextAction(table, tr("Save as figure…"), saveKeys(), [this, table] {
        save_({table, table->accessibleName(), [table] { return tableCsv(*table); }});
    });
}

QString gridCsv(const NumberGrid& grid) {
    const Matrix& values = grid.matrix();
    QString text = QStringLiteral("\"%1\"").arg(QString(grid.title()).replace(QLatin1Char('"'), QStringLiteral("\"\"")));
    for (Index column = 0; column < values.cols(); ++column) text += QStringLiteral(",%1").arg(column);
    text += QLatin1Char('\n');
    for (Index row = 0; row < values.rows(); ++row) {
        text += QString::number(row);
        for (Index column = 0; column < values.cols(); ++column) {
            const auto value = static_cast<double>(values(row, column));
            text += QLatin1Char(',') + (std::isnan(value) ? QString() : QString::number(value, 'g', 9));
        }
        text += QLatin1Char('\n');
    }
    return text;
}

QString tableCsv(const QTableView& table) {
    const QAbstractItemModel* source = sourceOf(table.model());
    if (const auto* metrics = qobject_cast<const MetricsModel*>(source)) return metrics->toCsv();
    if (const auto* layers = qobject_cast<const LayerTableModel*>(source)) return layers->toCsv();
    return shownCsv(*table.model());
}

}  // namespace salient
