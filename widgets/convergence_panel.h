#pragma once

#include <QWidget>

#include "core/eval/hessian_convergence.h"

class QLabel;
class QPushButton;
class QStandardItemModel;
class QTableView;

namespace salient {

class Chart;

/// Whether the calibration set is large enough, for one layer: how far H and GPTQ's error still move from a quarter of the windows over a
/// half to all. Measured on request.
class ConvergencePanel : public QWidget {
    Q_OBJECT
public:
    explicit ConvergencePanel(QWidget* parent = nullptr);

    /// Another layer or calibration. Empty layer: there is none. An obstacle, if any, says why nothing can be measured.
    void setSubject(const QString& layer, const QString& obstacle);
    void setMeasuring(bool is_measuring);
    void setConvergence(const HessianConvergence& convergence);

signals:
    void measureWanted();

private:
    void refresh();

    QPushButton* measure_;
    QLabel* state_;
    Chart* chart_;
    QStandardItemModel* model_;
    QTableView* table_;
    QString layer_;
    QString obstacle_;
    QString verdict_;
    bool is_measuring_ = false;
};

}  // namespace salient
