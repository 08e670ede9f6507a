#pragma once

#include <QWidget>

#include "widgets/lesson.h"

class QLabel;
class QToolButton;

namespace salient {

class NumberGrid;

/// GPTQ on a matrix small enough to read: the weights with all updates so far, what they were rounded to, the error left behind and the
/// update about to be made, with the paper's equation for one row and the loss beside that of rounding alone.
/// Left, Right: one column back or on; Home, End. Up, Down or a click: the row that the equation speaks of.
class GptqExampleView : public QWidget {
    Q_OBJECT
public:
    explicit GptqExampleView(LessonStepper stepper, QWidget* parent = nullptr);

    [[nodiscard]] Index position() const noexcept { return position_; }
    [[nodiscard]] Index row() const noexcept { return row_; }

public slots:
    void goTo(salient::Index position);  ///< bounded
    void setRow(salient::Index row);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    [[nodiscard]] Index lastPosition() const;
    void addButton(const QString& icon, const QString& name, const QString& key, auto slot);
    void refresh();

    std::shared_ptr<const GptqExample> example_;
    Index position_ = 0;
    Index row_ = 0;
    NumberGrid* weights_;
    NumberGrid* rounded_;
    NumberGrid* error_;
    NumberGrid* pending_;
    QLabel* place_;
    QLabel* equation_;
    QLabel* loss_;
    std::vector<std::pair<QToolButton*, QString>> buttons_;  // and their icons
};

}  // namespace salient
