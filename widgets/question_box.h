#pragma once

#include <QFrame>
#include <optional>
#include <vector>

#include "widgets/lesson.h"

class QLabel;
class QLineEdit;
class QPushButton;
class QRadioButton;

namespace salient {

/// "Predict, then reveal": a question with a field or choices for the answer, a button, and afterwards the answer beside what came out.
/// Return in the field reveals.
class QuestionBox : public QFrame {
    Q_OBJECT
public:
    /// No question: only the button.
    explicit QuestionBox(std::optional<LessonQuestion> question, QWidget* parent = nullptr);

    /// What the user has put in so far; a choice is its index.
    [[nodiscard]] QString answer() const;
    /// Shows an answer (empty: none was given) and what it was worth; it stays as it is from then on.
    void setRevealed(const QString& answer);
    [[nodiscard]] bool isRevealed() const noexcept { return is_revealed_; }
    [[nodiscard]] QString verdictText() const;

public slots:
    void reveal();  ///< as the button does

signals:
    void revealWanted(const QString& answer);

protected:
    void changeEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void colourVerdict();

    std::optional<LessonQuestion> question_;
    bool is_revealed_ = false;
    Verdict verdict_ = Verdict::NoAnswer;
    QLineEdit* field_ = nullptr;
    std::vector<QRadioButton*> choices_;
    QPushButton* button_;
    QLabel* icon_;
    QLabel* verdict_text_;
};

}  // namespace salient
