#include "widgets/convergence_panel.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QStandardItemModel>
#include <QTableView>
#include <QVBoxLayout>
#include <utility>

#include "widgets/chart.h"
#include "widgets/kept_settings.h"
#include "widgets/number_text.h"
#include "widgets/plain_text.h"
#include "widgets/table_look.h"

namespace salient {

namespace {

constexpr int kRowPadding = 6;

/// "q_proj" of "model.layers.0.self_attn.q_proj".
QString shortLayer(const std::string& name) { return QString::fromStdString(name).section(QLatin1Char('.'), -1); }

QStandardItem* cell(const QString& text) {
    auto* item = new QStandardItem(text);
    item->setEditable(false);
    item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    return item;
}

}  // namespace

ConvergencePanel::ConvergencePanel(QWidget* parent)
    : QWidget(parent),
      measure_(new QPushButton(tr("Measure convergence"), this)),
      state_(plainLabel(this)),
      chart_(new Chart(this)),
      model_(new QStandardItemModel(this)),
      table_(new QTableView(this)) {
    measure_->setAutoDefault(false);
    measure_->setToolTip(
        tr("Runs a quarter, a half and all of the windows up to the chosen layer, and solves it by GPTQ with the Hessian of each part"));
    state_->setWordWrap(true);
    state_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    state_->setAccessibleName(tr("Convergence"));
    chart_->setTitle(tr("How far H is from that of all windows"));
    chart_->setAxes(chartAxis(tr("windows"), true), chartAxis(tr("relative change of H")));
    chart_->setEmptyText(tr("Is the calibration set large enough? Measure how much the Hessian still changes."));
    table_->setModel(model_);
    table_->setAccessibleName(tr("Parts of the calibration set"));
    showAsRows(*table_, kRowPadding);

    auto* row = new QHBoxLayout;
    row->addWidget(measure_);
    row->addStretch(1);
    auto* split = new QSplitter(Qt::Vertical, this);
    split->addWidget(chart_);
    split->addWidget(table_);
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 2);
    split->setChildrenCollapsible(false);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 6, 0, 0);
    layout->addLayout(row);
    layout->addWidget(state_);
    layout->addWidget(split, 1);
    keepSetting(split, "convergence.split");
    connect(measure_, &QPushButton::clicked, this, &ConvergencePanel::measureWanted);
    setSubject({}, {});
}

void ConvergencePanel::setSubject(const QString& layer, const QString& obstacle) {
    layer_ = layer;
    obstacle_ = obstacle;
    verdict_.clear();
    is_measuring_ = false;
    chart_->setSeries({});
    model_->clear();
    refresh();
}

void ConvergencePanel::setMeasuring(bool is_measuring) {
    is_measuring_ = is_measuring;
    refresh();
}

void ConvergencePanel::refresh() {
    measure_->setEnabled(!layer_.isEmpty() && obstacle_.isEmpty() && !is_measuring_);
    if (!obstacle_.isEmpty()) {
        state_->setText(obstacle_);
    } else if (is_measuring_) {
        state_->setText(tr("Running the windows up to %1 …").arg(layer_));
    } else if (layer_.isEmpty()) {
        state_->setText(tr("Calibrate first, and choose a layer in the model map."));
    } else {
        state_->setText(verdict_.isEmpty() ? layer_ : verdict_);
    }
}

void ConvergencePanel::setConvergence(const HessianConvergence& convergence) {
    is_measuring_ = false;
    std::vector<ChartSeries> series;
    QStringList titles{tr("Windows"), tr("Tokens"), tr("Output error")};
    for (std::size_t g = 0; g < convergence.readers.size(); ++g) {
        const QString name = shortLayer(convergence.readers[g]);
        titles << tr("H of %1").arg(name);
        ChartSeries line = lineSeries(name, static_cast<int>(g));
        for (const ConvergencePart& part : convergence.parts) {
            line.x.push_back(static_cast<double>(part.n_windows));
            line.y.push_back(part.hessian_change[g]);
        }
        series.push_back(std::move(line));
    }
    chart_->setSeries(std::move(series));
    model_->clear();
    model_->setHorizontalHeaderLabels(titles);
    for (const ConvergencePart& part : convergence.parts) {
        QList<QStandardItem*> cells{cell(QString::number(part.n_windows)), cell(countText(part.n_tokens)),
                                    cell(percentText(part.relative_output_error))};
        for (const double change : part.hessian_change) cells << cell(percentText(change));
        model_->appendRow(cells);
    }
    table_->resizeColumnsToContents();
    verdict_.clear();
    if (convergence.parts.size() > 1) {
        const ConvergencePart& half = convergence.parts[convergence.parts.size() - 2];
        const ConvergencePart& all = convergence.parts.back();
        verdict_ = tr("%1 by GPTQ, judged on all %2 windows: solved from %3 of them its output error is %4, from all %5.")
                       .arg(layer_, QString::number(all.n_windows), QString::number(half.n_windows),
                            percentText(half.relative_output_error), percentText(all.relative_output_error));
    }
    refresh();
}

}  // namespace salient
