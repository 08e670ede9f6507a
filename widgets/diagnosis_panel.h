#pragma once

#include <QStringList>
#include <QWidget>
#include <vector>

#include "core/eval/diagnosis.h"

class QComboBox;
class QLabel;
class QPushButton;
class QVBoxLayout;

namespace salient {

/// What one run did to the chosen layer.
struct LayerDiagnosis {
    QString run;
    QString layer;
    double relative_output_error = 0.0;
    std::vector<ErrorFinding> findings;
    Index seq_len = 0;       ///< of the calibration windows, to name a token's window and position
    bool has_result = true;  ///< false: the run ended here, and the findings say why
};

/// Why the chosen layer has the error it has: each likely reason with its evidence, the channel and token behind it, and a change that
/// can be tried with one click.
class DiagnosisPanel : public QWidget {
    Q_OBJECT
public:
    explicit DiagnosisPanel(QWidget* parent = nullptr);

    void setRuns(const QStringList& runs);
    /// Runs that ended without a result: they can be chosen, too.
    void setFailedRuns(const QStringList& runs);
    /// Chooses a run without asking for its diagnosis; nothing for a name that is not there.
    void chooseRun(const QString& name);
    [[nodiscard]] QString currentRun() const;
    void setDiagnosis(const LayerDiagnosis& diagnosis);
    /// While another one is being made.
    void clear();
    void setBusy(bool is_busy);

signals:
    /// The user wants that run's diagnosis of the chosen layer.
    void diagnosisWanted(const QString& run);
    /// Look at the layer with the largest error of that run.
    void worstLayerWanted(const QString& run);
    void cellChosen(salient::Index row, salient::Index channel);
    /// Run that run's method with one change, under that name.
    void trialWanted(const QString& name, const salient::MethodSpec& method);

private:
    void listRuns();
    [[nodiscard]] QWidget* makeFinding(const ErrorFinding& finding);

    QStringList with_result_;
    QStringList failed_;
    LayerDiagnosis diagnosis_;
    bool is_busy_ = false;
    QComboBox* run_;
    QLabel* subject_;
    QVBoxLayout* findings_;
    QWidget* content_ = nullptr;
    std::vector<QPushButton*> trials_;
};

}  // namespace salient
