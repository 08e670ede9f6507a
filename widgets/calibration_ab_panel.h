#pragma once

#include <QWidget>
#include <cstdint>
#include <memory>
#include <optional>

#include "core/eval/calibration_ab.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;
class QTableView;

namespace salient {

class CalibrationAbModel;
class Chart;
class NumberOrder;

/// A text to compare the calibration text with, and the run whose method is tried on both. What is not chosen is as for the
/// calibration text.
struct OtherText {
    QString text_file;
    std::optional<int> n_samples;
    std::optional<Index> seq_len;
    std::optional<std::uint64_t> seed;
    QString run;
};

/// A comparison, with what it is of.
struct ComparedTexts {
    std::shared_ptr<const CalibrationAb> comparison;  ///< null: none
    QString run;                                      ///< whose method
    QString a;                                        ///< the texts' files and windows, in words
    QString b;
};

/// Whether it matters which of two texts calibrates: every layer quantized with the statistics of each, and both solutions judged on both.
class CalibrationAbPanel : public QWidget {
    Q_OBJECT
public:
    explicit CalibrationAbPanel(QWidget* parent = nullptr);

    /// Names of the recipe's runs; the chosen one stays where it is among them.
    void setRuns(const QStringList& runs);
    void setTextFile(const QString& file);
    /// The longest window the model can read.
    void setMaxSeqLen(Index max_seq_len);
    [[nodiscard]] OtherText choice() const;
    /// Why nothing can be compared; empty: nothing stands in the way.
    void setObstacle(const QString& obstacle);
    void setComparing(bool is_comparing);
    void setComparison(const ComparedTexts& compared);
    void setSelectedLayer(const QString& layer);
    /// What the comparison is of: method and texts; empty without one.
    [[nodiscard]] QString stamp() const;

signals:
    void browseRequested();
    void runChosen();
    void comparisonWanted();
    void layerChosen(const QString& layer);

private:
    QWidget* makeChoice();
    QWidget* makeResult();
    void refresh();
    void showChart();

    QLineEdit* text_file_;
    QSpinBox* n_samples_;
    QSpinBox* seq_len_;
    QLineEdit* seed_;
    QComboBox* run_;
    QPushButton* compare_;
    QLabel* state_;
    Chart* chart_;
    CalibrationAbModel* model_;
    NumberOrder* sorted_;
    QTableView* table_;
    ComparedTexts compared_;
    QString obstacle_;
    bool is_comparing_ = false;
    bool is_setting_ = false;
};

}  // namespace salient
