#pragma once

#include <QComboBox>
#include <QString>

namespace salient {

/// A choice of group size: the usual ones, the whole row, and whatever number is typed. Each entry's data is its size, −1 for the row.
class GroupSizeBox : public QComboBox {
public:
    /// format: how a size reads, with %1 for its number. whole_row: how one group for a row reads.
    GroupSizeBox(const QString& format, const QString& whole_row, QWidget* parent);

    /// The size, −1: the whole row, or the data of an entry that was added.
    [[nodiscard]] int groupSize() const { return currentData().toInt(); }
    /// Chooses it; a size that is no entry becomes one.
    void setGroupSize(int size);

    static constexpr int kGreatest = 1000000;

private:
    void takeTyped();

    QString format_;
};

}  // namespace salient
