#pragma once

#include <QWidget>

#include "core/eval/hessian_spectrum.h"

class QLabel;

namespace salient {

class Chart;

/// The eigenvalues of a layer's Hessian beside the damping that is added to them: how much of its input the calibration text really
/// measured. Asks for them when it is looked at.
class SpectrumPanel : public QWidget {
    Q_OBJECT
public:
    explicit SpectrumPanel(QWidget* parent = nullptr);

    /// Another layer, calibration or damping: nothing is known of it yet. An obstacle, if any, says why there is nothing to ask for.
    void setSubject(bool has_layer, const QString& obstacle);
    void setSpectrum(const HessianSpectrum& spectrum);
    /// What was asked for does not come: ask again when next looked at.
    void forget() { is_stale_ = true; }

signals:
    void spectrumWanted();

protected:
    void showEvent(QShowEvent* event) override;

private:
    void ask();
    [[nodiscard]] QString summaryText(const HessianSpectrum& spectrum) const;

    QLabel* summary_;
    Chart* chart_;
    bool is_stale_ = false;
};

}  // namespace salient
