#pragma once

#include <QKeySequence>
#include <QListWidget>
#include <optional>

namespace salient {

/// The steps of the path, in the order a new user takes them.
enum class Page { Open, Calibrate, Map, Channels, Stepper, Tune, Quantize, Compare, Evaluate, Export, Lessons };
inline constexpr int kPages = 11;

/// Title of a page, as the navigation shows it.
[[nodiscard]] QString pageTitle(Page page);
/// The key that goes there: Ctrl+1 … Ctrl+9, Ctrl+0 for the tenth step, Ctrl+L for the lessons.
[[nodiscard]] QKeySequence pageShortcut(Page page);
/// The key that shows it beside another page: Ctrl+B, then the same without Ctrl.
[[nodiscard]] QKeySequence pageBesideShortcut(Page page);

/// The list of steps at the left edge of the window. Steps that are done carry a tick. The page that is shown beside the chosen one has a
/// frame; it cannot be the chosen one meanwhile: arrow keys pass it by, and choosing it only tells so. Where the pages need the room, the
/// list shows the steps' pictures alone; their titles are in the tooltips then.
class Navigation : public QListWidget {
    Q_OBJECT
public:
    explicit Navigation(QWidget* parent = nullptr);
    void setPage(Page page);
    [[nodiscard]] Page page() const noexcept { return page_; }
    void setDone(Page page, bool done);
    void setBeside(std::optional<Page> page);
    /// Without the titles of the steps.
    void setNarrow(bool narrow);
    [[nodiscard]] bool isNarrow() const noexcept { return is_narrow_; }
    /// Pixels that the list takes, with the titles or without, whichever it shows now.
    [[nodiscard]] int widthOf(bool narrow) const;

signals:
    void pageChosen(salient::Page page);
    /// The page that is shown beside the chosen one was asked for.
    void besideChosen();

protected:
    QModelIndex moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) override;
    void changeEvent(QEvent* event) override;

private:
    void fitWidth();
    void choose(int row);

    Page page_ = Page::Open;
    std::optional<Page> beside_;
    bool is_narrow_ = false;
};

}  // namespace salient
