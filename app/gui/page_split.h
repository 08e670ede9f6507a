#pragma once

#include <QSplitter>

namespace salient {

class PageScroller;

/// The page of the window and, if there is one, another beside it: at the right where the window is wide enough for both, else, or if that
/// is wanted, below. Neither gets too narrow to be read, or narrower than what it needs not to scroll sideways.
class PageSplit : public QSplitter {
    Q_OBJECT
public:
    static constexpr double kLeastShare = 0.1;
    static constexpr double kMostShare = 0.9;
    static constexpr double kEvenShare = 0.5;

    /// `page` and `beside`: the parts that the pages are shown in.
    PageSplit(QWidget* page, QWidget* beside, QWidget* parent = nullptr);

    /// The pages that are in the parts now; without a second one its part is hidden.
    void setPages(const PageScroller* page, const PageScroller* beside);
    /// Whether the second page is wanted below even where it would fit at the right.
    [[nodiscard]] bool isBelowWanted() const noexcept { return is_below_wanted_; }
    void setBelowWanted(bool below);
    /// What the first page has of the room of both, from kLeastShare to kMostShare.
    [[nodiscard]] double share() const noexcept { return share_; }
    void setShare(double share);
    /// Moves what is between the pages, from where it is seen, by that part of the room: to the right or down, or back for a negative step.
    void moveDivider(double step);
    /// Whether the pages of now would stand side by side on that many pixels; false without a second page, or where that is wanted below.
    [[nodiscard]] bool wouldStandSideBySide(int room) const;
    /// Arranges the parts anew. For whoever knows that a page needs more or less room than before.
    void fit();

signals:
    /// wouldStandSideBySide() may have another answer now.
    void needsChanged();
    /// The user moved what is between the pages.
    void shareChanged();

protected:
    bool event(QEvent* event) override;
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    [[nodiscard]] double shownShare() const;
    void arrange();

    QWidget* beside_part_;
    const PageScroller* page_ = nullptr;
    const PageScroller* beside_ = nullptr;
    bool is_below_wanted_ = false;
    double share_ = kEvenShare;
    int too_narrow_ = 0;  ///< the largest width at which these pages, side by side, turned out to need more
};

}  // namespace salient
