#pragma once

#include <QSize>
#include <QWidget>
#include <initializer_list>
#include <vector>

namespace salient {

/// A row of controls that goes on in a second line, and a third, where the width does not hold it: in large type, in a longer language,
/// in a narrow window. It is as high as its lines are, no more and no less. What is hidden takes no room.
class FlowRow : public QWidget {
    Q_OBJECT
public:
    explicit FlowRow(QWidget* parent = nullptr);

    /// Widgets that stay beside each other, a caption and its field; `stretching`, one of them or null, takes what room its line has left.
    void add(std::initializer_list<QWidget*> together, QWidget* stretching = nullptr);
    /// How many lines the row has now.
    [[nodiscard]] int lineCount() const noexcept { return n_lines_; }

    [[nodiscard]] QSize sizeHint() const override;
    /// As wide as the widest of what stays together.
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    bool event(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    struct Item {
        QWidget* widget;
        bool starts_group;
        bool stretches;
    };
    struct Part {  ///< an item that is not hidden
        QWidget* widget;
        QSize least;
        QSize size;  ///< at first what it would like
        bool stretches;
    };
    using Group = std::vector<Part>;
    [[nodiscard]] std::vector<Group> groups() const;
    void arrange();

    std::vector<Item> items_;
    int n_lines_ = 1;
};

}  // namespace salient
