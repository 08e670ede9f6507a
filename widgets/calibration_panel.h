#pragma once

#include <QWidget>
#include <memory>

#include "core/calib/calibrate.h"
#include "widgets/samples_model.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QSpinBox;
class QTableView;

namespace salient {

class CalibrationAbPanel;
class ConvergencePanel;

/// What the user can choose about calibration.
struct CalibrationChoice {
    QString text_file;
    SampleSpec samples;
    Compute compute = Compute::Float32;
};

/// The choice of calibration text and windows, with a preview of the windows as text.
class CalibrationPanel : public QWidget {
    Q_OBJECT
public:
    explicit CalibrationPanel(QWidget* parent = nullptr);

    void setChoice(const CalibrationChoice& choice);
    [[nodiscard]] CalibrationChoice choice() const;
    /// The longest window the model can read.
    void setMaxSeqLen(Index max_seq_len);
    void setSamples(const std::shared_ptr<const Samples>& samples, const std::shared_ptr<const Tokenizer>& tokenizer);
    /// What is there already; null: nothing yet. is_current: it is what the controls say.
    void setCalibration(const std::shared_ptr<const Calibration>& calibration, bool is_current);
    void setBusy(bool busy);
    /// What the recipe needs of memory.
    void setMemoryNote(const QString& note);
    /// Whether the set is large enough for the chosen layer.
    [[nodiscard]] ConvergencePanel& convergence() noexcept { return *convergence_; }
    /// Whether another text would calibrate as well.
    [[nodiscard]] CalibrationAbPanel& anotherText() noexcept { return *another_text_; }

signals:
    /// The user changed something; `what` names it, for undo.
    void choiceChanged(const QString& what);
    void browseRequested();
    void calibrateRequested();

private:
    void showWindow(int row);
    void updateSummary();

    CalibrationChoice choice_;  // as set: keeps what has no control
    QLineEdit* text_file_;
    QSpinBox* n_samples_;
    QSpinBox* seq_len_;
    QLineEdit* seed_;
    QComboBox* compute_;
    QPushButton* calibrate_;
    QLabel* summary_;
    QLabel* memory_;
    QLabel* state_;
    SamplesModel* model_;
    QTableView* table_;
    QPlainTextEdit* window_text_;
    ConvergencePanel* convergence_;
    CalibrationAbPanel* another_text_;
    std::shared_ptr<const Samples> samples_;
    std::shared_ptr<const Calibration> calibration_;
    bool is_current_ = false;
    bool is_busy_ = false;
};

}  // namespace salient
