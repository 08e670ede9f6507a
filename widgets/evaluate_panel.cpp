#include "widgets/evaluate_panel.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QFileInfo>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScopedValueRollback>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <limits>

#include "widgets/chart.h"
#include "widgets/flow_row.h"
#include "widgets/folding_splitter.h"
#include "widgets/kept_settings.h"
#include "widgets/layer_table_look.h"
#include "widgets/method_text.h"
#include "widgets/number_order.h"
#include "widgets/number_text.h"
#include "widgets/plain_text.h"
#include "widgets/sensitivity_model.h"
#include "widgets/value_text.h"

namespace salient {

namespace {

constexpr int kRowPadding = 8;
constexpr int kLongestWindow = 1 << 20;
constexpr int kRoomBeside = 130;      // average characters that both charts need side by side, with the table of layers in sight
constexpr int kLayerCharacters = 22;  // of a layer's name

enum Quality { Perplexity, MeanKl, OutputError };

std::optional<double> qualityOf(const RunResult& run, int which) {
    if (which == OutputError) return 100.0 * run.relative_output_error;
    if (!run.perplexity) return {};
    if (which == Perplexity) return run.perplexity->perplexity;
    if (!run.perplexity->divergence) return {};
    return run.perplexity->divergence->mean_kl;
}

/// The runs that no other beats in both bits and quality (less is better in each), from few bits to many.
ChartSeries frontier(std::vector<QPointF> points) {
    std::ranges::sort(points, [](QPointF a, QPointF b) { return a.x() != b.x() ? a.x() < b.x() : a.y() < b.y(); });
    ChartSeries line = lineSeries(EvaluatePanel::tr("best for its bits"), 5);
    line.is_dashed = true;
    for (const QPointF point : points) {
        if (!line.y.empty() && point.y() >= line.y.back()) continue;
        line.x.push_back(point.x());
        line.y.push_back(point.y());
    }
    return line;
}

}  // namespace

EvaluatePanel::EvaluatePanel(QWidget* parent)
    : QWidget(parent),
      text_(new QLineEdit(this)),
      protocol_(new QComboBox(this)),
      seq_len_(new QSpinBox(this)),
      n_windows_(new QSpinBox(this)),
      evaluate_(new QPushButton(tr("Measure perplexity and KL"), this)),
      stamp_(plainLabel(this)),
      time_(plainLabel(this)),
      quality_(new QComboBox(this)),
      pareto_(new Chart(this)),
      run_(new QComboBox(this)),
      measure_(new QPushButton(tr("Measure layer by layer"), this)),
      override_(new QPushButton(tr("Other settings for this layer…"), this)),
      layers_hint_(plainLabel(this)),
      layer_chart_(new Chart(this)),
      model_(new SensitivityModel(this)),
      sorted_(new NumberOrder(this)),
      table_(new QTableView(this)) {
    auto* splitter = new FoldingSplitter(kRoomBeside, this);
    splitter->addWidget(makePareto());
    splitter->addWidget(makeLayers());
    splitter->setStretchFactor(0, 2);
    splitter->setStretchFactor(1, 3);
    splitter->setSizes({1000, 1500});  // the table of layers needs the room
    keepSetting(splitter, "evaluate.split");
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(12);
    layout->addWidget(makeProtocol());
    layout->addWidget(splitter, 1);
    updateButtons();
    showPareto();
    showLayers();
}

QWidget* EvaluatePanel::makeProtocol() {
    text_->setPlaceholderText(tr("A .txt or .jsonl file, not the calibration text"));
    text_->setAccessibleName(tr("Evaluation text"));
    text_->setToolTip(tr("The text that is scored"));
    auto* browse = new QPushButton(tr("Choose…"), this);
    browse->setToolTip(tr("Choose the evaluation text"));
    browse->setAutoDefault(false);
    for (const PerplexityProtocol protocol : {PerplexityProtocol::Stream, PerplexityProtocol::BosWindows, PerplexityProtocol::SecondHalf})
        protocol_->addItem(protocolTitle(protocol), static_cast<int>(protocol));
    protocol_->setAccessibleName(tr("Protocol"));
    protocol_->setToolTip(
        tr("Stream: the text as one stream of tokens, cut into windows; a window's first token is not scored (the published protocol). BOS "
           "windows: each window starts with BOS and all its tokens are scored. Second half: windows as llama.cpp cuts them, the second "
           "half of each scored"));
    seq_len_->setRange(2, kLongestWindow);
    seq_len_->setSuffix(tr(" tokens"));
    seq_len_->setKeyboardTracking(false);
    seq_len_->setAccessibleName(tr("Window length"));
    seq_len_->setToolTip(tr("Tokens per window"));
    n_windows_->setRange(0, kLongestWindow);
    n_windows_->setSpecialValueText(tr("whole text"));
    n_windows_->setSuffix(tr(" windows"));
    n_windows_->setKeyboardTracking(false);
    n_windows_->setAccessibleName(tr("Evaluation windows"));
    n_windows_->setToolTip(tr("How much of the text is scored; 0: all of it. Compare figures of equal windows only"));
    evaluate_->setToolTip(tr("Run the text through the original and every result that has no figure yet"));
    stamp_->setWordWrap(true);
    stamp_->setAccessibleName(tr("Protocol of the figures"));
    time_->setWordWrap(true);
    time_->setAccessibleName(tr("Time"));
    time_->hide();

    auto* row = new FlowRow(this);
    auto* text_label = new QLabel(tr("&Text"), this);
    text_label->setBuddy(text_);
    row->add({text_label, text_, browse}, text_);
    row->add({protocol_});
    row->add({seq_len_, n_windows_});
    row->add({evaluate_});
    auto* box = new QWidget(this);
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(row);
    layout->addWidget(stamp_);
    layout->addWidget(time_);

    connect(browse, &QPushButton::clicked, this, &EvaluatePanel::browseRequested);
    connect(evaluate_, &QPushButton::clicked, this, &EvaluatePanel::evaluateRequested);
    connect(text_, &QLineEdit::editingFinished, this, [this] {
        if (text_->isModified()) report(tr("evaluation text"));
        text_->setModified(false);
    });
    connect(protocol_, &QComboBox::currentIndexChanged, this, [this] { report(tr("evaluation protocol")); });
    connect(seq_len_, &QSpinBox::valueChanged, this, [this] { report(tr("evaluation window length")); });
    connect(n_windows_, &QSpinBox::valueChanged, this, [this] { report(tr("evaluation windows")); });
    return box;
}

QWidget* EvaluatePanel::makePareto() {
    quality_->addItem(tr("perplexity"), Perplexity);
    quality_->addItem(tr("KL divergence from the original"), MeanKl);
    quality_->addItem(tr("relative output error"), OutputError);
    quality_->setAccessibleName(tr("Quality"));
    quality_->setToolTip(tr("What is shown against the bits; less is better"));
    pareto_->setAccessibleName(tr("Bits against quality"));
    pareto_->setTitle(tr("Bits against quality"));
    pareto_->setEmptyText(tr("Quantize, then measure, to see what each method makes of its bits."));
    auto* row = new FlowRow(this);
    auto* quality_label = new QLabel(tr("Quality:"), this);
    quality_label->setBuddy(quality_);
    row->add({quality_label, quality_});
    keepSetting(quality_, "evaluate.quality");
    auto* box = new QWidget(this);
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 0, 8, 0);
    layout->addWidget(row);
    layout->addWidget(pareto_, 1);
    connect(quality_, &QComboBox::currentIndexChanged, this, &EvaluatePanel::showPareto);
    return box;
}

QWidget* EvaluatePanel::makeLayers() {
    run_->setAccessibleName(tr("Result"));
    run_->setToolTip(tr("Whose layers are shown"));
    measure_->setToolTip(
        tr("Quantize one layer at a time and run the evaluation text each time: half a pass per layer. What is done stays when cancelled"));
    override_->setToolTip(tr("Go to the model map, where layers get other bits or stay in 16 bits"));
    auto* copy = new QPushButton(tr("Copy table"), this);
    copy->setToolTip(tr("Put the table on the clipboard as comma-separated values, with every digit"));
    layers_hint_->setWordWrap(true);
    layers_hint_->setAccessibleName(tr("Measured layers"));
    layer_chart_->setAxes(chartAxis(tr("layer, in order of computation"), true), chartAxis(tr("KL, nats")));
    layer_chart_->setPointName(tr("layer"));
    layer_chart_->setTitle(tr("What each layer costs when it alone is quantized"));
    layer_chart_->setEmptyText(tr("Measure layer by layer to see what each one costs."));
    layer_chart_->setAccessibleName(tr("Sensitivity of every layer"));

    sorted_->setSourceModel(model_);
    sorted_->setSortRole(SensitivityModel::kSortRole);
    table_->setModel(sorted_);
    table_->setAccessibleName(tr("Layers and what they cost"));
    table_->setSortingEnabled(true);
    showAsLayers(*table_, kRowPadding, kLayerCharacters);
    table_->sortByColumn(SensitivityModel::MeanKl, Qt::DescendingOrder);

    auto* row = new FlowRow(this);
    row->add({run_, measure_});
    row->add({override_});
    row->add({copy});
    auto* splitter = new QSplitter(Qt::Vertical, this);
    splitter->addWidget(layer_chart_);
    splitter->addWidget(table_);
    splitter->setStretchFactor(0, 1);
    splitter->setStretchFactor(1, 1);
    splitter->setChildrenCollapsible(false);
    keepSetting(run_, "evaluate.run");
    keepSetting(splitter, "evaluate.layers");
    keepSetting(table_->horizontalHeader(), "evaluate.sort");
    keepSetting(table_, "evaluate.table");
    auto* box = new QWidget(this);
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins(8, 0, 0, 0);
    layout->addWidget(row);
    layout->addWidget(layers_hint_);
    layout->addWidget(splitter, 1);

    connect(run_, &QComboBox::currentIndexChanged, this, [this] {
        showLayers();
        updateButtons();
        emit runChosen();
    });
    connect(measure_, &QPushButton::clicked, this, [this] { emit sensitivityRequested(currentRun()); });
    connect(copy, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(model_->toCsv()); });
    connect(override_, &QPushButton::clicked, this, [this] {
        const QString layer = model_->layer(sorted_->mapToSource(table_->currentIndex()).row());
        if (!layer.isEmpty()) emit overrideRequested(layer);
    });
    connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& now) {
        updateButtons();
        if (!is_setting_ && now.isValid()) emit layerChosen(model_->layer(sorted_->mapToSource(now).row()));
    });
    connect(layer_chart_, &Chart::chosen, this, [this](Index at) {
        const QString layer = model_->layer(static_cast<int>(at));
        if (!layer.isEmpty()) emit layerChosen(layer);
    });
    return box;
}

void EvaluatePanel::report(const QString& what) {
    if (!is_setting_) emit choiceChanged(what);
}

void EvaluatePanel::setChoice(const EvaluationChoice& choice) {
    const QScopedValueRollback setting(is_setting_, true);
    text_->setText(choice.text_file);
    text_->setModified(false);
    protocol_->setCurrentIndex(protocol_->findData(static_cast<int>(choice.spec.protocol)));
    if (choice.spec.seq_len > 0) seq_len_->setValue(static_cast<int>(choice.spec.seq_len));
    n_windows_->setValue(static_cast<int>(choice.spec.n_windows));
    updateButtons();
}

EvaluationChoice EvaluatePanel::choice() const {
    EvaluationChoice choice;
    choice.text_file = text_->text().trimmed();
    choice.spec.protocol = static_cast<PerplexityProtocol>(protocol_->currentData().toInt());
    choice.spec.seq_len = seq_len_->value();
    choice.spec.n_windows = n_windows_->value();
    return choice;
}

void EvaluatePanel::setMaxSeqLen(Index max_positions) {
    const QScopedValueRollback setting(is_setting_, true);
    seq_len_->setMaximum(max_positions > 0 ? static_cast<int>(std::min<Index>(max_positions, kLongestWindow)) : kLongestWindow);
}

void EvaluatePanel::setResults(const std::vector<std::shared_ptr<const RunResult>>& runs,
                               const std::optional<PerplexityResult>& full_precision) {
    runs_ = runs;
    full_precision_ = full_precision;
    const QString before = currentRun();
    {
        const QSignalBlocker block(run_);
        run_->clear();
        for (const auto& run : runs_) run_->addItem(QString::fromStdString(run->name));
        run_->setCurrentIndex(std::max(0, run_->findText(before)));
    }
    const QString protocol = full_precision_ ? protocolTitle(full_precision_->protocol) : QString();
    stamp_->setText(full_precision_ ? tr("Original: perplexity %1 on %2; protocol %3, %4 predictions in %n window(s) of %5 tokens, %6.",
                                         nullptr, static_cast<int>(full_precision_->n_windows))
                                          .arg(fixedText(full_precision_->perplexity, 4), QFileInfo(text_->text()).fileName(), protocol,
                                               QString::number(full_precision_->n_tokens), QString::number(full_precision_->seq_len),
                                               full_precision_->compute == Compute::Float32 ? tr("float32") : tr("bfloat16"))
                                    : tr("Nothing has been measured by this protocol yet."));
    updateButtons();
    showPareto();
    showLayers();
}

void EvaluatePanel::setSensitivities(const std::map<std::string, std::vector<LayerSensitivity>>& by_run) {
    sensitivities_ = by_run;
    showLayers();
}

void EvaluatePanel::setTimeNote(const QString& note) {
    time_->setText(note);
    time_->setVisible(!note.isEmpty());
}

void EvaluatePanel::setBusy(bool is_busy) {
    is_busy_ = is_busy;
    updateButtons();
}

QString EvaluatePanel::currentRun() const { return run_->currentText(); }

void EvaluatePanel::setSelectedLayer(const QString& layer) {
    const QScopedValueRollback setting(is_setting_, true);
    const int row = model_->rowOf(layer);
    if (row < 0) return;
    table_->setCurrentIndex(sorted_->mapFromSource(model_->index(row, 0)));
    layer_chart_->setCursorIndex(row);
    updateButtons();
}

QString EvaluatePanel::stamp() const { return full_precision_ ? stamp_->text() : QString(); }

void EvaluatePanel::showPareto() {
    const int which = quality_->currentData().toInt();
    std::vector<ChartSeries> series;
    std::vector<QPointF> points;
    int colour = 0;
    for (const auto& run : runs_) {
        const int own_colour = colour++;
        const std::optional<double> quality = qualityOf(*run, which);
        if (!quality) continue;
        ChartSeries dot;
        dot.name = QString::fromStdString(run->name);
        dot.kind = ChartSeries::Kind::Points;
        dot.x = {run->bits_per_weight};
        dot.y = {*quality};
        dot.colour = own_colour;
        points.emplace_back(run->bits_per_weight, *quality);
        series.push_back(std::move(dot));
    }
    ChartAxis bits = chartAxis(tr("bits per weight, scales included"));
    if (!points.empty()) {  // dots keep off the edges
        const auto [few, many] = std::ranges::minmax(points, {}, &QPointF::x);
        bits.low = std::floor(few.x()) - 0.5;
        bits.high = std::ceil(many.x()) + 0.5;
    }
    if (points.size() > 1) series.push_back(frontier(std::move(points)));
    pareto_->setAxes(bits, chartAxis(which == OutputError ? tr("relative output error, %")
                                     : which == MeanKl    ? tr("mean KL, nats")
                                                          : tr("perplexity"),
                                     false, which != Perplexity));
    pareto_->setLegendVisible(true);
    pareto_->setSeries(std::move(series));
}

void EvaluatePanel::showLayers() {
    const QScopedValueRollback setting(is_setting_, true);
    const auto run = std::ranges::find_if(runs_, [&](const auto& r) { return QString::fromStdString(r->name) == currentRun(); });
    const std::vector<LayerReport> layers = run == runs_.end() ? std::vector<LayerReport>() : (*run)->layers;
    const auto known = sensitivities_.find(currentRun().toStdString());
    const std::vector<LayerSensitivity> measured = known == sensitivities_.end() ? std::vector<LayerSensitivity>() : known->second;
    const QString chosen = model_->layer(sorted_->mapToSource(table_->currentIndex()).row());
    model_->setLayers(layers, measured);
    ChartSeries bars;
    bars.name = tr("KL when this layer alone is quantized");
    bars.kind = ChartSeries::Kind::Bars;
    for (const LayerReport& layer : layers) {  // every layer has its place, measured or not
        const auto at = std::ranges::find(measured, layer.name, &LayerSensitivity::layer);
        bars.y.push_back(at == measured.end() ? std::numeric_limits<double>::quiet_NaN() : at->mean_kl);
    }
    layer_chart_->setSeries(measured.empty() ? std::vector<ChartSeries>() : std::vector{bars});
    layers_hint_->setText(measured.empty()                  ? tr("What each layer alone costs is not measured yet.")
                          : measured.size() < layers.size() ? tr("%1 of %2 layers measured.").arg(measured.size()).arg(layers.size())
                                                            : tr("All layers measured. The table is sorted by what they cost."));
    setSelectedLayer(chosen);
}

void EvaluatePanel::updateButtons() {
    const bool has_text = !text_->text().trimmed().isEmpty();
    const bool is_any_missing = !full_precision_ || std::ranges::any_of(runs_, [](const auto& run) { return !run->perplexity; });
    evaluate_->setEnabled(!is_busy_ && has_text && is_any_missing && !runs_.empty());
    measure_->setEnabled(!is_busy_ && has_text && run_->currentIndex() >= 0);
    override_->setEnabled(table_->currentIndex().isValid());
}

}  // namespace salient
