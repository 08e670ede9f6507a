#include "widgets/spectrum_panel.h"

#include <QLabel>
#include <QVBoxLayout>
#include <utility>

#include "widgets/chart.h"
#include "widgets/plain_text.h"
#include "widgets/value_text.h"

namespace salient {

SpectrumPanel::SpectrumPanel(QWidget* parent) : QWidget(parent), summary_(plainLabel(this)), chart_(new Chart(this)) {
    summary_->setWordWrap(true);
    summary_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    summary_->setAccessibleName(tr("Summary of the spectrum"));
    chart_->setTitle(tr("Spectrum of H"));
    chart_->setToolTip(tr("The eigenvalues of the Hessian of this input: its power along each direction, largest first"));
    chart_->setAxes(chartAxis(tr("direction, by its power"), true), chartAxis(tr("eigenvalue of H"), false, true));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 6, 0, 0);
    layout->addWidget(summary_);
    layout->addWidget(chart_, 1);
    setSubject(false, {});
}

void SpectrumPanel::setSubject(bool has_layer, const QString& obstacle) {
    summary_->clear();
    chart_->setSeries({});
    chart_->setMarks({});
    chart_->setEmptyText(obstacle.isEmpty() ? tr("The eigenvalues of the layer's Hessian appear here.") : obstacle);
    is_stale_ = has_layer && obstacle.isEmpty();
    if (isVisible()) ask();
}

void SpectrumPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    ask();
}

void SpectrumPanel::ask() {
    if (!is_stale_) return;
    is_stale_ = false;
    emit spectrumWanted();
}

void SpectrumPanel::setSpectrum(const HessianSpectrum& spectrum) {
    const std::size_t n = spectrum.eigenvalues.size();
    ChartSeries values = lineSeries(tr("eigenvalue"), 0);
    values.y = spectrum.eigenvalues;
    ChartSeries damping = lineSeries(tr("damping"), 1);
    damping.y.assign(n, spectrum.damping);
    damping.is_dashed = true;
    chart_->setPointName(tr("direction"));
    chart_->setSeries({std::move(values), std::move(damping)});
    const auto first_below = static_cast<double>(static_cast<Index>(n) - spectrum.n_below_damping);
    chart_->setMarks(spectrum.n_below_damping > 0 ? std::vector<ChartMark>{{first_below, tr("below the damping"), 1}}
                                                  : std::vector<ChartMark>{});
    summary_->setText(
        tr("Below the damping of %1: %2 of %3 directions, of these never seen at all: %4. Dead channels: %5. Condition number "
           "after damping: %6.")
            .arg(numberText(spectrum.damping, 3))
            .arg(spectrum.n_below_damping)
            .arg(n)
            .arg(spectrum.n_singular)
            .arg(spectrum.n_dead)
            .arg(numberText(spectrum.dampedCondition(), 3)));
}

}  // namespace salient
