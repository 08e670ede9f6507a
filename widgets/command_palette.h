#pragma once

#include <QFrame>
#include <vector>

class QLineEdit;
class QListWidget;

namespace salient {

/// Something that can be done or gone to.
struct PaletteEntry {
    QString title;     ///< "Save recipe…"
    QString place;     ///< "File": shown in front, searched too
    QString shortcut;  ///< as keys are written; may be empty
};

/// How well a text answers what was typed: every word of it must occur, its letters in order; more for letters that stand together and
/// at the start of words. Below 0: not at all.
[[nodiscard]] int matchScore(const QString& typed, const QString& text);

/// Type a few letters, press Return: everything the window can do, in one list. Laid over its parent; Escape or a click elsewhere
/// closes it.
class CommandPalette : public QFrame {
    Q_OBJECT
public:
    explicit CommandPalette(QWidget* parent);
    /// Shows it with these entries and an empty line.
    void open(std::vector<PaletteEntry> entries);
    /// Entries that match what is typed, best first, as positions in the list that was given.
    [[nodiscard]] const std::vector<int>& matches() const noexcept { return matches_; }

signals:
    /// The user chose an entry: its position in the list that was given. The palette is closed by then.
    void chosen(int entry);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void refresh();
    void choose(int row);

    std::vector<PaletteEntry> entries_;
    std::vector<int> matches_;
    QLineEdit* line_;
    QListWidget* list_;
};

}  // namespace salient
