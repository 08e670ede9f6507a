#include "widgets/compare_panel.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QTabWidget>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "widgets/chart.h"
#include "widgets/colour_bar.h"
#include "widgets/heatmap_view.h"
#include "widgets/number_text.h"
#include "widgets/table_look.h"

namespace salient {

namespace {

constexpr int kRowPadding = 12;
constexpr int kTableShare = 450;  // of 1000: six methods and the original without scrolling on a small screen
constexpr int kChartShare = 550;
constexpr int kMapLines = 5;       // the least: with the jobs shown below, a small screen must still hold four maps
constexpr int kProfileLines = 11;  // below that the chart has no room for its axis

ChartAxis axis(const QString& title, bool is_whole, bool is_logarithmic) {
    ChartAxis axis;
    axis.title = title;
    axis.is_whole = is_whole;
    axis.is_logarithmic = is_logarithmic;
    return axis;
}

ChartSeries line(const QString& name, int colour) {
    ChartSeries series;
    series.name = name;
    series.colour = colour;
    return series;
}

}  // namespace

ComparePanel::ComparePanel(QWidget* parent)
    : QWidget(parent),
      metrics_(new MetricsModel(this)),
      sorted_(new QSortFilterProxyModel(this)),
      table_(new QTableView(this)),
      evaluate_(new QPushButton(tr("Measure perplexity"), this)),
      export_(new QPushButton(tr("Export the chosen one…"), this)),
      layer_chart_(new Chart(this)),
      what_(new QComboBox(this)),
      choice_(new QToolButton(this)),
      choice_menu_(new QMenu(choice_)),
      protocol_(new QLabel(this)),
      table_hint_(new QLabel(this)),
      layer_label_(new QLabel(this)),
      grid_(new QGridLayout),
      legend_(new ColourBar(this)),
      profile_axis_(new QComboBox(this)),
      profile_(new Chart(this)) {
    for (HeatmapView*& view : views_) view = new HeatmapView(this);
    auto* tabs = new QTabWidget(this);
    tabs->setDocumentMode(true);
    tabs->addTab(makeTable(), tr("Methods and layers"));
    tabs->addTab(makeMaps(), tr("Error maps"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(tabs);
    linkMaps();
}

QWidget* ComparePanel::makeTable() {
    sorted_->setSourceModel(metrics_);
    sorted_->setSortRole(MetricsModel::kSortRole);
    table_->setModel(sorted_);
    table_->setAccessibleName(tr("Methods and their metrics"));
    table_->setSortingEnabled(true);
    table_->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);  // in the order of the recipe until asked otherwise
    showAsRows(*table_, kRowPadding);
    table_->horizontalHeader()->setStretchLastSection(false);
    table_->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table_->horizontalHeader()->setSectionResizeMode(MetricsModel::Name, QHeaderView::Stretch);
    table_->horizontalHeader()->setMinimumSectionSize(9 * table_->fontMetrics().averageCharWidth());

    evaluate_->setToolTip(tr("Run the evaluation text through the original and every run that has no figure yet"));
    auto* copy = new QPushButton(tr("Copy table"), this);
    copy->setToolTip(tr("Put the table on the clipboard as comma-separated values, with every digit"));
    export_->setToolTip(tr("Write the method chosen in the table as a checkpoint that other programs load"));
    protocol_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    protocol_->setWordWrap(true);  // and never what makes the window wider
    protocol_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    protocol_->setAccessibleName(tr("How perplexity was measured"));
    table_hint_->setWordWrap(true);
    table_hint_->setText(tr("Choose a method to see its layers before (plain rounding on the same grid) and after."));

    layer_chart_->setAxes(axis(tr("layer, in order of computation"), true, false), axis(tr("error, %"), false, true));
    layer_chart_->setPointName(tr("layer"));
    layer_chart_->setTitle(tr("Relative output error of every layer, %"));
    layer_chart_->setEmptyText(tr("Quantize to see the error of every layer."));

    auto* buttons = new QHBoxLayout;
    buttons->addWidget(evaluate_);
    buttons->addWidget(export_);
    buttons->addWidget(copy);
    buttons->addSpacing(8);
    buttons->addWidget(protocol_, 1);
    auto* top = new QWidget(this);
    auto* top_layout = new QVBoxLayout(top);
    top_layout->setContentsMargins(0, 12, 0, 0);
    top_layout->addWidget(table_, 1);
    top_layout->addLayout(buttons);
    auto* bottom = new QWidget(this);
    auto* bottom_layout = new QVBoxLayout(bottom);
    bottom_layout->setContentsMargins(0, 8, 0, 0);
    bottom_layout->addWidget(table_hint_);
    bottom_layout->addWidget(layer_chart_, 1);
    auto* splitter = new QSplitter(Qt::Vertical, this);
    splitter->addWidget(top);
    splitter->addWidget(bottom);
    splitter->setStretchFactor(0, 9);
    splitter->setStretchFactor(1, 11);
    splitter->setSizes({kTableShare, kChartShare});
    splitter->setChildrenCollapsible(false);

    connect(evaluate_, &QPushButton::clicked, this, &ComparePanel::evaluateRequested);
    connect(copy, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(metrics_->toCsv()); });
    connect(export_, &QPushButton::clicked, this, [this] {
        if (const auto run = chosenRun()) emit exportRequested(QString::fromStdString(run->name));
    });
    connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this] {
        updateButtons();
        showLayerChart();
    });
    updateButtons();
    connect(layer_chart_, &Chart::hovered, this, [this](Index layer) {
        if (runs_.empty() || layer < 0 || layer >= static_cast<Index>(runs_.front()->layers.size())) return;
        const std::string& name = runs_.front()->layers[static_cast<std::size_t>(layer)].name;
        table_hint_->setText(tr("Layer %1: %2. Click to look at it.").arg(layer).arg(QString::fromStdString(name)));
    });
    connect(layer_chart_, &Chart::chosen, this, [this](Index layer) {
        if (runs_.empty() || layer < 0 || layer >= static_cast<Index>(runs_.front()->layers.size())) return;
        emit layerChosen(QString::fromStdString(runs_.front()->layers[static_cast<std::size_t>(layer)].name));
    });
    return splitter;
}

QWidget* ComparePanel::makeMaps() {
    what_->addItem(tr("Weight error, ŵ − w"));
    what_->addItem(tr("Contribution to the output error"));
    what_->setToolTip(
        tr("Weight error: how far each weight moved. Contribution to the output error: D ∘ (D H), what each weight adds to "
           "tr(D H Dᵀ); a negative one makes up for others"));
    what_->setAccessibleName(tr("What the maps show"));
    choice_->setText(tr("Methods shown"));
    choice_->setToolTip(tr("Up to four methods side by side"));
    choice_->setPopupMode(QToolButton::InstantPopup);
    choice_->setMenu(choice_menu_);
    profile_axis_->addItem(tr("per input channel"));
    profile_axis_->addItem(tr("per output row"));
    profile_axis_->setToolTip(tr("What each input channel, or each output row, adds to the relative output error, in percent"));
    profile_axis_->setAccessibleName(tr("Axis of the profile"));
    profile_->setMinimumHeight(kProfileLines * fontMetrics().height());
    profile_->setAccessibleName(tr("Output error per channel or row"));
    legend_->setFixedWidth(legend_->sizeHint().width());

    auto* top = new QHBoxLayout;
    top->addWidget(new QLabel(tr("Show"), this));
    top->addWidget(what_);
    top->addWidget(choice_);
    top->addSpacing(16);
    top->addWidget(layer_label_, 1);

    for (int i = 0; i < kMaxMaps; ++i) {
        HeatmapView* view = views_[static_cast<std::size_t>(i)];
        view->setLegendVisible(false);
        view->setMinimumHeight(kMapLines * fontMetrics().height());
        view->setAxisNames(tr("output row"), tr("input channel"));
        grid_->addWidget(view, i / 2, i % 2);
        view->hide();
    }
    grid_->setSpacing(8);
    auto* maps = new QWidget(this);
    auto* maps_layout = new QHBoxLayout(maps);
    maps_layout->setContentsMargins(0, 0, 0, 0);
    maps_layout->addLayout(grid_, 1);
    maps_layout->addWidget(legend_);

    auto* profile = new QWidget(this);
    auto* profile_top = new QHBoxLayout;
    profile_top->addWidget(new QLabel(tr("Where the output error comes from"), profile));
    profile_top->addWidget(profile_axis_);
    profile_top->addStretch();
    auto* profile_layout = new QVBoxLayout(profile);
    profile_layout->setContentsMargins(0, 4, 0, 0);
    profile_layout->addLayout(profile_top);
    profile_layout->addWidget(profile_, 1);

    auto* splitter = new QSplitter(Qt::Vertical, this);
    splitter->addWidget(maps);
    splitter->addWidget(profile);
    splitter->setStretchFactor(0, 5);
    splitter->setStretchFactor(1, 2);
    splitter->setChildrenCollapsible(false);

    auto* page = new QWidget(this);
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 12, 0, 0);
    layout->addLayout(top);
    layout->addWidget(splitter, 1);

    connect(what_, &QComboBox::currentIndexChanged, this, &ComparePanel::showErrors);
    connect(profile_axis_, &QComboBox::currentIndexChanged, this, &ComparePanel::showProfile);
    connect(profile_, &Chart::chosen, this, [this](Index index) {
        if (profile_axis_->currentIndex() == 0) {
            emit cellChosen(-1, index);
        } else {
            emit cellChosen(index, -1);
        }
    });
    return page;
}

void ComparePanel::linkMaps() {
    for (HeatmapView* from : views_) {
        for (HeatmapView* to : views_) {
            if (from == to) continue;
            connect(from, &HeatmapView::viewportChanged, to, &HeatmapView::setViewport);
            connect(from, &HeatmapView::crosshairMoved, to, [to](Index row, Index column) { to->setCrosshair(row, column); });
        }
        connect(from, &HeatmapView::crosshairMoved, this, [this](Index, Index, float value) { legend_->setMark(value); });
        connect(from, &HeatmapView::cellChosen, this, &ComparePanel::cellChosen);
    }
}

void ComparePanel::setResults(const std::vector<std::shared_ptr<const RunResult>>& runs,
                              const std::optional<PerplexityResult>& full_precision, std::int64_t original_bytes, double original_bits) {
    runs_ = runs;
    has_full_precision_ = full_precision.has_value();
    const int chosen = sorted_->mapToSource(table_->currentIndex()).row();
    metrics_->setResults(runs, full_precision, original_bytes, original_bits);
    if (chosen >= 0) table_->setCurrentIndex(sorted_->mapFromSource(metrics_->index(chosen, 0)));
    protocol_->setText(full_precision ? tr("Perplexity: %1").arg(metrics_->protocolText(0)) : QString());
    rebuildChoice();
    updateButtons();
    showLayerChart();
}

std::shared_ptr<const RunResult> ComparePanel::chosenRun() const {
    return metrics_->run(sorted_->mapToSource(table_->currentIndex()).row());
}

void ComparePanel::updateButtons() {
    const bool is_any_missing =
        !has_full_precision_ || std::any_of(runs_.begin(), runs_.end(), [](const auto& run) { return !run->perplexity; });
    evaluate_->setEnabled(is_evaluate_allowed_ && is_any_missing && !runs_.empty());
    export_->setEnabled(chosenRun() != nullptr);
}

void ComparePanel::rebuildChoice() {
    choice_menu_->clear();
    for (const auto& run : runs_) {
        QAction* action = choice_menu_->addAction(QString::fromStdString(run->name));
        action->setCheckable(true);
        action->setChecked(std::find(unticked_.begin(), unticked_.end(), run->name) == unticked_.end());
        connect(action, &QAction::toggled, this, [this, name = run->name](bool shown) {
            std::erase(unticked_, name);
            if (!shown) unticked_.push_back(name);
            emit comparedRunsChanged();
        });
    }
}

std::vector<std::string> ComparePanel::comparedRuns() const {
    std::vector<std::string> names;
    for (const auto& run : runs_) {
        const bool is_shown = std::find(unticked_.begin(), unticked_.end(), run->name) == unticked_.end();
        if (is_shown && names.size() < kMaxMaps) names.push_back(run->name);
    }
    return names;
}

void ComparePanel::showLayerChart() {
    const std::shared_ptr<const RunResult> chosen = chosenRun();
    std::vector<ChartSeries> series;
    int colour = 0;
    for (const auto& run : runs_) {
        const int own_colour = colour++;
        if (chosen && run != chosen) continue;
        ChartSeries after = line(QString::fromStdString(run->name), own_colour);
        ChartSeries before = line(tr("nearest rounding, same grid"), own_colour);
        before.is_dashed = true;
        for (std::size_t i = 0; i < run->layers.size(); ++i) {
            after.x.push_back(static_cast<double>(i));
            after.y.push_back(100.0 * run->layers[i].error.relative_output_error);
            before.x.push_back(static_cast<double>(i));
            before.y.push_back(100.0 * run->layers[i].nearest.relative_output_error);
        }
        series.push_back(std::move(after));
        if (chosen) series.push_back(std::move(before));
    }
    layer_chart_->setLegendVisible(true);
    layer_chart_->setSeries(std::move(series));
    table_hint_->setText(
        chosen ? tr("%1: every layer before and after. Choose “Original” to see all methods.").arg(QString::fromStdString(chosen->name))
               : tr("All methods, layer by layer. Choose one in the table to see it before and after."));
}

void ComparePanel::setErrors(const QString& layer, const std::vector<ComparedError>& errors) {
    layer_ = layer;
    errors_ = errors;
    layer_label_->setText(layer);
    showErrors();
    showProfile();
}

void ComparePanel::showErrors() {
    const bool is_output = what_->currentIndex() == 1;
    float limit = 0.0F;
    std::array<std::shared_ptr<const MagnitudePyramid>, kMaxMaps> pyramids;
    for (std::size_t i = 0; i < errors_.size() && i < views_.size(); ++i) {
        const std::shared_ptr<const ErrorMap>& map = errors_[i].map;
        const Matrix& values = is_output ? map->output_error : map->weight_error;
        // Shares ownership with the map: the picture keeps its numbers alive.
        pyramids[i] = std::make_shared<const MagnitudePyramid>(std::shared_ptr<const Matrix>(map, &values));
        limit = std::max(limit, pyramids[i]->maxAbs());
    }
    const ColourScale scale = divergingScale(limit);
    for (std::size_t i = 0; i < views_.size(); ++i) {
        HeatmapView* view = views_[i];
        view->setVisible(i < errors_.size());
        if (i >= errors_.size()) continue;
        const ComparedError& error = errors_[i];
        const QString by_weights = percentText(error.map->total.relative_output_error);
        view->setTitle(error.with_activations
                           ? tr("%1 — output error %2 (weights %3)").arg(error.title, percentText(*error.with_activations), by_weights)
                           : tr("%1 — output error %2").arg(error.title, by_weights));
        view->setPyramid(pyramids[i]);
        view->setColourScale(scale);
    }
    // One or two maps share a row; a lone row must not leave half of the room empty.
    grid_->setRowStretch(0, 1);
    grid_->setRowStretch(1, errors_.size() > 2 ? 1 : 0);
    grid_->setColumnStretch(0, 1);
    grid_->setColumnStretch(1, errors_.size() > 1 ? 1 : 0);
    legend_->setVisible(!errors_.empty());
    legend_->setScale(scale);
    legend_->setUnit(is_output ? tr("D ∘ (D H)") : tr("ŵ − w"));
}

void ComparePanel::showProfile() {
    const bool is_by_row = profile_axis_->currentIndex() == 1;
    std::vector<ChartSeries> series;
    for (std::size_t i = 0; i < errors_.size(); ++i) {
        const ErrorMap& map = *errors_[i].map;
        ChartSeries profile = line(errors_[i].title, static_cast<int>(i));
        profile.y = is_by_row ? map.by_row : map.by_channel;
        // In percent of the layer's output energy: they add up to the figure above the map.
        const double scale = map.total.output_error > 0.0 ? 100.0 * map.total.relative_output_error / map.total.output_error : 0.0;
        for (double& value : profile.y) value *= scale;
        series.push_back(std::move(profile));
    }
    profile_->setAxes(axis(is_by_row ? tr("output row") : tr("input channel"), true, false), axis(tr("error, %"), false, false));
    profile_->setPointName(is_by_row ? tr("output row") : tr("input channel"));
    profile_->setSeries(std::move(series));
}

void ComparePanel::setSelectedCell(Index row, Index channel) {
    for (HeatmapView* view : views_) view->setSelectedCell(row, channel);
    profile_->setCursorIndex(profile_axis_->currentIndex() == 1 ? row : channel);
}

void ComparePanel::setEvaluateEnabled(bool enabled) {
    is_evaluate_allowed_ = enabled;
    updateButtons();
}

}  // namespace salient
