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
    chart_->setEmptyText(obstacle.isEmpty() ? tr("Choose a layer to see the eigenvalues of its Hessian.") : obstacle);
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
    const bool is_damped = spectrum.damping > 0.0;
    ChartSeries values = lineSeries(tr("eigenvalue"), 0);
    values.y = spectrum.eigenvalues;
    std::vector<ChartSeries> series{std::move(values)};
    if (is_damped) {
        ChartSeries damping = lineSeries(tr("damping"), 1);
        damping.y.assign(n, spectrum.damping);
        damping.is_dashed = true;
        series.push_back(std::move(damping));
    }
    chart_->setPointName(tr("direction"));
    chart_->setSeries(std::move(series));
    const auto first_below = static_cast<double>(static_cast<Index>(n) - spectrum.n_below_damping);
    const bool is_any_below = is_damped && spectrum.n_below_damping > 0;
    chart_->setMarks(is_any_below ? std::vector<ChartMark>{{first_below, tr("below the damping"), 1}} : std::vector<ChartMark>{});
    summary_->setText(summaryText(spectrum));
    if (n == 0) chart_->setEmptyText(summary_->text());
}

/// Directions below the damping and those never seen are counted apart: a damping of 0, or a very small one, has fewer below it.
QString SpectrumPanel::summaryText(const HessianSpectrum& spectrum) const {
    const std::size_t n = spectrum.eigenvalues.size();
    if (n == 0) return tr("No direction was seen: all channels are dead (%1).").arg(spectrum.n_dead);
    const bool is_damped = spectrum.damping > 0.0;
    const QString damped =
        is_damped
            ? tr("Below the damping of %1: %2 of %3 directions.").arg(numberText(spectrum.damping, 3)).arg(spectrum.n_below_damping).arg(n)
            : tr("%1 directions, without damping.").arg(n);
    const QString seen = tr("Never seen: %1. Dead channels: %2.").arg(spectrum.n_singular).arg(spectrum.n_dead);
    const QString condition = numberText(spectrum.dampedCondition(), 3);
    const QString conditioned =
        is_damped ? tr("Condition number after damping: %1.").arg(condition) : tr("Condition number: %1.").arg(condition);
    return QStringList{damped, seen, conditioned}.join(QLatin1Char(' '));
}

}  // namespace salient
