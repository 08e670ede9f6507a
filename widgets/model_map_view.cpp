#include "widgets/model_map_view.h"

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QScopedValueRollback>
#include <QSpinBox>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "widgets/context_action.h"
#include "widgets/flow_row.h"
#include "widgets/folding_splitter.h"
#include "widgets/kept_settings.h"
#include "widgets/number_order.h"
#include "widgets/override_panel.h"
#include "widgets/plain_text.h"
#include "widgets/table_copy.h"
#include "widgets/table_look.h"
#include "widgets/text_width.h"
#include "widgets/theme.h"

namespace salient {

namespace {

constexpr int kWorst = 10;  // unless another number is chosen
constexpr int kMostWorst = 999;
// Cells share the room there is: tall for a few blocks, still readable for a hundred.
constexpr int kCellAir = 6;  // around the text of the lowest
constexpr int kTallestCell = 48;
constexpr int kRowsInSight = 8;   // at least, however large the type is
constexpr int kSideWidth = 42;    // average characters
constexpr int kRoomBeside = 140;  // likewise: below that the list of largest values goes below the map
constexpr qreal kDimmed = 0.15;

/// Paints a layer as a filled cell with its value in a colour that can be read on it.
class CellDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const QRect cell = option.rect.adjusted(1, 1, -1, -1);
        const QColor colour = index.data(ModelMapModel::kColourRole).value<QColor>();
        const bool matches = index.data(ModelMapModel::kMatchesRole).toBool();
        if ((index.flags() & Qt::ItemIsEnabled) == 0) return;  // no such layer in this block
        painter->save();
        painter->setOpacity(matches ? 1.0 : kDimmed);
        if (colour.isValid()) {
            painter->fillRect(cell, colour);
            painter->setPen(textOn(colour));
        } else {
            painter->fillRect(cell, option.palette.alternateBase());
            painter->setPen(mutedText(option.palette));
        }
        const QString text = index.data(Qt::DisplayRole).toString();
        painter->drawText(cell, Qt::AlignCenter, text.isEmpty() ? QStringLiteral("·") : text);
        painter->setOpacity(1.0);
        const auto* view = qobject_cast<const QAbstractItemView*>(option.widget);
        const bool is_current = view != nullptr && view->currentIndex() == index;
        if (is_current || (option.state & QStyle::State_Selected) != 0) {
            painter->setPen(QPen(selectionColour(option.palette), 2, is_current ? Qt::SolidLine : Qt::DashLine));
            painter->drawRect(cell.adjusted(0, 0, -1, -1));
        }
        painter->restore();
    }
};

}  // namespace

/// The legend: the colours with the smallest and the largest value at their ends.
class GradientBar : public QWidget {
public:
    explicit GradientBar(QWidget* parent) : QWidget(parent) { setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed); }
    [[nodiscard]] QSize sizeHint() const override { return {0, kGradientHeight + fontMetrics().height() + 6}; }

    void setEnds(const QString& low, const QString& high, const QString& note) {
        low_ = low;
        high_ = high;
        note_ = note;
        setAccessibleName(low.isEmpty() ? note : ModelMapView::tr("Colours from %1 to %2").arg(low, high));
        update();
    }

protected:
    void paintEvent(QPaintEvent* /*event*/) override {
        QPainter painter(this);
        for (int x = 0; x < width(); ++x) {
            painter.fillRect(x, 0, 1, kGradientHeight,
                             QColor::fromRgb(sequentialColour(static_cast<double>(x) / std::max(1, width() - 1))));
        }
        const QRect below(0, kGradientHeight + 4, width(), fontMetrics().height());
        painter.setPen(palette().color(QPalette::Text));
        painter.drawText(below, Qt::AlignLeft, low_);
        painter.drawText(below, Qt::AlignRight, high_);
        painter.setPen(mutedText(palette()));
        painter.drawText(below, Qt::AlignHCenter, note_);
    }

private:
    static constexpr int kGradientHeight = 14;
    QString low_;
    QString high_;
    QString note_;
};

ModelMapView::ModelMapView(QWidget* parent)
    : QWidget(parent),
      model_(new ModelMapModel(this)),
      sorted_(new NumberOrder(this)),
      metric_(new QComboBox(this)),
      filter_(new QLineEdit(this)),
      matches_(plainLabel(this)),
      table_(new QTableView(this)),
      legend_(new GradientBar(this)),
      n_worst_(new QSpinBox(this)),
      worst_(new QListWidget(this)),
      overrides_(new OverridePanel(this)) {
    metric_->setToolTip(tr("What the colours show"));
    metric_->setAccessibleName(tr("Metric"));
    metric_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    filter_->setObjectName(QStringLiteral("filter"));
    filter_->setPlaceholderText(tr("Filter: a regular expression, e.g. down_proj|o_proj"));
    filter_->setToolTip(tr("Layers whose full name does not match are dimmed"));
    filter_->setAccessibleName(tr("Filter"));
    filter_->setClearButtonEnabled(true);

    buildTable();
    addTableActions();

    auto* worst_title = new QLabel(tr("Largest values"), this);
    QFont bold = worst_title->font();
    bold.setBold(true);
    worst_title->setFont(bold);
    n_worst_->setRange(1, kMostWorst);
    n_worst_->setValue(kWorst);
    n_worst_->setToolTip(tr("How many layers are listed, those with the largest values first"));
    n_worst_->setAccessibleName(tr("Number of listed layers"));
    worst_->setAccessibleName(tr("Layers with the largest values"));
    worst_->setFrameShape(QFrame::NoFrame);
    worst_->viewport()->setBackgroundRole(QPalette::Window);

    auto* top = new FlowRow(this);
    top->add({new QLabel(tr("Show"), this), metric_});
    top->add({filter_}, filter_);
    top->add({matches_});

    auto* side = new QWidget(this);
    keepLeastWidth(side, kSideWidth);
    auto* side_layout = new QVBoxLayout(side);
    side_layout->setContentsMargins(8, 0, 0, 0);
    side_layout->addWidget(legend_);
    side_layout->addSpacing(12);
    auto* worst_row = new QHBoxLayout;
    worst_row->addWidget(worst_title, 1);
    worst_row->addWidget(n_worst_);
    side_layout->addLayout(worst_row);
    side_layout->addWidget(worst_, 1);

    auto* body = new FoldingSplitter(kRoomBeside, this);
    picture_ = body;
    body->addWidget(table_);
    body->addWidget(side);
    body->setStretchFactor(0, 1);
    body->setStretchFactor(1, 0);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(12);
    layout->addWidget(top);
    layout->addWidget(body, 1);
    layout->addWidget(overrides_);

    keepSetting(metric_, "map.metric");
    keepSetting(filter_, "map.filter");
    keepSetting(body, "map.split");
    keepSetting(table_, "map.table");
    keepSetting(table_->horizontalHeader(), "map.sort");
    keepSetting(n_worst_, "map.worst");
    connect(n_worst_, &QSpinBox::valueChanged, this, &ModelMapView::showWorst);
    connect(metric_, &QComboBox::activated, this, [this] {
        if (model_->metric().is_awaited && model_->metric().is_cancelled) emit valuesWanted();
    });
    connect(metric_, &QComboBox::currentIndexChanged, this, [this] {
        if (metric_->currentIndex() >= 0) chosen_metric_ = metric_->currentText();
        showMetric();
    });
    connect(filter_, &QLineEdit::textChanged, this, [this](const QString& pattern) {
        const QRegularExpression expression(pattern);
        model_->setFilter(expression);
        matches_->setText(pattern.isEmpty()       ? QString()
                          : !expression.isValid() ? tr("Not a regular expression: %1").arg(expression.errorString())
                                                  : tr("%n layer(s)", nullptr, model_->matchCount()));
        matches_->setVisible(!pattern.isEmpty());
        overrides_->setPattern(expression.isValid() ? pattern : QString());
        showWorst();
    });
    matches_->setAccessibleName(tr("Layers that match"));
    matches_->hide();
    const auto chosen = [this](const QModelIndex& cell) {
        if (is_setting_ || !cell.isValid()) return;
        emit layerChosen(cell.data(ModelMapModel::kBlockRole).toInt(), cell.data(ModelMapModel::kLayerRole).toString());
    };
    connect(table_->selectionModel(), &QItemSelectionModel::currentChanged, this, chosen);
    connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        if (!is_setting_ && chosenLayers() != told_layers_) tellOverrides();
    });
    const auto activate = [this](const QModelIndex& cell) {
        emit layerActivated(cell.data(ModelMapModel::kBlockRole).toInt(), cell.data(ModelMapModel::kLayerRole).toString());
    };
    connect(table_, &QTableView::activated, this, activate);
    const auto from_list = [this](const QListWidgetItem* item) { return cellOf(item->data(Qt::UserRole).toString()); };
    connect(worst_, &QListWidget::itemClicked, this,
            [this, from_list](const QListWidgetItem* item) { table_->setCurrentIndex(from_list(item)); });
    connect(worst_, &QListWidget::itemActivated, this, [activate, from_list](const QListWidgetItem* item) { activate(from_list(item)); });
}

void ModelMapView::buildTable() {
    sorted_->setSourceModel(model_);
    sorted_->setSortRole(ModelMapModel::kValueRole);
    table_->setModel(sorted_);
    table_->setItemDelegate(new CellDelegate(table_));
    table_->setAccessibleName(tr("Layers of the model"));
    table_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    table_->setShowGrid(false);
    table_->setFrameShape(QFrame::NoFrame);
    table_->viewport()->setBackgroundRole(QPalette::Window);
    QPalette no_highlight;  // a chosen cell has a frame: a filled one would hide what a dimmed cell shows
    no_highlight.setColor(QPalette::Highlight, Qt::transparent);
    table_->setPalette(no_highlight);
    QHeaderView* modules = table_->horizontalHeader();
    modules->setSectionResizeMode(QHeaderView::Stretch);
    modules->setHighlightSections(false);
    keepTitlesInSight(*table_);
    modules->setToolTip(tr("Click: sort the blocks by this module's values, the other way round, and back into their order"));
    table_->verticalHeader()->setHighlightSections(false);
    table_->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    table_->setSortingEnabled(true);
    modules->setSortIndicatorClearable(true);
    modules->setSortIndicator(-1, Qt::AscendingOrder);  // in their order until asked otherwise
    followFont(table_, [this] { fitRows(); });
    table_->viewport()->installEventFilter(this);
}

/// All blocks are in sight, as long as their cells can be read.
void ModelMapView::fitRows() {
    const int n_rows = std::max(1, model_->rowCount());
    const int lowest = table_->fontMetrics().height() + kCellAir;
    const int header = table_->horizontalHeader()->sizeHint().height();
    table_->setMinimumHeight(header + std::min(n_rows, kRowsInSight) * lowest);
    const int room = table_->viewport()->height() / n_rows;
    table_->verticalHeader()->setDefaultSectionSize(std::clamp(room, lowest, std::max(lowest, kTallestCell)));
}

bool ModelMapView::eventFilter(QObject* watched, QEvent* event) {
    if (watched == table_->viewport() && event->type() == QEvent::Resize) fitRows();
    return QWidget::eventFilter(watched, event);
}

void ModelMapView::addTableActions() {
    offerCopy(*table_);
    addContextAction(table_, tr("Save as figure…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_F), [this] { emit figureWanted(); });
    addContextAction(table_, tr("Blocks by this module, largest first"), {}, [this] {
        const int module = table_->currentIndex().column();
        if (module >= 0) table_->horizontalHeader()->setSortIndicator(module, Qt::DescendingOrder);
    });
    addContextAction(table_, tr("Blocks in their order"), {},
                     [this] { table_->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder); });
}

QModelIndex ModelMapView::cellOf(const QString& layer) const { return sorted_->mapFromSource(model_->indexOf(layer)); }

QStringList ModelMapView::chosenLayers() const {
    std::vector<QModelIndex> cells;
    for (const QModelIndex& cell : table_->selectionModel()->selectedIndexes()) cells.push_back(sorted_->mapToSource(cell));
    if (cells.size() < 2) cells = {sorted_->mapToSource(table_->currentIndex())};
    std::sort(cells.begin(), cells.end());  // by block and module
    QStringList layers;
    for (const QModelIndex& cell : cells) {
        if (cell.isValid()) layers << cell.data(ModelMapModel::kLayerRole).toString();
    }
    return layers;
}

void ModelMapView::tellOverrides() {
    told_layers_ = chosenLayers();
    overrides_->setLayers(told_layers_);
}

void ModelMapView::setModel(const std::shared_ptr<const Model>& model) {
    const QScopedValueRollback setting(is_setting_, true);
    table_->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);  // modules of another model are others
    model_->setModel(model);
    overrides_->setModel(model);
    fitRows();
    metrics_.clear();
    chosen_metric_.clear();
    metric_->clear();
    showMetric();
}

void ModelMapView::setMetrics(std::vector<LayerMetric> metrics) {
    const QString before = chosen_metric_;
    metrics_ = std::move(metrics);
    {
        const QSignalBlocker block(metric_);
        metric_->clear();
        for (const LayerMetric& metric : metrics_) {
            metric_->addItem(metric.name);
            if (!metric.tip.isEmpty()) metric_->setItemData(metric_->count() - 1, plainTip(metric.tip), Qt::ToolTipRole);
        }
        metric_->setCurrentIndex(std::max(0, metric_->findText(before)));
    }
    showMetric();
}

void ModelMapView::setSelectedLayer(const QString& layer) {
    const QScopedValueRollback setting(is_setting_, true);
    // The current one among several that are chosen: it must not take the others' place.
    if (const QModelIndex cell = cellOf(layer); cell != table_->currentIndex()) table_->setCurrentIndex(cell);
    if (chosenLayers() != told_layers_) tellOverrides();  // called for channels and rows, too
}

void ModelMapView::showMetric() {
    const int at = metric_->currentIndex();
    const bool has_metric = at >= 0 && at < static_cast<int>(metrics_.size());
    model_->setMetric(has_metric ? metrics_[static_cast<std::size_t>(at)] : LayerMetric{});
    const auto [low, high] = model_->range();
    const bool is_awaited = model_->metric().is_awaited;
    legend_->setVisible(has_metric);
    const QString note = is_awaited && model_->metric().is_cancelled ? tr("cancelled; choose it again to read the weights")
                         : is_awaited                                ? tr("reading the weights …")
                         : model_->metric().is_logarithmic           ? tr("logarithmic")
                                                                     : QString();
    legend_->setEnds(is_awaited ? QString() : model_->text(low), is_awaited ? QString() : model_->text(high), note);
    const QString tip = model_->metric().tip;
    metric_->setToolTip(tip.isEmpty() ? tr("What the colours show") : plainTip(tip));
    showWorst();
    askForValues();
}

void ModelMapView::askForValues() {
    if (isVisible() && model_->metric().is_awaited && !model_->metric().is_cancelled) emit valuesWanted();
}

void ModelMapView::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    askForValues();
}

void ModelMapView::showWorst() {
    worst_->clear();
    for (const QModelIndex& cell : model_->worst(n_worst_->value())) {
        const QString layer = cell.data(ModelMapModel::kLayerRole).toString();
        const QString module = model_->headerData(cell.column(), Qt::Horizontal, Qt::DisplayRole).toString();
        auto* item =
            new QListWidgetItem(tr("Block %1 · %2 — %3").arg(cell.row()).arg(module, cell.data(Qt::DisplayRole).toString()), worst_);
        item->setData(Qt::UserRole, layer);
        item->setToolTip(plainTip(layer));
    }
}

}  // namespace salient
