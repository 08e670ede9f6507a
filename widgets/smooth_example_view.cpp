#include "widgets/smooth_example_view.h"

#include <QGridLayout>
#include <QLabel>
#include <QSlider>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "widgets/chart.h"
#include "widgets/number_grid.h"
#include "widgets/number_text.h"
#include "widgets/text_width.h"
#include "widgets/value_text.h"

namespace salient {

namespace {

constexpr int kSteps = 100;
constexpr int kCurvePoints = 40;
constexpr int kGap = 14;
constexpr int kCurveLines = 11;  // height of the curve in lines of text
constexpr float kMostCode = 127.0F;

Matrix difficulty(const SmoothExample& example) {
    Matrix rows(2, static_cast<Index>(example.input_max.size()));
    for (Index j = 0; j < rows.cols(); ++j) {
        rows(0, j) = example.input_max[static_cast<std::size_t>(j)];
        rows(1, j) = example.weight_max[static_cast<std::size_t>(j)];
    }
    return rows;
}

}  // namespace

SmoothExampleView::SmoothExampleView(LessonSmoothing smoothing, QWidget* parent)
    : QWidget(parent),
      setting_(std::move(smoothing.setting)),
      plain_(work({})),
      slider_(new QSlider(Qt::Horizontal)),
      alpha_text_(new QLabel),
      plain_codes_(new NumberGrid),
      codes_(new NumberGrid),
      before_(new NumberGrid),
      after_(new NumberGrid),
      curve_(new Chart),
      error_(new QLabel) {
    slider_->setRange(0, kSteps);
    slider_->setPageStep(kSteps / 20);
    slider_->setAccessibleName(tr("α, the share of the difficulty that moves into the weights"));
    slider_->setToolTip(tr("α, 0 to 1 (no unit): how much of the difficulty moves from activations into weights"));
    auto* alpha = new QLabel(tr("α"));
    alpha->setBuddy(slider_);
    alpha_text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    alpha_text_->setMinimumWidth(fontMetrics().horizontalAdvance(QStringLiteral("0.00 ")));
    auto* row = new QHBoxLayout;
    row->addWidget(alpha);
    row->addWidget(slider_, 1);
    row->addWidget(alpha_text_);

    plain_codes_->setTitle(tr("Codes without smoothing"));
    codes_->setTitle(tr("Codes with it"));
    before_->setTitle(tr("Largest |x|, |w|: before"));
    after_->setTitle(tr("… after"));
    before_->setToolTip(tr("Row 0: largest |x| of each channel, row 1: largest |w|"));
    plain_codes_->setMatrix(plain_.codes);
    before_->setMatrix(difficulty(plain_));
    // One scale for what is compared; of the difficulties, the quiet channels' differences are the point.
    for (NumberGrid* grid : {plain_codes_, codes_}) grid->setColourScale(divergingScale(kMostCode));
    for (NumberGrid* grid : {before_, after_}) {
        grid->setColourScale(divergingScale(std::max(1e-6F, 4.0F * *std::ranges::max_element(plain_.weight_max))));
        grid->setDecimals(2);
    }
    auto* grids = new QGridLayout;
    grids->setHorizontalSpacing(2 * kGap);
    grids->setVerticalSpacing(kGap);
    grids->addWidget(plain_codes_, 0, 0);
    grids->addWidget(codes_, 0, 1);
    grids->addWidget(before_, 1, 0);
    grids->addWidget(after_, 1, 1);
    grids->setColumnStretch(2, 1);

    std::vector<double> alphas;
    std::vector<double> errors;
    for (int i = 0; i <= kCurvePoints; ++i) {
        alphas.push_back(static_cast<double>(i) / kCurvePoints);
        errors.push_back(100.0 * std::max(work(alphas.back()).output_error, 1e-12));
    }
    curve_->setTitle(tr("Output error over α"));
    ChartAxis x;
    x.title = tr("α");
    ChartAxis y;
    y.title = tr("error, %");
    y.is_logarithmic = true;
    curve_->setAxes(x, y);
    ChartSeries series;
    series.x = alphas;
    series.y = errors;
    curve_->setSeries({series});
    followFont(curve_, [this] { curve_->setFixedHeight(kCurveLines * curve_->fontMetrics().height()); });
    error_->setTextFormat(Qt::PlainText);
    error_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    error_->setWordWrap(true);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGap);
    layout->addLayout(row);
    layout->addLayout(grids);
    layout->addWidget(error_);
    layout->addWidget(curve_);
    connect(slider_, &QSlider::valueChanged, this, &SmoothExampleView::refresh);
    setFocusProxy(slider_);
    setAlpha(setting_->alpha);
    refresh();
}

SmoothExample SmoothExampleView::work(std::optional<double> alpha) const {
    return workSmooth(setting_->input, setting_->weight, alpha, setting_->activations, setting_->is_per_row);
}

double SmoothExampleView::alpha() const { return static_cast<double>(slider_->value()) / kSteps; }

void SmoothExampleView::setAlpha(double alpha) { slider_->setValue(static_cast<int>(std::lround(alpha * kSteps))); }

void SmoothExampleView::refresh() {
    shown_ = work(alpha());
    alpha_text_->setText(fixedText(alpha(), 2));
    codes_->setMatrix(shown_.codes);
    after_->setMatrix(difficulty(shown_));
    curve_->setMarks({{.x = alpha(), .name = tr("α"), .y = 100.0 * std::max(shown_.output_error, 1e-12)}});
    error_->setText(tr("Output error: %1 without smoothing, %2 with α = %3.")
                        .arg(percentText(plain_.output_error), percentText(shown_.output_error), fixedText(alpha(), 2)));
}

}  // namespace salient
