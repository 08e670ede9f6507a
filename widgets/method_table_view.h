#pragma once

#include <QWidget>
#include <optional>
#include <vector>

#include "core/eval/perplexity.h"
#include "widgets/lesson.h"

class QLabel;
class QTableWidget;

namespace salient {

/// What was measured of one method on the model that is open.
struct MeasuredMethod {
    QString method;  ///< the core's name; "fp16" for the original
    QString run;     ///< what the user calls it; empty for the original
    double bits_per_weight = 0.0;
    Index calibration_windows = 0;
    std::optional<double> seconds;       ///< of quantizing
    std::optional<double> output_error;  ///< relative
    std::optional<PerplexityResult> perplexity;
};

/// Published figures of methods, as a lesson quotes them, beside those measured on the user's own model. A cell without a number says
/// what to do to get it.
class MethodTableView : public QWidget {
    Q_OBJECT
public:
    explicit MethodTableView(LessonMethods methods, QWidget* parent = nullptr);

    /// model: what it is called; empty: none is open. Of several runs of a method the last counts, and the caption says so.
    void setMeasured(const QString& model, const std::vector<MeasuredMethod>& measured);
    /// The text of a cell, published columns first.
    [[nodiscard]] QString cell(int row, int column) const;
    /// Below the table: of which model and runs the figures are, and how the perplexities were measured.
    [[nodiscard]] QString caption() const;

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void fit();
    /// Lines about the figures that are shown; shown[row] is null where there are none.
    [[nodiscard]] QString runsText(const std::vector<const MeasuredMethod*>& shown, const std::vector<MeasuredMethod>& measured) const;
    [[nodiscard]] QString protocolsText(const std::vector<const MeasuredMethod*>& shown) const;
    /// What the lesson calls the method of a row.
    [[nodiscard]] QString title(std::size_t row) const { return methods_.rows[row + 1].front(); }

    LessonMethods methods_;
    QTableWidget* table_;
    QLabel* caption_;
};

}  // namespace salient
