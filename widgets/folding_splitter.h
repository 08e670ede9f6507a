#pragma once

#include <QList>
#include <QSplitter>

namespace salient {

/// Parts side by side where there is room for them, and one above the other where there is not: in large type, or in a narrow window.
/// There, a part that does not stretch is no higher than it would like to be, nor takes a larger share than it had.
class FoldingSplitter : public QSplitter {
    Q_OBJECT
public:
    /// Side by side needs so many average characters of the font; more, where the parts cannot be that narrow.
    explicit FoldingSplitter(int characters, QWidget* parent = nullptr);

    /// As narrow as the widest part.
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    bool event(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void fold();
    void turn(Qt::Orientation orientation);

    int characters_;
    QList<int> beside_;  ///< sizes side by side, for when there is room again
};

}  // namespace salient
