#include "widgets/calibration_ab_panel.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRegularExpressionValidator>
#include <QScopedValueRollback>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/calibration_ab_model.h"
#include "widgets/chart.h"
#include "widgets/flow_row.h"
#include "widgets/kept_settings.h"
#include "widgets/layer_table_look.h"
#include "widgets/number_order.h"
#include "widgets/plain_text.h"
#include "widgets/text_width.h"
#include "widgets/value_text.h"

namespace salient {

namespace {

constexpr int kRowPadding = 6;
constexpr int kLayerCharacters = 16;  // of a layer's name
constexpr int kTextCharacters = 20;   // of the text's path, at least
constexpr int kMost = 1 << 20;

/// One solution on one text, layer by layer.
ChartSeries errorsOf(const CalibrationAb& comparison, std::size_t calibrated, std::size_t measured, const QString& name) {
    ChartSeries line = lineSeries(name, static_cast<int>(calibrated));
    for (const LayerAb& layer : comparison.layers) line.y.push_back(layer.error[calibrated][measured]);
    line.is_dashed = measured == 1;
    return line;
}

}  // namespace

CalibrationAbPanel::CalibrationAbPanel(QWidget* parent)
    : QWidget(parent),
      text_file_(new QLineEdit(this)),
      n_samples_(new QSpinBox(this)),
      seq_len_(new QSpinBox(this)),
      seed_(new QLineEdit(this)),
      run_(new QComboBox(this)),
      compare_(new QPushButton(tr("Compare the two texts"), this)),
      state_(plainLabel(this)),
      chart_(new Chart(this)),
      model_(new CalibrationAbModel(this)),
      sorted_(new NumberOrder(this)),
      table_(new QTableView(this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 6, 0, 0);
    layout->addWidget(makeChoice());
    layout->addWidget(state_);
    layout->addWidget(makeResult(), 1);
    refresh();
}

QWidget* CalibrationAbPanel::makeChoice() {
    text_file_->setPlaceholderText(tr("A .txt or .jsonl file to compare with"));
    text_file_->setToolTip(
        tr("Text B. Text A is the calibration text; the same text with another seed shows what the choice of windows does"));
    text_file_->setAccessibleName(tr("The other text"));
    keepLeastWidth(text_file_, kTextCharacters);
    auto* browse = new QPushButton(tr("Choose another text…"), this);
    browse->setAutoDefault(false);
    browse->setToolTip(tr("Choose the text to compare the calibration text with"));
    const auto adapt = [](QSpinBox* box, const QString& name, const QString& tip) {
        box->setRange(0, kMost);
        box->setSpecialValueText(tr("as for A"));
        box->setKeyboardTracking(false);
        box->setAccessibleName(name);
        box->setToolTip(tip);
    };
    adapt(n_samples_, tr("Windows of the other text"), tr("How many windows of text B to run; 0: as many as of the calibration text"));
    adapt(seq_len_, tr("Window length of the other text"), tr("Tokens per window of text B; 0: as many as for the calibration text"));
    seq_len_->setSuffix(tr(" tokens"));
    seed_->setValidator(new QRegularExpressionValidator(QRegularExpression(QStringLiteral("[0-9]{0,19}")), seed_));
    seed_->setPlaceholderText(tr("as for A"));
    seed_->setAccessibleName(tr("Seed of the other text"));
    seed_->setToolTip(tr("Of the choice of text B's windows; empty: as for the calibration text"));
    run_->setAccessibleName(tr("Method to compare with"));
    run_->setToolTip(tr("The run of the recipe whose method is tried with both texts"));
    compare_->setAutoDefault(false);
    compare_->setToolTip(
        tr("Quantizes every layer once with the statistics of each text, and measures both solutions on both texts: twice the time of "
           "calibrating and quantizing"));
    state_->setWordWrap(true);
    state_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    state_->setAccessibleName(tr("Comparison of two texts"));

    auto* copy = new QPushButton(tr("Copy table"), this);
    copy->setAutoDefault(false);
    copy->setToolTip(tr("Put the table on the clipboard as comma-separated values, with every digit"));

    auto* row = new FlowRow(this);
    const auto add = [this, row](const QString& caption, QWidget* field) {
        auto* label = new QLabel(caption, this);
        label->setBuddy(field);
        row->add({label, field});
    };
    row->add({text_file_}, text_file_);
    row->add({browse});
    add(tr("Windows:"), n_samples_);
    add(tr("Length:"), seq_len_);
    add(tr("Seed:"), seed_);
    add(tr("Method:"), run_);
    row->add({compare_});
    row->add({copy});
    keepSetting(text_file_, "calibrate.other.text");
    keepSetting(n_samples_, "calibrate.other.windows");
    keepSetting(seq_len_, "calibrate.other.length");
    keepSetting(seed_, "calibrate.other.seed");
    keepSetting(run_, "calibrate.other.run");

    connect(browse, &QPushButton::clicked, this, &CalibrationAbPanel::browseRequested);
    connect(compare_, &QPushButton::clicked, this, &CalibrationAbPanel::comparisonWanted);
    connect(copy, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(model_->toCsv()); });
    connect(text_file_, &QLineEdit::textChanged, this, &CalibrationAbPanel::refresh);
    connect(run_, &QComboBox::currentIndexChanged, this, [this] {
        refresh();
        emit runChosen();
    });
    return row;
}

QWidget* CalibrationAbPanel::makeResult() {
    chart_->setAxes(chartAxis(tr("layer, in order of computation"), true), chartAxis(tr("relative output error"), false, true));
    chart_->setTitle(tr("Output error"));
    chart_->setPointName(tr("layer"));
    chart_->setLegendVisible(true);
    chart_->setAccessibleName(tr("Errors of both solutions on both texts"));
    chart_->setEmptyText(tr("Does it matter which text calibrates? Choose another one, and compare."));
    sorted_->setSourceModel(model_);
    sorted_->setSortRole(CalibrationAbModel::kSortRole);
    table_->setModel(sorted_);
    table_->setAccessibleName(tr("Layers calibrated by either text"));
    table_->setSortingEnabled(true);
    showAsLayers(*table_, kRowPadding, kLayerCharacters);
    table_->sortByColumn(CalibrationAbModel::FactorOnA, Qt::DescendingOrder);

    auto* split = new QSplitter(Qt::Vertical, this);
    split->addWidget(chart_);
    split->addWidget(table_);
    split->setStretchFactor(0, 1);
    split->setStretchFactor(1, 1);
    split->setChildrenCollapsible(false);
    keepSetting(split, "calibrate.other.split");
    keepSetting(table_->horizontalHeader(), "calibrate.other.sort");
    keepSetting(table_, "calibrate.other.table");

    connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& now) {
        if (!is_setting_ && now.isValid()) emit layerChosen(model_->layer(sorted_->mapToSource(now).row()));
    });
    connect(chart_, &Chart::chosen, this, [this](Index at) {
        const QString layer = model_->layer(static_cast<int>(at));
        if (!layer.isEmpty()) emit layerChosen(layer);
    });
    return split;
}

void CalibrationAbPanel::setRuns(const QStringList& runs) {
    QStringList shown;
    for (int i = 0; i < run_->count(); ++i) shown << run_->itemText(i);
    if (shown == runs) return;
    const QString before = run_->currentText();
    {
        const QSignalBlocker block(run_);
        run_->clear();
        run_->addItems(runs);
        run_->setCurrentIndex(std::max(runs.isEmpty() ? -1 : 0, run_->findText(before)));
    }
    refresh();
}

void CalibrationAbPanel::setTextFile(const QString& file) { text_file_->setText(file); }

void CalibrationAbPanel::setMaxSeqLen(Index max_seq_len) {
    seq_len_->setMaximum(max_seq_len > 0 ? static_cast<int>(std::min<Index>(max_seq_len, kMost)) : kMost);
}

OtherText CalibrationAbPanel::choice() const {
    OtherText choice;
    choice.text_file = text_file_->text().trimmed();
    if (n_samples_->value() > 0) choice.n_samples = n_samples_->value();
    if (seq_len_->value() > 0) choice.seq_len = seq_len_->value();
    if (!seed_->text().isEmpty()) choice.seed = seed_->text().toULongLong();
    choice.run = run_->currentText();
    return choice;
}

void CalibrationAbPanel::setObstacle(const QString& obstacle) {
    obstacle_ = obstacle;
    refresh();
}

void CalibrationAbPanel::setComparing(bool is_comparing) {
    is_comparing_ = is_comparing;
    refresh();
}

void CalibrationAbPanel::setComparison(const ComparedTexts& compared) {
    const QScopedValueRollback setting(is_setting_, true);
    is_comparing_ = false;
    compared_ = compared;
    model_->setComparison(compared_.comparison);
    showChart();
    refresh();
}

void CalibrationAbPanel::setSelectedLayer(const QString& layer) {
    const QScopedValueRollback setting(is_setting_, true);
    const int row = model_->rowOf(layer);
    if (row < 0) return;
    table_->setCurrentIndex(sorted_->mapFromSource(model_->index(row, 0)));
    chart_->setCursorIndex(row);
}

QString CalibrationAbPanel::stamp() const {
    return compared_.comparison ? tr("%1; A: %2; B: %3").arg(compared_.run, compared_.a, compared_.b) : QString();
}

void CalibrationAbPanel::showChart() {
    if (!compared_.comparison) return chart_->setSeries({});
    const CalibrationAb& comparison = *compared_.comparison;
    chart_->setSeries({errorsOf(comparison, 0, 0, tr("on A, from A")), errorsOf(comparison, 1, 0, tr("on A, from B")),
                       errorsOf(comparison, 1, 1, tr("on B, from B")), errorsOf(comparison, 0, 1, tr("on B, from A"))});
}

void CalibrationAbPanel::refresh() {
    compare_->setEnabled(obstacle_.isEmpty() && !is_comparing_ && !text_file_->text().trimmed().isEmpty() && run_->currentIndex() >= 0);
    if (is_comparing_) {
        state_->setText(tr("Quantizing with either text …"));
    } else if (!obstacle_.isEmpty() || !compared_.comparison) {
        state_->setText(obstacle_);
    } else {
        const CalibrationAb& comparison = *compared_.comparison;
        const QString what =
            comparison.isSameSolution()
                ? tr("Both texts give the same weights: it does not matter which one calibrates.")
                : tr("Calibrated on B instead of A, the error on A is %1 times as large; calibrated on A instead of B, the "
                     "error on B is %2 times as large (geometric means over the layers).")
                      .arg(numberText(foreignFactor(comparison.mean_error, 0), 3), numberText(foreignFactor(comparison.mean_error, 1), 3));
        state_->setText(what + QLatin1Char(' ') + stamp());
    }
}

}  // namespace salient
