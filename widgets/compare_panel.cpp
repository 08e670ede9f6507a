#include "widgets/compare_panel.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSplitter>
#include <QTabWidget>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "widgets/chart.h"
#include "widgets/diagnosis_panel.h"
#include "widgets/flow_row.h"
#include "widgets/kept_settings.h"
#include "widgets/layer_order.h"
#include "widgets/note_list.h"
#include "widgets/number_order.h"
#include "widgets/number_text.h"
#include "widgets/plain_text.h"
#include "widgets/table_look.h"
#include "widgets/text_width.h"

namespace salient {

namespace {

constexpr int kRowPadding = 12;
constexpr int kNoteLines = 3;
constexpr int kTableShare = 450;  // of 1000: six methods and the original without scrolling on a small screen
constexpr int kChartShare = 550;
constexpr int kNameCharacters = 20;      // of a method's name
constexpr int kProtocolCharacters = 40;  // beside the buttons, or it goes below them
constexpr int kMarkColour = 5;           // runs take the colours before it first
constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();

/// Relative output errors in percent, one per name; NaN where the run keeps that layer in 16 bits.
struct LayerErrors {
    std::vector<double> after;
    std::vector<double> before;  ///< of nearest rounding on the same grid
};

LayerErrors errorsOf(const RunResult& run, const std::vector<std::string>& names) {
    std::map<std::string, const LayerReport*> known;
    for (const LayerReport& layer : run.layers) known[layer.name] = &layer;
    LayerErrors errors;
    for (const std::string& name : names) {
        const auto layer = known.find(name);
        errors.after.push_back(layer == known.end() ? kAbsent : 100.0 * layer->second->error.relative_output_error);
        errors.before.push_back(layer == known.end() ? kAbsent : 100.0 * layer->second->nearest.relative_output_error);
    }
    return errors;
}

bool hasLayer(const RunResult& run, const std::string& name) {
    return std::ranges::find(run.layers, name, &LayerReport::name) != run.layers.end();
}

}  // namespace

ComparePanel::ComparePanel(QWidget* parent)
    : QWidget(parent),
      metrics_(new MetricsModel(this)),
      sorted_(new NumberOrder(this)),
      table_(new QTableView(this)),
      notes_(makeNotes(this, tr("Notes on the chosen result"))),
      evaluate_(new QPushButton(tr("Measure perplexity"), this)),
      export_(new QPushButton(tr("Export the chosen one…"), this)),
      baseline_(new QComboBox(this)),
      layer_chart_(new Chart(this)),
      protocol_(plainLabel(this)),
      table_hint_(plainLabel(this)),
      maps_(new ErrorMapsPanel(this)),
      diagnosis_(new DiagnosisPanel(this)),
      tabs_(new QTabWidget(this)) {
    tabs_->setDocumentMode(true);
    tabs_->addTab(makeTable(), tr("Methods and layers"));
    tabs_->addTab(maps_, tr("Error maps"));
    tabs_->addTab(diagnosis_, tr("Diagnosis"));
    keepSetting(tabs_, "compare.tab");
    connect(tabs_, &QTabWidget::currentChanged, this, [this] {
        if (showsDiagnosis()) emit diagnosisShown();
    });
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(tabs_);
    connect(maps_, &ErrorMapsPanel::comparedRunsChanged, this, &ComparePanel::comparedRunsChanged);
    connect(maps_, &ErrorMapsPanel::cellChosen, this, &ComparePanel::cellChosen);
    connect(maps_, &ErrorMapsPanel::baselineChosen, this, &ComparePanel::useBaseline);
    rebuildBaseline();
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
    keepColumnsInSight(*table_, MetricsModel::Name, kNameCharacters);

    evaluate_->setToolTip(tr("Run the evaluation text through the original and every run that has no figure yet"));
    auto* copy = new QPushButton(tr("Copy table"), this);
    copy->setToolTip(tr("Put the table on the clipboard as comma-separated values, with every digit"));
    baseline_->setToolTip(tr("Adds how far each method is from this one, in the table and in the error maps"));
    baseline_->setAccessibleName(tr("Baseline of the table"));
    baseline_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    keepSetting(baseline_, "compare.baseline");
    export_->setToolTip(tr("Write the method chosen in the table as a checkpoint that other programs load"));
    protocol_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    protocol_->setWordWrap(true);  // and never what makes the window wider
    protocol_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    protocol_->setAccessibleName(tr("How perplexity was measured"));
    table_hint_->setWordWrap(true);
    table_hint_->setText(tr("Choose a method to see its layers before (plain rounding on the same grid) and after."));

    layer_chart_->setAxes(chartAxis(tr("layer, in order of computation"), true, false), chartAxis(tr("error, %"), false, true));
    layer_chart_->setPointName(tr("layer"));
    layer_chart_->setTitle(tr("Relative output error of every layer, %"));
    layer_chart_->setEmptyText(tr("Quantize to see the error of every layer."));

    keepLeastWidth(protocol_, kProtocolCharacters);
    auto* buttons = new FlowRow(this);
    for (QWidget* one : std::initializer_list<QWidget*>{evaluate_, export_, copy, baseline_}) buttons->add({one});
    buttons->add({protocol_}, protocol_);
    auto* top = new QWidget(this);
    auto* top_layout = new QVBoxLayout(top);
    top_layout->setContentsMargins(0, 12, 0, 0);
    top_layout->addWidget(table_, 1);
    top_layout->addWidget(notes_);
    top_layout->addWidget(buttons);
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
    keepSetting(splitter, "compare.split");
    keepSetting(table_->horizontalHeader(), "compare.sort");
    keepSetting(table_, "compare.table");

    connect(evaluate_, &QPushButton::clicked, this, &ComparePanel::evaluateRequested);
    connect(copy, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(metrics_->toCsv()); });
    connect(export_, &QPushButton::clicked, this, [this] {
        if (const auto run = chosenRun()) emit exportRequested(QString::fromStdString(run->name));
    });
    connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this] {
        updateButtons();
        showNotes();
        showLayerChart();
        emit currentRunChanged();
    });
    updateButtons();
    showNotes();
    connect(baseline_, &QComboBox::currentIndexChanged, this, [this] {
        useBaseline(baseline_->currentData().toString());
        maps_->setBaseline(baseline_->currentData().toString());
    });
    connect(layer_chart_, &Chart::hovered, this, &ComparePanel::describeLayer);
    connect(layer_chart_, &Chart::chosen, this, [this](Index place) {
        const QString layer = layerAt(place);
        if (layer.isEmpty()) return;
        setSelectedLayer(layer);
        emit layerChosen(layer);
    });
    return splitter;
}

void ComparePanel::setResults(const std::vector<std::shared_ptr<const RunResult>>& runs,
                              const std::optional<PerplexityResult>& full_precision, std::int64_t original_bytes, double original_bits) {
    runs_ = runs;
    layers_ = layerOrder(runs_);
    has_full_precision_ = full_precision.has_value();
    const int chosen = sorted_->mapToSource(table_->currentIndex()).row();
    metrics_->setResults(runs, full_precision, original_bytes, original_bits);
    if (chosen >= 0) table_->setCurrentIndex(sorted_->mapFromSource(metrics_->index(chosen, 0)));
    QStringList names;
    for (const auto& run : runs_) names << QString::fromStdString(run->name);
    diagnosis_->setRuns(names);
    maps_->setRuns(names);
    rebuildBaseline();
    protocol_->setText(full_precision ? tr("Perplexity: %1").arg(metrics_->protocolText(0)) : QString());
    protocol_->setVisible(full_precision.has_value());
    updateButtons();
    showNotes();
    showLayerChart();
}

std::vector<std::string> ComparePanel::comparedRuns() const { return maps_->comparedRuns(); }

const std::vector<std::string>& ComparePanel::hiddenRuns() const { return maps_->hiddenRuns(); }

void ComparePanel::setHiddenRuns(std::vector<std::string> runs) { maps_->setHiddenRuns(std::move(runs)); }

void ComparePanel::setErrors(const QString& layer, const std::vector<ComparedError>& errors) {
    maps_->setErrors(layer, errors);
    setSelectedLayer(layer);
}

void ComparePanel::setSelectedLayer(const QString& layer) {
    if (layer == selected_layer_) return;
    selected_layer_ = layer;
    markLayer();
}

void ComparePanel::markLayer() {
    const auto at = std::ranges::find(layers_, selected_layer_.toStdString());
    if (at == layers_.end()) {
        layer_chart_->setMarks({});
        return;
    }
    ChartMark mark;
    mark.x = static_cast<double>(at - layers_.begin());
    mark.name = selected_layer_.section(QLatin1Char('.'), -3);  // block and module
    mark.colour = kMarkColour;
    layer_chart_->setMarks({mark});
}

QString ComparePanel::layerAt(Index place) const {
    const bool is_there = place >= 0 && place < static_cast<Index>(layers_.size());
    return is_there ? QString::fromStdString(layers_[static_cast<std::size_t>(place)]) : QString();
}

void ComparePanel::describeLayer(Index place) {
    const QString layer = layerAt(place);
    if (layer.isEmpty()) return;
    QStringList kept;
    for (const auto& run : runs_) {
        if (!hasLayer(*run, layer.toStdString())) kept << QString::fromStdString(run->name);
    }
    QString text = tr("Layer %1: %2. Click to look at it.").arg(place).arg(layer);
    if (!kept.isEmpty()) text += QLatin1Char(' ') + tr("In 16 bits with %1.").arg(kept.join(QStringLiteral(", ")));
    table_hint_->setText(text);
}

void ComparePanel::rebuildBaseline() {
    const QSignalBlocker block(baseline_);
    const QString before = baseline_->currentData().toString();
    baseline_->clear();
    baseline_->addItem(tr("no baseline"), QString());
    for (const auto& run : runs_) {
        const QString name = QString::fromStdString(run->name);
        baseline_->addItem(tr("Δ to %1").arg(name), name);
    }
    useBaseline(before);
    const bool is_gone = !before.isEmpty() && baseline_->currentIndex() == 0;
    if (is_gone) maps_->setBaseline({});
}

/// Empty, or no run's name: none.
void ComparePanel::useBaseline(const QString& run) {
    const QSignalBlocker block(baseline_);
    baseline_->setCurrentIndex(std::max(0, baseline_->findData(run)));
    metrics_->setBaseline(baseline_->currentData().toString().toStdString());
}

void ComparePanel::setSelectedCell(Index row, Index channel) { maps_->setSelectedCell(row, channel); }

bool ComparePanel::showsDiagnosis() const { return tabs_->currentWidget() == diagnosis_; }

void ComparePanel::showMethods() { tabs_->setCurrentIndex(0); }

void ComparePanel::showDiagnosis() { tabs_->setCurrentWidget(diagnosis_); }

void ComparePanel::chooseRun(const QString& name) {
    for (int row = 0; row < metrics_->rowCount(); ++row) {
        const auto run = metrics_->run(row);
        if (run && QString::fromStdString(run->name) == name) table_->setCurrentIndex(sorted_->mapFromSource(metrics_->index(row, 0)));
    }
}

QString ComparePanel::currentRun() const {
    const std::shared_ptr<const RunResult> run = chosenRun();
    return run ? QString::fromStdString(run->name) : QString();
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

void ComparePanel::showNotes() {
    const std::shared_ptr<const RunResult> chosen = chosenRun();
    notes_->clear();
    notes_->setVisible(chosen != nullptr);
    if (!chosen) return;
    addNote(notes_, QStringLiteral("info"), QString::fromStdString(inWords(chosen->counts)));
    for (const std::string& warning : chosen->warnings) addNote(notes_, QStringLiteral("warning"), QString::fromStdString(warning));
    notes_->setFixedHeight(std::min(kNoteLines, notes_->count()) * (notes_->fontMetrics().height() + kRowPadding));
}

void ComparePanel::showLayerChart() {
    const std::shared_ptr<const RunResult> chosen = chosenRun();
    std::vector<ChartSeries> series;
    int colour = 0;
    for (const auto& run : runs_) {
        const int own_colour = colour++;
        if (chosen && run != chosen) continue;
        ChartSeries after = lineSeries(QString::fromStdString(run->name), own_colour);
        ChartSeries before = lineSeries(tr("nearest rounding, same grid"), own_colour);
        before.is_dashed = true;
        // One x for all runs and every run a point (or none) at each: the cursor counts points.
        LayerErrors errors = errorsOf(*run, layers_);
        after.y = std::move(errors.after);
        before.y = std::move(errors.before);
        series.push_back(std::move(after));
        if (chosen) series.push_back(std::move(before));
    }
    layer_chart_->setLegendVisible(true);
    layer_chart_->setSeries(std::move(series));
    markLayer();
    table_hint_->setText(
        chosen ? tr("%1: every layer before and after. Choose “Original” to see all methods.").arg(QString::fromStdString(chosen->name))
               : tr("All methods, layer by layer. Choose one in the table to see it before and after."));
}

void ComparePanel::setEvaluateEnabled(bool enabled) {
    is_evaluate_allowed_ = enabled;
    updateButtons();
}

}  // namespace salient
