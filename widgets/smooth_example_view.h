#pragma once

#include <QWidget>

#include "widgets/lesson.h"

class QLabel;
class QSlider;

namespace salient {

class Chart;
class NumberGrid;

/// SmoothQuant on a small layer with a live α: the int8 codes the layer gets, how large the loudest number of each channel is in
/// activations and weights, before and after, and the error of the output, computed with whole numbers.
class SmoothExampleView : public QWidget {
    Q_OBJECT
public:
    explicit SmoothExampleView(LessonSmoothing smoothing, QWidget* parent = nullptr);

    [[nodiscard]] double alpha() const;
    [[nodiscard]] const SmoothExample& shown() const noexcept { return shown_; }

public slots:
    void setAlpha(double alpha);  ///< 0 … 1, to the nearest 0.01

private:
    void refresh();
    [[nodiscard]] SmoothExample work(std::optional<double> alpha) const;

    std::shared_ptr<const SmoothSetting> setting_;
    SmoothExample plain_;
    SmoothExample shown_;
    QSlider* slider_;
    QLabel* alpha_text_;
    NumberGrid* plain_codes_;
    NumberGrid* codes_;
    NumberGrid* before_;
    NumberGrid* after_;
    Chart* curve_;
    QLabel* error_;
};

}  // namespace salient
