#pragma once

#include <QWidget>
#include <vector>

namespace salient {

/// One dot per step of a lesson: filled where one has been, ringed where one is. A click goes there.
class StepDots : public QWidget {
    Q_OBJECT
public:
    explicit StepDots(QWidget* parent = nullptr);

    /// titles: read out and shown as tooltips, as plain text.
    void setSteps(const QStringList& titles);
    void setCurrent(int step);
    [[nodiscard]] QRect dotRect(int step) const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

signals:
    void stepChosen(int step);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] int dotSize() const;

    QStringList titles_;
    int current_ = 0;
};

}  // namespace salient
