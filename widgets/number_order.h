#pragma once

#include <QSortFilterProxyModel>

namespace salient {

/// Sorts by the numbers (or texts) of the sort role. What has no number, NaN or nothing at all, comes last, whichever way is sorted.
class NumberOrder : public QSortFilterProxyModel {
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;

protected:
    [[nodiscard]] bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;
};

}  // namespace salient
