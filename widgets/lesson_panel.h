#pragma once

#include <QWidget>
#include <memory>

#include "widgets/lesson.h"
#include "widgets/method_table_view.h"

class QBoxLayout;
class QLabel;
class QPushButton;
class QScrollArea;

namespace salient {

class QuestionBox;
class StepDots;

/// One lesson, step by step: text at the left, live views at the right (below, where there is no room), a question to answer before the
/// rest is revealed. Left, Right, PageUp, PageDown: one step back or on. Home, End: first and last step. Return: reveal.
class LessonPanel : public QWidget {
    Q_OBJECT
public:
    explicit LessonPanel(QWidget* parent = nullptr);

    void setLesson(std::shared_ptr<const Lesson> lesson, const LessonProgress& progress);
    [[nodiscard]] const LessonProgress& progress() const noexcept { return progress_; }
    /// For tables that show the user's own results.
    void setMeasured(const QString& model, const std::vector<MeasuredMethod>& measured);
    /// The question of the current step; null where nothing is hidden.
    [[nodiscard]] QuestionBox* question() const noexcept { return question_; }
    [[nodiscard]] bool isBeside() const;  ///< whether views stand beside the text

public slots:
    void goTo(int step);  ///< bounded
    void reveal();
    /// Forgets all answers and starts again.
    void restart();

signals:
    void progressChanged(const salient::LessonProgress& progress);
    void listWanted();
    /// A link in the text, as it stands there.
    void linkChosen(const QString& address);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void showStep();
    void addParts(const std::vector<LessonPart>& parts);
    QWidget* makeView(const LessonPart& part);
    void arrange();
    void refreshNavigation();

    std::shared_ptr<const Lesson> lesson_;
    LessonProgress progress_;
    QString model_;
    std::vector<MeasuredMethod> measured_;
    QLabel* title_;
    QLabel* place_;
    QLabel* step_title_;
    StepDots* dots_;
    QPushButton* back_;
    QPushButton* next_;
    QPushButton* restart_;
    QScrollArea* scroll_;
    QBoxLayout* columns_ = nullptr;
    QBoxLayout* texts_ = nullptr;
    QBoxLayout* views_ = nullptr;
    QuestionBox* question_ = nullptr;
};

}  // namespace salient
