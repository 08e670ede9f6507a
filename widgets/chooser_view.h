#pragma once

#include <QWidget>

#include "widgets/lesson.h"

class QComboBox;
class QLabel;
class QTableWidget;

namespace salient {

/// A decision table with a list to choose from for each question, and the rows that fit what was chosen.
class ChooserView : public QWidget {
    Q_OBJECT
public:
    explicit ChooserView(LessonChooser chooser, QWidget* parent = nullptr);

    [[nodiscard]] QStringList choicesOf(int question) const;
    /// Empty: whatever.
    void choose(int question, const QString& choice);
    /// Answers that fit, one row each.
    [[nodiscard]] std::vector<QStringList> answers() const;

protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;  ///< of the table's width

private:
    void refresh();
    void fit();

    LessonChooser chooser_;
    std::vector<qsizetype> asked_;  // columns
    std::vector<qsizetype> told_;
    std::vector<QComboBox*> lists_;
    QTableWidget* table_;
    QLabel* nothing_;
};

}  // namespace salient
