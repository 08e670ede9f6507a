#pragma once

#include <QKeySequence>
#include <QListWidget>

namespace salient {

/// The steps of the path, in the order a new user takes them.
enum class Page { Open, Calibrate, Map, Channels, Stepper, Tune, Quantize, Compare, Evaluate, Export, Lessons };
inline constexpr int kPages = 11;

/// Title of a page, as the navigation shows it.
[[nodiscard]] QString pageTitle(Page page);
/// The key that goes there: Ctrl+1 … Ctrl+9, Ctrl+0 for the tenth step, Ctrl+L for the lessons.
[[nodiscard]] QKeySequence pageShortcut(Page page);

/// The list of steps at the left edge of the window. Steps that are done carry a tick.
class Navigation : public QListWidget {
    Q_OBJECT
public:
    explicit Navigation(QWidget* parent = nullptr);
    void setPage(Page page);
    [[nodiscard]] Page page() const;
    void setDone(Page page, bool done);

signals:
    void pageChosen(salient::Page page);

protected:
    void changeEvent(QEvent* event) override;

private:
    void fitWidth();
};

}  // namespace salient
